"""Suggestions while one types: from one's own library, and never from anybody else's."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, text

from app.accounts.rate_limits.seats import READ_SEATS, TAKE_READ_SEAT
from app.accounts.sessions.lookup import Owner
from app.database import Prepared, db, now
from app.search.index import index_images
from app.search.suggestions import pictures
from app.search.suggestions.suggest import suggest
from tests.api.albums.conftest import add_images
from tests.support.albums import add_to, make_album
from tests.support.search import describe, ids_of
from tests.support.tags import rename, tag_id, tag_images
from tests.support.users import Json, Person

NICE = (43.7034, 7.2663)


@pytest.fixture
def images(ada: Person, database: Engine) -> list[str]:
    """Six images of Ada's, of 6 March 2024 to 1 March, newest first, with each kind."""
    images = add_images(ada, database, 6)
    with database.begin() as connection:
        connection.execute(
            text(
                "UPDATE images SET camera_make = 'Nimbus Optics', camera_model = 'Quartz 7',"
                " lens = 'Vireo 35mm F2' WHERE id = :id"
            ),
            {"id": images[0]},
        )
    tag_images(ada, "family/Oma", images[:3])
    tag_images(ada, "Lakes", images[:1])
    add_to(ada, make_album(ada, title="Lake Garda"), images[:2])
    ada.http.post(
        "/api/images/batch",
        json={
            "action": "set_location",
            "location": {"latitude": NICE[0], "longitude": NICE[1]},
            "images": {"ids": images[:1]},
        },
    ).raise_for_status()
    describe(ada, images[1], text="A Lighthouse. The Lighthouse stands by a lagoon in München")
    return images


def ask(person: Person, q: str, **query: str) -> list[Json]:
    answer = person.http.get("/api/search/suggestions", params={"q": q, **query})
    answer.raise_for_status()
    found: list[Json] = answer.json()["suggestions"]
    return found


def brief(found: list[Json]) -> list[tuple[str, str]]:
    return [(each["kind"], each["q"]) for each in found]


ASKED = {
    "om": [("tag", "tag:family/Oma ")],
    "beach fam": [("tag", "beach tag:family "), ("tag", "beach tag:family/Oma ")],
    "-om": [("tag", "-tag:family/Oma ")],
    "lake": [("tag", "tag:Lakes "), ("album", 'album:"Lake Garda" ')],
    "lake gar": [("album", 'album:"Lake Garda" ')],
    "tag:la": [("tag", "tag:Lakes ")],
    'album:"lake g': [("album", 'album:"Lake Garda" ')],
    "nic": [("place", "place:Nice ")],
    "place:fr": [("place", "place:France ")],
    "nimb": [("camera", 'camera:"Quartz 7" ')],
    "quartz": [("camera", 'camera:"Quartz 7" ')],
    "vireo 35": [("lens", 'lens:"Vireo 35mm F2" ')],
    "mar": [("date", "march 2024 ")],
    "beach 202": [("date", "beach 2024 "), ("date", "beach 2024-03 ")],
    "march 20": [("date", "march 2024 ")],
    "april": [],
    "lightho": [("word", "Lighthouse ")],
    "munch": [("word", "München ")],
    "no desc": [("type", "-is:described ")],
    "raw": [("type", "type:raw ")],
    "is:ani": [("type", "is:animated ")],
    "-raw": [("type", "-type:raw ")],
    # Nothing is being typed, or nothing of a library.
    "oma ": [],
    '"oma': [],
    "xylophone": [],
    "camera:lake": [],
    "12.5": [],
    "東京": [],
}


@pytest.mark.usefixtures("images")
def test_each_kind_is_suggested_by_how_it_begins(ada: Person) -> None:
    told = {q: brief(ask(ada, q, today="2025-06-01")) for q in ASKED}
    assert told == ASKED


@pytest.mark.usefixtures("images")
def test_what_is_suggested_finds_something_and_is_understood(ada: Person) -> None:
    for q in ("om", "lak", "nic", "fra", "nimb", "vir", "mar", "202", "light"):
        found = ask(ada, q, today="2025-06-01")
        assert found, q
        for each in found:
            answer = ada.http.get("/api/search", params={"q": each["q"], "today": "2025-06-01"})
            answer.raise_for_status()
            assert answer.json()["total"], each
            if each["kind"] != "word":
                assert [chip["kind"] for chip in answer.json()["chips"]] == [each["kind"]]


@pytest.mark.usefixtures("images")
def test_relative_dates_are_suggested_where_there_are_images(ada: Person) -> None:
    assert [each["label"] for each in ask(ada, "last", today="2024-08-02")] == ["Last spring"]
    assert [each["label"] for each in ask(ada, "this", today="2024-05-02")] == [
        "This year",
        "This spring",
    ]


def test_suggestions_follow_what_becomes_of_a_library(ada: Person, images: list[str]) -> None:
    rename(ada, "family/Oma", "family/Gerda").raise_for_status()
    assert (ask(ada, "oma"), brief(ask(ada, "gerda"))) == ([], [("tag", "tag:family/Gerda ")])
    ada.http.delete(f"/api/tags/{tag_id(ada, 'family/Gerda')}").raise_for_status()
    body = {"action": "delete", "images": {"ids": images[:2]}}
    ada.http.post("/api/images/batch", json=body).raise_for_status()
    for q in ("gerda", "light", "nic", "nimb", "vireo"):
        assert ask(ada, q) == [], q


NEVER = ("om", "fam", "lak", "nic", "fran", "nimb", "vire", "mar", "202", "light", "mün", "tag:o",
         "album:l", "place:n", "camera:q", "lens:v")  # fmt: skip


def test_nobody_is_told_of_anything_of_others(
    ada: Person, bob: Person, images: list[str], database: Engine
) -> None:
    def told(person: Person) -> dict[str, list[Json]]:
        return {q: ask(person, q, today="2025-06-01") for q in NEVER}

    assert all(told(ada).values())
    # Bob has nothing, then images of his own: it is the same to him whatever Ada has.
    nothing = told(bob)
    assert [each for found in nothing.values() for each in found] == []
    his = add_images(bob, database, 3, start=200)
    describe(bob, his[0], text="A meadow")
    before = told(bob)
    describe(ada, images[3], text="A lighthouse and a meadowlark", tags=["meadowland"])
    tag_images(ada, "meadowsweet", images)
    make_album(ada, title="Meadows of Omaha")
    assert told(bob) == before
    assert brief(ask(bob, "mead")) == [("word", "meadow ")]


@pytest.mark.usefixtures("app", "images")
def test_a_person_whose_terms_begin_alike_is_told_nothing(ada: Person) -> None:
    """Two people in 16 million share what their terms begin with: the owner is compared besides."""
    twin = Owner(UUID(bytes=UUID(ada.user_id).bytes[:3] + bytes(13)))
    today = now().date()
    assert suggest(Owner(UUID(ada.user_id)), "light", today=today)
    for q in NEVER:
        assert suggest(twin, q, today=today) == []
    db.session.rollback()


@pytest.mark.usefixtures("app")
def test_what_only_old_images_have_is_found_by_the_index(
    ada: Person, images: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, today = Owner(UUID(ada.user_id)), now().date()

    def of(q: str) -> list[str]:
        found = suggest(owner, q, today=today)
        db.session.rollback()
        return [each.q for each in found]

    describe(ada, images[5], text="A walrus", tags=[])
    monkeypatch.setattr(pictures, "NEWEST", 1)
    assert of("walr") == ["walrus "]
    assert of("lightho") == ["Lighthouse "]
    # Where it takes too long it is left out: nothing waits, nothing fails.
    monkeypatch.setattr(pictures, "MAX_INDEX_MS", 1)
    slow = "SELECT pg_sleep(1), CAST(:owner AS text), CAST(:wanted AS text[]), CAST(:most AS int)"
    monkeypatch.setattr(pictures, "_OF_THE_INDEX", Prepared(text(slow)))
    assert of("walr") == []
    # What is read then has the time that every statement has.
    monkeypatch.setattr(pictures, "_NEWEST", Prepared(text(slow.replace(":wanted", "NULL"))))
    monkeypatch.setattr(pictures, "MAX_NEWEST_MS", 1)
    usual = db.session.scalar(text("SHOW statement_timeout"))
    assert suggest(owner, "walr", today=today) == []
    assert db.session.scalar(text("SHOW statement_timeout")) == usual
    db.session.rollback()


@pytest.mark.usefixtures("images")
def test_without_a_seat_kinds_and_dates_are_suggested_at_once(
    ada: Person, database: Engine
) -> None:
    with ExitStack() as others:
        for _ in range(READ_SEATS):
            other = others.enter_context(database.connect())
            assert other.execute(TAKE_READ_SEAT, {"user": ada.user_id}).scalar()
        for q in ("om", "lake", "nic", "nimb", "vireo", "lightho"):
            assert ask(ada, q) == [], q
        assert brief(ask(ada, "mar")) == [("date", "march 2024 ")]
        assert brief(ask(ada, "raw")) == [("type", "type:raw ")]
    assert brief(ask(ada, "lightho")) == [("word", "Lighthouse ")]


@pytest.mark.usefixtures("app")
def test_of_texts_at_their_limits_a_bounded_part_is_read(
    ada: Person, images: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of Han each character and each pair is a term: of 10,000 characters, 200 KB for an image."""
    han = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(9_000))
    begun = " ".join(f"lighthouse{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(600))
    for image_id in images:
        describe(ada, image_id, text="A picture of a page")
    with db.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE descriptions SET visible_text = :text"
                " WHERE image_id = ANY (CAST(:ids AS uuid[]))"
            ),
            {"text": f"{begun} {han}", "ids": images},
        )
    index_images([UUID(each) for each in images])
    db.session.commit()
    stored = text("SELECT max(length(CAST(words AS text))) FROM image_search")
    assert (db.session.scalar(stored) or 0) > 200_000
    fetched: dict[Prepared, list[int]] = defaultdict(list)
    ask_database = Prepared.rows

    def rows(query: Prepared, values: Mapping[str, object]) -> Sequence[tuple[Any, ...]]:
        found = ask_database(query, values)
        fetched[query].append(len(repr(found).encode()))
        return found

    monkeypatch.setattr(Prepared, "rows", rows)
    owner = Owner(UUID(ada.user_id))
    for q in ("lighthousea", "li", chr(0x4E00), han[:40]):
        found = suggest(owner, q, today=now().date())
        assert bool(found) == q.startswith("li"), q
    db.session.rollback()
    of_an_image = pictures.MAX_WORDS_OF_AN_IMAGE * pictures.MAX_WORD_BYTES + 500
    newest = fetched.pop(pictures._NEWEST)  # noqa: SLF001 - that which reads most images
    assert len(newest) == 4
    assert max(newest) < len(images) * of_an_image
    # Of the others one reads texts: those of a few images, for how a word is written.
    assert sum(sum(sizes) for sizes in fetched.values()) < 2 * 2 * 3 * pictures.MAX_TEXT


@pytest.mark.usefixtures("app", "images")
def test_each_statement_names_the_owner_and_a_limit(ada: Person) -> None:
    asked: list[tuple[str, object]] = []

    def note(_c: object, _cur: object, words: str, values: object, *_: object) -> None:
        asked.append((words, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        suggest(Owner(UUID(ada.user_id)), "la lag", today=now().date())
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
        db.session.rollback()
    assert len(asked) >= 4
    for words, values in asked:
        if " FROM " not in words:  # the seat, and the time
            continue
        assert isinstance(values, dict)
        assert values["owner"] == ada.user_id, words
        assert "LIMIT" in words or "ANY" in words, words


def test_operator_of_albums(ada: Person, images: list[str]) -> None:
    add_to(ada, make_album(ada, title="Garda again"), images[3:5])
    assert ids_of(ada, 'album:"lake garda"') == images[:2]
    assert ids_of(ada, "album:garda") == [*images[:2], *images[3:5]]
    assert ids_of(ada, "album:garda -album:lake") == images[3:5]
    assert ids_of(ada, "album:garda lighthouse") == images[1:2]
    assert ids_of(ada, "album:nothing") == []
    answer = ada.http.get("/api/search", params={"q": "album:,"})
    assert answer.status_code == 422
