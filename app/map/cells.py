"""Boxes on the map as ranges of cells: [Note: Cells of the map] in models.py. Numbers only."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

LEVELS = (4, 7, 10, 13, 16, 19)
FINEST = LEVELS[-1]
# Behind them the map, a square, has nothing (https://en.wikipedia.org/wiki/Web_Mercator_projection).
MAX_LATITUDE = 85.05

Ranges = list[tuple[int, int]]


class Point(NamedTuple):
    """A place in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True, kw_only=True)
class Box:
    """A part of the map between two meridians and two parallels, in degrees.

    Where `west` is greater than `east`, it lies across 180°.
    """

    west: float
    south: float
    east: float
    north: float

    def parts(self) -> list[tuple[float, float]]:
        """Return from where to where it goes, west to east, without crossing 180°."""
        if self.west <= self.east:
            return [(self.west, self.east)]
        return [(self.west, 180.0), (-180.0, self.east)]


class _Rectangle(NamedTuple):
    """Columns and rows of cells; the last ones are in it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> int:
        return (self.right - self.left + 1) * (self.bottom - self.top + 1)


def column_of(longitude: float) -> float:
    """Return how far east a place is: 0 to 1."""
    return (longitude + 180) / 360


def row_of(latitude: float) -> float:
    """Return how far south a place is on the map: 0 to 1."""
    sine = math.sin(math.radians(max(-MAX_LATITUDE, min(MAX_LATITUDE, latitude))))
    return 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)


def point_at(column: float, row: float) -> Point:
    """Return the place that is so far east and south: 0 to 1 each."""
    return Point(math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row)))), column * 360 - 180)


def level_for(box: Box, *, wanted: int, most: int) -> int:
    """Return the finest level, `wanted` at most, in which a box has no more than `most` cells."""
    level = min(wanted, FINEST)
    while level > 0 and sum(each.size for each in _rectangles(box, level)) > most:
        level -= 1
    return level


def kept_level(level: int) -> int:
    """Return the level of which counts are kept that adds up to this one."""
    return next(kept for kept in LEVELS if kept >= level)


def ranges_of(box: Box, level: int) -> Ranges:
    """Return the cells of a level that a box touches, as ranges whose ends are outside.

    There are as many as the box is wide and high in cells, not as it has cells.
    """
    found = sorted(
        each
        for rectangle in _rectangles(box, level)
        for each in _quads(rectangle, code=0, x=0, y=0, side=1 << level)
    )
    merged: Ranges = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def box_of(first: int, last: int, level: int) -> Box:
    """Return the smallest cell of any level that has both of these cells of `level`."""
    differing = (first ^ last).bit_length()
    up = (differing + 1) // 2
    x, y = split(first >> 2 * up)
    side = 2.0 ** (up - level)
    north, west = point_at(x * side, y * side)
    south, east = point_at((x + 1) * side, (y + 1) * side)
    return Box(west=west, south=south, east=east, north=north)


def box_around(first: int, last: int, middle: tuple[float, float]) -> Box:
    """Return a box to see apart what is between two of the finest cells.

    Not wider than the smallest cell that has both, which is much wider where an edge of large cells
    lies between them.

    Args:
        first: of the cells.
        last: of the cells.
        middle: a column and a row that are to be in it.
    """
    whole = box_of(first, last, FINEST)
    if first == last:
        return whole
    edges = []
    for one, other, mean in zip(split(first), split(last), middle, strict=True):
        low, high = min(one, other, mean), max(one, other, mean) + 1
        beside = (high - low) / 2
        edges.append(((low - beside) / (1 << FINEST), (high + beside) / (1 << FINEST)))
    (left, right), (top, bottom) = edges
    north, west = point_at(left, top)
    south, east = point_at(right, bottom)
    return Box(
        west=max(west, whole.west),
        south=max(south, whole.south),
        east=min(east, whole.east),
        north=min(north, whole.north),
    )


def split(cell: int) -> tuple[int, int]:
    """Return column and row of a cell."""
    return _every_second_bit(cell), _every_second_bit(cell >> 1)


def join(column: int, row: int) -> int:
    """Return the cell of a column and a row."""
    bits = range(max(column, row).bit_length())
    return sum((column >> n & 1) << 2 * n | (row >> n & 1) << 2 * n + 1 for n in bits)


def _every_second_bit(cell: int) -> int:
    return sum((cell >> 2 * n & 1) << n for n in range((cell.bit_length() + 1) // 2))


def _rectangles(box: Box, level: int) -> list[_Rectangle]:
    """Return the cells of each part of a box; two parts may have some of them both."""
    count = 1 << level
    top, bottom = _span(row_of(box.north), row_of(box.south), count)
    spans = (_span(column_of(west), column_of(east), count) for west, east in box.parts())
    return [_Rectangle(left, top, right, bottom) for left, right in spans]


def _span(first: float, last: float, count: int) -> tuple[int, int]:
    """Return the cells between two places; a cell that begins at the end is not in it."""
    start = min(max(math.floor(first * count), 0), count - 1)
    end = min(max(math.ceil(last * count) - 1, start), count - 1)
    return start, end


def _quads(
    wanted: _Rectangle, *, code: int, x: int, y: int, side: int
) -> Iterator[tuple[int, int]]:
    """Take the part of a rectangle that is in a square, which has one range of numbers."""
    right, bottom = x + side - 1, y + side - 1
    if x > wanted.right or y > wanted.bottom or right < wanted.left or bottom < wanted.top:
        return
    if x >= wanted.left and y >= wanted.top and right <= wanted.right and bottom <= wanted.bottom:
        yield code, code + side * side
        return
    half = side // 2
    for quarter in range(4):
        yield from _quads(
            wanted,
            code=code + quarter * half * half,
            x=x + half * (quarter & 1),
            y=y + half * (quarter >> 1),
            side=half,
        )
