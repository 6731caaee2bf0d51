"""Turn pixels of any colour space into the 8-bit RGB that screens show and WebP holds."""

import math
import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyvips  # type: ignore[import-untyped]

from app.images import profiles

Image = Any  # pyvips has no types

_ICC = "icc-profile-data"

# Code points of ITU-T H.273, which HEIF and AVIF name colours with when they hold no profile.
_P3_PRIMARIES, _BT2020_PRIMARIES = 12, 9
_PQ, _HLG = 16, 18
_NCLX = b"colrnclx"


@dataclass(frozen=True, kw_only=True)
class Coding:
    """Primaries and transfer curve as a HEIF container names them (H.273)."""

    primaries: int
    transfer: int


def coding_of(header: bytes) -> Coding | None:
    """Find the colours that the header of a HEIF or AVIF file names ("nclx").

    When it names several, one of them is of a second, brighter picture for HDR screens (a gain
    map): the plain one is meant.
    """
    found = []
    at = header.find(_NCLX)
    while at >= 0 and at + 12 <= len(header):
        primaries, transfer = struct.unpack_from(">HH", header, at + len(_NCLX))
        found.append(Coding(primaries=primaries, transfer=transfer))
        at = header.find(_NCLX, at + len(_NCLX))
    plain = (coding for coding in found if coding.transfer not in (_PQ, _HLG))
    return next(plain, found[0] if found else None)


def to_screen(image: Image, coding: Coding | None = None) -> Image:
    """Return 8-bit RGB or RGBA: sRGB without a profile, or wider with a small one.

    Wide gamuts stay wide where that is cheap (a small RGB profile is kept); everything else,
    CMYK and grey among it, is converted. Brightness above white (HDR) is bent down to fit.
    """
    profile = _profile(image)
    if image.interpretation == "cmyk":
        return _three_bands(_without_profile(_transform(image, "srgb", fallback="cmyk")))
    if profiles.colour_space(profile) == "GRAY" and image.bands <= 2:  # noqa: PLR2004 - and alpha
        return _three_bands(_without_profile(_transform(image, "srgb", fallback="srgb")))
    if not profile and coding is not None:
        return _by_coding(image, coding)
    match profiles.fate_of_rgb(profile) if profile else "drop":
        case "keep" if image.bands >= 3:  # noqa: PLR2004 - red, green and blue
            return _three_bands(_with_profile(image, profiles.anonymous(profile)))
        case "convert" if image.bands >= 3:  # noqa: PLR2004
            return _three_bands(_transform(image, "p3", fallback="srgb"))
        case _:
            return _three_bands(_without_profile(image))


def _profile(image: Image) -> bytes:
    return bytes(image.get(_ICC)) if image.get_typeof(_ICC) else b""


def _without_profile(image: Image) -> Image:
    image = image.copy()
    if image.get_typeof(_ICC):
        image.remove(_ICC)
    return image


def _with_profile(image: Image, profile: bytes) -> Image:
    image = image.copy()
    image.set_type(pyvips.GValue.blob_type, _ICC, profile)
    return image


def _transform(image: Image, target: str, *, fallback: str) -> Image:
    """Convert by the picture's own profile, or by a common one when its own is broken."""
    try:
        transformed = image.icc_transform(
            target, embedded=True, input_profile=fallback, black_point_compensation=True
        )
        return transformed.copy_memory()
    except pyvips.Error:
        if fallback != "cmyk":
            return _without_profile(image)
        return _without_profile(image).icc_transform(target, input_profile=fallback)


def _three_bands(image: Image) -> Image:
    """Return 8-bit RGB(A); a profile that the picture carries keeps explaining the same numbers."""
    if image.interpretation != "srgb" or image.format != "uchar":
        profile = _profile(image)
        image = image.colourspace("srgb")
        if image.format != "uchar":
            image = image.cast("uchar")
        if profile and not image.get_typeof(_ICC):
            image = _with_profile(image, profile)
    if image.bands > 4:  # noqa: PLR2004 - more than RGBA: TIFF may hold anything
        image = image.extract_band(0, n=4)
    return image


def _by_coding(image: Image, coding: Coding) -> Image:
    if coding.transfer in (_PQ, _HLG):
        colour, alpha = image, None
        if image.hasalpha():
            colour = image.extract_band(0, n=image.bands - 1)
            alpha = _three_bands(image).extract_band(3)
        colour = _tone_mapped(colour, coding)
        return colour if alpha is None else colour.bandjoin(alpha)
    image = _three_bands(image)
    # BT.2020 without HDR is all but unheard of; P3's wider colours are the nearest to it.
    return _as_p3(image) if coding.primaries in (_P3_PRIMARIES, _BT2020_PRIMARIES) else image


def _tone_mapped(image: Image, coding: Coding) -> Image:
    bits = 16 if image.format == "ushort" else 8
    light = image.maplut(_light_table(coding.transfer, bits))
    if coding.primaries == _BT2020_PRIMARIES:
        light = light.recomb(pyvips.Image.new_from_array(_BT2020_TO_P3))
    signal = (light * 65535).cast("ushort").maplut(_signal_table())
    signal = signal.copy(interpretation="srgb")
    wide = coding.primaries in (_P3_PRIMARIES, _BT2020_PRIMARIES)
    return _as_p3(signal) if wide else signal


# Linear light, both with white D65.
_BT2020_TO_P3 = [
    [1.3435783, -0.2821797, -0.0613986],
    [-0.0652975, 1.0757879, -0.0104905],
    [0.0028218, -0.0195985, 1.0167767],
]


def _as_p3(image: Image) -> Image:
    return _with_profile(image, _p3_profile())


@lru_cache(maxsize=1)
def _p3_profile() -> bytes:
    pixel = pyvips.Image.black(1, 1, bands=3).copy(interpretation="srgb")
    return bytes(pixel.icc_transform("p3", input_profile="srgb").get(_ICC))


@lru_cache(maxsize=4)
def _light_table(transfer: int, bits: int) -> Image:
    """Table from an HDR signal to light between 0 and 1, highlights bent down to fit."""
    last = 2**bits - 1
    nits = _nits_of_pq if transfer == _PQ else _nits_of_hlg
    table = [_bend(nits(code / last) / _WHITE_NITS) for code in range(last + 1)]
    return pyvips.Image.new_from_array([table]).cast("float").copy_memory()


@lru_cache(maxsize=1)
def _signal_table() -> Image:
    """Table from linear light to sRGB's curve, which Display P3 shares."""
    table = [round(255 * _srgb_signal(code / 65535)) for code in range(65536)]
    return pyvips.Image.new_from_array([table]).cast("uchar").copy_memory()


_WHITE_NITS = 203  # of paper white in HDR (ITU-R BT.2408)
_KNEE = 0.6


def _bend(light: float) -> float:
    """Leave shadows and mid-tones as they are and roll highlights off towards 1."""
    if light <= _KNEE:
        return light
    room = 1 - _KNEE
    return _KNEE + room * (1 - math.exp((_KNEE - light) / room))


def _nits_of_pq(signal: float) -> float:
    """SMPTE ST 2084."""
    power = signal ** (32 / 2523)
    return float(
        10_000 * (max(power - 3424 / 4096, 0) / (2413 / 128 - 2392 / 128 * power)) ** (8192 / 1305)
    )


def _nits_of_hlg(signal: float) -> float:
    """ITU-R BT.2100 on a screen of 1,000 nits, its system gamma taken per channel."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = signal**2 / 3 if signal <= 0.5 else (math.exp((signal - c) / a) + b) / 12  # noqa: PLR2004
    return float(1000 * scene**1.2)


def _srgb_signal(light: float) -> float:
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055  # noqa: PLR2004 - IEC 61966-2-1
