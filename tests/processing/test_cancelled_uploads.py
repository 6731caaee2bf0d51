"""What arrives of a cancelled upload goes, soon or late; what merely has no row stays."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from app.clients.archive import Place
from app.database import db
from app.images.cancelled import note_cancelled, take_due
from tests.api.conftest import stored_event
from tests.conftest import running_stack
from tests.images.library import Library, library_on

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def shared() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack, pool_size=2) as library:
        yield library


@pytest.fixture
def library(shared: Library) -> Iterator[Library]:
    """A library without people, and so without anything of theirs."""
    yield shared
    shared.value("DELETE FROM users RETURNING 1")


@pytest.fixture
def ada(library: Library) -> UUID:
    return library.person()


def cancelled_by(library: Library, owner: UUID, *, put: bool = True) -> Place:
    """An upload that was cancelled, whose bytes came all the same."""
    place = Place(user_id=owner, image_id=uuid4())
    with library.assembly.app.app_context():
        note_cancelled(place.user_id, place.image_id)
        db.session.commit()
    if put:
        library.put(place, b"late")
    return place


def let_pass(library: Library, place: Place, time: str) -> None:
    """Make what is noted older."""
    library.value(
        f"UPDATE cancelled_uploads SET look_at = look_at - interval '{time}',"  # noqa: S608
        f" cancelled_at = cancelled_at - interval '{time}' WHERE image_id = :id RETURNING 1",
        id=place.image_id,
    )


def is_remembered(library: Library, place: Place) -> bool:
    query = "SELECT count(*) FROM cancelled_uploads WHERE image_id = :id"
    return bool(library.value(query, id=place.image_id))


def is_seen(library: Library, place: Place) -> bool:
    return library.archive.look(place) is not None


def hear_of(library: Library, place: Place) -> None:
    """Deliver the event of an original, as the worker receives it, however late."""
    library.assembly.take_in([stored_event(place.key)])


def test_an_event_removes_what_was_cancelled(library: Library, ada: UUID) -> None:
    place = cancelled_by(library, ada)
    library.delete(place)
    library.put(place, b"later")
    hear_of(library, place)
    assert not is_seen(library, place)


def test_an_event_removes_nothing_that_merely_has_no_row(library: Library, ada: UUID) -> None:
    """A restored database knows neither the picture nor that it was cancelled."""
    lost, foreign = (Place(user_id=owner, image_id=uuid4()) for owner in (ada, uuid4()))
    for place in (lost, foreign):
        library.put(place, b"precious")
        hear_of(library, place)
        assert library.content(place) == b"precious"


def test_what_somebody_else_cancelled_says_nothing(library: Library, ada: UUID) -> None:
    place = cancelled_by(library, ada, put=False)
    hers = Place(user_id=library.person(), image_id=place.image_id)
    library.put(hers, b"precious")
    hear_of(library, hers)
    assert library.content(hers) == b"precious"


def test_the_sweep_looks_soon_and_once_more_after_a_day(library: Library, ada: UUID) -> None:
    place = cancelled_by(library, ada)
    library.assembly.sweep()
    assert is_seen(library, place)  # its event may still come
    let_pass(library, place, "31 seconds")
    library.assembly.sweep()
    assert not is_seen(library, place)
    library.put(place, b"later still")
    let_pass(library, place, "23 hours")
    library.assembly.sweep()
    assert is_seen(library, place)
    hear_of(library, place)
    assert not is_seen(library, place)
    library.put(place, b"at last")
    let_pass(library, place, "1 hour")
    library.assembly.sweep()
    assert not is_seen(library, place)
    assert not is_remembered(library, place)


def test_one_who_cancels_much_keeps_nobody_waiting(library: Library, ada: UUID) -> None:
    hers = [cancelled_by(library, ada, put=False) for _ in range(110)]
    his = cancelled_by(library, library.person(), put=False)
    for place in (*hers, his):
        let_pass(library, place, "1 hour")
    with library.assembly.app.app_context():
        due = [upload.image_id for upload in take_due()]
    assert his.image_id in due[:2]
    assert len(due) < len(hers)


def test_parts_that_are_still_open_are_dropped(library: Library, ada: UUID) -> None:
    place = cancelled_by(library, ada, put=False)
    named, parts = library.begin_in_parts(place, b"part")
    let_pass(library, place, "31 seconds")
    library.assembly.sweep()
    with pytest.raises(library.s3.exceptions.NoSuchUpload):
        library.s3.complete_multipart_upload(**named, MultipartUpload={"Parts": parts})


def test_what_has_a_row_is_never_taken_for_cancelled(library: Library, ada: UUID) -> None:
    place = library.add(ada)
    with library.assembly.app.app_context():
        note_cancelled(place.user_id, place.image_id)
        db.session.commit()
    before = library.content(place)
    let_pass(library, place, "31 seconds")
    library.assembly.sweep()
    hear_of(library, place)
    assert library.content(place) == before


def test_the_doctor_adopts_nothing_that_was_cancelled(library: Library, ada: UUID) -> None:
    place = cancelled_by(library, ada)
    assert ("orphan", "reported", place.key) in library.examine(adopt_since=LONG_AGO)


def test_it_is_forgotten_with_its_person(library: Library, ada: UUID) -> None:
    place = cancelled_by(library, ada, put=False)
    library.value("DELETE FROM users WHERE id = :id RETURNING 1", id=ada)
    assert not is_remembered(library, place)
