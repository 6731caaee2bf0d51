"""Signs in memory: which are held, how they are read, and for how long."""

from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from app.database import db
from app.embeddings.encoder import DIMENSIONS, MODEL, Vector
from app.search.meaning import signs
from app.search.meaning.signs import HeldSigns
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
