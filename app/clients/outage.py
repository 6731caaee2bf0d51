"""Pause work during an outage, so that it uses up no attempts of a message.

A message counts how often it was received, and is given up after the fifth time. During an outage,
the worker therefore receives no more messages. It checks every second whether the outage is over.

[Note: What answers and takes nothing] With a full disk or a broken bucket, reads succeed and writes
fail, so the check succeeds too early. There is therefore a pause before the first check, and it
doubles after each outage until a task succeeds. Otherwise the worker would retry without end, as
fast as it can.
"""

import errno
import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.database import is_contention
from app.errors import OutageError

log = logging.getLogger(__name__)

ASK_EVERY_SECONDS = 1.0
# See [Note: What answers and takes nothing].
MIN_PAUSE_SECONDS = 1.0
MAX_PAUSE_SECONDS = 30.0
# Of work that met one: other workers are not to try the same at once, one after the other.
OUTAGE_REST = timedelta(seconds=2)
# This machine's disk is full or broken, or it has too many files open or no memory: whatever the
# work is, it fails.
_EXHAUSTED = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EIO,
    errno.EROFS,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
}
# SQLSTATE: the database may only be read, as after a failover, or where an operator said so. Its
# class is that of internal errors.
_READ_ONLY = "25006"


def is_outage(error: BaseException) -> bool:
    """Whether what all work stands on is missing: whatever the work is, it fails.

    The database or AWS cannot be reached or refuses this program, or this machine has no room, or
    can start no decoder. Not where rows of one person are locked: no reason for others to wait.
    """
    if is_contention(error):
        return False
    if isinstance(error, DBAPIError):
        return (
            error.connection_invalidated
            or isinstance(error, OperationalError | InterfaceError)
            or getattr(error.orig, "pgcode", "") == _READ_ONLY
        )
    if isinstance(error, OSError) and error.errno in _EXHAUSTED:
        return True
    return isinstance(error, OutageError | PoolTimeoutError)


def tell_outage(log: logging.Logger, error: BaseException, words: str) -> None:
    """Log that one was met: as an error, with its reason, where an operator is to mend it.

    Args:
        log: whose log.
        error: what is_outage says yes to.
        words: what waits.
    """
    if isinstance(error, OutageError) and error.is_operators:
        log.error("out of reach, %s: %s: %s", words, type(error).__name__, error)
    else:
        log.warning("out of reach, %s: %s", words, type(error).__name__)


def is_blameless(error: BaseException) -> bool:
    """Whether an error says nothing of the work that met it: it counts as no try."""
    return is_outage(error) or is_contention(error)


class Outage:
    """Whether there is one; shared by the threads that stand on the same."""

    def __init__(
        self, *, ask: Callable[[], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Expect none. `ask` raises while it lasts; clock tells seconds."""
        self._ask = ask
        self._clock = clock
        self._lock = threading.Lock()
        self._lasts = False
        self._pause = MIN_PAUSE_SECONDS
        self._asks_from = 0.0

    def note(self) -> None:
        """Say that one was met."""
        with self._lock:
            if not self._lasts:
                self._asks_from = self._clock() + self._pause
                self._pause = min(2 * self._pause, MAX_PAUSE_SECONDS)
                self._lasts = True

    def note_success(self) -> None:
        """Say that something was done, and written: the next pause is a short one."""
        self._pause = MIN_PAUSE_SECONDS

    def wait_until_over(self, stopping: threading.Event) -> None:
        """Return at once when there is none, else when it is over or the process is to stop."""
        while self._lasts and not stopping.is_set():
            if (left := self._asks_from - self._clock()) > 0:
                stopping.wait(min(left, ASK_EVERY_SECONDS))
            elif not self._is_over():
                stopping.wait(ASK_EVERY_SECONDS)

    def _is_over(self) -> bool:
        with self._lock:
            if self._lasts:
                try:
                    self._ask()
                except Exception as error:  # noqa: BLE001 - that is an answer too
                    log.info("still out of reach: %s", type(error).__name__)
                    return False
                self._lasts = False
                log.info("within reach again")
            return True
