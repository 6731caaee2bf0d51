"""Read and decode JPEG XL (ISO/IEC 18181), by libjxl.

The header is read here, since libjxl's binding decodes at once: how large a picture is must be
known before memory is taken. Pixels come upright (libjxl turns them), so EXIF's Orientation, which
may still say 6, is not to be followed; only a JPEG that was packed into JPEG XL comes back as that
JPEG, and is turned by what it says itself.
"""

from dataclasses import dataclass, field

import pyvips  # type: ignore[import-untyped]
from pillow_jxl import Decoder

from app.media.colour.management import Image
from app.media.formats.isobmff import walk
from app.media.formats.sniff import Bytes

_BARE = b"\xff\x0a"
_MAX_BOXES = 10_000
_MAX_BLOCK_BYTES = 1 << 20
_HEADER_BYTES = 256
# What the ratio in a header says the width is: so many heights (ISO/IEC 18181-1, table 5).
_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
_SIZES = ((1, 9), (1, 13), (1, 18), (1, 30))
_SIDEWAYS = 5  # and what comes after it, as in EXIF


@dataclass(frozen=True, kw_only=True)
class JxlHeader:
    """What a file says before a pixel is decoded; width and height are upright."""

    width: int
    height: int
    is_packed_jpeg: bool
    blocks: dict[str, bytes] = field(default_factory=dict)


def read_header(data: Bytes) -> JxlHeader:
    """Read size and metadata. Raises ValueError when it is not a header."""
    blocks: dict[str, bytes] = {}
    codestream, is_packed = b"", False
    if bytes(data[:2]) == _BARE:
        codestream = bytes(data[:_HEADER_BYTES])
    else:
        for kind, start, end in walk(data, 0, len(data), most=_MAX_BOXES):
            part = bytes(data[start : min(end, start + _MAX_BLOCK_BYTES)])
            if kind == b"jxlc":
                codestream += part[:_HEADER_BYTES]
            elif kind == b"jxlp" and len(codestream) < _HEADER_BYTES:
                codestream += part[4 : 4 + _HEADER_BYTES]
            elif kind == b"Exif" and len(part) > 4:  # noqa: PLR2004 - where its header is
                # Some writers leave out the offset that comes first.
                is_bare = part[:2] in {b"II", b"MM"}
                skipped = 0 if is_bare else 4 + int.from_bytes(part[:4], "big")
                blocks.setdefault("exif", part[skipped:])
            elif kind == b"xml ":
                blocks.setdefault("xmp", part)
            elif kind == b"jbrd":
                is_packed = True
    if not codestream.startswith(_BARE):
        raise ValueError("no codestream")
    width, height, orientation = _read_size(_Bits(codestream[2:]))
    if orientation >= _SIDEWAYS:
        width, height = height, width
    return JxlHeader(width=width, height=height, is_packed_jpeg=is_packed, blocks=blocks)


def decode(data: Bytes) -> Image | bytes:
    """Decode, upright; or return the JPEG that was packed into this file.

    Raises:
        ValueError: the file is broken, or of a kind that the binding has no name for.
    """
    try:
        is_jpeg, info, pixels, profile, _ = Decoder(num_threads=0)(bytes(data))
    except BaseException as error:
        # A panic in Rust is no Exception; want of memory is told apart by its words.
        if isinstance(error, MemoryError):
            raise
        raise ValueError(f"libjxl: {error}") from error
    if is_jpeg:
        return bytes(pixels)
    bands = info.num_channels + bool(info.has_alpha_channel) * (info.num_channels in {1, 3})
    mode = info.mode
    bands = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "I;16": 1, "F": 1}.get(mode, bands)
    samples = info.width * info.height * bands
    number = {1: "uchar", 2: "ushort", 4: "float"}.get(len(pixels) // max(samples, 1))
    if number is None or len(pixels) % samples:
        raise ValueError(f"pixels of an unknown kind: {mode}")
    spaces = ("grey16", "rgb16") if number == "ushort" else ("b-w", "srgb")
    image = pyvips.Image.new_from_memory(pixels, info.width, info.height, bands, number)
    image = image.copy(interpretation=spaces[bands > 2])  # noqa: PLR2004 - more than grey and alpha
    if profile:
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", bytes(profile))
    return image


class _Bits:
    """Numbers of any number of bits, the lowest first."""

    def __init__(self, data: bytes) -> None:
        self._number = int.from_bytes(data, "little")
        self._left = 8 * len(data)

    def read(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise ValueError("the header ends early")
        value = self._number & ((1 << count) - 1)
        self._number >>= count
        return value


def _read_size(bits: _Bits) -> tuple[int, int, int]:
    """Return width and height as they are stored, and the orientation."""
    width, height = _read_sides(bits)
    if bits.read(1):  # everything else as usual
        return width, height, 1
    has_extras = bits.read(1)
    return width, height, 1 + bits.read(3) if has_extras else 1


def _read_sides(bits: _Bits) -> tuple[int, int]:
    is_small = bits.read(1)
    height = _read_side(bits, is_small=is_small)
    ratio = bits.read(3)
    if ratio:
        numerator, denominator = _RATIOS[ratio]
        return height * numerator // denominator, height
    return _read_side(bits, is_small=is_small), height


def _read_side(bits: _Bits, *, is_small: int) -> int:
    if is_small:
        return 8 * (1 + bits.read(5))
    least, count = _SIZES[bits.read(2)]
    return least + bits.read(count)
