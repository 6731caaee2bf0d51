"""Running installers: their output goes to a log, and none outlives us."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from typing import TYPE_CHECKING

from scripts.embedded.errors import StartError
from scripts.embedded.logs import tail

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import IO


class Commands:
    """Commands that run side by side, and can all be ended at once."""

    def __init__(self, *, logs: Path) -> None:
        """Keep a log file per title in `logs`."""
        self._logs = logs
        # Held by every command too: should we be killed, the next installation waits for the rest.
        self.lock: IO[bytes] | None = None
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._ended = False

    def run(
        self,
        title: str,
        command: Sequence[str | Path],
        *,
        directory: Path,
        environment: Mapping[str, str],
    ) -> None:
        """Run a command to its end.

        Raises:
            StartError: it failed; the message holds the end of its output.
        """
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{title}.log"
        with log.open("wb") as output:
            with self._lock:
                if self._ended:
                    raise StartError("Stopped.")
                process = subprocess.Popen(
                    [str(word) for word in command],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=directory,
                    env=dict(environment),
                    start_new_session=True,
                    pass_fds=[self.lock.fileno()] if self.lock else [],
                )
                self._running.add(process)
            status = process.wait()
            with self._lock:
                self._running.discard(process)
        if status:
            words = " ".join(os.path.basename(str(word)) for word in command[:3])  # noqa: PTH119
            raise StartError(f"{words} failed. Its output, {log}, ends with:\n\n{tail(log)}")

    def end_all(self) -> None:
        """End what runs, with all it started, and start nothing more."""
        with self._lock:
            self._ended = True
            for process in self._running:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
