"""Gain maps: the HDR part of an image (ISO 21496-1).

It is a small second picture beside a base one. Each sample says by how much light is multiplied
there: HDR = (base + base_offset) * 2 ** gain - hdr_offset, in linear light, where gain is
minimum + (maximum - minimum) * sample ** (1 / gamma).
"""

import math
import struct
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import pyvips  # type: ignore[import-untyped]

from app.media.colour.cicp import Coding
from app.media.colour.management import Image, light_of

# A quarter of a preview: what cameras keep of it, since the eye sees detail in the base.
_SIDE = 512
_MAX_STOPS = 16.0
_RGB = 3


class Channel(NamedTuple):
    """How the samples of one channel are meant: gains in stops (powers of 2), offsets in light."""

    minimum: float
    maximum: float
    gamma: float = 1.0
    base_offset: float = 0.0
    hdr_offset: float = 0.0


@dataclass(frozen=True, kw_only=True)
class GainMap:
    """A gain map in 8 bits, upright as its base.

    channels: one for all colours, or three.
    base_headroom, hdr_headroom: in stops over white; as the base is, and as the map makes it.
    profile: the colours in which gains are applied; empty for those of the base.
    """

    pixels: Image
    channels: tuple[Channel, ...]
    base_headroom: float
    hdr_headroom: float
    profile: bytes = b""


def is_usable(gain_map: GainMap) -> bool:
    """Say whether it makes a picture brighter, by numbers that make sense."""
    numbers = [number for channel in gain_map.channels for number in channel]
    return (
        all(math.isfinite(number) and abs(number) <= _MAX_STOPS for number in numbers)
        and all(c.minimum <= c.maximum and c.gamma > 1 / _MAX_STOPS for c in gain_map.channels)
        and len(gain_map.channels) in (1, _RGB)
        and gain_map.pixels.bands in (1, _RGB)
        and 0 <= gain_map.base_headroom < gain_map.hdr_headroom <= _MAX_STOPS
    )


def fitted_gain_map(gain_map: GainMap) -> GainMap:
    """Scale it down to what belongs to a preview."""
    pixels = gain_map.pixels
    scale = _SIDE / max(pixels.width, pixels.height)
    pixels = pixels.resize(scale) if scale < 1 else pixels
    return replace(gain_map, pixels=pixels.copy_memory())


def grey_or_rgb(image: Image) -> Image:
    """Return a decoded gain map in 8 bits without alpha, and grey as one band."""
    image = image.copy()
    if image.get_typeof("icc-profile-data"):
        image.remove("icc-profile-data")
    if image.hasalpha():
        image = image.extract_band(0, n=image.bands - 1)
    if image.format != "uchar":
        image = (image >> 8).cast("uchar")
    return image.copy(interpretation="b-w" if image.bands == 1 else "srgb")


_OFFSET = 1 / 64  # so that black divides nothing; libultrahdr's own
_HARDLY_BRIGHTER = 0.1  # stops


def of_hdr(pixels: Image, coding: Coding) -> GainMap | None:
    """Make the map from how we show an HDR picture (PQ, HLG) on plain screens to what it is.

    None when it is hardly brighter than white anywhere.
    """
    scale = min(_SIDE / max(pixels.width, pixels.height), 1)
    small = pixels.resize(scale).copy_memory() if scale < 1 else pixels
    bright = light_of(small, coding, is_bent=False).copy_memory()
    brightest = bright.max()
    if brightest < 2**_HARDLY_BRIGHTER:
        return None
    shown = (light_of(small, coding) > 1).ifthenelse(1, light_of(small, coding))
    ratio = ((bright < 0).ifthenelse(0, bright) + _OFFSET) / (
        (shown < 0).ifthenelse(0, shown) + _OFFSET
    )
    stops = (ratio.log() / math.log(2)).copy_memory()
    most = stops.max()
    samples = (stops * (255 / most) + 0.5).cast("uchar")
    return GainMap(
        pixels=samples.copy(interpretation="srgb").copy_memory(),
        channels=(Channel(0.0, most, 1.0, _OFFSET, _OFFSET),) * _RGB,
        base_headroom=0.0,
        hdr_headroom=math.log2(brightest),
    )


# Apple's own maps are from before the standard: HDR = base * (1 + (headroom - 1) * sample), the
# sample encoded by BT.709's curve. (Apple: "Applying Apple HDR effect to your photos".)
def from_apple(pixels: Image, *, headroom: float) -> GainMap:
    """Return the same as the standard says it. headroom is the most that light is multiplied by."""
    stops = math.log2(headroom) if headroom > 1 else 0.0
    return GainMap(
        pixels=pixels.extract_band(0).maplut(_table_of_apple(headroom)) if stops else pixels,
        channels=(Channel(0.0, stops),),
        base_headroom=0.0,
        hdr_headroom=stops,
    )


@lru_cache(maxsize=8)
def _table_of_apple(headroom: float) -> Image:
    gains = (math.log2(1 + (headroom - 1) * _light_of_bt709(code / 255)) for code in range(256))
    table = [round(255 * gain / math.log2(headroom)) for gain in gains]
    return pyvips.Image.new_from_array([table]).cast("uchar").copy_memory()


def _light_of_bt709(signal: float) -> float:
    return signal / 4.5 if signal < 0.081 else ((signal + 0.099) / 1.099) ** (1 / 0.45)  # noqa: PLR2004


def headroom_of_apple(maker_33: float, maker_48: float) -> float:
    """Return the headroom that tags 33 and 48 of Apple's MakerNote stand for (the same article)."""
    if maker_33 < 1:
        stops = -20 * maker_48 + 1.8 if maker_48 <= 0.01 else -0.101 * maker_48 + 1.601  # noqa: PLR2004
    else:
        stops = -70 * maker_48 + 3.0 if maker_48 <= 0.01 else -0.303 * maker_48 + 2.303  # noqa: PLR2004
    return float(2 ** min(max(stops, 0), _MAX_STOPS))


# The numbers of ISO 21496-1 (annex C), as a JPEG's APP2 and a HEIF's item "tmap" hold them.
_MULTICHANNEL, _BASE_COLOURS, _COMMON_DENOMINATOR = 0x80, 0x40, 0x08
_DENOMINATOR = 1_000_000
_SIGNED = (True, True, False, True, True)  # of a Channel's numbers


def pack_numbers(gain_map: GainMap) -> bytes:
    """Write what a gain map's samples mean."""
    several = len(gain_map.channels) > 1
    flags = several * _MULTICHANNEL | (not gain_map.profile) * _BASE_COLOURS
    packed = struct.pack(">HHB", 0, 0, flags)
    packed += _fraction(gain_map.base_headroom) + _fraction(gain_map.hdr_headroom)
    return packed + b"".join(
        _fraction(number) for channel in gain_map.channels for number in channel
    )


def _fraction(number: float) -> bytes:
    return struct.pack(">lL", round(number * _DENOMINATOR), _DENOMINATOR)


def unpack_numbers(packed: bytes, pixels: Image, *, profile: bytes = b"") -> GainMap:
    """Read what a gain map's samples mean. profile is that of the HDR rendition.

    Raises:
        ValueError, struct.error, ZeroDivisionError: it is not understood, or makes no sense.
    """
    minimum_version, _, flags = struct.unpack_from(">HHB", packed)
    if minimum_version > 0:
        raise ValueError("a gain map of a later version")
    reader = _Reader(packed, common=bool(flags & _COMMON_DENOMINATOR))
    base, hdr = reader.number(signed=False), reader.number(signed=False)
    channels = tuple(
        Channel(*(reader.number(signed=signed) for signed in _SIGNED))
        for _ in range(_RGB if flags & _MULTICHANNEL else 1)
    )
    return GainMap(
        pixels=pixels,
        channels=channels,
        base_headroom=base,
        hdr_headroom=hdr,
        profile=b"" if flags & _BASE_COLOURS else profile,
    )


class _Reader:
    """Fractions one after the other, each with its denominator or all with one."""

    def __init__(self, packed: bytes, *, common: bool) -> None:
        self._packed, self._at = packed, 5
        self._common = self._whole(">L") if common else None

    def number(self, *, signed: bool) -> float:
        numerator = self._whole(">l" if signed else ">L")
        return numerator / (self._common or self._whole(">L"))

    def _whole(self, letters: str) -> int:
        (whole,) = struct.unpack_from(letters, self._packed, self._at)
        self._at += 4
        return int(whole)


ISO_SEGMENT = b"urn:iso:std:iso:ts:21496:-1\0"
ICC_SEGMENT = b"ICC_PROFILE\0\1\1"  # the first of one part
_MPF = b"MPF\0"
_MAP_QUALITY = 75
_APP2 = 0xE2


def with_gain_map(base: bytes, gain_map: GainMap) -> bytes:
    """Put a gain map behind a JPEG, which stays as it is for whoever knows nothing of gain maps.

    As ISO 21496-1 (annex D) and CIPA DC-007 (MPF) say; nothing else is written, above all no EXIF
    and XMP.
    """
    second = bytes(
        gain_map.pixels.jpegsave_buffer(Q=_MAP_QUALITY, optimize_coding=True, keep="none")
    )
    about = _segment(ISO_SEGMENT + pack_numbers(gain_map))
    if gain_map.profile:  # libvips would leave one of RGB out of a grey picture
        about += _segment(ICC_SEGMENT + gain_map.profile)
    second = _in_front(second, about)
    marked = _segment(ISO_SEGMENT + bytes(4))
    start = _end_of_jfif(base) + len(marked) + 4 + len(_MPF)  # offsets count from here
    length = len(base) + len(marked) + len(_segment(_index(0, 0, 0)))
    index = _segment(_index(length, len(second), length - start))
    return _in_front(base, marked + index) + second


def _index(first: int, second: int, offset: int) -> bytes:
    """Return an MP Index IFD: two pictures, the sizes of both and where the second begins."""
    tags = struct.pack(">H", 3)
    tags += struct.pack(">HHL4s", 0xB000, 7, 4, b"0100")
    tags += struct.pack(">HHLL", 0xB001, 4, 1, 2)
    tags += struct.pack(">HHLLL", 0xB002, 7, 32, 50, 0)
    entries = struct.pack(">LLLHH", 0x030000, first, 0, 0, 0)
    entries += struct.pack(">LLLHH", 0, second, offset, 0, 0)
    return _MPF + b"MM\0*" + struct.pack(">L", 8) + tags + entries


def _segment(content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, _APP2, len(content) + 2) + content


def _end_of_jfif(jpeg: bytes) -> int:
    """Return where JFIF's header ends, which must come first where there is one."""
    if jpeg[2:4] != b"\xff\xe0":
        return 2
    (size,) = struct.unpack_from(">H", jpeg, 4)
    return 4 + int(size)


def _in_front(jpeg: bytes, inserted: bytes) -> bytes:
    at = _end_of_jfif(jpeg)
    return jpeg[:at] + inserted + jpeg[at:]
