"""When a picture was taken: what it says itself, what an export says, and which of them counts.

[Note: Whose date] A picture's own clock shows the time of the place; exports have UTC. Where both
mean the same moment, they differ by the zone of the place and no more, so the own clock stays.
Where they are more than a day apart, a person has corrected the date there, and that counts.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from .exif import Own
from .name_dates import NameDate

# Zones reach from 12 hours west to 14 hours east; a clock that was set wrong by less is left alone.
_SAME_MOMENT = timedelta(hours=24)
_EARLIEST_YEAR, _LATEST_YEAR = 1826, 2199  # what the site takes


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What an export says: a moment in seconds of UTC, or a wall clock; and which export."""

    source: str
    moment: int | None = None
    wall: datetime | None = None
    offset: int | None = None


@dataclass(frozen=True, kw_only=True)
class Date:
    """The date that counts.

    `is_said`: it is said to the site beside what the picture says. Otherwise it is a hint, which
    the site uses where the picture says nothing.
    """

    taken: datetime | None
    source: str
    offset: int | None = None
    is_said: bool = False


def decide(
    own: Own,
    claim: Claim | None,
    *,
    guess: NameDate | None,
    modified: datetime | None,
    zone: tzinfo,
) -> Date:
    """Choose the date that counts. See [Note: Whose date]."""
    if claim is not None and (said := _said(own, claim, zone)):
        return said
    if own.taken is not None:
        return Date(taken=own.taken, offset=own.offset, source="picture")
    if guess is not None:
        return Date(taken=guess.taken, source=f"name ({guess.source}), a guess")
    if modified is not None:
        return Date(taken=modified, source="file's last change, a guess")
    return Date(taken=None, source="none")


def _said(own: Own, claim: Claim, zone: tzinfo) -> Date | None:
    """Return what the claim says, where it counts."""
    if claim.wall is not None:
        if own.taken == claim.wall or not _is_taken(claim.wall):
            return None
        return Date(taken=claim.wall, offset=claim.offset, source=claim.source, is_said=True)
    if claim.moment is None:
        return None
    moment = datetime.fromtimestamp(claim.moment, UTC)
    if own.taken is not None:
        own_offset = timedelta(minutes=own.offset or 0)
        apart = abs(own.taken.replace(tzinfo=UTC) - own_offset - moment)
        if apart <= _SAME_MOMENT:
            return None
        if own.offset is not None:
            zone = timezone(timedelta(minutes=own.offset))
    shown = moment.astimezone(zone)
    wall = shown.replace(tzinfo=None)
    if not _is_taken(wall):
        return None
    return Date(taken=wall, offset=_minutes(shown), source=claim.source, is_said=True)


def _is_taken(wall: datetime) -> bool:
    return _EARLIEST_YEAR <= wall.year <= _LATEST_YEAR


def _minutes(shown: datetime) -> int | None:
    """Whole minutes from UTC; before standard time, places were seconds apart."""
    offset = shown.utcoffset()
    if offset is None or offset % timedelta(minutes=1):
        return None
    return int(offset / timedelta(minutes=1))
