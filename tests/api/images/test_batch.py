"""Deleting many pictures at once, and bringing them back."""

from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from tests.api.conftest import until
from tests.support.images import jpeg
from tests.support.users import Json, Person, told

# Each action, and what prepares pictures so that it changes them.
ACTIONS = {
    "delete": None,
    "restore": "delete",
    "favourite": None,
    "unfavourite": "favourite",
    "archive": None,
    "unarchive": "archive",
}


def batch(person: Person, action: str, ids: list[str]) -> Json:
    body = {"action": action, "images": {"ids": ids}}
    answer = person.http.post("/api/images/batch", json=body)
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def prepare(person: Person, action: str, ids: list[str]) -> None:
    """Leave pictures so that the action changes them."""
    before = ACTIONS[action]
    if before:
        batch(person, before, ids)


def flags(person: Person, ids: list[str]) -> list[tuple[str | None, bool, str | None]]:
    """What the actions change of each picture."""
    found = [person.detail(image_id) for image_id in ids]
    return [(image["deleted_at"], image["favourite"], image["archived_at"]) for image in found]


@pytest.fixture
def pictures(ada: Person) -> list[str]:
    """Three pictures of Ada's, processed; newest first, as in her timeline."""
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


@pytest.mark.parametrize("action", ACTIONS)
def test_batch_repeated_changes_nothing_more(ada: Person, pictures: list[str], action: str) -> None:
    prepare(ada, action, pictures)
    batch(ada, action, pictures * 2)
    since = flags(ada, pictures)
    again = batch(ada, action, pictures)
    assert again == {"changed": 0, "cancelled": 0, "has_more": False, "undo": None}
    assert flags(ada, pictures) == since


@pytest.mark.parametrize("action", ACTIONS)
def test_undo_takes_back_what_was_changed_and_nothing_else(
    ada: Person, pictures: list[str], action: str
) -> None:
    prepare(ada, action, pictures)
    batch(ada, action, pictures[:1])
    before = flags(ada, pictures)
    done = batch(ada, action, pictures)
    assert done["changed"] == 2
    assert set(done["undo"]["images"]["ids"]) == set(pictures[1:])
    undone = ada.http.post("/api/images/batch", json=done["undo"]).json()
    assert undone["changed"] == 2
    assert undone["undo"]["action"] == action
    after = flags(ada, pictures)
    assert after[0] == before[0]
    said = [[[bool(flag) for flag in each] for each in found] for found in (before, after)]
    assert said[0] == said[1]


@pytest.mark.parametrize("action", ACTIONS)
def test_batch_with_a_picture_that_is_not_ones_own_changes_nothing(
    ada: Person, bob: Person, pictures: list[str], action: str
) -> None:
    (theirs,) = bob.promise(jpeg(seed=5103))
    prepare(ada, action, pictures)
    before = flags(ada, pictures), flags(bob, [theirs["image"]["id"]])
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
    assert (flags(ada, pictures), flags(bob, [theirs["image"]["id"]])) == before


def test_batch_delete_cancels_what_has_not_arrived(ada: Person, pictures: list[str]) -> None:
    (place,) = ada.promise(jpeg(seed=5104))
    unfinished = place["image"]["id"]
    done = batch(ada, "delete", [unfinished, pictures[0]])
    assert (done["changed"], done["cancelled"]) == (1, 1)
    assert done["undo"]["images"]["ids"] == [pictures[0]]
    assert ada.http.get(f"/api/images/{unfinished}").status_code == 404


ADD = text("""
    INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
        timeline_at, has_preview, is_animated, attempts, description_state)
    SELECT gen_random_uuid(), :owner, 'x.jpg', 1, sha256(n::text::bytea), 'image/jpeg', 'ready',
        now(), timestamp '2024-03-31 12:00' - n * interval '1 day', false, false, 0, 'none'
    FROM generate_series(0, :count - 1) AS n RETURNING id::text
""")


def add(person: Person, database: Engine, count: int) -> list[str]:
    """Put rows straight into the library, one a day, newest first."""
    with database.begin() as connection:
        values = {"owner": person.user_id, "count": count}
        return list(connection.scalars(ADD, values))


def match(person: Person, action: str, view: str, **days: str) -> Json:
    body = {"action": action, "images": {"match": {"view": view, **days}}}
    answer = person.http.post("/api/images/batch", json=body)
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def test_all_that_match_are_those_of_the_view_and_the_days(
    ada: Person, bob: Person, database: Engine
) -> None:
    ids = add(ada, database, 60)  # from 2024-02-01 on
    add(bob, database, 3)
    march = {"first_day": "2024-03-01", "last_day": "2024-03-31"}
    done = match(ada, "favourite", "timeline", **march)
    assert (done["changed"], done["has_more"]) == (31, False)
    assert set(done["undo"]["images"]["ids"]) == set(ids[:31])
    assert match(ada, "archive", "favourites", first_day="2024-03-30")["changed"] == 2
    assert match(ada, "delete", "archive")["changed"] == 2
    assert match(ada, "archive", "timeline", last_day="2024-02-02")["changed"] == 2
    assert match(ada, "unarchive", "archive")["changed"] == 2
    assert match(ada, "restore", "deleted", last_day="2024-03-30")["changed"] == 1
    assert set(ada.timeline(view="archive")) == {ids[1]}
    assert match(ada, "unfavourite", "favourites")["changed"] == 30
    assert match(ada, "delete", "timeline")["changed"] == 58
    assert bob.timeline(view="favourites") == bob.timeline(deleted="true") == []
    assert len(bob.timeline()) == 3


def test_all_that_match_are_changed_ten_thousand_at_once(ada: Person, database: Engine) -> None:
    ids = add(ada, database, 10_003)
    first = match(ada, "archive", "timeline")
    assert (first["changed"], first["has_more"]) == (10_000, True)
    assert ada.timeline() == ids[-3:]
    second = match(ada, "archive", "timeline")
    assert (second["changed"], second["has_more"]) == (3, False)
    assert match(ada, "archive", "timeline")["undo"] is None
    for done in (second, first):
        ada.http.post("/api/images/batch", json=done["undo"]).raise_for_status()
    assert ada.http.get("/api/timeline").json()["count"] == 10_003


def test_batch_takes_ten_thousand_and_not_one_more(ada: Person, database: Engine) -> None:
    ids = add(ada, database, 10_001)
    done = batch(ada, "delete", ids[:-1])
    assert done["changed"] == 10_000
    assert ada.timeline() == [ids[-1]]
    answer = ada.http.post("/api/images/batch", json={"action": "delete", "images": {"ids": ids}})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    undone = ada.http.post("/api/images/batch", json=done["undo"])
    assert undone.json()["changed"] == 10_000


@pytest.mark.parametrize(
    "body",
    [
        {"action": "delete", "images": {"ids": []}},
        {"action": "delete", "images": {"ids": ["x"]}},
        {"action": "delete", "images": {}},
        {"action": "delete", "images": {"match": {}}},
        {"action": "delete", "images": {"match": {"view": "everything"}}},
        {"action": "delete", "images": {"match": {"view": "timeline", "first_day": "2024-02-30"}}},
        {"action": "delete", "images": {"match": {"view": "timeline", "last_day": 0}}},
        {"action": "delete", "images": {"match": {"view": "timeline", "owner_id": str(uuid4())}}},
        {
            "action": "delete",
            "images": {"ids": [str(uuid4())], "match": {"view": "timeline"}},
        },
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
