"""Decode what libvips cannot, into what it goes on with."""

import io

import pillow_heif
import pyvips  # type: ignore[import-untyped]
from PIL import TiffImagePlugin  # noqa: F401 - the next would import it when it is too late
from PIL.AvifImagePlugin import AvifImageFile

from app.images.colour import Image
from app.images.formats import MOST_PIXELS, Bytes


def decode_heif(data: Bytes) -> Image:
    """Decode HEVC by libheif: the libvips wheel has no decoder for it."""
    decoded = pillow_heif.open_heif(bytes(data), convert_hdr_to_8bit=False)
    deep = decoded.mode.endswith(";16")
    pixels = decoded.data
    width, height = decoded.size
    if width * height > MOST_PIXELS:
        raise ValueError("larger than its header says")
    bands = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}[
        decoded.mode.removesuffix(";16").replace("a", "A")
    ]
    image = pyvips.Image.new_from_memory(
        pixels, width, height, bands, "ushort" if deep else "uchar"
    )
    spaces = ("grey16", "rgb16") if deep else ("b-w", "srgb")
    image = image.copy(interpretation=spaces[bands > 2])  # noqa: PLR2004 - more than grey and alpha
    return _with_profile(image, decoded.info.get("icc_profile"))


def _with_profile(image: Image, profile: bytes | None) -> Image:
    if profile:
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return image


def decode_avif_by_pillow(data: Bytes) -> Image:
    """Decode AVIF by libavif, for the few that libheif refuses and the large: 8 bits only."""
    with AvifImageFile(io.BytesIO(data)) as avif:
        decoded = avif.convert("RGBA" if avif.has_transparency_data else "RGB")
        image = pyvips.Image.new_from_memory(
            decoded.tobytes(), decoded.width, decoded.height, len(decoded.getbands()), "uchar"
        ).copy(interpretation="srgb")
        return _with_profile(image, avif.info.get("icc_profile"))
