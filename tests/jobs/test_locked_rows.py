"""Rows that somebody has locked hold up nobody else: not the sweep, arrivals or heartbeats."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from app.images.changes import forget_removals
from app.messages import PictureStored
from app.processing.in_hand import InHand
from app.processing.lease import begin_next, extend
from app.settings import with_driver
from tests.api.conftest import stored_event
from tests.conftest import running_stack
from tests.support.library import Library, library_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.clients.aws.bucket_versions import Place

AT_MOST_SECONDS = 5.0  # all else waits for ten
STATE = "UPDATE images SET state = :state, created_at = {ago} WHERE id = :id RETURNING 1"


@pytest.fixture
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack, pool_size=2) as library:
        yield library


@contextmanager
def locked(library: Library, place: Place) -> Iterator[None]:
    """Have somebody change a picture, and not come to an end."""
    engine = create_engine(with_driver(library.stack.database_url))
    with engine.begin() as changing:
        query = "SELECT id FROM images WHERE id = :id FOR UPDATE"
        changing.execute(text(query), {"id": place.image_id})
        yield
    engine.dispose()


def uploading(library: Library, *, ago: str = "now()") -> Place:
    """A picture of somebody's, whose original has arrived without an event."""
    place = library.add(library.person())
    library.value(STATE.format(ago=ago), id=place.image_id, state="uploading")
    return place


def test_sweep_goes_on_past_a_row_that_somebody_has_locked(library: Library) -> None:
    first = uploading(library, ago="now() - interval '2 hours'")
    second = uploading(library, ago="now() - interval '1 hour'")
    begun = time.monotonic()
    with locked(library, first):
        library.worker_context.sweep()
        swept = "SELECT array_agg(id) FROM images WHERE swept_at IS NOT NULL"
        assert library.value(swept) == [second.image_id]
    assert time.monotonic() - begun < AT_MOST_SECONDS
    library.worker_context.sweep()
    assert sorted(library.value(swept)) == sorted([first.image_id, second.image_id])


def test_removals_of_whoever_changes_much_keep_nobody_elses(library: Library) -> None:
    hers, his = (library.add(library.person()) for _ in range(2))
    for place in (hers, his):
        library.value("DELETE FROM images WHERE id = :id RETURNING 1", id=place.image_id)
    library.value("UPDATE image_changes SET removed_at = now() - interval '91 days' RETURNING 1")
    kept = "SELECT array_agg(owner_id) FROM image_changes"
    for locked_one, other in ((hers, his), (his, hers)):
        engine = create_engine(with_driver(library.stack.database_url))
        with engine.begin() as changing:
            changing.execute(
                text("SELECT 1 FROM storage WHERE user_id = :id FOR UPDATE"),
                {"id": locked_one.user_id},
            )
            begun = time.monotonic()
            library.worker_context.sweep()
            assert time.monotonic() - begun < AT_MOST_SECONDS
            assert other.user_id not in (library.value(kept) or [])
        engine.dispose()
    assert library.value(kept) is None


def test_removals_are_forgotten_a_few_at_a_time(library: Library) -> None:
    owner = library.person()
    for _ in range(3):
        place = library.add(owner)
        library.value("DELETE FROM images WHERE id = :id RETURNING 1", id=place.image_id)
    library.value("UPDATE image_changes SET removed_at = now() - interval '91 days' RETURNING 1")
    left = "SELECT min(number) - (SELECT last_forgotten FROM storage) FROM image_changes"
    with library.worker_context.app.app_context():
        forget_removals(owner, most=2)
        assert library.value("SELECT count(*) FROM image_changes") == 1
        assert library.value(left) > 0
        forget_removals(owner, most=2)
    assert library.value("SELECT count(*) FROM image_changes") == 0


def test_arrival_of_a_row_that_somebody_has_locked_comes_again(library: Library) -> None:
    hers, his = uploading(library), uploading(library)
    for place in (hers, his):
        stored = PictureStored(user_id=place.user_id, image_id=place.image_id)
        library.worker_context.notify(stored)
    with locked(library, hers):
        taken = 0
        while taken < 2:  # the queue may give them one by one
            taken += library.worker_context.receive_arrivals(wait_seconds=1)
        assert (library.state(hers), library.state(his)) == ("uploading", "processing")
        assert library.worker_context.note_arrivals([stored_event(hers.key)]) == {
            stored_event(hers.key)
        }
    while library.state(hers) == "uploading":
        library.worker_context.receive_arrivals(wait_seconds=1)


def test_heartbeat_of_a_row_that_somebody_has_locked_gives_up_soon(library: Library) -> None:
    place = uploading(library)
    library.value(STATE.format(ago="now()"), id=place.image_id, state="processing")
    with library.worker_context.app.app_context():
        picture = begin_next(InHand(most=1))
        assert picture is not None
        begun = time.monotonic()
        with locked(library, place), pytest.raises(OperationalError):
            extend(picture)
    assert time.monotonic() - begun < AT_MOST_SECONDS
