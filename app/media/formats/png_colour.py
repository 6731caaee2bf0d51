"""Read the colour chunks of a PNG other than its ICC profile (PNG, third edition).

The first of cICP, iCCP, sRGB, gAMA with cHRM counts (section 4.3).
"""

import struct

from app.media.colour.cicp import SRGB_CHROMATICITIES, Chromaticity, Coding, profile_of_gamma
from app.media.formats.sniff import Bytes

_MAX_CHUNKS = 1000
_GREY_TYPES = (0, 4)
_MIN_GAMMA, _MAX_GAMMA = 0.2, 5.0
_UNIT = 100_000


def read_png_colours(data: Bytes) -> Coding | bytes | None:
    """Return a coding, or a profile for a picture that has none; None when it is sRGB's.

    Takes some microseconds: what follows the first pixels is not read.
    """
    chunks = _chunks_before_pixels(data)
    cicp = chunks.get(b"cICP", b"")
    # It describes RGB, so any matrix but 0 is an error (11.3.2.6).
    if len(cicp) == 4 and cicp[2] == 0:  # noqa: PLR2004
        return Coding(cicp[0], cicp[1], 0, is_full_range=cicp[3] != 0, is_final=True)
    if b"iCCP" in chunks or b"sRGB" in chunks or len(chunks.get(b"gAMA", b"")) != 4:  # noqa: PLR2004
        return None
    (encoded,) = struct.unpack(">L", chunks[b"gAMA"])
    gamma = _UNIT / encoded if encoded else 0
    if not _MIN_GAMMA < gamma < _MAX_GAMMA:
        return None
    is_grey = chunks[b"IHDR"][9] in _GREY_TYPES
    try:
        return profile_of_gamma(gamma, () if is_grey else _chromaticities(chunks.get(b"cHRM", b"")))
    except (ZeroDivisionError, struct.error):
        return None


def _chromaticities(chrm: bytes) -> tuple[Chromaticity, ...]:
    if len(chrm) != 32:  # noqa: PLR2004 - eight numbers
        return SRGB_CHROMATICITIES
    white, *primaries = ((x / _UNIT, y / _UNIT) for x, y in struct.iter_unpack(">LL", chrm))
    return (*primaries, white)


def _chunks_before_pixels(data: Bytes) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {b"IHDR": bytes(10)}
    at = 8
    for _ in range(_MAX_CHUNKS):
        if at + 8 > len(data):
            break
        size, kind = struct.unpack_from(">L4s", data, at)
        if kind in (b"IDAT", b"IEND"):
            break
        if size <= 32:  # noqa: PLR2004 - the longest of those that are wanted
            found[kind] = bytes(data[at + 8 : at + 8 + size])
        else:
            found[kind] = b""
        at += 12 + size
    return found
