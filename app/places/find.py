"""Find towns by the beginning of their names, with no other host: by the data that ships.

[Note: Searching names] All names are one text, folded as words of the search are, a line each: a
look through it takes a millisecond or two, and no index is kept for what is asked now and then.
Other spellings of large towns are a second text ("münchen", "東京"). Making both takes some
tenths of a second, once in a process.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from heapq import nlargest
from typing import NamedTuple

from app.gazetteer.columns import Gazetteer, Region, countries, gazetteer
from app.search.words import Word, fold, words_of

_MOST_HITS = 20_000  # that are ranked; of two letters there are about 10,000
# Of sizes, 10 of which are a doubling: called just so, and only in another spelling.
_CALLED_SO, _OTHER_SPELLING = 30, -50
_CHUNK = 100_000


class FoundPlace(NamedTuple):
    """A town that is called as somebody typed."""

    town: str
    region: str
    country_code: str
    latitude: float
    longitude: float

    @property
    def country(self) -> str:
        """Return the country's English name."""
        return countries()[self.country_code]


class _Names:
    """A text of folded names, a line each, and whose they are."""

    def __init__(self, lines: str, towns: "array[int] | None" = None) -> None:
        """`towns` are those of the lines; None: each line is the town of its number."""
        self._text = b"\n" + lines.encode() + b"\n"
        self._towns = towns
        self._breaks = array("I", (found.start() for found in re.finditer(b"\n", self._text)))

    def beginning(self, prefix: str) -> Iterator[tuple[int, bool]]:
        """Give towns whose name begins so, and whether it is just so."""
        wanted = b"\n" + prefix.encode()
        at = self._text.find(wanted)
        while at >= 0:
            line = bisect_right(self._breaks, at) - 1
            is_all = self._text[at + len(wanted) : at + len(wanted) + 1] == b"\n"
            yield line if self._towns is None else self._towns[line], is_all
            at = self._text.find(wanted, at + 1)


def find_places(typed: str, *, limit: int) -> list[FoundPlace]:
    """Return towns whose name begins as typed, the largest first.

    Args:
        typed: the beginning of a name; what follows a comma is of its region or country
            ("paris, tex").
        limit: how many at most.
    """
    prefix, *within = (_plain(part) for part in typed.split(","))
    if not prefix:
        return []
    towns = gazetteer()
    ranked: dict[int, int] = {}
    names, other_names = _names()
    for source, less in ((names, 0), (other_names, _OTHER_SPELLING)):
        for town, is_all in source.beginning(prefix):
            rank = towns.sizes[town] + (_CALLED_SO if is_all else less)
            ranked[town] = max(rank, ranked.get(town, 0))
            if len(ranked) >= _MOST_HITS:
                break
    wanted = [part for part in within if part]
    found = (town for town in ranked if _is_within(towns.region(town), wanted))
    best = nlargest(limit, found, key=lambda town: (ranked[town], -town))
    return [_shown(towns, town) for town in best]


def _is_within(region: Region, wanted: list[str]) -> bool:
    """Whether each part is the beginning of a word of a region's or its country's name."""
    if not wanted:
        return True
    said = _said_of(region)
    return all(f" {part}" in said or part == region.country_code.lower() for part in wanted)


@cache
def _said_of(region: Region) -> str:
    """Return the words of a region and its country: some 4,000 regions, and 200,000 towns."""
    return f" {_plain(region.name)} {_plain(countries()[region.country_code])}"


def _shown(towns: Gazetteer, town: int) -> FoundPlace:
    region = towns.region(town)
    latitude, longitude = towns.where(town)
    return FoundPlace(
        town=towns.name(town),
        region=region.name,
        country_code=region.country_code,
        latitude=round(latitude, 5),
        longitude=round(longitude, 5),
    )


def _plain(text: str) -> str:
    """Fold a name; what is neither letter nor digit is a space, as between words."""
    return _join(words_of(text))


def _join(words: Iterator[Word]) -> str:
    said = ""
    glued = True
    for word in words:
        said += word.text if glued or (word.is_sign and said) else f" {word.text}"
        glued = False
    return said


@cache
def _names() -> tuple[_Names, _Names]:
    """Return the names of all towns, and other spellings of large ones."""
    towns = gazetteer()
    lines: list[str] = []
    whose = array("I")
    for town, spellings in enumerate(towns.other_names.split("\n")):
        if spellings:
            several = spellings.split("|")
            lines += several
            whose.extend([town] * len(several))
    return _Names(_folded(towns.names)), _Names(_folded("\n".join(lines)), whose)


_BETWEEN = re.compile(r"[^\w\n]+|_+")


def _folded(lines: str) -> str:
    """Fold names, a line each, piece by piece: folding takes ten times the memory of the text."""
    pieces: list[str] = []
    start = 0
    while start < len(lines):
        end = lines.find("\n", start + _CHUNK)
        end = len(lines) if end < 0 else end + 1
        pieces.append(_BETWEEN.sub(" ", fold(lines[start:end]).text))
        start = end
    return "".join(pieces)
