"""Read the gazetteer: [Note: The gazetteer] in form.py."""

import json
import re
import sys
from array import array
from bisect import bisect_right
from functools import cache, cached_property
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

from app.gazetteer.form import CELLS_A_DEGREE, COLUMNS, ROWS, STEPS_A_CELL

_FILE = Path(__file__).with_name("gazetteer.zip")


class Region(NamedTuple):
    """A part of a country, of the first order; the name is empty where GeoNames has none."""

    country_code: str
    name: str


class Gazetteer:
    """All towns, by their numbers. Each column is read when it is first asked for."""

    @cached_property
    def cells(self) -> "array[int]":
        """The cells that towns are in, ascending."""
        return _numbers("I", "cells")

    @cached_property
    def starts(self) -> "array[int]":
        """The number of each cell's first town, and of the first behind all."""
        return array("I", accumulate(_numbers("H", "counts"), initial=0))

    @cached_property
    def latitude_steps(self) -> "array[int]":
        """Where in its cell a town is, from the south."""
        return _numbers("H", "latitudes")

    @cached_property
    def longitude_steps(self) -> "array[int]":
        """Where in its cell a town is, from the west."""
        return _numbers("H", "longitudes")

    @cached_property
    def sizes(self) -> bytes:
        """How many people live there: `population_of` says."""
        return _bytes("sizes")

    @cached_property
    def land(self) -> bytes:
        """A bit for each cell of LAND_CELLS_A_DEGREE, row by row from the south-west."""
        return _bytes("land")

    @cached_property
    def other_names(self) -> str:
        """Folded spellings of large towns: a line for each town, with bars between."""
        return _bytes("other_names").decode()

    @cached_property
    def names(self) -> str:
        """A line for each town."""
        return self._names.decode()

    def name(self, town: int) -> str:
        """Return what a town is called."""
        start, end = self._name_starts[town], self._name_starts[town + 1]
        return self._names[start : end - 1].decode()

    def region(self, town: int) -> Region:
        """Return the region that a town is in."""
        return self._regions[self._region_numbers[town]]

    def place(self, town: int, cell: int) -> tuple[float, float]:
        """Return latitude and longitude of a town of a cell, in degrees."""
        row, column = divmod(cell, COLUMNS)
        return (
            (row + self.latitude_steps[town] / STEPS_A_CELL) / CELLS_A_DEGREE - 90,
            (column + self.longitude_steps[town] / STEPS_A_CELL) / CELLS_A_DEGREE - 180,
        )

    def where(self, town: int) -> tuple[float, float]:
        """Return latitude and longitude of any town, in degrees."""
        return self.place(town, self.cells[bisect_right(self.starts, town) - 1])

    @cached_property
    def _names(self) -> bytes:
        return _bytes("names")

    @cached_property
    def _name_starts(self) -> "array[int]":
        starts = array("I", [0])
        starts.extend(end.end() for end in re.finditer(b"\n", self._names))
        starts.append(len(self._names) + 1)
        return starts

    @cached_property
    def _regions(self) -> list[Region]:
        return [Region(country, name) for country, name in json.loads(_bytes("regions.json"))]

    @cached_property
    def _region_numbers(self) -> "array[int]":
        return _numbers("H", "regions")


@cache
def gazetteer() -> Gazetteer:
    """Return the one of this process."""
    return Gazetteer()


@cache
def countries() -> dict[str, str]:
    """Return the English names of countries and territories by their ISO codes."""
    named: dict[str, str] = json.loads(_bytes("countries.json"))
    return named


@cache
def zones() -> dict[str, str]:
    """Return time zones by names of places: [Note: Time zones] in zones.py."""
    named: dict[str, str] = json.loads(_bytes("zones.json"))
    return named


def _numbers(kind: str, name: str) -> "array[int]":
    numbers = array(kind)
    numbers.frombytes(_bytes(name))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _bytes(name: str) -> bytes:
    with ZipFile(_FILE) as packed:
        return packed.read(name)


assert ROWS * COLUMNS < 2**32  # noqa: S101 - the cells' column holds them
