"""Colour spaces as code points of ITU-T H.273, and ICC profiles that match them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from app.media.colour.icc_profiles import SRGB_CURVE, gamma_curve, profile_of

PQ, HLG = 16, 18
BT709, BT2020, P3 = 1, 9, 12
_UNSPECIFIED = 2


class Coding(NamedTuple):
    """How sample values are meant: primaries, transfer curve and matrix by H.273's code points.

    is_final: it counts even where there is a colour profile (PNG's cICP; not HEIF's "nclx").
    """

    primaries: int
    transfer: int
    matrix: int = _UNSPECIFIED
    is_full_range: bool = True
    is_final: bool = False

    @property
    def is_hdr(self) -> bool:
        """Whether it reaches beyond the white of paper."""
        return self.transfer in (PQ, HLG)


Chromaticity = tuple[float, float]
# Red, green, blue and white, each as x and y (H.273, table 2).
_D65, _C = (0.3127, 0.3290), (0.310, 0.316)
_CHROMATICITIES: dict[int, tuple[Chromaticity, ...]] = {
    BT709: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65),
    4: ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), _C),
    5: ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), _D65),
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),
    7: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),
    8: ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), _C),
    BT2020: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
    P3: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),
    22: ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), _D65),
}
SRGB_CHROMATICITIES = _CHROMATICITIES[BT709]
# Curves that are powers.
_GAMMAS = {4: 2.2, 5: 2.8, 8: 1.0, 17: 2.6}
# Curves that describe cameras, such as BT.709's. Chromium 156 shows a PNG of them as a television
# does (ITU-R BT.1886), but a HEIF by sRGB's curve: encoders of AVIF write 1 without thought.
_CAMERA_CURVES, _TELEVISION = frozenset({1, 6, 14, 15}), 2.4


@lru_cache(maxsize=16)
def profile_of_coding(coding: Coding, *, is_grey: bool = False) -> bytes:
    """Return a profile for what is no HDR; empty when it says the same as having none."""
    chromaticities = _CHROMATICITIES.get(coding.primaries, SRGB_CHROMATICITIES)
    gamma = _GAMMAS.get(coding.transfer)
    if coding.is_final and coding.transfer in _CAMERA_CURVES:
        gamma = _TELEVISION
    if gamma is None and (is_grey or chromaticities == SRGB_CHROMATICITIES):
        return b""
    curve = SRGB_CURVE if gamma is None else gamma_curve(gamma)
    return profile_of(() if is_grey else colorants(chromaticities), curve=curve, version=4)


def profile_of_primaries(primaries: int) -> bytes:
    """Return a profile with sRGB's curve, also where that makes it sRGB's own."""
    chromaticities = _CHROMATICITIES.get(primaries, SRGB_CHROMATICITIES)
    return profile_of(colorants(chromaticities), curve=SRGB_CURVE, version=4)


@lru_cache(maxsize=16)
def profile_of_gamma(gamma: float, chromaticities: tuple[Chromaticity, ...]) -> bytes:
    """Return a profile of RGB with a power as its curve; of grey without chromaticities.

    Raises:
        ZeroDivisionError: for chromaticities that span no colours.
    """
    primaries = colorants(chromaticities) if chromaticities else ()
    return profile_of(primaries, curve=gamma_curve(gamma), version=4)


# The Adobe RGB (1998) colour space: what DCF's optional colour space is (DCF 2.0, JEITA CP-3461).
ADOBE_RGB = profile_of(
    ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)),
    curve=gamma_curve(2.19921875),
    version=2,
)

_Matrix = Sequence[Sequence[float]]
_Vector = tuple[float, float, float]
_D50 = (0.9642, 1.0, 0.8249)
_BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))


def colorants(chromaticities: tuple[Chromaticity, ...]) -> tuple[_Vector, ...]:
    """Return XYZ of red, green and blue under D50, as profiles have them (ICC.1, annex E).

    Raises:
        ZeroDivisionError: for chromaticities that span no colours.
    """
    *primaries, white = (_xyz(*chromaticity) for chromaticity in chromaticities)
    columns = _transposed(primaries)
    amounts = _times(_inverse(columns), white)
    cones, target = _times(_BRADFORD, white), _times(_BRADFORD, _D50)
    back = _inverse(_BRADFORD)
    adapted = []
    for primary, amount in zip(primaries, amounts, strict=True):
        seen = _times(_BRADFORD, primary)
        scaled = [amount * s * t / c for s, t, c in zip(seen, target, cones, strict=True)]
        adapted.append(_times(back, scaled))
    return tuple(adapted)


def _xyz(x: float, y: float) -> _Vector:
    return x / y, 1.0, (1 - x - y) / y


def _times(matrix: _Matrix, vector: Sequence[float]) -> _Vector:
    x, y, z = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return x, y, z


def _transposed(rows: _Matrix) -> _Matrix:
    return list(zip(*rows, strict=True))


def _inverse(matrix: _Matrix) -> _Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    cofactors = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    return [[value / determinant for value in row] for row in cofactors]
