"""Read the tags of an EXIF block, or of a TIFF file, that may be hostile.

A reader of its own instead of a library's: it follows only the three directories that wanted tags
stand in, reads a bounded number of bytes and has no way to loop. Whatever does not make sense is
left out; nothing here raises for bad bytes.
"""

import math
import struct
from collections.abc import Callable
from typing import NamedTuple

from app.images.cleaning import decoded


class Tag(NamedTuple):
    """The value of a tag as it stands there, as far as it is read; where, and how long it is."""

    kind: int
    order: str
    raw: bytes
    place: int
    length: int


Tags = dict[int, Tag]
Wanted = frozenset[int]

BYTE, ASCII, SHORT, LONG, RATIONAL, SIGNED_RATIONAL, UTF8 = 1, 2, 3, 4, 5, 10, 129
_SIZES = {BYTE: 1, ASCII: 1, 7: 1, UTF8: 1, SHORT: 2, LONG: 4, RATIONAL: 8, SIGNED_RATIONAL: 8}
_TEXTS = frozenset({ASCII, 7, UTF8})
_MOST_ENTRIES = 1000
_MOST_BYTES = 8192
_EXPOSURE_DIRECTORY, _GPS_DIRECTORY = 0x8769, 0x8825


def read_tags(
    exif: bytes | memoryview, *, first: Wanted, exposure: Wanted, gps: Wanted
) -> tuple[Tags, Tags, Tags]:
    """Read the wanted tags of the first directory, of the exposure's and of GPS's."""
    if bytes(exif[:6]) == b"Exif\0\0":
        exif = exif[6:]
    order = byte_order(exif)
    if order is None:
        return {}, {}, {}
    try:
        (start,) = struct.unpack_from(order + "L", exif, 4)
    except struct.error:
        return {}, {}, {}
    found = read_directory(exif, start, order, first | {_EXPOSURE_DIRECTORY, _GPS_DIRECTORY})
    of_exposure = _follow(exif, found.pop(_EXPOSURE_DIRECTORY, None), exposure)
    return found, of_exposure, _follow(exif, found.pop(_GPS_DIRECTORY, None), gps)


def read_first(block: bytes | memoryview, wanted: Wanted) -> Tags:
    """Read the wanted tags of a block's first directory."""
    order = byte_order(block)
    if order is None or len(block) < 8:  # noqa: PLR2004 - the header
        return {}
    return read_directory(block, struct.unpack_from(order + "L", block, 4)[0], order, wanted)


def byte_order(head: bytes | memoryview) -> str | None:
    """Return how struct calls the order of a TIFF's bytes; Panasonic gives TIFF its own number."""
    return {b"II*\0": "<", b"MM\0*": ">", b"IIU\0": "<"}.get(bytes(head[:4]))


def _follow(exif: bytes | memoryview, pointer: Tag | None, wanted: Wanted) -> Tags:
    if pointer is None or pointer.kind != LONG:
        return {}
    (start,) = struct.unpack_from(pointer.order + "L", pointer.raw)
    return read_directory(exif, start, pointer.order, wanted)


def read_directory(exif: bytes | memoryview, start: int, order: str, wanted: Wanted) -> Tags:
    """Return the wanted tags of one directory, as far as it can be read; the first of doubles."""
    found: Tags = {}
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
                found[tag] = Tag(kind, order, raw, place, size * number)
    except struct.error:
        pass
    return found


def text_of(tag: Tag | None) -> str:
    """Return the text of a tag, unclean; empty when it holds none."""
    return "" if tag is None or tag.kind not in _TEXTS else decoded(tag.raw)


_NUMBERS: dict[int, Callable[[str, bytes, int], float]] = {
    BYTE: lambda order, raw, at: float(struct.unpack_from(order + "B", raw, at)[0]),
    SHORT: lambda order, raw, at: float(struct.unpack_from(order + "H", raw, at)[0]),
    LONG: lambda order, raw, at: float(struct.unpack_from(order + "L", raw, at)[0]),
    RATIONAL: lambda order, raw, at: _ratio(*struct.unpack_from(order + "LL", raw, at)),
    SIGNED_RATIONAL: lambda order, raw, at: _ratio(*struct.unpack_from(order + "ll", raw, at)),
}


def _ratio(numerator: int, denominator: int) -> float:
    return numerator / denominator if denominator else math.nan


def numbers_of(tag: Tag | None, *, most: int) -> list[float]:
    """Return the first numbers of a tag, NaN for what is divided by 0; none when it is a text."""
    if tag is None or tag.kind not in _NUMBERS:
        return []
    size = _SIZES[tag.kind]
    places = range(0, min(len(tag.raw) // size, most) * size, size)
    return [_NUMBERS[tag.kind](tag.order, tag.raw, at) for at in places]


def number_of(tag: Tag | None, *, least: float, most: float, digits: int) -> float | None:
    """Return the first number of a tag; None when it is no number within the limits."""
    number = next(iter(numbers_of(tag, most=1)), math.nan)
    return round(number, digits) if least <= number <= most else None  # NaN is never within
