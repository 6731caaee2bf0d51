"""Whether a process still runs. Imports nothing of ours: the watcher uses it too."""

from __future__ import annotations

import os


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended but was not collected by its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - keeps the watcher light
            return file.read().rpartition(b")")[2].split()[0] != b"Z"
    except OSError:  # no /proc here (macOS), or just gone
        return not os.path.isdir("/proc/self")  # noqa: PTH112
