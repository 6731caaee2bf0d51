"""Date and position of a picture, as far as its first bytes have them.

For the plan, and for comparing with what an export says. What counts in the end is what the site
reads, which knows all formats; where this finds nothing, the site is asked before a date is set.
"""

import re
import struct
from dataclasses import dataclass
from datetime import datetime

_START = re.compile(rb"(?:Exif\0\0|eXIf|EXIF....|^)(II\*\0|MM\0\*)", re.DOTALL)
_DATE_TIME_ORIGINAL, _OFFSET_ORIGINAL = 0x9003, 0x9011
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 1, 2, 3, 4
_ASCII, _LONG, _RATIONAL = 2, 4, 5
_INLINE = 4  # bytes of a value that stand in the directory itself
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
_MAX_ENTRIES = 500
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)$")
_MAX_LATITUDE, _MAX_LONGITUDE = 90, 180


@dataclass(frozen=True, kw_only=True)
class Own:
    """What a picture itself says: a wall clock, minutes from UTC, and a position."""

    taken: datetime | None = None
    offset: int | None = None
    place: tuple[float, float] | None = None


def read_own(head: bytes) -> Own:
    """Read what the first bytes of a file say; nothing of what is broken or lies further behind."""
    for found in _START.finditer(head):
        try:
            own = _read(head[found.start(1) :])
        except (struct.error, ValueError, IndexError, ZeroDivisionError, UnicodeError):
            continue
        if own.taken or own.place:
            return own
    return Own()


def _read(data: bytes) -> Own:
    order = "<" if data[:2] == b"II" else ">"
    first = _directory(data, order, struct.unpack_from(order + "I", data, 4)[0])
    exif = _sub_directory(data, order, first, _EXIF_IFD)
    gps = _sub_directory(data, order, first, _GPS_IFD)
    return Own(
        taken=_clock(_text(exif.get(_DATE_TIME_ORIGINAL))),
        offset=_minutes(_text(exif.get(_OFFSET_ORIGINAL))),
        place=_place(gps, order),
    )


def _directory(data: bytes, order: str, at: int) -> dict[int, tuple[int, bytes]]:
    (count,) = struct.unpack_from(order + "H", data, at)
    values: dict[int, tuple[int, bytes]] = {}
    for index in range(min(count, _MAX_ENTRIES)):
        entry = at + 2 + 12 * index
        tag, kind, number = struct.unpack_from(order + "HHI", data, entry)
        size = _SIZES.get(kind, 0) * number
        start = entry + 8
        if size > _INLINE:
            start = struct.unpack_from(order + "I", data, entry + 8)[0]
        values[tag] = (kind, data[start : start + min(size, 1024)])
    return values


def _sub_directory(
    data: bytes, order: str, values: dict[int, tuple[int, bytes]], tag: int
) -> dict[int, tuple[int, bytes]]:
    kind, content = values.get(tag, (0, b""))
    if kind != _LONG:
        return {}
    return _directory(data, order, struct.unpack(order + "I", content)[0])


def _text(value: tuple[int, bytes] | None) -> str:
    kind, content = value or (0, b"")
    return content.split(b"\0")[0].decode("ascii", "replace").strip() if kind == _ASCII else ""


def _clock(text: str) -> datetime | None:
    try:
        clock = datetime.strptime(text[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - a wall clock
    except ValueError:
        return None
    return clock


def _minutes(text: str) -> int | None:
    found = _OFFSET.fullmatch(text)
    if not found:
        return None
    minutes = int(found[2]) * 60 + int(found[3])
    return -minutes if found[1] == "-" else minutes


def _place(gps: dict[int, tuple[int, bytes]], order: str) -> tuple[float, float] | None:
    if _LATITUDE not in gps or _LONGITUDE not in gps:
        return None
    latitude = _degrees(gps[_LATITUDE], order, negative=_text(gps.get(_LATITUDE_REF)) == "S")
    longitude = _degrees(gps[_LONGITUDE], order, negative=_text(gps.get(_LONGITUDE_REF)) == "W")
    if abs(latitude) > _MAX_LATITUDE or abs(longitude) > _MAX_LONGITUDE:
        return None
    return (latitude, longitude) if latitude or longitude else None


def _degrees(value: tuple[int, bytes], order: str, *, negative: bool) -> float:
    kind, content = value
    if kind != _RATIONAL:
        raise ValueError
    numbers: tuple[int, ...] = struct.unpack(order + "6I", content)
    parts = [numbers[2 * at] / numbers[2 * at + 1] for at in range(3)]
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    return -degrees if negative else degrees
