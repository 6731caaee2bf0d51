"""No list of the sweep, however long, keeps the others from being done."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from app.clients.aws.bucket_versions import Place
from app.database import db
from app.uploads.cancelled import note_cancelled
from tests.conftest import running_stack
from tests.support.library import Library, library_on

if TYPE_CHECKING:
    from collections.abc import Iterator

MANY = 3
OVERDUE = (
    "UPDATE images SET state = 'uploading', created_at = now() - interval '1 hour' WHERE id = :id"
    " RETURNING 1"
)
WAITING = (
    "UPDATE images SET description_state = 'waiting',"
    " description_asked_at = now() - interval '2 hours' WHERE id = :id RETURNING 1"
)
DELETED = "UPDATE images SET deleted_at = now() - interval '31 days' WHERE id = :id RETURNING 1"
REJECTED = (
    "UPDATE images SET state = 'rejected', created_at = now() - interval '2 days' WHERE id = :id"
    " RETURNING 1"
)


@pytest.fixture
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library:
        yield library


def cancelled(library: Library, place: Place) -> Place:
    """Bytes of an upload that was cancelled some time ago."""
    library.put(place, b"late")
    with library.assembly.app.app_context():
        note_cancelled(place.user_id, place.image_id)
        db.session.commit()
    due = "UPDATE cancelled_uploads SET look_at = '2026-01-01' WHERE image_id = :id RETURNING 1"
    library.value(due, id=place.image_id)
    return place


def test_each_list_gets_its_turn_and_the_next_sweep_goes_on(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.integrity.in_time.SECONDS_FOR_EACH_LIST", 0)
    ada = library.person()
    late = [cancelled(library, Place(user_id=ada, image_id=uuid4())) for _ in range(MANY)]
    for _ in range(MANY):
        for statement in (OVERDUE, WAITING, DELETED):
            library.value(statement, id=library.add(ada).image_id)
        rejected = library.add(ada)
        library.value(REJECTED, id=rejected.image_id)
        library.lose(rejected)  # else it is taken for one that was sent again

    for done in range(1, MANY + 1):
        library.assembly.sweep()
        left = MANY - done
        assert library.value("SELECT count(*) FROM images WHERE swept_at IS NOT NULL") == done
        again = "SELECT count(*) FROM images WHERE description_asked_at > now() - interval '1 hour'"
        assert library.value(again) == done
        gone = "SELECT count(*) FROM images WHERE deleted_at IS NOT NULL"
        assert library.value(gone) == left
        assert library.value("SELECT count(*) FROM images WHERE state = 'rejected'") == left
        assert sum(library.archive.look(place) is not None for place in late) == left


def test_list_that_cannot_be_read_keeps_no_other_from_being_done(
    library: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    waiting = library.add(library.person())
    library.value(WAITING, id=waiting.image_id)
    lists = ("_overdue_uploads", "marked_purges", "_rested_long_enough", "albums_due", "take_due")
    for name in (*lists, "_ranked", "take_overdue_exports", "people_to_delete"):
        monkeypatch.setattr(f"app.jobs.cleanup.{name}", fail)
    library.assembly.sweep()
    assert library.value("SELECT count(*) FROM watches") == 1
    again = "SELECT count(*) FROM images WHERE description_asked_at > now() - interval '1 hour'"
    assert library.value(again) == 1
    assert caplog.text.count("a list of the sweep could not be read") == len(lists) + 3
