"""Outages are waited out, also those that answer questions and refuse what is written."""

from __future__ import annotations

import logging
import os
import resource
import signal
import threading
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.clients.outage import MAX_PAUSE_SECONDS, MIN_PAUSE_SECONDS, Outage, is_outage
from app.database import db
from app.jobs.worker import Worker
from app.media.sandbox import pool
from app.media.sandbox.pool import DecoderPool
from tests.conftest import running_stack
from tests.support.library import Library, library_on, root_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

NEVER_ENDS = 200
WAITS_NO_MORE = "UPDATE images SET leased_until = NULL WHERE id = :id RETURNING 1"
ATTEMPTS = "SELECT attempts FROM images WHERE id = :id"


class Stopwatch(threading.Event):
    """Time that goes by in waits alone; the process is to stop after `seconds` of it."""

    def __init__(self, *, seconds: float) -> None:
        super().__init__()
        self.now = 0.0
        self._seconds = seconds

    def __call__(self) -> float:
        return self.now

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout
        self.now += timeout
        if self.now >= self._seconds:
            self.set()
        return self.is_set()


def answer() -> None:
    """Answer, as what takes nothing does."""


def pauses(outage: Outage, clock: Stopwatch, count: int) -> list[float]:
    """How long each of so many outages holds up whoever meets it."""
    seconds = []
    for _ in range(count):
        begun = clock()
        outage.note()
        outage.wait_until_over(clock)
        seconds.append(clock() - begun)
    return seconds


def test_pause_grows_while_nothing_succeeds_though_questions_are_answered() -> None:
    clock = Stopwatch(seconds=1e6)
    outage = Outage(ask=answer, clock=clock)
    assert pauses(outage, clock, 7) == [1, 2, 4, 8, 16, MAX_PAUSE_SECONDS, MAX_PAUSE_SECONDS]
    outage.note_success()
    assert pauses(outage, clock, 2) == [MIN_PAUSE_SECONDS, 2]
    before = clock()
    outage.wait_until_over(clock)
    assert clock() == before


def test_several_threads_that_meet_one_outage_count_once() -> None:
    clock = Stopwatch(seconds=1e6)
    outage = Outage(ask=answer, clock=clock)
    for _ in range(6):
        outage.note()
    outage.wait_until_over(clock)
    assert pauses(outage, clock, 1) == [2]


def test_outage_that_answers_no_question_is_asked_every_second() -> None:
    clock = Stopwatch(seconds=1e6)

    def ask() -> None:
        if clock() < 100:
            raise ConnectionError

    outage = Outage(ask=ask, clock=clock)
    assert pauses(outage, clock, 1) == [100]


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library:
        yield library


def test_worker_tries_a_few_times_a_minute_while_the_database_takes_nothing(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk: rows can be read."""
    place = library.add(library.person())
    library.value("UPDATE images SET state = 'processing' RETURNING 1")
    library.value(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END $$;"
        " CREATE TRIGGER refuse BEFORE UPDATE ON images EXECUTE FUNCTION refuse(); SELECT 1"
    )
    a_minute = Stopwatch(seconds=60)
    asked: list[None] = []

    def ask() -> None:
        asked.append(None)
        if len(asked) == NEVER_ENDS:
            a_minute.set()
        library.worker_context.ask_all()

    with closing(DecoderPool(children=1)) as decoders:
        worker = Worker(library.worker_context.settings, decoders=decoders, max_of_one=1)
        worker._stopping = a_minute  # noqa: SLF001 - else the test would take a minute
        with caplog.at_level(logging.WARNING):
            worker._process_waiting(Outage(ask=ask, clock=a_minute))  # noqa: SLF001 - one of its loops
        told = [each for each in caplog.messages if each.startswith("out of reach")]
        assert 2 <= len(told) <= 7
        assert library.state(place) == "processing"
        library.value("DROP TRIGGER refuse ON images; DROP FUNCTION refuse; SELECT 1")
        assert library.worker_context.process_next(decoders)
    assert library.state(place) == "ready"


@contextmanager
def no_process() -> Iterator[None]:
    """Fork fails for every account but root, as where a machine has as many processes as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    resource.setrlimit(resource.RLIMIT_NPROC, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NPROC, (soft, hard))


@contextmanager
def no_program() -> Iterator[None]:
    """What decoders run is gone, as in the middle of an upgrade."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "_PROGRAM", Path("/nonexistent/child.py"))
        yield


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(
            no_process,
            marks=pytest.mark.skipif(os.geteuid() != 0, reason="root alone has no such limit"),
        ),
        no_program,
    ],
)
def test_machine_that_can_start_no_decoders_holds_it_against_no_picture(
    library: Library,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    broken: Callable[[], AbstractContextManager[None]],
) -> None:
    owner = library.person()
    places = [library.add(owner) for _ in range(3)]
    library.value(
        "UPDATE images SET state = 'processing' WHERE owner_id = :owner RETURNING 1", owner=owner
    )
    a_minute = Stopwatch(seconds=60)
    with closing(DecoderPool(children=1)) as decoders:
        decoders.check()
        worker = Worker(library.worker_context.settings, decoders=decoders, max_of_one=1)
        worker._stopping = a_minute  # noqa: SLF001 - else the test would take a minute
        monkeypatch.setattr(worker._news, "wait", lambda **_: a_minute.wait(1))  # noqa: SLF001
        with broken(), caplog.at_level(logging.WARNING):
            os.kill(decoders._server.pid, signal.SIGKILL)  # noqa: SLF001 - as the kernel may
            worker._process_waiting(Outage(ask=worker.ask, clock=a_minute))  # noqa: SLF001 - one of its loops
        told = [each for each in caplog.records if each.msg.startswith("out of reach")]
        assert [each.levelno for each in told] == [logging.ERROR]  # an operator's to mend
        query = "SELECT array_agg(state || attempts) FROM images WHERE owner_id = :owner"
        assert library.value(query, owner=owner) == 3 * ["processing0"]
        for place in places:
            library.value(WAITS_NO_MORE, id=place.image_id)
            assert library.worker_context.process_next(decoders)
            assert library.state(place) == "ready"


class OneTry(Stopwatch):
    """Has a loop of the worker go round once."""

    def is_set(self) -> bool:
        return super().is_set() or self.now > 0


def test_database_that_may_only_be_read_is_an_outage(library: Library) -> None:
    """After a failover, or with a disk that is full at RDS."""
    place = library.add(library.person())
    with library.worker_context.app.app_context():
        db.session.execute(text("SET TRANSACTION READ ONLY"))
        with pytest.raises(DBAPIError) as caught:
            db.session.execute(text("UPDATE images SET attempts = 1"))
        db.session.rollback()
    assert is_outage(caught.value)
    assert library.state(place) == "ready"


# The bytes of what is refused go before the row says so: it is promised still.
@pytest.mark.parametrize(("promised", "state"), [(True, "ready"), (False, "uploading")])
@pytest.mark.parametrize("code", ["55P03", "57014", "40P01"])
def test_rows_that_somebody_has_locked_are_no_outage_and_no_try(
    library: Library, monkeypatch: pytest.MonkeyPatch, code: str, state: str, *, promised: bool
) -> None:
    """What the worker would say of a picture waits too long: others go on, and so does it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, root_environment(library.stack)[name])
    place = library.add(library.person())
    if not promised:
        library.put(place, b"other bytes than were promised")
    library.value(
        "UPDATE images SET state = 'processing', receipt_at = NULL WHERE id = :id RETURNING 1",
        id=place.image_id,
    )
    library.value(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION 'locked' USING ERRCODE = '{code}'; END $$;"
        " CREATE TRIGGER refuse BEFORE UPDATE ON images FOR EACH ROW"
        " WHEN (new.state <> 'processing') EXECUTE FUNCTION refuse(); SELECT 1"
    )
    clock = Stopwatch(seconds=60)
    outage = Outage(ask=answer, clock=clock)
    with closing(DecoderPool(children=1)) as decoders:
        worker = Worker(library.worker_context.settings, decoders=decoders, max_of_one=1)
        for _ in range(2):
            library.value(WAITS_NO_MORE, id=place.image_id)
            worker._stopping = OneTry(seconds=60)  # noqa: SLF001 - one of its loops, once
            worker._process_waiting(outage)  # noqa: SLF001
            outage.wait_until_over(clock)
            assert clock() == 0  # there is none
            assert library.state(place) == "processing"
            assert library.value(ATTEMPTS, id=place.image_id) == 0
        library.value("DROP TRIGGER refuse ON images; DROP FUNCTION refuse; SELECT 1")
        library.value(WAITS_NO_MORE, id=place.image_id)
        assert library.worker_context.process_next(decoders)
    assert library.state(place) == state
