"""The fork server: fork decoder processes from a warm one, and report how each ended.

The server reads commands of its parent and no byte of an image, so hostile bytes never reach it. It
must have one thread only: a lock that another thread held would stay locked in every child.
"""

import os
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from app.media.sandbox.child_limits import ChildLimits

# An order, with a child's process id and a number of bytes: FORK, with the descriptors of a child's
# socket, its standard error and the pipe that is told how it ended; KILL; or LIMIT, to the memory
# that its next picture and the file of it may take. FORK is answered with the process id, LIMIT
# with the CPU seconds that the child has used, or with GONE.
FORK, KILL, LIMIT = b"F", b"K", b"L"
ORDER = struct.Struct(">cLQ")
PROCESS_ID = struct.Struct(">L")
CPU_SECONDS = struct.Struct(">d")
GONE = -1.0
# How a child ended, as waitpid tells it.
STATUS = struct.Struct(">l")
_DESCRIPTORS = 3


class NotAloneError(Exception):
    """The server has more than one thread, so a fork of it could wait for one for ever."""


def run(
    control: socket.socket, serve: Callable[[socket.socket], None], limits: ChildLimits | None
) -> None:
    """Follow orders until the parent is gone; each child runs `serve` with its own socket.

    Without limits, children limit themselves. See [Note: Limits from outside].

    Raises:
        NotAloneError: when something has started a thread; see the top of this file.
    """
    ended: dict[int, int] = {}  # by a child's process id, the pipe that waits for its end
    woken, waker = os.pipe()
    for end in (woken, waker):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    poll = select.poll()
    poll.register(control.fileno(), select.POLLIN)
    poll.register(woken, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == woken:
                with suppress(BlockingIOError):
                    os.read(woken, 4096)
                _reap(ended)
            elif not _obey(control, serve, limits, ended, (woken, waker)):
                for child in ended:
                    with suppress(OSError):
                        os.kill(child, signal.SIGKILL)
                return


def _obey(
    control: socket.socket,
    serve: Callable[[socket.socket], None],
    limits: ChildLimits | None,
    ended: dict[int, int],
    own: tuple[int, ...],
) -> bool:
    """Follow one order; False when the parent is gone."""
    order, descriptors, _, _ = socket.recv_fds(control, ORDER.size, _DESCRIPTORS)
    if len(order) < ORDER.size:
        return False
    kind, child, memory = ORDER.unpack(order)
    if kind == KILL:
        if child in ended:  # not reaped yet, so the number is still its own
            with suppress(OSError):
                os.kill(child, signal.SIGKILL)
        return True
    if kind == LIMIT:
        control.sendall(CPU_SECONDS.pack(_limit(child, memory, limits, ended)))
        return True
    theirs, complaints, told = descriptors
    require_single_thread()
    child = os.fork()
    if child == 0:
        _become(serve, theirs, complaints, (control.fileno(), told, *own, *ended.values()))
    ended[child] = told
    if limits is not None:
        limits.start(child)  # its parent does not know it yet, so it has no picture
    os.close(theirs)
    os.close(complaints)
    control.sendall(PROCESS_ID.pack(child))
    return True


def _limit(child: int, memory: int, limits: ChildLimits | None, ended: dict[int, int]) -> float:
    """Limit a child; return the CPU seconds that it has used, or GONE."""
    if child not in ended:  # reaped, and its number may be another process's by now
        return GONE
    return 0.0 if limits is None else limits.allow(child, memory)


def require_single_thread() -> None:
    """Check that this process has one thread. Raises NotAloneError."""
    with suppress(FileNotFoundError):  # not Linux
        threads = sum(1 for _ in Path("/proc/self/task").iterdir())
        if threads != 1:
            raise NotAloneError(f"{threads} threads")


def _become(
    serve: Callable[[socket.socket], None], theirs: int, complaints: int, foreign: tuple[int, ...]
) -> None:
    """Be a child: keep nothing of the server's, serve, end."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(complaints, sys.stderr.fileno())
        os.close(complaints)
        for descriptor in foreign:
            os.close(descriptor)
        serve(socket.socket(fileno=theirs))
        status = 0
    except Exception:  # noqa: BLE001 - told to the parent as it is
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(status)


def _reap(ended: dict[int, int]) -> None:
    """Tell of every child that has ended how it did."""
    while ended:
        try:
            child, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if child == 0:
            return
        told = ended.pop(child, None)
        if told is not None:
            with suppress(OSError):  # its parent does not want to know
                os.write(told, STATUS.pack(status))
            os.close(told)
