"""How far it is: a line that is written over on a terminal, and now and then a line elsewhere."""

import sys
import threading
from time import monotonic

from .report import size_in_words

_TERMINAL_SECONDS = 0.2
_LOG_SECONDS = 10.0
_MINUTE, _HOUR = 60, 3600
_ERASE = "\r\x1b[K"


class Progress:
    """Tells of one thing at a time, on standard error."""

    def __init__(self) -> None:
        """Look whether somebody watches."""
        self._is_terminal = sys.stderr.isatty()
        self._lock = threading.Lock()
        self._last = 0.0
        self._is_open = False

    def show(self, text: str, *, always: bool = False) -> None:
        """Show how far it is, if some time has passed since the last time."""
        with self._lock:
            pause = _TERMINAL_SECONDS if self._is_terminal else _LOG_SECONDS
            if not always and monotonic() - self._last < pause:
                return
            self._last = monotonic()
            if self._is_terminal:
                sys.stderr.write(_ERASE + text[:200])
                self._is_open = True
            else:
                sys.stderr.write(text + "\n")
            sys.stderr.flush()

    def say(self, text: str) -> None:
        """Write a line that stays."""
        with self._lock:
            if self._is_open:
                sys.stderr.write(_ERASE)
                self._is_open = False
            sys.stderr.write(text + "\n")
            sys.stderr.flush()


class Transfer:
    """Counts what is sent, and says how fast it goes and how long it will take."""

    def __init__(self, progress: Progress, *, files: int, size: int) -> None:
        """Begin to count."""
        self._progress = progress
        self._files, self._size = files, size
        self._files_sent = self._sent = 0
        self._began = monotonic()

    def add(self, files: int, size: int) -> None:
        """Count what was sent."""
        self._files_sent += files
        self._sent += size
        self._progress.show(self.line())

    def line(self) -> str:
        """Say how far it is."""
        seconds = max(monotonic() - self._began, 0.001)
        rate = self._sent / seconds
        left = f", {time_in_words((self._size - self._sent) / rate)} left" if rate else ""
        return (
            f"Uploading: {self._files_sent:,} of {self._files:,} files,"
            f" {size_in_words(self._sent)} of {size_in_words(self._size)},"
            f" {size_in_words(int(rate))}/s{left}"
        )


def time_in_words(seconds: float) -> str:
    """Write a time in the unit that fits."""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.1f} h"
