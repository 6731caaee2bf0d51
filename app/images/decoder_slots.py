"""How many pictures are decoded at once, and who is let in first."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Slots:
    """Slots for decoding; some that background work never gets. Safe to use from several threads.

    Whoever waits for a slot in the foreground comes before all who wait in the background, so a
    picture of somebody's ten waits for no picture of another person's thousands that has not begun.
    """

    def __init__(self, count: int, *, reserved: int) -> None:
        """Have `count` slots for anybody, and `reserved` more for the foreground."""
        self._count = count
        self._reserved = reserved
        self._taken = 0
        self._waiting = {True: 0, False: 0}  # how many, by whether they are in the background
        self._condition = threading.Condition()

    @property
    def waiting(self) -> int:
        """How many wait for a slot."""
        with self._condition:
            return sum(self._waiting.values())

    @contextmanager
    def hold(self, *, background: bool) -> Iterator[None]:
        """Wait for a slot, and hold it for as long as the block runs."""
        may_begin = self._background_may_begin if background else self._foreground_may_begin
        with self._condition:
            self._waiting[background] += 1
            try:
                self._condition.wait_for(may_begin)
            finally:
                self._waiting[background] -= 1
            self._taken += 1
            # A background thread may have been kept waiting by this one alone.
            self._condition.notify_all()
        try:
            yield
        finally:
            with self._condition:
                self._taken -= 1
                self._condition.notify_all()

    def _foreground_may_begin(self) -> bool:
        return self._taken < self._count + self._reserved

    def _background_may_begin(self) -> bool:
        return self._taken < self._count and not self._waiting[False]
