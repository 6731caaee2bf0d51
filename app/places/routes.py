"""The search of places over HTTP."""

from flask import Response

from app.accounts.sessions.guards import signed_in
from app.http.blueprint import APIBlueprint
from app.http.middleware import json_response
from app.places.find import find_places
from app.places.schemas import FindPlacesIn, FoundPlacesOut

places = APIBlueprint("places", __name__, url_prefix="/api/places", tag="Places")


@places.get("")
@signed_in
@places.input(FindPlacesIn, location="query")
@places.output(FoundPlacesOut)
def search_places(query_data: FindPlacesIn) -> Response:
    """Find towns of the world by how their names begin, to say where images were taken.

    From data that comes with the site: no other host is asked, and nothing is kept of it.
    """
    found = find_places(query_data.q, limit=query_data.limit)
    return json_response(
        {
            "places": [
                {
                    "town": place.town,
                    "region": place.region or None,
                    "country_code": place.country_code,
                    "country": place.country,
                    "latitude": place.latitude,
                    "longitude": place.longitude,
                }
                for place in found
            ]
        }
    )
