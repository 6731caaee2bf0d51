"""Develop one original: from its bytes to a thumbnail, a preview, a ThumbHash and metadata.

This runs in a child process that may die of what it is given (see darkroom.py), and imports
nothing else of the application than its own small parts. Sizes and formats are explained in
docs/decisions/0020-derived-sizes.md.
"""

import dataclasses
import logging
from collections.abc import Callable
from typing import Any

import pyvips  # type: ignore[import-untyped]

from app.images import complaints, decoder_memory, formats, other_decoders, tiff
from app.images.avif_library import NoLibraryError
from app.images.blocks import metadata_blocks
from app.images.coding import Coding
from app.images.colour import (
    Declared,
    Image,
    first_band,
    full_range,
    is_on_screen,
    to_screen,
    unpremultiplied,
)
from app.images.dcf import profile_by_exif
from app.images.derived import derived_pictures, fitted, whole_shrink
from app.images.exif import unwrapped
from app.images.formats import Bytes
from app.images.gain_map import GainMap, is_usable, of_hdr
from app.images.gain_map_sources import gain_map_of_heif, gain_map_of_jpeg
from app.images.heif_items import HeifItems, read_items
from app.images.metadata import PictureMetadata, read_metadata, read_orientation
from app.images.orientation import exif_orientation_of_heif, is_sideways, turned
from app.images.other_decoders import (
    Otherwise,
    decode_avif,
    decode_heif,
    decode_heif_scaled,
    decode_thumbnail,
    memory_of_avif,
    memory_of_heif,
    read_otherwise,
)
from app.images.outcome import DamageReason, Developed, Header, Rejected
from app.images.png_colours import read_png_colours
from app.images.raw import find_embedded

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
    formats.JPEG: "jpegload_source",
    formats.PNG: "pngload_source",
    formats.GIF: "gifload_source",
    formats.WEBP: "webpload_source",
    formats.AVIF: "heifload_source",
    formats.HEIC: "heifload_source",
    formats.HEIF: "heifload_source",
    formats.TIFF: "tiffload_source",
}


def prepare() -> None:
    """Set libraries up, once in a process: nothing is cached, thumbnails inside are left alone."""
    complaints.listen()
    pyvips.cache_set_max(0)
    other_decoders.prepare()


def develop(
    data: Bytes, *, announce: Callable[[Header], None] = lambda _: None
) -> Developed | Rejected:
    """Develop a file, whatever it is: any exception inside is an outcome.

    announce is told what the header says before pixels are decoded, so that it is known even if
    decoding ends this process.
    """
    detected = formats.detect(data)
    if detected is None:
        return Rejected(reason="not_a_picture")
    if not detected.supported:
        return Rejected(reason="unsupported_type", content_type=detected.content_type)
    content_type = detected.content_type
    try:
        kind = _Raw if content_type in formats.RAW else _Original
        original = kind(data, content_type)
        header = original.header()
        if max(header.width, header.height) > formats.MAX_SIDE:
            raise ValueError("larger than any picture")  # noqa: TRY301 - refused as what raises is
    except Exception as error:  # noqa: BLE001 - decoders raise anything for bad bytes
        if content_type == formats.WEBP and complaints.means_no_memory(error):
            return _too_large_to_open(data, announce)
        complaints.note(error)
        return Rejected(reason="unreadable", content_type=content_type, error=type(error).__name__)
    try:
        announce(header)
        return _derive(original, header)
    except MemoryError:
        return _shown_small(original, header)


def _too_large_to_open(data: Bytes, announce: Callable[[Header], None]) -> Developed:
    """Keep a moving WebP whose canvas there is no room for: libwebp asks for it to say its size."""
    width, height = formats.size_of_webp(bytes(data[: formats.HEAD_BYTES]))
    header = Header(
        content_type=formats.WEBP, width=width, height=height, metadata=PictureMetadata()
    )
    announce(header)
    return _developed(header, (None, None, None), "out_of_memory", None)


def _derive(original: "_Original", header: Header) -> Developed:
    raised: Exception | None = None
    try:
        pixels, reason = original.pixels(), original.complaint()
    except Exception as error:  # noqa: BLE001 - decoders raise anything for bad bytes
        complaints.note(error)
        pixels, reason = original.pixels_of_what_is_left(), original.reason_of(error)
        raised = error
    try:
        derived = _derived(original, pixels)
    except Exception as error:  # noqa: BLE001 - the same
        complaints.note(error)
        derived, reason = (None, None, None), reason or "undecodable"
        raised = raised or error
    return _developed(header, derived, reason, raised)


def _shown_small(original: "_Original", header: Header) -> Developed:
    """Show a picture that is too large for this machine by the small copy that it holds."""
    derived: _Derived = (None, None, None)
    try:
        small = original.small_copy()
        if small is not None:
            derived = _derived(original, small)
    except Exception as error:  # noqa: BLE001 - then there is none
        complaints.note(error)
    return _developed(header, derived, "shown_small" if any(derived) else "out_of_memory", None)


_Derived = tuple[bytes | None, bytes | None, bytes | None]


def _derived(original: "_Original", pixels: Image | None) -> _Derived:
    if pixels is None:
        return None, None, None
    screen = to_screen(pixels, original.declared)
    if not (original.is_upright_in_memory and is_on_screen(pixels, original.declared)):
        screen = screen.copy_memory()
    is_photo = original.content_type not in formats.DRAWN
    gain_map = original.gain_map(pixels) if is_photo else None
    return derived_pictures(screen, is_photo=is_photo, gain_map=gain_map)


def _developed(
    header: Header, derived: _Derived, reason: DamageReason | None, error: Exception | None
) -> Developed:
    preview, thumbnail, placeholder = derived
    return Developed(
        outcome="ready" if reason is None else "damaged",
        reason=reason,
        content_type=header.content_type,
        width=header.width,
        height=header.height,
        thumbnail=thumbnail,
        preview=preview,
        thumbhash=placeholder,
        metadata=header.metadata,
        is_animated=header.is_animated,
        error=type(error).__name__ if error else None,
    )


class _Original:
    """An original and the ways to get at its header and its pixels."""

    def __init__(self, data: Bytes, content_type: str) -> None:
        self.data = data
        self.content_type = content_type
        self.declared: Declared = None  # of colours, beside a profile
        # Of metadata, beside those that libvips finds.
        self._blocks: dict[str, Bytes] = {**metadata_blocks(data, content_type)}
        # A HEIF's container has its own.
        exif = b"" if content_type in formats.HEIF_FAMILY else self._blocks.get("exif", b"")
        self._orientation = read_orientation(exif)
        self._items: HeifItems | None = None
        self._exif: Bytes = b""
        self._turned_by = 1  # one of EXIF's orientations
        self._cut_short = formats.is_cut_short(data, content_type)
        self._read_by: Otherwise | None = None
        if content_type == formats.TIFF:
            self._cut_short = tiff.ends_too_early(data)
            self.data = tiff.only_first_page(data)

    def _open(self, **options: Any) -> Image:  # noqa: ANN401 - libvips' own options
        loader = getattr(pyvips.Image, _LOADERS[self.content_type])
        if self.content_type == formats.WEBP:
            options.setdefault("scale", self._webp_scale())
        elif self.content_type != formats.GIF:
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
        if self.content_type == formats.JXL:
            return self._read_header_otherwise()
        try:
            return self._read_header()
        except pyvips.Error as error:
            complaints.note(error)
        if (
            self._cut_short
            and self.content_type == formats.TIFF
            and len(self.data) >= _WORTH_KEEPING
        ):
            # The directory stood at the end: what is there are pixels that nothing explains.
            return Header(content_type=formats.TIFF, width=0, height=0, metadata=PictureMetadata())
        if self._cut_short:
            self.data = formats.mended(self.data, self.content_type)
            return self._read_header()
        return self._read_header_otherwise()

    def _read_header(self) -> Header:
        # libvips makes room for the canvas of a moving WebP to say how large it is.
        options = {"scale": self._header_scale()} if self.content_type == formats.WEBP else {}
        image = self._open(fail_on="none", **options)
        attached = {name: _attached(image, name) for name in ("exif", "xmp", "iptc")}
        self._blocks = {**attached, **self._blocks}
        width, height = image.width, image.height
        if self.content_type == formats.WEBP:
            width, height = formats.size_of_webp(bytes(self.data[: formats.HEAD_BYTES]))
        elif self.content_type in formats.HEIF_FAMILY:
            self._read_items(self._blocks["exif"])
        elif self.content_type == formats.PNG:
            self.declared = read_png_colours(self.data)
        elif self.content_type == formats.JPEG and not image.get_typeof("icc-profile-data"):
            self.declared = profile_by_exif(self._blocks["exif"])
        self._exif = self._blocks["exif"]
        self._turned_by = self._turn(image)
        if is_sideways(self._turned_by):
            width, height = height, width
        is_animated = self.content_type in formats.MOVING and _frames(image) > 1
        return self._header_of(width, height, is_animated=is_animated, needs=self._needs(image))

    def _read_header_otherwise(self) -> Header:
        """Read by the decoder that is asked where libvips cannot decode."""
        self._read_by = found = read_otherwise(self.data, self.content_type)
        self._blocks = {**found.blocks, **self._blocks}
        width, height = found.width, found.height
        if self.content_type in formats.HEIF_FAMILY:
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
        if self.content_type == formats.TIFF:
            blocks["exif"] = self.data  # a TIFF is its own EXIF block
        return Header(
            content_type=self.content_type,
            width=width,
            height=height,
            metadata=read_metadata(**blocks),
            is_animated=is_animated,
            memory_bytes=decoder_memory.in_all(needs),
        )

    def _needs(self, image: Image) -> int:
        """Return how much memory decoding takes."""
        pixels = image.width * image.height
        pixel_bytes = image.bands * _BYTES_OF.get(image.format, 4)
        interlaced = bool(_number(image, "interlaced"))
        head = bytes(self.data[: formats.HEAD_BYTES])
        match self.content_type:
            case formats.JPEG:
                samples = 1.5 if _text(image, "jpeg-chroma-subsample") == "4:2:0" else image.bands
                needs = decoder_memory.of_jpeg(
                    pixels=pixels, samples=samples, progressive=interlaced
                )
            case formats.PNG:
                needs = decoder_memory.of_png(
                    pixels=pixels, pixel_bytes=pixel_bytes, interlaced=interlaced
                )
            case formats.GIF:
                needs = decoder_memory.of_gif(pixels=pixels)
            case formats.WEBP:
                width, height = formats.size_of_webp(head)
                needs = decoder_memory.of_webp(
                    pixels=width * height, lossless=b"VP8L" in head and b"VP8 " not in head
                )
            case formats.TIFF:
                block = tiff.largest_block(self.data, width=image.width, height=image.height)
                needs = decoder_memory.of_tiff(block_pixels=block, pixel_bytes=pixel_bytes)
            case formats.AVIF:
                needs = memory_of_avif(self.data, pixels=pixels)
            case _:
                needs = memory_of_heif(self.data, pixels=pixels)
        return needs

    def _read_items(self, exif: Bytes) -> None:
        self._items = read_items(self.data)
        if self._items is None:
            return
        self.declared = self._items.coding(self._items.primary)
        if self.content_type != formats.AVIF:
            self._orientation = exif_orientation_of_heif(self._items, exif)

    def _turn(self, image: Image) -> int:
        """Return by which of EXIF's orientations a decoded picture is turned."""
        if self._orientation is not None:
            return self._orientation
        if self.content_type in formats.HEIF_FAMILY:
            return 1  # the container has its own, applied already
        return int(image.get("orientation")) if image.get_typeof("orientation") else 1

    def pixels(self) -> Image:
        """Decode strictly, upright, no larger than a preview. Raises anything for bad bytes."""
        complaints.forget()
        if self.content_type == formats.JXL and self._read_by is not None:
            return fitted(self._read_by.decode())
        if self.content_type == formats.JPEG:
            return fitted(self._open(fail_on="error", shrink=self._jpeg_shrink())).autorot()
        if self.content_type in {formats.HEIC, formats.HEIF}:
            scaled = decode_heif_scaled(self.data)
            if scaled is None:
                scaled = self._heif_pixels(decode_heif(self.data))
            return turned(scaled, self._orientation or 1)
        if self.content_type == formats.AVIF:
            return self._avif_pixels()
        if self.content_type == formats.TIFF:
            return self._tiff_pixels()
        return fitted(self._open(fail_on="error")).autorot()

    @property
    def is_upright_in_memory(self) -> bool:
        """Whether `pixels` has nothing left to compute: most photos, so they are spared a copy."""
        return self.content_type == formats.JPEG and self._turned_by == 1

    def _avif_pixels(self) -> Image:
        try:
            return decode_avif(self.data)
        except (ValueError, NoLibraryError) as error:
            if self._cut_short or self._read_by is not None:
                raise
            complaints.note(error)
        return self._heif_pixels(self._open(fail_on="error"))

    def _tiff_pixels(self) -> Image:
        if self._read_by is not None:
            return fitted(self._read_by.decode())
        try:
            pixels = fitted(self._open(fail_on="error")).autorot()
        except pyvips.Error as error:
            if self._cut_short or complaints.means_an_early_end(error):
                raise
            complaints.note(error)
        else:
            if not (complaints.heard() and _is_blank(pixels)):
                return pixels
        return fitted(read_otherwise(self.data, formats.TIFF).decode())

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
        if self.content_type == formats.JPEG:
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
        if self.content_type == formats.AVIF:
            return pyvips.Image.heifload_buffer(file, fail_on="error").copy_memory()
        return decode_heif(file)

    def small_copy(self) -> Image | None:
        """Decode the small copy that cameras put into files; None when there is none."""
        if self.content_type in {formats.HEIC, formats.HEIF}:
            small = decode_thumbnail(self.data)
            if small is not None:
                return fitted(small)
        block = unwrapped(self._blocks.get("exif", b""))
        embedded = find_embedded(block, formats.DNG)  # EXIF is a TIFF with a JPEG in it
        if embedded.jpeg is None:
            return None
        small = _Original(embedded.jpeg, formats.JPEG)
        small._orientation = embedded.orientation
        return small.pixels()

    def complaint(self) -> DamageReason | None:
        """Say what is wrong with a picture that decoded nonetheless."""
        if self._cut_short:
            return "incomplete"
        if self.content_type == formats.JPEG and complaints.heard():
            return "corrupt" if complaints.means_damage(self._jpeg_warning()) else None
        return None

    def reason_of(self, error: Exception) -> DamageReason:
        """Say what is wrong with a picture that did not decode."""
        if self._cut_short or complaints.means_an_early_end(error):
            return "incomplete"
        return "corrupt" if complaints.blames_the_file(error) else "undecodable"

    def pixels_of_what_is_left(self) -> Image | None:
        """Decode whatever decodes of a damaged picture; None when nothing does."""
        if self.content_type in {formats.HEIC, formats.HEIF, formats.JXL}:
            return None
        try:
            claimed = self._open(fail_on="none")
            if claimed.width * claimed.height > _MAX_PIXELS_TO_SEARCH:
                return None
            shrink = {"shrink": self._jpeg_shrink()} if self.content_type == formats.JPEG else {}
            pixels = fitted(self._open(fail_on="none", **shrink))
            if _is_blank(pixels):
                return None
            return pixels if self.content_type == formats.AVIF else pixels.autorot()
        except Exception as error:  # noqa: BLE001 - nothing is left, then
            complaints.note(error)
            return None

    def _jpeg_warning(self) -> str:
        """Say what libjpeg warned of; libvips' own account of it is incomplete."""
        try:
            self._open(fail_on="warning", shrink=self._jpeg_shrink()).copy_memory()
        except pyvips.Error as warning:
            return str(warning)
        return ""

    def _header_scale(self) -> float:
        size = formats.size_of_webp(bytes(self.data[: formats.HEAD_BYTES]))
        return min(1, _HEADER_SIDE / max(*size, 1))

    def _webp_scale(self) -> float:
        """Return the scale at which to decode a large one: libwebp averages while it decodes."""
        width, height = formats.size_of_webp(bytes(self.data[: formats.HEAD_BYTES]))
        if width * height <= _WEBP_IN_FULL:
            return 1
        return min(1, _WEBP_SCALED_TO / max(width, height))

    def _jpeg_shrink(self) -> int:
        image = self._open(fail_on="none")
        return whole_shrink(image.width, image.height)


class _Raw(_Original):
    """A raw photo: the JPEG in it, or else bare pixels, with what its container says."""

    def __init__(self, data: Bytes, content_type: str) -> None:
        self._embedded = find_embedded(data, content_type)
        self._picture = self._embedded.jpeg or self._embedded.bare
        kind = formats.TIFF if self._embedded.jpeg is None else formats.JPEG
        super().__init__(self._picture or b"", kind)
        self._raw_type = content_type
        self._orientation = self._embedded.orientation
        self._cut_short = self._embedded.is_cut_short

    def header(self) -> Header:
        """Read what the container says; the size is that of the picture in it, where there is one.

        Raises anything for bad bytes.
        """
        metadata = read_metadata(**self._embedded.blocks)
        if self._picture is None:
            width, height = self._embedded.size
            if width * height == 0:
                raise ValueError("neither a picture nor a size in it")
            return Header(
                content_type=self._raw_type, width=width, height=height, metadata=metadata
            )
        header = super().header()
        if metadata == PictureMetadata():
            metadata = header.metadata
        return dataclasses.replace(header, content_type=self._raw_type, metadata=metadata)

    def pixels(self) -> Image:
        """Decode the picture in it. Raises anything for bad bytes."""
        if self._picture is None:
            raise ValueError("no picture in it")
        return super().pixels()

    def reason_of(self, error: Exception) -> DamageReason:
        """Say what is wrong with a picture that did not decode."""
        return "undecodable" if self._picture is None else super().reason_of(error)


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
