"""How many pictures are decoded at once, and who is let in first."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

Who = Literal["foreground", "background", "returning"]


class Slots:
    """Slots for decoding; some that background work never gets. Safe to use from several threads.

    Whoever waits for a slot in the foreground comes before all who wait in the background, so a
    picture of somebody's ten waits for no picture of another person's thousands that has not begun.

    Who has left its slot to wait for memory comes back before everybody, into any slot: it has the
    memory that others wait for. There is one of them at a time (Grants), and it always finds a
    slot in the end, since whoever holds one waits for nobody, or leaves it.
    """

    def __init__(self, count: int, *, reserved: int) -> None:
        """Have `count` slots for anybody, and `reserved` more for the foreground."""
        self._count = count
        self._reserved = reserved
        self._taken = 0
        self._waiting: Counter[Who] = Counter()
        self._condition = threading.Condition()

    @property
    def waiting(self) -> int:
        """How many wait for a slot."""
        with self._condition:
            return self._waiting.total()

    @contextmanager
    def hold(self, *, background: bool) -> Iterator[None]:
        """Wait for a slot, and hold it for as long as the block runs."""
        self._take("background" if background else "foreground")
        try:
            yield
        finally:
            self._give_back()

    @contextmanager
    def leave(self) -> Iterator[None]:
        """Let others have the slot that is held for as long as the block runs; then have one."""
        self._give_back()
        try:
            yield
        finally:
            self._take("returning")

    def _take(self, who: Who) -> None:
        may_begin: dict[Who, Callable[[], bool]] = {
            "returning": self._one_is_free,
            "foreground": self._foreground_may_begin,
            "background": self._background_may_begin,
        }
        with self._condition:
            self._waiting[who] += 1
            try:
                self._condition.wait_for(may_begin[who])
            finally:
                self._waiting[who] -= 1
            self._taken += 1
            # Somebody may have been kept waiting by this one alone.
            self._condition.notify_all()

    def _give_back(self) -> None:
        with self._condition:
            self._taken -= 1
            self._condition.notify_all()

    def _one_is_free(self) -> bool:
        return self._taken < self._count + self._reserved

    def _foreground_may_begin(self) -> bool:
        return self._one_is_free() and not self._waiting["returning"]

    def _background_may_begin(self) -> bool:
        return self._taken < self._count and not (
            self._waiting["returning"] or self._waiting["foreground"]
        )
