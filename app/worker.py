"""The worker on one machine: receives messages, does what they ask for, sweeps often.

What a message means is in app.tasks, what does it in app.assembly, and both are the same on
Lambda; only the loop is this file's.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from app.assembly import Assembly
from app.clients.aws import AwsUnavailableError
from app.clients.queue import Message, Queue
from app.images.darkroom import Darkroom
from app.logs import set_up_logging
from app.outages import Outage, is_outage
from app.settings import Settings
from app.tasks import RetryLaterError, pause_after

log = logging.getLogger(__name__)

SWEEP_EVERY_SECONDS = 20
PAUSE_AFTER_TROUBLE_SECONDS = 2
DESCRIBERS = 2
LETTER_CARRIERS = 2


class Worker:
    """Threads that each handle one message at a time, until told to stop."""

    def __init__(self, settings: Settings, *, darkroom: Darkroom, developers: int) -> None:
        # One connection each, and two for the sweep and the heartbeat.
        self._assembly = Assembly(settings, pool_size=developers + DESCRIBERS + LETTER_CARRIERS + 2)
        self._darkroom = darkroom
        self._developers = developers
        self._stopping = threading.Event()

    def run(self) -> None:
        """Work until `stop` is called."""
        assembly = self._assembly
        pictures = Outage(ask=assembly.ask_all)
        # No mail waits for S3.
        letters = Outage(ask=assembly.ask_database)
        loops: list[Callable[[], None]] = [
            *(lambda: self._serve(assembly.pictures, pictures) for _ in range(self._developers)),
            *(lambda: self._serve(assembly.descriptions, pictures) for _ in range(DESCRIBERS)),
            # Of their own, so that no mail waits for a model.
            *(lambda: self._serve(assembly.letters, letters) for _ in range(LETTER_CARRIERS)),
            self._sweep,
        ]
        threads = [threading.Thread(target=loop) for loop in loops]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def stop(self) -> None:
        """Finish what is under way, then stop."""
        self._stopping.set()

    def _serve(self, queue: Queue, outage: Outage) -> None:
        while not self._stopping.is_set():
            try:
                for message in queue.receive(wait_seconds=1):
                    self._handle(queue, message, outage)
            except AwsUnavailableError as error:
                log.warning("the queue does not answer: %s", error)
                self._stopping.wait(PAUSE_AFTER_TROUBLE_SECONDS)
            except Exception:
                # Whatever it is: a thread that ends would be missed by nobody.
                log.exception("a message could not be taken")
                self._stopping.wait(PAUSE_AFTER_TROUBLE_SECONDS)
            outage.wait_until_over(self._stopping)

    def _handle(self, queue: Queue, message: Message, outage: Outage) -> None:
        """Do one message; one that fails comes back, and no failure stops the loop."""
        try:
            with self._assembly.heartbeat.during(partial(queue.stay_hidden, message)):
                self._assembly.do(message.body, attempt=message.attempt, darkroom=self._darkroom)
        except RetryLaterError as later:
            queue.again_in(message, seconds=later.seconds)
        except Exception as error:
            if is_outage(error):
                log.warning("out of reach, a task waits: %s", type(error).__name__)
                outage.note()
                queue.again_in(message, seconds=1)
                return
            log.exception("a task failed at attempt %d; it comes back", message.attempt)
            queue.again_in(message, seconds=pause_after(message.attempt))
        else:
            queue.done(message)

    def _sweep(self) -> None:
        while True:
            try:
                self._assembly.sweep()
            except Exception:
                log.exception("the sweep failed; the next one comes soon")
            if self._stopping.wait(SWEEP_EVERY_SECONDS):
                return


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    settings = Settings.from_environment(os.environ)
    set_up_logging(settings.log_level)
    developers = max(1, os.cpu_count() or 1)
    with ExitStack() as stack:
        darkroom = stack.enter_context(
            Darkroom(
                children=developers,
                unconfined_is_allowed=settings.unconfined_decoders_are_allowed,
            )
        )
        darkroom.check()
        worker = Worker(settings, darkroom=darkroom, developers=developers)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        log.info("the worker waits for pictures")
        if ready_file := os.environ.get("READY_FILE"):
            Path(ready_file).touch()
        worker.run()


if __name__ == "__main__":
    main()
