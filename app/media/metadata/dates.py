"""Parse dates of files, and accept only plausible ones."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_EARLIEST_YEAR = 1826  # the oldest photograph there is
_FARTHEST_OFFSET = 14 * 60
_HOUR_AFTER_MIDNIGHT = 24

# As EXIF writes it (2024:05:01 10:00:00), as XMP does (2024-05-01T10:00:00.25+02:00) and as IPTC's
# two fields are put together here; or a date alone, behind it what EXIF writes for an unknown time.
_ZONE = r"Z|[+\-\u2212]\d{1,2}(?::?[0-5]\d)?"
_MOMENT = re.compile(
    r"\s*(\d{4})[:/.-](\d{1,2})[:/.-](\d{1,2})"
    r"(?:[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?\s*(" + _ZONE + r")?"
    r"|[\sT:0]*\Z)",
    re.ASCII,
)
_OFFSET = re.compile(r"\s*([+\-\u2212])(\d{1,2})(?::?([0-5]\d))?\s*\Z", re.ASCII)


class Moment(NamedTuple):
    """A wall clock, and its distance from UTC in minutes where that is known.

    Of a day whose time is not known the clock is midnight, and has_time is False.
    """

    clock: datetime
    offset_minutes: int | None
    has_time: bool = True


def read_moment(text: str) -> Moment | None:
    """Read a date, with a time or without; None when it is none, or cannot be.

    Some phones write 24 for the hour after midnight and mean the day that has begun
    (2015:08:22 24:08:19); a second of 60 is the first of the next minute.
    """
    match = _MOMENT.match(text)
    if match is None:
        return None
    *parts, fraction, zone = match.groups()
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    after = second // 60
    try:
        whole_day = datetime(year, month, day)  # noqa: DTZ001 - a wall clock, zone unknown
        clock = whole_day.replace(
            hour=0 if hour == _HOUR_AFTER_MIDNIGHT else hour, minute=minute, second=second - after
        ) + timedelta(seconds=after)
    except (ValueError, OverflowError):
        return None
    latest = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=2)
    if clock.year < _EARLIEST_YEAR or clock > latest:
        return None
    clock = clock.replace(microsecond=read_fraction(fraction or ""))
    return Moment(clock, read_offset(zone or ""), has_time=parts[3] is not None)


def read_fraction(digits: str) -> int:
    """Read the fractions of a second, as microseconds; 0 when they are none."""
    digits = digits.strip()
    return int(digits[:6].ljust(6, "0")) if digits.isascii() and digits.isdigit() else 0


def read_offset(text: str) -> int | None:
    """Read a distance from UTC, in minutes."""
    if text.strip() == "Z":
        return 0
    match = _OFFSET.match(text)
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    if minutes > _FARTHEST_OFFSET:
        return None
    return minutes if match[1] == "+" else -minutes


def put_together(moments: Iterable[Moment | None]) -> Moment | None:
    """Return the first moment, with what later ones add.

    A time is added to a day by a moment of that day, and a zone by one of the same clock.
    """
    known = [moment for moment in moments if moment]
    if not known:
        return None
    taken = known[0]
    if not taken.has_time:
        same_day = (m for m in known if m.has_time and m.clock.date() == taken.clock.date())
        taken = next(same_day, taken)
    if taken.offset_minutes is None and taken.has_time:
        clock = taken.clock.replace(microsecond=0)
        zones = (m.offset_minutes for m in known if m.clock.replace(microsecond=0) == clock)
        taken = taken._replace(
            offset_minutes=next((zone for zone in zones if zone is not None), None)
        )
    return taken


# Every distance from UTC that an inhabited place has kept since 1970, in minutes (IANA's time zone
# database); the halves and quarters are those of Newfoundland, the Marquesas, Venezuela, Iran,
# Afghanistan, India, Nepal, Myanmar, North Korea, Eucla, central Australia, Lord Howe and Chatham.
_WHOLE_HOURS = range(-11 * 60, 14 * 60 + 1, 60)
_PARTS_OF_HOURS = (-570, -270, -210, -150, 210, 270, 330, 345, 390, 510, 525, 570, 630, 765, 825)
_OFFSETS_IN_USE = frozenset({*_WHOLE_HOURS, *_PARTS_OF_HOURS})
_QUARTER_HOUR = 15
_OLDEST_FIX_MINUTES = 5
_FARTHEST_FROM_THE_SUN = 4 * 60  # minutes; western China is three hours off


def offset_by_satellite(clock: datetime, at: datetime, *, longitude: float | None) -> int | None:
    """Return how far the clock is from UTC, in minutes, when the satellites' time tells it.

    That time is of the last fix, which may be old. It is believed when the difference is within
    five minutes of a quarter hour that some place on earth keeps, and not far from the sun's at
    this longitude.
    """
    minutes = (clock - at).total_seconds() / 60
    offset = _QUARTER_HOUR * round(minutes / _QUARTER_HOUR)
    if offset not in _OFFSETS_IN_USE or abs(minutes - offset) > _OLDEST_FIX_MINUTES:
        return None
    if longitude is not None:
        day = 24 * 60
        away = (offset - 4 * longitude) % day
        if min(away, day - away) > _FARTHEST_FROM_THE_SUN:
            return None
    return offset
