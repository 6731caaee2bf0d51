"""Limit a TIFF to its first page: libvips reads all pages before it opens the first."""

import struct
from collections.abc import Iterator

from app.media.formats.sniff import Bytes
from app.media.metadata.exif import layout_of, numbers_of, read_first

_MAX_PAGES = 1000
_ROWS_PER_STRIP, _TILE_WIDTH, _TILE_HEIGHT = 278, 322, 323


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


def largest_block(data: Bytes, *, width: int, height: int) -> int:
    """Return how many pixels a strip or tile of the first page has, or a row of tiles."""
    wanted = frozenset({_ROWS_PER_STRIP, _TILE_WIDTH, _TILE_HEIGHT})
    tags = read_first(data, wanted)
    rows = numbers_of(tags.get(_TILE_HEIGHT), most=1) or numbers_of(
        tags.get(_ROWS_PER_STRIP), most=1
    )
    return width * int(min(rows[0], height) if rows else height)


def _pointers(data: Bytes) -> Iterator[slice]:
    """Where each page says where the next one is; where that cannot be, beyond the end."""
    layout = layout_of(data)
    if layout is None:
        return
    size = struct.calcsize("<" + layout.pointer)
    at, seen = layout.first_at, {0}
    for _ in range(_MAX_PAGES):
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
