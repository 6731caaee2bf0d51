"""Scale YUV planes before they become RGB, so that no full-sized RGB is made.

HEIC and AVIF hold luma and two colour differences (ITU-T H.273), mostly at half the width and
height. Converting to RGB first and then scaling takes three to six times the memory.
"""

import ctypes
from dataclasses import dataclass
from typing import Any

import pyvips  # type: ignore[import-untyped]

Image = Any  # pyvips has no types

# Matrix coefficients of H.273, table 4: the weights of red and blue in luma.
_BT709, _UNSPECIFIED, _FCC, _BT470, _BT601, _SMPTE240, _BT2020 = 1, 2, 4, 5, 6, 7, 9
_DERIVED = 12
_WEIGHTS = {
    _BT709: (0.2126, 0.0722),
    _UNSPECIFIED: (0.299, 0.114),  # what libheif and libavif take when nothing is said
    _FCC: (0.30, 0.11),
    _BT470: (0.299, 0.114),
    _BT601: (0.299, 0.114),
    _SMPTE240: (0.212, 0.087),
    _BT2020: (0.2627, 0.0593),
}
# Where the weights follow from the primaries (matrix 12): table 2 of H.273, by equations 39 and 44.
_DERIVED_WEIGHTS = {1: (0.2126, 0.0722), 9: (0.2627, 0.0593), 12: (0.2290, 0.0793)}


class UnknownMatrixError(ValueError):
    """Colours that are no weighted sum of red, green and blue, or in no known way."""


@dataclass(frozen=True, kw_only=True)
class Coefficients:
    """How luma and colour differences are to be read (H.273): matrix, primaries and range."""

    matrix: int
    primaries: int
    full_range: bool

    def weights(self) -> tuple[float, float]:
        """Return the weights of red and of blue. Raises UnknownMatrixError."""
        found = _WEIGHTS.get(self.matrix)
        if self.matrix == _DERIVED:
            found = _DERIVED_WEIGHTS.get(self.primaries)
        if found is None:
            raise UnknownMatrixError(f"matrix coefficients {self.matrix}")
        return found


def plane_at(address: int, *, width: int, height: int, stride: int, depth: int) -> Image:
    """Wrap memory that a decoder owns; valid as long as the decoder keeps it.

    stride is in bytes, depth in bits; samples of more than 8 bits take 2 bytes in host order.
    """
    sample_bytes = 1 if depth <= 8 else 2  # noqa: PLR2004 - bits
    if not address or stride < width * sample_bytes or stride % sample_bytes or height < 1:
        raise ValueError("no such plane")
    memory = (ctypes.c_uint8 * (stride * height)).from_address(address)
    samples = stride // sample_bytes
    kind = "uchar" if sample_bytes == 1 else "ushort"
    return pyvips.Image.new_from_memory(memory, samples, height, 1, kind).crop(0, 0, width, height)


def shrunk(planes: list[Image], by: int) -> list[Image]:
    """Return planes at 1/by of the first one's size, by averaging; by is 1, 2, 4 or 8.

    Colour planes of half the width or height are shrunk by half as much that way.
    """
    luma = planes[0]
    width, height = max(1, luma.width // by), max(1, luma.height // by)
    small = []
    for plane in planes:
        across = max(1, by * plane.width // luma.width)
        down = max(1, by * plane.height // luma.height)
        scaled = plane.shrink(across, down) if across * down > 1 else plane
        if scaled.width < width // 2 + 1 or scaled.height < height // 2 + 1 or by == 1:
            scaled = _enlarged(scaled, width, height)
        elif scaled.width < width or scaled.height < height:
            scaled = scaled.embed(0, 0, width, height, extend="copy")
        small.append(scaled.crop(0, 0, width, height))
    return small


def _enlarged(plane: Image, width: int, height: int) -> Image:
    if (plane.width, plane.height) == (width, height):
        return plane
    across = -(-width // plane.width)
    down = -(-height // plane.height)
    return plane.resize(across, vscale=down, kernel="linear")


def to_rgb(planes: list[Image], *, depth: int, coefficients: Coefficients) -> Image:
    """Join one plane (grey) or three (luma, Cb, Cr) of the same size into grey or RGB.

    The result has 8 bits a sample when depth is 8, else 16 in their full range. An alpha plane is
    added afterwards by with_alpha().

    Raises:
        UnknownMatrixError: only another decoder knows these colours.
    """
    unit = 1 << (depth - 8)
    span = (1 << depth) - 1
    black, luma_span, chroma_span = (
        (0, span, span) if coefficients.full_range else (16 * unit, 219 * unit, 224 * unit)
    )
    most = 255 if depth == 8 else 65535  # noqa: PLR2004 - bits
    if len(planes) == 1:
        grey = planes[0].linear(most / luma_span, 0.5 - black * most / luma_span)
        return _finished(grey, most, "b-w", "grey16")
    red, blue = coefficients.weights()
    green = 1 - red - blue
    middle = 1 << (depth - 1)
    luma, chroma = most / luma_span, most / chroma_span
    rows = [
        [luma, 0.0, chroma * 2 * (1 - red)],
        [luma, -chroma * 2 * blue * (1 - blue) / green, -chroma * 2 * red * (1 - red) / green],
        [luma, chroma * 2 * (1 - blue), 0.0],
    ]
    # What is subtracted from the samples, and half a step to round by, as one constant a colour.
    constants = [0.5 - row[0] * black - (row[1] + row[2]) * middle for row in rows]
    weighted = planes[0].bandjoin(planes[1:]).recomb(pyvips.Image.new_from_array(rows))
    return _finished(weighted.linear([1, 1, 1], constants), most, "srgb", "rgb16")


def _finished(image: Image, most: int, space: str, deep_space: str) -> Image:
    kind, interpretation = ("uchar", space) if most == 255 else ("ushort", deep_space)  # noqa: PLR2004
    return image.cast(kind).copy(interpretation=interpretation)


def with_alpha(image: Image, alpha: Image, *, depth: int, premultiplied: bool) -> Image:
    """Add a plane of opacity, which is in full range always."""
    most = 255 if image.format == "uchar" else 65535
    alpha = alpha.linear(most / ((1 << depth) - 1), 0).rint().cast(image.format)
    joined = image.bandjoin(alpha)
    if not premultiplied:
        return joined
    return joined.unpremultiply(max_alpha=most).rint().cast(image.format)
