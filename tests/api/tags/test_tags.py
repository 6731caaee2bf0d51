"""Listing, renaming, merging, deleting and restoring tags."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from tests.support.tags import ids_with, listed, rename, tag_id, tag_images, tags_of
from tests.support.users import Person


def test_tags_are_listed_as_a_tree(ada: Person, images: list[str]) -> None:
    for path in ("b", "a!", "a/x", "a/B/c", "a/b"):
        tag_images(ada, path, images[:1])
    assert list(listed(ada)) == ["a", "a/B", "a/B/c", "a/x", "a!", "b"]
    tag = listed(ada)["a"]
    assert set(tag) == {"id", "path", "count", "created_at", "changed_at"}
    assert ada.http.get(f"/api/tags/{tag['id']}").json() == tag


def test_tags_are_found_by_what_they_or_a_name_of_theirs_begin_with(
    ada: Person, images: list[str]
) -> None:
    for path in ("Family/Oma", "family/Opa", "omaha", "woman", "100%/_x"):
        tag_images(ada, path, images[:1])
    assert list(listed(ada, prefix="om")) == ["Family/Oma", "omaha"]
    assert list(listed(ada, prefix="FAMILY/o")) == ["Family/Oma", "Family/Opa"]
    assert list(listed(ada, prefix="fam", limit=2)) == ["Family", "Family/Oma"]
    assert list(listed(ada, prefix="_")) == ["100%/_x"]
    assert list(listed(ada, prefix="%")) == []


def test_tags_of_chosen_images_are_counted(ada: Person, bob: Person, images: list[str]) -> None:
    tag_images(ada, "family/Oma", images[:3])
    tag_images(ada, "family", images[:1])
    tag_images(ada, "beach", images[5:6])
    ada.http.delete(f"/api/images/{images[2]}").raise_for_status()

    def of(person: Person, ids: list[str]) -> dict[str, int]:
        answer = person.http.post("/api/tags/of-images", json={"ids": ids})
        return {tag["path"]: tag["count"] for tag in answer.raise_for_status().json()["tags"]}

    assert of(ada, images[:4]) == {"family": 1, "family/Oma": 3}
    assert list(of(ada, [images[5], images[0], images[0], str(uuid4())])) == [
        "beach",
        "family",
        "family/Oma",
    ]
    # Somebody else's count for nothing, and no deleted tag is told of.
    assert of(bob, images) == {}
    ada.http.delete(f"/api/tags/{tag_id(ada, 'family')}").raise_for_status()
    assert of(ada, images) == {"beach": 1}


def test_renaming_takes_along_what_is_below(ada: Person, images: list[str]) -> None:
    tag_images(ada, "family/oma/1950", images[:2])
    tag_images(ada, "family/opa", images[2:3])
    answer = rename(ada, "family/oma", "People/Grandma")
    assert (answer.status_code, answer.json()["path"]) == (200, "People/Grandma")
    assert tags_of(ada) == {
        "family": 1,
        "family/opa": 1,
        "People": 2,
        "People/Grandma": 2,
        "People/Grandma/1950": 2,
    }
    assert ids_with(ada, "People") == images[:2]
    assert ada.detail(images[0])["tags"][0]["path"] == "People/Grandma/1950"


def test_case_alone_can_be_changed(ada: Person, images: list[str]) -> None:
    tag_images(ada, "family/oma", images[:2])
    before = tag_id(ada, "family")
    assert rename(ada, "family", "Family").json()["id"] == before
    assert tags_of(ada) == {"Family": 2, "Family/oma": 2}
    # What is above keeps its own.
    assert rename(ada, "Family/oma", "FAMILY/OMA").json()["path"] == "Family/OMA"


def test_tag_becomes_one_with_another_only_if_that_is_said(ada: Person, images: list[str]) -> None:
    tag_images(ada, "oma", images[:3])
    tag_images(ada, "Grandma", images[2:5])
    answer = rename(ada, "oma", "new/../grandma".replace("new/../", ""))
    assert (answer.status_code, answer.json()["code"]) == (409, "tag_exists")
    assert tags_of(ada) == {"Grandma": 3, "oma": 3}
    answer = rename(ada, "oma", "grandma", merge=True)
    assert answer.json()["path"] == "Grandma"
    assert tags_of(ada) == {"Grandma": 5}
    assert ids_with(ada, "Grandma") == images[:5]


def test_refused_merge_makes_no_tag(ada: Person, images: list[str]) -> None:
    tag_images(ada, "a", images[:1])
    tag_images(ada, "x/a", images[:1])
    assert rename(ada, "a", "X/A").status_code == 409
    too_deep = "1/2/3/4/5/6"
    tag_images(ada, "a/b", images[:1])
    assert rename(ada, "a", too_deep).status_code == 422
    assert tags_of(ada) == {"a": 1, "a/b": 1, "x": 1, "x/a": 1}


def test_what_is_below_merges_by_name(ada: Person, images: list[str]) -> None:
    tag_images(ada, "old/oma", images[:2])
    tag_images(ada, "old/oma/1950", images[:1])
    tag_images(ada, "old/aunt", images[5:6])
    tag_images(ada, "new/OMA", images[1:3])
    assert rename(ada, "old", "new", merge=True).status_code == 200
    assert tags_of(ada) == {"new": 4, "new/aunt": 1, "new/OMA": 3, "new/OMA/1950": 1}
    assert ids_with(ada, "new/OMA") == images[:3]
    assert [tag["path"] for tag in ada.detail(images[0])["tags"]] == ["new/OMA", "new/OMA/1950"]


def test_tag_merges_with_the_one_above_it(ada: Person, images: list[str]) -> None:
    tag_images(ada, "a/a/a", images[:1])
    tag_images(ada, "a/a", images[1:2])
    assert rename(ada, "a/a", "a", merge=True).status_code == 200
    assert tags_of(ada) == {"a": 2, "a/a": 1}
    assert ids_with(ada, "a/a") == images[:1]


def test_tag_cannot_be_below_itself_or_too_deep(ada: Person, images: list[str]) -> None:
    tag_images(ada, "a/b", images[:1])
    for path in ("a/b/c", "A/B/b", "a/b/a/b"):
        answer = rename(ada, "a/b", path)
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == ["path"]
    tag_images(ada, "x/1/2/3/4", images[:1])
    assert rename(ada, "x", "y/x").status_code == 200
    answer = rename(ada, "y/x", "z/y/x")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "path")
    long = "/".join(["n" * 70] * 4)
    assert rename(ada, "y/x", long).status_code == 422
    assert list(tags_of(ada)) == [
        "a",
        "a/b",
        "y",
        "y/x",
        "y/x/1",
        "y/x/1/2",
        "y/x/1/2/3",
        "y/x/1/2/3/4",
    ]


def test_deleting_takes_what_is_below_and_restoring_brings_it_back(
    ada: Person, images: list[str]
) -> None:
    tag_images(ada, "family/oma/1950", images[:2])
    tag_images(ada, "family", images[5:6])
    tag = tag_id(ada, "family/oma")
    gone = ada.http.delete(f"/api/tags/{tag}").raise_for_status().json()
    assert gone["id"] == tag
    restorable = datetime.fromisoformat(gone["restorable_until"]) - datetime.now(UTC)
    assert timedelta(days=29) < restorable <= timedelta(days=30)
    assert tags_of(ada) == {"family": 1}
    assert ada.detail(images[0])["tags"] == []
    assert ada.http.get(f"/api/tags/{tag}").status_code == 404
    assert ada.http.delete(f"/api/tags/{tag}").status_code == 404
    ada.http.delete(f"/api/images/{images[0]}").raise_for_status()  # meanwhile
    back = ada.http.post(f"/api/tags/{tag}/restore").raise_for_status().json()
    assert (back["id"], back["count"]) == (tag, 1)
    assert tags_of(ada) == {"family": 2, "family/oma": 1, "family/oma/1950": 1}
    assert ids_with(ada, "family") == [images[1], images[5]]
    assert ada.http.post(f"/api/tags/{tag}/restore").json() == back  # safe to repeat


def test_what_went_with_another_tag_comes_back_with_it_alone(
    ada: Person, images: list[str]
) -> None:
    tag_images(ada, "a/b", images[:1])
    tag_images(ada, "a/c", images[:1])
    first, whole = tag_id(ada, "a/b"), tag_id(ada, "a")
    for tag in (first, whole):
        ada.http.delete(f"/api/tags/{tag}").raise_for_status()
    ada.http.post(f"/api/tags/{whole}/restore").raise_for_status()
    assert tags_of(ada) == {"a": 1, "a/c": 1}
    ada.http.post(f"/api/tags/{first}/restore").raise_for_status()
    assert tags_of(ada) == {"a": 1, "a/b": 1, "a/c": 1}


def test_restored_tag_becomes_one_with_what_is_in_its_place(ada: Person, images: list[str]) -> None:
    tag_images(ada, "family/oma/1950", images[:2])
    tag = tag_id(ada, "family/oma")
    ada.http.delete(f"/api/tags/{tag}").raise_for_status()
    rename(ada, "family", "People").raise_for_status()
    tag_images(ada, "family/Oma", images[2:3])
    back = ada.http.post(f"/api/tags/{tag}/restore").raise_for_status().json()
    assert back["path"] == "family/Oma"
    assert tags_of(ada) == {"family": 3, "family/Oma": 3, "family/Oma/1950": 2, "People": 0}


@pytest.mark.parametrize("undone", [False, True])
def test_tag_deleted_long_ago_does_not_come_back(
    ada: Person, images: list[str], database: Engine, *, undone: bool
) -> None:
    tag_images(ada, "a/b", images[:1])
    tag = tag_id(ada, "a")
    ada.http.delete(f"/api/tags/{tag}").raise_for_status()
    age = "29 days" if undone else "31 days"
    with database.begin() as connection:
        connection.execute(
            text("UPDATE tags SET deleted_at = now() - CAST(:age AS interval) WHERE owner_id = :u"),
            {"age": age, "u": ada.user_id},
        )
    answer = ada.http.post(f"/api/tags/{tag}/restore")
    assert answer.status_code == (200 if undone else 404)


def test_strange_ids_and_bodies_are_refused(ada: Person, images: list[str]) -> None:
    tag_images(ada, "a", images[:1])
    for body in ({}, {"path": ""}, {"path": "a//b"}, {"path": "b", "x": 1}, {"path": None}):
        answer = ada.http.patch(f"/api/tags/{tag_id(ada, 'a')}", json=body)
        assert answer.status_code == 422
    assert ada.http.patch(f"/api/tags/{uuid4()}", json={"path": "b"}).status_code == 404
    assert ada.http.get("/api/tags", params={"limit": 0}).status_code == 422
