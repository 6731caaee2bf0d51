"""What is left of a PostgreSQL whose launcher was killed: it is waited for, and its note removed.

PostgreSQL refuses to start while `postmaster.pid` names a process that exists, and it cannot tell
a server that is just ending, or one that ended and was never collected by its parent, from one that
serves. Its processes work inside the data folder, by which Linux tells them; elsewhere the note
alone is gone by.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.embedded.errors import StartError
from scripts.embedded.liveness import is_alive

if TYPE_CHECKING:
    from collections.abc import Callable

ENDING_SECONDS = 30.0
_NOTE = "postmaster.pid"
_PROC = Path("/proc")


def wait_for_former_server(
    folder: Path, *, check: Callable[[], None], seconds: float = ENDING_SECONDS
) -> None:
    """Return once nothing runs in a cluster's folder any more, which the caller has locked.

    Args:
        folder: the cluster's.
        check: called while waiting; raises to give up.
        seconds: how long what is left may take to end.

    Raises:
        StartError: it does not end.
    """
    deadline = time.monotonic() + seconds
    while left := _processes_in(folder):
        if time.monotonic() > deadline:
            raise StartError(
                f"A PostgreSQL of an earlier start still runs in {folder} (process "
                f"{', '.join(map(str, sorted(left)))}). End it, then start again."
            )
        check()
        time.sleep(0.05)
    if _PROC.is_dir():
        # Nobody runs here: the number in the note is of no process, or by now of another one.
        with contextlib.suppress(FileNotFoundError):
            (folder / _NOTE).unlink()


def _processes_in(folder: Path) -> set[int]:
    if not _PROC.is_dir():
        noted = _noted(folder)
        return {noted} if noted is not None and is_alive(noted) else set()
    place = str(folder.resolve())
    found = set()
    for process in _PROC.glob("[0-9]*"):
        # Another account's processes show nothing, and cannot be ours.
        with contextlib.suppress(OSError):
            if str((process / "cwd").readlink()) == place and is_alive(int(process.name)):
                found.add(int(process.name))
    return found


def _noted(folder: Path) -> int | None:
    try:
        return int((folder / _NOTE).read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
