"""A stretch of an open file, read as a file of its own: to send it without holding it in memory."""

import os
from io import SEEK_CUR, SEEK_SET, BufferedReader, RawIOBase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class PartOfFile(RawIOBase):
    """Reads `length` bytes from `start`; the file's own position stays where it is.

    The file has to stay open, and is not closed with this.
    """

    def __init__(self, file: BufferedReader, *, start: int, length: int) -> None:
        self._file = file
        self._start = start
        self._length = length
        self._at = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes: what is signed is read twice, and a try that failed begins anew."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill the buffer as far as there is anything; 0 at the end."""
        into = memoryview(buffer).cast("B")
        most = max(0, min(len(into), self._length - self._at))
        count = os.preadv(self._file.fileno(), [into[:most]], self._start + self._at)
        self._at += count
        return count

    def seek(self, offset: int, whence: int = SEEK_SET, /) -> int:
        """Move within the part, as in any file."""
        base = {SEEK_SET: 0, SEEK_CUR: self._at}.get(whence, self._length)
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """How far it has been read."""
        return self._at
