"""A person turns descriptions off while thousands of their pictures wait for one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, event, text

from app.descriptions.consent import MAX_STOPPED
from app.descriptions.generate import describe_next
from app.messages import DescribePicture
from app.processing.yielding import never_give_way
from app.settings import with_driver
from tests.conftest import running_stack
from tests.support.budgets import TARIFF
from tests.support.library import Library, library_on
from tests.support.models import Unasked

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


@pytest.fixture
def changed() -> Iterator[list[int]]:
    """How many rows each statement changed that ends the waiting."""
    counts: list[int] = []

    def note(_: object, cursor: object, statement: str, *__: object) -> None:
        if statement.startswith("UPDATE images SET description_state"):
            counts.append(cursor.rowcount)  # type: ignore[attr-defined]

    event.listen(Engine, "after_cursor_execute", note)
    yield counts
    event.remove(Engine, "after_cursor_execute", note)


def describe(library: Library) -> None:
    """Do one message, as the worker does."""
    with library.worker_context.app.app_context():
        describe_next(
            DescribePicture(image_id=uuid4()),
            1,
            store=library.worker_context.store,
            decoders=Unasked(),
            vision=Unasked(),
            tariff=TARIFF,
            is_demo=False,
            give_way=never_give_way,
            ask=lambda _task, _seconds: None,
        )


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
