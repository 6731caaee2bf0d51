"""Make frontend/src/components/map/names/: what is called how on the map, by tiles.

    .venv/bin/python -m scripts.generation.map_names

Run by hand, after scripts/generation/gazetteer.py: the files are part of the repository. Towns come
out of the gazetteer (GeoNames, CC BY 4.0), countries out of the package of map_shapes.py (Natural
Earth, public domain).

[Note: Names by tiles] A town has the first zoom at which no larger one is so near that both names
would cover each other; those that have none up to MAX_ZOOM are left out. Zooms up to 5 are in
world.json, with the countries; 6 to 8 in 3-X-Y.json and 9 in 4-X-Y.json, of the 2^3 by 2^3 and
2^4 by 2^4 tiles of the map. Columns and rows are of 2^22 steps from the north-west of the map.
Towns come by zoom, then by size.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from app.gazetteer.columns import gazetteer
from app.gazetteer.form import size_of
from scripts.embedded.install import ROOT
from scripts.generation.map_shapes import (
    MAX_LATITUDE,
    arcs_of,
    area_of,
    countries,
    projected,
    ring_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scripts.generation.map_shapes import Path_

MADE = ROOT / "frontend/src/components/map/names"
STEPS = 1 << 22
MIN_ZOOM, MAX_ZOOM = 2, 9
# Who is far away from all others is not large for that.
MIN_PEOPLE = {2: 1_000_000, 3: 300_000, 4: 50_000, 5: 10_000, 6: 1_000}
LEVELS = {**dict.fromkeys((6, 7, 8), 3), 9: 4}  # others: the world's file
# In pixels: about a name and its surroundings.
WIDTH, HEIGHT = 120, 40
LETTER = 7.5
CHORDS = 24  # looked at in each country
LARGEST = 1_400  # of a country that still has its name


class Name(NamedTuple):
    """A name and where it stands on the map: columns and rows from 0 to 1."""

    name: str
    x: float
    y: float
    size: int  # as the gazetteer has it


def main() -> None:
    """Make the files."""
    MADE.mkdir(parents=True, exist_ok=True)
    for old in MADE.glob("*.json"):
        old.unlink()
    files: dict[str, list[tuple[int, Name]]] = defaultdict(list)
    for zoom, town in _towns_by_zoom():
        files[_file_of(zoom, town)].append((zoom, town))
    for tile, towns in files.items():
        content: dict[str, Any] = {"towns": _columns(towns)}
        if tile == "world":
            content["countries"] = [*_countries()]
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        (MADE / f"{tile}.json").write_text(text + "\n")
    print(f"{sum(map(len, files.values())):,} towns in {len(files)} files")


def _file_of(zoom: int, town: Name) -> str:
    level = LEVELS.get(zoom)
    if level is None:
        return "world"
    x, y = (min(int(part * 2**level), 2**level - 1) for part in (town.x, town.y))
    return f"{level}-{x}-{y}"


def _columns(towns: list[tuple[int, Name]]) -> dict[str, list[Any]]:
    return {
        # Each zoom and how many it has.
        "zooms": [*Counter(zoom for zoom, _ in towns).items()],
        "x": [round(town.x * STEPS) for _, town in towns],
        "y": [round(town.y * STEPS) for _, town in towns],
        "name": [town.name for _, town in towns],
    }


def _towns_by_zoom() -> Iterator[tuple[int, Name]]:
    """Give each town's first zoom, by zoom and then by size."""
    towns = gazetteer()
    left: list[Name] = []
    for town in sorted(range(len(towns.sizes)), key=lambda town: -towns.sizes[town]):
        latitude, longitude = towns.where(town)
        if abs(latitude) < MAX_LATITUDE:
            ((x, y),) = projected([(longitude, latitude)])
            left.append(Name(towns.name(town), x, y, towns.sizes[town]))
    shown: list[Name] = []
    for zoom in range(MIN_ZOOM, MAX_ZOOM + 1):
        room = _Room(256 * 2**zoom)
        for town_shown in shown:
            room.take(town_shown)
        waiting = []
        least = size_of(MIN_PEOPLE.get(zoom, 0))
        for candidate in left:
            if candidate.size < least or room.is_taken(candidate):
                waiting.append(candidate)
            else:
                room.take(candidate)
                shown.append(candidate)
                yield zoom, candidate
        left = waiting


class _Room:
    """Where names stand already, at one zoom."""

    def __init__(self, world: int) -> None:
        self._world = world
        self._cells: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)

    def take(self, name: Name) -> None:
        x, y = name.x * self._world, name.y * self._world
        self._cells[int(x // WIDTH), int(y // HEIGHT)].append((x, y))

    def is_taken(self, name: Name) -> bool:
        x, y = name.x * self._world, name.y * self._world
        column, row = int(x // WIDTH), int(y // HEIGHT)
        return any(
            abs(other_x - x) < WIDTH and abs(other_y - y) < HEIGHT
            for across in (column - 1, column, column + 1)
            for down in (row - 1, row, row + 1)
            for other_x, other_y in self._cells.get((across, down), ())
        )


def _countries() -> Iterator[list[str | int | float]]:
    """Give names, columns, rows, first and last zooms of countries; the largest first."""
    topology = countries()
    arcs = [projected(arc) for arc in arcs_of(topology)]
    found = []
    for geometry in topology["objects"]["countries"]["geometries"]:
        nested = geometry.get("arcs", [])
        polygons = [nested] if geometry["type"] == "Polygon" else nested
        rings = [ring_of(arcs, polygon[0]) for polygon in polygons]
        name = geometry["properties"]["name"]
        if not rings or name == "Antarctica":
            continue
        ring = max(rings, key=lambda ring: abs(area_of(ring)))
        x, y, width = _widest(ring)
        if width > 0:  # else it is a reef
            found.append((abs(area_of(ring)), name, x, y, width))
    for _, name, x, y, width in sorted(found, reverse=True):
        # Its name may be twice as wide as itself.
        first = math.log2(len(name) * LETTER / 2 / (width * 256))
        last = math.log2(LARGEST / (width * 256))
        yield [name, round(x % 1 * STEPS), round(y * STEPS), round(first, 1), round(last, 1)]


def _widest(ring: Path_) -> tuple[float, float, float]:
    """Return the middle and the width of where a country is widest, not far from its middle."""
    top, bottom = min(y for _, y in ring), max(y for _, y in ring)
    best = (0.0, 0.0, 0.0, 0.0)
    for number in range(1, CHORDS):
        share = number / CHORDS
        y = top + (bottom - top) * share
        for left, right in _chords(ring, y):
            width = right - left
            worth = width * (1 - abs(share - 0.5))
            best = max(best, (worth, (left + right) / 2, y, width))
    return best[1:]


def _chords(ring: Sequence[tuple[float, float]], y: float) -> Iterator[tuple[float, float]]:
    """Give where a row is inside of a ring, from west to east."""
    crossings = sorted(
        x + (y - row) / (next_row - row) * (next_x - x)
        for (x, row), (next_x, next_row) in pairwise(ring)
        if (row <= y) != (next_row <= y)
    )
    yield from zip(crossings[::2], crossings[1::2], strict=False)


if __name__ == "__main__":
    main()
