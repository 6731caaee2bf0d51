"""Decode what libvips cannot, into an image that libvips processes further."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pillow_heif
import pyvips  # type: ignore[import-untyped]
from PIL import Image as Pillow
from PIL import TiffImagePlugin

from app.media import decoder_warnings
from app.media.colour.management import Image
from app.media.decode import jpeg_xl, libavif, libheif, memory_estimate
from app.media.decode.libheif import CannotScaleError
from app.media.formats import sniff
from app.media.formats.sniff import Bytes
from app.media.render.derivatives import fitted, whole_shrink
from app.media.render.yuv_planes import UnknownMatrixError

# From so many pixels on a HEIC is scaled while it is decoded, a row of tiles after the other. Up to
# there whole RGB is a little faster.
_HEIC_IN_FULL = 16_000_000
_BITS_TAG, _ORIENTATION_TAG = 258, 274


@dataclass(frozen=True, kw_only=True)
class Otherwise:
    """A picture that libvips does not open: its size, upright, and how to decode it."""

    width: int
    height: int
    working_bytes: int
    decode: Callable[[], Image]
    blocks: dict[str, bytes] = field(default_factory=dict)


def prepare() -> None:
    """Set libraries up, once in a process: thumbnails inside are left alone, one thread each."""
    pillow_heif.options.THUMBNAILS = False
    pillow_heif.options.DEPTH_IMAGES = False
    pillow_heif.options.AUX_IMAGES = False
    pillow_heif.options.DECODE_THREADS = 1
    Pillow.MAX_IMAGE_PIXELS = None  # the child has limits of its own
    TiffImagePlugin.READ_LIBTIFF = True  # Pillow's own readers know fewer kinds
    libheif.load()
    libavif.load()


def read_otherwise(data: Bytes, content_type: str) -> Otherwise:
    """Open a file that libvips does not. Raises anything for bad bytes."""
    if content_type == sniff.AVIF:
        return _avif(data)
    if content_type in sniff.HEIF_FAMILY:
        return _heif(data)
    if content_type == sniff.TIFF:
        return _tiff(data)
    if content_type == sniff.JXL:
        return _jxl(data)
    raise ValueError("nothing else opens this")


def _avif(data: Bytes) -> Otherwise:
    header = libavif.read_header(data)
    sides = (header.width, header.height)
    width, height = reversed(sides) if header.is_turned else sides
    return Otherwise(
        width=width,
        height=height,
        working_bytes=memory_of_avif(data, pixels=width * height),
        decode=lambda: libavif.decode_scaled(data),
        blocks={"exif": header.exif, "xmp": header.xmp},
    )


def _jxl(data: Bytes) -> Otherwise:
    header = jpeg_xl.read_header(data)

    def decode() -> Image:
        decoded = jpeg_xl.decode(data)
        if not isinstance(decoded, bytes):
            return decoded
        plain = pyvips.Image.jpegload_buffer(decoded)
        shrink = whole_shrink(plain.width, plain.height)
        return fitted(pyvips.Image.jpegload_buffer(decoded, shrink=shrink)).autorot()

    pixels = header.width * header.height
    return Otherwise(
        width=header.width,
        height=header.height,
        working_bytes=memory_estimate.of_jxl(pixels=pixels) + len(data),
        decode=decode,
        blocks=header.blocks,
    )


def _heif(data: Bytes) -> Otherwise:
    opened = pillow_heif.open_heif(bytes(data))  # decodes nothing yet
    width, height = opened.size
    blocks = {name: opened.info.get(name) or b"" for name in ("exif", "xmp")}
    return Otherwise(
        width=width,
        height=height,
        working_bytes=memory_of_heif(data, pixels=width * height),
        decode=lambda: decode_heif(data),
        blocks=blocks,
    )


def _tiff(data: Bytes) -> Otherwise:
    """Open by Pillow, whose libtiff knows more compressions than that of libvips."""
    opened = TiffImagePlugin.TiffImageFile(io.BytesIO(data))
    width, height = opened.size
    if int(opened.getexif().get(_ORIENTATION_TAG, 1)) >= 5:  # noqa: PLR2004 - sides are swapped
        width, height = height, width
    return Otherwise(
        width=width,
        height=height,
        working_bytes=memory_estimate.of_pillow(
            pixels=width * height, bands=len(opened.getbands()), file_size=len(data)
        ),
        decode=lambda: _decode_by_pillow(opened),
    )


_FOR_VIPS = {
    # Pillow's mode: libvips' number format, and how it is to be read.
    "L": ("uchar", "b-w"),
    "LA": ("uchar", "b-w"),
    "RGB": ("uchar", "srgb"),
    "RGBA": ("uchar", "srgb"),
    "CMYK": ("uchar", "cmyk"),
    "I;16": ("ushort", "grey16"),
    "F": ("float", "b-w"),
}


def _decode_by_pillow(opened: Any) -> Image:  # noqa: ANN401 - a picture of Pillow's
    """Decode; Pillow turns TIFF upright by itself."""
    opened.load()
    profile = opened.info.get("icc_profile")
    if opened.mode == "LAB":
        return _lab(opened)
    if opened.mode not in _FOR_VIPS:
        opened = opened.convert("RGBA" if opened.has_transparency_data else "RGB")
    number, space = _FOR_VIPS[opened.mode]
    bands = len(opened.getbands())
    image = pyvips.Image.new_from_memory(
        opened.tobytes(), opened.width, opened.height, bands, number
    )
    bits = opened.tag_v2.get(_BITS_TAG, (8,))[0]
    if opened.mode == "I;16" and bits == 12:  # noqa: PLR2004 - Pillow leaves them as they are
        image = image.linear(65535 / 4095, 0).cast("ushort")
    return _with_profile(image.copy(interpretation=space), profile)


def _lab(opened: Any) -> Image:  # noqa: ANN401 - the same
    """CIELab in 8 bits: L from 0 to 255; a and b signed, which Pillow has as they are stored."""
    image = pyvips.Image.new_from_memory(opened.tobytes(), opened.width, opened.height, 3, "uchar")
    lightness = image.extract_band(0).linear(100 / 255, 0)
    colours = image.extract_band(1, n=2).cast("float")
    colours = (colours > 127).ifthenelse(colours - 256, colours)  # noqa: PLR2004 - two's complement
    lab = lightness.bandjoin(colours).copy(interpretation="lab")
    return lab.colourspace("srgb")


def decode_heif_scaled(data: Bytes) -> Image | None:
    """Decode a large HEIC no larger than a preview, by tiles; None when another way is better."""
    opened = pillow_heif.open_heif(bytes(data))  # decodes nothing yet
    width, height = opened.size
    if width * height <= _HEIC_IN_FULL:
        return None
    try:
        scaled = libheif.decode_scaled(data)
    except (CannotScaleError, UnknownMatrixError) as error:
        decoder_warnings.note(error)
        return None
    return _with_profile(scaled, opened.info.get("icc_profile"))


def decode_heif(data: Bytes) -> Image:
    """Decode HEVC by libheif: the libvips wheel has no decoder for it."""
    decoded = pillow_heif.open_heif(bytes(data), convert_hdr_to_8bit=False)
    pixels = decoded.data
    width, height = decoded.size
    mode = decoded.mode
    deep = mode.endswith(";16")
    bands = {"L": 1, "I": 1, "LA": 2, "RGB": 3, "RGBA": 4}[
        mode.removesuffix(";16").replace("a", "A")
    ]
    image = pyvips.Image.new_from_memory(
        pixels, width, height, bands, "ushort" if deep else "uchar"
    )
    spaces = ("grey16", "rgb16") if deep else ("b-w", "srgb")
    image = image.copy(interpretation=spaces[bands > 2])  # noqa: PLR2004 - more than grey and alpha
    return _with_profile(image, decoded.info.get("icc_profile"))


def decode_thumbnail(data: Bytes) -> Image | None:
    """Decode the small copy in a HEIC, upright; None when it holds none."""
    return libheif.decode_thumbnail(data)


def memory_of_heif(data: Bytes, *, pixels: int) -> int:
    """Return how much memory decode_heif takes."""
    facts = libheif.read_facts(data)
    whole = memory_estimate.of_whole_rgb(
        pixels=pixels, bands=4 if facts.has_alpha else 3, depth=facts.depth
    )
    if pixels <= _HEIC_IN_FULL or facts.has_alpha:
        return whole + len(data)
    needs = memory_estimate.of_heic(
        pixels=pixels, samples=facts.samples, depth=facts.depth, is_grid=facts.is_grid
    )
    return needs + len(data)


def _with_profile(image: Image, profile: bytes | None) -> Image:
    if profile:
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return image


def decode_avif(data: Bytes) -> Image:
    """Decode AVIF by libavif, upright and no larger than a preview.

    Raises:
        ValueError, NoLibraryError: libvips may open it nonetheless.
    """
    return libavif.decode_scaled(data)


def memory_of_avif(data: Bytes, *, pixels: int) -> int:
    """Return how much memory decode_avif takes."""
    try:
        header = libavif.read_header(data)
    except (ValueError, libavif.NoLibraryError):
        return memory_estimate.of_whole_rgb(pixels=pixels, bands=4, depth=16)
    return memory_estimate.of_avif(
        pixels=header.width * header.height, samples=header.samples / 4, depth=header.depth
    )
