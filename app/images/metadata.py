"""Read when and with what a picture was taken, from EXIF that may be hostile.

A reader of its own instead of a library's: it looks up fifteen tags, follows only the two
directories they stand in, reads a bounded number of bytes and has no way to loop. Whatever does
not make sense is left out; nothing here raises for bad bytes.
"""

import math
import re
import struct
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

LONGEST_TEXT = 64
_EARLIEST_YEAR = 1826  # the oldest photograph there is


@dataclass(frozen=True, kw_only=True)
class PictureMetadata:
    """What a picture says of itself; each field None when it says nothing that makes sense.

    taken_at is the wall clock where the picture was taken, without a zone; taken_offset_minutes
    is that clock's distance from UTC where the camera knew it. exposure_time is in seconds, as
    photographers write it ("1/125", "2.5"); focal_length is in millimetres.
    """

    taken_at: datetime | None = None
    taken_offset_minutes: int | None = None
    make: str | None = None
    model: str | None = None
    lens: str | None = None
    exposure_time: str | None = None
    f_number: float | None = None
    iso: int | None = None
    focal_length: float | None = None


# Tag numbers of EXIF 3.0 (CIPA DC-008).
_MAKE, _MODEL, _EXIF_DIRECTORY = 0x010F, 0x0110, 0x8769
_EXPOSURE_TIME, _F_NUMBER, _FOCAL_LENGTH = 0x829A, 0x829D, 0x920A
_ISO, _RECOMMENDED_EXPOSURE_INDEX, _ISO_SPEED = 0x8827, 0x8832, 0x8833
_ISO_TOO_BIG_FOR_ITS_TAG = 65535
_LENS_MODEL = 0xA434
# (date and time, its distance from UTC, fractions of its second): when the shutter opened, and
# failing that when the picture was made digital. Never the time of the last change.
_TIMES = ((0x9003, 0x9011, 0x9291), (0x9004, 0x9012, 0x9292))

_FIRST_DIRECTORY_TAGS = frozenset({_MAKE, _MODEL, _EXIF_DIRECTORY})
_EXIF_DIRECTORY_TAGS = frozenset(
    {
        _EXPOSURE_TIME,
        _F_NUMBER,
        _FOCAL_LENGTH,
        _ISO,
        _RECOMMENDED_EXPOSURE_INDEX,
        _ISO_SPEED,
        _LENS_MODEL,
        *(tag for tags in _TIMES for tag in tags),
    }
)


def read_metadata(exif: bytes | memoryview) -> PictureMetadata:
    """Read an EXIF block (with or without its "Exif" prefix), or a whole TIFF file."""
    tags = _read_tags(exif)
    taken_at, offset = _taken(tags)
    return PictureMetadata(
        taken_at=taken_at,
        taken_offset_minutes=offset,
        make=_text(tags.get(_MAKE)),
        model=_text(tags.get(_MODEL)),
        lens=_text(tags.get(_LENS_MODEL)),
        exposure_time=_exposure_time(tags.get(_EXPOSURE_TIME)),
        f_number=_number(tags.get(_F_NUMBER), least=0.5, most=512, digits=1),
        iso=_iso(tags),
        focal_length=_number(tags.get(_FOCAL_LENGTH), least=0.1, most=20_000, digits=2),
    )


class _Value(NamedTuple):
    kind: int
    order: str
    raw: bytes


_ASCII, _SHORT, _LONG, _RATIONAL, _SIGNED_RATIONAL, _UTF8 = 2, 3, 4, 5, 10, 129
_SIZES = {_ASCII: 1, 7: 1, _UTF8: 1, _SHORT: 2, _LONG: 4, _RATIONAL: 8, _SIGNED_RATIONAL: 8}
_TEXTS = frozenset({_ASCII, 7, _UTF8})
_MOST_ENTRIES = 1000
_MOST_BYTES = 256


def _read_tags(exif: bytes | memoryview) -> dict[int, _Value]:
    if bytes(exif[:6]) == b"Exif\0\0":
        exif = exif[6:]
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(exif[:4]))
    if order is None:
        return {}
    try:
        (start,) = struct.unpack_from(order + "L", exif, 4)
    except struct.error:
        return {}
    tags = _read_directory(exif, start, order, _FIRST_DIRECTORY_TAGS)
    pointer = tags.pop(_EXIF_DIRECTORY, None)
    if pointer is not None and pointer.kind == _LONG:
        (start,) = struct.unpack_from(order + "L", pointer.raw)
        tags |= _read_directory(exif, start, order, _EXIF_DIRECTORY_TAGS)
    return tags


def _read_directory(
    exif: bytes | memoryview, start: int, order: str, wanted: frozenset[int]
) -> dict[int, _Value]:
    """Return the wanted tags of one directory, as far as it can be read; the first of doubles."""
    found: dict[int, _Value] = {}
    try:
        (count,) = struct.unpack_from(order + "H", exif, start)
        for at in range(start + 2, start + 2 + 12 * min(count, _MOST_ENTRIES), 12):
            tag, kind, number = struct.unpack_from(order + "HHL", exif, at)
            size = _SIZES.get(kind, 0)
            if tag not in wanted or tag in found or size == 0 or number == 0:
                continue
            place = at + 8
            if size * number > 4:  # noqa: PLR2004 - what fits stands in the entry itself
                (place,) = struct.unpack_from(order + "L", exif, place)
            raw = bytes(exif[place : place + min(size * number, _MOST_BYTES)])
            if len(raw) >= size:
                found[tag] = _Value(kind, order, raw)
    except struct.error:
        pass
    return found


def clean_text(text: str, *, longest: int) -> str | None:
    """Drop what has no place in a name (controls, marks that reorder text); None when empty."""
    kept = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text[: 4 * longest])
    return unicodedata.normalize("NFC", " ".join(kept.split()))[:longest].strip() or None


def _text(value: _Value | None) -> str | None:
    raw = _text_bytes(value)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")  # EXIF says ASCII; old cameras wrote their own
    return clean_text(text, longest=LONGEST_TEXT)


def _text_bytes(value: _Value | None) -> bytes:
    if value is None or value.kind not in _TEXTS:
        return b""
    return value.raw.split(b"\0", 1)[0]


_DATE_AND_TIME = re.compile(
    r"\s*(\d{4})[:/.-](\d{2})[:/.-](\d{2})[ T](\d{2}):(\d{2})(?::(\d{2}))?", re.ASCII
)
_OFFSET = re.compile(r"\s*([+-])(\d{2}):?([0-5]\d)\s*\Z", re.ASCII)
_FARTHEST_OFFSET = 14 * 60


def _taken(tags: dict[int, _Value]) -> tuple[datetime | None, int | None]:
    for time_tag, offset_tag, fraction_tag in _TIMES:
        taken_at = _date_and_time(_text_bytes(tags.get(time_tag)))
        if taken_at is not None:
            microsecond = _microsecond(_text_bytes(tags.get(fraction_tag)))
            offset = _offset(_text_bytes(tags.get(offset_tag)))
            return taken_at.replace(microsecond=microsecond), offset
    return None, None


def _date_and_time(raw: bytes) -> datetime | None:
    match = _DATE_AND_TIME.match(raw.decode("ascii", "replace"))
    if match is None:
        return None
    try:
        taken_at = datetime(*(int(part or 0) for part in match.groups()))  # type: ignore[arg-type]  # noqa: DTZ001 - a wall clock, zone unknown
    except ValueError:
        return None
    latest = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=2)
    return taken_at if taken_at.year >= _EARLIEST_YEAR and taken_at <= latest else None


def _microsecond(raw: bytes) -> int:
    digits = raw.strip()
    return int(digits[:6].ljust(6, b"0")) if digits.isdigit() else 0


def _offset(raw: bytes) -> int | None:
    text = raw.decode("ascii", "replace")
    if text.strip() == "Z":
        return 0
    match = _OFFSET.match(text)
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    if minutes > _FARTHEST_OFFSET:
        return None
    return -minutes if match[1] == "-" else minutes


_NUMBERS: dict[int, Callable[[_Value], float]] = {
    _SHORT: lambda value: float(struct.unpack_from(value.order + "H", value.raw)[0]),
    _LONG: lambda value: float(struct.unpack_from(value.order + "L", value.raw)[0]),
    _RATIONAL: lambda value: _ratio(*struct.unpack_from(value.order + "LL", value.raw)),
    _SIGNED_RATIONAL: lambda value: _ratio(*struct.unpack_from(value.order + "ll", value.raw)),
}


def _ratio(numerator: int, denominator: int) -> float:
    return numerator / denominator if denominator else math.nan


def _number(value: _Value | None, *, least: float, most: float, digits: int) -> float | None:
    """Return the first number of a tag; None when it is no number within the limits."""
    if value is None or value.kind not in _NUMBERS:
        return None
    number = _NUMBERS[value.kind](value)
    return round(number, digits) if least <= number <= most else None  # NaN is never within


def _iso(tags: dict[int, _Value]) -> int | None:
    iso = _number(tags.get(_ISO), least=1, most=100_000_000, digits=0)
    if iso is None or iso == _ISO_TOO_BIG_FOR_ITS_TAG:
        for tag in (_ISO_SPEED, _RECOMMENDED_EXPOSURE_INDEX):
            longer = _number(tags.get(tag), least=1, most=100_000_000, digits=0)
            if longer is not None:
                return int(longer)
    return None if iso is None else int(iso)


_SHORTEST_SAID_IN_DECIMALS = 0.3


def _exposure_time(value: _Value | None) -> str | None:
    seconds = _number(value, least=1e-6, most=86_400, digits=9)
    if seconds is None:
        return None
    if seconds < _SHORTEST_SAID_IN_DECIMALS:
        return f"1/{round(1 / seconds)}"
    return f"{seconds:.1f}".removesuffix(".0")
