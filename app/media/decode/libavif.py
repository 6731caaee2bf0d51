"""Decode AVIF by libavif, into planes that are scaled before they become RGB.

Pillow includes libavif, but decodes into RGB of full size and 8 bits only, and libvips holds a
frame three times. This holds it once, opens sequences, and keeps the bit depth.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ctypes import (
    POINTER,
    c_char_p,
    c_double,
    c_int,
    c_size_t,
    c_uint8,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
)
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyvips  # type: ignore[import-untyped]
from PIL import _avif

from app.media.formats.sniff import Bytes
from app.media.render import yuv_planes
from app.media.render.derivatives import fitted, whole_shrink
from app.media.render.yuv_planes import Coefficients, Image

_YUV444, _YUV422, _YUV420, _GREY = 1, 2, 3, 4  # avifPixelFormat
_FULL_RANGE = 1
_IROT, _IMIR, _CLAP = 4, 8, 2  # bits of avifTransformFlags
_MAX_SIDE = 65_536


class _Data(ctypes.Structure):
    _fields_ = (("data", c_void_p), ("size", c_size_t))


class _Image(ctypes.Structure):
    """The beginning of avifImage, of libavif 1.x: what is added comes at its end."""

    _fields_ = (
        ("width", c_uint32),
        ("height", c_uint32),
        ("depth", c_uint32),
        ("format", c_int),
        ("range", c_int),
        ("chroma_position", c_int),
        ("planes", c_void_p * 3),
        ("strides", c_uint32 * 3),
        ("owns_planes", c_int),
        ("alpha", c_void_p),
        ("alpha_stride", c_uint32),
        ("owns_alpha", c_int),
        ("is_premultiplied", c_int),
        ("icc", _Data),
        ("primaries", c_uint16),
        ("transfer", c_uint16),
        ("matrix", c_uint16),
        ("light_level", c_uint16 * 2),
        ("transforms", c_uint32),
        ("pixel_aspect", c_uint32 * 2),
        ("clap", c_uint32 * 8),
        ("irot", c_uint8),
        ("imir", c_uint8),
        ("exif", _Data),
        ("xmp", _Data),
    )


class _Decoder(ctypes.Structure):
    """The beginning of avifDecoder, of libavif 1.x."""

    _fields_ = (
        ("codec", c_int),
        ("threads", c_int),
        ("source", c_int),
        ("allow_progressive", c_int),
        ("allow_incremental", c_int),
        ("ignore_exif", c_int),
        ("ignore_xmp", c_int),
        ("max_pixels", c_uint32),
        ("max_side", c_uint32),
        ("max_images", c_uint32),
        ("strict", c_uint32),
        ("image", POINTER(_Image)),
        ("image_index", c_int),
        ("image_count", c_int),
        ("progressive", c_int),
        ("image_timing", c_uint64 * 5),
        ("timescale", c_uint64),
        ("duration", c_double),
        ("duration_in_timescales", c_uint64),
        ("has_alpha", c_int),
    )


def load() -> None:
    """Find the library, while files can still be opened."""
    with suppress(NoLibraryError):
        _library()


class AvifError(ValueError):
    """libavif refused the picture."""


class NoLibraryError(RuntimeError):
    """This Pillow has no libavif, or one whose structures look different."""


@lru_cache(maxsize=1)
def _library() -> Any:  # noqa: ANN401 - functions made at run time
    library = ctypes.CDLL(_avif.__file__)  # finds what that module is linked with
    try:
        for name, result, arguments in (
            ("avifDecoderCreate", POINTER(_Decoder), ()),
            ("avifDecoderDestroy", None, (POINTER(_Decoder),)),
            ("avifDecoderSetIOMemory", c_int, (POINTER(_Decoder), c_void_p, c_size_t)),
            ("avifDecoderParse", c_int, (POINTER(_Decoder),)),
            ("avifDecoderNextImage", c_int, (POINTER(_Decoder),)),
            ("avifResultToString", c_char_p, (c_int,)),
        ):
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except AttributeError as error:
        raise NoLibraryError(str(error)) from error
    decoder = library.avifDecoderCreate()
    found = decoder.contents
    known = (found.threads, found.max_pixels, found.max_side, found.max_images)
    library.avifDecoderDestroy(decoder)
    if known != (1, 16_384 * 16_384, 32_768, 12 * 3600 * 60):  # its documented defaults
        raise NoLibraryError(f"another libavif: {known}")
    return library


@dataclass(frozen=True, kw_only=True)
class AvifHeader:
    """What a file says before a pixel is decoded; width and height as stored, not turned."""

    width: int
    height: int
    depth: int
    samples: int  # of all planes together, a pixel times 4: 4:2:0 has 6, 4:4:4 has 12
    is_turned: bool
    frames: int
    exif: bytes
    xmp: bytes
    icc: bytes


def read_header(data: Bytes) -> AvifHeader:
    """Read what the container says. Raises AvifError, NoLibraryError."""
    with _parsed(data) as decoder:
        image = decoder.contents.image.contents
        colour = {_YUV444: 12, _YUV422: 8, _YUV420: 6, _GREY: 4}.get(image.format, 12)
        return AvifHeader(
            width=image.width,
            height=image.height,
            depth=image.depth,
            samples=colour + (4 if decoder.contents.has_alpha else 0),
            is_turned=bool(image.transforms & _IROT and image.irot & 1),
            frames=decoder.contents.image_count,
            exif=_bytes_of(image.exif),
            xmp=_bytes_of(image.xmp),
            icc=_bytes_of(image.icc),
        )


def decode_scaled(data: Bytes) -> Image:
    """Decode the first picture, upright and no larger than a preview, with its profile.

    Raises:
        AvifError: the file is broken, or of a kind that libavif does not take.
        UnknownMatrixError, NoLibraryError: only another way will do.
    """
    with _parsed(data) as decoder:
        _check(_library().avifDecoderNextImage(decoder))
        frame = decoder.contents.image.contents
        image = fitted(_scaled(frame))
        if profile := _bytes_of(frame.icc):
            image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
        return _transformed(image, frame)


@contextmanager
def _parsed(data: Bytes) -> Iterator[Any]:
    library = _library()
    view = memoryview(data)
    # A read-only buffer has no address that ctypes would give out.
    held: Any = bytes(view) if view.readonly else (c_uint8 * len(view)).from_buffer(view)
    decoder = library.avifDecoderCreate()
    if not decoder:
        raise MemoryError
    try:
        decoder.contents.strict = 0  # files of today's cameras stray from the letter
        address = ctypes.cast(held, c_void_p)
        _check(library.avifDecoderSetIOMemory(decoder, address, len(view)))
        _check(library.avifDecoderParse(decoder))
        image = decoder.contents.image
        if not image or not (0 < image.contents.width < _MAX_SIDE):
            raise AvifError("no picture in it")
        yield decoder
    finally:
        library.avifDecoderDestroy(decoder)
        del held


def _check(result: int) -> None:
    if result:
        raise AvifError(_library().avifResultToString(result).decode())


def _bytes_of(block: _Data) -> bytes:
    return ctypes.string_at(block.data, block.size) if block.data and block.size else b""


def _scaled(frame: _Image) -> Image:
    depth, width, height = frame.depth, frame.width, frame.height
    found = []
    for at in range(1 if frame.format == _GREY else 3):
        is_colour = at > 0
        halves_width, halves_height = (
            is_colour and frame.format != _YUV444,
            is_colour and frame.format == _YUV420,
        )
        found.append(
            yuv_planes.plane_at(
                frame.planes[at],
                width=(width + halves_width) >> halves_width,
                height=(height + halves_height) >> halves_height,
                stride=frame.strides[at],
                depth=depth,
            )
        )
    if frame.alpha:
        found.append(
            yuv_planes.plane_at(
                frame.alpha, width=width, height=height, stride=frame.alpha_stride, depth=depth
            )
        )
    small = yuv_planes.shrunk(found, whole_shrink(width, height))
    coefficients = Coefficients(
        matrix=frame.matrix, primaries=frame.primaries, full_range=frame.range == _FULL_RANGE
    )
    alpha = small.pop() if frame.alpha else None
    image = yuv_planes.to_rgb(small, depth=depth, coefficients=coefficients)
    if alpha is not None:
        image = yuv_planes.with_alpha(
            image, alpha, depth=depth, premultiplied=bool(frame.is_premultiplied)
        )
    return image.copy_memory()


def _transformed(image: Image, frame: _Image) -> Image:
    """Crop, turn and mirror as the container asks for, in the order of MIAF (ISO/IEC 23000-22)."""
    if frame.transforms & _CLAP:
        image = _cropped(image, frame)
    if frame.transforms & _IROT:
        image = image.rot(f"d{-90 * (frame.irot & 3) % 360}")
    if frame.transforms & _IMIR:
        image = image.fliphor() if frame.imir else image.flipver()
    return image.copy_memory()


def _cropped(image: Image, frame: _Image) -> Image:
    """Keep the clean aperture; one that is none is left out of account."""
    numbers = list(frame.clap)
    if not all(numbers[1::2]):
        return image
    width, height = (numbers[at] / numbers[at + 1] for at in (0, 2))
    signed = [number - (1 << 32 if number >> 31 else 0) for number in numbers]
    across, down = (signed[at] / signed[at + 1] for at in (4, 6))
    left = across + (frame.width - width) / 2
    top = down + (frame.height - height) / 2
    if left < 0 or top < 0 or left + width > frame.width or top + height > frame.height:
        return image
    scale = image.width / frame.width
    return image.crop(
        round(left * scale),
        round(top * scale),
        max(1, min(round(width * scale), image.width - round(left * scale))),
        max(1, min(round(height * scale), image.height - round(top * scale))),
    )
