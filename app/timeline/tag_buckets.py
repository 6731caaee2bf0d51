"""The images of a tag and of those below it: counted by months and days, and one bucket.

[Note: Two ways to a bucket] What is in a tag has no date, so that dating or deleting an image
writes nothing there. Of a tag that few images have, all of them are read, and those of the days are
kept. Of others the library is read by date, and each image is asked whether it has the tag.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    Date,
    DateTime,
    Integer,
    Uuid,
    any_,
    cast,
    exists,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.accounts.models import User
from app.accounts.rate_limits.seats import FEW_ROWS, take_read_seat
from app.accounts.sessions.lookup import Owner
from app.database import Prepared, db, given
from app.errors import NotFoundError
from app.images.listing import AnySelect, Shown
from app.images.models import Image, View
from app.images.pagination import make_cursor, parse_cursor
from app.images.tag_models import ImageTag, Tag
from app.timeline.buckets import COLUMNS, MAX_BUCKET, Bucket, by_months, show_columns

Anybody = User | Owner
# Looking up as many by their keys takes 10 to 20 ms.
MAX_LOOKED_UP = 5_000
_BUCKET = "tag-bucket"

_WITHIN = ImageTag.tag_id == any_(given("tags", ARRAY(Uuid())))
_OWNED = Image.owner_id == given("owner", Uuid())
_TAGGED = select(ImageTag.image_id).where(_WITHIN).distinct().cte("tagged")
_DAY = cast(Image.timeline_at, Date)
_DAYS = Prepared(
    select(_DAY, func.count())
    .join(_TAGGED, _TAGGED.c.image_id == Image.id)
    .where(_OWNED, Image.in_library())
    .group_by(_DAY)
    .order_by(_DAY.desc())
)
_IN_BUCKET = Image.timeline_at.between(given("first", DateTime()), given("last", DateTime()))
_NEWEST = (Image.timeline_at.desc(), Image.id.desc())
_BEHIND = tuple_(Image.timeline_at, Image.id) < tuple_(
    given("moment", DateTime()), given("image", Uuid())
)
_FEW = (
    select(*COLUMNS)
    .join(_TAGGED, _TAGGED.c.image_id == Image.id)
    .where(_OWNED, _IN_BUCKET, Image.in_library())
)
# Each half has an index by date: see [Note: Views] in app/images/models.py.
_MANY = select(*COLUMNS).where(
    _OWNED,
    _IN_BUCKET,
    or_(Image.is_unarchived(), Image.in_view(View.ARCHIVE)),
    exists().where(ImageTag.image_id == Image.id, _WITHIN).correlate(Image),
)


def _pages(query: AnySelect) -> tuple[Prepared, Prepared]:
    """Prepare a first page, and one that starts behind an image."""
    page = query.order_by(*_NEWEST).limit(given("limit", Integer()))
    return Prepared(page), Prepared(page.where(_BEHIND))


# By whether few images have the tag.
_BUCKETS: Mapping[bool, tuple[Prepared, Prepared]] = {True: _pages(_FEW), False: _pages(_MANY)}


@dataclass(frozen=True, kw_only=True)
class TagPart:
    """A tag and those below it.

    Args:
        ids: of the tags.
        count: of the images that have them.
        entries: how often images have them, at most: an image may have several.
    """

    ids: list[str]
    count: int
    entries: int


def part_of(owner: Anybody, tag_id: UUID) -> TagPart:
    """Return a tag and those below it.

    Raises:
        NotFoundError: there is none with this id, it is deleted, or it is somebody else's.
    """
    found = db.session.execute(
        select(Tag.id, Tag.image_count).where(Tag.owned_by(owner), Tag.lineage.contains([tag_id]))
    ).all()
    counts = {row.id: row.image_count for row in found}
    if tag_id not in counts:
        raise NotFoundError
    entries = sum(counts.values())
    if entries <= FEW_ROWS:
        # Images that are deleted, or not there yet, are not in these counts, and are read as well.
        some = select(ImageTag.image_id).where(ImageTag.tag_id.in_(counts)).limit(FEW_ROWS + 1)
        entries = db.session.scalar(select(func.count()).select_from(some.subquery())) or 0
    return TagPart(ids=[str(each) for each in counts], count=counts[tag_id], entries=entries)


def count_tag_buckets(owner: Anybody, part: TagPart) -> Shown:
    """Return the buckets of tags, newest first, as the API's TimelineOut.

    Raises:
        TooManyAtOnceError: see [Note: Few long reads at once] in seats.py.
    """
    take_read_seat(owner.id, rows=part.entries)
    rows = _DAYS.rows({"owner": str(owner.id), "tags": part.ids})
    return by_months([(day, count) for day, count in rows])


def read_tag_bucket(owner: Anybody, part: TagPart, bucket: Bucket, *, cursor: str | None) -> Shown:
    """Return what is in a bucket of tags, newest first, as the API's BucketOut.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
        TooManyAtOnceError: as `count_tag_buckets`.
    """
    take_read_seat(owner.id, rows=part.entries)
    values: dict[str, object] = {
        "owner": str(owner.id),
        "tags": part.ids,
        "first": bucket.first,
        "last": bucket.last,
        "limit": MAX_BUCKET + 1,
    }
    first, behind = _BUCKETS[part.count <= MAX_LOOKED_UP]
    if cursor:
        moment, image = parse_cursor(_BUCKET, cursor)
        rows = behind.rows({**values, "moment": moment, "image": str(image)})
    else:
        rows = first.rows(values)
    page = rows[:MAX_BUCKET]
    next_cursor = None
    if len(rows) > MAX_BUCKET:
        next_cursor = make_cursor(_BUCKET, page[-1][1], UUID(page[-1][0]))
    return {"key": bucket.key, "next_cursor": next_cursor, **show_columns(page)}
