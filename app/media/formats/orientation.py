"""Rotate images upright: by the properties of a HEIF file, or by EXIF."""

import struct

import pyvips  # type: ignore[import-untyped]

from app.media.colour.management import Image
from app.media.formats.heif_items import HeifItems
from app.media.formats.sniff import Bytes
from app.media.metadata.exif import number_of, numbers_of, read_tags, text_of

_MAKE, _ORIENTATION = 0x010F, 0x0112
_PIXELS_ACROSS, _PIXELS_DOWN = 0xA002, 0xA003
_UPRIGHT, _LAST, _FIRST_SIDEWAYS = 1, 8, 5
_MIAF = b"miaf"
# Makers whose own programs write HEIC with nothing but EXIF to say how it lies.
_MAKES_BY_EXIF = ("samsung",)


def turned(image: Image, orientation: int) -> Image:
    """Turn by a value of EXIF's Orientation."""
    if orientation == _UPRIGHT:
        return image
    image = image.copy()
    image.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    return image.autorot()


def is_sideways(orientation: int) -> bool:
    """Say whether turning by it makes height of width."""
    return orientation >= _FIRST_SIDEWAYS


def upright_by_items(image: Image, items: HeifItems, *, is_cropped: bool = True) -> Image:
    """Crop, turn and mirror as the primary item's properties say (ISO/IEC 23008-12, 6.5.9-6.5.12).

    For decoders that leave it undone: the properties are essential, no reader may ignore them.
    is_cropped: False for another item, which is turned as the primary one but of other size.
    """
    for kind, content in items.properties(items.primary):
        if kind == b"clap" and is_cropped and len(content) == 32:  # noqa: PLR2004 - eight numbers
            image = _cropped(image, struct.unpack(">LLLLlLlL", content))
        elif kind == b"irot" and len(content) > 0:
            image = image.rot(_CLOCKWISE[content[0] & 3])
        elif kind == b"imir" and len(content) > 0:
            # 0: top and bottom change places, 1: left and right (edition of 2022).
            image = image.flip("horizontal" if content[0] & 1 else "vertical")
    return image


_CLOCKWISE = ("d0", "d270", "d180", "d90")  # irot counts quarters against the clock


def _cropped(image: Image, clap: tuple[int, ...]) -> Image:
    if 0 in clap[1::2]:
        return image
    width, height, right, down = (
        numerator / denominator
        for numerator, denominator in zip(clap[::2], clap[1::2], strict=True)
    )
    across, along = round(width), round(height)
    left = round(right + (image.width - width) / 2)
    top = round(down + (image.height - height) / 2)
    fits = left >= 0 and top >= 0 and left + across <= image.width and top + along <= image.height
    return image.crop(left, top, across, along) if fits and across > 0 and along > 0 else image


def exif_orientation_of_heif(items: HeifItems, exif: Bytes) -> int:
    """Return by what EXIF turns a HEIC file: mostly 1, for it must not.

    See docs/decisions/0046-heic-orientation.md.
    """
    if any(kind in (b"irot", b"imir") for kind, _ in items.properties(items.primary)):
        return _UPRIGHT
    first, exposure, _ = read_tags(
        exif,
        first=frozenset({_MAKE, _ORIENTATION}),
        exposure=frozenset({_PIXELS_ACROSS, _PIXELS_DOWN}),
        gps=frozenset(),
    )
    found = number_of(first.get(_ORIENTATION), least=_UPRIGHT, most=_LAST, digits=0)
    make = text_of(first.get(_MAKE)).strip("\0 ").lower()
    if found is None or not make:
        return _UPRIGHT
    if _MIAF in items.brands and not make.startswith(_MAKES_BY_EXIF):
        return _UPRIGHT
    orientation = int(found)
    said = [*numbers_of(exposure.get(_PIXELS_ACROSS), most=1)]
    said += numbers_of(exposure.get(_PIXELS_DOWN), most=1)
    coded = items.size(items.primary)
    if is_sideways(orientation) and coded is not None and len(set(coded)) == 2:  # noqa: PLR2004
        was_turned = tuple(said) == coded[::-1]
        return _UPRIGHT if was_turned else orientation
    return orientation
