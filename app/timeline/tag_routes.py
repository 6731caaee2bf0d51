"""The images of a tag over HTTP, by months and days."""

from uuid import UUID

from flask import Response

from app.accounts.rate_limits.policies import LONG_READS
from app.accounts.sessions.guards import current_owner, signed_in
from app.http.blueprint import APIBlueprint
from app.http.entity_tags import with_version
from app.http.middleware import columns_response, json_response
from app.timeline.buckets import bucket_of, version_of
from app.timeline.schemas import AlbumImagesIn, BucketOut, TimelineOut
from app.timeline.tag_buckets import count_tag_buckets, part_of, read_tag_bucket

tag_contents = APIBlueprint(
    "tag_contents", __name__, url_prefix="/api/tags/<uuid:tag_id>", tag="Tags"
)


@tag_contents.get("/timeline")
@signed_in
@tag_contents.output(TimelineOut)
@tag_contents.doc(
    responses={
        404: "There is no such tag, or it is not yours: the answer is the same.",
        429: LONG_READS,
    }
)
def get_tag_timeline(tag_id: UUID) -> Response:
    """Count the images of a tag, and of those below it, by months, as the timeline is.

    Archived ones too. A month of more than 2,000 images is told by days.
    """
    owner = current_owner()
    version = version_of(owner)
    part = part_of(owner, tag_id)
    return with_version(version, lambda: json_response(count_tag_buckets(owner, part)))


@tag_contents.get("/timeline/<key>")
@signed_in
@tag_contents.input(AlbumImagesIn, location="query")
@tag_contents.output(BucketOut)
@tag_contents.doc(
    responses={
        400: "The cursor is not one of ours.",
        404: "There is no such tag, it is not yours, or the key names no month and no day.",
        429: LONG_READS,
    }
)
def get_tag_bucket(tag_id: UUID, key: str, query_data: AlbumImagesIn) -> Response:
    """List the images of a tag, and of those below it, that are of a month or of a day."""
    owner = current_owner()
    version = version_of(owner)
    part = part_of(owner, tag_id)
    bucket = bucket_of(key)
    return with_version(
        version,
        lambda: columns_response(read_tag_bucket(owner, part, bucket, cursor=query_data.cursor)),
    )
