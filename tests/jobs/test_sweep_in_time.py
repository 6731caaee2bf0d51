"""No list of the sweep, however long, keeps the others from being done."""

from __future__ import annotations

from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, text

from app.accounts.emails.outbox import Kind, queue_mail
from app.clients.aws.boto import AwsUnavailableError
from app.clients.aws.bucket_versions import Place
from app.database import db
from app.integrity.in_time import all_within, in_time
from app.messages import ExportLibrary, SendMail
from app.settings import with_driver
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
    with library.worker_context.app.app_context():
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
        library.worker_context.sweep()
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
    lists = (
        "overdue_mails",
        "_overdue_uploads",
        "marked_purges",
        "_rested_long_enough",
        "albums_due",
        "tags_due",
        "take_due",
    )
    leaving = ("overdue_exports", "expired_exports", "people_to_shut", "people_to_delete")
    for name in (*lists, "newest_of_each", *leaving):
        monkeypatch.setattr(f"app.jobs.cleanup.{name}", fail)
    library.worker_context.sweep()
    assert library.value("SELECT count(*) FROM watches") == 1
    again = "SELECT count(*) FROM images WHERE description_asked_at > now() - interval '1 hour'"
    assert library.value(again) == 1
    told = caplog.text.count("a list of the sweep could not be read")
    assert told == len(lists) + 1 + len(leaving)


def test_lists_of_a_sweep_share_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many they are and however long each is, the last one has its turn."""
    clock = [0.0]
    monkeypatch.setattr("app.integrity.in_time.time", SimpleNamespace(monotonic=lambda: clock[0]))

    def work() -> int:
        done = 0
        for _ in in_time(count()):
            done += 1
            clock[0] += 0.125
        return done

    with all_within(80):
        lists = [work() for _ in range(20)]
        assert clock[0] < 81
        assert min(lists) >= 1
        assert lists[:3] == [64, 64, 64]  # eight seconds each, where there are enough
        clock[0] = 80
        assert work() == 0
    assert work() == 64


def test_exports_that_fell_silent_are_taken_up_in_time(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.integrity.in_time.SECONDS_FOR_EACH_LIST", 0)
    asked: list[ExportLibrary] = []
    monkeypatch.setattr(library.worker_context, "go_on", asked.append)
    for _ in range(MANY):
        library.value(
            "INSERT INTO exports (id, user_id, state, created_at, touched_at, expires_at, pictures,"
            " done, parts) VALUES (gen_random_uuid(), :user, 'running', now(),"
            " now() - interval '1 hour', now() + interval '1 day', 0, 0, '[]') RETURNING 1",
            user=library.person(),
        )
    for done in range(1, MANY + 1):
        library.worker_context.sweep()
        assert len({each.export_id for each in asked}) == len(asked) == done
    library.worker_context.sweep()
    assert len(asked) == MANY


def test_export_that_takes_all_of_the_time_and_fails_keeps_no_other(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.integrity.in_time.SECONDS_FOR_EACH_LIST", 0)
    owner = library.person()
    first, other = (
        library.value(
            "INSERT INTO exports (id, user_id, state, created_at, touched_at, expires_at, pictures,"
            " done, parts) VALUES (gen_random_uuid(), :user, 'ready', now(), now(),"
            " now() - :hours * interval '1 hour', 0, 0, '[]') RETURNING id",
            user=owner,
            hours=hours,
        )
        for hours in (2, 1)
    )
    delete = library.worker_context.exports.delete

    def delete_others(user_id: UUID, export_id: UUID) -> None:
        if export_id == first:
            raise AwsUnavailableError
        delete(user_id, export_id)

    monkeypatch.setattr(library.worker_context.exports, "delete", delete_others)
    for _ in range(50):
        library.worker_context.sweep()
        if not library.value("SELECT count(*) FROM exports WHERE id = :id", id=other):
            break
    left = "SELECT array_agg(id) FROM exports WHERE user_id = :id"
    assert library.value(left, id=owner) == [first]


def test_overdue_mails_are_posted_in_time_and_those_alone_are_counted(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.integrity.in_time.SECONDS_FOR_EACH_LIST", 0)
    posted: list[SendMail] = []
    monkeypatch.setattr(library.worker_context, "post", posted.append)
    with library.worker_context.app.app_context():
        for number in range(MANY):
            queue_mail(Kind.PASSWORD_CHANGED, email=f"{number}@example.org")
        db.session.commit()
    library.value("UPDATE letters SET created_at = now() - interval '2 minutes' RETURNING 1")
    for done in range(1, MANY + 1):
        library.worker_context.sweep()
        assert len({each.mail_id for each in posted}) == len(posted) == done
        assert library.value("SELECT sum(attempts) FROM letters") == done
    library.worker_context.sweep()
    assert len(posted) == MANY


def test_people_who_leave_are_deleted_in_time(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.jobs.cleanup.SECONDS_FOR_PEOPLE", -1)
    leaving = [library.person() for _ in range(MANY)]
    library.value(
        "UPDATE users SET delete_after = now(), disabled_at = now() - interval '1 day'"
        " WHERE id = ANY(:ids) RETURNING 1",
        ids=leaving,
    )
    for left in reversed(range(MANY)):
        library.worker_context.sweep()
        assert library.value("SELECT count(*) FROM users WHERE id = ANY(:ids)", ids=leaving) == left


def test_limit_in_which_somebody_counts_keeps_no_other_from_being_deleted(
    library: Library,
) -> None:
    for key in ("a", "b"):
        library.value(
            "INSERT INTO rate_limits VALUES (:key, now() - interval '1 hour') RETURNING 1", key=key
        )
    engine = create_engine(with_driver(library.stack.database_url))
    with engine.begin() as counting:
        counting.execute(text("SELECT 1 FROM rate_limits WHERE key = 'a' FOR UPDATE"))
        library.worker_context.sweep()
        assert library.value("SELECT string_agg(key, '') FROM rate_limits WHERE key <= 'b'") == "a"
    engine.dispose()


def test_queue_tells_of_messages_that_wait_are_delayed_or_in_hand(library: Library) -> None:
    queue = library.worker_context.descriptions
    for delay_seconds in (0, 0, 900):
        queue.send({}, delay_seconds=delay_seconds)
    assert len(queue.receive(most=1)) == 1
    assert queue.length() == 3
