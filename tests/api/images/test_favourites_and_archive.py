"""Favourites and the archive: each picture's flags, and the views that they make."""

from functools import partial

import pytest
from sqlalchemy import Engine

from tests.api.conftest import until
from tests.api.images.test_timeline_buckets import add
from tests.support.images import jpeg
from tests.support.users import Json, Person

TIMELINE = "/api/timeline"
VIEWS = ("timeline", "archive", "favourites")


def counts(person: Person, view: str) -> dict[str, int]:
    answer = person.http.get(TIMELINE, params={"view": view})
    answer.raise_for_status()
    found = answer.json()
    counted = {each["key"]: each["count"] for each in found["buckets"]}
    assert found["count"] == sum(counted.values())
    return counted


def bucket(person: Person, key: str, view: str) -> Json:
    answer = person.http.get(f"{TIMELINE}/{key}", params={"view": view})
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def patch(person: Person, image_id: str, **changes: bool) -> Json:
    answer = person.http.patch(f"/api/images/{image_id}", json=changes)
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def test_new_picture_is_neither_favourite_nor_archived(ada: Person) -> None:
    (image_id,) = ada.upload(jpeg(seed=5200))
    until(partial(ada.settled, image_id))
    found = ada.detail(image_id)
    assert (found["favourite"], found["archived_at"]) == (False, None)
    assert [ada.timeline(view=view) for view in VIEWS] == [[image_id], [], []]


def test_each_view_has_its_pictures_and_counts(ada: Person, database: Engine) -> None:
    newest, second, third, fourth = add(ada, database, 4, start="2024-05-03")
    assert patch(ada, newest, favourite=True)["favourite"] is True
    assert patch(ada, second, archived=True)["archived_at"] is not None
    patch(ada, third, favourite=True, archived=True)
    lists = {
        "timeline": [newest, fourth],
        "archive": [second, third],
        "favourites": [newest, third],
    }
    for view, ids in lists.items():
        assert ada.timeline(view=view) == ids
        assert counts(ada, view) == {"2024-05": 2}
        shown = bucket(ada, "2024-05", view)
        assert shown["ids"] == ids
        assert [ids[at] for at in shown["favourites"]] == [
            image_id for image_id in ids if image_id in {newest, third}
        ]
        assert [ids[at] for at in shown["archived"]] == [
            image_id for image_id in ids if image_id in {second, third}
        ]


def test_what_is_deleted_is_in_no_view_and_comes_back_as_it_was(
    ada: Person, database: Engine
) -> None:
    first, _ = add(ada, database, 2, start="2024-05-03")
    before = patch(ada, first, favourite=True, archived=True)
    ada.http.delete(f"/api/images/{first}").raise_for_status()
    assert [first in ada.timeline(view=view) for view in VIEWS] == [False, False, False]
    assert [counts(ada, view) for view in VIEWS] == [{"2024-05": 1}, {}, {}]
    patch(ada, first, deleted=False)
    after = ada.detail(first)
    assert (after["favourite"], after["archived_at"]) == (True, before["archived_at"])
    assert [counts(ada, view) for view in VIEWS] == [{"2024-05": 1}] * 3


def test_patch_says_the_same_again_without_changing_anything(ada: Person, database: Engine) -> None:
    (image_id,) = add(ada, database, 1, start="2024-05-03")
    first = patch(ada, image_id, archived=True, favourite=True)
    tag = ada.http.get(f"{TIMELINE}/2024-05").headers["ETag"]
    assert patch(ada, image_id, archived=True, favourite=True) == first
    assert ada.http.get(f"{TIMELINE}/2024-05").headers["ETag"] == tag


def test_flags_are_news_to_copies_and_to_cached_answers(ada: Person, database: Engine) -> None:
    first, *_ = add(ada, database, 3, start="2024-05-03")
    path = f"{TIMELINE}/2024-05"
    since = ada.http.get("/api/images/changes").json()["changed_until"]
    tag = ada.http.get(path).headers["ETag"]
    version = ada.http.get(f"/api/images/{first}").headers["ETag"]
    for change in ({"favourite": True}, {"archived": True}):
        patch(ada, first, **change)
        changed = ada.http.get("/api/images/changes", params={"changed_since": since}).json()
        assert [image["id"] for image in changed["images"]] == [first]
        assert changed["images"][0]["favourite"] is True
        since = changed["changed_until"]
        answer = ada.http.get(path, headers={"If-None-Match": tag})
        assert answer.status_code == 200
        tag = answer.headers["ETag"]
        stale = ada.http.patch(
            f"/api/images/{first}", json={"name": "x.jpg"}, headers={"If-Match": version}
        )
        assert stale.status_code == 412
        version = ada.http.get(f"/api/images/{first}").headers["ETag"]
    assert changed["images"][0]["archived_at"] is not None


def test_cursors_of_one_view_are_refused_by_the_list_of_another(
    ada: Person, database: Engine
) -> None:
    for image_id in add(ada, database, 3, start="2024-05-03"):
        patch(ada, image_id, favourite=True)
    page = ada.http.get("/api/images", params={"limit": "1", "view": "favourites"}).json()
    rest = {"cursor": page["next_cursor"], "view": "favourites"}
    assert len(ada.http.get("/api/images", params=rest).json()["images"]) == 2
    answer = ada.http.get("/api/images", params={"cursor": page["next_cursor"]})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize("path", ["/api/images", TIMELINE, f"{TIMELINE}/2024-05"])
def test_views_that_are_not_there_are_refused(ada: Person, path: str) -> None:
    for view in ("", "Timeline", "deleted", "timeline,archive"):
        answer = ada.http.get(path, params={"view": view})
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


@pytest.mark.parametrize("change", [{"favourite": None}, {"archived": None}, {"favourite": 1},
    {"archived": "true"}, {"archived_at": "2024-01-01T00:00:00Z"}])  # fmt: skip
def test_flags_that_are_no_flags_are_refused(ada: Person, database: Engine, change: Json) -> None:
    (image_id,) = add(ada, database, 1, start="2024-05-03")
    answer = ada.http.patch(f"/api/images/{image_id}", json=change)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


def test_strangers_views_are_empty(ada: Person, bob: Person, database: Engine) -> None:
    for image_id in add(ada, database, 3, start="2024-05-03"):
        patch(ada, image_id, favourite=True, archived=True)
    for view in VIEWS:
        assert bob.timeline(view=view) == []
        assert counts(bob, view) == {}
        assert bucket(bob, "2024-05", view)["ids"] == []
