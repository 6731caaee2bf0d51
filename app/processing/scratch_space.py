"""Room on this machine's disk for originals, and whose trouble it is where there is none.

A full disk is an outage: whatever is processed fails (app/clients/outage.py). An original that is
larger than what the disk has is its own trouble. If it counted as an outage, everybody would wait
for it, again and again.
"""

import errno
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

# With less than that to spare, others find no room either: several photos at once.
ENOUGH_BYTES = 256 << 20


class TooLargeForDiskError(Exception):
    """This machine's disk has room for others, and never for this original."""


class RoomTakenError(Exception):
    """There will be room as soon as other originals are done."""


def free_bytes(file: BinaryIO) -> int:
    """How many bytes may still be written to the disk that a file is on."""
    disk = os.fstatvfs(file.fileno())
    return disk.f_bavail * disk.f_frsize


class ScratchSpace:
    """What the originals in hand take of the disk. Safe to use from several threads."""

    def __init__(self, *, free: Callable[[BinaryIO], int] = free_bytes) -> None:
        """`free` tells how many bytes a file may grow by."""
        self._free = free
        self._lock = threading.Lock()
        self._held = 0

    @contextmanager
    def holding(self, size: int, *, of: BinaryIO) -> Iterator[None]:
        """Keep so many bytes for an empty file, for as long as the block runs.

        Raises:
            TooLargeForDiskError, RoomTakenError: see there.
            OSError: the disk is full.
        """
        with self._lock:
            self._take(size, of)
            self._held += size
        try:
            yield
        finally:
            with self._lock:
                self._held -= size

    def _take(self, size: int, file: BinaryIO) -> None:
        free = self._free(file)
        if size > free:
            if size <= free + self._held:
                raise RoomTakenError
            if free + self._held >= ENOUGH_BYTES:
                raise TooLargeForDiskError(f"{size} bytes, of {free + self._held}")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if size and hasattr(os, "posix_fallocate"):  # not on macOS: there nobody is kept out
            os.posix_fallocate(file.fileno(), 0, size)
