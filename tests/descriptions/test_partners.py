"""A picture is not sent before its partners are known: one of them may be never sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from app.settings import with_driver
from tests.conftest import running_stack
from tests.support.describing import describe
from tests.support.library import Library, library_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID


SHOT = (
    "UPDATE images SET name = :name, content_type = :type, taken_at = '2024-03-01 12:00:00'"
    " WHERE id = :id RETURNING 1"
)
LOOKED_FOR = (
    "INSERT INTO image_shots (image_id, owner_id, key, taken_at)"
    " VALUES (:id, :owner, 'img_1234', '2024-03-01 12:00:00') RETURNING 1"
)
NEVER = "INSERT INTO unsent_images (image_id, owner_id) VALUES (:id, :owner) RETURNING 1"
# As whoever processes it commits it, before looking for its partners.
ARRIVED = (
    "WITH queued AS (INSERT INTO images_to_stack (image_id, owner_id) VALUES (:id, :owner))"
    " UPDATE images SET description_state = 'waiting', description_asked_at = now()"
    " WHERE id = :id RETURNING 1"
)
STATE = "SELECT description_state FROM images WHERE id = :id"
RESTS = "SELECT description_leased_until > now() FROM images WHERE id = :id"
END_REST = "UPDATE images SET description_leased_until = NULL WHERE id = :id RETURNING 1"


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library:
        yield library


@pytest.fixture
def owner(library: Library) -> UUID:
    person = library.person()
    agree = "UPDATE users SET descriptions_enabled_at = now() WHERE id = :id RETURNING 1"
    library.value(agree, id=person)
    return person


@pytest.fixture
def arrived(library: Library, owner: UUID) -> UUID:
    """A raw file that waits, of one shot with a picture that is never sent."""
    kept, raw = (library.add(owner).image_id for _ in range(2))
    library.value(SHOT, id=kept, name="img_1234.jpg", type="image/jpeg")
    library.value(SHOT, id=raw, name="img_1234.cr3", type="image/x-canon-cr3")
    library.value(LOOKED_FOR, id=kept, owner=owner)
    library.value(NEVER, id=kept, owner=owner)
    library.value(ARRIVED, id=raw, owner=owner)
    return raw


def test_a_partner_of_what_is_never_sent_is_not_sent_either(
    library: Library, arrived: UUID
) -> None:
    describe(library)
    assert library.value(STATE, id=arrived) == "none"


def test_a_picture_rests_while_nobody_can_look_for_its_partners(
    library: Library, arrived: UUID, owner: UUID
) -> None:
    engine = create_engine(with_driver(library.stack.database_url))
    turn = "SELECT pg_advisory_xact_lock(hashtextextended(CAST(:owner AS text), 8))"
    with engine.begin() as other:
        other.execute(text(turn), {"owner": str(owner)})
        describe(library)
    engine.dispose()
    assert (library.value(STATE, id=arrived), library.value(RESTS, id=arrived)) == ("waiting", True)
    library.value(END_REST, id=arrived)
    describe(library)
    assert library.value(STATE, id=arrived) == "none"
