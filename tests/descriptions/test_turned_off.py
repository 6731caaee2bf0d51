"""A person turns descriptions off while thousands of their pictures wait for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from app.descriptions.consent import MAX_STOPPED
from app.settings import with_driver
from tests.conftest import running_stack
from tests.support.describing import describe
from tests.support.library import Library, library_on

if TYPE_CHECKING:
    from collections.abc import Iterator


WAITING = (
    "INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,"
    " stored_at, timeline_at, has_preview, attempts, description_state, description_asked_at)"
    " SELECT gen_random_uuid(), :owner, 'a.jpg', 1, sha256(gen_random_uuid()::text::bytea),"
    " 'image/jpeg', 'ready', now(), now(), now(), true, 0, 'waiting', now() + n * interval '1 ms'"
    " FROM generate_series(1, :count) AS n RETURNING 1"
)
WHO_WAITS = "SELECT array_agg(id) FROM images WHERE description_state = 'waiting'"
LAST = "SELECT id FROM images ORDER BY description_asked_at DESC LIMIT 1"


@pytest.fixture
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library:
        yield library


def test_waiting_ends_by_the_thousand_and_past_rows_that_somebody_has_locked(
    library: Library, changed: list[int]
) -> None:
    count = 2 * MAX_STOPPED + 1
    library.value(WAITING, owner=library.person(), count=count)
    locked = library.value(LAST)
    engine = create_engine(with_driver(library.stack.database_url))
    with engine.begin() as changing:
        changing.execute(text("SELECT id FROM images WHERE id = :id FOR UPDATE"), {"id": locked})
        describe(library)
        assert library.value(WHO_WAITS) == [locked]
    engine.dispose()
    assert max(changed) <= MAX_STOPPED + 1  # with the one that was begun
    assert sum(changed) == count - 1
    describe(library)
    assert library.value(WHO_WAITS) is None
