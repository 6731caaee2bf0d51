"""Keep a TIFF to its first page: libvips goes through all of them before it opens that one."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from app.images.formats import Bytes

_MOST_PAGES = 1000


@dataclass(frozen=True, kw_only=True)
class _Layout:
    """How numbers stand in a file: TIFF 6.0, or BigTIFF with its longer ones."""

    order: str
    count: str
    pointer: str
    entry_bytes: int
    first_at: int


_LAYOUTS = {
    mark: _Layout(order=order, count=count, pointer=pointer, entry_bytes=entry, first_at=at)
    for mark, order, count, pointer, entry, at in (
        (b"II*\0", "<", "H", "L", 12, 4),
        (b"MM\0*", ">", "H", "L", 12, 4),
        (b"II+\0", "<", "Q", "Q", 20, 8),
        (b"MM\0+", ">", "Q", "Q", 20, 8),
    )
}


def only_first_page(data: Bytes) -> Bytes:
    """Let the first page be the last: in place where that is possible, else in a copy."""
    found = next(_pointers(data), None)
    if found is None or found.stop > len(data) or not any(data[found]):
        return data
    writable = memoryview(data)
    if writable.readonly:
        writable = memoryview(bytearray(data))
    writable[found] = bytes(found.stop - found.start)
    return writable


def ends_too_early(data: Bytes) -> bool:
    """Say whether there are pages that lie beyond the end of the file."""
    return any(pointer.stop > len(data) for pointer in _pointers(data))


def _pointers(data: Bytes) -> Iterator[slice]:
    """Where each page says where the next one is; where that cannot be, beyond the end."""
    layout = _LAYOUTS.get(bytes(data[:4]))
    if layout is None:
        return
    size = struct.calcsize("<" + layout.pointer)
    at, seen = layout.first_at, {0}
    for _ in range(_MOST_PAGES):
        if at + size > len(data):
            return
        (start,) = struct.unpack_from(layout.order + layout.pointer, data, at)
        if start in seen:
            return
        seen.add(start)
        head = struct.calcsize("<" + layout.count)
        if start + head > len(data):
            at = len(data)
        else:
            (count,) = struct.unpack_from(layout.order + layout.count, data, start)
            at = start + head + count * layout.entry_bytes
        yield slice(at, at + size)
