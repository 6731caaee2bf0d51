"""Check that a WebP holds pixels and nothing else, without decoding it.

A decoder process made it, and may be compromised. The worker does not decode it, but checks that it
is an image before it sends it on. (RFC 9649, sections 2.3 to 2.7.)
"""

import itertools
import struct

# Enough to read a street's sign by; models make pictures smaller than this themselves.
MAX_SIDE = 1024
# Noise in all four bands takes 2.3 MB as it is made (vision_input.py).
MAX_BYTES = 3 << 20
_CHUNK = struct.Struct("<4sL")
_ALPHA = 0x10  # of the flags of an extended file; others say profile, Exif, XMP, animation
_FRAME_START = b"\x9d\x01\x2a"
_LOSSLESS_START = 0x2F

# What a file consists of, in order: simple, or extended for the sake of an alpha channel.
_SHAPES = ((b"VP8 ",), (b"VP8L",), (b"VP8X", b"ALPH", b"VP8 "), (b"VP8X", b"VP8L"))


class NotBareError(Exception):
    """The bytes are no WebP, a large one, or one that holds more than a picture."""


def check(data: bytes) -> None:
    """Check that bytes are a WebP of at most MAX_SIDE by MAX_SIDE that holds nothing but a picture.

    Its compressed pixels are not looked at: whether they decode, only a decoder can tell.

    Raises:
        NotBareError: when they are not.
    """
    if len(data) > MAX_BYTES:
        raise NotBareError("too long")
    try:
        chunks = _chunks(data)
        if tuple(name for name, _ in chunks) not in _SHAPES:
            raise NotBareError("other chunks than a picture's")
        sizes = [_size(name, body) for name, body in chunks if name != b"ALPH"]
    except (struct.error, IndexError):
        raise NotBareError("a part ends early") from None
    if any(a != b for a, b in itertools.pairwise(sizes)):
        raise NotBareError("parts of different sizes")
    if not all(0 < side <= MAX_SIDE for side in sizes[0]):
        raise NotBareError("too large")


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return the names and contents of all chunks. Raises NotBareError and struct.error."""
    name, length = _CHUNK.unpack_from(data)
    if name != b"RIFF" or data[8:12] != b"WEBP" or length != len(data) - 8:
        raise NotBareError("not a WebP of this length")
    found: list[tuple[bytes, bytes]] = []
    at = 12
    while at < len(data) and len(found) <= max(map(len, _SHAPES)):
        name, length = _CHUNK.unpack_from(data, at)
        at += _CHUNK.size
        body, filler = data[at : at + length], data[at + length : at + length + length % 2]
        if len(body) != length or filler != bytes(length % 2):
            raise NotBareError("a chunk ends early")
        found.append((name, body))
        at += length + length % 2
    return found


def _size(name: bytes, body: bytes) -> tuple[int, int]:
    """Return the width and height that a chunk says. Raises NotBareError and struct.error."""
    if name == b"VP8X":
        flags, width, height = body[0], body[4:7], body[7:10]
        if len(body) != 10 or flags & ~_ALPHA or any(body[1:4]):  # noqa: PLR2004 - as long as it is
            raise NotBareError("more than an alpha channel")
        return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1
    if name == b"VP8L":
        start, packed = struct.unpack_from("<BL", body)
        if start != _LOSSLESS_START:
            raise NotBareError("not a lossless picture")
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if body[3:6] != _FRAME_START or body[0] & 1:
        raise NotBareError("not a key frame")
    width, height = struct.unpack_from("<HH", body, 6)
    return width & 0x3FFF, height & 0x3FFF
