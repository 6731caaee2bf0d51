"""The images of an album over HTTP: by months and days, or all by pages."""

from uuid import UUID

from flask import Response

from app.accounts.rate_limits.policies import LONG_READS
from app.accounts.sessions.guards import current_owner, signed_in
from app.http.blueprint import APIBlueprint
from app.http.entity_tags import with_version
from app.http.middleware import columns_response, json_response
from app.timeline.album_buckets import (
    count_album_buckets,
    part_of,
    read_album,
    read_album_bucket,
)
from app.timeline.buckets import bucket_of, version_of
from app.timeline.schemas import AlbumImagesIn, AlbumImagesOut, AlbumTimelineOut, BucketOut

album_contents = APIBlueprint(
    "album_contents", __name__, url_prefix="/api/albums/<uuid:album_id>", tag="Albums"
)

NOT_FOUND = {404: "There is no such album, or it is not yours: the answer is the same."}
BUSY = {429: LONG_READS}


@album_contents.get("/timeline")
@signed_in
@album_contents.output(AlbumTimelineOut)
@album_contents.doc(responses={**NOT_FOUND, **BUSY})
def get_album_timeline(album_id: UUID) -> Response:
    """Count the images of an album by months, as the timeline is.

    The newest first, also of an album that is ordered by hand; the oldest first where it is ordered
    so. A month of more than 2,000 images is told by days.
    """
    owner = current_owner()
    version = version_of(owner)
    part = part_of(owner, album_id)
    return with_version(version, lambda: json_response(count_album_buckets(owner, album_id, part)))


@album_contents.get("/timeline/<key>")
@signed_in
@album_contents.input(AlbumImagesIn, location="query")
@album_contents.output(BucketOut)
@album_contents.doc(
    responses={
        400: "The cursor is not one of ours.",
        404: "There is no such album, it is not yours, or the key names no month and no day.",
    }
)
def get_album_bucket(album_id: UUID, key: str, query_data: AlbumImagesIn) -> Response:
    """List the images of an album that are of a month or of a day, in columns."""
    owner = current_owner()
    version = version_of(owner)
    order = part_of(owner, album_id).order
    bucket = bucket_of(key)
    return with_version(
        version,
        lambda: columns_response(
            read_album_bucket(owner, album_id, order, bucket, cursor=query_data.cursor)
        ),
    )


@album_contents.get("/images")
@signed_in
@album_contents.input(AlbumImagesIn, location="query")
@album_contents.output(AlbumImagesOut)
@album_contents.doc(
    responses={
        400: "The cursor is not one of ours, or the album was ordered otherwise meanwhile.",
        **NOT_FOUND,
        **BUSY,
    }
)
def list_album_images(album_id: UUID, query_data: AlbumImagesIn) -> Response:
    """List the images of an album by its order, in columns; 2,000 at a time.

    Pass `next_cursor` as `cursor` to get the next page.
    """
    owner = current_owner()
    version = version_of(owner)
    part = part_of(owner, album_id)
    return with_version(
        version,
        lambda: columns_response(read_album(owner, album_id, part, cursor=query_data.cursor)),
    )
