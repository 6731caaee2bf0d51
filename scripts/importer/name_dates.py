"""Dates in file names: a guess, for pictures that nothing else dates.

docs/importing.md says where each pattern comes from.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

_DAY = r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)"
_DAY_DASHED = r"(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)"
_CLOCK = r"(?P<H>\d\d)(?P<M>\d\d)(?P<S>\d\d)"
_CLOCK_DASHED = r"(?P<H>\d\d)[-.](?P<M>\d\d)[-.](?P<S>\d\d)"
_END = r"(?![0-9])"


@dataclass(frozen=True, kw_only=True)
class _Pattern:
    source: str
    regex: re.Pattern[str]
    is_utc: bool = False
    tag: str | None = None


@dataclass(frozen=True, kw_only=True)
class NameDate:
    """What a name says: a wall clock, what wrote it, and what kind of picture it is."""

    taken: datetime
    source: str
    tag: str | None


def _pattern(source: str, regex: str, *, is_utc: bool = False, tag: str | None = None) -> _Pattern:
    return _Pattern(source=source, regex=re.compile(regex), is_utc=is_utc, tag=tag)


# The first that fits counts. Those that name their program stand before those that do not.
_PATTERNS = (
    _pattern("Pixel", rf"^PXL_{_DAY}_{_CLOCK}\d{{3}}", is_utc=True),
    _pattern("OneDrive for iOS", rf"^{_DAY}_{_CLOCK}\d{{3}}_iOS", is_utc=True),
    _pattern("WhatsApp", rf"^(?:IMG|VID|PTT|STK|GIF)-{_DAY}-WA\d+", tag="WhatsApp"),
    _pattern(
        "WhatsApp",
        rf"^WhatsApp (?:Image|Video) {_DAY_DASHED} at {_CLOCK_DASHED}",
        tag="WhatsApp",
    ),
    _pattern("Signal", rf"^signal-{_DAY_DASHED}-{_CLOCK_DASHED}", tag="Signal"),
    _pattern("Signal", rf"^signal-{_DAY_DASHED}-{_CLOCK}", tag="Signal"),
    _pattern("Telegram", rf"^photo_{_DAY_DASHED}_{_CLOCK_DASHED}", tag="Telegram"),
    _pattern(
        "screenshot",
        rf"^(?:Screenshot|Screen Shot|Bildschirmfoto|Capture d.écran)[ _-](?:from )?{_DAY_DASHED}"
        rf"(?:[ _-](?:at |um |à )?{_CLOCK_DASHED})?",
        tag="Screenshots",
    ),
    _pattern("screenshot", rf"^Screenshot[ _-]{_DAY}[_-]{_CLOCK}{_END}", tag="Screenshots"),
    _pattern("camera burst", rf"BURST{_DAY}{_CLOCK}(?:\d{{3}})?{_END}"),
    _pattern("camera", rf"^(?:IMG|VID|MVIMG|PANO|DSC|BURST|Photo)?[_-]?{_DAY}[_-]{_CLOCK}"),
    _pattern("camera", rf"^{_DAY_DASHED}[ _T-]{_CLOCK_DASHED}"),
    _pattern("camera", rf"^{_DAY}{_CLOCK}{_END}"),
)
_BURST_MILLISECONDS = re.compile(rf"BURST(\d{{13}}){_END}")
_EARLIEST_YEAR = 1990  # before, no device put dates into names


def read_name(name: str, *, zone: tzinfo) -> NameDate | None:
    """Read a date from a file name; UTC is shown by the clock of `zone`."""
    if found := _BURST_MILLISECONDS.search(name):
        moment = datetime.fromtimestamp(int(found[1]) // 1000, UTC)
        return NameDate(taken=_wall(moment, zone), source="camera burst", tag=None)
    for pattern in _PATTERNS:
        found = pattern.regex.search(name)
        if found and (clock := _clock(found)):
            taken = _wall(clock.replace(tzinfo=UTC), zone) if pattern.is_utc else clock
            return NameDate(taken=taken, source=pattern.source, tag=pattern.tag)
    return None


def _wall(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def _clock(found: re.Match[str]) -> datetime | None:
    values = {name: int(text) for name, text in found.groupdict().items() if text is not None}
    try:
        clock = datetime(  # noqa: DTZ001 - a wall clock
            values["y"],
            values["m"],
            values["d"],
            # A day without a clock is shown at noon: no zone moves it to another day.
            values.get("H", 12),
            values.get("M", 0),
            values.get("S", 0),
        )
    except ValueError:
        return None
    tomorrow = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
    return clock if clock.year >= _EARLIEST_YEAR and clock < tomorrow else None
