"""Deleting many pictures at once, and bringing them back."""

from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from tests.api.conftest import until
from tests.people import Json, Person, told
from tests.pictures import jpeg

DELETED = {"deleted": "true"}


def batch(person: Person, action: str, ids: list[str]) -> Json:
    body = {"action": action, "images": {"ids": ids}}
    answer = person.http.post("/api/images/batch", json=body)
    answer.raise_for_status()
    found: Json = answer.json()
    return found


@pytest.fixture
def pictures(ada: Person) -> list[str]:
    """Three pictures of Ada's, developed; newest first, as in her timeline."""
    for image_id in ada.upload(*(jpeg(seed=seed) for seed in (5100, 5101, 5102))):
        until(partial(ada.settled, image_id))
    return ada.timeline()


def test_batch_delete_moves_all_and_its_undo_brings_them_back(
    ada: Person, pictures: list[str]
) -> None:
    done = batch(ada, "delete", pictures[:2])
    assert (done["changed"], done["cancelled"]) == (2, 0)
    assert ada.timeline() == pictures[2:]
    assert set(ada.timeline(deleted="true")) == set(pictures[:2])
    undone = ada.http.post("/api/images/batch", json=done["undo"]).json()
    assert undone["changed"] == 2
    assert ada.timeline() == pictures
    assert undone["undo"]["action"] == "delete"


def test_undo_leaves_alone_what_was_deleted_before(ada: Person, pictures: list[str]) -> None:
    ada.http.delete(f"/api/images/{pictures[0]}").raise_for_status()
    done = batch(ada, "delete", pictures)
    assert done["undo"] == {"action": "restore", "images": {"ids": done["undo"]["images"]["ids"]}}
    assert set(done["undo"]["images"]["ids"]) == set(pictures[1:])
    ada.http.post("/api/images/batch", json=done["undo"]).raise_for_status()
    assert ada.timeline() == pictures[1:]


@pytest.mark.parametrize("action", ["delete", "restore"])
def test_batch_repeated_changes_nothing_more(ada: Person, pictures: list[str], action: str) -> None:
    batch(ada, "delete", pictures)
    since = {image: ada.detail(image)["deleted_at"] for image in pictures}
    batch(ada, action, pictures * 2)
    again = batch(ada, action, pictures)
    assert again == {"changed": 0, "cancelled": 0, "undo": None}
    if action == "delete":
        assert {image: ada.detail(image)["deleted_at"] for image in pictures} == since


@pytest.mark.parametrize("action", ["delete", "restore"])
def test_batch_with_a_picture_that_is_not_ones_own_changes_nothing(
    ada: Person, bob: Person, pictures: list[str], action: str
) -> None:
    (theirs,) = bob.promise(jpeg(seed=5103))
    if action == "restore":
        batch(ada, "delete", pictures)
    before = ada.timeline(), ada.timeline(deleted="true")
    answers = [
        ada.http.post(
            "/api/images/batch",
            json={"action": action, "images": {"ids": [*pictures, other]}},
        )
        for other in (theirs["image"]["id"], str(uuid4()))
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert told(answers[0]) == told(answers[1])
    assert [error["field"] for error in answers[0].json()["errors"]] == ["images.ids.3"]
    assert (ada.timeline(), ada.timeline(deleted="true")) == before
    assert bob.timeline(ids=theirs["image"]["id"])


def test_batch_delete_cancels_what_has_not_arrived(ada: Person, pictures: list[str]) -> None:
    (place,) = ada.promise(jpeg(seed=5104))
    unfinished = place["image"]["id"]
    done = batch(ada, "delete", [unfinished, pictures[0]])
    assert (done["changed"], done["cancelled"]) == (1, 1)
    assert done["undo"]["images"]["ids"] == [pictures[0]]
    assert ada.http.get(f"/api/images/{unfinished}").status_code == 404


def test_batch_takes_ten_thousand_and_not_one_more(ada: Person, database: Engine) -> None:
    with database.begin() as connection:
        owner = connection.scalar(
            text("SELECT id FROM users WHERE email = :email"), {"email": ada.email}
        )
        ids = connection.scalars(
            text(
                "INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state,"
                " created_at, timeline_at, has_preview, is_animated, attempts, description_state)"
                " SELECT gen_random_uuid(), :owner, 'x.jpg', 1, sha256(n::text::bytea),"
                " 'image/jpeg', 'ready', now(), now(), false, false, 0, 'none'"
                " FROM generate_series(1, 10001) AS n RETURNING id::text"
            ),
            {"owner": owner},
        ).all()
    done = batch(ada, "delete", list(ids[:-1]))
    assert done["changed"] == 10_000
    assert ada.timeline() == [ids[-1]]
    answer = ada.http.post(
        "/api/images/batch", json={"action": "delete", "images": {"ids": list(ids)}}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    undone = ada.http.post("/api/images/batch", json=done["undo"])
    assert undone.json()["changed"] == 10_000


@pytest.mark.parametrize(
    "body",
    [
        {"action": "delete", "images": {"ids": []}},
        {"action": "delete", "images": {"ids": ["x"]}},
        {"action": "delete", "images": {}},
        {"action": "purge", "images": {"ids": [str(uuid4())]}},
        {"action": "delete"},
        {"action": "delete", "images": {"ids": [str(uuid4())]}, "owner_id": str(uuid4())},
    ],
)
def test_batch_of_another_shape_is_refused(ada: Person, body: Json) -> None:
    answer = ada.http.post("/api/images/batch", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


def test_batch_by_a_token_that_may_only_read_is_refused(ada: Person, pictures: list[str]) -> None:
    made = ada.http.post("/api/account/tokens", json={"name": "x", "scope": "read", "days": 1})
    answer = ada.http.post(
        "/api/images/batch",
        json={"action": "delete", "images": {"ids": pictures}},
        headers={"Authorization": f"Bearer {made.json()['token']}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_too_small")
    assert ada.timeline() == pictures
