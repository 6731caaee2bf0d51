"""Decode HEIC by libheif, one tile at a time.

pillow-heif includes libheif, but decodes whole images into RGB only: 1.4 GB for 100 megapixels in
10 bits. Photos of phones and cameras are grids of tiles, which are decoded here one after the
other.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_uint8, c_uint32, c_void_p
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import _pillow_heif  # type: ignore[import-not-found]
import pyvips  # type: ignore[import-untyped]

from app.media.formats.sniff import Bytes
from app.media.render import yuv_planes
from app.media.render.derivatives import fitted, whole_shrink
from app.media.render.yuv_planes import Coefficients, Image

# Of libheif's heif_image.h and heif_color.h.
_ANY_COLORSPACE, _ANY_CHROMA = 99, 99
_YCBCR, _GREY = 0, 2
_LUMA, _CB, _CR = 0, 1, 2
_RGB, _INTERLEAVED_RGB, _INTERLEAVED = 1, 10, 10
# Samples a pixel, by how colours are subsampled: grey, 4:2:0, 4:2:2; all others have three.
_SAMPLES = {0: 1.0, 1: 1.5, 2: 2.0}
_MAX_TILES = 20_000
_MAX_TRANSFORMATIONS = 8


class _Error(ctypes.Structure):
    _fields_ = (("code", c_int), ("subcode", c_int), ("message", c_char_p))


class _Tiling(ctypes.Structure):
    _fields_ = (
        ("version", c_int),
        ("columns", c_uint32),
        ("rows", c_uint32),
        ("tile_width", c_uint32),
        ("tile_height", c_uint32),
        ("width", c_uint32),
        ("height", c_uint32),
        ("top", c_uint32),
        ("left", c_uint32),
        ("extra_dimensions", c_uint8),
        ("extra_sizes", c_uint32 * 8),
    )


class _Nclx(ctypes.Structure):
    _fields_ = (
        ("version", c_uint8),
        ("primaries", c_int),
        ("transfer", c_int),
        ("matrix", c_int),
        ("full_range", c_uint8),
    )


@lru_cache(maxsize=1)
def _library() -> Any:  # noqa: ANN401 - functions made at run time
    # Symbols of what pillow-heif's own module is linked with are found through that module.
    library = ctypes.CDLL(_pillow_heif.__file__)
    for name, result, arguments in (
        ("heif_context_alloc", c_void_p, ()),
        ("heif_context_free", None, (c_void_p,)),
        (
            "heif_context_read_from_memory_without_copy",
            _Error,
            (c_void_p, c_void_p, c_size_t, c_void_p),
        ),
        ("heif_context_set_max_decoding_threads", None, (c_void_p, c_int)),
        ("heif_context_get_primary_image_handle", _Error, (c_void_p, POINTER(c_void_p))),
        ("heif_image_handle_release", None, (c_void_p,)),
        ("heif_image_handle_has_alpha_channel", c_int, (c_void_p,)),
        ("heif_image_handle_get_item_id", c_uint32, (c_void_p,)),
        ("heif_image_handle_get_luma_bits_per_pixel", c_int, (c_void_p,)),
        (
            "heif_image_handle_get_preferred_decoding_colorspace",
            _Error,
            (c_void_p, POINTER(c_int), POINTER(c_int)),
        ),
        (
            "heif_image_handle_get_list_of_thumbnail_IDs",
            c_int,
            (c_void_p, POINTER(c_uint32), c_int),
        ),
        (
            "heif_image_handle_get_thumbnail",
            _Error,
            (c_void_p, c_uint32, POINTER(c_void_p)),
        ),
        (
            "heif_item_get_transformation_properties",
            c_int,
            (c_void_p, c_uint32, POINTER(c_uint32), c_int),
        ),
        ("heif_item_get_property_type", c_uint32, (c_void_p, c_uint32, c_uint32)),
        (
            "heif_item_get_property_transform_rotation_ccw",
            c_int,
            (c_void_p, c_uint32, c_uint32),
        ),
        ("heif_item_get_property_transform_mirror", c_int, (c_void_p, c_uint32, c_uint32)),
        (
            "heif_item_get_property_transform_crop_borders",
            None,
            (c_void_p, c_uint32, c_uint32, c_int, c_int, *[POINTER(c_int)] * 4),
        ),
        ("heif_decoding_options_alloc", c_void_p, ()),
        ("heif_decoding_options_free", None, (c_void_p,)),
        ("heif_image_handle_get_image_tiling", _Error, (c_void_p, c_int, POINTER(_Tiling))),
        (
            "heif_image_handle_decode_image_tile",
            _Error,
            (c_void_p, POINTER(c_void_p), c_int, c_int, c_void_p, c_uint32, c_uint32),
        ),
        (
            "heif_decode_image",
            _Error,
            (c_void_p, POINTER(c_void_p), c_int, c_int, c_void_p),
        ),
        ("heif_image_release", None, (c_void_p,)),
        ("heif_image_get_colorspace", c_int, (c_void_p,)),
        ("heif_image_get_width", c_int, (c_void_p, c_int)),
        ("heif_image_get_height", c_int, (c_void_p, c_int)),
        ("heif_image_get_bits_per_pixel_range", c_int, (c_void_p, c_int)),
        ("heif_image_get_plane_readonly", c_void_p, (c_void_p, c_int, POINTER(c_int))),
        (
            "heif_image_get_nclx_color_profile",
            _Error,
            (c_void_p, POINTER(POINTER(_Nclx))),
        ),
        ("heif_nclx_color_profile_free", None, (POINTER(_Nclx),)),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def load() -> None:
    """Find the library, while files can still be opened."""
    _library()


class HeifError(ValueError):
    """libheif refused the picture."""


def _check(error: _Error) -> None:
    if error.code:
        message = (error.message or b"").decode(errors="replace")
        raise HeifError(f"{message} ({error.code}.{error.subcode})")


class CannotScaleError(ValueError):
    """A picture that is not decoded in this way: with an alpha plane, or of unusual colours."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What decides how much memory the primary picture takes; depth in bits, samples a pixel."""

    is_grid: bool
    has_alpha: bool
    depth: int
    samples: float


def read_facts(data: Bytes) -> Facts:
    """Read what the container says. Raises HeifError."""
    with _primary(data) as (_, handle):
        library = _library()
        tiling = _Tiling(version=1)
        _check(library.heif_image_handle_get_image_tiling(handle, 0, byref(tiling)))
        # What is left where libheif cannot tell; the picture may decode nonetheless.
        space, chroma = c_int(_ANY_COLORSPACE), c_int(_ANY_CHROMA)
        library.heif_image_handle_get_preferred_decoding_colorspace(
            handle, byref(space), byref(chroma)
        )
        return Facts(
            is_grid=tiling.columns * tiling.rows > 1,
            has_alpha=bool(library.heif_image_handle_has_alpha_channel(handle)),
            depth=max(8, library.heif_image_handle_get_luma_bits_per_pixel(handle)),
            samples=_SAMPLES.get(chroma.value, 3.0),
        )


def decode_thumbnail(data: Bytes) -> Image | None:
    """Decode the first small copy of the primary picture, upright; None when there is none.

    Raises HeifError.
    """
    library = _library()
    with _primary(data) as (_, handle):
        found = (c_uint32 * 1)()
        if library.heif_image_handle_get_list_of_thumbnail_IDs(handle, found, 1) < 1:
            return None
        small = c_void_p()
        _check(library.heif_image_handle_get_thumbnail(handle, found[0], byref(small)))
        image = c_void_p()
        try:
            _check(library.heif_decode_image(small, byref(image), _RGB, _INTERLEAVED_RGB, None))
            stride = c_int()
            plane = library.heif_image_get_plane_readonly(image, _INTERLEAVED, byref(stride))
            width, height = (
                size(image, _INTERLEAVED)
                for size in (library.heif_image_get_width, library.heif_image_get_height)
            )
            pixels = b"".join(
                ctypes.string_at(plane + row * stride.value, 3 * width) for row in range(height)
            )
            return pyvips.Image.new_from_memory(pixels, width, height, 3, "uchar").copy(
                interpretation="srgb"
            )
        finally:
            if image.value:
                library.heif_image_release(image)
            library.heif_image_handle_release(small)


def decode_scaled(data: Bytes) -> Image:
    """Decode the primary picture, upright and no larger than a preview, without its profile.

    It is a little smaller than a preview may be where that is a half, a quarter or an eighth of its
    size, as with JPEG.

    Raises:
        HeifError: the file is broken.
        CannotScaleError, UnknownMatrixError: only another way will do.
    """
    with _primary(data) as (context, handle):
        library = _library()
        if library.heif_image_handle_has_alpha_channel(handle):
            raise CannotScaleError("with an alpha plane")
        tiling = _Tiling(version=1)
        # As they are stored: in libheif 1.23.6 the first tile of a turned grid is where none is.
        _check(library.heif_image_handle_get_image_tiling(handle, 0, byref(tiling)))
        if tiling.columns * tiling.rows > _MAX_TILES or not tiling.width * tiling.height:
            raise CannotScaleError("an unusual grid")
        scaled = fitted(_Frame(handle, tiling).scaled())
        return _transformed(scaled, context, handle, tiling)


@contextmanager
def _primary(data: Bytes) -> Iterator[tuple[c_void_p, c_void_p]]:
    library = _library()
    context = library.heif_context_alloc()
    handle = c_void_p()
    view = memoryview(data)
    # A read-only buffer has no address that ctypes would give out.
    held: Any = bytes(view) if view.readonly else (c_uint8 * len(view)).from_buffer(view)
    address = ctypes.cast(held, c_void_p)
    try:
        library.heif_context_set_max_decoding_threads(context, 0)
        _check(
            library.heif_context_read_from_memory_without_copy(context, address, len(view), None)
        )
        _check(library.heif_context_get_primary_image_handle(context, byref(handle)))
        yield context, handle
    finally:
        if handle.value:
            library.heif_image_handle_release(handle)
        library.heif_context_free(context)
        del held


class _Frame:
    """A picture whose tiles are decoded one by one, each shrunk by the same whole number."""

    def __init__(self, handle: c_void_p, tiling: _Tiling) -> None:
        self._handle = handle
        self._tiling = tiling
        self._is_grid = tiling.columns * tiling.rows > 1
        self._shrink = whole_shrink(tiling.width, tiling.height)
        self._depth = 8
        self._coefficients: Coefficients | None = None

    def scaled(self) -> Image:
        tiling = self._tiling
        if self._is_grid:
            while tiling.tile_width % self._shrink or tiling.tile_height % self._shrink:
                self._shrink //= 2
        if self._shrink == 1:
            raise CannotScaleError("too small")
        rows = [self._row(row) for row in range(tiling.rows)]
        joined = pyvips.Image.arrayjoin(rows, across=1)
        # Tiles reach beyond the picture's edges.
        width = min(joined.width, max(1, tiling.width // self._shrink))
        height = min(joined.height, max(1, tiling.height // self._shrink))
        return joined.crop(0, 0, width, height)

    def _row(self, row: int) -> Image:
        """Decode one row of tiles and shrink it, before the next one takes any memory."""
        images: list[c_void_p] = []
        try:
            for column in range(self._tiling.columns):
                images.append(c_void_p())
                self._decode(images[-1], column, row)
            tiles = [self._planes(image) for image in images]
            if self._coefficients is None or len({len(tile) for tile in tiles}) != 1:
                raise CannotScaleError("tiles that differ")
            joined = [pyvips.Image.arrayjoin(list(plane)) for plane in zip(*tiles, strict=True)]
            small = yuv_planes.shrunk(joined, self._shrink)
            rgb = yuv_planes.to_rgb(small, depth=self._depth, coefficients=self._coefficients)
            return rgb.copy_memory()
        finally:
            for image in images:
                _library().heif_image_release(image)

    def _decode(self, image: c_void_p, column: int, row: int) -> None:
        with _as_stored() as options:
            arguments = (byref(image), _ANY_COLORSPACE, _ANY_CHROMA, options)
            if self._is_grid:
                decode = _library().heif_image_handle_decode_image_tile
                _check(decode(self._handle, *arguments, column, row))
            else:
                _check(_library().heif_decode_image(self._handle, *arguments))

    def _planes(self, image: c_void_p) -> list[Image]:
        library = _library()
        space = library.heif_image_get_colorspace(image)
        if space not in {_YCBCR, _GREY}:
            raise CannotScaleError("not of luma and colour differences")
        depth = library.heif_image_get_bits_per_pixel_range(image, _LUMA)
        if self._coefficients is None:
            self._depth, self._coefficients = depth, _coefficients(image)
        if depth != self._depth or not 8 <= depth <= 16:  # noqa: PLR2004 - bits
            raise CannotScaleError("an unusual depth")
        found = []
        for channel in (_LUMA,) if space == _GREY else (_LUMA, _CB, _CR):
            if library.heif_image_get_bits_per_pixel_range(image, channel) != depth:
                raise CannotScaleError("planes of several depths")
            stride = c_int()
            address = library.heif_image_get_plane_readonly(image, channel, byref(stride))
            found.append(
                yuv_planes.plane_at(
                    address,
                    width=library.heif_image_get_width(image, channel),
                    height=library.heif_image_get_height(image, channel),
                    stride=stride.value,
                    depth=depth,
                )
            )
        return found


@contextmanager
def _as_stored() -> Iterator[c_void_p]:
    """Options that leave a picture as it is stored, neither turned nor cropped."""
    options = _library().heif_decoding_options_alloc()
    try:
        # Its first two members, since version 1: uint8_t version, ignore_transformations.
        ctypes.memset(options + 1, 1, 1)
        yield options
    finally:
        _library().heif_decoding_options_free(options)


def _transformed(image: Image, context: c_void_p, handle: c_void_p, tiling: _Tiling) -> Image:
    """Crop, turn and mirror as the container asks for, in its own order (ISO/IEC 23008-12)."""
    library = _library()
    item = library.heif_image_handle_get_item_id(handle)
    found = (c_uint32 * _MAX_TRANSFORMATIONS)()
    count = library.heif_item_get_transformation_properties(
        context, item, found, _MAX_TRANSFORMATIONS
    )
    width, height = tiling.width, tiling.height
    for which in found[:count]:
        match library.heif_item_get_property_type(context, item, which).to_bytes(4, "big"):
            case b"irot":
                angle = library.heif_item_get_property_transform_rotation_ccw(context, item, which)
                image = image.rot(f"d{-angle % 360}")
                if angle % 180:
                    width, height = height, width
            case b"imir":
                axis = library.heif_item_get_property_transform_mirror(context, item, which)
                image = image.fliphor() if axis else image.flipver()
            case b"clap":
                borders = [c_int() for _ in range(4)]
                library.heif_item_get_property_transform_crop_borders(
                    context, item, which, width, height, *map(byref, borders)
                )
                left, top, right, bottom = (border.value for border in borders)
                image = _cropped(image, (width, height), (left, top, right, bottom))
                width, height = width - left - right, height - top - bottom
    return image.copy_memory()


def _cropped(image: Image, size: tuple[int, int], borders: tuple[int, int, int, int]) -> Image:
    """Cut borders off, which are given in the pixels of the unscaled picture."""
    across, down = image.width / size[0], image.height / size[1]
    left, top, right, bottom = (max(0, border) for border in borders)
    from_left, from_top = round(left * across), round(top * down)
    return image.crop(
        from_left,
        from_top,
        max(1, round((size[0] - right) * across) - from_left),
        max(1, round((size[1] - bottom) * down) - from_top),
    )


def _coefficients(image: c_void_p) -> Coefficients:
    library = _library()
    nclx = POINTER(_Nclx)()
    error = library.heif_image_get_nclx_color_profile(image, byref(nclx))
    if error.code:
        # Nothing is said: BT.601 in full range, as libheif takes it (JPEG's way).
        return Coefficients(matrix=2, primaries=2, full_range=True)
    try:
        found = nclx.contents
        coefficients = Coefficients(
            matrix=found.matrix, primaries=found.primaries, full_range=bool(found.full_range)
        )
    finally:
        library.heif_nclx_color_profile_free(nclx)
    coefficients.weights()  # before any time is spent on what cannot be finished
    return coefficients
