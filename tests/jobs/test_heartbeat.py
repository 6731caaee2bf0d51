"""What is at work says so every few seconds, and nothing keeps it from doing so."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any, cast

import pytest

from app.clients.aws.sqs import Queue
from app.clients.outage import Outage
from app.database import db
from app.jobs.heartbeat import Heartbeat
from app.jobs.worker import Worker
from app.media.sandbox.decoder_time import DecoderTime
from app.media.sandbox.pool import DecoderPool
from app.processing.in_hand import InHand
from app.processing.lease import begin_next, extend
from app.processing.process_image import ProcessingContext, process_begun
from app.processing.yielding import never_give_way
from tests.conftest import running_stack
from tests.support.library import Library, library_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.clients.aws.bucket_versions import Place
    from app.processing.lease import Begun


def test_it_beats_while_the_block_runs_and_not_after() -> None:
    heartbeat = Heartbeat(every_seconds=0.01)
    beaten = threading.Semaphore(0)
    with heartbeat.during(beaten.release):
        assert all(beaten.acquire(timeout=30) for _ in range(3))
    with heartbeat.during(lambda: None):
        pass
    other = threading.Semaphore(0)
    with heartbeat.during(other.release):
        while beaten.acquire(blocking=False):
            pass  # one may have been under way
        assert all(other.acquire(timeout=30) for _ in range(5))
        assert not beaten.acquire(blocking=False)


def test_one_that_fails_does_not_silence_the_others() -> None:
    heartbeat = Heartbeat(every_seconds=0.01)
    tried, beaten = threading.Semaphore(0), threading.Semaphore(0)

    def fail() -> None:
        tried.release()
        raise ConnectionError

    with heartbeat.during(fail), heartbeat.during(beaten.release):
        assert all(tried.acquire(timeout=30) and beaten.acquire(timeout=30) for _ in range(3))


def test_what_is_done_at_once_costs_no_beat() -> None:
    heartbeat = Heartbeat(every_seconds=3600)
    beaten: list[None] = []
    for _ in range(100):
        with heartbeat.during(lambda: beaten.append(None)):
            pass
    assert beaten == []


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library:
        yield library


@pytest.fixture
def arrived(library: Library) -> Iterator[Place]:
    """A picture that waits to be processed."""
    place = library.add(library.person())
    library.value(
        "UPDATE images SET state = 'processing' WHERE id = :id RETURNING 1", id=place.image_id
    )
    yield place
    library.purge(place)


def begin(library: Library) -> Begun:
    with library.worker_context.app.app_context():
        begun = begin_next(InHand(most=1))
    assert begun is not None
    return begun


class Silent(Queue):
    """A queue that does not answer who says that a message is still being handled."""

    def __init__(self, queue: Queue) -> None:
        super().__init__(sqs=queue._sqs, url=queue.url)  # noqa: SLF001 - the same, but for this
        self.was_asked, self.answers = threading.Event(), threading.Event()

    def stay_hidden(self, *_: object) -> None:
        self.was_asked.set()
        self.answers.wait()


def test_queue_that_does_not_answer_holds_up_no_lease(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker_context = library.worker_context
    for name in ("heartbeat", "message_heartbeat"):
        monkeypatch.setattr(worker_context, name, Heartbeat(every_seconds=0.01))
    with closing(DecoderPool(children=1)) as decoders:
        worker = Worker(worker_context.settings, decoders=decoders, max_of_one=1)
    worker._worker_context = worker_context  # noqa: SLF001 - which has credentials
    queue = Silent(worker_context.mails)
    queue.send({})
    worker._loops(queue, Outage(ask=worker_context.ask_all), threads=1)  # noqa: SLF001 - makes the feed
    delivery = None
    while delivery is None:
        delivery = worker._feeds[0].take(wait_seconds=1)  # noqa: SLF001 - as its thread does
    try:
        assert queue.was_asked.wait(60)
        said = threading.Semaphore(0)
        with worker_context._saying(said.release):  # noqa: SLF001 - what a picture in hand is held by
            assert all(said.acquire(timeout=60) for _ in range(3))
    finally:
        queue.answers.set()
        delivery.release.close()
        queue.done(delivery.message)


def test_picture_that_comes_to_its_end_holds_up_no_other_beat(
    library: Library, arrived: Place
) -> None:
    """A rejection holds its lease while S3 deletes; its last beat may be under way."""
    begun = begin(library)
    assert begun.task.image_id == arrived.image_id

    def beat() -> None:
        with library.worker_context.app.app_context():
            extend(begun)

    with ThreadPoolExecutor(1) as heartbeat, begun.lease.held:
        said = heartbeat.submit(beat)
        assert said.exception(timeout=60) is None
    said_until = begun.lease.until
    beat()
    assert begun.lease.until > said_until


class Watched:
    """A lock that notes how many connections are in hand whenever it is waited for."""

    def __init__(self) -> None:
        self.in_hand: list[int] = []

    def __enter__(self) -> None:
        self.in_hand.append(cast("Any", db.engine.pool).checkedout())

    def __exit__(self, *_: object) -> None:
        pass


def test_who_waits_for_the_heartbeat_has_no_connection_that_it_may_wait_for(
    library: Library, arrived: Place
) -> None:
    """A function on AWS has one."""
    library.delete(arrived)
    begun = begin(library)
    held = Watched()
    cast("Any", begun.lease).held = held
    with closing(DecoderPool(children=1)) as decoders, library.worker_context.app.app_context():
        context = ProcessingContext(
            store=library.worker_context.store,
            decoders=decoders,
            ask=lambda _: None,
            holding=library.worker_context.heartbeat.during,
            describes=False,
            in_hand=InHand(most=1),
            give_way=never_give_way,
        )
        process_begun(begun, context=context, decoder_time=DecoderTime())
    assert library.state(arrived) == "uploading"
    assert held.in_hand == [0]
