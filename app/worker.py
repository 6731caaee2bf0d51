"""The worker on one machine: receives messages, does what they ask for, sweeps every minute.

What a message means is in app.tasks, and the same on Lambda; only the loop is this file's.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, closing
from pathlib import Path

from flask import Flask

from app.clients.aws import AwsUnavailableError, make_client
from app.clients.queue import Message, Queue
from app.clients.storage import PictureStore
from app.clients.vision import Vision, VisionSettings
from app.factory import create_worker_app
from app.images.darkroom import Darkroom
from app.images.describe import describe_picture
from app.images.develop import Bench, develop_picture
from app.images.sweep import sweep
from app.logs import set_up_logging
from app.settings import Settings
from app.tasks import DescribePicture, Handler, PictureStored, RetryLaterError, handle

log = logging.getLogger(__name__)

SWEEP_EVERY_SECONDS = 60
PAUSE_AFTER_TROUBLE_SECONDS = 2
DESCRIBERS = 2


class Worker:
    """Threads that each handle one message at a time, until told to stop."""

    def __init__(self, settings: Settings, *, darkroom: Darkroom, developers: int) -> None:
        sqs = make_client("sqs", settings)
        self._settings = settings
        self._app: Flask = create_worker_app(settings, pool_size=developers + DESCRIBERS + 1)
        self._developers = developers
        self._store = PictureStore(
            s3=make_client("s3", settings), bucket_name=settings.picture_bucket
        )
        self._pictures = Queue(sqs=sqs, url=settings.picture_queue_url)
        self._descriptions = Queue(sqs=sqs, url=settings.description_queue_url)
        self._bench = Bench(
            store=self._store,
            darkroom=darkroom,
            ask=self._ask,
            describes=settings.model is not None,
        )
        self._vision = _vision(settings)
        self._stopping = threading.Event()

    @property
    def handlers(self) -> Mapping[type, Handler]:
        """What is done for each task."""
        is_demo = bool(self._settings.model and self._settings.model.is_demo)

        def develop(task: PictureStored, attempt: int) -> None:
            develop_picture(task, attempt, bench=self._bench)

        def describe(task: DescribePicture, attempt: int) -> None:
            describe_picture(task, attempt, store=self._store, vision=self._vision, is_demo=is_demo)

        return {PictureStored: develop, DescribePicture: describe}

    def run(self) -> None:
        """Work until `stop` is called."""
        loops: list[Callable[[], None]] = [
            *(lambda: self._serve(self._pictures) for _ in range(self._developers)),
            *(lambda: self._serve(self._descriptions) for _ in range(DESCRIBERS)),
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

    def _serve(self, queue: Queue) -> None:
        while not self._stopping.is_set():
            try:
                for message in queue.receive(wait_seconds=1):
                    self._handle(queue, message)
            except AwsUnavailableError as error:
                log.warning("the queue does not answer: %s", error)
                self._stopping.wait(PAUSE_AFTER_TROUBLE_SECONDS)

    def _handle(self, queue: Queue, message: Message) -> None:
        """Do one message; one that fails comes back, and no failure stops the loop."""
        try:
            with self._app.app_context():
                handle(
                    message.body,
                    attempt=message.attempt,
                    bucket_name=self._settings.picture_bucket,
                    handlers=self.handlers,
                )
        except RetryLaterError as later:
            queue.again_in(message, seconds=later.seconds)
        except Exception:
            log.exception("a task failed at attempt %d; it comes back", message.attempt)
            queue.again_in(message, seconds=min(2**message.attempt, 60))
        else:
            queue.done(message)

    def _sweep(self) -> None:
        while True:
            try:
                with self._app.app_context():
                    sweep(
                        store=self._store,
                        develop=lambda task: develop_picture(task, 1, bench=self._bench),
                        ask=self._ask,
                    )
            except Exception:
                log.exception("the sweep failed; the next one is in a minute")
            if self._stopping.wait(SWEEP_EVERY_SECONDS):
                return

    def _ask(self, task: DescribePicture) -> None:
        self._descriptions.send(task.message())


def _vision(settings: Settings) -> Vision | None:
    model = settings.model
    if model is None:
        return None
    return Vision(
        VisionSettings(
            api_key=model.api_key, base_url=model.base_url, model=model.model, effort=model.effort
        )
    )


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    settings = Settings.from_environment(os.environ)
    set_up_logging(settings.log_level)
    developers = max(1, os.cpu_count() or 1)
    with ExitStack() as stack:
        darkroom: AbstractContextManager[Darkroom] = closing(Darkroom(children=developers))
        worker = Worker(settings, darkroom=stack.enter_context(darkroom), developers=developers)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        log.info("the worker waits for pictures")
        if ready_file := os.environ.get("READY_FILE"):  # whoever started us waits for it
            Path(ready_file).touch()
        worker.run()


if __name__ == "__main__":
    main()
