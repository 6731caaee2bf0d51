"""An original: its header, its pixels by whichever decoder opens it, and its damage."""

import logging
from typing import Any

import pyvips  # type: ignore[import-untyped]

from app.media import decoder_warnings
from app.media.colour.cicp import Coding
from app.media.colour.gain_map import GainMap, is_usable, of_hdr
from app.media.colour.management import (
    Declared,
    Image,
    first_band,
    full_range,
    unpremultiplied,
)
from app.media.decode import memory_estimate
from app.media.decode.fallback_decoders import (
    Otherwise,
    decode_avif,
    decode_heif,
    decode_heif_scaled,
    decode_thumbnail,
    memory_of_avif,
    memory_of_heif,
    read_otherwise,
)
from app.media.decode.libavif import NoLibraryError
from app.media.formats import sniff, tiff
from app.media.formats.dcf import profile_by_exif
from app.media.formats.gain_map_sources import gain_map_of_heif, gain_map_of_jpeg
from app.media.formats.heif_items import HeifItems, read_items
from app.media.formats.metadata_blocks import metadata_blocks
from app.media.formats.motion_photo import Motion, find_motion
from app.media.formats.orientation import exif_orientation_of_heif, is_sideways, turned
from app.media.formats.png_colour import read_png_colours
from app.media.formats.raw_preview import find_embedded
from app.media.formats.sniff import Bytes
from app.media.metadata.exif import unwrapped
from app.media.metadata.reader import PictureMetadata, read_metadata, read_orientation
from app.media.metadata.xmp import read_xmp
from app.media.render.derivatives import fitted, whole_shrink
from app.media.results import DamageReason, Header

# A WebP of more pixels is decoded at this length of its longer side, larger than a preview.
_WEBP_IN_FULL, _WEBP_SCALED_TO = 16_000_000, 3072
_HEADER_SIDE = 256
# Of a damaged picture that claims more pixels, nobody looks for what is left.
_MAX_PIXELS_TO_SEARCH = 300_000_000
# A TIFF of so many bytes is kept although the directory is missing that says what they are.
_WORTH_KEEPING = 1024

_log = logging.getLogger(__name__)

_BYTES_OF = {"uchar": 1, "char": 1, "ushort": 2, "short": 2, "double": 8}

_LOADERS = {
    sniff.JPEG: "jpegload_source",
    sniff.PNG: "pngload_source",
    sniff.GIF: "gifload_source",
    sniff.WEBP: "webpload_source",
    sniff.AVIF: "heifload_source",
    sniff.HEIC: "heifload_source",
    sniff.HEIF: "heifload_source",
    sniff.TIFF: "tiffload_source",
}


class Original:
    """An original and the ways to get at its header and its pixels."""

    def __init__(self, data: Bytes, content_type: str) -> None:
        self.data = self._whole = data
        self.content_type = content_type
        self.declared: Declared = None  # of colours, beside a profile
        # Of metadata, beside those that libvips finds.
        self._blocks: dict[str, Bytes] = {**metadata_blocks(data, content_type)}
        # A HEIF's container has its own.
        exif = b"" if content_type in sniff.HEIF_FAMILY else self._blocks.get("exif", b"")
        self._orientation = read_orientation(exif)
        self._items: HeifItems | None = None
        self._exif: Bytes = b""
        self._turned_by = 1  # one of EXIF's orientations
        self._cut_short = sniff.is_cut_short(data, content_type)
        self._read_by: Otherwise | None = None
        if content_type == sniff.TIFF:
            self._cut_short = tiff.ends_too_early(data)
            self.data = tiff.only_first_page(data)

    def _open(self, **options: Any) -> Image:  # noqa: ANN401 - libvips' own options
        loader = getattr(pyvips.Image, _LOADERS[self.content_type])
        if self.content_type == sniff.WEBP:
            options.setdefault("scale", self._webp_scale())
        elif self.content_type != sniff.GIF:
            options["unlimited"] = True  # the child has limits of its own
        # Not from a buffer, of which libvips' binding makes a copy each time.
        source = pyvips.Source.new_from_memory(self.data)
        image = loader(source, access="sequential", **options)
        if self._orientation is not None:
            image = image.copy()
            image.set_type(pyvips.GValue.gint_type, "orientation", self._orientation)
        return image

    def header(self) -> Header:
        """Read size and metadata; no pixel is decoded. Raises anything for bad bytes."""
        if self.content_type == sniff.JXL:
            return self._read_header_otherwise()
        try:
            return self._read_header()
        except pyvips.Error as error:
            decoder_warnings.note(error)
        if self._cut_short and self.content_type == sniff.TIFF and len(self.data) >= _WORTH_KEEPING:
            # The directory was at the missing end: what is left cannot be interpreted.
            return Header(content_type=sniff.TIFF, width=0, height=0, metadata=PictureMetadata())
        if self._cut_short:
            self.data = sniff.mended(self.data, self.content_type)
            return self._read_header()
        return self._read_header_otherwise()

    def _read_header(self) -> Header:
        # libvips makes room for the canvas of a moving WebP to say how large it is.
        options = {"scale": self._header_scale()} if self.content_type == sniff.WEBP else {}
        image = self._open(fail_on="none", **options)
        attached = {name: _attached(image, name) for name in ("exif", "xmp", "iptc")}
        self._blocks = {**attached, **self._blocks}
        width, height = image.width, image.height
        if self.content_type == sniff.WEBP:
            width, height = sniff.size_of_webp(bytes(self.data[: sniff.HEAD_BYTES]))
        elif self.content_type in sniff.HEIF_FAMILY:
            self._read_items(self._blocks["exif"])
        elif self.content_type == sniff.PNG:
            self.declared = read_png_colours(self.data)
        elif self.content_type == sniff.JPEG and not image.get_typeof("icc-profile-data"):
            self.declared = profile_by_exif(self._blocks["exif"])
        self._exif = self._blocks["exif"]
        self._turned_by = self._turn(image)
        if is_sideways(self._turned_by):
            width, height = height, width
        is_animated = self.content_type in sniff.MOVING and _frames(image) > 1
        return self._header_of(width, height, is_animated=is_animated, needs=self._needs(image))

    def _read_header_otherwise(self) -> Header:
        """Read by the decoder that is asked where libvips cannot decode."""
        self._read_by = found = read_otherwise(self.data, self.content_type)
        self._blocks = {**found.blocks, **self._blocks}
        width, height = found.width, found.height
        if self.content_type in sniff.HEIF_FAMILY:
            self._exif = self._blocks.get("exif", b"")
            self._read_items(self._exif)
            self._turned_by = self._orientation or 1
            if is_sideways(self._turned_by):
                width, height = height, width
        return self._header_of(width, height, needs=found.working_bytes)

    def _header_of(
        self, width: int, height: int, *, needs: int, is_animated: bool = False
    ) -> Header:
        blocks = dict(self._blocks)
        if self.content_type == sniff.TIFF:
            blocks["exif"] = self.data  # a TIFF is its own EXIF block
        return Header(
            content_type=self.content_type,
            width=width,
            height=height,
            metadata=read_metadata(**blocks),
            is_animated=is_animated,
            memory_bytes=memory_estimate.in_all(needs),
        )

    def _needs(self, image: Image) -> int:
        """Return how much memory decoding takes."""
        pixels = image.width * image.height
        pixel_bytes = image.bands * _BYTES_OF.get(image.format, 4)
        interlaced = bool(_number(image, "interlaced"))
        head = bytes(self.data[: sniff.HEAD_BYTES])
        match self.content_type:
            case sniff.JPEG:
                samples = 1.5 if _text(image, "jpeg-chroma-subsample") == "4:2:0" else image.bands
                needs = memory_estimate.of_jpeg(
                    pixels=pixels, samples=samples, progressive=interlaced
                )
            case sniff.PNG:
                needs = memory_estimate.of_png(
                    pixels=pixels, pixel_bytes=pixel_bytes, interlaced=interlaced
                )
            case sniff.GIF:
                needs = memory_estimate.of_gif(pixels=pixels)
            case sniff.WEBP:
                width, height = sniff.size_of_webp(head)
                needs = memory_estimate.of_webp(
                    pixels=width * height, lossless=b"VP8L" in head and b"VP8 " not in head
                )
            case sniff.TIFF:
                block = tiff.largest_block(self.data, width=image.width, height=image.height)
                needs = memory_estimate.of_tiff(block_pixels=block, pixel_bytes=pixel_bytes)
            case sniff.AVIF:
                needs = memory_of_avif(self.data, pixels=pixels)
            case _:
                needs = memory_of_heif(self.data, pixels=pixels)
        return needs

    def _read_items(self, exif: Bytes) -> None:
        self._items = read_items(self.data)
        if self._items is None:
            return
        self.declared = self._items.coding(self._items.primary)
        if self.content_type != sniff.AVIF:
            self._orientation = exif_orientation_of_heif(self._items, exif)

    def _turn(self, image: Image) -> int:
        """Return by which of EXIF's orientations a decoded picture is turned."""
        if self._orientation is not None:
            return self._orientation
        if self.content_type in sniff.HEIF_FAMILY:
            return 1  # the container has its own, applied already
        return int(image.get("orientation")) if image.get_typeof("orientation") else 1

    def pixels(self) -> Image:
        """Decode strictly, upright, no larger than a preview. Raises anything for bad bytes."""
        decoder_warnings.forget()
        if self.content_type == sniff.JXL and self._read_by is not None:
            return fitted(self._read_by.decode())
        if self.content_type == sniff.JPEG:
            return fitted(self._open(fail_on="error", shrink=self._jpeg_shrink())).autorot()
        if self.content_type in {sniff.HEIC, sniff.HEIF}:
            scaled = decode_heif_scaled(self.data)
            if scaled is None:
                scaled = self._heif_pixels(decode_heif(self.data))
            return turned(scaled, self._orientation or 1)
        if self.content_type == sniff.AVIF:
            return self._avif_pixels()
        if self.content_type == sniff.TIFF:
            return self._tiff_pixels()
        return fitted(self._open(fail_on="error")).autorot()

    @property
    def is_upright_in_memory(self) -> bool:
        """Whether `pixels` has nothing left to compute: most photos, so they are spared a copy."""
        return self.content_type == sniff.JPEG and self._turned_by == 1

    def _avif_pixels(self) -> Image:
        try:
            return decode_avif(self.data)
        except (ValueError, NoLibraryError) as error:
            if self._cut_short or self._read_by is not None:
                raise
            decoder_warnings.note(error)
        return self._heif_pixels(self._open(fail_on="error"))

    def _tiff_pixels(self) -> Image:
        if self._read_by is not None:
            return fitted(self._read_by.decode())
        try:
            pixels = fitted(self._open(fail_on="error")).autorot()
        except pyvips.Error as error:
            if self._cut_short or decoder_warnings.means_an_early_end(error):
                raise
            decoder_warnings.note(error)
        else:
            if not (decoder_warnings.heard() and _is_blank(pixels)):
                return pixels
        return fitted(read_otherwise(self.data, sniff.TIFF).decode())

    def _heif_pixels(self, image: Image) -> Image:
        """Fit what libheif decoded, and do what it leaves undone: grey's range, and alpha."""
        items, coding = self._items, self.declared
        if items and items.referenced(items.primary, b"prem"):
            image = unpremultiplied(image)
        if items and items.is_monochrome_av1(items.primary):
            image = first_band(image)  # so that a profile of grey explains it
        image = fitted(image)
        is_limited = isinstance(coding, Coding) and not coding.is_full_range
        return full_range(image) if is_limited and image.bands <= 2 else image  # noqa: PLR2004

    def gain_map(self, pixels: Image) -> GainMap | None:
        """Return what makes it brighter on HDR screens; None also where that part is broken."""
        try:
            found = self._gain_map(pixels)
        except Exception:  # noqa: BLE001 - decoders raise anything for bad bytes
            _log.info("a gain map does not decode", exc_info=True)
            return None
        return found if found and is_usable(found) else None

    def _gain_map(self, pixels: Image) -> GainMap | None:
        if self.content_type == sniff.JPEG:
            return gain_map_of_jpeg(self.data, exif=self._exif, orientation=self._turned_by)
        if self._items is None or pixels.hasalpha():
            return None
        if isinstance(self.declared, Coding) and self.declared.is_hdr:
            has_profile = pixels.get_typeof("icc-profile-data")
            return None if has_profile else of_hdr(pixels, self.declared)
        return gain_map_of_heif(
            self._items, exif=self._exif, orientation=self._turned_by, decode=self._decode_item
        )

    def _decode_item(self, file: memoryview) -> Image:
        if self.content_type == sniff.AVIF:
            return pyvips.Image.heifload_buffer(file, fail_on="error").copy_memory()
        return decode_heif(file)

    def motion(self) -> Motion | None:
        """Return where the video is that belongs to the picture; None also where it is broken."""
        if self.content_type != sniff.JPEG and self.content_type not in sniff.HEIF_FAMILY:
            return None
        try:
            return find_motion(self._whole, read_xmp(self._blocks.get("xmp", b"")))
        except Exception:  # noqa: BLE001 - of hostile bytes; the picture itself is shown
            _log.info("a moving part is not found", exc_info=True)
            return None

    def small_copy(self) -> Image | None:
        """Decode the small copy that cameras put into files; None when there is none."""
        if self.content_type in {sniff.HEIC, sniff.HEIF}:
            small = decode_thumbnail(self.data)
            if small is not None:
                return fitted(small)
        block = unwrapped(self._blocks.get("exif", b""))
        embedded = find_embedded(block, sniff.DNG)  # EXIF is a TIFF with a JPEG in it
        if embedded.jpeg is None:
            return None
        small = Original(embedded.jpeg, sniff.JPEG)
        small._orientation = embedded.orientation
        return small.pixels()

    def complaint(self) -> DamageReason | None:
        """Say what is wrong with a picture that decoded nonetheless."""
        if self._cut_short:
            return "incomplete"
        if self.content_type == sniff.JPEG and decoder_warnings.heard():
            return "corrupt" if decoder_warnings.means_damage(self._jpeg_warning()) else None
        return None

    def reason_of(self, error: Exception) -> DamageReason:
        """Say what is wrong with a picture that did not decode."""
        if self._cut_short or decoder_warnings.means_an_early_end(error):
            return "incomplete"
        return "corrupt" if decoder_warnings.blames_the_file(error) else "undecodable"

    def pixels_of_what_is_left(self) -> Image | None:
        """Decode whatever decodes of a damaged picture; None when nothing does."""
        if self.content_type in {sniff.HEIC, sniff.HEIF, sniff.JXL}:
            return None
        try:
            claimed = self._open(fail_on="none")
            if claimed.width * claimed.height > _MAX_PIXELS_TO_SEARCH:
                return None
            shrink = {"shrink": self._jpeg_shrink()} if self.content_type == sniff.JPEG else {}
            pixels = fitted(self._open(fail_on="none", **shrink))
            if _is_blank(pixels):
                return None
            return pixels if self.content_type == sniff.AVIF else pixels.autorot()
        except Exception as error:  # noqa: BLE001 - nothing is left, then
            decoder_warnings.note(error)
            return None

    def _jpeg_warning(self) -> str:
        """Say what libjpeg warned of; libvips' own account of it is incomplete."""
        try:
            self._open(fail_on="warning", shrink=self._jpeg_shrink()).copy_memory()
        except pyvips.Error as warning:
            return str(warning)
        return ""

    def _header_scale(self) -> float:
        size = sniff.size_of_webp(bytes(self.data[: sniff.HEAD_BYTES]))
        return min(1, _HEADER_SIDE / max(*size, 1))

    def _webp_scale(self) -> float:
        """Return the scale at which to decode a large one: libwebp averages while it decodes."""
        width, height = sniff.size_of_webp(bytes(self.data[: sniff.HEAD_BYTES]))
        if width * height <= _WEBP_IN_FULL:
            return 1
        return min(1, _WEBP_SCALED_TO / max(width, height))

    def _jpeg_shrink(self) -> int:
        image = self._open(fail_on="none")
        return whole_shrink(image.width, image.height)


def _attached(image: Image, name: str) -> Bytes:
    return image.get(f"{name}-data") if image.get_typeof(f"{name}-data") else b""


def _frames(image: Image) -> int:
    return int(image.get("n-pages")) if image.get_typeof("n-pages") else 1


def _number(image: Image, name: str) -> int:
    return int(image.get(name)) if image.get_typeof(name) else 0


def _text(image: Image, name: str) -> str:
    return str(image.get(name)) if image.get_typeof(name) else ""


def _is_blank(image: Image) -> bool:
    """Say whether there is nothing but zeros: what decoders leave that did not decode."""
    return bool(image.max() == 0)
