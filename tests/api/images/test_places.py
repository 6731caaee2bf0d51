"""What places of images are called: named with each change, found by words, and by the sweep."""

from functools import partial
from typing import Any
from uuid import UUID

import httpx2
import pytest
from flask import Flask
from sqlalchemy import Engine, text

from app.accounts.sessions.lookup import Owner
from app.database import db
from app.places.naming import MAX_INDEXED, MAX_OF_ONE, name_places, name_some, owners_to_name
from app.search.index import index_some
from tests.api.albums.conftest import add_images
from tests.api.conftest import until
from tests.support.images import jpeg
from tests.support.search import ids_of, search
from tests.support.users import Json, Person

PARIS = {"country_code": "FR", "country": "France", "region": "Île-de-France", "town": "Paris"}
TROMSO = {"country_code": "NO", "country": "Norway", "region": "Troms", "town": "Tromsø"}
EIFFEL_TOWER, ARCTIC_CATHEDRAL = (48.8584, 2.2945), (69.6482, 18.9877)
NOWHERE = {"latitude": None, "longitude": None}


def added(person: Person, *, seed: int, place: tuple[float, float] | None = None) -> str:
    (image_id,) = person.upload(jpeg(seed=seed, place=place))
    until(partial(person.settled, image_id))
    return image_id


def put_at(person: Person, image_id: str, place: tuple[float, float] | None) -> Json:
    location = None if place is None else {"latitude": place[0], "longitude": place[1]}
    return change(person, image_id, location=location)


def change(person: Person, image_id: str, **changes: Any) -> Json:
    answer = person.http.patch(f"/api/images/{image_id}", json=changes)
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def as_the_former_release(database: Engine, ids: list[str], place: tuple[float, float]) -> None:
    """Write where images were taken, and nothing of what that is called."""
    moved = text(
        "UPDATE images SET latitude = :north, longitude = :east"
        " WHERE id = ANY(CAST(:ids AS uuid[]))"
    )
    with database.begin() as connection:
        connection.execute(moved, {"ids": ids, "north": place[0], "east": place[1]})


def test_a_photo_is_called_after_where_its_camera_says(ada: Person) -> None:
    image_id = added(ada, seed=9701, place=EIFFEL_TOWER)
    assert ada.detail(image_id)["place"] == PARIS
    assert ada.detail(added(ada, seed=9702))["place"] is None
    at_sea = added(ada, seed=9703, place=(40.0, -40.0))
    detail = ada.detail(at_sea)
    assert (detail["location"]["longitude"], detail["place"]) == (-40.0, None)


def test_a_time_without_an_offset_gets_the_zone_of_its_place_as_a_guess(ada: Person) -> None:
    image_id = added(ada, seed=9709, place=EIFFEL_TOWER)
    taken = {"at": "2024-07-03T14:05:06", "offset_minutes": None}
    guessed = change(ada, image_id, taken=taken)
    assert (guessed["taken_at"], guessed["time_zone_guess"]) == (taken["at"], "Europe/Paris")
    assert put_at(ada, image_id, ARCTIC_CATHEDRAL)["time_zone_guess"] == "Europe/Oslo"
    told = change(ada, image_id, taken=taken | {"offset_minutes": 120})
    assert told["time_zone_guess"] is None
    assert change(ada, image_id, taken=taken, location=NOWHERE)["time_zone_guess"] is None


def test_a_corrected_place_has_its_own_name_and_the_files_comes_back(ada: Person) -> None:
    image_id = added(ada, seed=9704, place=EIFFEL_TOWER)
    assert put_at(ada, image_id, ARCTIC_CATHEDRAL)["place"] == TROMSO
    assert (ids_of(ada, "place:paris"), ids_of(ada, "place:tromsø")) == ([], [image_id])
    assert change(ada, image_id, location=NOWHERE)["place"] is None
    assert (ids_of(ada, "place:paris"), ids_of(ada, "place:tromsø")) == ([], [])
    assert put_at(ada, image_id, None)["place"] == PARIS
    assert ids_of(ada, "place:paris") == [image_id]


def test_a_place_that_a_person_set_keeps_its_name_when_the_file_is_decoded_anew(
    ada: Person, database: Engine
) -> None:
    image_id = added(ada, seed=9705, place=EIFFEL_TOWER)
    put_at(ada, image_id, ARCTIC_CATHEDRAL)
    damaged = text(
        "UPDATE images SET state = 'damaged', failure_code = 'processing_failed' WHERE id = :id"
    )
    with database.begin() as connection:
        connection.execute(damaged, {"id": image_id})
    ada.http.post(f"/api/images/{image_id}/retry").raise_for_status()
    assert until(lambda: ada.settled(image_id))["state"] == "ready"
    assert ada.detail(image_id)["place"] == TROMSO
    assert ids_of(ada, "place:tromsø") == [image_id]


FOUND = ["tromsø", "Tromso", "norway", "place:norway", 'place:"tromsø"', "norway 2024", "-paris"]
NOT_FOUND = ["place:beach", "camera:norway", "-place:troms", "norway -place:tromsø", "place:lake"]


def test_places_are_found_by_words_and_by_the_operator(ada: Person, bob: Person) -> None:
    image_id = added(ada, seed=9706, place=ARCTIC_CATHEDRAL)
    assert [ids_of(ada, q) for q in FOUND] == [[image_id] for _ in FOUND]
    # The file is called beach.jpg, and place: asks for places alone.
    assert [ids_of(ada, q) for q in NOT_FOUND] == [[] for _ in NOT_FOUND]
    assert [ids_of(bob, q) for q in FOUND] == [[] for _ in FOUND]


def test_why_says_that_it_is_the_place(ada: Person) -> None:
    added(ada, seed=9707, place=EIFFEL_TOWER)
    for q in ("france", "place:france"):
        (image,) = search(ada, q)["images"]
        assert image["why"] == [
            {
                "field": "place",
                "snippet": "Paris, Île-de-France, France",
                "marks": [
                    {"start": 14, "end": 20},  # of Île-de-France
                    {"start": 22, "end": 28},
                ],
            }
        ]
    (chip,) = search(ada, "beach place:paris")["chips"]
    assert (chip["kind"], chip["start"], chip["end"]) == ("place", 6, 17)


@pytest.mark.usefixtures("app")
def test_what_the_former_release_writes_is_named_by_the_sweep(
    ada: Person, database: Engine
) -> None:
    image_id = added(ada, seed=9708, place=EIFFEL_TOWER)
    as_the_former_release(database, [image_id], ARCTIC_CATHEDRAL)
    assert ada.detail(image_id)["place"] is None  # rather than Paris
    name_all()
    assert ada.detail(image_id)["place"] == TROMSO
    assert (ids_of(ada, "place:paris"), ids_of(ada, "place:troms")) == ([], [image_id])


@pytest.mark.usefixtures("app")
def test_the_sweep_takes_turns_and_leaves_what_somebody_changes(
    ada: Person, bob: Person, database: Engine
) -> None:
    of_ada = add_images(ada, database, MAX_OF_ONE + 1)
    of_bob = add_images(bob, database, 2)
    as_the_former_release(database, [*of_ada, *of_bob], EIFFEL_TOWER)
    owners = owners_to_name()
    assert {UUID(ada.user_id), UUID(bob.user_id)} <= set(owners)
    assert len(owners) == len(set(owners))
    assert name_some(UUID(ada.user_id))
    assert len(ids_of(ada, "place:paris", limit=100)) == MAX_OF_ONE
    assert ids_of(bob, "place:paris") == []
    with database.begin() as changing:
        changing.execute(
            text("UPDATE images SET favourite = true WHERE id = :id"), {"id": of_bob[0]}
        )
        assert not name_some(UUID(bob.user_id))
        assert ids_of(bob, "place:paris") == of_bob[1:]
    name_all()
    assert ids_of(bob, "place:paris") == of_bob
    assert owners_to_name() == []


@pytest.mark.usefixtures("app")
def test_nobody_names_places_of_others(ada: Person, bob: Person, database: Engine) -> None:
    (image_id,) = add_images(ada, database, 1)
    as_the_former_release(database, [image_id], EIFFEL_TOWER)
    name_places(Owner(UUID(bob.user_id)), [UUID(image_id)])
    db.session.commit()
    assert ada.detail(image_id)["place"] is None
    name_places(Owner(UUID(ada.user_id)), [UUID(image_id)])
    db.session.commit()
    assert ada.detail(image_id)["place"] == PARIS


def batch(person: Person, ids: list[str], **body: Any) -> Json:
    answer = person.http.post("/api/images/batch", json={**body, "images": {"ids": ids}})
    answer.raise_for_status()
    done: Json = answer.json()
    return done


def said_of(person: Person, ids: list[str]) -> list[tuple[Json | None, Json | None, bool]]:
    """Where images were taken, how that is called, and whether a person said it."""
    details = [person.detail(image_id) for image_id in ids]
    return [(each["location"], each["place"], "location" in each["corrected"]) for each in details]


def test_places_of_many_are_set_removed_and_reset_with_an_exact_undo(ada: Person) -> None:
    ids = [added(ada, seed=9710, place=EIFFEL_TOWER), added(ada, seed=9711), added(ada, seed=9712)]
    change(ada, ids[2], location=NOWHERE)
    before = said_of(ada, ids)
    north, east = ARCTIC_CATHEDRAL
    set_here: Json = {
        "action": "set_location",
        "location": {"latitude": north, "longitude": east},
    }
    done = batch(ada, ids, **set_here)
    assert done["changed"] == 3
    here = {"latitude": north, "longitude": east, "altitude": None}
    assert said_of(ada, ids) == [(here, TROMSO, True)] * 3
    assert sorted(ids_of(ada, "place:tromsø")) == sorted(ids)
    assert batch(ada, ids, **set_here) | {"undo": None} == {
        "changed": 0, "cancelled": 0, "has_more": False, "undo": None,
    }  # fmt: skip

    removed = batch(ada, ids[:2], action="set_location", location=NOWHERE)
    assert said_of(ada, ids[:2]) == [(None, None, True)] * 2
    reset = batch(ada, ids, action="reset_location")
    assert [each[1:] for each in said_of(ada, ids)] == [
        (PARIS, False),
        (None, False),
        (None, False),
    ]
    for undo in (reset["undo"], removed["undo"], done["undo"]):
        ada.http.post("/api/images/batch", json=undo).raise_for_status()
    assert said_of(ada, ids) == before
    assert (ids_of(ada, "place:tromsø"), ids_of(ada, "place:paris")) == ([], ids[:1])


def test_places_of_more_than_a_request_names_are_searched_after_the_sweep(
    ada: Person, database: Engine, app: Flask
) -> None:
    assert app is not None
    ids = add_images(ada, database, MAX_INDEXED + 1)
    north, east = EIFFEL_TOWER
    place = {"latitude": north, "longitude": east}
    batch(ada, ids, action="set_location", location=place)
    assert ada.detail(ids[-1])["place"] == PARIS
    while index_some():
        pass
    assert search(ada, "place:paris")["total"] == MAX_INDEXED + 1


WRONG: list[tuple[Json, str]] = [
    ({"action": "set_location"}, "location"),
    ({"action": "reset_location", "location": NOWHERE}, "location"),
    ({"action": "set_location", "location": {"latitude": 91, "longitude": 0}}, "location.latitude"),
    ({"action": "set_location", "location": {"latitude": 1, "longitude": None}}, "location"),
    (
        {
            "action": "restore_location",
            "location_before": {"corrected": [True] * 2, "latitude": [1, 2], "longitude": [1, 2]},
        },
        "location_before",
    ),
    (
        {
            "action": "restore_location",
            "location_before": {"corrected": [True], "latitude": [1], "longitude": [None]},
        },
        "location_before",
    ),
]


@pytest.mark.parametrize(("body", "field"), WRONG)
def test_places_that_cannot_be_are_refused(
    ada: Person, database: Engine, body: Json, field: str
) -> None:
    ids = add_images(ada, database, 1)
    answer = ada.http.post("/api/images/batch", json={**body, "images": {"ids": ids}})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert ada.detail(ids[0])["corrected"] == []


def test_nobody_moves_images_of_others(ada: Person, bob: Person, database: Engine) -> None:
    of_ada = add_images(ada, database, 1)
    body = {"action": "set_location", "location": {"latitude": 1.0, "longitude": 2.0}}
    answer = bob.http.post("/api/images/batch", json={**body, "images": {"ids": of_ada}})
    assert answer.status_code == 404
    assert ada.detail(of_ada[0])["location"] is None


TYPED = {
    "par": "Paris, FR",
    "Paris, tex": "Paris, US",
    "oslo,norway": "Oslo, NO",
    "tromso": "Tromsø, NO",
    "münchen": "Munich, DE",
    "東京": "Tokyo, JP",
    "москва": "Moscow, RU",
    "saint-den": "Saint-Denis, RE",
    "L\u2019Haÿ": "L'Haÿ-les-Roses, FR",
}


def test_places_are_found_by_how_their_names_begin(ada: Person) -> None:
    def first(typed: str) -> str:
        answer = ada.http.get("/api/places", params={"q": typed, "limit": 1})
        (place,) = answer.raise_for_status().json()["places"]
        return f"{place['town']}, {place['country_code']}"

    assert {typed: first(typed) for typed in TYPED} == TYPED
    for nothing in ("xqzxq", "...", "paris, atlantis"):
        found = ada.http.get("/api/places", params={"q": nothing}).raise_for_status().json()
        assert found == {"places": []}
    assert ada.http.get("/api/places", params={"q": ""}).status_code == 422
    many = ada.http.get("/api/places", params={"q": "a", "limit": 20}).json()["places"]
    assert len(many) == 20
    assert many[0] | {"latitude": 0, "longitude": 0} != many[0]


def test_a_found_place_is_called_as_it_was_found(ada: Person, database: Engine) -> None:
    (image_id,) = add_images(ada, database, 1)
    for typed in ("reykjav", "suva", "singapore", "vanves", "niagara falls, canada"):
        (found,) = ada.http.get("/api/places", params={"q": typed, "limit": 1}).json()["places"]
        place = put_at(ada, image_id, (found["latitude"], found["longitude"]))["place"]
        assert place == {
            name: found[name] for name in ("country_code", "country", "region", "town")
        }


def test_places_are_not_for_strangers(site: str) -> None:
    assert httpx2.get(f"{site}/api/places", params={"q": "paris"}).status_code == 401


def name_all() -> None:
    waiting = owners_to_name()
    while waiting:
        owner_id = waiting.pop()
        if name_some(owner_id):
            waiting.append(owner_id)
