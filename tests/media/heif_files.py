"""HEIF files put together box by box, so that tests say which property belongs to which item."""

import struct
from collections.abc import Sequence
from typing import NamedTuple

from app.media.formats.heif_items import read_items


class Item(NamedTuple):
    """An item: its type, its content and its properties as (kind, content)."""

    kind: bytes
    content: bytes
    properties: Sequence[tuple[bytes, bytes]] = ()
    is_hidden: bool = False


def box(kind: bytes, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return struct.pack(">L4s", 8 + len(content), kind) + content


def full_box(kind: bytes, *contents: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">L", version << 24 | flags), *contents)


def nclx(
    primaries: int, transfer: int, matrix: int = 6, *, is_full: bool = True
) -> tuple[bytes, bytes]:
    return b"colr", b"nclx" + struct.pack(">HHHB", primaries, transfer, matrix, is_full << 7)


def coded(file: bytes, *replaced: tuple[bytes, bytes], without: Sequence[bytes] = ()) -> Item:
    """The primary item of a file that holds one picture only, with some properties replaced."""
    items = read_items(file)
    assert items is not None
    left_out = {*without, *(kind for kind, _ in replaced)}
    properties = [
        (kind, bytes(content))
        for kind, content in items.properties(items.primary)
        if kind not in left_out
    ]
    at = file.index(b"mdat") + 4
    size = struct.unpack_from(">L", file, at - 8)[0] - 8
    return Item(items.types[items.primary], file[at : at + size], [*properties, *replaced])


def heif(
    items: Sequence[Item],
    *,
    primary: int = 1,
    references: Sequence[tuple[bytes, int, Sequence[int]]] = (),
    brands: Sequence[bytes] = (b"avif", b"mif1", b"miaf"),
) -> bytes:
    """A file of these items, numbered from 1. references are (kind, from, to)."""
    properties = [one for item in items for one in item.properties]
    entries, associations, at = b"", b"", 0
    for number, item in enumerate(items, 1):
        infe = struct.pack(">HH4sB", number, 0, item.kind, 0)
        entries += full_box(b"infe", infe, version=2, flags=item.is_hidden)
        numbers = range(at + 1, at + 1 + len(item.properties))
        at += len(item.properties)
        associations += struct.pack(f">HB{len(numbers)}B", number, len(numbers), *numbers)
    ipco = box(b"ipco", *(box(kind, content) for kind, content in properties))
    ipma = full_box(b"ipma", struct.pack(">L", len(items)), associations)
    parts = [
        full_box(b"hdlr", bytes(4), b"pict", bytes(13)),
        full_box(b"pitm", struct.pack(">H", primary)),
        full_box(b"iinf", struct.pack(">H", len(items)), entries),
        box(b"iprp", ipco, ipma),
    ]
    if references:
        parts.append(
            full_box(
                b"iref",
                *(
                    box(kind, struct.pack(f">HH{len(to)}H", source, len(to), *to))
                    for kind, source, to in references
                ),
            )
        )
    ftyp = box(b"ftyp", brands[0], bytes(4), *brands)
    iloc_size = 12 + 4 + 14 * len(items)
    start = len(ftyp) + 12 + sum(map(len, parts)) + iloc_size + 8
    locations = b""
    for number, item in enumerate(items, 1):
        locations += struct.pack(">HHHLL", number, 0, 1, start, len(item.content))
        start += len(item.content)
    iloc = full_box(b"iloc", struct.pack(">HH", 0x4400, len(items)), locations)
    assert len(iloc) == iloc_size
    return ftyp + full_box(b"meta", *parts, iloc) + box(b"mdat", *(i.content for i in items))
