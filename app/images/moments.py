"""Read the times that files give, and believe only those at which a picture can have been taken."""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_EARLIEST_YEAR = 1826  # the oldest photograph there is
_FARTHEST_OFFSET = 14 * 60

# As EXIF writes it (2024:05:01 10:00:00), as XMP does (2024-05-01T10:00:00.25+02:00) and as IPTC's
# two fields are put together here. A date without a time says nothing about the clock.
_MOMENT = re.compile(
    r"\s*(\d{4})[:/.-](\d{2})[:/.-](\d{2})[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_OFFSET = re.compile(r"\s*([+-])(\d{2}):?([0-5]\d)\s*\Z", re.ASCII)


class Moment(NamedTuple):
    """A wall clock, and its distance from UTC in minutes where that is known."""

    clock: datetime
    offset_minutes: int | None


def read_moment(text: str) -> Moment | None:
    """Read a date with a time; None when it is neither, or cannot be."""
    match = _MOMENT.match(text)
    if match is None:
        return None
    *parts, fraction, zone = match.groups()
    try:
        clock = datetime(*(int(part or 0) for part in parts))  # type: ignore[arg-type]  # noqa: DTZ001 - a wall clock, zone unknown
    except ValueError:
        return None
    latest = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=2)
    if clock.year < _EARLIEST_YEAR or clock > latest:
        return None
    clock = clock.replace(microsecond=read_fraction(fraction or ""))
    return Moment(clock, read_offset(zone or ""))


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
    minutes = int(match[2]) * 60 + int(match[3])
    if minutes > _FARTHEST_OFFSET:
        return None
    return -minutes if match[1] == "-" else minutes
