"""Read a title, a caption and a time from IPTC records (IIM 4.2) in a JPEG."""

import struct
from typing import NamedTuple

from app.media.metadata.dates import Moment, read_moment
from app.media.metadata.sanitize import clean_caption, clean_title, decoded

_RESOURCE, _IPTC_RESOURCE = b"8BIM", 0x0404
_PHOTOSHOP = b"Photoshop 3.0\0"
_MAX_RESOURCES, _MAX_RECORDS = 500, 2000
_LONGEST_VALUE = 8192
_MARKER, _APPLICATION = 0x1C, 2
_OBJECT_NAME, _HEADLINE = 5, 105
_DATE, _TIME, _CAPTION = 55, 60, 120
_WANTED = frozenset({_OBJECT_NAME, _HEADLINE, _DATE, _TIME, _CAPTION})


class IptcFacts(NamedTuple):
    """What the records say; None where they say nothing that makes sense."""

    title: str | None = None
    caption: str | None = None
    taken: Moment | None = None


def read_iptc(block: bytes | memoryview) -> IptcFacts:
    """Read a block of Photoshop's resources, or bare records. Nothing raises for bad bytes."""
    records = _records(_unwrapped(bytes(block)))
    return IptcFacts(
        title=clean_title(decoded(records.get(_OBJECT_NAME, b"")))
        or clean_title(decoded(records.get(_HEADLINE, b""))),
        caption=clean_caption(decoded(records.get(_CAPTION, b""))),
        taken=_taken(decoded(records.get(_DATE, b"")), decoded(records.get(_TIME, b""))),
    )


def has_records(block: bytes) -> bool:
    """Tell whether there are any in a block of Photoshop's resources."""
    return bool(_unwrapped(block))


def _unwrapped(block: bytes) -> bytes:
    """Return the records inside Photoshop's resources."""
    if not block.startswith((_PHOTOSHOP, _RESOURCE)):
        return block
    at = len(_PHOTOSHOP) if block.startswith(_PHOTOSHOP) else 0
    for _ in range(_MAX_RESOURCES):
        head = block[at : at + 7]
        if len(head) < 7 or not head.startswith(_RESOURCE):  # noqa: PLR2004 - kind, id, length of name
            break
        (kind,) = struct.unpack_from(">H", head, 4)
        at += 6 + (1 + head[6] + 1) // 2 * 2  # the name and its length take an even number of bytes
        if at + 4 > len(block):
            break
        (size,) = struct.unpack_from(">L", block, at)
        if kind == _IPTC_RESOURCE:
            return block[at + 4 : at + 4 + size]
        at += 4 + size + size % 2
    return b""


def _records(block: bytes) -> dict[int, bytes]:
    """Return the wanted values of the application's record, the first of each."""
    found: dict[int, bytes] = {}
    at = 0
    for _ in range(_MAX_RECORDS):
        if at + 5 > len(block) or block[at] != _MARKER:
            break
        record, name, size = struct.unpack_from(">BBH", block, at + 1)
        at += 5
        if size & 0x8000:  # a longer length follows: nothing wanted here needs one
            break
        if record == _APPLICATION and name in _WANTED:
            found.setdefault(name, block[at : at + min(size, _LONGEST_VALUE)])
        at += size
    return found


def _taken(date: str, time: str) -> Moment | None:
    """Put CCYYMMDD and HHMMSS±HHMM together; the time may be missing."""
    day = f"{date[:4]}-{date[4:6]}-{date[6:8]}"
    time_and_zone = f"T{time[:2]}:{time[2:4]}:{time[4:6]}{time[6:11]}"
    return read_moment(day + time_and_zone) or read_moment(day)
