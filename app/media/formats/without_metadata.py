"""Which bytes of a picture stay when all metadata goes, and no pixel changes.

[Note: What stays is listed] Each format has a list of what may stay: what pixels are decoded from,
and how they are shown (colour profile, orientation). All else goes, known or not: EXIF, XMP, IPTC,
comments, thumbnails, videos and second pictures behind the first. What is built in a way that is
not understood here gives None, and is not given to anybody.

The result is pieces and no file: the process that reads untrusted bytes writes none.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator

from app.media.formats.heif_items import read_items
from app.media.formats.isobmff import Box, walk
from app.media.formats.metadata_blocks import metadata_blocks
from app.media.formats.orientation import exif_orientation_of_heif
from app.media.formats.sniff import HEIF_FAMILY, JPEG, PNG, WEBP, Bytes
from app.media.metadata.exif import number_of, read_tags

# From where to where in the file; bytes in their place; or how many zeros. One after the other they
# are the file.
Piece = tuple[int, int] | bytes | int
MAX_PIECES = 400
_MAX_SEGMENTS = 20_000
_ORIENTATION = 0x0112
_UPRIGHT, _LAST = 1, 8


def bare_pieces(data: Bytes, content_type: str) -> list[Piece] | None:
    """Return what stays of a picture, or None where nobody can say."""
    read = _READERS.get(content_type)
    if read is None:
        return None
    try:
        pieces = read(memoryview(data))
    except (struct.error, IndexError):
        return None
    if pieces is None:
        return None
    joined = _joined(pieces)
    return joined if len(joined) <= MAX_PIECES else None


def length_of(piece: Piece) -> int:
    """How many bytes a piece has."""
    if isinstance(piece, int):
        return piece
    return len(piece) if isinstance(piece, bytes) else piece[1] - piece[0]


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Neighbours become one."""
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if isinstance(piece, tuple) and isinstance(last, tuple) and last[1] == piece[0]:
            found[-1] = (last[0], piece[1])
        elif isinstance(piece, bytes) and isinstance(last, bytes):
            found[-1] = last + piece
        else:
            found.append(piece)
    return found


def _orientation(data: memoryview, content_type: str) -> int:
    exif = metadata_blocks(data, content_type).get("exif")
    if exif is None:
        return _UPRIGHT
    first, _, _ = read_tags(
        exif, first=frozenset({_ORIENTATION}), exposure=frozenset(), gps=frozenset()
    )
    found = number_of(first.get(_ORIENTATION), least=_UPRIGHT, most=_LAST, digits=0)
    return int(found or _UPRIGHT)


def _exif_of(orientation: int) -> bytes:
    """EXIF of one tag (TIFF 6.0, section 2): how the picture lies."""
    return struct.pack("<2sHLHHHLHHL", b"II", 42, 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)


# JPEG (ITU-T T.81, B.1.1.3): tables and frames. Of the application's segments JFIF's first, Adobe's
# about what the colours are, and profiles.
_TABLES = frozenset({0xC4, 0xCC, 0xDB, 0xDC, 0xDD})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN, _END = 0xDA, 0xD9
_APPS = range(0xE0, 0xF0)
_COMMENT = 0xFE
_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_JFIF = b"JFIF\0"
_JFIF_BYTES = 14  # without the small picture that may follow
_SMALL_AT = 12


def _of_jpeg(data: memoryview) -> list[Piece] | None:
    pieces: list[Piece] = [(0, 2)]
    said = _exif_segment(_orientation(data, JPEG))
    at = 2
    for _ in range(_MAX_SEGMENTS):
        marker, start, content, at = _segment(data, at)
        if marker == _END:
            return [*pieces, (start, at)]
        stays = _stays_in_jpeg(marker, content)
        if stays is None:
            return None
        if stays:
            if said and marker != _APPS[0]:
                pieces.append(said)
                said = b""
            pieces.append((start, at))
        if marker == _SCAN:
            end = _IN_SCAN.search(data, at)
            if end is None:
                return None
            pieces.append((at, end.start()))
            at = end.start()
    return None


def _exif_segment(orientation: int) -> bytes:
    if orientation == _UPRIGHT:
        return b""
    exif = b"Exif\0\0" + _exif_of(orientation)
    return b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif


def _segment(data: memoryview, at: int) -> tuple[int, int, memoryview, int]:
    """Return a segment: marker, where it begins, content, where it ends.

    Raises:
        struct.error: there is none.
    """
    while bytes(data[at : at + 2]) == b"\xff\xff":  # fill bytes
        at += 1
    mark, marker = struct.unpack_from(">BB", data, at)
    if mark != 0xFF:  # noqa: PLR2004 - a marker's first
        raise struct.error("no marker")
    if marker == _END:
        return marker, at, data[:0], at + 2
    (size,) = struct.unpack_from(">H", data, at + 2)
    end = at + 2 + size
    if size < 2 or end > len(data):  # noqa: PLR2004 - its own two bytes
        raise struct.error("a segment is cut short")
    return marker, at, data[at + 4 : end], end


def _stays_in_jpeg(marker: int, content: memoryview) -> bool | None:
    """Whether a segment stays; None: it is not known what it is."""
    if marker in _TABLES or marker in _FRAMES or marker == _SCAN:
        return True
    if marker == _COMMENT:
        return False
    if marker not in _APPS:
        return None
    if marker == _APPS[0]:
        has_small = any(content[_SMALL_AT:_JFIF_BYTES])
        return bytes(content[:5]) == _JFIF and len(content) == _JFIF_BYTES and not has_small
    if marker == _APPS[2]:
        return bytes(content[:12]) == b"ICC_PROFILE\0"
    return marker == _APPS[14] and bytes(content[:5]) == b"Adobe"


# PNG (third edition, 11.2 and 11.3): pixels, colours and moving pictures.
_PNG_STAYS = frozenset(
    {
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"acTL", b"fcTL", b"fdAT"),
        *(b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV", b"cLLI"),
        *(b"bKGD", b"hIST", b"pHYs"),
    }
)
_PNG_SIGNATURE = 8


def _of_png(data: memoryview) -> list[Piece] | None:
    pieces: list[Piece] = [(0, _PNG_SIGNATURE)]
    orientation = _orientation(data, PNG)
    at = _PNG_SIGNATURE
    while at + 12 <= len(data):
        size, kind = struct.unpack_from(">L4s", data, at)
        end = at + 12 + size
        if end > len(data):
            return None
        if kind in _PNG_STAYS:
            pieces.append((at, end))
        if kind == b"IHDR" and orientation != _UPRIGHT:
            said = b"eXIf" + _exif_of(orientation)
            pieces.append(
                struct.pack(">L", len(said) - 4) + said + struct.pack(">L", zlib.crc32(said))
            )
        if kind == b"IEND":
            return pieces
        at = end
    return None


# WebP (RFC 9649).
_WEBP_STAYS = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_IN_FRAME = frozenset({b"VP8 ", b"VP8L", b"ALPH"})
_HAS_EXIF, _HAS_XMP = 0x08, 0x04
_FRAME_HEAD = 16


def _of_webp(data: memoryview) -> list[Piece] | None:
    orientation = _orientation(data, WEBP)
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        return None
    pieces: list[Piece] = []
    has_head = False
    for kind, at, size in _chunks_of_webp(data, 12, end):
        after = at + 8 + size + size % 2
        if after > end:
            return None
        if kind == b"ANMF" and any(
            inner not in _IN_FRAME
            for inner, _, _ in _chunks_of_webp(data, at + 8 + _FRAME_HEAD, at + 8 + size)
        ):
            return None
        if kind == b"VP8X":
            has_head = True
            flags = data[at + 8] & ~(_HAS_EXIF | _HAS_XMP) & 0xFF
            flags |= 0 if orientation == _UPRIGHT else _HAS_EXIF
            pieces += [(at, at + 8), bytes([flags]), (at + 9, after)]
        elif kind in _WEBP_STAYS:
            pieces.append((at, after))
    if orientation != _UPRIGHT and has_head:
        exif = _exif_of(orientation)
        pieces.append(b"EXIF" + struct.pack("<L", len(exif)) + exif)
    total = 4 + sum(map(length_of, pieces))
    return [(0, 4), struct.pack("<L", total), (8, 12), *pieces]


def _chunks_of_webp(data: memoryview, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    for _ in range(_MAX_SEGMENTS):
        if at + 8 > end:
            return
        kind, size = struct.unpack_from("<4sL", data, at)
        yield kind, at, size
        at += 8 + size + size % 2


# HEIF (ISO/IEC 23008-12). Nothing may move in it, since its tables hold offsets: what goes is
# written over by zeros.
_PICTURES = frozenset({b"hvc1", b"av01", b"grid", b"iovl", b"iden", b"jpeg", b"avc1", b"tmap"})
_HEIF_STAYS = frozenset({b"hdlr", b"pitm", b"iinf", b"iloc", b"iprp", b"iref", b"dinf", b"grpl"})
_PROPERTIES = frozenset(
    {
        *(b"ispe", b"pixi", b"colr", b"pasp", b"clap", b"irot", b"imir", b"auxC", b"lsel", b"a1op"),
        *(b"hvcC", b"av1C", b"avcC", b"jpgC", b"clli", b"mdcv", b"cclv", b"amve", b"a1lx", b"rloc"),
    }
)
_MAX_BOXES = 2_000


def _of_heif(data: memoryview) -> list[Piece] | None:
    items = read_items(data)
    if items is None:
        return None
    exif = metadata_blocks(data, "image/heic").get("exif")
    if exif is not None and exif_orientation_of_heif(items, exif) != _UPRIGHT:
        return None  # nothing else says how it lies
    keeps = _kept_boxes(data)
    extents = items.extents()
    if keeps is None or extents is None:
        return None
    for item, start, end in extents:
        if items.types.get(item) in _PICTURES:
            keeps.append((start, end))
    return _over_by_zeros(sorted(keeps), len(data))


def _kept_boxes(data: memoryview) -> list[tuple[int, int]] | None:
    """Heads of all boxes, and the content of those that are known and hold no words."""
    keeps: list[tuple[int, int]] = []
    end = 0
    for box in walk(data, 0, len(data), most=_MAX_BOXES, whole_only=True):
        keeps.append((end, box.start))
        end = box.end
        if box.kind == b"ftyp":
            keeps.append((box.start, box.end))
        elif box.kind == b"meta":
            keeps += _kept_in_meta(data, box)
        elif box.kind in (b"moov", b"moof"):
            return None  # frames that follow each other
    return keeps if end == len(data) else None


def _kept_in_meta(data: memoryview, meta: Box) -> Iterator[tuple[int, int]]:
    yield meta.start, meta.start + 4
    at = meta.start + 4
    for box in walk(data, at, meta.end, most=_MAX_BOXES):
        yield at, box.start
        at = box.end
        if box.kind == b"iprp":
            yield from _kept_in(data, box, {b"ipco": _PROPERTIES, b"ipma": None})
        elif box.kind == b"iinf":
            yield from _kept_in_infos(data, box)
        elif box.kind == b"hdlr":
            yield box.start, min(box.start + 20, box.end)  # the name follows
        elif box.kind in _HEIF_STAYS:
            yield box.start, box.end


def _kept_in(
    data: memoryview, outer: Box, kinds: dict[bytes, frozenset[bytes] | None]
) -> Iterator[tuple[int, int]]:
    at = outer.start
    for box in walk(data, outer.start, outer.end, most=_MAX_BOXES):
        yield at, box.start
        at = box.end
        inside = kinds.get(box.kind, frozenset())
        if inside is None:
            yield box.start, box.end
        elif inside:
            yield from _kept_in(data, box, dict.fromkeys(inside))


def _kept_in_infos(data: memoryview, infos: Box) -> Iterator[tuple[int, int]]:
    """Which item is a picture of what type, without names. Others have no type, and are no item."""
    start = infos.start + (8 if data[infos.start] else 6)
    yield infos.start, start
    at = start
    for box in walk(data, start, infos.end, most=_MAX_BOXES):
        version = data[box.start]
        # Version and flags, number, protection; then the type.
        kind_at = box.start + 4 + (2 if version == 2 else 4) + 2  # noqa: PLR2004 - the usual one
        yield at, min(kind_at, box.end)
        if bytes(data[kind_at : kind_at + 4]) in _PICTURES:
            yield kind_at, min(kind_at + 4, box.end)
        at = box.end


def _over_by_zeros(keeps: list[tuple[int, int]], size: int) -> list[Piece] | None:
    pieces: list[Piece] = []
    at = 0
    for start, end in keeps:
        if end <= at:
            continue
        if start > at:
            pieces.append(start - at)
        pieces.append((max(start, at), end))
        at = end
    if at < size:
        pieces.append(size - at)
    return pieces if at <= size else None


_READERS: dict[str, Callable[[memoryview], list[Piece] | None]] = {
    JPEG: _of_jpeg,
    PNG: _of_png,
    WEBP: _of_webp,
    **dict.fromkeys(HEIF_FAMILY, _of_heif),
}
