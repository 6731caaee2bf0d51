"""Giving many images a tag, and taking it away again."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from app.library.batch_schemas import MAX_BATCH
from tests.api.albums.conftest import add_images
from tests.support.tags import change_tag, ids_with, listed, tag_id, tag_images, tags_of
from tests.support.users import Json, Person


def undo(person: Person, done: Json) -> Json:
    answer = person.http.post("/api/images/batch", json=done["undo"])
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def match(person: Person, action: str, matched: Json, **named: Any) -> Json:
    body = {"action": action, "images": {"match": matched}} | named
    answer = person.http.post("/api/images/batch", json=body)
    answer.raise_for_status()
    found: Json = answer.json()
    return found


def test_tag_is_made_with_those_above_it(ada: Person, images: list[str]) -> None:
    done = tag_images(ada, " Family / Oma/", images[:3])
    assert (done["changed"], done["has_more"]) == (3, False)
    assert tags_of(ada) == {"Family": 3, "Family/Oma": 3}
    assert ids_with(ada, "Family") == ids_with(ada, "Family/Oma") == images[:3]
    assert ada.detail(images[0])["tags"] == [
        {"id": tag_id(ada, "Family/Oma"), "path": "Family/Oma"}
    ]
    assert ada.detail(images[3])["tags"] == []


def test_tag_in_another_case_is_the_same_and_keeps_its_own(ada: Person, images: list[str]) -> None:
    tag_images(ada, "Straße", images[:1])
    tag_images(ada, "STRASSE", images[1:2])
    tag_images(ada, "strasse/Opa", images[2:3])
    assert tags_of(ada) == {"Straße": 3, "Straße/Opa": 1}


def test_undo_takes_away_just_what_was_given(ada: Person, images: list[str]) -> None:
    tag_images(ada, "sea", images[:2])
    done = tag_images(ada, "Sea", images[:5])
    assert done["changed"] == 3
    assert set(done["undo"]["images"]["ids"]) == set(images[2:5])
    assert tag_images(ada, "sea", images[:5])["undo"] is None
    assert undo(ada, done)["changed"] == 3
    assert (ids_with(ada, "sea"), ada.timeline()) == (images[:2], images)


def test_undo_forgets_tags_that_were_made_unless_something_has_them(
    ada: Person, images: list[str]
) -> None:
    tag_images(ada, "a", images[:1])
    done = tag_images(ada, "a/b/c/d", images[:2])
    assert done["undo"]["made_tags"] == 3
    tag_images(ada, "a/b/x", images[5:6])
    back = undo(ada, done)
    assert tags_of(ada) == {"a": 2, "a/b": 1, "a/b/x": 1}
    # And the undo of the undo makes it anew.
    assert undo(ada, back)["changed"] == 2
    assert tags_of(ada) == {"a": 3, "a/b": 3, "a/b/c": 2, "a/b/c/d": 2, "a/b/x": 1}
    # One that somebody gave to others meanwhile stays.
    done = tag_images(ada, "new", images[:1])
    tag_images(ada, "new", images[1:2])
    undo(ada, done)
    assert ids_with(ada, "new") == images[1:2]


def test_removing_takes_the_tag_itself_and_none_below_it(ada: Person, images: list[str]) -> None:
    tag_images(ada, "family", images[:2])
    tag_images(ada, "family/oma", images[1:3])
    done = change_tag(ada, "remove_tag", images, tag="FAMILY").json()
    assert set(done["undo"]["images"]["ids"]) == set(images[:2])
    assert tags_of(ada) == {"family": 2, "family/oma": 2}
    assert undo(ada, done)["changed"] == 2
    assert tags_of(ada) == {"family": 3, "family/oma": 2}
    change_tag(ada, "remove_tag", images, tag="family/oma").raise_for_status()
    assert tags_of(ada) == {"family": 2, "family/oma": 0}  # it stays, to be given again


def test_undo_finds_a_tag_that_was_renamed_meanwhile(ada: Person, images: list[str]) -> None:
    done = tag_images(ada, "oma", images[:2])
    ada.http.patch(
        f"/api/tags/{tag_id(ada, 'oma')}", json={"path": "family/grandma"}
    ).raise_for_status()
    undo(ada, done)
    assert tags_of(ada) == {"family": 0}


def test_one_that_is_not_there_changes_nothing(ada: Person, images: list[str]) -> None:
    answer = change_tag(ada, "add_tag", [*images[:3], str(uuid4())], tag="sea")
    assert answer.status_code == 404
    assert [error["field"] for error in answer.json()["errors"]] == ["images.ids.3"]
    assert tags_of(ada) == {}
    for named in ({"tag": "sea"}, {"tag_id": str(uuid4())}):
        assert change_tag(ada, "remove_tag", images[:1], **named).status_code == 404
    assert change_tag(ada, "add_tag", images[:1], tag_id=str(uuid4())).status_code == 404
    assert tags_of(ada) == {}


@pytest.mark.parametrize(
    ("action", "named", "field"),
    [
        ("add_tag", {}, "tag"),
        ("remove_tag", {}, "tag"),
        ("add_tag", {"tag": "a", "tag_id": str(uuid4())}, "tag"),
        ("favourite", {"tag": "a"}, "tag"),
        ("delete", {"tag_id": str(uuid4())}, "tag_id"),
        ("add_tag", {"tag": "a", "made_tags": 1}, "made_tags"),
        ("archive", {"made_tags": 1}, "made_tags"),
        ("add_tag", {"tag": "a", "album_id": str(uuid4())}, "album_id"),
        ("add_tag", {"tag": "a//b"}, "tag"),
        ("add_tag", {"tag": "/"}, "tag"),
        ("add_tag", {"tag": "\u200b"}, "tag"),
        ("add_tag", {"tag": "1/2/3/4/5/6/7"}, "tag"),
        ("add_tag", {"tag": "x" * 101}, "tag"),
        ("add_tag", {"tag": "/".join(["x" * 99] * 4)}, "tag"),
    ],
)
def test_fields_that_do_not_go_together_are_refused(
    ada: Person, images: list[str], action: str, named: Json, field: str
) -> None:
    answer = change_tag(ada, action, images[:1], **named)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    (error,) = answer.json()["errors"]
    assert (error["field"], bool(error["message"])) == (field, True)
    assert tags_of(ada) == {}


def test_all_that_match_are_tagged(ada: Person, images: list[str]) -> None:
    april = {"view": "timeline", "first_day": "2024-04-01"}
    tag_images(ada, "april", images[:2])
    done = match(ada, "add_tag", april, tag="april")
    assert (done["changed"], tags_of(ada)) == (7, {"april": 9})
    undo(ada, done)
    assert ids_with(ada, "april") == images[:2]
    assert match(ada, "add_tag", {"view": "archive"}, tag="nothing")["changed"] == 0
    assert tags_of(ada) == {"april": 2}


def test_what_has_a_tag_matches_with_what_is_below_it(ada: Person, images: list[str]) -> None:
    tag_images(ada, "a", images[:1])
    tag_images(ada, "a/b", images[:3])
    of_tag = {"view": "tag", "tag_id": tag_id(ada, "a")}
    assert match(ada, "favourite", of_tag)["changed"] == 3
    assert match(ada, "remove_tag", of_tag, tag="a")["changed"] == 1
    done = match(ada, "delete", of_tag)
    assert (done["changed"], tags_of(ada)) == (3, {"a": 0, "a/b": 0})
    undo(ada, done)
    assert tags_of(ada) == {"a": 3, "a/b": 3}


def test_view_of_a_tag_names_one(ada: Person) -> None:
    for matched in ({"view": "tag"}, {"view": "timeline", "tag_id": str(uuid4())}):
        body = {"action": "favourite", "images": {"match": matched}}
        answer = ada.http.post("/api/images/batch", json=body)
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == ["images.match.tag_id"]


def test_ten_thousand_are_tagged_and_untagged(ada: Person, database: Engine) -> None:
    add_images(ada, database, MAX_BATCH + 1)
    done = match(ada, "add_tag", {"view": "timeline"}, tag="many/all")
    assert (done["changed"], done["has_more"]) == (MAX_BATCH, True)
    assert match(ada, "add_tag", {"view": "timeline"}, tag="many/all")["changed"] == 1
    assert tags_of(ada) == {"many": MAX_BATCH + 1, "many/all": MAX_BATCH + 1}
    assert undo(ada, done)["changed"] == MAX_BATCH
    assert tags_of(ada) == {"many": 1, "many/all": 1}
    assert listed(ada)["many"]["changed_at"] <= listed(ada)["many/all"]["changed_at"]


def test_an_upload_that_has_not_arrived_is_counted_once_it_has(
    ada: Person, images: list[str], database: Engine
) -> None:
    def settle(state: str) -> None:
        with database.begin() as connection:
            connection.execute(
                # Promised just now: the sweep takes what never arrived away.
                text("UPDATE images SET state = :state, created_at = now() WHERE id = :id"),
                {"state": state, "id": images[0]},
            )

    settle("uploading")
    tag_images(ada, "a/b", images[:1])
    assert tags_of(ada) == {"a": 0, "a/b": 0}
    settle("processing")
    assert tags_of(ada) == {"a": 1, "a/b": 1}
    settle("rejected")
    assert tags_of(ada) == {"a": 0, "a/b": 0}
