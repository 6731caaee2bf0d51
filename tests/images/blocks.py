"""What an encoded picture consists of, block by block, so that tests see all that is in it."""

import struct

# Its size, its pixels, its alpha and its colours: what a derived picture may consist of.
INNOCENT = {
    *(b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP"),
    *("JFIF", "ICC_PROFILE", "DQT", "DHT", "SOF0", "SOS"),
}

_NAMES = {0xDB: "DQT", 0xC4: "DHT", 0xC0: "SOF0"}
_APPLICATIONS = range(0xE0, 0xF0)
_SCAN = 0xDA


def blocks(derived: bytes) -> set[bytes | str]:
    """The kinds of blocks in a WebP or JPEG; an AssertionError when bytes lie outside of them."""
    return _segments(derived) if derived.startswith(b"\xff\xd8") else _chunks(derived)


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
