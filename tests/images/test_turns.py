"""Whose picture is next: whoever has had the least lately, however much others have waiting."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app.images.lease import begin_next, let_go, note_stored
from app.tasks import PictureStored
from tests.conftest import running_stack
from tests.images.library import Library, library_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID


@pytest.fixture(scope="module")
def shared() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library, library.assembly.app.app_context():
        yield library


@pytest.fixture
def library(shared: Library) -> Library:
    """A library in which nothing waits and nobody has had anything."""
    shared.value("DELETE FROM images; DELETE FROM rate_limits; SELECT 1")
    return shared


def waiting(library: Library, owner: UUID, count: int) -> list[UUID]:
    """Pictures that have arrived, the first of them first."""
    query = (
        "INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state,"
        " created_at, stored_at, has_preview, attempts, timeline_at, description_state)"
        " SELECT gen_random_uuid(), :owner, 'a.jpg', 1000000,"
        " sha256(convert_to(gen_random_uuid()::text, 'UTF8')), 'image/jpeg', 'processing', now(),"
        " clock_timestamp() + n * interval '1 ms', false, 0, now(), 'none'"
        " FROM generate_series(1, :count) AS n RETURNING 1"
    )
    library.value(query, owner=owner, count=count)
    array = "SELECT array_agg(id ORDER BY stored_at) FROM images WHERE owner_id = :owner"
    return list(library.value(array, owner=owner))


def begin(count: int) -> list[tuple[UUID, UUID]]:
    """Begin with so many pictures, one after the other; whose, and which."""
    begun = [begin_next() for _ in range(count)]
    return [(each.task.user_id, each.task.image_id) for each in begun if each]


def test_ten_pictures_do_not_wait_for_thousands_of_another(library: Library) -> None:
    ada, bob = library.person(), library.person()
    thousands = waiting(library, ada, 3000)
    assert begin(20) == [(ada, each) for each in thousands[:20]]
    ten = waiting(library, bob, 10)
    assert begin(10) == [(bob, each) for each in ten]
    assert begin(2) == [(ada, each) for each in thousands[20:22]]


def test_two_who_upload_without_an_end_alternate(library: Library) -> None:
    ada, bob = library.person(), library.person()
    waiting(library, ada, 1000)
    begin(800)
    waiting(library, bob, 1000)
    begin(800)  # an hour's worth: the most that anybody is behind
    begun = [owner for owner, _ in begin(40)]
    assert 15 <= begun.count(ada) <= 25


def test_whoever_waits_alone_is_not_held_up(library: Library) -> None:
    ada = library.person()
    pictures = waiting(library, ada, 50)
    assert [image for _, image in begin(50)] == pictures
    assert begin_next() is None


def test_what_rests_holds_nobody_up(library: Library) -> None:
    ada = library.person()
    first, second = waiting(library, ada, 2)
    assert begin(1) == [(ada, first)]
    let_go(first, counts=True, rest=timedelta(minutes=1))
    assert begin(2) == [(ada, second)]


def test_an_event_of_somebody_elses_picture_changes_nothing(library: Library) -> None:
    ada, bob = library.person(), library.person()
    place = library.add(ada)
    library.value("UPDATE images SET state = 'uploading' RETURNING 1")
    forged = PictureStored(user_id=bob, image_id=place.image_id)
    assert note_stored([forged]) == [forged]
    assert library.state(place) == "uploading"
    assert note_stored([PictureStored(user_id=ada, image_id=place.image_id)]) == []
    assert library.state(place) == "processing"
