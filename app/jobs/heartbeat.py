"""Heartbeats: extend leases and messages every few seconds while their work goes on."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)

BEAT_SECONDS = 3.0
# What hangs for so long is not at it: others may take it up.
LONGEST_SECONDS = 20 * 60.0


class Heartbeat:
    """One thread for all that is in hand. What takes less than a beat costs nothing.

    One beat comes after the other: what they ask must answer soon, or fail soon.
    """

    def __init__(self, *, every_seconds: float = BEAT_SECONDS) -> None:
        self._every_seconds = every_seconds
        self._lock = threading.Lock()
        self._in_hand: dict[object, tuple[float, Callable[[], None]]] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def during(self, beat: Callable[[], None]) -> Iterator[None]:
        """Call `beat` every few seconds while the block runs. What it raises is logged only."""
        key = object()
        with self._lock:
            self._in_hand[key] = (time.monotonic(), beat)
            if self._thread is None:
                # Begun when first needed, and no reason for a process to go on.
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                del self._in_hand[key]

    def _run(self) -> None:
        while True:
            time.sleep(self._every_seconds)
            for beat in self._due():
                try:
                    beat()
                except Exception as error:  # noqa: BLE001 - the others' beats must not wait for it
                    log.warning("a heartbeat was not heard: %s", type(error).__name__)

    def _due(self) -> list[Callable[[], None]]:
        moment = time.monotonic()
        with self._lock:
            return [
                beat
                for begun, beat in self._in_hand.values()
                if self._every_seconds <= moment - begun < LONGEST_SECONDS
            ]
