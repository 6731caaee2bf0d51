"""What points on the globe are called: by the data that ships, with no network.

Points are well known places, to about 100 metres; the right answer is the municipality and region
that each lies in, as is generally known, and was not taken from the data that ships. Of points at
sea the answer is none. Eighteen points are compared with all towns besides, one by one.
"""

import math
import random
from collections.abc import Iterator
from functools import cache

import pytest

from app.gazetteer.columns import countries, gazetteer
from app.gazetteer.form import reach_of
from app.gazetteer.nearest import COUNTRY_WITHIN, Place, place_of

PARIS = ("FR", "Île-de-France", "Paris")
NEW_YORK = ("US", "New York", "New York City")
KNOWN = {
    "Eiffel Tower": (48.8584, 2.2945, PARIS),
    "Sacré-Cœur, Paris": (48.8867, 2.3431, PARIS),
    "town hall of Vanves": (48.8216, 2.2872, ("FR", "Île-de-France", "Vanves")),
    "town hall of Boulogne-Billancourt": (
        48.8352, 2.2410, ("FR", "Île-de-France", "Boulogne-Billancourt"),
    ),
    "Oslo Opera House": (59.9075, 10.7532, ("NO", "Oslo", "Oslo")),
    "Holmenkollen, in the hills of Oslo": (59.9640, 10.6670, ("NO", "Oslo", "Oslo")),
    "Sandvika station, west of Oslo": (59.8930, 10.5240, ("NO", "Akershus", "Sandvika")),
    "Lillestrøm station, east of Oslo": (59.9530, 11.0450, ("NO", "Akershus", "Lillestrøm")),
    "Kolbotn station, south of Oslo": (59.8110, 10.7990, ("NO", "Akershus", "Kolbotn")),
    "Arctic Cathedral, Tromsø": (69.6482, 18.9877, ("NO", "Troms", "Tromsø")),
    "Kirkenes church": (69.7271, 30.0450, ("NO", "Finnmark", "Kirkenes")),
    "Longyearbyen church, Svalbard": (78.2232, 15.6267, ("SJ", "Svalbard", "Longyearbyen")),
    "Hallgrímskirkja, Reykjavík": (64.1417, -21.9266, ("IS", "Capital Region", "Reykjavík")),
    "Suva, Government House": (-18.1530, 178.4260, ("FJ", "Central", "Suva")),
    "Taveuni, west of 180°": (-16.8300, 179.9800, ("FJ", "Northern", "")),
    "Matei, east of 180°": (-16.6900, -179.8700, ("FJ", "", "")),
    "Vanua Balavu, east of 180°": (-17.2400, -178.9500, ("FJ", "", "")),
    "Uelen, Chukotka, where west is east": (66.1600, -169.8100, ("RU", "Chukotka", "Uelen")),
    "Times Square, Manhattan": (40.7580, -73.9855, NEW_YORK),
    "Statue of Liberty": (40.6892, -74.0445, NEW_YORK),
    "Columbia, Manhattan": (40.8075, -73.9626, ("US", "New York", "Manhattan")),
    "St Mark's Square, Venice": (45.4340, 12.3388, ("IT", "Veneto", "Venice")),
    "Burano, in the lagoon": (45.4853, 12.4167, ("IT", "Veneto", "Burano")),
    "Praça do Comércio, Lisbon": (38.7075, -9.1364, ("PT", "Lisbon", "Lisbon")),
    "Ürümqi, People's Square": (43.7930, 87.6110, ("CN", "Xinjiang", "Ürümqi")),
    "St. Peter's Basilica": (41.9022, 12.4539, ("VA", "", "Vatican City")),
    "Castel Sant'Angelo": (41.9031, 12.4663, ("IT", "Lazio", "Rome")),
    "Casino of Monaco": (43.7392, 7.4285, ("MC", "Municipality of Monaco", "Monaco")),
    "Merlion, Singapore": (1.2868, 103.8545, ("SG", "", "Singapore")),
    "Changi Airport": (1.3592, 103.9894, ("SG", "", "Singapore")),
    "Table Mountain": (-33.9625, 18.4098, ("ZA", "Western Cape", "Cape Town")),
    "Horseshoe Falls, the Canadian side": (43.0799, -79.0747, ("CA", "Ontario", "Niagara Falls")),
    "Hoggar, 400 km from Tamanrasset": (23.0000, 5.0000, ("DZ", "Tamanrasset", "")),
    "Hanga Roa, Easter Island": (-27.1500, -109.4300, ("CL", "Valparaiso", "Hanga Roa")),
    "McMurdo Station": (-77.8460, 166.6760, ("AQ", "", "")),
    "South Pole": (-90.0000, 0.0000, ("AQ", "", "")),
}  # fmt: skip
AT_SEA = {
    "in the middle of the Atlantic": (40.0, -40.0),
    "where the equator meets Greenwich": (0.0, 0.0),
    "a ship 22 km off Cascais": (38.7000, -9.7500),
    "a ship 20 km off Nice": (43.5000, 7.3500),
    "North Pole": (90.0, 0.0),
    "east of New Zealand, at 180°": (-42.0, 180.0),
    "off Antarctica": (-62.0, -30.0),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_points_are_called_what_people_call_them(name: str) -> None:
    latitude, longitude, expected = KNOWN[name]
    assert place_of(latitude, longitude) == Place(*expected)


@pytest.mark.parametrize("name", AT_SEA)
def test_at_sea_is_nowhere(name: str) -> None:
    assert place_of(*AT_SEA[name]) is None


@pytest.mark.parametrize("latitude", [-90.0, -16.8, -0.0, 0.0, 66.0, 71.0, 83.5, 89.9, 90.0])
def test_the_antimeridian_is_one_line(latitude: float) -> None:
    assert place_of(latitude, 180.0) == place_of(latitude, -180.0)


@cache
def _all_towns() -> list[tuple[float, float, float]]:
    return list(_read_all())


def _read_all() -> Iterator[tuple[float, float, float]]:
    towns = gazetteer()
    for number, cell in enumerate(towns.cells):
        for town in range(towns.starts[number], towns.starts[number + 1]):
            yield *towns.place(town, cell), reach_of(towns.sizes[town])


def _distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return kilometres on the sphere (the haversine formula)."""
    (south, west), (north, east) = (map(math.radians, point) for point in (one, other))
    half = math.sin((north - south) / 2) ** 2
    half += math.cos(south) * math.cos(north) * math.sin((east - west) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(half))


def test_no_town_is_missed() -> None:
    """Against all 220,000 one by one: who finds none is far from all, and who finds one is near."""
    towns = _all_towns()
    chance = random.Random(13)  # noqa: S311 - no secret
    points = [(chance.uniform(-55, 80), chance.choice([-1, 1]) * chance.uniform(175, 180))]
    points += [(chance.uniform(-55, 80), chance.uniform(-180, 180)) for _ in range(11)]
    points += [(chance.uniform(45, 52), chance.uniform(0, 20)) for _ in range(6)]
    for point in points:
        place = place_of(*point)
        edge = min(_distance(point, (north, east)) - reach for north, east, reach in towns)
        if place is not None and place.town:
            assert edge < 26, point
        if place is None:
            assert edge > 4.5, point
        if edge > COUNTRY_WITHIN * 1.05:
            assert place is None, point


def test_the_middle_of_a_town_is_in_that_town() -> None:
    towns = gazetteer()
    chance = random.Random(7)  # noqa: S311 - no secret
    missed = 0
    for _ in range(2_500):
        number = chance.randrange(len(towns.cells))
        town = chance.randrange(towns.starts[number], towns.starts[number + 1])
        place = place_of(*towns.place(town, towns.cells[number]))
        missed += place is None or place.town != towns.name(town)
    assert missed <= 50  # two places in one point, and parts of cities


def test_each_country_has_a_name() -> None:
    assert {"FR", "XK", "AQ", "FJ"} <= set(countries())
    towns = gazetteer()
    for town in range(0, len(towns.sizes), 997):
        assert countries()[towns.region(town).country_code]
