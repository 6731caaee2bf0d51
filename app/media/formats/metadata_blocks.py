"""Find metadata blocks of JPEG, PNG, WebP and HEIF that libvips does not read.

Of a JPEG with several segments of a kind libvips sees the first alone, even if nothing is in it. Of
a PNG it sees the chunk eXIf where it stands before the pixels. It might stand behind them until the
third edition (2025), and ImageMagick writes it there; before it had any, ImageMagick kept EXIF, XMP
and IPTC as hexadecimal digits in text chunks for twenty years. Of a WebP it sees the chunks that
the flags in its header announce, and of a HEIF those that are assigned to a picture. Nothing here
raises for bad bytes.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator

from app.media.formats.heif_items import read_items
from app.media.formats.sniff import HEIF_FAMILY, JPEG, PNG, WEBP, Bytes
from app.media.metadata.exif import has_tags
from app.media.metadata.iptc import has_records

Blocks = dict[str, bytes]

_SIGNATURE_BYTES = 8
_MAX_CHUNKS = 50_000
_MAX_TEXTS = 100
_MAX_BLOCK_BYTES = 1 << 20
_MAX_KEYWORD_BYTES = 79
_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_EXIF = b"eXIf"
_XMP_KEYWORD = b"XML:com.adobe.xmp"
_PROFILE_KEYWORD = b"Raw profile type "
_XMP_OF_JPEG = b"http://ns.adobe.com/xap/1.0/\0"
# How ImageMagick calls what it wraps. Its APP1 is what stood in a JPEG: EXIF or XMP.
_PROFILES = {b"exif": "exif", b"app1": "exif", b"xmp": "xmp", b"iptc": "iptc", b"8bim": "iptc"}


def metadata_blocks(data: Bytes, content_type: str) -> Blocks:
    """Return the blocks named "exif", "xmp" and "iptc" that are found, the best of each.

    Of other types nothing is returned: libvips finds what there is.
    """
    read = _READERS.get(content_type)
    return read(memoryview(data)) if read else {}


_MAX_SEGMENTS = 1000
_APP1, _APP13, _SCAN, _END = 0xE1, 0xED, 0xDA, 0xD9
_MARKER = re.compile(rb"\xff[^\xff\0]")
_MAX_SEGMENT_BYTES = 1 << 16
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_NAME, _PHOTOSHOP = b"Exif\0\0", b"Photoshop 3.0\0"


def _of_jpeg(data: memoryview) -> Blocks:
    """Of each kind the first segment that holds something; of Photoshop's also all together.

    Photoshop distributes what is longer than a segment over several.
    """
    found: Blocks = {}
    photoshop = b""
    for marker, content in _segments(data):
        if marker == _APP1 and content[:6] == _NAME and "exif" not in found:
            exif = bytes(content)
            if has_tags(exif):
                found["exif"] = exif
        elif marker == _APP1 and content[: len(_XMP_OF_JPEG)] == _XMP_OF_JPEG:
            found.setdefault("xmp", bytes(content[len(_XMP_OF_JPEG) :]))
        elif marker == _APP13 and content[: len(_PHOTOSHOP)] == _PHOTOSHOP:
            resources = bytes(content[len(_PHOTOSHOP) :])
            if len(photoshop) < _MAX_BLOCK_BYTES:
                photoshop += resources
            if "iptc" not in found and has_records(_PHOTOSHOP + resources):
                found["iptc"] = _PHOTOSHOP + resources
    if photoshop and "iptc" not in found:
        found["iptc"] = _PHOTOSHOP + photoshop
    return found


def _segments(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield each segment before the pixels: marker, content."""
    at = 2
    for _ in range(_MAX_SEGMENTS):
        # Junk and fill bytes (0xFF) may precede a marker.
        found = _MARKER.search(data[at : at + _MAX_SEGMENT_BYTES])
        if not found or at + found.end() + 2 > len(data):
            return
        at += found.end() - 2
        marker = data[at + 1]
        if marker in (_SCAN, _END):
            return
        if marker in _WITHOUT_LENGTH:
            at += 2
            continue
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        yield marker, data[at + 4 : at + 2 + size]
        at += 2 + max(size, 2)


def _of_webp(data: memoryview) -> Blocks:
    found: Blocks = {}
    at = 12
    for _ in range(_MAX_CHUNKS):
        if at + 8 > len(data):
            break
        kind, size = struct.unpack_from("<4sL", data, at)
        name = {b"EXIF": "exif", b"XMP ": "xmp"}.get(kind)
        if name and size:
            found.setdefault(name, bytes(data[at + 8 : at + 8 + min(size, _MAX_BLOCK_BYTES)]))
        at += 8 + size + size % 2
    return found


_OFFSET_BYTES = 4


def _of_heif(data: memoryview) -> Blocks:
    """The first item of EXIF, whatever it is assigned to (ISO/IEC 23008-12, A.2.1)."""
    items = read_items(data)
    exifs = (n for n, kind in items.types.items() if kind == b"Exif") if items else ()
    for number in exifs:
        content = items.content(number) if items else b""
        skipped = _OFFSET_BYTES + int.from_bytes(content[:_OFFSET_BYTES], "big")
        for exif in (content[skipped:], content[_OFFSET_BYTES:], content):
            if has_tags(exif):
                return {"exif": exif}
    return {}


def _of_png(data: memoryview) -> Blocks:
    """The chunk eXIf comes before a wrapped one."""
    found: Blocks = {}
    texts = 0
    for kind, content in _chunks(data):
        if kind == _EXIF:
            found["exif"] = bytes(content[:_MAX_BLOCK_BYTES])
        elif kind in _TEXTS and texts < _MAX_TEXTS:
            texts += 1
            for name, block in _of_text(kind, content):
                found.setdefault(name, block)
    return found


def _chunks(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    at = _SIGNATURE_BYTES
    for _ in range(_MAX_CHUNKS):
        if at + 8 > len(data):
            return
        size, kind = struct.unpack_from(">L4s", data, at)
        yield kind, data[at + 8 : at + 8 + size]
        at += 12 + size


def _of_text(kind: bytes, content: memoryview) -> Iterator[tuple[str, bytes]]:
    keyword, _, _ = bytes(content[: _MAX_KEYWORD_BYTES + 1]).partition(b"\0")
    value = content[len(keyword) + 1 :]
    if keyword == _XMP_KEYWORD:
        yield "xmp", _text(kind, value)
    elif keyword.startswith(_PROFILE_KEYWORD):
        name = _PROFILES.get(keyword.removeprefix(_PROFILE_KEYWORD).lower())
        block = _unwrapped(_text(kind, value)) if name else b""
        if name and block.startswith(_XMP_OF_JPEG):
            yield "xmp", block.removeprefix(_XMP_OF_JPEG)
        elif name and block:
            yield name, block


def _text(kind: bytes, value: memoryview) -> bytes:
    """Return the text of a chunk (PNG, 11.3.3), unpacked where it is compressed."""
    if kind == b"tEXt":
        return bytes(value[: 3 * _MAX_BLOCK_BYTES])
    if kind == b"zTXt":
        return _inflated(value[1:])
    compressed, start = bytes(value[:1]) == b"\1", 2
    for _ in range(2):  # the language, and the keyword in it
        end = bytes(value[start : start + 200]).find(b"\0")
        if end < 0:
            return b""
        start += end + 1
    return _inflated(value[start:]) if compressed else bytes(value[start:][:_MAX_BLOCK_BYTES])


def _inflated(packed: memoryview) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, 3 * _MAX_BLOCK_BYTES)
    except zlib.error:
        return b""


def _unwrapped(text: bytes) -> bytes:
    """Read a name, a length and hexadecimal digits, a line or more each."""
    _, _, rest = text.lstrip().partition(b"\n")
    length, _, digits = rest.lstrip().partition(b"\n")
    try:
        size = min(max(int(length), 0), _MAX_BLOCK_BYTES)
        return bytes.fromhex(b"".join(digits.split())[: 2 * size].decode("ascii"))
    except ValueError:
        return b""


_READERS: dict[str, Callable[[memoryview], Blocks]] = {
    JPEG: _of_jpeg,
    PNG: _of_png,
    WEBP: _of_webp,
    **dict.fromkeys(HEIF_FAMILY, _of_heif),
}
