"""Which images an account sees of a library that is shared with it: months, a bucket, and one.

[Note: What is in a shared library] What its owner's timeline shows, from a day on: so nothing that
is archived, deleted, kept back for review, hidden behind another of its stack, or not there yet.
Months are those that a trigger counts for the owner ([Note: Counted at the commit]), with which a
shared library costs its owner nothing; they count pictures that have no preview yet, too, which
are not listed.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from app.accounts.rate_limits.seats import take_read_seat
from app.clients.aws.presigned_urls import UserAccess
from app.database import Prepared
from app.errors import InvalidCursorError, NotFoundError
from app.images.listing import Shown, days_of
from app.images.pagination import encode_cursor, parse_id_cursor
from app.members.access import Anybody
from app.members.contents import (
    DESCRIBED,
    DETAILS,
    IS_SHOWN,
    LARGE_ALBUM,
    VIEWED,
    SeenImage,
    show_rows_in_view,
)
from app.members.libraries.access import OpenLibrary
from app.timeline.buckets import MAX_BUCKET, Bucket, show_months

_CURSOR = "library"
# Of months that began before the first day, the days are needed, too.
_MONTHS = Prepared(
    text("""
SELECT month, count, CASE WHEN count > :most OR month < CAST(:since AS date) THEN days END
FROM timeline_months
WHERE owner_id = :owner AND view = 'timeline' AND count > 0
  AND month >= date_trunc('month', CAST(:since AS date))
ORDER BY month DESC
""")
)
_HELD = Prepared(
    text("""
SELECT CASE WHEN CAST(:first AS date) = CAST(:last AS date)
  THEN days[CAST(extract(day FROM CAST(:first AS date)) AS int)] ELSE count END
FROM timeline_months
WHERE owner_id = :owner AND view = 'timeline' AND month = date_trunc('month', CAST(:first AS date))
""")
)
_IS_SEEN = f"""images.owner_id = :owner AND images.archived_at IS NULL AND NOT images.is_folded
  AND {IS_SHOWN} AND images.timeline_at >= CAST(:since AS date)"""
_BUCKET = f"""
SELECT images.id::text, images.timeline_at, width, height, is_animated FROM images
WHERE {_IS_SEEN} AND images.timeline_at BETWEEN CAST(:first AS timestamp)
  AND CAST(:last AS timestamp) {{}}
ORDER BY images.timeline_at DESC, images.id DESC LIMIT {MAX_BUCKET + 1}
"""  # noqa: S608 - constants
_FIRST_PAGE = Prepared(text(_BUCKET.format("")))
_NEXT_PAGE = Prepared(
    text(
        _BUCKET.format(
            "AND (images.timeline_at, images.id)"
            " < (CAST(:moment AS timestamp), CAST(:image AS uuid))"
        )
    )
)
_ANCHOR = Prepared(
    text(
        f"SELECT images.timeline_at FROM images WHERE {_IS_SEEN}"  # noqa: S608 - constants
        " AND images.id = CAST(:image AS uuid)"
    )
)
_IN_VIEW = Prepared(
    text(
        f"SELECT {VIEWED} FROM images {DESCRIBED}"  # noqa: S608 - constants
        f" WHERE {_IS_SEEN} AND images.id = ANY (CAST(:ids AS uuid[]))"
    )
)
_ONE = Prepared(
    text(
        f"SELECT {DETAILS} FROM images {DESCRIBED}"  # noqa: S608 - constants
        f" WHERE {_IS_SEEN} AND images.id = CAST(:image AS uuid)"
    )
)


def count_months(library: OpenLibrary) -> Shown:
    """Return the buckets of a library from its first day on, as the API's TimelineOut."""
    rows = _MONTHS.rows(_values(library) | {"most": MAX_BUCKET})
    return show_months([_from_day(library.since, *row) for row in rows])


def _from_day(
    since: date, month: date, count: int, days: list[int] | None
) -> tuple[date, int, list[int] | None]:
    """Leave out of a month what is before a day; days are told where they are needed."""
    if days is None or month >= since:
        return month, count, days
    days = [0 if day < since.day else count for day, count in enumerate(days, 1)]
    left = sum(days)
    return month, left, days if left > MAX_BUCKET else None


def read_month(
    account: Anybody, library: OpenLibrary, bucket: Bucket, *, cursor: str | None
) -> Shown:
    """Return what is in a bucket of a library, newest first, as the API's SharedImagesOut.

    A cursor names an image and no moment: of that the day alone is told.

    Raises:
        InvalidCursorError: it is not one of ours, or what it names is not seen any more.
        TooManyAtOnceError: of a large bucket, which is read past all that has no preview.
    """
    values = _values(library) | {
        "first": bucket.first.isoformat(),
        "last": bucket.last.isoformat(),
    }
    held: Sequence[tuple[int]] = _HELD.rows(values)
    if held and held[0][0] > LARGE_ALBUM:
        take_read_seat(account.id, rows=LARGE_ALBUM)
    if cursor is None:
        rows = _FIRST_PAGE.rows(values)
    else:
        values |= {"image": str(parse_id_cursor(_CURSOR, cursor))}
        anchor: Sequence[tuple[datetime]] = _ANCHOR.rows(values)
        if not anchor:
            raise InvalidCursorError
        rows = _NEXT_PAGE.rows(values | {"moment": anchor[0][0].isoformat()})
    page = rows[:MAX_BUCKET]
    more = len(rows) > MAX_BUCKET
    return {
        "next_cursor": encode_cursor(_CURSOR, UUID(page[-1][0]).hex) if more else None,
        "ids": [row[0] for row in page],
        "ratios": [round(row[2] / row[3], 3) if row[2] and row[3] else 1 for row in page],
        "animated": [place for place, row in enumerate(page) if row[4]],
        "days": days_of([row[1] for row in page]),
    }


def show_in_view(library: OpenLibrary, ids: Sequence[UUID], *, access: UserAccess) -> Shown:
    """Return what images in view need beyond their bucket, as the API's MemberInViewOut.

    What is not seen in the library is left out, whatever it is.
    """
    rows = _IN_VIEW.rows(_values(library) | {"ids": [str(each) for each in ids]})
    lets = library.show_descriptions
    return show_rows_in_view([(*row, lets) for row in rows], access=access)


def see_image(library: OpenLibrary, image_id: UUID) -> SeenImage:
    """Return one image of a library, with what may be known of it.

    Raises:
        NotFoundError: there is none in it.
    """
    rows = _ONE.rows(_values(library) | {"image": str(image_id)})
    if not rows:
        raise NotFoundError
    shows_dates = True
    lets: tuple[str | bool, ...] = (
        library.owner_email,
        shows_dates,
        library.show_descriptions,
        library.show_names,
        library.show_places,
        library.allow_originals,
    )
    return SeenImage(*rows[0], *lets)


def _values(library: OpenLibrary) -> dict[str, object]:
    return {"owner": str(library.owner_id), "since": library.since.isoformat()}
