"""How much alike two pictures look: SSIM of their brightness (Wang and others, 2004)."""

import io
from typing import Any

import pyvips  # type: ignore[import-untyped]
from PIL import Image as PillowImage

Image = Any  # pyvips has no types

# The paper's constants, for 8 bits, and its Gaussian window.
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_SIGMA = 1.5
_LUMA = pyvips.Image.new_from_array([[0.299, 0.587, 0.114]])  # BT.601, as JPEG and WebP have it


def reference(original: bytes, width: int, height: int) -> Image:
    """Return brightness as it should be: all pixels, decoded and scaled by Pillow's Lanczos."""
    whole = PillowImage.open(io.BytesIO(original)).convert("RGB")
    scaled = whole.resize((width, height), PillowImage.Resampling.LANCZOS)
    pixels = pyvips.Image.new_from_memory(scaled.tobytes(), width, height, 3, "uchar")
    return _brightness(pixels)


def ssim(derived: bytes, of: Image) -> float:
    """Compare an encoded picture with a reference; where sizes differ, as it would be shown."""
    shown = pyvips.Image.new_from_buffer(derived, "")
    across, down = of.width / shown.width, of.height / shown.height
    if (across, down) != (1, 1):
        shown = shown.resize(across, vscale=down).crop(0, 0, of.width, of.height)
    return _ssim(_brightness(shown), of)


def _brightness(image: Image) -> Image:
    return image.recomb(_LUMA).cast("float").copy_memory()


def _ssim(one: Image, other: Image) -> float:
    mean_one, mean_other = _blurred(one), _blurred(other)
    both = mean_one * mean_other
    squares = mean_one * mean_one + mean_other * mean_other
    together = _blurred(one * other) - both
    spread = _blurred(one * one + other * other) - squares
    alike = ((both * 2 + _C1) * (together * 2 + _C2)) / ((squares + _C1) * (spread + _C2))
    return float(alike.avg())


def _blurred(image: Image) -> Image:
    return image.gaussblur(_SIGMA, precision="float", min_ampl=0.01)
