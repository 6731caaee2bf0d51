"""Guess the time zone of a place that has a name.

[Note: Time zones] GeoNames gives each town a zone. It follows from the names that an image has
already, so no column holds it: `zones.json` has a line for each country, for each region of a
country with several zones, and for each town whose zone is not that of most towns around it.

A guess: near a border the town may be on the other side, and a camera may show the time of home.
Where people of one town go by two clocks, as in Xinjiang, there is none, and none at sea.
"""

from app.gazetteer.columns import zones

MOSTLY = "~"  # before the zone of most towns, where others have another


def key_of(country_code: str, region: str = "", town: str = "") -> str:
    """Return what the zone of an area or a town stands under; a region may be without a name."""
    return f"{country_code}|{region}|{town}".rstrip("|")


def time_zone_of(country_code: str, region: str | None, town: str | None) -> str | None:
    """Return the IANA name of the zone that clocks show at a place; None: not known.

    Args:
        country_code: ISO 3166-1 alpha-2.
        region: as `place_of` names it.
        town: as `place_of` names it; None: the place is not near a town.
    """
    known = zones()
    names = (region or "", town or "")
    if town and (zone := known.get(key_of(country_code, *names))) is not None:
        return zone or None
    zone = known.get(key_of(country_code, names[0])) or known.get(country_code, "")
    if zone.startswith(MOSTLY) and not town:
        return None
    return zone.removeprefix(MOSTLY) or None
