"""Receive and delete messages of one queue in batches, for several threads."""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

from app.clients.aws.sqs import MAX_MESSAGES, Message, Queue

MAX_BATCH = MAX_MESSAGES
# A message that is done but not yet taken out comes again if we die meanwhile: not for long.
_MAX_DONE_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A message in hand, hidden from others until `release` is closed."""

    message: Message
    release: ExitStack


class Feed:
    """Hands messages out, a few ahead of the threads that are free.

    A request to SQS costs as much as a small picture's own work. So who finds nothing waiting
    receives for all who wait with it, and `ahead` more; what is done is taken out by the tens.
    """

    def __init__(
        self,
        queue: Queue,
        *,
        ahead: int,
        hide: Callable[[Message], AbstractContextManager[None]],
    ) -> None:
        """Receive nothing yet; `hide` keeps a message from others for as long as the block runs."""
        self._queue = queue
        self._ahead = ahead
        self._hide = hide
        self._receiving = threading.Lock()  # held by one who asks the queue
        self._lock = threading.Lock()  # guards what follows
        self._idle = 0
        self._waiting: deque[Delivery] = deque()
        self._done: list[Message] = []
        self._first_done = 0.0

    def take(self, *, wait_seconds: int) -> Delivery | None:
        """Return the next message; None when none came for so long.

        Raises:
            AwsUnavailableError: the queue does not answer.
        """
        with self._lock:
            self._idle += 1
        try:
            with self._receiving:
                if not self._waiting:
                    self._receive(wait_seconds)
                with self._lock:
                    return self._waiting.popleft() if self._waiting else None
        finally:
            with self._lock:
                self._idle -= 1

    def done(self, message: Message) -> None:
        """Take a handled message out of the queue, at once or soon."""
        with self._lock:
            if not self._done:
                self._first_done = time.monotonic()
            self._done.append(message)
            is_due = time.monotonic() - self._first_done > _MAX_DONE_SECONDS
            is_due = is_due or len(self._done) >= MAX_BATCH
        if is_due:
            self.flush()

    def flush(self) -> None:
        """Take out of the queue what is done."""
        with self._lock:
            done, self._done = self._done, []
        for at in range(0, len(done), MAX_BATCH):
            self._queue.all_done(done[at : at + MAX_BATCH])

    def close(self) -> None:
        """Give back what nobody has begun, and take out what is done."""
        while self._waiting:
            delivery = self._waiting.popleft()
            delivery.release.close()
            self._queue.again_in(delivery.message, seconds=0)
        self.flush()

    def _receive(self, wait_seconds: int) -> None:
        self.flush()
        with self._lock:
            most = min(self._idle + self._ahead, MAX_BATCH)
        for message in self._queue.receive(most=most, wait_seconds=wait_seconds):
            release = ExitStack()
            release.enter_context(self._hide(message))
            with self._lock:
                self._waiting.append(Delivery(message=message, release=release))
