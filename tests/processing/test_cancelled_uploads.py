"""What arrives of a cancelled upload goes, soon or late; what merely has no row stays."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, text

from app.accounts.rate_limits.limiter import _key
from app.accounts.rate_limits.policies import DISCARDED_MEGABYTES
from app.clients.aws.boto import AwsUnavailableError
from app.clients.aws.bucket_versions import Place
from app.database import db
from app.settings import with_driver
from app.uploads.cancelled import note_cancelled, take_due
from tests.api.conftest import stored_event
from tests.conftest import running_stack
from tests.support.library import Library, library_on
from tests.support.plans import plans_of, rows_read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.clients.aws.image_store import Removed

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
    with library.worker_context.app.app_context():
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
    library.worker_context.note_arrivals([stored_event(place.key)])


def test_what_was_cancelled_goes_with_the_sweep_that_follows_its_event(
    library: Library, ada: UUID
) -> None:
    """S3 takes nothing to a place where something lies: no event may empty it."""
    place = cancelled_by(library, ada)
    library.worker_context.sweep()
    hear_of(library, place)
    assert is_seen(library, place)
    library.worker_context.sweep()
    assert not is_seen(library, place)
    library.put(place, b"later")
    library.worker_context.sweep()
    assert is_seen(library, place)  # nobody told of it
    hear_of(library, place)
    library.worker_context.sweep()
    assert not is_seen(library, place)


def test_what_was_rejected_and_is_sent_again_goes_with_the_next_sweep(
    library: Library, ada: UUID
) -> None:
    place = library.add(ada)
    rejected = "UPDATE images SET state = 'rejected' WHERE id = :id RETURNING 1"
    library.value(rejected, id=place.image_id)
    for _ in range(2):
        library.put(place, b"later")
        hear_of(library, place)
        assert is_seen(library, place)
        library.worker_context.sweep()
        assert not is_seen(library, place)
    assert library.state(place) == "rejected"
    # Cancelled after that, as by its owner who gives up.
    with library.worker_context.app.app_context():
        note_cancelled(place.user_id, place.image_id)
        db.session.commit()
    assert is_remembered(library, place)


def test_what_arrives_while_the_sweep_is_at_it_is_looked_for_again(
    library: Library, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = cancelled_by(library, ada)
    let_pass(library, place, "31 seconds")
    discard = library.worker_context.store.discard_upload

    def discard_and_send(user_id: UUID, image_id: UUID) -> Removed:
        removed = discard(user_id, image_id)
        library.put(place, b"later")
        hear_of(library, place)
        return removed

    with monkeypatch.context() as patch:
        patch.setattr(library.worker_context.store, "discard_upload", discard_and_send)
        library.worker_context.sweep()
    assert is_seen(library, place)
    library.worker_context.sweep()
    assert not is_seen(library, place)


def test_the_removal_of_a_small_file_counts_as_a_megabyte(library: Library, ada: UUID) -> None:
    place = cancelled_by(library, ada)
    hear_of(library, place)
    library.worker_context.sweep()
    counted = library.value(
        "SELECT extract(epoch FROM empty_at - now())::float8 FROM rate_limits WHERE key = :key",
        key=_key(DISCARDED_MEGABYTES, str(ada)),
    )
    assert counted > DISCARDED_MEGABYTES.every.total_seconds() / 2


def test_an_event_removes_nothing_that_merely_has_no_row(library: Library, ada: UUID) -> None:
    """A restored database knows neither the picture nor that it was cancelled."""
    lost, foreign = (Place(user_id=owner, image_id=uuid4()) for owner in (ada, uuid4()))
    for place in (lost, foreign):
        library.put(place, b"precious")
        hear_of(library, place)
        library.worker_context.sweep()
        assert library.content(place) == b"precious"


def test_what_somebody_else_cancelled_says_nothing(library: Library, ada: UUID) -> None:
    place = cancelled_by(library, ada, put=False)
    hers = Place(user_id=library.person(), image_id=place.image_id)
    library.put(hers, b"precious")
    hear_of(library, hers)
    library.worker_context.sweep()
    assert library.content(hers) == b"precious"


def test_the_sweep_looks_soon_and_once_more_after_a_day(library: Library, ada: UUID) -> None:
    place = cancelled_by(library, ada)
    library.worker_context.sweep()
    assert is_seen(library, place)  # its event may still come
    let_pass(library, place, "31 seconds")
    library.worker_context.sweep()
    assert not is_seen(library, place)
    library.put(place, b"later still")
    let_pass(library, place, "23 hours")
    library.worker_context.sweep()
    assert is_seen(library, place)
    let_pass(library, place, "1 hour")
    library.worker_context.sweep()
    assert not is_seen(library, place)
    assert not is_remembered(library, place)


def test_one_who_cancels_much_keeps_nobody_waiting(library: Library, ada: UUID) -> None:
    hers = [cancelled_by(library, ada, put=False) for _ in range(110)]
    his = cancelled_by(library, library.person(), put=False)
    for place in (*hers, his):
        let_pass(library, place, "1 hour")
    with library.worker_context.app.app_context():
        due = [upload.image_id for upload in take_due()]
    assert his.image_id in due[:2]
    assert len(due) < len(hers)


def test_parts_that_are_still_open_are_dropped(library: Library, ada: UUID) -> None:
    place = cancelled_by(library, ada, put=False)
    named, parts = library.begin_in_parts(place, b"part")
    let_pass(library, place, "31 seconds")
    library.worker_context.sweep()
    with pytest.raises(library.s3.exceptions.NoSuchUpload):
        library.s3.complete_multipart_upload(**named, MultipartUpload={"Parts": parts})


def test_many_open_uploads_of_one_are_dropped_in_several_sweeps(
    library: Library, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes a request, and on AWS a sweep that takes too long is ended: nothing after it."""
    monkeypatch.setattr("app.clients.aws.image_store.SECONDS_FOR_PARTS", -1)  # one each time
    place = cancelled_by(library, ada)
    for number in range(3):
        library.begin_in_parts(place, b"part %d" % number)
    let_pass(library, place, "31 seconds")
    for left in (2, 1, 0):
        library.worker_context.sweep()
        assert library.open_uploads(place) == left
        assert not is_seen(library, place)
    library.worker_context.sweep()
    library.begin_in_parts(place, b"late")
    library.worker_context.sweep()
    assert library.open_uploads(place) == 1  # not looked at before the end of the day
    let_pass(library, place, "1 day")
    library.worker_context.sweep()
    library.worker_context.sweep()
    assert library.open_uploads(place) == 0
    assert not is_remembered(library, place)


@pytest.mark.parametrize("fails", [True, False], ids=["fails", "takes-long"])
def test_one_that_takes_all_of_the_time_keeps_no_other_of_its_person(
    library: Library, ada: UUID, monkeypatch: pytest.MonkeyPatch, *, fails: bool
) -> None:
    first, other = (cancelled_by(library, ada) for _ in range(2))
    for number in range(4):
        library.begin_in_parts(first, b"part %d" % number)
    let_pass(library, first, "2 minutes")
    let_pass(library, other, "1 minute")
    monkeypatch.setattr("app.integrity.in_time.SECONDS_FOR_EACH_LIST", 0)
    monkeypatch.setattr("app.clients.aws.image_store.SECONDS_FOR_PARTS", -1)
    discard = library.worker_context.store.discard_upload

    def discard_others(user_id: UUID, image_id: UUID) -> Removed:
        if fails and image_id == first.image_id:
            raise AwsUnavailableError
        return discard(user_id, image_id)

    with monkeypatch.context() as patch:
        patch.setattr(library.worker_context.store, "discard_upload", discard_others)
        for _ in range(2):
            library.worker_context.sweep()
    assert not is_seen(library, other)
    assert is_seen(library, first) == fails
    for _ in range(6):
        library.worker_context.sweep()
    assert not is_seen(library, first)
    assert library.open_uploads(first) == 0


def test_what_has_a_row_is_never_taken_for_cancelled(library: Library, ada: UUID) -> None:
    place = library.add(ada)
    with library.worker_context.app.app_context():
        note_cancelled(place.user_id, place.image_id)
        db.session.commit()
    before = library.content(place)
    let_pass(library, place, "31 seconds")
    library.worker_context.sweep()
    hear_of(library, place)
    library.worker_context.sweep()
    assert library.content(place) == before


def test_the_doctor_adopts_nothing_that_was_cancelled(library: Library, ada: UUID) -> None:
    place = cancelled_by(library, ada)
    assert ("orphan", "reported", place.key) in library.examine(adopt_since=LONG_AGO)


def test_it_is_forgotten_with_its_person(library: Library, ada: UUID) -> None:
    place = cancelled_by(library, ada, put=False)
    library.value("DELETE FROM users WHERE id = :id RETURNING 1", id=ada)
    assert not is_remembered(library, place)


MANY = 200_000


@pytest.fixture
def many(library: Library, ada: UUID) -> UUID:
    """Ada, who cancelled a great many uploads, all of which are due."""
    library.value(
        "INSERT INTO cancelled_uploads (image_id, owner_id, cancelled_at, look_at)"
        " SELECT gen_random_uuid(), :ada, now(), now() - interval '1 hour' - n * interval '1 ms'"
        " FROM generate_series(1, :many) AS n RETURNING 1",
        ada=ada,
        many=MANY,
    )
    return ada


def analyze(library: Library) -> None:
    """As their owner: for others PostgreSQL warns, and does nothing."""
    engine = create_engine(with_driver(library.stack.database_url))
    with engine.begin() as connection:
        connection.execute(text("ANALYZE cancelled_uploads"))
    engine.dispose()


@pytest.mark.parametrize("is_analyzed", [True, False], ids=["analyzed", "fresh"])
def test_what_is_due_is_found_without_reading_all_that_was_cancelled(
    library: Library, many: UUID, *, is_analyzed: bool
) -> None:
    his = [cancelled_by(library, library.person(), put=False) for _ in range(3)]
    for place in his:
        let_pass(library, place, "1 hour")
    with library.worker_context.app.app_context():
        if is_analyzed:
            analyze(library)
        with plans_of(db.engine, table="cancelled_uploads") as plans:
            due = [upload.image_id for upload in take_due()]
    assert {place.image_id for place in his} <= set(due[:4])
    assert len(due) == 103
    assert len(plans) == 1
    assert sum(map(rows_read, plans)) < 500
    query = "SELECT count(*) FROM cancelled_uploads WHERE owner_id = :id"
    assert library.value(query, id=many) == MANY
