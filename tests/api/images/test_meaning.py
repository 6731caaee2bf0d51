"""Search by meaning: what means nearly the same, behind what has the words, and nobody else's."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, cast
from uuid import UUID

import httpx2
import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from app.accounts.sessions.lookup import Owner
from app.api.app import create_app
from app.database import db, is_lock_timeout
from app.embeddings.encoder import MODEL, Encoder, Vector
from app.http.dependencies import build_parts
from app.search.meaning import make
from app.search.meaning.make import embed_some, note_former_models, owners_to_embed
from app.search.meaning.nearest import Limits, encode_words, find_near
from app.search.meaning.signs import HeldSigns
from app.search.query import parse_query
from app.settings import Settings
from scripts.embedded.models import StandIn
from scripts.embedded.stack import EmbeddedStack
from tests.api.albums.conftest import add_images
from tests.api.conftest import api_settings, keys_of, running_api
from tests.support.search import change, describe, ids_of
from tests.support.users import Json, Person

PUPPIES = "Three puppies tumble over each other on a lawn"
PIZZA = "A pizza with a charred crust comes out of a wood-fired oven"
RECEIPT = "A receipt for a washing machine with a two-year warranty"


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder()


@pytest.fixture
def images(
    ada: Person,
    database: Engine,
    app: Flask,  # noqa: ARG001 - whose database vectors are made in
    encoder: Encoder,
) -> list[str]:
    """Three described images of Ada's, of 3 March 2024 to 1 March, and one that says nothing."""
    nothing, *images = add_images(ada, database, 4)
    for image_id, said in zip(images, (PUPPIES, PIZZA, RECEIPT), strict=True):
        describe(ada, image_id, alt_text=said)
    embed_all(database, encoder)
    return [*images, nothing]


def embed_all(database: Engine, encoder: Encoder) -> None:
    """Make all vectors; the worker of the stack may do some of it meanwhile."""
    noted = text("SELECT count(*) FROM images_to_embed")
    for _ in range(1_000):
        for owner_id in owners_to_embed():
            embed_some(owner_id, encoder=encoder)
        with database.connect() as connection:
            if connection.scalar(noted) == 0:
                return
    raise AssertionError("notes stay")


def near(person: Person, q: str, **query: str | int) -> Json:
    answer = person.http.get("/api/search/meaning", params={"q": q, **query})
    answer.raise_for_status()
    found: Json = answer.json()
    assert found["is_on"]
    return found


def near_ids(person: Person, q: str, **query: str | int) -> list[str]:
    return [image["id"] for image in near(person, q, **query)["images"]]


@pytest.mark.parametrize(
    ("q", "which"),
    [
        ("young dogs playing", 0),
        ("junge Hunde", 0),
        ("chiots qui jouent", 0),
        ("子犬", 0),
        ("Italian food", 1),
        ("comida italiana", 1),
        ("proof of purchase", 2),
        ("Garantieschein der Waschmaschine", 2),
    ],
)
def test_what_means_the_same_is_found_in_many_languages(
    ada: Person, images: list[str], q: str, which: int
) -> None:
    assert ids_of(ada, q) == []
    found = near(ada, q)["images"]
    assert [image["id"] for image in found][:1] == [images[which]]
    said = (PUPPIES, PIZZA, RECEIPT)[which]
    assert found[0]["why"] == [{"field": "meaning", "snippet": said, "marks": []}]


def test_what_means_something_else_is_not_found(ada: Person, images: list[str]) -> None:
    assert images[3] not in near_ids(ada, "puppies playing outside")
    for q in ("xylophone", "asdf", "IMG_4711", "quarterly tax return", "!", "-puppies", '"dogs"'):
        assert (q, near_ids(ada, q)) == (q, [])


def test_a_word_match_is_left_to_the_words(ada: Person, images: list[str]) -> None:
    assert (ids_of(ada, "puppies"), near_ids(ada, "puppies")) == ([images[0]], [])
    assert (ids_of(ada, "puppies dogs"), near_ids(ada, "puppies dogs")) == ([], [images[0]])


@pytest.mark.parametrize(
    ("q", "is_found"),
    [
        ("dogs march 2024", True),
        ("dogs april 2024", False),
        ("dogs from:2024-03-03", True),
        ("dogs until:2024-03-02", False),
        ("dogs -lawn", False),
        ("dogs -snow", True),
        ('dogs "a lawn"', True),
        ('dogs "the lawn"', False),
        ("dogs type:jpeg", True),
        ("dogs type:gif", False),
        ("dogs is:favourite", False),
        ("dogs -is:favourite", True),
        ("dogs is:deleted", False),
        ("dogs camera:leica", False),
    ],
)
def test_operators_hold_for_what_means_nearly(
    ada: Person, images: list[str], q: str, *, is_found: bool
) -> None:
    assert near_ids(ada, q) == ([images[0]] if is_found else [])


def test_what_is_deleted_is_found_as_such_only(ada: Person, images: list[str]) -> None:
    ada.http.delete(f"/api/images/{images[0]}").raise_for_status()
    assert near_ids(ada, "young dogs playing") == []
    assert near_ids(ada, "young dogs playing is:deleted") == [images[0]]


def test_a_changed_text_means_something_else(
    ada: Person, images: list[str], database: Engine, encoder: Encoder
) -> None:
    describe(ada, images[0], alt_text="Storm waves crash over the harbour wall")
    embed_all(database, encoder)
    assert near_ids(ada, "young dogs playing") == []
    assert near_ids(ada, "rough sea") == [images[0]]
    describe(ada, images[0], alt_text="…", tags=["puppies", "garden"])
    embed_all(database, encoder)
    assert near_ids(ada, "young dogs") == [images[0]]
    describe(ada, images[0], alt_text="…")
    embed_all(database, encoder)
    assert kept(database, images[0]) is None  # and no vector of length 0
    assert near_ids(ada, "young dogs") == []


def test_what_stayed_the_same_is_not_made_anew(
    ada: Person, images: list[str], database: Engine, encoder: Encoder
) -> None:
    before = kept(database, images[0])
    with database.begin() as connection:  # as if it were another vector, which would be seen
        connection.execute(
            text("UPDATE image_meanings SET signs = ~signs WHERE image_id = :id"), {"id": images[0]}
        )
    flipped = kept(database, images[0])
    change(ada, images[0], name="renamed.jpg")
    embed_all(database, encoder)
    assert kept(database, images[0]) == flipped != before


def test_a_text_that_changes_while_its_vector_is_made_is_not_missed(
    ada: Person, images: list[str], database: Engine, encoder: Encoder
) -> None:
    class Slow(Encoder):
        """The text is changed between reading it and writing its vector."""

        def encode(self, texts: Sequence[str]) -> list[Vector | None]:
            describe(ada, images[0], alt_text="Storm waves crash over the harbour wall")
            return super().encode(texts)

    note(database, ada)
    embed_some(UUID(ada.user_id), encoder=Slow())
    embed_all(database, encoder)
    assert near_ids(ada, "rough sea") == [images[0]]


def test_vectors_of_a_former_model_are_not_compared_and_made_anew(
    ada: Person, images: list[str], database: Engine, encoder: Encoder
) -> None:
    former = text("UPDATE image_meanings SET model = :former WHERE owner_id = :owner")
    compared = text(
        "SELECT count(*) FROM nearest_meanings("
        ":owner, CAST(:model AS smallint), CAST(repeat('1', 512) AS bit(512)), 10)"
    )
    with database.begin() as connection:
        connection.execute(former, {"former": MODEL - 1, "owner": ada.user_id})
        counted = {
            model: connection.scalar(compared, {"owner": ada.user_id, "model": model})
            for model in (MODEL, MODEL - 1)
        }
    assert counted == {MODEL: 0, MODEL - 1: 3}
    note_former_models()
    embed_all(database, encoder)
    assert near_ids(ada, "young dogs playing") == [images[0]]


def test_former_vectors_of_each_owner_are_made_anew_in_turn(
    ada: Person, bob: Person, images: list[str], database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever has very many is first, and the others find nothing by meaning for days."""
    his = add_images(bob, database, 3, start=1_000)
    owners = {"owners": [ada.user_id, bob.user_id]}
    of_both = "owner_id = ANY (CAST(:owners AS uuid[]))"
    with database.begin() as connection:
        copy_meaning(connection, his, of=images[0])
        connection.execute(text(f"DELETE FROM images_to_embed WHERE {of_both}"), owners)  # noqa: S608
        connection.execute(
            text(f"UPDATE image_meanings SET model = {MODEL - 1} WHERE {of_both}"),  # noqa: S608
            owners,
        )
    monkeypatch.setattr(make, "MAX_FORMER", 2)
    note_former_models()
    taken = text(f"""
        SELECT owner_id FROM images_to_embed WHERE {of_both}
        UNION SELECT owner_id FROM image_meanings WHERE {of_both} AND model = {MODEL}
    """)  # noqa: S608 - of the second the worker of the stack made vectors meanwhile
    with database.connect() as connection:
        found = connection.execute(taken, owners).scalars()
        assert {str(each) for each in found} == {ada.user_id, bob.user_id}


def test_nobody_finds_what_others_mean(
    ada: Person, bob: Person, images: list[str], database: Engine, encoder: Encoder
) -> None:
    """THREATS 1, 3: not by results, and not by what is left out of them."""
    (his,) = add_images(bob, database, 1, start=900)
    describe(bob, his, alt_text="Puppies in a basket")
    embed_all(database, encoder)
    assert near_ids(bob, "young dogs playing") == [his]
    assert near_ids(ada, "young dogs playing") == [images[0]]


def copy_meaning(connection: Connection, ids: list[str], *, of: str) -> None:
    """Give images the meaning of another one."""
    copy = text("""
        INSERT INTO image_meanings (image_id, owner_id, model, text_digest, signs, parts)
        SELECT i.id, i.owner_id, m.model, m.text_digest, m.signs, m.parts
        FROM images AS i, image_meanings AS m
        WHERE i.id = ANY (CAST(:ids AS uuid[])) AND m.image_id = :of ON CONFLICT DO NOTHING
    """)
    connection.execute(copy, {"ids": ids, "of": of})


def test_one_with_few_images_finds_them_beside_very_many_of_others_and_pages_beyond_forty(
    ada: Person, bob: Person, images: list[str], database: Engine
) -> None:
    """An index of approximate neighbours gives 40 of all, of which none may be this person's."""
    many = add_images(bob, database, 300, start=1_000)
    with database.begin() as connection:
        copy_meaning(connection, many, of=images[0])
    assert near_ids(ada, "young dogs playing") == [images[0]]
    pages: list[list[str]] = []
    cursor: dict[str, str] = {}
    while True:
        page = near(bob, "young dogs playing", limit=60, **cursor)
        pages.append([image["id"] for image in page["images"]])
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    everything = [each for page in pages for each in page]
    assert [len(page) for page in pages] == [60, 60, 60, 20]  # 200 at most
    assert len(set(everything)) == 200
    assert set(everything) <= set(many)


def test_what_is_deleted_for_good_hides_nothing(
    ada: Person, images: list[str], database: Engine, encoder: Encoder
) -> None:
    """Signs of 600 nearer ones are held when they are deleted: the next question goes without."""
    nearer = add_images(ada, database, 600, start=1_000)
    with database.begin() as connection:
        copy_meaning(connection, nearer, of=images[0])
    describe(ada, images[0], alt_text="A dog on a lawn")
    embed_all(database, encoder)
    assert set(near_ids(ada, "three puppies tumbling on lawns")) <= set(nearer)
    with database.begin() as connection:
        connection.execute(
            text("DELETE FROM images WHERE id = ANY (CAST(:ids AS uuid[]))"), {"ids": nearer}
        )
    assert near_ids(ada, "three puppies tumbling on lawns")[:1] == [images[0]]


@pytest.mark.parametrize("also", ["", " type:jpeg", " type:jpeg lawn"])
def test_what_is_deleted_for_good_takes_no_place(
    ada: Person, images: list[str], database: Engine, encoder: Encoder, also: str
) -> None:
    """Of the few that are asked whether they match; not in the very next question either."""
    nearer = add_images(ada, database, 90, start=1_000)
    with database.begin() as connection:
        copy_meaning(connection, nearer, of=images[0])
    describe(ada, images[0], alt_text="A dog on a lawn")
    embed_all(database, encoder)
    query = parse_query("three puppies tumbling on lawns" + also, today=date(2024, 7, 1))
    vector = encode_words(query, encoder=encoder)

    def nearest() -> list[str]:
        limits, owner = Limits(first=20, more=40), Owner(UUID(ada.user_id))
        page = find_near(owner, query, vector, encoder=encoder, limit=1, cursor=None, limits=limits)
        db.session.rollback()
        return [str(each) for each in page.ids]

    assert nearest()[0] in nearer
    with database.begin() as connection:
        connection.execute(
            text("DELETE FROM images WHERE id = ANY (CAST(:ids AS uuid[]))"), {"ids": nearer}
        )
    assert nearest() == [images[0]]


def test_signs_in_memory_give_the_same_order_as_the_database(
    ada: Person, images: list[str], database: Engine, encoder: Encoder
) -> None:
    """By any question, at first and after some of them changed."""
    many = add_images(ada, database, 150, start=1_000)
    held = HeldSigns()
    draw = text("""
        UPDATE image_meanings
        SET signs = CAST('x' || encode(sha512(CAST(image_id || ' ' || version AS bytea)), 'hex')
            AS bit(512))
        WHERE image_id = ANY (CAST(:ids AS uuid[]))
    """)
    by_database = text(
        "SELECT image_id FROM nearest_meanings("
        ":owner, CAST(:model AS smallint), CAST(:signs AS bit(512)), 40)"
    )
    with database.begin() as connection:
        copy_meaning(connection, many, of=images[0])
    for changed in (many, many[:30], many[100:]):
        with database.begin() as connection:
            connection.execute(draw, {"ids": changed})
        for q in ("young dogs", "a pizza", "xylophone"):
            (vector,) = encoder.encode([q])
            assert vector
            values = {"owner": ada.user_id, "model": MODEL, "signs": vector.signs}
            with database.connect() as connection:
                expected = [each.hex for each in connection.scalars(by_database, values)]
            assert held.nearest(UUID(ada.user_id), vector, most=40) == expected
            db.session.rollback()


def test_changes_of_one_person_are_numbered_in_the_order_of_their_commits(
    bob: Person, images: list[str], database: Engine
) -> None:
    """Else a question between two commits would never see what has the lower number."""
    his = add_images(bob, database, 1, start=900)
    touch = text("UPDATE image_meanings SET text_digest = text_digest WHERE image_id = :id")
    with database.begin() as connection:
        copy_meaning(connection, his, of=images[0])
    with database.begin() as first, database.begin() as second:
        first.execute(touch, {"id": images[0]})
        second.execute(touch, {"id": his[0]})  # another's is not held up
        second.execute(text("SET LOCAL lock_timeout = 50"))
        with pytest.raises(OperationalError) as refused:
            second.execute(touch, {"id": images[1]})
        assert is_lock_timeout(refused.value)
        second.rollback()


def test_filters_behind_the_nearest_reach_further_where_few_match(
    ada: Person, images: list[str], database: Engine, encoder: Encoder
) -> None:
    """Another 200 are nearer than the one that is asked for by its date."""
    others = add_images(ada, database, 200, start=100)
    with database.begin() as connection:
        copy_meaning(connection, others, of=images[0])
    describe(ada, images[1], alt_text="A dog on a lawn")
    embed_all(database, encoder)
    query = parse_query("three puppies tumbling on lawns until:2024-03-02", today=date(2024, 7, 1))
    owner = Owner(UUID(ada.user_id))
    for more, expected in ((100, []), (1_000, [images[1]])):
        limits = Limits(first=50, more=more)
        vector = encode_words(query, encoder=encoder)
        page = find_near(owner, query, vector, encoder=encoder, limit=9, cursor=None, limits=limits)
        db.session.rollback()
        assert [str(each) for each in page.ids] == expected


def test_an_image_that_somebody_deletes_holds_up_no_other(
    ada: Person, images: list[str], database: Engine, encoder: Encoder
) -> None:
    note(database, ada)
    with database.begin() as deleting:
        deleting.execute(text("SELECT FROM images WHERE id = :id FOR UPDATE"), {"id": images[0]})
        embed_some(UUID(ada.user_id), encoder=encoder)
        with database.connect() as connection:
            left = connection.execute(text("SELECT image_id FROM images_to_embed")).scalars().all()
        assert [str(each) for each in left] == [images[0]]


def test_no_connection_is_held_while_words_are_encoded(
    ada: Person, images: list[str], stack: EmbeddedStack
) -> None:
    held: list[int] = []

    class Watching(Encoder):
        def encode(self, texts: Sequence[str]) -> list[Vector | None]:
            held.append(cast("Any", db.engine.pool).checkedout())
            return super().encode(texts)

    environment = stack.environment("api")
    with keys_of(environment):
        parts = build_parts(Settings.from_environment(environment))
        client = create_app(replace(parts, encoder=Watching())).test_client()
        client.set_cookie("session", ada.http.cookies["session"], domain="localhost")
        answer = client.get("/api/search/meaning", query_string={"q": "young dogs playing"})
    assert answer.json is not None
    assert [image["id"] for image in answer.json["images"]] == [images[0]]
    assert held == [0]


@pytest.mark.parametrize("cursor", ["nonsense", "bWVhbmluZ3x8", "c2VhcmNofDF8Mg"])
def test_cursors_that_are_not_ours_are_refused(ada: Person, images: list[str], cursor: str) -> None:
    assert images
    params = {"q": "dogs", "cursor": cursor}
    refused = ada.http.get("/api/search/meaning", params=params)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_cursor")


def test_a_site_may_switch_it_off(
    ada: Person, images: list[str], stack: EmbeddedStack, model: StandIn
) -> None:
    assert near_ids(ada, "young dogs playing") == [images[0]]
    settings = api_settings(stack, model) | {"SEARCH_BY_MEANING": "off"}
    with running_api(settings) as address:
        there = httpx2.Client(
            base_url=address, headers=ada.http.headers, cookies=ada.http.cookies, timeout=30
        )
        with there:
            answer = there.get("/api/search/meaning", params={"q": "young dogs playing"})
            assert answer.json() == {
                "images": [],
                "is_on": False,
                "next_cursor": None,
                "addresses": None,
            }
            assert there.get("/api/search", params={"q": "puppies"}).json()["total"] == 1


def note(database: Engine, person: Person) -> None:
    """Note all of a person's images, as a change of their texts does."""
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO images_to_embed (image_id, owner_id) SELECT image_id, owner_id"
                " FROM image_search WHERE owner_id = :owner ON CONFLICT DO NOTHING"
            ),
            {"owner": person.user_id},
        )


def kept(database: Engine, image_id: str) -> tuple[object, ...] | None:
    query = text("SELECT signs, parts, model FROM image_meanings WHERE image_id = :id")
    with database.connect() as connection:
        row = connection.execute(query, {"id": image_id}).one_or_none()
        return None if row is None else (row.signs, bytes(row.parts), row.model)


def test_texts_without_letters_have_no_vector_and_long_ones_cost_little(encoder: Encoder) -> None:
    nothing = ["", "   ", "…", "😀", "\0", "- -"]
    assert encoder.encode(nothing) == [None] * len(nothing)
    # U+FDFA is eighteen letters once it is normalized: 1,000 of it would take seconds.
    long, same = encoder.encode(["\ufdfa" * 1_000, "\ufdfa" * 200])
    assert long
    assert same
    assert long.parts == same.parts
    assert (len(long.parts), len(long.signs)) == (512, 512)
    (near_itself,) = encoder.nearness(long, [same.parts])
    assert 0.98 < near_itself < 1.02
    assert encoder.nearness(long, []) == []
