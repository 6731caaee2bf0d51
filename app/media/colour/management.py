"""Convert pixels of any colour space into 8-bit RGB for screens and WebP."""

import math
from functools import lru_cache
from typing import Any

import pyvips  # type: ignore[import-untyped]

from app.media.colour import icc_profiles
from app.media.colour.cicp import BT2020, P3, PQ, Coding, profile_of_coding

Image = Any  # pyvips has no types
# What a file says of its colours beside a profile in it: a coding, or a profile to assume.
Declared = Coding | bytes | None

_ICC = "icc-profile-data"
_GREY_BANDS = 2  # with alpha


def to_screen(image: Image, declared: Declared = None) -> Image:
    """Return 8-bit RGB or RGBA: sRGB without a profile, or wider with a small one.

    Wide gamuts stay wide where that is cheap (a small RGB profile is kept); everything else,
    CMYK and grey among it, is converted. Brightness above white (HDR) is bent down to fit.
    """
    image = _unsigned(image)
    profile = _profile(image)
    is_grey = image.bands <= _GREY_BANDS
    if not (isinstance(declared, Coding) and declared.is_final):
        declared = _hdr_by_profile(profile) or declared
    if isinstance(declared, Coding) and (declared.is_final or not profile):
        if declared.is_final and not declared.is_full_range:
            image = full_range(image)
        if declared.is_hdr:
            return _tone_mapped(image, declared)
        profile = profile_of_coding(declared, is_grey=is_grey)
        image = _with_profile(image, profile)
    elif isinstance(declared, bytes) and not profile:
        profile = declared
        image = _with_profile(image, profile)
    if image.interpretation == "cmyk":
        return _three_bands(_without_profile(_transform(image, "srgb", fallback="cmyk")))
    if icc_profiles.colour_space(profile) == "GRAY" and is_grey:
        return _three_bands(_without_profile(_transform(image, "srgb", fallback="srgb")))
    match icc_profiles.fate_of_rgb(profile) if profile else "drop":
        case "keep" if not is_grey:
            return _three_bands(_with_profile(image, icc_profiles.anonymous(profile)))
        case "convert" if not is_grey:
            return _three_bands(_transform(image, "p3", fallback="srgb"))
        case _:
            return _three_bands(_without_profile(image))


def is_on_screen(image: Image, declared: Declared = None) -> bool:
    """Say whether to_screen would leave all samples as they are, and only label them."""
    if declared is not None or (image.interpretation, image.format) != ("srgb", "uchar"):
        return False
    profile = _profile(image)
    is_kept = not profile or (
        _hdr_by_profile(profile) is None and icc_profiles.fate_of_rgb(profile) != "convert"
    )
    return is_kept and image.bands in (3, 4)


def _hdr_by_profile(profile: bytes) -> Coding | None:
    """Return the coding that a profile names where it is HDR's: its tables are only a makeshift."""
    points = icc_profiles.code_points(profile)
    coding = Coding(*points[:2], is_final=True) if points else None
    return coding if coding and coding.is_hdr else None


_SAMPLES = frozenset({"b-w", "grey16", "srgb", "rgb16", "multiband"})
_SIGNED_BITS = {"char": 8, "short": 16, "int": 32}


def _unsigned(image: Image) -> Image:
    """Return 8 bits where a TIFF's samples are signed, fractions or of 32 bits.

    TIFF 6.0 does not say what tones they are. Signed ones are moved up, so that the least is black,
    as ImageMagick does; of others, the first of 1, 255, 65535 and the largest is white that none
    exceeds.
    """
    if image.format in {"uchar", "ushort"} or image.interpretation not in _SAMPLES:
        return image
    least, most = image.min(), image.max()
    bits = _SIGNED_BITS.get(image.format, 0)
    if bits and (least < 0 or image.format == "char"):
        scaled = (image + 2.0 ** (bits - 1)) * (255 / (2.0**bits - 1))
    elif image.format in {"float", "double"} and most <= 1:
        scaled = image * 255
    else:
        white = next((white for white in (255, 65535) if most <= white), most)
        scaled = image * (255 / white)
    space = "b-w" if image.bands <= _GREY_BANDS else "srgb"
    return _rounded(scaled, "uchar").copy(interpretation=space)


def unpremultiplied(image: Image) -> Image:
    """Return colours as they are where they were multiplied by their alpha (HEIF's "prem")."""
    if not image.hasalpha():
        return image
    white = 65535 if image.format == "ushort" else 255
    return _rounded(image.unpremultiply(max_alpha=white), image.format)


def first_band(image: Image) -> Image:
    """Return grey that a decoder gave three times as one band; its alpha stays."""
    if image.bands <= _GREY_BANDS:
        return image
    colour, alpha = _apart(image)
    space = "grey16" if image.format == "ushort" else "b-w"
    return _together(colour.extract_band(0), alpha).copy(interpretation=space)


def full_range(image: Image) -> Image:
    """Stretch samples of limited range (H.273: black at 16, white at 235 of 8 bits) to all."""
    colour, alpha = _apart(image)
    unit, white = (256, 65535) if image.format == "ushort" else (1, 255)
    stretched = (colour - 16.0 * unit) * (white / (219 * unit))
    return _together(_rounded(stretched, image.format), alpha)


def _rounded(image: Image, kind: str) -> Image:
    return (image + 0.5).cast(kind)


def _apart(image: Image) -> tuple[Image, Image | None]:
    """Return colour and alpha."""
    if not image.hasalpha():
        return image, None
    return image.extract_band(0, n=image.bands - 1), image.extract_band(image.bands - 1)


def _together(colour: Image, alpha: Image | None) -> Image:
    return colour if alpha is None else colour.bandjoin(alpha)


def _profile(image: Image) -> bytes:
    return bytes(image.get(_ICC)) if image.get_typeof(_ICC) else b""


def _without_profile(image: Image) -> Image:
    image = image.copy()
    if image.get_typeof(_ICC):
        image.remove(_ICC)
    return image


def _with_profile(image: Image, profile: bytes) -> Image:
    if not profile:
        return _without_profile(image)
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


def _tone_mapped(image: Image, coding: Coding) -> Image:
    colour, alpha = _apart(image)
    if alpha is not None and alpha.format == "ushort":
        alpha = (alpha >> 8).cast("uchar")
    light = light_of(colour, coding)
    # From linear light to sRGB's curve, which Display P3 shares.
    signal = _together(light.copy(interpretation="scrgb").colourspace("srgb"), alpha)
    is_wide = coding.primaries in (P3, BT2020)
    return _with_profile(signal, profile_of_coding(_P3)) if is_wide else _without_profile(signal)


def light_of(colour: Image, coding: Coding, *, is_bent: bool = True) -> Image:
    """Return the linear light of an HDR picture without alpha, in P3 or BT.709; 1 is white.

    is_bent: with highlights bent down to fit below white.
    """
    if colour.bands < 3:  # noqa: PLR2004 - grey
        colour = colour.extract_band(0)
        colour = colour.bandjoin([colour, colour])
    bits = 8
    if colour.format == "ushort":
        bits = _TABLE_BITS
        colour = colour >> 16 - bits
    light = colour.maplut(_light_table(coding.transfer, bits, is_bent=is_bent))
    if coding.primaries == BT2020:
        light = light.recomb(pyvips.Image.new_from_array(_BT2020_TO_P3))
    return light


_P3 = Coding(P3, 13)
_TABLE_BITS = 12  # HDR signals are made so that no eye sees a step at this depth
# Linear light, both with white D65.
_BT2020_TO_P3 = [
    [1.3435783, -0.2821797, -0.0613986],
    [-0.0652975, 1.0757879, -0.0104905],
    [0.0028218, -0.0195985, 1.0167767],
]


@lru_cache(maxsize=8)
def _light_table(transfer: int, bits: int, *, is_bent: bool) -> Image:
    """Table from an HDR signal to light, where 1 is white; bent down to fit below that."""
    last = 2**bits - 1
    nits = _nits_of_pq if transfer == PQ else _nits_of_hlg
    table = [nits(code / last) / _WHITE_NITS for code in range(last + 1)]
    table = [_bend(light) for light in table] if is_bent else table
    return pyvips.Image.new_from_array([table]).cast("float").copy_memory()


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
