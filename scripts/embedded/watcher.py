"""Ends the parts when the launcher is gone without having ended them (kill -9, a crash).

A program of its own, `python -m scripts.embedded.watcher`, in a session of its own. The launcher
writes a line to its standard input for each part that starts (`+ PID SIGNAL SECONDS`) or has ended
(`- PID`). The end of the input means that the launcher is gone. It holds the data folder's lock by
inheritance, so that a new launcher waits until nothing of the old one is left.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

from scripts.embedded.liveness import is_alive


def read_parts() -> dict[int, tuple[int, float]]:
    """Return the parts that run when the input ends: process id to signal and patience."""
    parts: dict[int, tuple[int, float]] = {}
    for line in sys.stdin:
        word, pid, *rest = line.split()
        if word == "+":
            parts[int(pid)] = (int(rest[0]), float(rest[1]))
        else:
            parts.pop(int(pid), None)
    return parts


def end(pid: int, number: int, seconds: float) -> None:
    """Ask a part to end, wait, and end its whole process group."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
    deadline = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    for part_pid, (part_signal, patience) in reversed(read_parts().items()):
        end(part_pid, part_signal, patience)
