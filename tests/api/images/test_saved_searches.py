"""Saved searches: living albums, each their person's alone."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from app.search.saved_routes import MAX_SAVED
from tests.support.users import Json, Person

LAKE = {"name": "Summers at the lake", "q": "lake summer is:favourite"}


def save(person: Person, **changed: str) -> Json:
    answer = person.http.post("/api/search/saved", json=LAKE | changed)
    answer.raise_for_status()
    saved: Json = answer.json()
    return saved


def saved_of(person: Person) -> list[Json]:
    answer = person.http.get("/api/search/saved")
    answer.raise_for_status()
    searches: list[Json] = answer.json()["searches"]
    return searches


def test_search_is_saved_renamed_changed_and_deleted(ada: Person) -> None:
    saved = save(ada)
    other = save(ada, name="  boats\n and   piers ")
    assert (other["name"], saved["q"]) == ("boats and piers", LAKE["q"])
    assert saved_of(ada) == [other, saved]
    path = f"/api/search/saved/{saved['id']}"
    renamed = ada.http.patch(path, json={"name": "Lakes"}).json()
    assert (renamed["name"], renamed["q"]) == ("Lakes", LAKE["q"])
    assert renamed["changed_at"] > saved["changed_at"]
    changed = ada.http.patch(path, json={"q": "lake"}).json()
    assert (changed["name"], changed["q"]) == ("Lakes", "lake")
    gone = ada.http.delete(path)
    assert (gone.status_code, gone.json()) == (200, changed)
    assert saved_of(ada) == [other]
    # What is answered can be saved again.
    back = save(ada, name=gone.json()["name"], q=gone.json()["q"])
    assert saved_of(ada) == [other, back]
    assert ada.http.delete(path).status_code == 404


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \u2800"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"q": ""}, "q"),
        ({"q": "x" * 201}, "q"),
        ({"q": "type:poem"}, "q"),
        ({"q": " ".join(["a1"] * 17)}, "q"),
        ({"owner_id": str(uuid4())}, "owner_id"),
    ],
)
def test_what_cannot_be_saved_is_refused(ada: Person, changed: dict[str, str], field: str) -> None:
    answer = ada.http.post("/api/search/saved", json=LAKE | changed)
    assert answer.status_code == 422
    assert [(each["location"], each["field"]) for each in answer.json()["errors"]] == [
        ("body", field)
    ]
    saved = save(ada)
    answer = ada.http.patch(f"/api/search/saved/{saved['id']}", json=changed)
    assert answer.status_code == 422
    assert saved_of(ada) == [saved]


def test_nobody_meets_what_others_saved(ada: Person, bob: Person) -> None:
    saved = save(ada)
    path = f"/api/search/saved/{saved['id']}"
    assert saved_of(bob) == []
    for method, body in (("PATCH", {"name": "Mine"}), ("PATCH", {"q": "mine"}), ("DELETE", None)):
        foreign = bob.http.request(method, path, json=body)
        absent = bob.http.request(method, f"/api/search/saved/{uuid4()}", json=body)
        assert foreign.status_code == absent.status_code == 404
        told = [{**each.json(), "request_id": ""} for each in (foreign, absent)]
        assert told[0] == told[1]
    assert saved_of(ada) == [saved]


def test_a_person_saves_200_at_most_however_many_at_once(ada: Person, database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO saved_searches (id, owner_id, name, q, created_at, changed_at)"
                " SELECT gen_random_uuid(), :owner, 'n', 'q', now(), now()"
                " FROM generate_series(1, :most - 1)"
            ),
            {"owner": ada.user_id, "most": MAX_SAVED},
        )

    def one(_: int) -> int:
        return ada.http.post("/api/search/saved", json=LAKE).status_code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(one, range(8)))
    assert codes.count(201) == 1
    assert set(codes) <= {201, 409, 429}
    refused = ada.http.post("/api/search/saved", json=LAKE)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_saved_searches")
    assert len(saved_of(ada)) == MAX_SAVED
