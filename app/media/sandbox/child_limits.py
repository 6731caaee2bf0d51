"""Limits of memory and CPU time of decoder processes, set by the process that forks them.

[Note: Limits from outside] A compromised child would raise limits that it can set itself, and
seccomp.py refuses it all calls that set limits. The fork server, which reads no byte of an image,
sets them by prlimit(2) before each image. It needs no privilege for that, since it runs under the
same account as its children. The soft limits are for one image. The hard limit of CPU time is for
the whole life of a child: no process without privileges can raise it, and the kernel kills a child
that reaches it, whatever signals the child ignores, also while it should be idle.

macOS has no prlimit. There children set their own limits, and a compromised one can raise them.
"""

import math
import os
import resource
import sys
import time
from contextlib import suppress
from pathlib import Path

# What a child maps between its fork and its first picture: a thread's stack, an arena of malloc.
_THREAD_BYTES = 136 << 20
# The hard limits of memory leave room for the file, which is mapped: S3 takes no larger ones at
# once.
_LARGEST_FILE = 5 << 30
# The CPU time of a child's whole life is that of so many pictures that are too slow. The 500 that
# it may open take less, so few children end by this.
_SLOW_PICTURES = 4


def lifetime_seconds(seconds: float) -> int:
    """Return the CPU seconds a child may use in its life, of those that one picture may."""
    return _SLOW_PICTURES * (math.ceil(seconds) + 1)


class ChildLimits:
    """Sets the limits of children that this process, warm as it is, has forked."""

    def __init__(self, *, most: int, seconds: float) -> None:
        """Most is what a picture may ever take, in bytes; seconds is the CPU time of each."""
        self._used = _used_bytes()
        self._used[resource.RLIMIT_AS] += _THREAD_BYTES
        self._most = most
        self._seconds = seconds

    def can_be_set(self) -> bool:
        """Say whether limits of a child can be set here, by trying it on a fork of this process."""
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(write)
            os.read(read, 1)
            os._exit(0)
        os.close(read)
        try:
            self.start(child)
            self.allow(child, 0)
        except OSError:
            return False
        finally:
            os.close(write)
            os.waitpid(child, 0)
        return True

    def start(self, child: int) -> None:
        """Set the hard limits of a child that was just forked. Raises OSError."""
        _limit(child, resource.RLIMIT_CPU, hard=lifetime_seconds(self._seconds))
        for which, used in self._used.items():
            _limit(child, which, hard=used + self._most + _LARGEST_FILE)

    def allow(self, child: int, memory: int) -> float:
        """Allow a child one more picture, and so many bytes for it and its file.

        Returns:
            The CPU seconds that the child has used so far.

        Raises:
            OSError: when the child is gone, or its limits cannot be set.
        """
        # clock_getcpuclockid(3), which Python does not have.
        used_seconds = time.clock_gettime(~child << 3 | 2)
        _limit(child, resource.RLIMIT_CPU, soft=int(used_seconds + self._seconds) + 1)
        for which, used in self._used.items():
            _limit(child, which, soft=used + memory)
        return used_seconds


class OwnLimits:
    """Sets the limits of this process itself, where nobody can from outside."""

    def __init__(self, *, seconds: float) -> None:
        """Seconds is the CPU time of each picture."""
        self._used = _used_bytes()
        self._seconds = seconds

    def allow(self, memory: int) -> None:
        """Allow for one more picture, and so many bytes for it and its file."""
        limits = {which: used + memory for which, used in self._used.items()}
        limits[resource.RLIMIT_CPU] = int(time.process_time() + self._seconds) + 1
        for which, soft in limits.items():
            with suppress(ValueError, OSError):  # macOS knows the names but not always the limits
                resource.setrlimit(which, (soft, resource.getrlimit(which)[1]))


def _limit(child: int, which: int, *, soft: int | None = None, hard: int | None = None) -> None:
    """Set a child's limit, the soft one to the hard one unless it is said. Raises OSError."""
    if sys.platform != "linux":
        raise OSError("no prlimit")
    inherited = resource.prlimit(child, which)[1]
    hard = _lesser(inherited, inherited if hard is None else hard)
    resource.prlimit(child, which, (hard if soft is None else _lesser(soft, hard), hard))


def _lesser(one: int, other: int) -> int:
    return min((one, other), key=lambda n: math.inf if n == resource.RLIM_INFINITY else n)


def _used_bytes() -> dict[int, int]:
    """Return what this process uses by each kind of limit, in bytes.

    The second is the close one. Of what is mapped, much is libraries and room that is only
    reserved; malloc fills that as well, so it must not come on top.
    """
    mapped, resident, shared = _memory_in_use()
    return {resource.RLIMIT_AS: mapped, resource.RLIMIT_DATA: resident - shared}


def _memory_in_use() -> list[int]:
    """Return how many bytes are mapped, how many of them in memory, and of those, of files."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[:3]
    except OSError:
        return [1 << 30, 1 << 30, 0]  # not Linux: nobody knows, and no limit is kept anyway
    return [int(count) * resource.getpagesize() for count in pages]
