"""One worker at a time is at a picture; a dead one's is taken up; no outage counts against it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import event

from app.clients.archive import Place
from app.clients.aws import AwsUnreachableError
from app.clients.storage import PictureStore, StoredObject
from app.database import db
from app.heartbeat import Heartbeat
from app.images.darkroom import Darkroom, DarkroomError
from app.images.develop import Bench, develop_picture
from app.images.lease import LEASE
from app.images.outcome import Developed, Rejected
from app.tasks import MOST_ATTEMPTS, PictureStored, RetryLaterError
from scripts.embedded.policies import BUCKET
from tests.api.conftest import stored_event, until
from tests.conftest import running_stack
from tests.images.library import Library, library_on

if TYPE_CHECKING:
    from collections.abc import Iterator


class SlowDarkroom(Darkroom):
    """Waits in the middle of a picture until it is told to go on."""

    def __init__(self) -> None:
        super().__init__(children=2)
        self.calls = 0
        self.go_on = threading.Event()

    def develop(self, original: Path, *, owner: UUID | None = None) -> Developed | Rejected:
        self.calls += 1
        self.go_on.wait()
        return super().develop(original, owner=owner)


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack, pool_size=3) as library:
        yield library


@pytest.fixture
def darkroom() -> Iterator[SlowDarkroom]:
    with closing(SlowDarkroom()) as running:
        yield running
        running.go_on.set()


@pytest.fixture
def arrived(library: Library) -> Place:
    """A picture whose original has just arrived."""
    place = library.add(library.person())
    set_row(library, place, "state = 'uploading', has_preview = false")
    return place


def set_row(library: Library, place: Place, changes: str) -> None:
    query = f"UPDATE images SET {changes} WHERE id = :id RETURNING 1"  # noqa: S608
    library.value(query, id=place.image_id)


def row(library: Library, place: Place, column: str) -> object:
    return library.value(f"SELECT {column} FROM images WHERE id = :id", id=place.image_id)  # noqa: S608


def do(library: Library, place: Place, darkroom: Darkroom, *, attempt: int = 1) -> None:
    library.assembly.do(stored_event(place.key), attempt=attempt, darkroom=darkroom)


def test_two_workers_are_not_at_the_same_picture_at_once(
    library: Library, arrived: Place, darkroom: SlowDarkroom
) -> None:
    with ThreadPoolExecutor(1) as other:
        first = other.submit(do, library, arrived, darkroom)
        until(lambda: darkroom.calls)
        with pytest.raises(RetryLaterError) as later:
            do(library, arrived, darkroom)
        assert 0 < later.value.seconds <= LEASE.total_seconds() + 2
        # The last time it is left to the sweep, so that no dead letter tells of trouble.
        do(library, arrived, darkroom, attempt=MOST_ATTEMPTS)
        darkroom.go_on.set()
        first.result()
    assert library.state(arrived) == "ready"
    assert darkroom.calls == 1
    do(library, arrived, darkroom)
    assert darkroom.calls == 1


@pytest.mark.parametrize(
    "meanwhile",
    [
        "leased_until = now() - interval '1 second'",  # it ran out
        "state = 'uploading', leased_until = NULL",  # whoever had it found nothing stored
    ],
)
def test_a_lease_that_ends_while_it_is_asked_for_is_not_taken_for_done(
    library: Library, arrived: Place, darkroom: SlowDarkroom, meanwhile: str
) -> None:
    """A message comes back when the lease ends: to drop it then would leave it to the sweep."""
    set_row(library, arrived, "state = 'processing', leased_until = now() + interval '1 hour'")
    with library.assembly.app.app_context():
        event.listen(
            db.session, "after_commit", lambda _: set_row(library, arrived, meanwhile), once=True
        )
    with pytest.raises(RetryLaterError):
        do(library, arrived, darkroom)
    darkroom.go_on.set()
    do(library, arrived, darkroom, attempt=2)
    assert library.state(arrived) == "ready"


def test_what_a_silent_worker_was_at_is_taken_up(
    library: Library, arrived: Place, darkroom: SlowDarkroom
) -> None:
    with ThreadPoolExecutor(2) as others:
        silent = others.submit(do, library, arrived, darkroom)
        until(lambda: darkroom.calls)
        set_row(library, arrived, "leased_until = now() - interval '1 second'")
        second = others.submit(do, library, arrived, darkroom)
        until(lambda: darkroom.calls == 2)
        darkroom.go_on.set()
        for each in (silent, second):  # neither minds that the other was there
            each.result()
    assert library.state(arrived) == "ready"
    assert row(library, arrived, "leased_until") is None
    assert library.examine() == []


def test_a_row_that_goes_meanwhile_takes_what_was_derived_and_leaves_the_original(
    library: Library, arrived: Place, darkroom: SlowDarkroom
) -> None:
    """Who deletes a picture deletes its original first; a restored database has no row either."""
    with ThreadPoolExecutor(1) as other:
        working = other.submit(do, library, arrived, darkroom)
        until(lambda: darkroom.calls)
        library.value("DELETE FROM images WHERE id = :id RETURNING 1", id=arrived.image_id)
        darkroom.go_on.set()
        working.result()
    folder = arrived.key.removesuffix("original")
    listed = library.s3.list_object_versions(Bucket=BUCKET, Prefix=folder)
    kept = [item["Key"] for kind in ("Versions", "DeleteMarkers") for item in listed.get(kind, [])]
    assert kept == [arrived.key]
    library.purge(arrived)


def test_a_ring_that_nobody_took_is_repeated(
    library: Library, arrived: Place, darkroom: SlowDarkroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    darkroom.go_on.set()
    while messages := library.assembly.pictures.receive(wait_seconds=0):
        for message in messages:
            library.assembly.pictures.done(message)
    set_row(library, arrived, "created_at = now() - interval '1 minute'")

    def refuse(_: object) -> None:
        raise AwsUnreachableError

    with monkeypatch.context() as away:
        away.setattr(library.assembly, "ring", refuse)
        library.assembly.sweep()
    library.work(darkroom)
    assert library.state(arrived) == "uploading"
    library.assembly.sweep()
    library.work(darkroom)
    assert library.state(arrived) == "ready"


def test_what_was_sent_again_to_a_rejected_place_is_developed(
    library: Library, arrived: Place, darkroom: SlowDarkroom
) -> None:
    """A restored database may still say "rejected" of what was sent again, rightly, since."""
    darkroom.go_on.set()
    set_row(library, arrived, "state = 'rejected', created_at = now() - interval '25 hours'")
    for _ in range(2):
        library.assembly.sweep()
    library.work(darkroom)
    assert library.state(arrived) == "ready"


def test_whoever_is_at_it_for_long_says_so(
    library: Library, arrived: Place, darkroom: SlowDarkroom
) -> None:
    library.assembly.heartbeat = Heartbeat(every_seconds=0.05)
    with ThreadPoolExecutor(1) as other:
        working = other.submit(do, library, arrived, darkroom)
        until(lambda: darkroom.calls)
        set_row(library, arrived, "leased_until = now() + interval '1 second'")
        until(lambda: row(library, arrived, "leased_until > now() + interval '5 seconds'"))
        darkroom.go_on.set()
        working.result()


def test_a_picture_whose_original_is_hidden_is_not_taken_for_a_promise(
    library: Library, arrived: Place, darkroom: SlowDarkroom
) -> None:
    """Else the sweep would delete it as an upload never made, with the version that is right."""
    set_row(library, arrived, "state = 'processing', receipt_at = now()")
    library.delete(arrived)
    do(library, arrived, darkroom)
    assert library.state(arrived) == "damaged"
    assert library.examine(repair=True) == [("missing", "repaired", arrived.key)]
    darkroom.go_on.set()
    library.purge(arrived)


def bench(library: Library, darkroom: Darkroom) -> Bench:
    return Bench(
        store=library.assembly.store,
        darkroom=darkroom,
        ask=lambda _: None,
        holding=lambda _: nullcontext(),
        describes=False,
    )


def task(place: Place) -> PictureStored:
    return PictureStored(user_id=place.user_id, image_id=place.image_id)


def test_an_outage_is_not_held_against_a_picture(
    library: Library, arrived: Place, darkroom: SlowDarkroom
) -> None:
    class Away(PictureStore):
        def fetch_original(self, user_id: UUID, image_id: UUID, *, into: Path) -> StoredObject:
            raise AwsUnreachableError(user_id, image_id, into)

    away = Away(s3=None, bucket_name="")
    for attempt in range(1, 4 * MOST_ATTEMPTS):
        with library.assembly.app.app_context(), pytest.raises(AwsUnreachableError):
            develop_picture(
                task(arrived), attempt, bench=replace(bench(library, darkroom), store=away)
            )
    assert library.state(arrived) == "processing"
    assert row(library, arrived, "attempts") == 0
    darkroom.go_on.set()
    do(library, arrived, darkroom)
    assert library.state(arrived) == "ready"


def test_what_fails_for_reasons_of_its_own_is_given_up(
    library: Library, arrived: Place, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Darkroom):
        def develop(self, original: Path, *, owner: UUID | None = None) -> Developed | Rejected:
            raise DarkroomError(f"{original} of {owner}")

    with closing(Broken(children=0)) as broken, library.assembly.app.app_context():
        for attempt in range(1, MOST_ATTEMPTS):
            with pytest.raises(DarkroomError):
                develop_picture(task(arrived), attempt, bench=bench(library, broken))
            assert library.state(arrived) == "processing"
        develop_picture(task(arrived), MOST_ATTEMPTS, bench=bench(library, broken))
    assert library.state(arrived) == "damaged"
    assert row(library, arrived, "failure_code") == "processing_failed"
    # The operator's alarm counts these words (infrastructure/observability.py).
    assert f"gave up on picture {arrived.image_id}" in caplog.messages
