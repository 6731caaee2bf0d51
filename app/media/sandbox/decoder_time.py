"""Measure how long an image was decoded, and how long it waited for a decoder."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

_Phase = Literal["elsewhere", "using", "waiting"]


class DecoderTime:
    """The seconds of one picture, all of its tries together. Safe to read from several threads.

    By the clock on the wall, since that is what others wait: a decoder that has to share its core
    counts as much as one that has it alone.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with none; clock tells seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._seconds: dict[_Phase, float] = {"elsewhere": 0.0, "using": 0.0, "waiting": 0.0}
        self._phase: _Phase = "elsewhere"
        self._since = clock()

    @property
    def used(self) -> float:
        """Seconds in which a decoder worked on it, until now."""
        return self._until_now("using")

    @property
    def waited(self) -> float:
        """Seconds in which it waited for a decoder, or for memory, until now."""
        return self._until_now("waiting")

    @contextmanager
    def using(self) -> Iterator[None]:
        """Count the block as time that it has a decoder."""
        with self._during("using"):
            yield

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Count the block as time that it waits, within a block of `using` too."""
        with self._during("waiting"):
            yield

    @contextmanager
    def _during(self, phase: _Phase) -> Iterator[None]:
        before = self._enter(phase)
        try:
            yield
        finally:
            self._enter(before)

    def _enter(self, phase: _Phase) -> _Phase:
        with self._lock:
            moment, before = self._clock(), self._phase
            self._seconds[before] += moment - self._since
            self._phase, self._since = phase, moment
            return before

    def _until_now(self, phase: _Phase) -> float:
        with self._lock:
            running = self._clock() - self._since if self._phase == phase else 0.0
            return self._seconds[phase] + running
