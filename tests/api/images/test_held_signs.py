"""Signs in memory: which are held, how they are read, and for how long."""

import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace
from uuid import UUID, uuid4

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import Engine, text

from app.database import db
from app.embeddings.encoder import DIMENSIONS, MODEL, Vector
from app.search.meaning import signs
from app.search.meaning.signs import RELOAD_SECONDS, HeldSigns, Signs, read_signs
from tests.api.albums.conftest import add_images
from tests.support.users import Person

pytestmark = pytest.mark.usefixtures("app")  # in whose database signs are read

ASKED = Vector(signs="1" * DIMENSIONS, parts=b"")


def add_meanings(person: Person, database: Engine, count: int, *, start: int = 0) -> list[str]:
    """Put images with vectors straight into the library."""
    images = add_images(person, database, count, start=start)
    insert = text(f"""
        INSERT INTO image_meanings (image_id, owner_id, model, text_digest, signs, parts)
        SELECT id, owner_id, {int(MODEL)}, '', CAST(repeat('1', {DIMENSIONS}) AS bit({DIMENSIONS})),
            '' FROM images WHERE id = ANY (CAST(:ids AS uuid[]))
    """)  # noqa: S608 - constants
    with database.begin() as connection:
        connection.execute(insert, {"ids": images})
    return images


def number_meanings(database: Engine, numbers: dict[str, int]) -> None:
    """Give vectors these versions, in this order."""
    number = text("UPDATE image_meanings SET version = :number WHERE image_id = :id")
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE image_meanings DISABLE TRIGGER number_meaning"))
        for image_id, version in numbers.items():
            connection.execute(number, {"number": version, "id": image_id})
        connection.execute(text("ALTER TABLE image_meanings ENABLE TRIGGER number_meaning"))


def nearest(held: HeldSigns, person: Person) -> set[str]:
    for scan in ("indexscan", "indexonlyscan", "bitmapscan"):
        db.session.execute(text(f"SET LOCAL enable_{scan} = off"))  # which would order them
    found = held.nearest(UUID(person.user_id), ASKED, most=1_000)
    db.session.rollback()
    return {str(UUID(each)) for each in found}


@pytest.mark.parametrize("numbers", [(5, 9, 7), (9, 7, 5)])
def test_of_more_than_are_held_the_latest_are_and_none_is_skipped(
    ada: Person, database: Engine, monkeypatch: pytest.MonkeyPatch, numbers: tuple[int, ...]
) -> None:
    """In whichever order they lie in the table."""
    monkeypatch.setattr(signs, "MAX_HELD", 2)
    images = add_meanings(ada, database, 3)
    by_number = dict(zip(numbers, images, strict=True))
    held = HeldSigns()
    number_meanings(database, {image_id: number for number, image_id in by_number.items()})
    assert nearest(held, ada) == {by_number[9], by_number[7]}
    number_meanings(database, {image_id: 11 * number for number, image_id in by_number.items()})
    assert nearest(held, ada) == {by_number[7], by_number[5]}
    assert nearest(held, ada) == {by_number[9], by_number[7]}


def test_signs_of_who_asked_longest_ago_are_forgotten(
    ada: Person, bob: Person, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[tuple[str, int]] = []

    def reading(owner_id: UUID, *, after: int, read_at: float) -> Signs:
        read.append((str(owner_id), after))
        return read_signs(owner_id, after=after, read_at=read_at)

    monkeypatch.setattr(signs, "read_signs", reading)
    for person in (ada, bob):
        add_meanings(person, database, 3)
    held = HeldSigns(most=4)
    for person in (ada, ada, bob, ada):
        assert len(nearest(held, person)) == 3
    assert [(who, after == -1) for who, after in read] == [
        (ada.user_id, True),
        (ada.user_id, False),
        (bob.user_id, True),
        (ada.user_id, True),
    ]


def a_sign(*, after: int, read_at: float) -> Signs:
    """Signs of one image, as if they had been read."""
    return Signs(
        ids=np.full((1, 2), after + 2, dtype=np.uint64),
        words=np.zeros((DIMENSIONS // 64, 1), dtype=np.uint64),
        version=after + 1,
        read_at=read_at,
    )


def test_questions_at_once_read_all_of_a_person_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else each of them holds a million in memory, and the database reads them as often."""
    both_read = threading.Barrier(2)
    read: list[int] = []

    def reading(_: UUID, *, after: int, read_at: float) -> Signs:
        read.append(after)
        with suppress(threading.BrokenBarrierError):
            both_read.wait(timeout=0.5)  # as long as the other one may come as well
        return a_sign(after=after, read_at=read_at)

    monkeypatch.setattr(signs, "read_signs", reading)
    held, owner_id = HeldSigns(), uuid4()

    def ask() -> int:
        with app.app_context():
            return len(held.nearest(owner_id, ASKED, most=9))

    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(ask) for _ in range(2)]
    assert sorted(each.result() for each in asked) == [1, 2]
    assert read == [-1, 0]


@pytest.fixture
def let_pass(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let seconds pass."""
    clock = SimpleNamespace(seconds=1_000.0)
    monkeypatch.setattr(signs, "time", SimpleNamespace(monotonic=lambda: clock.seconds))

    def let_pass(seconds: float) -> None:
        clock.seconds += seconds

    return let_pass


def test_signs_that_nobody_asks_for_are_not_held_for_long(
    let_pass: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not those that are read anew, and none of somebody who comes no more, or has no account."""
    made: list[weakref.ref[Signs]] = []
    held_at_reading: list[int] = []

    def reading(_: UUID, *, after: int, read_at: float) -> Signs:
        held_at_reading.append(sum(each() is not None for each in made))
        found = a_sign(after=after, read_at=read_at)
        if after >= 0:
            return replace(found, ids=found.ids[:0], words=found.words[:, :0])  # nothing changed
        made.append(weakref.ref(found))
        return found

    monkeypatch.setattr(signs, "read_signs", reading)
    held, former, owner = HeldSigns(), uuid4(), uuid4()
    for owner_id in (former, owner):
        held.nearest(owner_id, ASKED, most=9)
        let_pass(RELOAD_SECONDS / 2 - 1)
    held.nearest(owner, ASKED, most=9)  # the former's are still held, and these
    let_pass(RELOAD_SECONDS / 2 + 2)
    held.nearest(owner, ASKED, most=9)  # none: the former's are forgotten, these read anew
    held.forget(owner)
    held.nearest(owner, ASKED, most=9)
    db.session.rollback()
    assert held_at_reading == [0, 1, 2, 0, 0]
