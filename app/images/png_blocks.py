"""Find the metadata blocks of a PNG, wherever they stand in it and however they are wrapped.

libvips sees the chunk eXIf where it stands before the pixels. Programs write it behind them too,
which the PNG specification allows, and ImageMagick and what is built on it have kept EXIF, XMP and
IPTC for twenty years as hexadecimal digits in text chunks. Nothing here raises for bad bytes.
"""

import struct
import zlib
from collections.abc import Iterator

from app.images.formats import Bytes

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


def png_blocks(data: Bytes) -> dict[str, bytes]:
    """Return the blocks named "exif", "xmp" and "iptc" that are there, the first of each.

    The chunk eXIf comes before a wrapped one.
    """
    found: dict[str, bytes] = {}
    texts = 0
    for kind, content in _chunks(memoryview(data)):
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
