"""Children of the decoder pool as tests see them: which there are, and what becomes of pictures."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from app.media.results import Rejected, Rendered
from app.media.sandbox.pool import DecoderPool

LINUX = sys.platform == "linux"
ADA, BOB = uuid4(), uuid4()


def file(folder: Path, content: bytes, name: str = "original") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def is_ready(outcome: Rendered | Rejected) -> bool:
    return isinstance(outcome, Rendered) and outcome.outcome == "ready"


def is_kept(outcome: Rendered | Rejected, reason: str) -> bool:
    """Whether a JPEG whose header nobody read is kept, and what is said to be wrong with it."""
    return (
        isinstance(outcome, Rendered)
        and (outcome.outcome, outcome.reason) == ("damaged", reason)
        and (outcome.content_type, outcome.width, outcome.preview) == ("image/jpeg", 0, None)
    )


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=True)  # noqa: S607 - of the system
    pairs = (line.split() for line in listed.stdout.decode().splitlines())
    return [int(child) for child, parent in pairs if int(parent) == pid]


def descendants_of(pid: int) -> list[int]:
    children = children_of(pid)
    return children + [each for child in children for each in descendants_of(child)]


def until(condition: Callable[[], bool], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def the_child(decoders: DecoderPool, good: Path) -> int:
    """The process id of the decoder pool's only child, once it is warm."""
    assert is_ready(decoders.render(good, owner=ADA))
    (child,) = {child.pid for child in decoders._alive}  # noqa: SLF001 - nothing else tells
    assert child in children_of(decoders._server.pid)  # noqa: SLF001
    return child


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)],  # noqa: S607 - of the system
        capture_output=True,
        check=False,
    )
    return not state.stdout.strip().startswith(b"Z") and state.returncode == 0
