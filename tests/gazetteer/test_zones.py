"""Which time zone a place is in: by the data that ships, with no network.

The right answers are the zones of the IANA database by law and common use of each place, as the
comments of its files `northamerica`, `europe` and so on name them; none was taken from our data.
"""

import pytest

from app.gazetteer.nearest import place_of
from app.gazetteer.zones import time_zone_of

KNOWN = {
    "Eiffel Tower": (48.8584, 2.2945, "Europe/Paris"),
    "Dallas, as most of Texas": (32.7800, -96.8000, "America/Chicago"),
    "El Paso, as little of Texas": (31.7600, -106.4800, "America/Denver"),
    "Gary, as the northwest of Indiana": (41.5930, -87.3460, "America/Chicago"),
    "Phoenix, without summer time": (33.4500, -112.0700, "America/Phoenix"),
    "Chinle, in the Navajo Nation, with it": (36.1544, -109.5526, "America/Denver"),
    "St. John's, half an hour aside": (47.5600, -52.7100, "America/St_Johns"),
    "Broken Hill, with the neighbour's zone": (-31.9530, 141.4530, "Australia/Broken_Hill"),
    "Kathmandu, three quarters": (27.7000, 85.3000, "Asia/Kathmandu"),
    "Las Palmas": (28.1000, -15.4200, "Atlantic/Canary"),
    "Ponta Delgada": (37.7400, -25.6700, "Atlantic/Azores"),
    "Hanga Roa, Easter Island": (-27.1500, -109.4300, "Pacific/Easter"),
    "Sahara, far from towns, of a country with one zone": (23.0000, 5.0000, "Africa/Algiers"),
    "Ürümqi, where people go by two clocks": (43.7930, 87.6110, None),
    "Interior of Nunavut, which has three zones": (66.5000, -98.0000, None),
    "McMurdo Station": (-77.8460, 166.6760, None),
}


@pytest.mark.parametrize(("latitude", "longitude", "zone"), KNOWN.values(), ids=KNOWN)
def test_a_known_place_has_its_zone(latitude: float, longitude: float, zone: str | None) -> None:
    place = place_of(latitude, longitude)
    assert place is not None
    assert time_zone_of(*place) == zone


def test_a_place_of_no_known_name_has_none() -> None:
    assert time_zone_of("ZZ", None, None) is None
    assert time_zone_of("US", None, None) is None
    assert time_zone_of("US", "Texas", None) is None
