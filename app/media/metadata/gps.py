"""Parse GPS positions of files, and accept only valid ones."""

from typing import NamedTuple

_DEEPEST, _HIGHEST = -11_000, 100_000  # metres: the Mariana Trench, the edge of space
_FARTHEST_NORTH, _FARTHEST_EAST = 90, 180
_DIGITS = 6  # of a degree: a tenth of a metre, finer than any camera knows


class Place(NamedTuple):
    """Degrees, north and east positive (WGS 84), and metres above the sea where that is known."""

    latitude: float
    longitude: float
    altitude: float | None


def place(
    latitude: float | None, longitude: float | None, altitude: float | None = None
) -> Place | None:
    """Put a place together; None when it is none, NaN among it.

    Latitude and longitude both 0 are what programs write that know no place: it lies in the sea.
    """
    if latitude is None or longitude is None:
        return None
    if not (abs(latitude) <= _FARTHEST_NORTH and abs(longitude) <= _FARTHEST_EAST):
        return None
    if latitude == 0 and longitude == 0:
        return None
    known = altitude is not None and _DEEPEST <= altitude <= _HIGHEST
    return Place(
        round(latitude, _DIGITS),
        round(longitude, _DIGITS),
        round(altitude, 1) if known and altitude is not None else None,
    )


def degrees(parts: list[float], towards: str) -> float | None:
    """Degrees, minutes and seconds as one number; None when they or the direction make no sense."""
    sign = {"N": 1, "E": 1, "S": -1, "W": -1}.get(towards.strip().upper()[:1])
    if sign is None or not parts:
        return None
    whole, minutes, seconds = (*parts, 0.0, 0.0)[:3]
    if not (0 <= whole <= _FARTHEST_EAST and 0 <= minutes <= 60 and 0 <= seconds <= 60):  # noqa: PLR2004
        return None
    return sign * (whole + minutes / 60 + seconds / 3600)
