"""One worker at a time is at a picture; a dead one's is taken up; no outage counts against it."""

from __future__ import annotations

import errno
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from app.clients.aws.boto import AwsRefusedError, AwsUnreachableError, make_client_in
from app.clients.aws.bucket_versions import Place
from app.clients.aws.image_store import PictureStore, StoredObject
from app.clients.aws.sqs import MAX_MESSAGES
from app.clients.outage import is_outage
from app.jobs.heartbeat import Heartbeat
from app.media.results import Rejected, Rendered
from app.media.sandbox.decoder_time import DecoderTime
from app.media.sandbox.pool import DecoderPool
from app.messages import MAX_ATTEMPTS, PROCESS
from app.processing import lease
from app.processing.in_hand import InHand
from app.processing.lease import BULK_AFTER, LEASE, begin_next
from app.processing.process_image import ProcessingContext, process_next
from app.processing.yielding import never_give_way
from scripts.embedded.policies import BUCKET, REGION
from tests.api.conftest import stored_event, until
from tests.conftest import running_stack
from tests.support.library import Library, library_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import BufferedReader
    from typing import BinaryIO


class SlowDecoderPool(DecoderPool):
    """Waits in the middle of a picture until it is told to go on."""

    def __init__(self) -> None:
        super().__init__(children=2)
        self.calls = 0
        self.go_on = threading.Event()

    def render(
        self,
        original: Path | BufferedReader,
        *,
        owner: UUID | None = None,
        background: bool = False,
        decoder_time: DecoderTime | None = None,
    ) -> Rendered | Rejected:
        self.calls += 1
        self.go_on.wait()
        return super().render(
            original, owner=owner, background=background, decoder_time=decoder_time
        )


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack, pool_size=3) as library:
        yield library


@pytest.fixture
def decoders() -> Iterator[SlowDecoderPool]:
    with closing(SlowDecoderPool()) as running:
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


def do(library: Library, place: Place, decoders: DecoderPool) -> bool:
    """Note that it has arrived, and process what is next."""
    library.worker_context.note_arrivals([stored_event(place.key)])
    return library.worker_context.process_next(decoders)


def test_two_workers_are_not_at_the_same_picture_at_once(
    library: Library, arrived: Place, decoders: SlowDecoderPool
) -> None:
    with ThreadPoolExecutor(1) as other:
        first = other.submit(do, library, arrived, decoders)
        until(lambda: decoders.calls)
        assert not do(library, arrived, decoders)
        seconds = library.worker_context.seconds_until_next()
        assert seconds is not None
        assert 0 < seconds <= LEASE.total_seconds()
        decoders.go_on.set()
        first.result()
    assert library.state(arrived) == "ready"
    assert decoders.calls == 1
    assert not do(library, arrived, decoders)
    assert decoders.calls == 1
    assert library.worker_context.seconds_until_next() is None


def test_workers_that_begin_at_the_same_moment_have_no_more_than_they_may(
    library: Library,
) -> None:
    owner = library.person()
    library.person()  # somebody else has an account, too
    places = [library.add(owner) for _ in range(6)]
    turn = "INSERT INTO rate_limits (key, empty_at) VALUES ('turn:' || :owner, now()) RETURNING 1"
    library.value(turn, owner=str(owner))  # who asks for a place has one
    together = threading.Barrier(3)

    def begin(_: int) -> bool:
        with library.worker_context.app.app_context():
            together.wait()
            return begin_next(InHand(most=1), max_leases=1) is not None

    for _ in range(5):
        waits = "UPDATE images SET state = 'processing', leased_until = NULL"
        library.value(f"{waits} WHERE owner_id = :owner RETURNING 1", owner=owner)
        with ThreadPoolExecutor(3) as several:
            assert sum(several.map(begin, range(3))) == 1
    for place in places:
        library.purge(place)


def test_what_a_silent_worker_was_at_is_taken_up(
    library: Library, arrived: Place, decoders: SlowDecoderPool
) -> None:
    with ThreadPoolExecutor(2) as others:
        silent = others.submit(do, library, arrived, decoders)
        until(lambda: decoders.calls)
        set_row(library, arrived, "leased_until = now() - interval '1 second'")
        second = others.submit(do, library, arrived, decoders)
        until(lambda: decoders.calls == 2)
        decoders.go_on.set()
        for each in (silent, second):  # neither minds that the other was there
            each.result()
    assert library.state(arrived) == "ready"
    assert row(library, arrived, "leased_until") is None
    assert library.examine() == []


def test_the_sweep_wakes_a_worker_up_for_what_waits(
    library: Library, arrived: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On AWS no function runs by itself."""
    # Pictures of the tests before have none, and it wakes one for these as well.
    monkeypatch.setattr("app.jobs.cleanup.is_any_missing", lambda: False)

    def messages_of_a_sweep() -> list[str]:
        library.worker_context.sweep()
        queue, bodies = library.worker_context.pictures, []
        # Those of tests before, too, which may be more than are received at once.
        while messages := queue.receive(most=MAX_MESSAGES, wait_seconds=0):
            queue.all_done(messages)
            bodies += [message.body for message in messages]
        return bodies

    messages_of_a_sweep()
    set_row(library, arrived, "state = 'processing', leased_until = now() + interval '5 seconds'")
    assert messages_of_a_sweep() == []
    set_row(library, arrived, "leased_until = now() - interval '1 second'")
    assert [json.loads(body) for body in messages_of_a_sweep()] == [PROCESS]
    library.purge(arrived)


def test_sweep_tells_how_many_pictures_wait_and_how_long_the_oldest_does(
    library: Library, arrived: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue does not: an event is done as soon as it is noted in a row."""
    heard: dict[str, float] = {}

    def hear(name: str, number: float) -> None:
        heard[name] = number

    monkeypatch.setattr(lease, "count", hear)
    monkeypatch.setattr(lease, "took", hear)
    set_row(library, arrived, "state = 'processing', stored_at = now() - interval '1 hour'")
    second = library.add(library.person())
    set_row(library, second, "state = 'processing'")
    library.worker_context.sweep()
    assert heard["PicturesWaiting"] == 2
    assert 3600 <= heard["OldestPictureSeconds"] < 3700
    heard.clear()
    library.purge(arrived)
    library.purge(second)
    library.worker_context.sweep()
    assert heard == {"PicturesWaiting": 0}


def test_a_row_that_goes_meanwhile_takes_what_was_derived_and_leaves_the_original(
    library: Library, arrived: Place, decoders: SlowDecoderPool
) -> None:
    """Who deletes a picture deletes its original first; a restored database has no row either."""
    with ThreadPoolExecutor(1) as other:
        working = other.submit(do, library, arrived, decoders)
        until(lambda: decoders.calls)
        library.value("DELETE FROM images WHERE id = :id RETURNING 1", id=arrived.image_id)
        decoders.go_on.set()
        working.result()
    folder = arrived.key.removesuffix("original")
    kept = [
        item["Key"] for item in library.s3.list_objects_v2(Bucket=BUCKET, Prefix=folder)["Contents"]
    ]
    assert kept == [arrived.key]
    library.purge(arrived)


def test_a_ring_that_nobody_took_is_repeated(
    library: Library, arrived: Place, decoders: SlowDecoderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoders.go_on.set()
    while messages := library.worker_context.pictures.receive(wait_seconds=0):
        for message in messages:
            library.worker_context.pictures.done(message)
    set_row(library, arrived, "created_at = now() - interval '1 minute'")

    def refuse(_: object) -> None:
        raise AwsUnreachableError

    with monkeypatch.context() as away:
        away.setattr(library.worker_context, "notify", refuse)
        library.worker_context.sweep()
    library.work(decoders)
    assert library.state(arrived) == "uploading"
    library.worker_context.sweep()
    library.work(decoders)
    assert library.state(arrived) == "ready"


def test_what_was_sent_again_to_a_rejected_place_is_processed(
    library: Library, arrived: Place, decoders: SlowDecoderPool
) -> None:
    """A restored database may still say "rejected" of what was sent again, rightly, since."""
    decoders.go_on.set()
    set_row(library, arrived, "state = 'rejected', created_at = now() - interval '25 hours'")
    for _ in range(2):
        library.worker_context.sweep()
    library.work(decoders)
    assert library.state(arrived) == "ready"


def test_whoever_is_at_it_for_long_says_so(
    library: Library, arrived: Place, decoders: SlowDecoderPool
) -> None:
    library.worker_context.heartbeat = Heartbeat(every_seconds=0.05)
    with ThreadPoolExecutor(1) as other:
        working = other.submit(do, library, arrived, decoders)
        until(lambda: decoders.calls)
        first = row(library, arrived, "leased_until")
        until(lambda: row(library, arrived, "leased_until") != first)
        decoders.go_on.set()
        working.result()


def test_a_picture_whose_original_is_hidden_is_not_taken_for_a_promise(
    library: Library, arrived: Place, decoders: SlowDecoderPool
) -> None:
    """Else the sweep would delete it as an upload never made, with the version that is right."""
    set_row(library, arrived, "state = 'processing', receipt_at = now()")
    library.delete(arrived)
    do(library, arrived, decoders)
    assert library.state(arrived) == "damaged"
    assert library.examine(repair=True) == [("missing", "repaired", arrived.key)]
    decoders.go_on.set()
    library.purge(arrived)


class Refusing(SlowDecoderPool):
    """Refuses each picture, once it is told to go on."""

    def render(
        self,
        original: Path | BufferedReader,
        *,
        owner: UUID | None = None,
        background: bool = False,
        decoder_time: DecoderTime | None = None,
    ) -> Rendered | Rejected:
        super().render(original, owner=owner, background=background, decoder_time=decoder_time)
        return Rejected(reason="unreadable")


@pytest.mark.parametrize(
    "since",
    [
        "state = 'processing', leased_until = NULL",
        "state = 'processing', leased_until = now() + interval '1 hour'",
        "state = 'uploading'",
    ],
    ids=["waits", "another is at it", "has no event yet"],
)
def test_rejection_of_a_worker_that_stood_still_leaves_what_was_sent_anew(
    library: Library, arrived: Place, since: str
) -> None:
    """The place was promised again meanwhile, and the same bytes were sent."""
    with closing(Refusing()) as refusing, ThreadPoolExecutor(1) as other:
        still = other.submit(do, library, arrived, refusing)
        until(lambda: refusing.calls)
        set_row(library, arrived, since)
        before = row(library, arrived, "(state, leased_until)::text")
        refusing.go_on.set()
        still.result()
    assert row(library, arrived, "(state, leased_until)::text") == before
    assert library.archive.look(arrived) is not None
    library.purge(arrived)


def test_rejection_of_whoever_is_at_it_leaves_none_of_the_bytes(
    library: Library, arrived: Place
) -> None:
    with closing(Refusing()) as refusing:
        refusing.go_on.set()
        do(library, arrived, refusing)
    assert library.state(arrived) == "rejected"
    assert library.archive.look(arrived) is None


def test_original_of_a_picture_that_was_given_up_is_kept_whatever_the_next_try_says(
    library: Library, arrived: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its owner was told so; nobody had compared its bytes, so it has no receipt."""
    monkeypatch.setattr("app.processing.process_image.MAX_BEGINNINGS", 0)
    with closing(Refusing()) as refusing:
        refusing.go_on.set()
        do(library, arrived, refusing)
        assert row(library, arrived, "failure_code") == "processing_failed"
        monkeypatch.undo()
        set_row(library, arrived, "state = 'processing', attempts = 0, failure_code = NULL")
        do(library, arrived, refusing)
    assert library.state(arrived) == "damaged"
    assert library.archive.look(arrived) is not None
    library.purge(arrived)


def test_uploads_that_a_rejection_has_no_time_to_drop_are_left_to_the_sweep(
    library: Library, arrived: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        library.begin_in_parts(arrived, b"part %d" % number)
    with closing(Refusing()) as refusing, monkeypatch.context() as patch:
        patch.setattr("app.clients.aws.image_store.SECONDS_FOR_PARTS", -1)
        refusing.go_on.set()
        do(library, arrived, refusing)
    assert library.state(arrived) == "rejected"
    assert library.archive.look(arrived) is None
    assert library.open_uploads(arrived) == 1
    later = "UPDATE cancelled_uploads SET look_at = now() WHERE image_id = :id RETURNING 1"
    library.value(later, id=arrived.image_id)
    library.worker_context.sweep()
    assert library.open_uploads(arrived) == 0


def context(library: Library, decoders: DecoderPool) -> ProcessingContext:
    return ProcessingContext(
        store=library.worker_context.store,
        decoders=decoders,
        ask=lambda _: None,
        holding=lambda _: nullcontext(),
        describes=False,
        in_hand=InHand(most=1),
        give_way=never_give_way,
    )


def has_room(in_hand: InHand, owner: UUID) -> bool:
    """Whether another picture of somebody's bulk upload may be begun; it is, then."""
    return in_hand.take(owner, is_bulk=True, beside_others=True)


@pytest.mark.parametrize("somebody_else_uploads", [True, False])
def test_picture_of_a_bulk_upload_rests_before_the_next_is_begun_beside_others_only(
    library: Library, arrived: Place, decoders: SlowDecoderPool, *, somebody_else_uploads: bool
) -> None:
    decoders.go_on.set()
    left = "DELETE FROM images WHERE state IN ('uploading', 'processing') AND owner_id <> :owner"
    library.value(f"{left}; SELECT 1", owner=arrived.user_id)  # what other tests left
    if somebody_else_uploads:
        other = library.add(library.person())
        query = "UPDATE images SET state = 'uploading', created_at = now() WHERE id = :id"
        library.value(f"{query} RETURNING 1", id=other.image_id)
    limit = InHand(most=1)
    rests: list[tuple[UUID, str | None, bool]] = []

    def give_way(owner: UUID, worked: float) -> float:
        assert worked > 0
        rests.append((owner, library.state(arrived), has_room(limit, arrived.user_id)))
        return 0

    resting = replace(context(library, decoders), in_hand=limit, give_way=give_way)
    library.worker_context.note_arrivals([stored_event(arrived.key)])
    turn = (
        "INSERT INTO rate_limits (key, empty_at) VALUES ('turn:' || :owner, now() + :ahead)"
        " RETURNING 1"
    )
    library.value(turn, owner=str(arrived.user_id), ahead=2 * BULK_AFTER)
    with library.worker_context.app.app_context():
        assert process_next(context=resting)
    assert rests == ([(arrived.user_id, "ready", False)] if somebody_else_uploads else [])
    assert has_room(limit, arrived.user_id)


def out_of_reach(into: BinaryIO) -> None:
    raise AwsUnreachableError(into)


def on_a_full_disk(into: BinaryIO) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        full.write(into.name.encode())


def with_too_many_files(into: BinaryIO) -> None:
    raise OSError(errno.EMFILE, into.name)


def on_a_disk_that_went_read_only(into: BinaryIO) -> None:
    raise OSError(errno.EROFS, into.name)


@pytest.mark.parametrize(
    "fetch",
    [out_of_reach, on_a_full_disk, on_a_disk_that_went_read_only, with_too_many_files],
)
def test_an_outage_is_not_held_against_a_picture(
    library: Library, arrived: Place, decoders: SlowDecoderPool, fetch: Callable[[BinaryIO], None]
) -> None:
    class Away(PictureStore):
        def fetch_original(
            self, user_id: UUID, image_id: UUID, *, size: int, into: BinaryIO
        ) -> StoredObject:
            fetch(into)
            raise AssertionError(user_id, image_id, size)

    away = Away(s3=None, bucket_name="")
    library.worker_context.note_arrivals([stored_event(arrived.key)])
    for _ in range(4 * MAX_ATTEMPTS):
        with (
            library.worker_context.app.app_context(),
            pytest.raises((AwsUnreachableError, OSError)) as met,
        ):
            process_next(context=replace(context(library, decoders), store=away))
        assert is_outage(met.value)  # so the worker pauses
        # It rests: else workers would be at it one after the other, without an end.
        assert row(library, arrived, "leased_until > now() + interval '1 second'")
        set_row(library, arrived, "leased_until = leased_until - interval '2 seconds'")
    assert library.state(arrived) == "processing"
    assert row(library, arrived, "attempts") == 0
    decoders.go_on.set()
    do(library, arrived, decoders)
    assert library.state(arrived) == "ready"


def test_bucket_that_refuses_this_program_is_held_against_no_picture(
    library: Library, arrived: Place, decoders: SlowDecoderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys that were changed, or a policy that says no: an operator mends it, and all goes on."""
    with monkeypatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "AKIANOBODYSKEY")
        s3 = make_client_in(REGION, "s3", endpoint_url=library.stack.aws_endpoint_url)
    refused = PictureStore(s3=s3, bucket_name=BUCKET)
    library.worker_context.note_arrivals([stored_event(arrived.key)])
    for _ in range(MAX_ATTEMPTS):
        with library.worker_context.app.app_context(), pytest.raises(AwsRefusedError) as met:
            process_next(context=replace(context(library, decoders), store=refused))
        assert is_outage(met.value)
        set_row(library, arrived, "leased_until = NULL")
    assert row(library, arrived, "attempts") == 0
    decoders.go_on.set()
    do(library, arrived, decoders)
    assert library.state(arrived) == "ready"


def test_what_fails_for_reasons_of_its_own_is_given_up(
    library: Library, arrived: Place, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(DecoderPool):
        def render(
            self,
            original: Path | BufferedReader,
            *,
            owner: UUID | None = None,
            background: bool = False,
            decoder_time: DecoderTime | None = None,
        ) -> Rendered | Rejected:
            raise OSError(f"{original} of {owner}, {background}, {decoder_time}")

    library.worker_context.note_arrivals([stored_event(arrived.key)])
    with closing(Broken(children=0)) as broken, library.worker_context.app.app_context():
        for _ in range(1, MAX_ATTEMPTS):
            with pytest.raises(OSError, match="of"):
                process_next(context=context(library, broken))
            assert library.state(arrived) == "processing"
            # It rests, and nobody else waits for it.
            assert not process_next(context=context(library, broken))
            assert row(library, arrived, "leased_until > now() + interval '1 second'")
            set_row(library, arrived, "leased_until = now() - interval '1 second'")
        assert process_next(context=context(library, broken))
    assert library.state(arrived) == "damaged"
    assert row(library, arrived, "failure_code") == "processing_failed"
    # The operator's alarm counts these words (infrastructure/observability.py).
    assert f"gave up on picture {arrived.image_id}" in caplog.messages
