"""Parse the boxes of ISO/IEC 14496-12, the container of HEIF, AVIF, JPEG XL and videos."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from app.media.formats.sniff import Bytes

_LONG_SIZE, _TO_THE_END = 1, 0


class Box(NamedTuple):
    """What kind a box is, and where its content begins and ends."""

    kind: bytes
    start: int
    end: int


def walk(
    data: Bytes, start: int, end: int, *, most: int, whole_only: bool = False
) -> Iterator[Box]:
    """Yield the boxes that lie one behind the other (section 4.2), at most so many.

    A last one that is cut short is yielded as far as it is there, unless whole_only.
    """
    at = start
    for _ in range(most):
        if at + 8 > end:
            return
        size, kind = struct.unpack_from(">L4s", data, at)
        content = at + 8
        if size == _LONG_SIZE and at + 16 <= end:
            (size,) = struct.unpack_from(">Q", data, content)
            content = at + 16
        elif size == _TO_THE_END:
            size = end - at
        if at + size < content or at + size > end:
            # What is cut short says something nonetheless, but nothing can follow.
            if size > content - at and not whole_only:
                yield Box(kind, content, end)
            return
        yield Box(kind, content, at + size)
        at += size


class Boxes:
    """The bytes of a file of which so many boxes are read all in all, however they are nested."""

    def __init__(self, data: Bytes, *, most: int) -> None:
        self.data = data
        self._left = most

    def __getitem__(self, where: slice) -> Bytes:
        """Return bytes of the file."""
        return self.data[where]

    def walk(self, start: int, end: int, *, most: int) -> Iterator[Box]:
        """Yield as `walk` does, until the file has been read enough of."""
        for box in walk(self.data, start, end, most=most):
            if self._left == 0:
                return
            self._left -= 1
            yield box
