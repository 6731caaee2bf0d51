"""Make frontend/src/components/map/shapes/: land and borders of the map, by tiles.

    .venv/bin/python -m scripts.generation.map_shapes

Run by hand, for newer data: the files are part of the repository, so that nothing is fetched or
made where Pinhole is installed or built. They come out of one package, whose version and digest
stand here, with Natural Earth's shapes (public domain). docs/decisions/0115-map.md says why.

[Note: Shapes by tiles] The map is a square in Web Mercator. At levels 1, 3 and 5 it is divided into
2^level by 2^level tiles, each with the rings of land and the lines of borders that are in it, or
within a 64th of its side of it. A file has several tiles:

    number of tiles, then of each: its number in the level (row * 2^level + column), bytes;
    then the bytes of each: number of rings, the rings, number of lines, the lines.
    A ring or line: number of points, then of each point how far right and down it is of the last
    one, or of the tile's corner; the side of a tile is 1,024, at level 5 4,096.

All are unsigned LEB128 numbers; steps are folded (0, -1, 1, -2 as 0, 1, 2, 3).
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import subprocess
import tarfile
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from scripts.embedded.install import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

MADE = ROOT / "frontend/src/components/map/shapes"
PACKAGE = "world-atlas@2.0.2"
SHA256 = "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97"
# Antarctica ends there: the map has nothing behind.
MAX_LATITUDE = 85.05
BUFFER = 1 / 64


class Level(NamedTuple):
    """How finely the map is divided, and with how much detail.

    Args:
        number: 2^number tiles from west to east.
        side: of a tile, in steps.
        tolerance: how far a line may be from where it was, in steps.
        least: of an island, in square steps.
        file_level: a file has what is in a tile of this level.
    """

    number: int
    side: int
    tolerance: float
    least: float
    file_level: int


LEVELS = (
    Level(number=1, side=1024, tolerance=0.7, least=2.0, file_level=0),
    Level(number=3, side=1024, tolerance=0.7, least=1.0, file_level=0),
    Level(number=5, side=4096, tolerance=0.7, least=0.0, file_level=3),
)

Point = tuple[float, float]
Path_ = list[Point]
Nested = int | list["Nested"]
Tile = tuple[int, int]


def main() -> None:
    """Fetch the package and make the files."""
    topology = countries()
    arcs = [projected(arc) for arc in arcs_of(topology)]
    rings = [ring_of(arcs, ring) for polygon in _land_of(topology) for ring in polygon]
    borders = [_unwrapped(arcs[number]) for number in _shared_arcs(topology)]
    MADE.mkdir(parents=True, exist_ok=True)
    for old in MADE.glob("*.bin"):
        old.unlink()
    for level in LEVELS:
        tiles = _tiles_of(level, rings, borders)
        by_file: dict[Tile, list[tuple[int, bytes]]] = defaultdict(list)
        shift = level.number - level.file_level
        for (x, y), body in sorted(tiles.items()):
            by_file[x >> shift, y >> shift].append(((y << level.number) + x, body))
        for (x, y), bodies in by_file.items():
            (MADE / f"{level.number}-{x}-{y}.bin").write_bytes(_file(bodies))
        size = sum(len(body) for body in tiles.values())
        print(f"level {level.number}: {len(tiles)} tiles, {len(by_file)} files, {size:,} bytes")


def countries() -> dict[str, Any]:
    """Return the topology of countries, out of the package."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", PACKAGE],  # noqa: S607
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        (packed,) = Path(folder).glob("*.tgz")
        content = packed.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise SystemExit(f"{PACKAGE} is another one: {found}")
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        member = archive.extractfile("package/countries-10m.json")
        if member is None:
            raise SystemExit(f"{PACKAGE} has other files than it had.")
        topology: dict[str, Any] = json.load(member)
    return topology


def arcs_of(topology: dict[str, Any]) -> Iterator[Path_]:
    """Give the arcs in degrees (https://github.com/topojson/topojson-specification)."""
    (x_scale, y_scale), (left, bottom) = (
        topology["transform"]["scale"],
        topology["transform"]["translate"],
    )
    for arc in topology["arcs"]:
        x = y = 0
        points: Path_ = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append((x * x_scale + left, y * y_scale + bottom))
        yield points


def projected(degrees: Path_) -> Path_:
    """Web Mercator: 0 to 1 from west to east, and from north to south."""
    return [((longitude + 180) / 360, row_of(latitude)) for longitude, latitude in degrees]


def row_of(latitude: float) -> float:
    """Return the row of a latitude in degrees."""
    sine = math.sin(math.radians(max(-MAX_LATITUDE, min(MAX_LATITUDE, latitude))))
    return 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)


def _land_of(topology: dict[str, Any]) -> Iterator[list[list[int]]]:
    for geometry in topology["objects"]["land"]["geometries"]:
        yield from [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]


def ring_of(arcs: Sequence[Path_], numbers: Iterable[int]) -> Path_:
    """Join arcs to a ring; a negative number is an arc from its end."""
    points: Path_ = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += arc[1:] if points else arc
    points = _unwrapped(points)
    # Around a pole: from where it ends, down to the edge of the map, and back to where it began.
    if abs(points[-1][0] - points[0][0]) > 0.5:  # noqa: PLR2004 - of the world
        points += [(points[-1][0], 1.0), (points[0][0], 1.0), points[0]]
    return points


def _unwrapped(points: Path_) -> Path_:
    """Go on across 180° instead of around the world."""
    found = points[:1]
    for x, y in points[1:]:
        found.append((x - round(x - found[-1][0]), y))
    return found


def _shared_arcs(topology: dict[str, Any]) -> list[int]:
    """Return the arcs that are of two countries."""
    countries: dict[int, set[int]] = defaultdict(set)
    for place, geometry in enumerate(topology["objects"]["countries"]["geometries"]):
        for number in _numbers(geometry.get("arcs", [])):
            countries[number if number >= 0 else ~number].add(place)
    return sorted(number for number, of in countries.items() if len(of) > 1)


def _numbers(nested: Nested) -> Iterator[int]:
    if isinstance(nested, int):
        yield nested
        return
    for each in nested:
        yield from _numbers(each)


def _tiles_of(level: Level, rings: Sequence[Path_], borders: Sequence[Path_]) -> dict[Tile, bytes]:
    steps = float(level.side << level.number)
    land: dict[Tile, list[Path_]] = defaultdict(list)
    lines: dict[Tile, list[Path_]] = defaultdict(list)
    for ring in rings:
        scaled = [(x * steps, y * steps) for x, y in ring]
        if abs(area_of(scaled)) < level.least:
            continue
        simple = _simplified_ring(scaled, level.tolerance)
        if len(simple) >= 4:  # noqa: PLR2004 - a triangle
            _spread(level, simple, _clip_ring, land)
    for border in borders:
        simple = _simplified([(x * steps, y * steps) for x, y in border], level.tolerance)
        _spread(level, simple, _clip_line, lines)
    found: dict[Tile, bytes] = {}
    for tile in sorted(land.keys() | lines.keys()):
        corner = tile[0] * level.side, tile[1] * level.side
        body = _paths(land[tile], corner, least=3) + _paths(lines[tile], corner, least=2)
        if body != b"\0\0":
            found[tile] = body
    return found


def area_of(ring: Path_) -> float:
    """Return the area of a ring, negative where it goes around the other way."""
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in zip(ring, ring[1:])) / 2  # noqa: B905, RUF007


def _simplified_ring(ring: Path_, tolerance: float) -> Path_:
    """Simplify both halves: between one point and itself there is no line."""
    middle = len(ring) // 2
    return _simplified(ring[: middle + 1], tolerance)[:-1] + _simplified(ring[middle:], tolerance)


def _simplified(points: Path_, tolerance: float) -> Path_:
    """Leave out points that are near the line between others (Douglas and Peucker, 1973)."""
    kept = {0, len(points) - 1}
    pending = [(0, len(points) - 1)]
    while pending:
        first, last = pending.pop()
        (x, y), (end_x, end_y) = points[first], points[last]
        width, height = end_x - x, end_y - y
        length = width * width + height * height
        farthest, at = tolerance * tolerance, -1
        for place in range(first + 1, last):
            across, down = points[place][0] - x, points[place][1] - y
            part = max(0.0, min(1.0, (across * width + down * height) / length)) if length else 0.0
            distance = (across - part * width) ** 2 + (down - part * height) ** 2
            if distance > farthest:
                farthest, at = distance, place
        if at >= 0:
            kept.add(at)
            pending += [(first, at), (at, last)]
    return [points[place] for place in sorted(kept)]


def _spread(
    level: Level,
    path: Path_,
    clip: Callable[[Path_, int, float, int], list[Path_]],
    into: dict[Tile, list[Path_]],
) -> None:
    """Put what is in each tile into it: by columns, around the world, then by rows."""
    count, side = 1 << level.number, level.side
    buffer = side * BUFFER
    first = math.floor((min(x for x, _ in path) - buffer) / side)
    last = math.floor((max(x for x, _ in path) + buffer) / side)
    for column in range(first, last + 1):
        left = column * side
        for strip in _between(clip, path, 0, left - buffer, left + side + buffer):
            home = column % count
            moved = [(x - left + home * side, y) for x, y in strip]
            top = max(0, math.floor((min(y for _, y in moved) - buffer) / side))
            bottom = min(count - 1, math.floor((max(y for _, y in moved) + buffer) / side))
            for row in range(top, bottom + 1):
                start = row * side
                into[home, row] += _between(clip, moved, 1, start - buffer, start + side + buffer)


def _between(
    clip: Callable[[Path_, int, float, int], list[Path_]],
    path: Path_,
    axis: int,
    low: float,
    high: float,
) -> list[Path_]:
    return [
        part for half in clip(path, axis, low, 1) for part in clip(half, axis, high, -1) if part
    ]


def _clip_ring(ring: Path_, axis: int, edge: float, sign: int) -> list[Path_]:
    """Cut a ring along a line (Sutherland and Hodgman, 1974)."""
    if all((point[axis] - edge) * sign >= 0 for point in ring):
        return [ring]
    found: Path_ = []
    for start, end in zip(ring, ring[1:]):  # noqa: B905, RUF007
        is_in, goes_in = (start[axis] - edge) * sign >= 0, (end[axis] - edge) * sign >= 0
        if is_in:
            found.append(start)
        if is_in != goes_in:
            found.append(_crossing(start, end, axis, edge))
    return [[*found, found[0]]] if len(found) > 2 else []  # noqa: PLR2004 - a triangle


def _clip_line(line: Path_, axis: int, edge: float, sign: int) -> list[Path_]:
    found: list[Path_] = []
    part: Path_ = []
    for place, point in enumerate(line):
        is_in = (point[axis] - edge) * sign >= 0
        if place and is_in != ((line[place - 1][axis] - edge) * sign >= 0):
            part.append(_crossing(line[place - 1], point, axis, edge))
        if is_in:
            part.append(point)
        elif part:
            found.append(part)
            part = []
    return [each for each in [*found, part] if len(each) > 1]


def _crossing(start: Point, end: Point, axis: int, edge: float) -> Point:
    share = (edge - start[axis]) / (end[axis] - start[axis])
    other = start[1 - axis] + share * (end[1 - axis] - start[1 - axis])
    return (edge, other) if axis == 0 else (other, edge)


def _paths(paths: Iterable[Path_], corner: Point, *, least: int) -> bytes:
    """Put paths into bytes, rounded to whole steps; what has too few points is left out."""
    bodies: list[bytes] = []
    for path in paths:
        points: list[tuple[int, int]] = []
        for x, y in path:
            point = round(x - corner[0]), round(y - corner[1])
            if not points or points[-1] != point:
                points.append(point)
        if least == 3 and points[0] == points[-1]:  # noqa: PLR2004 - a ring, which closes by itself
            points.pop()
        if len(points) < least:
            continue
        body = bytearray(_number(len(points)))
        at = (0, 0)
        for point in points:
            for step in (point[0] - at[0], point[1] - at[1]):
                body += _number(step << 1 if step >= 0 else ~(step << 1))
            at = point
        bodies.append(bytes(body))
    return _number(len(bodies)) + b"".join(bodies)


def _file(bodies: Sequence[tuple[int, bytes]]) -> bytes:
    head = _number(len(bodies)) + b"".join(
        _number(number) + _number(len(body)) for number, body in bodies
    )
    return head + b"".join(body for _, body in bodies)


def _number(value: int) -> bytes:
    """Put a number into LEB128."""
    found = bytearray()
    while value > 127:  # noqa: PLR2004 - seven bits
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)
    return bytes(found)


if __name__ == "__main__":
    main()
