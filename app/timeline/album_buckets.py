"""The images of an album: counted by months and days, one bucket, or all by pages.

A date is `shown_at` of an entry, which is the image's `timeline_at` for as long as it is in the
library: see [Note: Counts of albums] in app/images/album_models.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, Integer, Uuid, cast, func, select, tuple_

from app.accounts.models import User
from app.accounts.rate_limits.seats import take_read_seat
from app.accounts.sessions.lookup import Owner
from app.database import Prepared, db, given
from app.errors import InvalidCursorError, NotFoundError
from app.images.album_models import Album, AlbumImage, AlbumOrder
from app.images.listing import Shown
from app.images.models import Image
from app.images.pagination import decode_cursor, encode_cursor, make_cursor, parse_cursor
from app.timeline.buckets import COLUMNS, MAX_BUCKET, Bucket, by_months, show_columns

Anybody = User | Owner
_BUCKET = "album-bucket"
_DATE = "album-by-date"
_HAND = "album-by-hand"

_DAY = cast(AlbumImage.shown_at, Date)
_DAYS = Prepared(
    select(_DAY, func.count())
    .where(AlbumImage.album_id == given("album", Uuid()), AlbumImage.shown_at.is_not(None))
    .group_by(_DAY)
    .order_by(_DAY.desc())
)
_ENTRIES = (
    select(*COLUMNS, AlbumImage.position)
    .join_from(AlbumImage, Image, Image.id == AlbumImage.image_id)
    .where(
        AlbumImage.album_id == given("album", Uuid()),
        AlbumImage.shown_at.is_not(None),
        Image.owner_id == given("owner", Uuid()),
    )
    .limit(given("limit", Integer()))
)
_IN_BUCKET = _ENTRIES.where(
    AlbumImage.shown_at.between(given("first", DateTime()), given("last", DateTime()))
)
_BY_DATE = tuple_(AlbumImage.shown_at, AlbumImage.image_id)
_DATED = tuple_(given("moment", DateTime()), given("image", Uuid()))
_BY_HAND = tuple_(AlbumImage.position, AlbumImage.image_id)
_PLACED = tuple_(given("position", BigInteger()), given("image", Uuid()))
_NEWEST = (AlbumImage.shown_at.desc(), AlbumImage.image_id.desc())
_OLDEST = (AlbumImage.shown_at, AlbumImage.image_id)
_HAND_ORDER = (AlbumImage.position, AlbumImage.image_id)

# By whether the oldest come first: the first page of a bucket, and one that starts behind an image.
_BUCKETS: Mapping[bool, tuple[Prepared, Prepared]] = {
    False: (
        Prepared(_IN_BUCKET.order_by(*_NEWEST)),
        Prepared(_IN_BUCKET.where(_BY_DATE < _DATED).order_by(*_NEWEST)),
    ),
    True: (
        Prepared(_IN_BUCKET.order_by(*_OLDEST)),
        Prepared(_IN_BUCKET.where(_BY_DATE > _DATED).order_by(*_OLDEST)),
    ),
}
_PAGES: Mapping[AlbumOrder, tuple[Prepared, Prepared]] = {
    AlbumOrder.NEWEST: (
        Prepared(_ENTRIES.order_by(*_NEWEST)),
        Prepared(_ENTRIES.where(_BY_DATE < _DATED).order_by(*_NEWEST)),
    ),
    AlbumOrder.OLDEST: (
        Prepared(_ENTRIES.order_by(*_OLDEST)),
        Prepared(_ENTRIES.where(_BY_DATE > _DATED).order_by(*_OLDEST)),
    ),
    AlbumOrder.MANUAL: (
        Prepared(_ENTRIES.order_by(*_HAND_ORDER)),
        Prepared(_ENTRIES.where(_BY_HAND > _PLACED).order_by(*_HAND_ORDER)),
    ),
}


@dataclass(frozen=True, kw_only=True)
class AlbumPart:
    """What is to be known of an album before it is read.

    Args:
        order: of its images.
        entries: how many there are, with those that are not shown.
    """

    order: AlbumOrder
    entries: int


def part_of(owner: Anybody, album_id: UUID) -> AlbumPart:
    """Return how an album is ordered, and how large it is.

    Raises:
        NotFoundError: there is none with this id, it is deleted, or it is somebody else's.
    """
    of_album = select(Album.sort, Album.entry_count)
    row = db.session.execute(of_album.where(Album.owned_by(owner), Album.id == album_id)).first()
    if row is None:
        raise NotFoundError
    return AlbumPart(order=AlbumOrder(row.sort), entries=row.entry_count)


def count_album_buckets(owner: Anybody, album_id: UUID, part: AlbumPart) -> Shown:
    """Return the buckets of an album, by its order, as the API's AlbumTimelineOut.

    Args:
        owner: whose album it is, which the caller knows.
        album_id: of the album.
        part: newest first, unless its order is by the oldest.

    Raises:
        TooManyAtOnceError: see [Note: Few long reads at once] in seats.py.
    """
    take_read_seat(owner.id, rows=part.entries)
    days: list[tuple[date, int]] = [
        (day, count) for day, count in _DAYS.rows({"album": str(album_id)})
    ]
    if part.order is AlbumOrder.OLDEST:
        days.reverse()
    return by_months(days)


def read_album_bucket(
    owner: Anybody, album_id: UUID, order: AlbumOrder, bucket: Bucket, *, cursor: str | None
) -> Shown:
    """Return what is in a bucket of an album, by its order, as the API's BucketOut.

    An index has its entries by date: it costs what a bucket of the timeline does, whatever else is
    in the album.

    Raises:
        InvalidCursorError: the cursor is not one of ours.
    """
    values: dict[str, object] = {
        **_values(owner, album_id),
        "first": bucket.first,
        "last": bucket.last,
    }
    first, behind = _BUCKETS[order is AlbumOrder.OLDEST]
    rows = behind.rows(values | _dated(_BUCKET, cursor)) if cursor else first.rows(values)
    page = rows[:MAX_BUCKET]
    next_cursor = None
    if len(rows) > MAX_BUCKET:
        next_cursor = make_cursor(_BUCKET, page[-1][1], UUID(page[-1][0]))
    return {"key": bucket.key, "next_cursor": next_cursor, **show_columns(page)}


def read_album(owner: Anybody, album_id: UUID, part: AlbumPart, *, cursor: str | None) -> Shown:
    """Return a page of an album, by its order, as the API's AlbumImagesOut.

    Raises:
        InvalidCursorError: the cursor is not one of ours, or one of another order.
        TooManyAtOnceError: of an album by hand, which is read past all that is not shown.
    """
    order, values = part.order, _values(owner, album_id)
    if order is AlbumOrder.MANUAL:
        take_read_seat(owner.id, rows=part.entries)
    first, behind = _PAGES[order]
    if not cursor:
        rows = first.rows(values)
    elif order is AlbumOrder.MANUAL:
        rows = behind.rows(values | _placed(cursor))
    else:
        rows = behind.rows(values | _dated(f"{_DATE}-{order}", cursor))
    page = rows[:MAX_BUCKET]
    next_cursor = None
    if len(rows) > MAX_BUCKET:
        last = page[-1]
        next_cursor = (
            encode_cursor(_HAND, str(last[-1]), UUID(last[0]).hex)
            if order is AlbumOrder.MANUAL
            else make_cursor(f"{_DATE}-{order}", last[1], UUID(last[0]))
        )
    return {"next_cursor": next_cursor, **show_columns(page)}


def _values(owner: Anybody, album_id: UUID) -> dict[str, object]:
    return {"owner": str(owner.id), "album": str(album_id), "limit": MAX_BUCKET + 1}


def _dated(of: str, cursor: str) -> dict[str, object]:
    moment, image_id = parse_cursor(of, cursor)
    values: dict[str, datetime | str] = {"moment": moment, "image": str(image_id)}
    return {**values}


def _placed(cursor: str) -> dict[str, object]:
    try:
        position, image_id = decode_cursor(_HAND, cursor)
        values = {"position": int(position), "image": str(UUID(image_id))}
    except ValueError as error:
        raise InvalidCursorError from error
    if abs(int(position)) >= 2**63:
        raise InvalidCursorError
    return {**values}
