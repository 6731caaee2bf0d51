"""How large pictures are together."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import text

from app.accounts.rate_limits.seats import FEW_ROWS
from app.library.batch_schemas import MAX_BATCH
from tests.api.albums.conftest import add_images
from tests.api.images.test_reads_at_once import seats_taken

if TYPE_CHECKING:
    import httpx2
    from sqlalchemy import Engine

    from tests.support.users import Person


def ask(person: Person, ids: list[str]) -> httpx2.Response:
    return person.http.post("/api/images/total", json={"ids": ids})


def test_total_is_that_of_ones_own_pictures_each_once(
    ada: Person, bob: Person, database: Engine
) -> None:
    own, others = add_images(ada, database, 3), add_images(bob, database, 2)
    with database.begin() as rows:
        for size, image_id in zip((5, 10**12, 7), own, strict=True):
            rows.execute(
                text("UPDATE images SET byte_size = :size WHERE id = :id"),
                {"size": size, "id": image_id},
            )
    assert ask(ada, own).json() == {"images": 3, "size": 10**12 + 12}
    assert ask(ada, [own[0], own[0], own[2]]).json() == {"images": 2, "size": 12}
    # Somebody else's, and what never was, answer alike.
    theirs, random = ask(ada, [own[0], *others]), ask(ada, [own[0], str(uuid4()), str(uuid4())])
    assert theirs.json() == random.json() == {"images": 1, "size": 5}
    assert ask(ada, others).json() == {"images": 0, "size": 0}


def test_total_is_of_so_many_at_most_and_takes_a_seat(ada: Person, database: Engine) -> None:
    many = [str(uuid4()) for _ in range(MAX_BATCH)]
    assert ask(ada, many).status_code == 200
    assert ask(ada, [*many, str(uuid4())]).status_code == 422
    assert ask(ada, []).status_code == 422
    with seats_taken(database, ada.user_id):
        assert ask(ada, many).json()["code"] == "too_many_at_once"
        assert ask(ada, many[:FEW_ROWS]).status_code == 200
