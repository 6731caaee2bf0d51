"""Sidecars that are lost, or not as they were written, are found and written again."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from app.clients.aws.image_store import SIDECAR
from app.jobs.cleanup import MAX_SIDECARS_BESIDE
from tests.conftest import running_stack
from tests.support.library import Library, library_on
from tests.support.sidecars import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def shared() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library:
        yield library


@pytest.fixture
def library(shared: Library) -> Iterator[Library]:
    """A library in which all is well; each test begins with an empty one."""
    yield shared
    shared.empty()


@pytest.fixture
def ada(library: Library) -> UUID:
    return library.person()


def test_a_lost_sidecar_is_written_again(library: Library, ada: UUID) -> None:
    place = library.add(ada)
    assert write_sidecars(library, ada) == 1
    assert library.examine() == []
    library.delete(place, part=SIDECAR)
    assert library.examine() == [("no_sidecar", "reported", place.key)]
    assert write_sidecars(library, ada) == 0
    assert library.examine(repair=True) == [("no_sidecar", "repaired", place.key)]
    assert write_sidecars(library, ada) == 1
    assert library.state(place) == "ready"
    assert library.examine() == []


def test_the_round_finds_sidecars_that_are_lost_or_of_another_time(
    library: Library, ada: UUID
) -> None:
    lost, other, right = (library.add(ada) for _ in range(3))
    assert write_sidecars(library, ada) == 3
    library.delete(lost, part=SIDECAR)
    # As after a restore: the bucket has sidecars of a time that the database does not know.
    hours = {lost: 2, other: 24, right: 0}
    for place, count in hours.items():
        library.value(
            "UPDATE sidecars SET written_at = written_at - make_interval(hours => :count)"
            " WHERE image_id = :id RETURNING 1",
            count=count,
            id=place.image_id,
        )
    library.go_round()
    marked = library.value("SELECT array_agg(subject_id) FROM sidecar_marks")
    assert set(marked) == {lost.image_id, other.image_id}
    assert write_sidecars(library, ada) == 2
    library.go_round()
    assert library.value("SELECT count(*) FROM sidecar_marks") == 0


def test_sidecars_that_were_never_written_are_found(library: Library, ada: UUID) -> None:
    never, processed, waiting = (library.add(ada) for _ in range(3))
    bob = library.person()
    young = library.add(bob)
    library.value(
        "UPDATE images SET state = 'processing' WHERE id = :id RETURNING 1", id=processed.image_id
    )
    for person in (ada, bob):
        library.value(
            "INSERT INTO sidecar_progress (user_id, number)"
            " SELECT :owner, max(number) FROM image_changes RETURNING 1",
            owner=person,
        )
    # By so many hours; what ada's list has after them, the sweep comes to.
    for place, hours in ((never, 27), (processed, 27), (waiting, 25), (young, 23)):
        library.value(
            "UPDATE image_changes SET number = number - :hours * 3600000000"
            " WHERE image_id = :id RETURNING 1",
            hours=hours,
            id=place.image_id,
        )
    library.value(
        "UPDATE sidecar_progress SET number = number - 26 * 3600000000"
        " WHERE user_id = :owner RETURNING 1",
        owner=ada,
    )
    assert library.examine() == [("no_sidecar", "reported", never.key)]
    library.go_round()
    assert library.value("SELECT array_agg(subject_id) FROM sidecar_marks") == [never.image_id]
    assert write_sidecars(library, ada) == 2
    assert library.value("SELECT array_agg(image_id ORDER BY image_id) FROM sidecars") == sorted(
        [never.image_id, waiting.image_id]
    )
    assert library.examine() == []


def test_few_sidecars_are_written_while_images_wait(library: Library, ada: UUID) -> None:
    waiting = library.add(ada)
    library.value("UPDATE images SET state = 'processing' RETURNING 1")
    library.value(
        "INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state,"
        " created_at, timeline_at, description_state, has_preview, attempts)"
        " SELECT gen_random_uuid(), :owner, 'x.jpg', 1, sha256(number::text::bytea),"
        " 'image/jpeg', 'ready', now(), now(), 'none', false, 0"
        " FROM generate_series(1, :count) AS number RETURNING 1",
        owner=ada,
        count=2 * MAX_SIDECARS_BESIDE,
    )
    library.value("UPDATE image_changes SET number = number - 3600000000 RETURNING 1")
    library.worker_context.sweep()
    written = library.value("SELECT count(*) FROM sidecars")
    assert 0 < written <= MAX_SIDECARS_BESIDE
    library.value(
        "UPDATE images SET state = 'ready' WHERE id = :id RETURNING 1", id=waiting.image_id
    )
    library.worker_context.sweep()
    assert library.value("SELECT count(*) FROM sidecars") > max(written, MAX_SIDECARS_BESIDE)


def write_sidecars(library: Library, owner: UUID) -> int:
    return Writer(library.worker_context).write_of(owner)
