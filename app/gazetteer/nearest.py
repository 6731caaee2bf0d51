"""Find the town, region and country of a point.

[Note: Which town] A town reaches as far as its people would need room: the Eiffel Tower is in
Paris, though Vanves is as near. Where a point is within the reach of several, it is in the one in
whose reach it is deepest; where it is in none, it is at the one whose edge is nearest, if that is
near enough. Off land only a town nearby counts: a ship is nowhere.

Distances are on a sphere that is flat around the point: within the distances here that is wrong by
a few per cent. No search in degrees: at 60° north one of longitude is half of one of latitude, and
at 180° east comes 180° west.
"""

import math
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from app.gazetteer.columns import Gazetteer, countries, gazetteer
from app.gazetteer.form import (
    ANTARCTICA,
    CELLS_A_DEGREE,
    COLUMNS,
    KM_A_DEGREE,
    LAND_CELLS_A_DEGREE,
    ROWS,
    STEPS_A_CELL,
    reach_of,
)

# From a town's edge, in kilometres: what is farther is not called after it.
TOWN_WITHIN, REGION_WITHIN, COUNTRY_WITHIN, TOWN_WITHIN_AT_SEA = 25.0, 75.0, 400.0, 5.0
_BOXES = (12.0, 50.0, 425.0)
_GREAT = 8.0  # kilometres: cities that reach farther are looked up by the cells that they reach
_POLE, _ANTARCTIC = 89.5, -60.0  # no town is as near to a pole


class Place(NamedTuple):
    """Where a point is, as people call it; empty: not near enough to be called so."""

    country_code: str
    region: str
    town: str

    @property
    def country(self) -> str:
        """Return the country's English name."""
        return countries()[self.country_code]


_REACHES = [reach_of(size) for size in range(256)]


def place_of(latitude: float, longitude: float) -> Place | None:
    """Return where a point is; None: at sea, or far from all that has a name.

    Args:
        latitude: degrees north, -90 to 90.
        longitude: degrees east, -180 to 180.
    """
    towns = gazetteer()
    is_land = _is_land(towns, latitude, longitude)
    if latitude < _ANTARCTIC:
        return Place(country_code=ANTARCTICA, region="", town="") if is_land else None
    if latitude > _POLE:
        return None
    for box in _BOXES if is_land else _BOXES[:1]:
        found = _nearest(towns, latitude, longitude, box)
        if found is None:
            continue
        town, distance = found
        # Outside of the box there may be one whose edge is nearer.
        if distance <= box - _GREAT or box == _BOXES[-1] or not is_land:
            return _named(towns, town, distance, is_land=is_land)
    return None


def _named(towns: Gazetteer, town: int, distance: float, *, is_land: bool) -> Place | None:
    if distance > (COUNTRY_WITHIN if is_land else TOWN_WITHIN_AT_SEA):
        return None
    region = towns.region(town)
    return Place(
        country_code=region.country_code,
        region=region.name if distance <= REGION_WITHIN else "",
        town=towns.name(town) if distance <= TOWN_WITHIN else "",
    )


def _nearest(
    towns: Gazetteer, latitude: float, longitude: float, box: float
) -> tuple[int, float] | None:
    """Return the town that a point is in or next to, and how far its edge is; inside: 0."""
    inside, depth = -1, 1.0
    outside, away = -1, math.inf
    north, east = KM_A_DEGREE, KM_A_DEGREE * math.cos(math.radians(latitude))
    lat_steps, lon_steps, sizes = towns.latitude_steps, towns.longitude_steps, towns.sizes
    north_step = north / CELLS_A_DEGREE / STEPS_A_CELL
    east_step = east / CELLS_A_DEGREE / STEPS_A_CELL
    for first, end, cell_north, cell_east in _cells_around(towns, latitude, longitude, box):
        base_y, base_x = cell_north * north, cell_east * east
        for town in range(first, end):
            y = base_y + lat_steps[town] * north_step
            x = base_x + lon_steps[town] * east_step
            distance = math.sqrt(x * x + y * y)
            reach = _REACHES[sizes[town]]
            if distance < reach:
                if distance < depth * reach:
                    inside, depth = town, distance / reach
            elif distance - reach < away:
                outside, away = town, distance - reach
    for town, town_latitude, town_longitude in _great_cities().get(_cell(latitude, longitude), ()):
        y = (town_latitude - latitude) * north
        x = _turn(town_longitude - longitude) * east
        distance = math.sqrt(x * x + y * y)
        reach = _REACHES[sizes[town]]
        if distance < depth * reach:
            inside, depth = town, distance / reach
    if inside >= 0:
        return inside, 0.0
    return (outside, away) if outside >= 0 else None


def _cells_around(
    towns: Gazetteer, latitude: float, longitude: float, box: float
) -> Iterator[tuple[int, int, float, float]]:
    """Give the towns of each cell near a point, and the way from the point to its corner.

    Returns:
        The first town, the one behind the last, and degrees north and east.
    """
    up = box / KM_A_DEGREE
    aside = min(up / max(math.cos(math.radians(latitude)), 0.01), 179.0)
    cells, starts = towns.cells, towns.starts
    west = math.floor((longitude - aside + 180) * CELLS_A_DEGREE)
    columns = math.floor((longitude + aside + 180) * CELLS_A_DEGREE) - west + 1
    lowest = max(0, math.floor((latitude - up + 90) * CELLS_A_DEGREE))
    highest = min(ROWS - 1, math.floor((latitude + up + 90) * CELLS_A_DEGREE))
    for row in range(lowest, highest + 1):
        cell_north = row / CELLS_A_DEGREE - 90 - latitude
        for first, count in _runs(west, columns):
            at = bisect_left(cells, row * COLUMNS + first)
            behind = row * COLUMNS + first + count
            while at < len(cells) and cells[at] < behind:
                column = cells[at] - row * COLUMNS
                cell_east = _turn(column / CELLS_A_DEGREE - 180 - longitude)
                yield starts[at], starts[at + 1], cell_north, cell_east
                at += 1


def _runs(west: int, columns: int) -> Iterator[tuple[int, int]]:
    """Give columns as runs that do not go over 180°."""
    first = west % COLUMNS
    count = min(columns, COLUMNS)
    yield first, min(count, COLUMNS - first)
    if first + count > COLUMNS:
        yield 0, first + count - COLUMNS


def _turn(degrees: float) -> float:
    """Return the shorter way around."""
    return (degrees + 180) % 360 - 180


def _cell(latitude: float, longitude: float) -> tuple[int, int]:
    return math.floor(latitude * CELLS_A_DEGREE), math.floor(_turn(longitude) * CELLS_A_DEGREE)


@cache
def _great_cities() -> dict[tuple[int, int], list[tuple[int, float, float]]]:
    """Return the cities that reach into each cell from afar, with where they are."""
    towns = gazetteer()
    found: dict[tuple[int, int], list[tuple[int, float, float]]] = {}
    for number, cell in enumerate(towns.cells):
        for town in range(towns.starts[number], towns.starts[number + 1]):
            reach = _REACHES[towns.sizes[town]]
            if reach < _GREAT:
                break  # the largest come first
            latitude, longitude = towns.place(town, cell)
            up = reach / KM_A_DEGREE
            aside = up / math.cos(math.radians(latitude))
            south, west = _cell(latitude - up, longitude - aside)
            rows = math.ceil(2 * up * CELLS_A_DEGREE) + 1
            columns = math.ceil(2 * aside * CELLS_A_DEGREE) + 1
            half = COLUMNS // 2
            for row in range(south, south + rows):
                for column in range(west, west + columns):
                    place = row, (column + half) % COLUMNS - half
                    found.setdefault(place, []).append((town, latitude, longitude))
    return found


def _is_land(towns: Gazetteer, latitude: float, longitude: float) -> bool:
    row = min(int((latitude + 90) * LAND_CELLS_A_DEGREE), 180 * LAND_CELLS_A_DEGREE - 1)
    column = int((_turn(longitude) + 180) * LAND_CELLS_A_DEGREE)
    byte, bit = divmod(row * 360 * LAND_CELLS_A_DEGREE + column, 8)
    return bool(towns.land[byte] & (128 >> bit))
