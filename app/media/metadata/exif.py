"""Parse the tags of an EXIF block or a TIFF file, which may be hostile.

This parser follows only the three directories that hold the needed tags, reads a bounded number of
bytes and cannot loop. Invalid values are ignored, and no bytes make it raise.
"""

import math
import struct
from dataclasses import dataclass
from typing import NamedTuple

from app.media.metadata.sanitize import decoded


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How numbers stand in a file: TIFF 6.0, or BigTIFF with its longer ones.

    order is struct's sign for the order of bytes; count and pointer are struct's letters for the
    number of a directory's entries and for a place in the file.
    """

    order: str
    count: str
    pointer: str
    entry_bytes: int
    first_at: int


_LAYOUTS = {
    mark: Layout(order=order, count=count, pointer=pointer, entry_bytes=entry, first_at=at)
    for mark, order, count, pointer, entry, at in (
        (b"II*\0", "<", "H", "L", 12, 4),
        (b"MM\0*", ">", "H", "L", 12, 4),
        # Panasonic and Olympus give TIFF numbers of their own.
        (b"IIU\0", "<", "H", "L", 12, 4),
        (b"IIRO", "<", "H", "L", 12, 4),
        (b"IIRS", "<", "H", "L", 12, 4),
        (b"MMOR", ">", "H", "L", 12, 4),
        (b"II+\0", "<", "Q", "Q", 20, 8),
        (b"MM\0+", ">", "Q", "Q", 20, 8),
    )
}


class Tag(NamedTuple):
    """The value of a tag as it stands there, as far as it is read; where, and how long it is."""

    kind: int
    order: str
    raw: bytes
    place: int
    length: int


Tags = dict[int, Tag]
Wanted = frozenset[int]

ASCII, LONG, RATIONAL, UNDEFINED, SIGNED_RATIONAL, IFD, LONG8, IFD8 = 2, 4, 5, 7, 10, 13, 16, 18
UTF8 = 129  # of EXIF 3.0
_TEXTS = frozenset({ASCII, UNDEFINED, UTF8})
# How struct reads each kind of number. TIFF 6.0; its Technical Note 1 for IFD; BigTIFF's 16 to 18.
_NUMBERS = {
    **dict(zip((1, 3, LONG, 6, 8, 9, 11, 12), "BHLbhlfd", strict=True)),
    IFD: "L",
    LONG8: "Q",
    17: "q",
    IFD8: "Q",
    RATIONAL: "LL",
    SIGNED_RATIONAL: "ll",
}
_SIZES = {
    **dict.fromkeys(_TEXTS, 1),
    **{kind: struct.calcsize("<" + letters) for kind, letters in _NUMBERS.items()},
}
_POINTERS = frozenset({LONG, IFD, LONG8, IFD8})
_BEYOND_ANY_FILE = 1 << 53
_MAX_ENTRIES = 1000
_MAX_BYTES = 8192
_EXPOSURE_DIRECTORY, _GPS_DIRECTORY = 0x8769, 0x8825


def read_tags(
    exif: bytes | memoryview, *, first: Wanted, exposure: Wanted, gps: Wanted
) -> tuple[Tags, Tags, Tags]:
    """Read the wanted tags of the first directory, of the exposure's and of GPS's."""
    exif = unwrapped(exif)
    layout = layout_of(exif)
    if layout is None:
        return {}, {}, {}
    start = first_directory(exif, layout)
    found = read_directory(exif, start, layout, first | {_EXPOSURE_DIRECTORY, _GPS_DIRECTORY})
    of_exposure, of_gps = (
        _follow(exif, found.pop(pointer, None), layout, wanted)
        for pointer, wanted in ((_EXPOSURE_DIRECTORY, exposure), (_GPS_DIRECTORY, gps))
    )
    return found, of_exposure, of_gps


_NAME = b"Exif\0\0"
_MARKER_BYTES = 4  # FF E1, and the length of the segment
# Where the first directory of nearly every block is, in either order of bytes; and what stands
# before that number.
_USUAL_PLACES = {b"\x08\0\0\0": b"II*\0", b"\0\0\0\x08": b"MM\0*"}


def unwrapped(exif: bytes | memoryview) -> bytes | memoryview:
    """Return a block from its TIFF header on.

    Before it may stand what it has in a JPEG: its name, and before that the segment's marker. Both
    are allowed in a HEIC (ISO/IEC 23008-12, A.2.1), and Xiaomi writes both. Who forgets the offset
    that a HEIC's block begins with has the header taken for it and thrown away (C034 of Nokia's
    conformance files).
    """
    if bytes(exif[:2]) == b"\xff\xe1" and bytes(exif[_MARKER_BYTES:10]) == _NAME:
        exif = exif[_MARKER_BYTES:]
    if bytes(exif[: len(_NAME)]) == _NAME:
        exif = exif[len(_NAME) :]
    header = _USUAL_PLACES.get(bytes(exif[:4]))
    return header + bytes(exif) if header else exif


def read_first(block: bytes | memoryview, wanted: Wanted) -> Tags:
    """Read the wanted tags of a block's first directory."""
    layout = layout_of(block)
    if layout is None:
        return {}
    return read_directory(block, first_directory(block, layout), layout, wanted)


def has_tags(exif: bytes | memoryview) -> bool:
    """Tell whether a block's first directory has an entry."""
    exif = unwrapped(exif)
    layout = layout_of(exif)
    if layout is None:
        return False
    start = first_directory(exif, layout)
    head = struct.calcsize("<" + layout.count)
    return len(exif) >= start + head + layout.entry_bytes and any(exif[start : start + head])


def layout_of(head: bytes | memoryview) -> Layout | None:
    """Tell a TIFF's layout by its first bytes; None when it is none."""
    return _LAYOUTS.get(bytes(head[:4]))


def first_directory(block: bytes | memoryview, layout: Layout) -> int:
    """Return where the first directory is; beyond the end when the block does not say."""
    try:
        (start,) = struct.unpack_from(layout.order + layout.pointer, block, layout.first_at)
    except struct.error:
        return len(block)
    return int(start)


def _follow(exif: bytes | memoryview, pointer: Tag | None, layout: Layout, wanted: Wanted) -> Tags:
    if pointer is None or pointer.kind not in _POINTERS:
        return {}
    return read_directory(exif, wholes_of(pointer, most=1)[0], layout, wanted)


def read_directory(exif: bytes | memoryview, start: int, layout: Layout, wanted: Wanted) -> Tags:
    """Return the wanted tags of one directory, as far as it can be read; the first of doubles.

    A value of an unknown kind is passed over: it hides none of the others.
    """
    found: Tags = {}
    order, pointer_bytes = layout.order, struct.calcsize("<" + layout.pointer)
    try:
        (count,) = struct.unpack_from(order + layout.count, exif, start)
        begin = start + struct.calcsize("<" + layout.count)
        for at in range(
            begin, begin + layout.entry_bytes * min(count, _MAX_ENTRIES), layout.entry_bytes
        ):
            tag, kind, number = struct.unpack_from(order + "HH" + layout.pointer, exif, at)
            size = _SIZES.get(kind, 0)
            if tag not in wanted or tag in found or size == 0 or number == 0:
                continue
            place = at + 4 + pointer_bytes
            if size * number > pointer_bytes:  # what fits stands in the entry itself
                (place,) = struct.unpack_from(order + layout.pointer, exif, place)
            raw = bytes(exif[place : place + min(size * number, _MAX_BYTES)])
            if len(raw) >= size:
                found[tag] = Tag(kind, order, raw, place, size * number)
    except (struct.error, OverflowError):  # a place beyond the end, or beyond what a file can have
        pass
    return found


def text_of(tag: Tag | None) -> str:
    """Return the text of a tag, unclean; empty when it holds none."""
    return "" if tag is None or tag.kind not in _TEXTS else decoded(tag.raw)


def numbers_of(tag: Tag | None, *, most: int) -> list[float]:
    """Return the first numbers of a tag, NaN for what is divided by 0; none when it is a text."""
    if tag is None or tag.kind not in _NUMBERS:
        return []
    size, letters = _SIZES[tag.kind], tag.order + _NUMBERS[tag.kind]
    places = range(0, min(len(tag.raw) // size, most) * size, size)
    return [_ratio(*struct.unpack_from(letters, tag.raw, at)) for at in places]


def wholes_of(tag: Tag | None, *, most: int) -> list[int]:
    """Return the first numbers of a tag as places and sizes; 0 for what can be neither."""
    numbers = numbers_of(tag, most=most)
    return [int(number) if 0 <= number < _BEYOND_ANY_FILE else 0 for number in numbers]


def whole_of(tags: Tags, name: int) -> int:
    """Return the first number of a tag as a place or size; 0 when it is neither, or not there."""
    return next(iter(wholes_of(tags.get(name), most=1)), 0)


def _ratio(numerator: float, denominator: float = 1) -> float:
    return numerator / denominator if denominator else math.nan


def number_of(tag: Tag | None, *, least: float, most: float, digits: int) -> float | None:
    """Return the first number of a tag; None when it is no number within the limits."""
    number = next(iter(numbers_of(tag, most=1)), math.nan)
    return round(number, digits) if least <= number <= most else None  # NaN is never within
