"""Pictures that come more than once: of two guests, of a guest and the owner, or sent again."""

from functools import partial
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine, text

from tests.api.conftest import until
from tests.api.sharing.test_collecting import NewVisitor, in_trash, received
from tests.support.albums import ids_in, make_album
from tests.support.guests import announced, collect, decide, places, send, sent
from tests.support.images import Picture, jpeg
from tests.support.shares import shares_of, visit
from tests.support.users import Person


@pytest.fixture
def album(ada: Person) -> str:
    return make_album(ada)


def test_a_picture_that_two_guests_sent_goes_once_neither_is_accepted(
    ada: Person, album: str, new_visitor: NewVisitor
) -> None:
    link, picture = collect(ada, album), jpeg(seed=7112)
    for _ in range(2):
        guest = new_visitor()
        header = visit(guest, link)
        (known_as,) = send(guest, header, picture)
        until(partial(received, guest, header, known_as))
    second, first = (each["id"] for each in sent(ada))
    image = first  # the first made it
    decide(ada, "accept", second)
    # One is enough: the other was declined as its double.
    decide(ada, "decline", first)
    assert (ada.timeline(), ids_in(ada, album), in_trash(ada)) == ([image], [image], [])
    decide(ada, "accept", first)
    decide(ada, "decline", second)
    assert (ada.timeline(), ids_in(ada, album), in_trash(ada)) == ([image], [image], [])
    decide(ada, "decline", first)
    assert (ada.timeline(), ids_in(ada, album), in_trash(ada)) == ([], [], [image])
    # While one of them waits, emptying Recently deleted takes nothing along.
    decide(ada, "wait", second)
    assert in_trash(ada) == []
    decide(ada, "accept", first, second)
    decide(ada, "decline", first, second)
    assert (ada.timeline(), ids_in(ada, album), in_trash(ada)) == ([], [], [image])


def test_what_its_owner_uploads_while_it_waits_is_theirs(
    ada: Person, album: str, visitor: httpx2.Client
) -> None:
    picture = jpeg(seed=7113)
    send(visitor, visit(visitor, collect(ada, album)), picture)
    (waiting,) = until(lambda: sent(ada))
    own = waiting["image"]["id"]
    until(lambda: ada.settled(own))
    (place,) = ada.promise(picture)
    assert (place["status"], place["image"]["id"]) == ("exists", own)
    assert ada.timeline() == [own]
    for decision in ("decline", "wait", "accept", "wait", "accept", "decline"):
        decide(ada, decision, waiting["id"])
        assert (decision, ada.timeline(), in_trash(ada)) == (decision, [own], [])
    # Deleted by its owner, it comes back by the guest alone.
    ada.http.delete(f"/api/images/{own}").raise_for_status()
    for decision, timeline, deleted in (
        ("accept", [own], []),
        ("decline", [], [own]),
        ("accept", [own], []),
    ):
        decide(ada, decision, waiting["id"])
        assert (decision, ada.timeline(), in_trash(ada)) == (decision, timeline, deleted)


@pytest.mark.parametrize("decision", ["decline", "wait"])
def test_what_its_owner_uploads_after_it_was_taken_in_is_theirs(
    ada: Person, album: str, visitor: httpx2.Client, decision: str
) -> None:
    picture = jpeg(seed=7116)
    send(visitor, visit(visitor, collect(ada, album, review=False)), picture)
    (own,) = until(lambda: ids_in(ada, album))
    until(lambda: ada.settled(own))
    assert ada.promise(picture)[0]["status"] == "exists"
    (taken_in,) = sent(ada, "accepted")
    decide(ada, decision, taken_in["id"])
    assert (ada.timeline(), ids_in(ada, album), in_trash(ada)) == ([own], [], [])


def test_what_its_owner_took_out_of_recently_deleted_is_theirs(
    ada: Person, album: str, visitor: httpx2.Client
) -> None:
    send(visitor, visit(visitor, collect(ada, album)), jpeg(seed=7117))
    (waiting,) = until(lambda: sent(ada))
    own = waiting["image"]["id"]
    until(lambda: ada.settled(own))
    decide(ada, "decline", waiting["id"])
    ada.http.patch(f"/api/images/{own}", json={"deleted": False}).raise_for_status()
    for decision in ("accept", "wait"):
        decide(ada, decision, waiting["id"])
        assert (decision, ada.timeline(), in_trash(ada)) == (decision, [own], [])


def test_a_file_that_is_no_picture_is_refused_with_the_same_words_again(
    ada: Person, album: str, visitor: httpx2.Client
) -> None:
    rubbish = Picture(name="a.jpg", content_type="image/jpeg", content=b"no picture" * 500)
    link = collect(ada, album)
    header = visit(visitor, link)
    said = []
    for _ in range(2):
        (known_as,) = send(visitor, header, rubbish)

        def told_of(known_as: str = known_as) -> dict[str, Any] | None:
            answer = visitor.get("/api/shared/uploads", params={"ids": known_as}, headers=header)
            (told,) = answer.json()["images"]
            return told if told["outcome"] not in {"arriving", "received"} else None

        told = until(told_of)
        said.append((told["outcome"], told["detail"]))
    assert said[0][0] == "refused"
    assert said[1] == said[0]
    # Nor does rubbish go round for ever.
    (listed,) = shares_of(ada)
    assert listed["collect"]["taken_pictures"] == 2


def test_one_place_that_is_over_sends_no_other_picture_twice(
    ada: Person, album: str, visitor: httpx2.Client, database: Engine
) -> None:
    header = visit(visitor, collect(ada, album))
    here, late = jpeg(seed=7114), jpeg(seed=7115)
    (known_as,) = send(visitor, header, here)
    until(lambda: received(visitor, header, known_as))
    (place,) = places(visitor, header, announced(late))
    over = text("UPDATE collected_images SET state = 'gone' WHERE id = :id")
    with database.begin() as rows:
        rows.execute(over, {"id": place["id"]})
    again, anew = places(
        visitor, header, announced(here, id=known_as), announced(late, id=place["id"])
    )
    assert (again["status"], again["id"]) == ("received", known_as)
    assert anew["status"] == "upload"
    assert anew["id"] != place["id"]
