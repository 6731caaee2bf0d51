"""The timeline over HTTP: counts by months and days, a bucket, and what is in view."""

from flask import Response

from app.accounts.sessions.guards import current_owner, signed_in
from app.http.blueprint import APIBlueprint
from app.http.dependencies import dependencies
from app.http.entity_tags import with_version
from app.http.middleware import columns_response, json_response
from app.timeline.buckets import bucket_of, count_buckets, read_bucket, show_in_view, version_of
from app.timeline.schemas import (
    BucketIn,
    BucketOut,
    InViewIn,
    InViewOut,
    TimelineIn,
    TimelineOut,
    parse_ids_in_view,
)

timeline = APIBlueprint("timeline", __name__, url_prefix="/api/timeline", tag="Timeline")


@timeline.get("")
@signed_in
@timeline.input(TimelineIn, location="query")
@timeline.output(TimelineOut)
def get_timeline(query_data: TimelineIn) -> Response:
    """Count the images of the timeline, the archive or the favourites by months.

    Newest first. A month of more than 2,000 images is told by days. Ask again with the `ETag` as
    `If-None-Match`: where nothing has changed, that costs next to nothing.
    """
    owner = current_owner()
    version = version_of(owner)
    return with_version(version, lambda: json_response(count_buckets(owner, query_data.view)))


@timeline.get("/<key>")
@signed_in
@timeline.input(BucketIn, location="query")
@timeline.output(BucketOut)
@timeline.doc(
    responses={400: "The cursor is not one of ours.", 404: "The key names no month and no day."}
)
def get_bucket(key: str, query_data: BucketIn) -> Response:
    """List the images of a month or of a day, in columns.

    As much as it takes to lay them out, newest first, 2,000 at most: then `next_cursor` has more,
    which you pass as `cursor`. Any month and day may be asked for; one without images has empty
    columns.
    """
    owner = current_owner()
    bucket = bucket_of(key)
    version = version_of(owner)
    return with_version(
        version,
        lambda: columns_response(
            read_bucket(owner, query_data.view, bucket, cursor=query_data.cursor)
        ),
    )


@timeline.get("/addresses")
@signed_in
@timeline.input(InViewIn, location="query")
@timeline.output(InViewOut)
def get_addresses(query_data: InViewIn) -> Response:
    """Get what it takes to show images that are in view.

    Signed addresses, colour placeholders and alternative texts of up to 200 images.
    """
    owner = current_owner()
    reader = dependencies().access.reader(owner.id, is_relative=True)
    shared = {"base": reader.shared.base, "query": reader.shared.query}
    ids = parse_ids_in_view(query_data.ids)
    return json_response(show_in_view(owner, ids, reader=reader, shared=shared))
