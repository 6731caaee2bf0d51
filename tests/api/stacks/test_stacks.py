"""Stacks by hand: one tile in the timeline, each picture for itself elsewhere, exact undo."""

import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from tests.support.albums import add_to, ids_in, make_album
from tests.support.stacks import (
    add_image,
    add_images,
    change,
    everything,
    send,
    stack_of,
    tiles,
    undo,
)
from tests.support.users import Json, Person


@pytest.fixture
def four(ada: Person, database: Engine) -> list[str]:
    """Four of Ada's pictures."""
    return add_images(ada, database, 4)


def test_stack_is_one_tile_with_a_count(ada: Person, four: list[str]) -> None:
    cover, second, third, other = four
    done = change(ada, "stack", cover, second, third)
    assert done["changed"] == 3
    assert tiles(ada) == {cover: 3, other: 1}
    assert stack_of(ada, second) == [cover, second, third]
    assert stack_of(ada, other) == []
    shown = ada.detail(second)
    assert (shown["is_folded"], shown["stack_size"]) == (True, None)
    assert shown["stack_reason"] == "person"
    opened = ada.timeline(stacks="open")
    assert sorted(opened) == sorted(four)


def test_undo_of_each_change_is_exact(ada: Person, database: Engine, four: list[str]) -> None:
    change(ada, "stack", four[0], four[1])
    for body in (
        ("stack", four[2], four[0]),
        ("stack", four[1], four[2], four[3]),
        ("unstack", four[0]),
        ("make_cover", four[1]),
        ("delete", four[0]),
        ("archive", four[0]),
    ):
        before = everything(database, ada)
        done = change(ada, *body)
        after = everything(database, ada)
        assert after != before
        back = undo(ada, done)
        assert everything(database, ada) == before
        undo(ada, back)
        without_moments = everything(database, ada)
        assert without_moments == after
        undo(ada, done)


def test_stacking_a_tile_brings_all_that_it_stands_for(ada: Person, four: list[str]) -> None:
    change(ada, "stack", four[0], four[1])
    change(ada, "stack", four[2], four[0])
    assert stack_of(ada, four[0]) == [four[2], four[0], four[1]]
    assert tiles(ada) == {four[2]: 3, four[3]: 1}


def test_unstacking_one_of_two_leaves_none(ada: Person, four: list[str]) -> None:
    change(ada, "stack", four[0], four[1])
    assert change(ada, "unstack", four[1])["changed"] == 2
    assert set(tiles(ada).values()) == {1}
    assert (ada.detail(four[1])["stack_reason"], ada.detail(four[0])["stack_reason"]) == (
        "person",
        None,
    )


def test_unstacking_a_tile_with_all_it_stands_for(ada: Person, four: list[str]) -> None:
    change(ada, "stack", *four)
    done = change(ada, "unstack", four[0], whole=True)
    assert done["changed"] == 4
    assert set(tiles(ada)) == set(four)
    undo(ada, done)
    assert tiles(ada) == {four[0]: 4}


def test_cover_that_is_deleted_is_followed_by_another_and_comes_back(
    ada: Person, four: list[str]
) -> None:
    change(ada, "stack", *four[:3])
    ada.http.delete(f"/api/images/{four[0]}").raise_for_status()
    assert tiles(ada) == {four[1]: 2, four[3]: 1}
    assert stack_of(ada, four[1]) == [four[1], four[2]]
    ada.http.delete(f"/api/images/{four[1]}").raise_for_status()
    assert tiles(ada) == {four[2]: 1, four[3]: 1}
    for image_id in four[:2]:
        ada.http.patch(f"/api/images/{image_id}", json={"deleted": False}).raise_for_status()
    assert tiles(ada) == {four[0]: 3, four[3]: 1}


def test_archived_cover_is_in_the_archive_for_itself(ada: Person, four: list[str]) -> None:
    change(ada, "stack", *four[:3])
    change(ada, "archive", four[0])
    assert tiles(ada) == {four[1]: 2, four[3]: 1}
    assert ada.timeline(view="archive") == [four[0]]
    assert ada.http.get("/api/timeline/2024-05", params={"view": "archive"}).json()["stacks"] == {}


@pytest.mark.parametrize(("action", "back"), [("delete", "restore"), ("archive", "unarchive")])
def test_what_is_done_to_a_tile_is_done_to_all_that_it_stands_for(
    ada: Person, database: Engine, four: list[str], action: str, back: str
) -> None:
    change(ada, "stack", *four[:3])
    before = everything(database, ada)
    done = change(ada, action, four[0], whole=True)
    assert (done["changed"], done["undo"]["action"]) == (3, back)
    assert tiles(ada) == {four[3]: 1}
    undo(ada, done)
    assert everything(database, ada) == before


def test_all_that_match_in_the_timeline_are_what_is_folded_too(
    ada: Person, database: Engine, four: list[str]
) -> None:
    night = add_image(ada, database, "night.jpg", taken_at="2024-05-04 00:00:01")
    change(ada, "stack", four[0], four[1], night)
    days = {"view": "timeline", "first_day": "2024-05-03", "last_day": "2024-05-03"}
    done = send(ada, {"action": "archive", "images": {"match": days}})
    assert done["changed"] == 5
    assert done["has_more"] is False
    assert tiles(ada) == {}
    undo(ada, done)
    assert tiles(ada) == {four[0]: 3, four[2]: 1, four[3]: 1}
    day = {"view": "timeline", "first_day": "2024-05-04", "last_day": "2024-05-04"}
    assert send(ada, {"action": "delete", "images": {"match": day}})["changed"] == 0
    everything_of = {"match": {"view": "timeline"}}
    assert send(ada, {"action": "delete", "images": everything_of})["changed"] == 5


def test_elsewhere_each_picture_is_there_for_itself(ada: Person, four: list[str]) -> None:
    change(ada, "stack", *four[:3])
    album = make_album(ada)
    add_to(ada, album, four)
    assert sorted(ids_in(ada, album)) == sorted(four)
    change(ada, "favourite", *four)
    assert sorted(ada.timeline(view="favourites")) == sorted(four)
    change(ada, "add_tag", *four, tag="dunes")
    found = ada.http.get("/api/tags").json()["tags"][0]
    bucket = ada.http.get(f"/api/tags/{found['id']}/timeline/2024-05").json()
    assert sorted(bucket["ids"]) == sorted(four)


def test_stacks_are_news_to_copies_and_to_cached_answers(ada: Person, four: list[str]) -> None:
    since = ada.http.get("/api/images/changes").json()["changed_until"]
    tag = ada.http.get("/api/timeline/2024-05").headers["ETag"]
    change(ada, "stack", *four[:2])
    changed = ada.http.get("/api/images/changes", params={"changed_since": since}).json()
    told = {image["id"]: (image["stack_size"], image["is_folded"]) for image in changed["images"]}
    assert told == {four[0]: (2, False), four[1]: (None, True)}
    stacks = {image["stack_id"] for image in changed["images"]}
    assert len(stacks) == 1
    answer = ada.http.get("/api/timeline/2024-05", headers={"If-None-Match": tag})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "stack"}, "images.ids"),
        ({"action": "stack", "stacks_before": {}}, "stacks_before.stacks"),
        ({"action": "restore_stacks"}, "stacks_before"),
        ({"action": "make_cover", "images": {"match": {"view": "timeline"}}}, "images"),
        ({"action": "stack", "images": {"match": {"view": "timeline"}}}, "images"),
        (
            {
                "action": "restore_stacks",
                "stacks_before": {"stacks": [], "places": [0], "ranks": [1], "reasons": [None]},
            },
            "stacks_before.places",
        ),
        (
            {
                "action": "restore_stacks",
                "stacks_before": {"stacks": [], "places": [], "ranks": [], "reasons": []},
            },
            "stacks_before.places",
        ),
        (
            {
                "action": "restore_stacks",
                "stacks_before": {
                    "stacks": [], "places": [None], "ranks": [1], "reasons": [None]
                },
            },
            "stacks_before.ranks",
        ),
    ],
)  # fmt: skip
def test_what_makes_no_stack_is_refused(
    ada: Person, four: list[str], body: Json, field: str
) -> None:
    answer = ada.http.post("/api/images/batch", json={"images": {"ids": four[:1]}, **body})
    assert answer.status_code == 422, answer.text
    assert field in {error["field"] for error in answer.json()["errors"]}


def test_stack_holds_a_hundred(ada: Person, database: Engine) -> None:
    with database.begin() as connection:
        rows = connection.scalars(
            text(
                "INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state,"
                " created_at, timeline_at, has_preview, is_animated, attempts, description_state)"
                " SELECT gen_random_uuid(), :user, n || '.jpg', 1, sha256(n::text::bytea),"
                " 'image/jpeg', 'ready', now(), '2024-05-03', false, false, 0, 'none'"
                " FROM generate_series(1, 101) AS n RETURNING id"
            ),
            {"user": ada.user_id},
        )
        ids = [str(row) for row in rows]
    body = {"action": "stack", "images": {"ids": ids}}
    assert ada.http.post("/api/images/batch", json=body).status_code == 422
    change(ada, "stack", *ids[:100])
    assert sorted(tiles(ada).values()) == [1, 100]
    assert len(stack_of(ada, ids[50])) == 100
    stack = ada.detail(ids[0])["stack_id"]
    columns = {"stacks": [stack], "places": [0], "ranks": [7], "reasons": ["person"]}
    one_more = {"action": "restore_stacks", "stacks_before": columns}
    answer = ada.http.post("/api/images/batch", json=one_more | {"images": {"ids": [ids[100]]}})
    assert answer.status_code == 422
    assert ada.detail(ids[100])["stack_id"] is None


def test_promised_picture_is_not_stacked(ada: Person, database: Engine, four: list[str]) -> None:
    with database.begin() as connection:
        connection.execute(
            text("UPDATE images SET state = 'uploading' WHERE id = :id"), {"id": four[1]}
        )
    body = {"action": "stack", "images": {"ids": four[:2]}}
    answer = ada.http.post("/api/images/batch", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


@pytest.mark.parametrize("action", ["stack", "unstack", "make_cover", "restore_stacks"])
def test_a_strangers_pictures_are_in_nobodys_stack(
    ada: Person, bob: Person, database: Engine, four: list[str], action: str
) -> None:
    change(ada, "stack", *four[:2])
    before = everything(database, ada)
    his = add_image(bob, database, "his.jpg")
    more = {}
    if action == "restore_stacks":
        columns = {"stacks": [str(uuid4())], "places": [0, 0], "ranks": [1, 2]}
        more = {"stacks_before": {**columns, "reasons": ["person", "person"]}}
    for other in (four[0], str(uuid4())):
        body = {"action": action, "images": {"ids": [his, other]}, **more}
        answer = bob.http.post("/api/images/batch", json=body)
        assert answer.status_code == 404
        assert str(four[0]) not in answer.text
    assert everything(database, ada) == before


def test_name_of_a_strangers_stack_reaches_nothing_of_theirs(
    ada: Person, bob: Person, database: Engine, four: list[str]
) -> None:
    change(ada, "stack", *four[:2])
    before = everything(database, ada)
    his = [add_image(bob, database, f"{n}.jpg") for n in range(2)]
    stack = ada.detail(four[0])["stack_id"]
    columns = {"stacks": [stack], "places": [0, 0], "ranks": [-9, 9], "reasons": [None, None]}
    change(bob, "restore_stacks", *his, stacks_before=columns)
    assert stack_of(bob, his[0]) == his
    assert tiles(bob) == {his[0]: 2}
    change(bob, "delete", his[0], whole=True)
    change(bob, "stack", his[0], his[1])
    assert everything(database, ada) == before
    assert tiles(ada)[four[0]] == 2


def test_many_at_once_end_in_no_deadlock_and_true_counts(
    ada: Person, database: Engine, four: list[str]
) -> None:
    change(ada, "stack", *four)
    log = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    with database.connect() as connection:
        before = connection.scalar(log)

    def go(work: Callable[[int], object]) -> None:
        for n in range(12):
            work(n)

    def toggle(image_id: str) -> Callable[[int], object]:
        def work(n: int) -> object:
            if n % 2:
                return ada.http.patch(f"/api/images/{image_id}", json={"deleted": False})
            return ada.http.delete(f"/api/images/{image_id}")

        return work

    works = [toggle(image_id) for image_id in four]
    works.append(lambda _: ada.http.post("/api/images/batch", json={
        "action": "make_cover", "images": {"ids": [four[2]]}}))  # fmt: skip
    threads = [threading.Thread(target=go, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for image_id in four:
        ada.http.patch(f"/api/images/{image_id}", json={"deleted": False}).raise_for_status()
    change(ada, "make_cover", four[2])
    assert tiles(ada) == {four[2]: 4}
    with database.connect() as connection:
        assert connection.scalar(log) == before


def test_row_that_goes_leaves_no_picture_folded(
    ada: Person, database: Engine, four: list[str]
) -> None:
    """The doctor forgets a row whose bytes are gone; the former release knows no stacks."""
    change(ada, "stack", *four[:3])
    with database.begin() as connection:
        connection.execute(text("DELETE FROM images WHERE id = :id"), {"id": four[0]})
    assert tiles(ada) == {four[1]: 2, four[3]: 1}
    with database.begin() as connection:
        connection.execute(
            text("UPDATE images SET deleted_at = now() WHERE id = :id"), {"id": four[1]}
        )
    assert tiles(ada) == {four[2]: 1, four[3]: 1}
