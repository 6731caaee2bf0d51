"""Find the JPEG preview in a raw file, without decoding raw data.

Every camera stores a JPEG beside the sensor data, mostly in full size. It is found by following the
container (TIFF, ISO-BMFF or Fuji's own) in a bounded number of steps, and is decoded like an
uploaded JPEG. No raw decoder reads hostile bytes. See docs/decisions/0021-raw-and-metadata.md.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.media.formats import sniff
from app.media.formats.maker_notes import jpegs_of_maker_note
from app.media.formats.sniff import MAX_PIXELS, Bytes
from app.media.metadata.exif import (
    Tags,
    first_directory,
    layout_of,
    read_directory,
    read_first,
    whole_of,
    wholes_of,
)

_WIDTH, _HEIGHT, _COMPRESSION, _ORIENTATION, _XMP = 0x0100, 0x0101, 0x0103, 0x0112, 0x02BC
_BITS, _PHOTOMETRIC, _SAMPLES, _ROWS = 0x0102, 0x0106, 0x0115, 0x0116
_MAX_BARE_PIXELS = 8_000_000
_STRIPS, _STRIP_SIZES, _TILES, _TILE_SIZES = 0x0111, 0x0117, 0x0144, 0x0145
_JPEG, _JPEG_SIZE = 0x0201, 0x0202
# Panasonic's, and the larger one of newer cameras (ExifTool's JpgFromRaw and JpgFromRaw2).
_PANASONIC_JPEGS = (0x002E, 0x0127)
_SUB_DIRECTORIES = 0x014A
# StripOffsets of RW2, whose sensor's numbers are where another tag says; StripByteCounts is 0, or
# how many there are.
_NOWHERE = 0xFFFFFFFF
_WANTED = frozenset(
    {
        *(_WIDTH, _HEIGHT, _COMPRESSION, _PHOTOMETRIC, _ORIENTATION, _XMP),
        *(_BITS, _SAMPLES),
        *(_STRIPS, _STRIP_SIZES, _TILES, _TILE_SIZES),
        *(_JPEG, _JPEG_SIZE, *_PANASONIC_JPEGS, _SUB_DIRECTORIES),
    }
)
_JPEG_COMPRESSIONS = (6, 7)
# DNG 1.7 compresses with the same JPEG what is no picture to look at: the sensor's numbers (CFA and
# LinearRaw), depth, and masks of what is sky or skin.
_NO_PICTURES = frozenset({32803, 34892, 51177, 52527})
_MAX_DIRECTORIES = 32
_MAX_STRIPS = 2000
_MAX_ORIENTATION = 8


@dataclass(kw_only=True)
class Embedded:
    """What a raw file holds: its largest JPEG, and what the container says about it.

    Where there is no JPEG, bare is its largest small copy as a TIFF of its own: Android's phones
    put nothing but bare pixels into a DNG.
    orientation is None where only the JPEG itself says which way up it is. exif, exposure and gps
    are blocks to read metadata from; the latter two where the container keeps them apart.
    """

    jpeg: Bytes | None = None
    bare: bytes | None = None
    pixels: int = 0
    orientation: int | None = None
    size: tuple[int, int] = (0, 0)
    is_cut_short: bool = False
    boxes: int = 0  # looked at so far
    blocks: dict[str, Bytes] = field(default_factory=dict)

    def offer(self, data: Bytes, start: int, length: int) -> None:
        """Take a part of the file if it is a JPEG that can be shown, and larger than the last."""
        if not 0 < start < len(data) or length <= 0:
            return
        jpeg = memoryview(data)[start : start + length]
        pixels = _pixels_of(jpeg)
        if self.pixels < pixels <= MAX_PIXELS:
            self.jpeg, self.pixels = jpeg, pixels
            self.is_cut_short |= start + length > len(data)


def find_embedded(data: Bytes, content_type: str) -> Embedded:
    """Look through a raw file of that type. Nothing raises for bad bytes."""
    found = Embedded()
    if content_type == sniff.RAF:
        _search_fuji(data, found)
    elif content_type == sniff.CR3:
        found.is_cut_short = sniff.last_box_ends(data) > len(data)
        _search_boxes(data, 0, len(data), found)
        facts = read_first(found.blocks.get("exif", b""), _WANTED)
        _orient(found, facts)
        found.size = (whole_of(facts, _WIDTH), whole_of(facts, _HEIGHT))
    else:
        _search_tiff(data, found)
    return found


def _search_fuji(data: Bytes, found: Embedded) -> None:
    """The header names the JPEG, and the places of what follows (offset and length each)."""
    header = bytes(data[:108]).ljust(108, b"\0")
    places = [struct.unpack_from(">LL", header, at) for at in (84, 92, 100)]
    found.offer(data, *places[0])
    found.is_cut_short |= max(start + length for start, length in places) > len(data)


def _search_tiff(data: Bytes, found: Embedded) -> None:
    found.blocks["exif"] = data
    for number, tags in enumerate(_directories(data)):
        if number == 0:
            _orient(found, tags)
            found.is_cut_short |= _first_directory_ends(data) > len(data)
            if _XMP in tags:
                found.blocks["xmp"] = memoryview(data)[tags[_XMP].place :][: tags[_XMP].length]
        for start, length in _jpegs(tags):
            found.offer(data, start, length)
            found.is_cut_short |= _end(start, length) > len(data)
        bare = _bare_copy(tags, data)
        if len(bare) > len(found.bare or b""):
            found.bare = bare
        width, height = (whole_of(tags, name) for name in (_WIDTH, _HEIGHT))
        if width * height > found.size[0] * found.size[1]:
            found.size = (width, height)
        found.is_cut_short |= _last_byte(tags) > len(data)
    # What a note says may be out of date, since a program rewrote the file: nothing is missing.
    for start, length in jpegs_of_maker_note(data):
        found.offer(data, start, length)


def _directories(data: Bytes) -> Iterator[Tags]:
    """Each directory once: the chain from the first one, and those that they point to."""
    layout = layout_of(data)
    if layout is None:
        return
    waiting = [first_directory(data, layout)]
    seen: set[int] = set()
    while waiting and len(seen) < _MAX_DIRECTORIES:
        start = waiting.pop(0)
        if start in seen or start == 0:
            continue
        seen.add(start)
        tags = read_directory(data, start, layout, _WANTED)
        yield tags
        waiting += wholes_of(tags.get(_SUB_DIRECTORIES), most=_MAX_DIRECTORIES)
        try:
            (count,) = struct.unpack_from(layout.order + layout.count, data, start)
            end = start + struct.calcsize("<" + layout.count) + layout.entry_bytes * count
            waiting += struct.unpack_from(layout.order + layout.pointer, data, end)
        except (struct.error, OverflowError):
            continue


def _first_directory_ends(data: Bytes) -> int:
    layout = layout_of(data)
    if layout is None:
        return 0
    start = first_directory(data, layout)
    try:
        (count,) = struct.unpack_from(layout.order + layout.count, data, start)
    except (struct.error, OverflowError):
        return len(data) + 1
    return int(start + struct.calcsize("<" + layout.count) + layout.entry_bytes * count)


def _orient(found: Embedded, tags: Tags) -> None:
    orientation = whole_of(tags, _ORIENTATION)
    if 1 <= orientation <= _MAX_ORIENTATION:
        found.orientation = orientation


def _jpegs(tags: Tags) -> Iterator[tuple[int, int]]:
    """Where a directory keeps JPEGs: by their own tags, as its only strip or tile, Panasonic's."""
    yield whole_of(tags, _JPEG), whole_of(tags, _JPEG_SIZE)
    if (
        whole_of(tags, _COMPRESSION) in _JPEG_COMPRESSIONS
        and whole_of(tags, _PHOTOMETRIC) not in _NO_PICTURES
    ):
        yield whole_of(tags, _STRIPS), whole_of(tags, _STRIP_SIZES)
        yield whole_of(tags, _TILES), whole_of(tags, _TILE_SIZES)
    for tag in (tags[name] for name in _PANASONIC_JPEGS if name in tags):
        yield tag.place, tag.length


def _bare_copy(tags: Tags, data: Bytes) -> bytes:
    """Return a directory's bare pixels in 8-bit RGB as a TIFF; empty when it has none."""
    width, height = whole_of(tags, _WIDTH), whole_of(tags, _HEIGHT)
    bits = wholes_of(tags.get(_BITS), most=3)
    says = [whole_of(tags, name) for name in (_COMPRESSION, _PHOTOMETRIC, _SAMPLES)]
    if says != [1, 2, 3] or bits != [8, 8, 8] or not 0 < width * height <= _MAX_BARE_PIXELS:
        return b""
    starts, sizes = (
        wholes_of(tags.get(name), most=_MAX_STRIPS) for name in (_STRIPS, _STRIP_SIZES)
    )
    if len(starts) != len(sizes) or sum(sizes) != 3 * width * height:
        return b""
    strips = zip(starts, sizes, strict=True)
    pixels = b"".join(bytes(data[start : start + size]) for start, size in strips)
    if len(pixels) != 3 * width * height:
        return b""
    entries = (
        *((_WIDTH, 4, width), (_HEIGHT, 4, height), (_BITS, 3, 8), (_COMPRESSION, 3, 1)),
        *((_PHOTOMETRIC, 3, 2), (_STRIPS, 4, 0), (_SAMPLES, 3, 3), (_ROWS, 4, height)),
        (_STRIP_SIZES, 4, len(pixels)),
    )
    behind = 8 + 2 + 12 * len(entries) + 4
    values = {_BITS: behind, _STRIPS: behind + 6}
    directory = b"".join(
        struct.pack("<HHLL", tag, kind, 3 if tag == _BITS else 1, values.get(tag, value))
        for tag, kind, value in entries
    )
    head = b"II*\0" + struct.pack("<LH", 8, len(entries))
    return head + directory + bytes(4) + struct.pack("<HHH", 8, 8, 8) + pixels


def _last_byte(tags: Tags) -> int:
    """Return where the last of a directory's pixels end."""
    ends = [0]
    for places, sizes in ((_STRIPS, _STRIP_SIZES), (_TILES, _TILE_SIZES)):
        pairs = (wholes_of(tags.get(name), most=_MAX_STRIPS) for name in (places, sizes))
        ends += [_end(start, size) for start, size in zip(*pairs, strict=False)]
    return max(ends)


def _end(start: int, length: int) -> int:
    """Return where a part ends; 0 when it is none, or stands nowhere, as Panasonic's strips do."""
    return 0 if length == 0 or start == _NOWHERE else start + length


# Canon's boxes (ISO 14496-12): what holds others, by kind or by name. After a name, so many bytes
# come before the first of them.
_HOLDERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})
_CANON = {
    bytes.fromhex("85c0b687820f11e08111f4ce462b6a48"): 0,  # its metadata
    bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16"): 8,  # its preview
}
_BLOCKS = {b"CMT1": "exif", b"CMT2": "exposure", b"CMT4": "gps"}
_PREVIEW_HEADER = 16
_MAX_BOXES, _DEEPEST = 2000, 8


def _search_boxes(data: Bytes, start: int, end: int, found: Embedded, depth: int = 0) -> None:
    size, place = 0, 0
    for kind, begin, to in _boxes(data, start, end, found):
        name = bytes(data[begin : begin + 16])
        if kind in _BLOCKS:
            found.blocks.setdefault(_BLOCKS[kind], bytes(data[begin : min(to, begin + (1 << 20))]))
        elif kind == b"PRVW":
            found.offer(data, begin + _PREVIEW_HEADER, to - begin - _PREVIEW_HEADER)
        elif kind == b"stsz" and to - begin >= 8:  # noqa: PLR2004 - flags, size
            (size,) = struct.unpack_from(">L", data, begin + 4)
        elif kind == b"co64" and to - begin >= 16:  # noqa: PLR2004 - flags, count, place
            (place,) = struct.unpack_from(">Q", data, begin + 8)
        elif depth < _DEEPEST and kind in _HOLDERS:
            _search_boxes(data, begin, to, found, depth + 1)
        elif depth < _DEEPEST and kind == b"uuid" and name in _CANON:
            _search_boxes(data, begin + 16 + _CANON[name], to, found, depth + 1)
    found.offer(data, place, size)


def _boxes(data: Bytes, start: int, end: int, found: Embedded) -> Iterator[tuple[bytes, int, int]]:
    """Yield each box's kind, and where its content begins and ends."""
    at = start
    while at + 8 <= end and found.boxes < _MAX_BOXES:
        found.boxes += 1
        size, kind = struct.unpack_from(">L4s", data, at)
        content = at + 8
        if size == 1 and at + 16 <= end:
            (size,) = struct.unpack_from(">Q", data, content)
            content += 8
        if size < content - at:
            return
        yield kind, content, min(at + size, end)
        at += size


# The frame headers of JPEGs that can be shown; Canon's raw data is a lossless JPEG (C3).
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_NO_FRAMES = frozenset({0xC4, 0xC8, 0xCC})
_MAX_SEGMENTS = 200


def _pixels_of(jpeg: Bytes) -> int:
    """Return how many pixels a JPEG claims to have; 0 when it is none that can be shown."""
    if bytes(jpeg[:3]) != b"\xff\xd8\xff":
        return 0
    at = 2
    for _ in range(_MAX_SEGMENTS):
        head = bytes(jpeg[at : at + 9])
        if len(head) < 9 or head[0] != 0xFF:  # noqa: PLR2004 - marker, length, size
            return 0
        if 0xC0 <= head[1] <= 0xCF and head[1] not in _NO_FRAMES:  # noqa: PLR2004
            height, width = struct.unpack_from(">HH", head, 5)
            return height * width if head[1] in _FRAMES else 0
        at += 2 + struct.unpack_from(">H", head, 2)[0]
    return 0
