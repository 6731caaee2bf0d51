"""Develop one original: from its bytes to a thumbnail, a preview, a ThumbHash and metadata.

This runs in a child process that may die of what it is given (see darkroom.py), and imports
nothing else of the application than its own small parts. Sizes and formats are explained in
docs/decisions/0020-derived-sizes.md.
"""

import dataclasses
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pillow_heif
import pyvips  # type: ignore[import-untyped]

from app.images import complaints, formats, tiff
from app.images.blocks import metadata_blocks
from app.images.coding import Coding
from app.images.colour import (
    Declared,
    Image,
    first_band,
    full_range,
    to_screen,
    unpremultiplied,
)
from app.images.dcf import profile_by_exif
from app.images.derived import derived_pictures, fitted
from app.images.formats import Bytes
from app.images.gain_map import GainMap, is_usable, of_hdr
from app.images.gain_map_sources import gain_map_of_heif, gain_map_of_jpeg
from app.images.heif_items import HeifItems, read_items
from app.images.metadata import PictureMetadata, read_metadata, read_orientation
from app.images.orientation import (
    exif_orientation_of_heif,
    is_sideways,
    turned,
    upright_by_items,
)
from app.images.other_decoders import decode_avif_by_pillow, decode_heif
from app.images.outcome import DamageReason, Developed, Header, Rejected
from app.images.png_colours import read_png_colours
from app.images.raw import find_embedded

# JPEG decodes at 1/2, 1/4 and 1/8 of its size for a fraction of the cost, so a preview that comes
# out a little smaller than the largest is taken as it is: 2016 by 1512 from a phone's 4032 by 3024.
_SHRINK_DOWN_TO = 1920

_log = logging.getLogger(__name__)

_LOADERS = {
    formats.JPEG: "jpegload_buffer",
    formats.PNG: "pngload_buffer",
    formats.GIF: "gifload_buffer",
    formats.WEBP: "webpload_buffer",
    formats.AVIF: "heifload_buffer",
    formats.HEIC: "heifload_buffer",
    formats.HEIF: "heifload_buffer",
    formats.TIFF: "tiffload_buffer",
}


def prepare() -> None:
    """Set libraries up, once in a process: nothing is cached, thumbnails inside are left alone."""
    complaints.listen()
    pyvips.cache_set_max(0)
    pillow_heif.options.THUMBNAILS = False
    pillow_heif.options.DEPTH_IMAGES = False
    pillow_heif.options.AUX_IMAGES = False
    pillow_heif.options.DECODE_THREADS = 1


def develop(
    data: Bytes, *, announce: Callable[[Header], None] = lambda _: None
) -> Developed | Rejected:
    """Develop a file, whatever it is: any exception inside is an outcome.

    announce is told what the header says before pixels are decoded, so that it is known even if
    decoding ends this process.
    """
    head = bytes(data[: formats.HEAD_BYTES])
    detected = formats.detect(data)
    if detected is None:
        return Rejected(reason="not_a_picture")
    if not detected.supported:
        return Rejected(reason="unsupported_type", content_type=detected.content_type)
    if detected.content_type == formats.WEBP and formats.pixels_of_webp(head) > formats.MOST_PIXELS:
        return Rejected(reason="too_many_pixels", content_type=formats.WEBP)
    try:
        kind = _Raw if detected.content_type in formats.RAW else _Original
        original = kind(data, detected.content_type)
        header = original.header()
    except Exception as error:  # noqa: BLE001 - decoders raise anything for bad bytes
        complaints.note(error)
        return Rejected(reason="unreadable", content_type=detected.content_type)
    if header.width * header.height > formats.MOST_PIXELS:
        return Rejected(reason="too_many_pixels", content_type=detected.content_type)
    announce(header)
    return _derive(original, header)


def _derive(original: "_Original", header: Header) -> Developed:
    try:
        pixels, reason = original.pixels(), original.complaint()
    except Exception as error:  # noqa: BLE001 - decoders raise anything for bad bytes
        complaints.note(error)
        pixels, reason = original.pixels_of_what_is_left(), original.reason_of(error)
    try:
        screen = to_screen(pixels, original.declared).copy_memory() if pixels is not None else None
        is_photo = original.content_type not in formats.DRAWN
        derived = (
            derived_pictures(
                screen, is_photo=is_photo, gain_map=original.gain_map(pixels) if is_photo else None
            )
            if screen is not None
            else (None, None, None)
        )
    except Exception as error:  # noqa: BLE001 - the same
        complaints.note(error)
        derived, reason = (None, None, None), reason or "undecodable"
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
    )


class _Original:
    """An original and the ways to get at its header and its pixels."""

    def __init__(self, data: Bytes, content_type: str) -> None:
        self.data = data
        self.content_type = content_type
        self.declared: Declared = None  # of colours, beside a profile
        self._blocks = metadata_blocks(data, content_type)  # beside those that libvips finds
        # A HEIF's container has its own.
        exif = b"" if content_type in formats.HEIF_FAMILY else self._blocks.get("exif", b"")
        self._orientation = read_orientation(exif)
        self._items: HeifItems | None = None
        self._exif: Bytes = b""
        self._turned_by = 1  # one of EXIF's orientations
        self._cut_short = formats.is_cut_short(data, content_type)
        if content_type == formats.TIFF:
            self._cut_short = tiff.ends_too_early(data)
            self.data = tiff.only_first_page(data)

    def _open(self, **options: Any) -> Image:  # noqa: ANN401 - libvips' own options
        loader = getattr(pyvips.Image, _LOADERS[self.content_type])
        image = loader(self.data, access="sequential", **options)
        if self._orientation is not None:
            image = image.copy()
            image.set_type(pyvips.GValue.gint_type, "orientation", self._orientation)
        return image

    def header(self) -> Header:
        """Read size and metadata; no pixel is decoded. Raises anything for bad bytes."""
        try:
            return self._read_header()
        except pyvips.Error:
            if not self._cut_short:
                raise
            self.data = formats.mended(self.data, self.content_type)
            return self._read_header()

    def _read_header(self) -> Header:
        image = self._open(fail_on="none")
        blocks = {name: _attached(image, name) for name in ("exif", "xmp", "iptc")}
        blocks |= self._blocks
        if self.content_type == formats.TIFF:
            blocks["exif"] = self.data  # a TIFF is its own EXIF block
        metadata = read_metadata(**blocks)
        self._exif = blocks["exif"]
        width, height = image.width, image.height
        if self.content_type in formats.HEIF_FAMILY:
            self._read_items(blocks["exif"])
        elif self.content_type == formats.PNG:
            self.declared = read_png_colours(self.data)
        elif self.content_type == formats.JPEG and not image.get_typeof("icc-profile-data"):
            self.declared = profile_by_exif(blocks["exif"])
        self._turned_by = self._turn(image)
        if is_sideways(self._turned_by):
            width, height = height, width
        return Header(
            content_type=self.content_type,
            width=width,
            height=height,
            metadata=metadata,
            is_animated=self.content_type in formats.MOVING and _frames(image) > 1,
        )

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
        if self.content_type == formats.JPEG:
            return fitted(self._open(fail_on="error", shrink=self._jpeg_shrink())).autorot()
        if self.content_type in {formats.HEIC, formats.HEIF}:
            return turned(self._heif_pixels(decode_heif(self.data)), self._orientation or 1)
        if self.content_type == formats.AVIF:
            return self._avif_pixels()
        return fitted(self._open(fail_on="error")).autorot()

    def _avif_pixels(self) -> Image:
        items = self._items
        if items and self.declared is None and items.is_monochrome_av1(items.primary):
            # Only the bitstream says of what range the grey is, and only libavif does by that.
            with suppress(Exception):
                return self._avif_pixels_by_pillow()
        try:
            return self._heif_pixels(self._open(fail_on="error"))
        except pyvips.Error:
            if self._cut_short:
                raise
            return self._avif_pixels_by_pillow()

    def _avif_pixels_by_pillow(self) -> Image:
        image = fitted(decode_avif_by_pillow(self.data))
        return image if self._items is None else upright_by_items(image, self._items)

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

    def complaint(self) -> DamageReason | None:
        """Say what is wrong with a picture that decoded nonetheless."""
        if self._cut_short:
            return "incomplete"
        if self.content_type == formats.JPEG and complaints.heard():
            return "corrupt" if complaints.means_damage(self._jpeg_warning()) else None
        return None

    def reason_of(self, error: Exception) -> DamageReason:
        """Say what is wrong with a picture that did not decode."""
        ends_early = self._cut_short or complaints.means_an_early_end(error)
        return "incomplete" if ends_early else "corrupt"

    def pixels_of_what_is_left(self) -> Image | None:
        """Decode whatever decodes of a damaged picture; None when nothing does."""
        if self.content_type in {formats.HEIC, formats.HEIF}:
            return None
        try:
            shrink = {"shrink": self._jpeg_shrink()} if self.content_type == formats.JPEG else {}
            pixels = fitted(self._open(fail_on="none", **shrink))
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

    def _jpeg_shrink(self) -> int:
        image = self._open(fail_on="none")
        longest, shortest = max(image.width, image.height), min(image.width, image.height)
        fits = (by for by in (8, 4, 2) if longest // by >= _SHRINK_DOWN_TO and shortest >= by)
        return next(fits, 1)


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
