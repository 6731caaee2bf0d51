"""What an encoded picture consists of, block by block, so that tests see all that is in it."""

import struct

# Its size, its pixels, its alpha and its colours: what a derived picture may consist of.
INNOCENT = {
    *(b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP"),
    *("JFIF", "ICC_PROFILE", "DQT", "DHT", "SOF0", "SOS"),
}
# What comes on top where a preview has a gain map.
INNOCENT_OF_HDR: set[bytes | str] = {"MPF", "urn:iso:std:iso:ts:21496:-1"}

_NAMES = {0xDB: "DQT", 0xC4: "DHT", 0xC0: "SOF0"}
_APPLICATIONS = range(0xE0, 0xF0)
_SCAN = 0xDA


def blocks(derived: bytes) -> set[bytes | str]:
    """The kinds of blocks in a WebP or JPEG; an AssertionError when bytes lie outside of them."""
    if not derived.startswith(b"\xff\xd8"):
        return _chunks(derived)
    first, second = _parts(derived)
    return _segments(first) | (_segments(second) if second else set())


def _chunks(webp: bytes) -> set[bytes | str]:
    assert (webp[:4], webp[8:12]) == (b"RIFF", b"WEBP")
    assert struct.unpack_from("<L", webp, 4) == (len(webp) - 8,), "something trails"
    found: set[bytes | str] = set()
    at = 12
    while at < len(webp):
        kind, size = struct.unpack_from("<4sL", webp, at)
        found.add(kind)
        at += 8 + size + size % 2
    return found


def _parts(jpeg: bytes) -> tuple[bytes, bytes]:
    """A JPEG, and the second one behind it where an index says that there is one."""
    at = jpeg.find(b"MPF\0", 0, 4096)
    if at < 0:
        return jpeg, b""
    first, _, _, _, size, offset = struct.unpack_from(">LLLLLL", jpeg, at + 4 + 50 + 4)
    assert offset == first - at - 4, "something lies between the two"
    assert first + size == len(jpeg), "something trails"
    return jpeg[:first], jpeg[first:]


def _segments(jpeg: bytes) -> set[bytes | str]:
    found: set[bytes | str] = set()
    at = 2
    while True:
        mark, marker, size = struct.unpack_from(">BBH", jpeg, at)
        assert mark == 0xFF
        if marker == _SCAN:
            break
        content = jpeg[at + 4 : at + 2 + size]
        is_named = marker in _APPLICATIONS
        found.add(content.partition(b"\0")[0].decode() if is_named else _NAMES.get(marker, "?"))
        at += 2 + size
    pixels = jpeg[at + 2 + size :]
    ends = [here for here in range(len(pixels) - 1) if _is_marker(pixels[here : here + 2])]
    assert ends == [len(pixels) - 2], "something lies between or behind the pixels"
    return found | {"SOS"}


def _is_marker(two: bytes) -> bool:
    return two[0] == 0xFF and two[1] != 0
