"""Renaming, deleting, bringing back, and describing pictures."""

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from app.api.app import create_app
from app.http.dependencies import build_parts
from app.settings import Settings
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import keys_of, until
from tests.support.images import jpeg
from tests.support.users import PASSWORD, Json, Person, put

WORDS = {
    "alt_text": "A red kite over the dunes",
    "text": "My brother's kite, the day it got away.",
    "visible_text": "Beach closes at 8",
    "tags": ["kite", "Dunes", "kite "],
}


@pytest.fixture
def image_id(ada: Person, request: pytest.FixtureRequest) -> str:
    """A picture of Ada's, processed."""
    seed = hash(request.node.name) % 2**24
    (found,) = ada.upload(jpeg(seed=seed))
    until(lambda: ada.settled(found))
    return found


def switch_on(person: Person) -> None:
    answer = person.switch_descriptions_on()
    assert answer.json()["user"]["descriptions_enabled"]


def described(person: Person, image_id: str) -> Json | None:
    """The picture, once it no longer waits for a description."""
    detail = person.detail(image_id)
    return None if detail["description_state"] == "waiting" else detail


def test_a_picture_is_renamed(ada: Person, image_id: str) -> None:
    answer = ada.http.patch(f"/api/images/{image_id}", json={"name": "kite.jpg"})
    assert answer.json()["name"] == "kite.jpg"
    assert ada.detail(image_id)["name"] == "kite.jpg"


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": 5},
        {"deleted": True},
        {"deleted": "no"},
        {"description": {}},
        {"description": {"alt_text": "x" * 301}},
        {"description": {"alt_text": "x", "text": "x" * 2001}},
        {"description": {"alt_text": "x", "tags": ["x"] * 21}},
        {"description": {"alt_text": "x", "tags": ["x" * 41]}},
        {"description": {"alt_text": "x", "model": "me"}},
        {"state": "ready"},
    ],
)
def test_bad_changes_are_refused_and_change_nothing(
    ada: Person, image_id: str, change: Json
) -> None:
    before = ada.detail(image_id)
    answer = ada.http.patch(f"/api/images/{image_id}", json={"name": "kite.jpg"} | change)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert ada.detail(image_id)["name"] == before["name"]


def test_deleting_can_be_undone(ada: Person, image_id: str) -> None:
    for _ in range(2):  # safe to repeat
        assert ada.http.delete(f"/api/images/{image_id}").status_code == 204
        assert ada.timeline() == []
        assert ada.timeline(deleted="true") == [image_id]
    for _ in range(2):
        answer = ada.http.patch(f"/api/images/{image_id}", json={"deleted": False})
        assert answer.json()["deleted_at"] is None
        assert ada.timeline() == [image_id]
        assert ada.timeline(deleted="true") == []


def test_nothing_is_described_without_consent(ada: Person, image_id: str) -> None:
    for path in (f"/api/images/{image_id}/describe", "/api/images/describe"):
        answer = ada.http.post(path)
        assert (answer.status_code, answer.json()["code"]) == (409, "descriptions_off")
    assert ada.detail(image_id)["description_state"] == "none"


def test_with_consent_new_pictures_are_described(ada: Person) -> None:
    switch_on(ada)
    (new,) = ada.upload(jpeg(seed=200))
    detail = until(lambda: (d := described(ada, new)) and d["description"] and d)
    description = detail["description"]
    assert description["source"] == "model"
    assert description["model"] == "pinhole-demo"
    assert description["demo"]
    assert description["alt_text"]
    assert description["tags"]
    (listed,) = ada.http.get("/api/images").json()["images"]
    assert listed["alt_text"] == description["alt_text"]
    assert (listed["description_state"], listed["description_demo"]) == ("done", True)


def test_older_pictures_are_described_when_asked(ada: Person, image_id: str) -> None:
    switch_on(ada)
    assert ada.detail(image_id)["description_state"] == "none"
    assert ada.http.post("/api/images/describe").json() == {"queued": 1}
    assert until(lambda: described(ada, image_id))["description"]["source"] == "model"
    assert ada.http.post("/api/images/describe").json() == {"queued": 0}
    counts = ada.http.get("/api/account").json()["descriptions"]
    assert counts == {"waiting": 0, "done": 1, "failed": 0, "missing": 0}


def test_a_persons_words_are_kept_whatever_a_model_says(ada: Person, image_id: str) -> None:
    switch_on(ada)
    answer = ada.http.patch(f"/api/images/{image_id}", json={"description": WORDS}).json()
    assert answer["description"] == answer["description"] | {
        "source": "person",
        "alt_text": WORDS["alt_text"],
        "tags": ["kite", "dunes"],
        "model": None,
        "demo": False,
    }
    refused = ada.http.post(f"/api/images/{image_id}/describe")
    assert (refused.status_code, refused.json()["code"]) == (409, "described_by_person")
    assert ada.http.post("/api/images/describe").json() == {"queued": 0}
    assert ada.detail(image_id)["description"]["alt_text"] == WORDS["alt_text"]


def test_words_written_before_a_picture_is_processed_are_kept(
    ada: Person, database: Engine
) -> None:
    switch_on(ada)
    picture = jpeg(seed=201)
    (place,) = ada.promise(picture)
    new = place["image"]["id"]
    ada.http.patch(f"/api/images/{new}", json={"description": WORDS}).raise_for_status()
    put(place["upload"], picture.content).raise_for_status()
    until(lambda: ada.settled(new))
    detail = until(lambda: described(ada, new))
    assert detail["description_state"] == "done"
    assert detail["description"]["source"] == "person"
    assert _versions(database, new) == 1


def test_forgetting_ones_own_words_shows_the_models_again(ada: Person, image_id: str) -> None:
    switch_on(ada)
    ada.http.post(f"/api/images/{image_id}/describe").raise_for_status()
    by_model = until(lambda: described(ada, image_id))["description"]
    ada.http.patch(f"/api/images/{image_id}", json={"description": WORDS}).raise_for_status()
    answer = ada.http.patch(f"/api/images/{image_id}", json={"description": None}).json()
    assert answer["description"] == by_model
    # Forgetting what a person never wrote changes nothing.
    again = ada.http.patch(f"/api/images/{image_id}", json={"description": None}).json()
    assert again["description"] == by_model


@pytest.fixture(scope="module")
def without_a_model(stack: EmbeddedStack) -> Flask:
    environment = stack.environment("api")
    with keys_of(environment):
        return create_app(build_parts(Settings.from_environment(environment)))


def test_without_a_model_everything_else_works(
    ada: Person, image_id: str, without_a_model: Flask
) -> None:
    client = without_a_model.test_client()
    origin = {"Origin": "http://localhost:8000"}
    body = {"email": ada.email, "password": PASSWORD}
    session = client.post("/api/auth/login", json=body, headers=origin).get_json()
    assert session["descriptions"] == {
        "available": False,
        "demo": False,
        "model": None,
        "host": None,
    }
    for method, path, change in [
        ("PATCH", "/api/account", {"descriptions_enabled": True}),
        ("POST", f"/api/images/{image_id}/describe", None),
        ("POST", "/api/images/describe", None),
    ]:
        answer = client.open(path, method=method, json=change, headers=origin)
        assert (answer.status_code, answer.get_json()["code"]) == (409, "descriptions_unavailable")
    assert client.get(f"/api/images/{image_id}").status_code == 200


def _versions(database: Engine, image_id: str) -> int:
    with database.connect() as connection:
        query = text("SELECT count(*) FROM descriptions WHERE image_id = :id")
        return int(connection.execute(query, {"id": image_id}).scalar_one())
