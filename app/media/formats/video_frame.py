"""Take the first frame out of a video, as a HEIC or AVIF: decoders of pictures open these.

A frame of HEVC or AV1 that needs no other is coded as those pictures are (ISO/IEC 14496-15 and
23008-12; AV1-ISOBMFF, AVIF): the bytes of the sample, and the box that says how to decode them. So
many phones' videos have a poster without a decoder of videos. H.264, VP9 and others are coded in no
picture that is taken in: these have none.
"""

import struct
from typing import NamedTuple

from app.media.formats.isobmff import Box, Boxes, walk
from app.media.formats.sniff import AVIF, HEIC, Bytes
from app.media.formats.video import MAX_BOXES_WITHIN

# A frame of 8K in HEVC has a few.
MAX_FRAME_BYTES = 32 << 20
_MAX_BOXES = 10_000
_MAX_INNER = 200
_ENTRY_BYTES = 78  # of a visual sample entry, before the boxes in it
_SIZE_AT = 24
# Of each kind of entry: which picture it makes, of which item and brands, and its configuration.
_KINDS = {
    b"hvc1": (HEIC, b"hvc1", b"heic", b"hvcC"),
    b"hev1": (HEIC, b"hvc1", b"heic", b"hvcC"),
    b"av01": (AVIF, b"av01", b"avif", b"av1C"),
}
# By a track's matrix: by how many quarters a picture is turned, against the clock (`irot`).
_TURNS = {(0, 1, -1, 0): 3, (0, -1, 1, 0): 1, (-1, 0, 0, -1): 2}


class Frame(NamedTuple):
    """A picture of one frame."""

    content_type: str
    data: bytes


def first_frame(data: Bytes) -> Frame | None:
    """Return the first frame of a video as a picture; None where none can be had.

    Nothing raises for bad bytes: struct.error aside, which callers treat as any other failure.
    """
    inside = Boxes(data, most=MAX_BOXES_WITHIN)
    for outer in walk(data, 0, len(data), most=_MAX_BOXES):
        if outer.kind == b"moov":
            for track in _all(inside, outer, b"trak"):
                frame = _frame_of(inside, track)
                if frame is not None:
                    return frame
    return None


def _all(data: Boxes, box: Box, kind: bytes) -> list[Box]:
    return [each for each in data.walk(box.start, box.end, most=_MAX_INNER) if each.kind == kind]


def _at(data: Boxes, box: Box, *path: bytes) -> Box | None:
    """Return the first box at a path of kinds."""
    for kind in path:
        found = _all(data, box, kind)
        if not found:
            return None
        box = found[0]
    return box


def _frame_of(data: Boxes, track: Box) -> Frame | None:
    table = _at(data, track, b"mdia", b"minf", b"stbl")
    head = _at(data, track, b"tkhd")
    described = table and _at(data, table, b"stsd")
    if table is None or head is None or described is None:
        return None
    sample = _first_sample(data, table)
    for entry in data.walk(described.start + 8, described.end, most=1):
        if entry.kind in _KINDS and sample is not None:
            return _as_picture(data, entry, sample, turn=_turn(data, head))
    return None


def _first_sample(data: Boxes, table: Box) -> bytes | None:
    """Return the bytes of the first sample, where that needs no other."""
    sizes, short = _at(data, table, b"stsz"), _at(data, table, b"stco")
    long, keys = _at(data, table, b"co64"), _at(data, table, b"stss")
    places = short or long
    if sizes is None or places is None:
        return None
    if keys is not None and struct.unpack_from(">L", data.data, keys.start + 8) != (1,):
        return None
    (size,) = struct.unpack_from(">L", data.data, sizes.start + 4)
    if size == 0:  # each has its own
        (size,) = struct.unpack_from(">L", data.data, sizes.start + 12)
    (start,) = struct.unpack_from(">L" if short else ">Q", data.data, places.start + 8)
    if not 0 < size <= MAX_FRAME_BYTES or start + size > len(data.data):
        return None
    return bytes(data[start : start + size])


def _turn(data: Boxes, head: Box) -> int:
    at = head.start + (52 if data.data[head.start] == 1 else 40)
    a, b, _, c, d = struct.unpack_from(">5l", data.data, at)
    one = 1 << 16
    return _TURNS.get((a // one, b // one, c // one, d // one), 0)


def _as_picture(data: Boxes, entry: Box, sample: bytes, *, turn: int) -> Frame | None:
    content_type, item, brand, configuration = _KINDS[entry.kind]
    width, height = struct.unpack_from(">HH", data.data, entry.start + _SIZE_AT)
    properties = [_box(b"ispe", struct.pack(">LLL", 0, width, height))]
    inner = data.walk(entry.start + _ENTRY_BYTES, entry.end, most=_MAX_INNER)
    said = {box.kind: bytes(data[box.start : box.end]) for box in inner}
    if configuration not in said or not width or not height:
        return None
    properties.append(_box(configuration, said[configuration]))
    if (colours := said.get(b"colr", b"")).startswith(b"nclx"):
        properties.append(_box(b"colr", colours))
    elif colours.startswith(b"nclc"):  # QuickTime's, which does not say the range: video's
        properties.append(_box(b"colr", b"nclx" + colours[4:10] + b"\0"))
    if turn:
        properties.append(_box(b"irot", bytes([turn])))
    return Frame(content_type, _heif(item, brand, properties, sample))


def _heif(item: bytes, brand: bytes, properties: list[bytes], sample: bytes) -> bytes:
    """Write a file of one picture (ISO/IEC 23008-12, 6)."""
    start = _box(b"ftyp", brand + bytes(4) + b"mif1" + brand)
    uses = bytes(0x80 | number for number in range(1, len(properties) + 1))
    entry = _full(b"infe", struct.pack(">HH", 1, 0) + item + b"\0", version=2)

    def meta(at: int) -> bytes:
        place = struct.pack(">BBHHHHLL", 0x44, 0, 1, 1, 0, 1, at, len(sample))
        inner = (
            _full(b"hdlr", bytes(4) + b"pict" + bytes(13)),
            _full(b"pitm", struct.pack(">H", 1)),
            _full(b"iloc", place),
            _full(b"iinf", struct.pack(">H", 1) + entry),
            _box(
                b"iprp",
                _box(b"ipco", b"".join(properties))
                + _full(b"ipma", struct.pack(">LHB", 1, 1, len(uses)) + uses),
            ),
        )
        return _full(b"meta", b"".join(inner))

    return start + meta(len(start) + len(meta(0)) + 8) + _box(b"mdat", sample)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">L", 8 + len(content)) + kind + content


def _full(kind: bytes, content: bytes, *, version: int = 0) -> bytes:
    return _box(kind, struct.pack(">L", version << 24) + content)
