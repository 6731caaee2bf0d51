"""Searching by one's own tags: by their words, and by `tag:`."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import Engine

from app.accounts.sessions.lookup import Owner
from app.database import db
from app.search.asked import Bounds
from app.search.find import find_images
from app.search.query import parse_query
from tests.api.albums.conftest import add_images
from tests.support.albums import add_to, make_album
from tests.support.search import change, describe, ids_of, search
from tests.support.tags import rename, tag_id, tag_images
from tests.support.users import Person


@pytest.fixture
def images(ada: Person, database: Engine) -> list[str]:
    """Six images of Ada's, newest first, some with tags, one with a lighthouse."""
    images = add_images(ada, database, 6)
    tag_images(ada, "family/Oma", images[:3])
    tag_images(ada, "beach", images[2:5])
    tag_images(ada, "Red Coat", images[5:])
    describe(ada, images[1], text="A lighthouse on a beach", tags=["coast"])
    return images


# Which are found, and what was understood.
ASKED: dict[str, tuple[list[int], list[tuple[str, str]]]] = {
    "oma": ([0, 1, 2], [("tag", "oma")]),
    "om": ([0, 1, 2], []),
    "OMA ": ([0, 1, 2], [("tag", "OMA")]),
    "family oma": ([0, 1, 2], [("tag", "family oma")]),
    # Texts and tags have a part of the words each; so have two tags.
    "lighthouse oma": ([1], [("tag", "oma")]),
    "oma beach": ([1, 2], [("tag", "oma"), ("tag", "beach")]),
    "beach": ([1, 2, 3, 4], [("tag", "beach")]),
    "beach -oma": ([3, 4], [("tag", "beach")]),
    "red coat": ([5], [("tag", "red coat")]),
    '"red coat"': ([5], []),
    "coat red": ([5], []),
    "tag:beach": ([2, 3, 4], [("tag", "tag:beach")]),
    "tag:FAMILY": ([0, 1, 2], [("tag", "tag:FAMILY")]),
    "tag:family/oma": ([0, 1, 2], [("tag", "tag:family/oma")]),
    'tag:"red coat"': ([5], [("tag", 'tag:"red coat"')]),
    "tag:oma tag:beach": ([2], [("tag", "tag:oma"), ("tag", "tag:beach")]),
    "tag:oma -tag:beach": ([0, 1], [("tag", "tag:oma"), ("tag", "-tag:beach")]),
    "tag:beach lighthouse": ([], [("tag", "tag:beach")]),
    "tag:oma lighthouse": ([1], [("tag", "tag:oma")]),
    "tag:oma is:favourite": ([0], [("tag", "tag:oma"), ("is", "is:favourite")]),
    "tag:om": ([], [("tag", "tag:om")]),
    "tag:lighthouse": ([], [("tag", "tag:lighthouse")]),
    "-tag:oma": ([3, 4, 5], [("tag", "-tag:oma")]),
}


def test_own_tags_are_found_and_shown_as_understood(ada: Person, images: list[str]) -> None:
    change(ada, images[0], favourite=True)
    told = {}
    for q in ASKED:
        found = search(ada, q)
        chips = [(chip["kind"], q[chip["start"] : chip["end"]]) for chip in found["chips"]]
        told[q] = ([images.index(each["id"]) for each in found["images"]], chips)
        assert found["total"] == len(found["images"]), q
    assert told == ASKED


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    "bounds",
    [
        Bounds(),
        Bounds(estimated=-1),
        Bounds(hits=0),
        Bounds(hits=2, walk=2),
        Bounds(hits=0, walk=1),
    ],
)
def test_each_way_to_a_page_finds_the_same(ada: Person, images: list[str], bounds: Bounds) -> None:
    change(ada, images[0], favourite=True)
    owner = Owner(UUID(ada.user_id))
    for q, (wanted, _) in ASKED.items():
        query, found, cursor = parse_query(q, today=date(2024, 7, 1)), [], None
        for _ in range(12):
            page = find_images(owner, query, limit=2, cursor=cursor, bounds=bounds)
            found += [images.index(str(each)) for each in page.ids]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert (q, found, cursor) == (q, wanted, None)
    db.session.rollback()


@pytest.mark.usefixtures("images")
def test_why_names_the_tag(ada: Person) -> None:
    def why(q: str) -> list[tuple[str, str, list[str]]]:
        (first, *_) = search(ada, q)["images"]
        return [
            (
                each["field"],
                each["snippet"],
                [each["snippet"][mark["start"] : mark["end"]] for mark in each["marks"]],
            )
            for each in first["why"]
        ]

    assert why("oma") == [("tag", "family/Oma", ["Oma"])]
    assert why("family oma")[0][2] == ["family", "Oma"]
    assert why("tag:family") == [("tag", "family/Oma", ["family/Oma"])]
    assert [each[0] for each in why("lighthouse oma")] == ["description", "tag"]
    assert [each[0] for each in why("coast")] == ["tag"]


def test_search_follows_what_becomes_of_tags(ada: Person, images: list[str]) -> None:
    add_to(ada, make_album(ada, title="Iceland"), images[:1])
    assert ids_of(ada, "iceland tag:oma") == images[:1]
    rename(ada, "family/Oma", "family/Gerda").raise_for_status()
    assert (ids_of(ada, "oma"), ids_of(ada, "gerda")) == ([], images[:3])
    gerda = tag_id(ada, "family/Gerda")
    ada.http.delete(f"/api/tags/{gerda}").raise_for_status()
    assert ids_of(ada, "gerda") == ids_of(ada, "tag:gerda") == []
    assert search(ada, "gerda")["chips"] == []
    ada.http.post(f"/api/tags/{gerda}/restore").raise_for_status()
    assert ids_of(ada, "gerda") == ids_of(ada, "tag:gerda") == images[:3]


@pytest.mark.usefixtures("images")
def test_nobody_finds_anything_by_the_tags_of_others(
    ada: Person, bob: Person, database: Engine
) -> None:
    his = add_images(bob, database, 1)
    tag_images(bob, "meadow", his)
    for q in ("oma", "tag:oma", "family", "beach"):
        assert ids_of(ada, q)
        told = search(bob, q)
        assert (told["images"], told["total"]) == ([], 0)
        assert [chip["kind"] for chip in told["chips"]] == ["tag"] * q.startswith("tag:")
    assert ids_of(bob, "-tag:oma") == ids_of(bob, "meadow -oma") == his


def test_tag_without_a_name_is_refused(ada: Person) -> None:
    for q in ('tag:""', "tag:/", " ".join(f"tag:a{n}" for n in range(17))):
        answer = ada.http.get("/api/search", params={"q": q})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "q")
