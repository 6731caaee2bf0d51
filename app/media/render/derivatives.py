"""Make a preview, a thumbnail and a ThumbHash from pixels.

Sizes and formats are explained in docs/decisions/0020-derived-sizes.md.
"""

import math
from typing import NamedTuple

from app.media.colour.gain_map import GainMap, with_gain_map
from app.media.colour.management import Image
from app.media.render.fingerprint import fingerprint
from app.media.render.thumbhash import SIDE, thumbhash

PREVIEW_SIDE = 2048
# A grid row of 240 CSS pixels is sharp on a screen of twice that density; panoramas are bounded.
THUMBNAIL_HEIGHT = 480
THUMBNAIL_WIDTH = 1440
_WEBP_QUALITY = 75
_PREVIEW_EFFORT = 1
_THUMBNAIL_EFFORT = 2
_JPEG_QUALITY = 71


class Derived(NamedTuple):
    """What is made from pixels; all None where there are none.

    The fingerprint, packed, is None also of what is too flat to be compared.
    """

    preview: bytes | None = None
    thumbnail: bytes | None = None
    thumbhash: bytes | None = None
    fingerprint: bytes | None = None


def fitted(image: Image) -> Image:
    """Decode, in one pass and no larger than a preview."""
    return _scaled(image, PREVIEW_SIDE, PREVIEW_SIDE).copy_memory()


# JPEG decodes at 1/2, 1/4 and 1/8 of its size for a fraction of the cost, so a preview that comes
# out a little smaller than the largest is taken as it is: 2016 by 1512 from a phone's 4032 by 3024.
_SHRINK_DOWN_TO = 1920


def whole_shrink(width: int, height: int) -> int:
    """Return by how much a picture may be shrunk while it is decoded: 8, 4, 2, or 1 for not."""
    longest, shortest = max(width, height), min(width, height)
    fits = (by for by in (8, 4, 2) if longest // by >= _SHRINK_DOWN_TO and shortest >= by)
    return next(fits, 1)


def _scaled(image: Image, width: int, height: int) -> Image:
    """Scale down to fit; never up. Transparent pixels give nothing to their neighbours."""
    scale = min(width / image.width, height / image.height, 1)
    if scale == 1:
        return image
    factors = {
        "scale": max(1, round(image.width * scale)) / image.width,
        "vscale": max(1, round(image.height * scale)) / image.height,
    }
    if not image.hasalpha():
        return image.resize(factors.pop("scale"), **factors)
    kept = image.format
    scaled = image.premultiply().resize(factors.pop("scale"), **factors)
    return scaled.unpremultiply().cast(kept)


def derived_pictures(screen: Image, *, is_photo: bool, gain_map: GainMap | None = None) -> Derived:
    """Make the preview, the thumbnail and what is told of them, in a screen's colours.

    With a gain map the preview is bright where the picture was, on screens that can.
    """
    small = _scaled(screen, THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT).copy_memory()
    found = fingerprint(small)
    return Derived(
        preview=_preview(screen, is_photo=is_photo, gain_map=gain_map),
        thumbnail=small.webpsave_buffer(Q=_WEBP_QUALITY, effort=_THUMBNAIL_EFFORT, keep="icc"),
        thumbhash=thumbhash(*_tiny_rgba(small)),
        fingerprint=None if found is None else found.pack(),
    )


def _tiny_rgba(image: Image) -> tuple[int, int, bytes]:
    """Return width, height and pixels as a ThumbHash is made of; means of blocks tell its waves."""
    if image.hasalpha():  # whose colours must not count where nothing is seen of them
        tiny = _scaled(image, SIDE, SIDE).cast("uchar")
        return tiny.width, tiny.height, bytes(tiny.write_to_memory())
    by = math.ceil(max(image.width, image.height) / SIDE)
    tiny = image.shrink(min(by, image.width), min(by, image.height)).cast("uchar")
    rgb = bytes(tiny.write_to_memory())
    rgba = bytearray(b"\xff") * (len(rgb) // 3 * 4)
    for channel in range(3):
        rgba[channel::4] = rgb[channel::3]
    return tiny.width, tiny.height, bytes(rgba)


def _preview(screen: Image, *, is_photo: bool, gain_map: GainMap | None) -> bytes:
    """Encode as JPEG what came from a camera: as small as WebP for a tenth of the time.

    It blurs the edges of letters and lines, and has no alpha, so what is drawn stays WebP.
    """
    if is_photo and not screen.hasalpha():
        jpeg = screen.jpegsave_buffer(Q=_JPEG_QUALITY, keep="icc")
        return bytes(jpeg) if gain_map is None else with_gain_map(bytes(jpeg), gain_map)
    return bytes(screen.webpsave_buffer(Q=_WEBP_QUALITY, effort=_PREVIEW_EFFORT, keep="icc"))
