"""The map over HTTP: clusters in a box, and its images."""

from flask import Response

from app.accounts.rate_limits.policies import LONG_READS
from app.accounts.sessions.guards import current_owner, signed_in
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.entity_tags import with_version
from app.http.middleware import json_response
from app.map.clusters import show_clusters
from app.map.listing import list_in_box
from app.map.schemas import MapImagesIn, MapImagesOut, MapIn, MapOut
from app.timeline.buckets import version_of

map_ = APIBlueprint("map", __name__, url_prefix="/api/map", tag="Map")


@map_.get("")
@signed_in
@map_.input(MapIn, location="query")
@map_.output(MapOut)
def get_map(query_data: MapIn) -> Response:
    """Count the images of the timeline in a box of the map, by clusters.

    Ask `GET /api/timeline/addresses` for the thumbnails of their images. A box that goes around the
    world is from -180 to 180.
    """
    owner = current_owner()
    version = version_of(owner)
    return with_version(
        version,
        lambda: json_response(show_clusters(owner, query_data.box, zoom=query_data.zoom)),
    )


@map_.get("/images")
@signed_in
@map_.input(MapImagesIn, location="query")
@map_.output(MapImagesOut)
@map_.doc(responses={400: "The cursor is not one of ours.", 429: LONG_READS})
def list_map_images(query_data: MapImagesIn) -> Response:
    """List the images of the timeline that are in a box of the map, newest first."""
    owner = current_owner()
    reader = dependencies().access.reader(owner.id, is_relative=True)
    found = list_in_box(
        owner, query_data.box, reader=reader, limit=query_data.limit, cursor=query_data.cursor
    )
    shared = {"base": reader.shared.base, "query": reader.shared.query}
    return json_response({**found, "addresses": shared})
