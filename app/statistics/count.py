"""Count a library by year, camera, lens, country and format, seldom and in a bounded time.

[Note: Counted when it is asked for] No trigger keeps these counts: it would write five rows with
each image. They are counted in one pass when somebody asks and the library changed since, under a
seat for long reads, and kept with the number of that change. While a library changes all the time,
counting takes a twentieth of the time at most: what was counted last is answered until then, and
says so. A pass that takes too long is ended, and that is kept: it rests as after any pass of that
time, and what was counted before, if it ever was, is answered and says so.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from app.accounts.models import User
from app.accounts.rate_limits.seats import take_read_seat
from app.accounts.sessions.lookup import Owner
from app.database import Prepared, db, given, is_contention, now
from app.images.counted_models import Storage
from app.statistics.models import LibraryStatistics

# Of each kind, the largest; the others are counted together. Years are two hundred at most.
MAX_GROUPS = 200
MAX_SECONDS = 8.0
# Kept as the time of a pass that was ended; of others it is less.
_ENDED_MS = round(MAX_SECONDS * 1000)
# Between two counts so many times the time that the last one took.
_REST = 20
_MIN_REST = timedelta(seconds=2)

# By these columns; GROUPING tells by which a row is, one bit for each that it is not by.
_BY = ("year", "camera", "lens", "country", "type")
_COUNT = Prepared(
    text(
        """
        WITH counted AS (
            SELECT GROUPING(year, camera, lens, country, type) AS bits,
                coalesce(CAST(year AS text), camera, lens, country, type) AS value,
                min(make) AS make, count(*) AS images, CAST(sum(byte_size) AS bigint) AS bytes
            FROM (
                SELECT CAST(extract(year FROM timeline_at) AS integer) AS year,
                    camera_model AS camera, camera_make AS make, lens, content_type AS type,
                    CASE WHEN latitude IS NOT DISTINCT FROM place_latitude
                        AND longitude IS NOT DISTINCT FROM place_longitude
                        THEN CAST(country_code AS text) END AS country, byte_size
                FROM images WHERE owner_id = :owner AND deleted_at IS NULL
                    AND state IN ('processing', 'ready', 'damaged')
            ) AS library
            GROUP BY GROUPING SETS ((year), (camera), (lens), (country), (type))
        ), ranked AS (
            SELECT *, row_number() OVER (
                PARTITION BY bits ORDER BY value IS NULL DESC, images DESC, value
            ) AS rank FROM counted
        )
        SELECT bits, CASE WHEN rank <= :most THEN value END, CASE WHEN rank <= :most THEN make END,
            rank > :most, CAST(sum(images) AS bigint), CAST(sum(bytes) AS bigint)
        FROM ranked GROUP BY 1, 2, 3, 4, CASE WHEN rank <= :most THEN rank END
        ORDER BY min(rank)
        """
    )
)
_BRIEFLY = Prepared(text("SELECT set_config('statement_timeout', :milliseconds, true)"))
_LIBRARY = Prepared(
    select(Storage.pictures, Storage.bytes, Storage.arriving_bytes, Storage.last_change).where(
        Storage.user_id == given("owner")
    )
)
_KEPT = Prepared(
    select(
        LibraryStatistics.change,
        LibraryStatistics.counted_at,
        LibraryStatistics.took_ms,
        LibraryStatistics.groups,
    ).where(LibraryStatistics.owner_id == given("owner"))
)
_KEEP = Prepared(
    text(
        "INSERT INTO library_statistics AS kept (owner_id, change, counted_at, took_ms, groups)"
        " VALUES (:owner, :change, :counted_at, :took_ms, CAST(:groups AS jsonb))"
        " ON CONFLICT (owner_id) DO UPDATE SET change = excluded.change,"
        " counted_at = excluded.counted_at, took_ms = excluded.took_ms, groups = excluded.groups"
        " WHERE kept.change <= excluded.change"
    )
)
# Another may have counted meanwhile: that stays.
_KEEP_ENDED = Prepared(
    text(
        "INSERT INTO library_statistics AS kept (owner_id, change, counted_at, took_ms, groups)"
        " VALUES (:owner, :change, :counted_at, :took_ms, '{}')"
        " ON CONFLICT (owner_id) DO UPDATE SET counted_at = excluded.counted_at,"
        " took_ms = excluded.took_ms WHERE kept.change = excluded.change"
    )
)
_NEVER = -1  # the change of a library that was never counted: no library has it


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """What was counted, and when it was, or was last begun.

    Attributes:
        groups: by kind, rows of value, maker (of cameras), images, bytes; the value None is what
            has none, and "…" those beyond MAX_GROUPS. All are empty where it was never counted.
        stored: bytes of all originals, in Recently deleted too.
        is_current: whether nothing changed since.
        was_ended: whether the last pass took too long.
    """

    groups: dict[str, list[dict[str, Any]]]
    stored: int
    counted_at: datetime
    is_current: bool
    was_ended: bool


def count_library(owner: User | Owner) -> Statistics:
    """Return the counts of a library: see [Note: Counted when it is asked for]. Commits.

    Raises:
        TooManyAtOnceError: no seat is free.
    """
    who = {"owner": str(owner.id)}
    libraries = _LIBRARY.rows(who)
    pictures, stored, arriving, change = libraries[0] if libraries else (0, 0, 0, 0)
    kept = _KEPT.rows(who)
    if kept and (kept[0][0] == change or _rests(kept[0])):
        return _as_kept(kept[0], stored=stored - arriving, change=change)
    take_read_seat(owner.id, rows=pictures)
    moment, begun = now(), time.perf_counter()
    try:
        _BRIEFLY.rows({"milliseconds": str(round(MAX_SECONDS * 1000))})
        rows = _COUNT.rows(who | {"most": MAX_GROUPS})
    except OperationalError as error:
        db.session.rollback()
        if not is_contention(error):
            raise
        ended = {"change": kept[0][0] if kept else _NEVER, "counted_at": now()}
        _KEEP_ENDED.run(who | ended | {"took_ms": _ENDED_MS})
        db.session.commit()
        return _as_kept(_KEPT.rows(who)[0], stored=stored - arriving, change=change)
    groups = _no_groups()
    for bits, value, make, is_rest, images, size in rows:
        kind = next(kind for n, kind in enumerate(_BY) if not bits & (1 << (len(_BY) - 1 - n)))
        groups[kind].append(
            {
                "value": "…" if is_rest else value,
                "make": make if kind == "camera" else None,
                "images": images,
                "bytes": size,
            }
        )
    _KEEP.run(
        who
        | {
            "change": change,
            "counted_at": moment,
            "took_ms": min(round((time.perf_counter() - begun) * 1000), _ENDED_MS - 1),
            "groups": orjson.dumps(groups).decode(),
        }
    )
    db.session.commit()
    return Statistics(
        groups=groups,
        stored=stored - arriving,
        counted_at=moment,
        is_current=True,
        was_ended=False,
    )


def _no_groups() -> dict[str, list[dict[str, Any]]]:
    return {kind: [] for kind in _BY}


def _rests(kept: tuple[Any, ...]) -> bool:
    """Whether it was counted so lately that it is not counted again."""
    _, counted_at, took_ms, _ = kept
    rest: timedelta = max(_MIN_REST, timedelta(milliseconds=took_ms * _REST))
    return bool(counted_at + rest > now())


def _as_kept(kept: tuple[Any, ...], *, stored: int, change: int) -> Statistics:
    changed, counted_at, took_ms, groups = kept
    return Statistics(
        groups=_no_groups() | groups,
        stored=stored,
        counted_at=counted_at,
        is_current=changed == change,
        was_ended=took_ms >= _ENDED_MS,
    )
