"""List the images that are in a box of the map, newest first.

[Note: Two ways to a box] Where the cells of a box have few images, all of these are read, and
sorted. Where they have more, the next one by date is near: the timeline is walked, and each image
is asked whether it is in the box. Walking is bounded: a page then holds fewer, or none, and its
cursor goes on where the walk ended.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from app.accounts.models import User
from app.accounts.rate_limits.seats import FEW_ROWS, take_read_seat
from app.accounts.sessions.lookup import Owner
from app.database import Prepared
from app.images.listing import Reader, Shown, images_by_id
from app.images.pagination import make_cursor, parse_cursor
from app.map.cells import FINEST, Box, kept_level, level_for, ranges_of
from app.map.clusters import KEPT_CELLS, MAX_CELLS, ON_MAP

Anybody = User | Owner
_LIST = "map"

_COUNT = Prepared(text(f"SELECT coalesce(sum(count), 0) FROM {KEPT_CELLS}"))  # noqa: S608 - constants
_IN_BOX = (
    "latitude BETWEEN :south AND :north AND (longitude BETWEEN :west AND :east"
    " OR longitude BETWEEN :other_west AND :other_east)"
)
_BEHIND = "(timeline_at, id) < (:moment, CAST(:last AS uuid))"


def _of_few(behind: str) -> Prepared:
    return Prepared(
        text(f"""
        SELECT CAST(found.id AS text), found.timeline_at FROM {KEPT_CELLS}
        CROSS JOIN LATERAL (
            SELECT id, timeline_at FROM images
            WHERE images.owner_id = :owner AND {ON_MAP}
                AND map_cell(latitude, longitude) >= cell << :down
                AND map_cell(latitude, longitude) < (cell + 1) << :down
                AND {_IN_BOX} AND {behind}
            ORDER BY map_cell(latitude, longitude), timeline_at DESC, id DESC LIMIT :most
        ) AS found
        ORDER BY found.timeline_at DESC, found.id DESC LIMIT :limit
        """)  # noqa: S608 - constants
    )


_TIMELINE = (
    "owner_id = :owner AND archived_at IS NULL AND NOT is_folded AND deleted_at IS NULL"
    " AND state IN ('processing', 'ready', 'damaged')"
)
_NEWEST = "ORDER BY timeline_at DESC, id DESC"


def _of_many(behind: str) -> Prepared:
    return Prepared(
        text(f"""
        SELECT CAST(id AS text), timeline_at FROM (
            SELECT id, timeline_at, latitude, longitude FROM images
            WHERE {_TIMELINE} AND {behind} {_NEWEST} LIMIT :walk
        ) AS walked
        WHERE {_IN_BOX} {_NEWEST} LIMIT :limit
        """)  # noqa: S608 - constants
    )


def _end_of_walk(behind: str) -> Prepared:
    return Prepared(
        text(f"""
        SELECT CAST(id AS text), timeline_at FROM images
        WHERE {_TIMELINE} AND {behind} {_NEWEST} LIMIT 1 OFFSET :walk - 1
        """)  # noqa: S608 - constants
    )


# By whether a page starts behind an image.
_FEW = {is_behind: _of_few(_BEHIND if is_behind else "true") for is_behind in (False, True)}
_MANY = {is_behind: _of_many(_BEHIND if is_behind else "true") for is_behind in (False, True)}
_ENDS = {is_behind: _end_of_walk(_BEHIND if is_behind else "true") for is_behind in (False, True)}

_Place = tuple[datetime, UUID]


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How much is read for a page.

    Attributes:
        walk: images that one statement walks past.
        walks: statements of a page.
    """

    walk: int = 20_000
    walks: int = 5


_USUAL = Bounds()


@dataclass(frozen=True, kw_only=True)
class _Found:
    """Ids of a page, and behind what the next one begins."""

    ids: list[UUID]
    rest: _Place | None


def list_in_box(
    owner: Anybody,
    box: Box,
    *,
    reader: Reader,
    limit: int,
    cursor: str | None,
    bounds: Bounds = _USUAL,
) -> Shown:
    """Return a page of what is in a box, newest first, as the API's MapImagesOut.

    It may hold fewer than `limit`, or none: see [Note: Two ways to a box].

    Raises:
        InvalidCursorError: the cursor is not one of ours.
        TooManyAtOnceError: see [Note: Few long reads at once] in seats.py.
    """
    behind = parse_cursor(_LIST, cursor) if cursor else None
    level = level_for(box, wanted=FINEST, most=MAX_CELLS)
    kept = kept_level(level)
    down = 2 * (kept - level)
    ranges = ranges_of(box, level)
    cells: dict[str, object] = {
        "owner": str(owner.id),
        "level": kept,
        "starts": [start << down for start, _ in ranges],
        "ends": [end << down for _, end in ranges],
    }
    count = int(_COUNT.rows(cells)[0][0])
    edges = _edges(box)
    if count <= FEW_ROWS:
        values = {**cells, **edges, "down": 2 * (FINEST - kept), "most": FEW_ROWS}
        found = _read_few(values, limit=limit, behind=behind)
    else:
        take_read_seat(owner.id, rows=count)
        values = {"owner": str(owner.id), **edges, "walk": bounds.walk}
        found = _walk(values, walks=bounds.walks, limit=limit, behind=behind)
    shown = {each["id"]: each for each in images_by_id(owner, found.ids, reader=reader)}
    return {
        "images": [shown[str(each)] for each in found.ids if str(each) in shown],
        "next_cursor": make_cursor(_LIST, *found.rest) if found.rest else None,
    }


def _read_few(values: Mapping[str, object], *, limit: int, behind: _Place | None) -> _Found:
    query = _FEW[behind is not None]
    rows = query.rows({**values, **_from(behind), "limit": limit + 1})
    page = [(moment, UUID(image_id)) for image_id, moment in rows[:limit]]
    return _Found(ids=[each for _, each in page], rest=page[-1] if len(rows) > limit else None)


def _walk(values: Mapping[str, object], *, walks: int, limit: int, behind: _Place | None) -> _Found:
    page: list[_Place] = []
    for _ in range(walks):
        given = {**values, **_from(behind)}
        wanted = limit + 1 - len(page)
        rows = _MANY[behind is not None].rows({**given, "limit": wanted})
        page += [(moment, UUID(image_id)) for image_id, moment in rows]
        if len(rows) == wanted:
            return _Found(ids=[each for _, each in page[:limit]], rest=page[limit - 1])
        end = _ENDS[behind is not None].rows(given)
        if not end:
            return _Found(ids=[each for _, each in page], rest=None)
        behind = end[0][1], UUID(end[0][0])
    return _Found(ids=[each for _, each in page], rest=behind)


def _from(behind: _Place | None) -> dict[str, object]:
    return {"moment": behind[0], "last": str(behind[1])} if behind else {}


def _edges(box: Box) -> dict[str, object]:
    parts = box.parts()
    (west, east), (other_west, other_east) = parts[0], parts[-1]
    return {
        "south": box.south,
        "north": box.north,
        "west": west,
        "east": east,
        "other_west": other_west,
        "other_east": other_east,
    }
