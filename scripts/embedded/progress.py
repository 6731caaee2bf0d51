"""Steps shown while they run: a line each, and on a terminal what is under way."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

_TICK_SECONDS = 0.1
_FRAMES = "\u280b\u2819\u2839\u2838\u283c\u2834\u2826\u2827\u2807\u280f"
_CLEAR_LINE = "\r\x1b[K"


class Progress:
    """Writes the steps of several threads without mixing their lines up."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        """Write to a terminal, or plainly to a file or pipe."""
        self._out = out
        self._is_terminal = out.isatty()
        plain = "utf" not in (out.encoding or "").lower()
        self._done, self._failed = ("+", "!") if plain else ("\u2713", "\u2717")
        self._frames = "-\\|/" if plain else _FRAMES
        self._lock = threading.Lock()
        self._running: dict[str, float] = {}

    def say(self, text: str = "") -> None:
        """Write a line."""
        with self._lock:
            self._write_line(text)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show a step while the block runs, and how long it took or that it failed."""
        begun = time.monotonic()
        with self._lock:
            self._running[title] = begun
            if not self._is_terminal:
                self._write_line(f"    {title} ...")
            elif len(self._running) == 1:
                threading.Thread(target=self._animate, daemon=True).start()
        sign = self._failed
        try:
            yield
            sign = self._done
        finally:
            with self._lock:
                del self._running[title]
                self._write_line(f"  {sign} {title} ({time.monotonic() - begun:.1f} s)")

    def _animate(self) -> None:
        frame = 0
        while True:
            with self._lock:
                if not self._running:
                    return
                oldest = min(self._running.values())
                titles = ", ".join(self._running)
                sign = self._frames[frame % len(self._frames)]
                line = f"{_CLEAR_LINE}  {sign} {titles} ({time.monotonic() - oldest:.0f} s)"
                self._out.write(line)
                self._out.flush()
            frame += 1
            time.sleep(_TICK_SECONDS)

    def _write_line(self, text: str) -> None:
        self._out.write(f"{_CLEAR_LINE if self._is_terminal else ''}{text}\n")
        self._out.flush()
