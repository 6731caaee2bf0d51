"""Make the fingerprint of a picture: see app/media/fingerprints.py."""

import math
import sys
from itertools import product
from operator import mul
from typing import Any

import pyvips  # type: ignore[import-untyped]
from PIL import Image as PillowImage

from app.media.colour.management import Image
from app.media.fingerprints import (
    FREQUENCIES,
    GREY_SIDE,
    WAVES,
    WINDOW_SIDE,
    WINDOWS,
    Fingerprint,
)

# What is flatter holds nothing to compare: blank pages, night, a lens cap.
_MIN_DEVIATION = 3.0
_PAPER = [255, 255, 255]  # what is transparent is mostly seen on it


def _waves() -> Any:  # noqa: ANN401 - pyvips has no types
    """Return a matrix with a row for each wave, those of low frequency first, without the mean."""
    side = range(WINDOW_SIDE)

    def cosine(frequency: int, at: int) -> float:
        return math.cos(math.pi / WINDOW_SIDE * frequency * (at + 0.5))

    return pyvips.Image.new_from_array(
        [[cosine(v, y) * cosine(u, x) for y, x in product(side, side)] for v, u in FREQUENCIES]
    )


_WAVES = _waves()
# The byte of each value, a float, that holds its sign; and that byte as a digit.
_SIGNS = slice(3 if sys.byteorder == "little" else 0, None, 4)
_AS_DIGITS = b"1" * 128 + b"0" * 128


def fingerprint(image: Image) -> Fingerprint | None:
    """Make that of a picture in a screen's colours; None: it is too flat to be compared."""
    seen = image.flatten(background=_PAPER) if image.hasalpha() else image
    across, down = GREY_SIDE / seen.width, GREY_SIDE / seen.height
    tiny = seen.resize(across, vscale=down, kernel="linear").cast("uchar")
    rgb = bytes(tiny.write_to_memory())
    grey = PillowImage.frombytes("RGB", (GREY_SIDE, GREY_SIDE), rgb).convert("L")
    pixels = grey.tobytes()
    if _deviation(pixels) < _MIN_DEVIATION:
        return None
    return Fingerprint(grey=pixels, hashes=_hashes(grey))


def _deviation(pixels: bytes) -> float:
    mean = sum(pixels) / len(pixels)
    return math.sqrt(max(0.0, sum(map(mul, pixels, pixels)) / len(pixels) - mean * mean))


def _hashes(grey: PillowImage.Image) -> tuple[int, ...]:
    size = (WINDOW_SIDE, WINDOW_SIDE)
    seen = (grey.resize(size, PillowImage.Resampling.BILINEAR, box=box) for box in WINDOWS)
    pixels = b"".join(each.tobytes() for each in seen)
    # Each window is a pixel with as many bands as it has pixels, so that all are one product.
    values = pyvips.Image.new_from_memory(pixels, len(WINDOWS), 1, WINDOW_SIDE**2, "uchar")
    waves = bytes(values.recomb(_WAVES).write_to_memory())
    bits = waves[_SIGNS].translate(_AS_DIGITS)
    return tuple(int(bits[at : at + WAVES], 2) for at in range(0, len(bits), WAVES))
