"""The worker on one machine: note uploads, process images, handle messages, run the sweep.

This file is only the loop. app.messages parses messages and app.jobs.worker_context handles them;
both are the same on Lambda.
"""

import gc
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from app.clients.aws.boto import AwsUnavailableError
from app.clients.aws.sqs import MAX_MESSAGES, Message, Queue
from app.clients.outage import Outage, is_outage, tell_outage
from app.jobs.queue_feed import Delivery, Feed
from app.jobs.worker_context import WorkerContext
from app.media.sandbox.pool import DecoderPool
from app.media.sandbox.seccomp import disable_ptrace
from app.messages import RetryLaterError, pause_after
from app.observability.logging import set_up_logging
from app.processing.in_hand import InHand
from app.settings import Settings

log = logging.getLogger(__name__)

SWEEP_EVERY_SECONDS = 20
LOOK_AGAIN_SECONDS = 1.0
MISSING_EVERY_SECONDS = 20.0  # they are old pictures: nobody waits for one
PAUSE_AFTER_TROUBLE_SECONDS = 2
# What arrives meanwhile is noted together: a request to the queue costs as much as a small picture.
GATHER_SECONDS = 0.2
DESCRIBERS = 2
EXPORTERS = 2
# [Note: More threads than children] Most of a small picture's time is waiting for S3, the queue and
# the database. As many pictures as there are cores are decoded at once, by the decoder pool's
# children; with as many threads, those would idle while the threads wait.
THREADS_A_CHILD = 3
COLLECTED_AFTER = 10_000  # objects that were made and not let go; Python's own number is 700
# So that somebody's ten pictures find a thread and a decoder free beside another's thousands, and
# beside another's few that take long: one person has none of these beside all of the others. Who is
# alone has as many decoders as there are cores.
RESERVED_THREADS = 2
RESERVED_CHILDREN = 1
MAIL_THREADS = 2


class WorkSignal:
    """Wakes the threads that wait for pictures as soon as some have arrived."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._told = 0

    def tell(self, pictures: int) -> None:
        """Say that there is something to do for so many threads: each that wakes asks the rows."""
        with self._condition:
            self._told += 1
            self._condition.notify(pictures)

    def tell_all(self) -> None:
        """Wake all of them."""
        with self._condition:
            self._told += 1
            self._condition.notify_all()

    @property
    def told(self) -> int:
        """How often something was told; for `wait`."""
        return self._told

    def wait(self, *, since: int, seconds: float) -> None:
        """Wait until something is told that was not `since`, or for so long."""
        with self._condition:
            self._condition.wait_for(lambda: self._told != since, timeout=seconds)


class Worker:
    """Threads that each do one thing at a time, until told to stop."""

    def __init__(self, settings: Settings, *, decoders: DecoderPool, max_of_one: int) -> None:
        processors = max_of_one + RESERVED_THREADS
        self._stopping = threading.Event()
        self._worker_context = WorkerContext(
            settings,
            # One connection each, and four: arrivals, sweep, fingerprints, the leases' heartbeat.
            pool_size=processors + DESCRIBERS + EXPORTERS + MAIL_THREADS + 4,
            in_hand=InHand(most=max_of_one),
            pause=self._stopping.wait,
            trusts_fresh_connections=True,
        )
        self._decoders = decoders
        self._processors = processors
        self._feeds: list[Feed] = []
        self._news = WorkSignal()

    def run(self) -> None:
        """Work until `stop` is called."""
        worker_context = self._worker_context
        pictures = Outage(ask=self.ask)
        # No mail waits for S3.
        mails = Outage(ask=worker_context.ask_database)
        loops: list[Callable[[], None]] = [
            partial(self._note_arrivals, pictures),
            *(partial(self._process_waiting, pictures) for _ in range(self._processors)),
            *self._loops(worker_context.descriptions, pictures, threads=DESCRIBERS),
            # Of their own, so that no copy of everything and no mail waits for a model.
            *self._loops(worker_context.copies, pictures, threads=EXPORTERS),
            *self._loops(worker_context.mails, mails, threads=MAIL_THREADS),
            partial(self._make_fingerprints, pictures),
            self._sweep,
        ]
        threads = [threading.Thread(target=loop) for loop in loops]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for feed in self._feeds:
            try:
                feed.close()
            except AwsUnavailableError as error:
                log.warning("messages come again by themselves: %s", error)

    def ask(self) -> None:
        """Raise unless all that pictures need answers."""
        self._worker_context.ask_all()
        self._decoders.check()

    def stop(self) -> None:
        """Finish what is under way, then stop."""
        self._stopping.set()
        self._news.tell_all()

    def _note_arrivals(self, outage: Outage) -> None:
        """Note what arrives, whatever there is to process. See [Note: Rows are the queue]."""
        while not self._stopping.is_set():
            with self._troubles(outage, "arrivals could not be noted", pause=2.0):
                taken = self._worker_context.receive_arrivals(wait_seconds=1)
                if taken:
                    self._news.tell(taken)
                if 0 < taken < MAX_MESSAGES:
                    self._stopping.wait(GATHER_SECONDS)

    def _process_waiting(self, outage: Outage) -> None:
        while not self._stopping.is_set():
            told = self._news.told
            # A short pause: the picture that failed has a retry delay of its own, others go on.
            with self._troubles(outage, "a picture is tried again", pause=0.1):
                if self._worker_context.process_next(self._decoders):
                    outage.note_success()
                else:
                    # Nothing signals a retry delay that ends or a lease that expires: look again.
                    self._news.wait(since=told, seconds=LOOK_AGAIN_SECONDS)

    def _make_fingerprints(self, outage: Outage) -> None:
        """Make those that are missing, one after the other, while no picture waits."""
        while not self._stopping.is_set():
            is_done = True
            with self._troubles(outage, "a fingerprint is made later", pause=2.0):
                is_done = not self._worker_context.make_missing_fingerprint(self._decoders)
            if is_done:
                self._stopping.wait(MISSING_EVERY_SECONDS)

    @contextmanager
    def _troubles(self, outage: Outage, words: str, *, pause: float) -> Iterator[None]:
        """Continue after any error: nothing would restart a thread that ends."""
        try:
            yield
        except Exception as error:
            if is_outage(error):
                tell_outage(log, error, words)
                outage.note()
            else:
                log.exception(words)
                self._stopping.wait(pause)
        outage.wait_until_over(self._stopping)

    def _loops(self, queue: Queue, outage: Outage, *, threads: int) -> list[Callable[[], None]]:
        @contextmanager
        def hide(message: Message) -> Iterator[None]:
            is_over = threading.Event()

            def beat() -> None:
                try:
                    queue.stay_hidden(message)
                except AwsUnavailableError:
                    if not is_over.is_set():  # else it was done, and taken out, just now
                        raise

            with self._worker_context.message_heartbeat.during(beat):
                try:
                    yield
                finally:
                    is_over.set()

        # What is received ahead waits for the next free thread, while other workers might do it:
        # no more than pays.
        feed = Feed(queue, ahead=threads // 2 if threads > 2 else 0, hide=hide)  # noqa: PLR2004
        self._feeds.append(feed)
        return [lambda: self._serve(queue, feed, outage) for _ in range(threads)]

    def _serve(self, queue: Queue, feed: Feed, outage: Outage) -> None:
        while not self._stopping.is_set():
            try:
                if delivery := feed.take(wait_seconds=1):
                    self._handle(queue, feed, delivery, outage)
            except AwsUnavailableError as error:
                log.warning("the queue does not answer: %s", error)
                self._stopping.wait(PAUSE_AFTER_TROUBLE_SECONDS)
            except Exception:
                # Whatever it is: a thread that ends would be missed by nobody.
                log.exception("a message could not be taken")
                self._stopping.wait(PAUSE_AFTER_TROUBLE_SECONDS)
            outage.wait_until_over(self._stopping)

    def _handle(self, queue: Queue, feed: Feed, delivery: Delivery, outage: Outage) -> None:
        """Do one message; one that fails comes back, and no failure stops the loop."""
        message = delivery.message
        try:
            with delivery.release:
                self._worker_context.do(
                    message.body, attempt=message.attempt, decoders=self._decoders
                )
        except RetryLaterError as later:
            queue.again_in(message, seconds=later.seconds)
        except Exception as error:
            if is_outage(error):
                tell_outage(log, error, "a task waits")
                outage.note()
                queue.again_in(message, seconds=1)
                return
            log.exception("a task failed at attempt %d; it comes back", message.attempt)
            queue.again_in(message, seconds=pause_after(message.attempt))
        else:
            outage.note_success()
            feed.done(message)

    def _sweep(self) -> None:
        while True:
            try:
                self._worker_context.sweep()
            except Exception:
                log.exception("the sweep failed; the next one comes soon")
            if self._stopping.wait(SWEEP_EVERY_SECONDS):
                return


def _collect_less_often() -> None:
    """Leave alone what importing made: walking through it was a seventh of this process's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER)


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    settings = Settings.from_environment(os.environ)
    set_up_logging(settings.log_level)
    disable_ptrace()
    children = max(1, os.cpu_count() or 1)
    max_of_one = children * THREADS_A_CHILD
    with ExitStack() as stack:
        decoders = stack.enter_context(
            DecoderPool(
                children=children,
                reserved=RESERVED_CHILDREN,
                unconfined_is_allowed=settings.unconfined_decoders_are_allowed,
            )
        )
        decoders.check()
        worker = Worker(settings, decoders=decoders, max_of_one=max_of_one)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        _collect_less_often()
        log.info("the worker waits for pictures")
        if ready_file := os.environ.get("READY_FILE"):
            Path(ready_file).touch()
        worker.run()


if __name__ == "__main__":
    main()
