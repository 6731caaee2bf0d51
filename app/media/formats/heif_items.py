"""Parse the items of a HEIF file (HEIC, AVIF): the primary item and its properties.

ISO/IEC 23008-12 builds a file of items: the primary one is shown, others are its tiles, thumbnails,
depth or gain maps. A property counts for the items that it is associated with, and for no other.
Only the boxes of metadata are read, within bounds; whatever does not make sense is left out, and
nothing here raises for bad bytes.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from app.media.colour.cicp import Coding
from app.media.formats.isobmff import Box, walk
from app.media.formats.sniff import Bytes

_MAX_BOXES = 2000
_MAX_ITEMS = 5000
_MAX_ASSOCIATIONS = 20_000
_MAX_EXTENTS = 64
_MAX_TABLE_BYTES = 1 << 20
_MAX_ITEM_BYTES = 1 << 20  # of an item whose content is read here: a gain map's numbers, EXIF
_HIDDEN = 1


class Property(NamedTuple):
    """A property of an item: its four letters and its content."""

    kind: bytes
    content: memoryview


_NOWHERE = Box(b"", 0, 0)


@dataclass(frozen=True, kw_only=True)
class HeifItems:
    """The items of a file. Positions are offsets in the file.

    primary_at is where the number of the primary item stands, and primary_bytes how long it is.
    """

    brands: frozenset[bytes]
    primary: int
    primary_at: int
    primary_bytes: int
    _data: memoryview
    _boxes: dict[bytes, Box]

    @cached_property
    def types(self) -> dict[int, bytes]:
        """The type of each item, such as "hvc1" or "grid"."""
        return {item: kind for item, (kind, _) in self._entries.items()}

    @cached_property
    def flags_at(self) -> dict[int, int]:
        """Where the flags of each item stand; their lowest bit says that it is hidden."""
        return {item: at for item, (_, at) in self._entries.items()}

    @cached_property
    def _entries(self) -> dict[int, tuple[bytes, int]]:
        return _entries(self._data, self._boxes.get(b"iinf"))

    @cached_property
    def _associations(self) -> dict[int, tuple[int, ...]]:
        return _associations(self._data, self._boxes.get(b"ipma"))

    @cached_property
    def _properties(self) -> tuple[Property, ...]:
        ipco = self._boxes.get(b"ipco", _NOWHERE)
        found = _walk(self._data, ipco.start, ipco.end)
        return tuple(Property(kind, self._data[start:end]) for kind, start, end in found)

    @cached_property
    def _references(self) -> dict[tuple[bytes, int], tuple[int, ...]]:
        return _references(self._data, self._boxes.get(b"iref"))

    def properties(self, item: int) -> list[Property]:
        """Return the properties of an item in the order in which they apply."""
        most = len(self._properties)
        return [self._properties[n - 1] for n in self._associations.get(item, ()) if 0 < n <= most]

    def find(self, item: int, kind: bytes) -> memoryview | None:
        """Return the content of an item's first property of this kind."""
        return next((p.content for p in self.properties(item) if p.kind == kind), None)

    def referenced(self, item: int, kind: bytes) -> tuple[int, ...]:
        """Return the items that an item refers to: "dimg" names what it is made of."""
        return self._references.get((kind, item), ())

    def referring(self, item: int, kind: bytes) -> list[int]:
        """Return the items that refer to an item: "auxl" those that it has beside it."""
        return [source for (k, source), to in self._references.items() if k == kind and item in to]

    def coded(self, item: int) -> int:
        """Return the item that is decoded for an item: itself, or the first tile of a grid."""
        return next(iter(self.referenced(item, b"dimg")), item)

    def size(self, item: int) -> tuple[int, int] | None:
        """Return width and height as coded, before it is turned ("ispe")."""
        found = self.find(item, b"ispe")
        if found is None or len(found) < 12:  # noqa: PLR2004 - version, width, height
            return None
        width, height = struct.unpack_from(">LL", found, 4)
        return width, height

    def bits(self, item: int) -> tuple[int, ...]:
        """Return how many bits each channel has ("pixi"); nothing when that is not said."""
        found = self.find(item, b"pixi")
        return () if found is None or len(found) < 5 else tuple(found[5 : 5 + found[4]])  # noqa: PLR2004

    def coding(self, item: int) -> Coding | None:
        """Return how an item's samples are coded, by itself or by its tiles."""
        for one in dict.fromkeys((item, self.coded(item))):
            for kind, content in self.properties(one):
                # A colr may also hold a profile.
                is_nclx = kind == b"colr" and bytes(content[:4]) == b"nclx"
                if is_nclx and len(content) >= 11:  # noqa: PLR2004 - with the range
                    primaries, transfer, matrix = struct.unpack_from(">HHH", content, 4)
                    return Coding(primaries, transfer, matrix, bool(content[10] & 0x80))
        return None

    def is_monochrome_av1(self, item: int) -> bool:
        """Say whether an item is AV1 without colour ("av1C", its third byte)."""
        found = self.find(self.coded(item), b"av1C")
        return found is not None and len(found) > 2 and bool(found[2] & 0x10)  # noqa: PLR2004

    def content(self, item: int) -> bytes:
        """Return the first bytes of an item's content ("iloc"); empty when it cannot be found."""
        try:
            return self._content(item)
        except struct.error:
            return b""

    def extents(self) -> list[tuple[int, int, int]] | None:
        """Return each part of each item's content: which item, from where to where in the file.

        None where some cannot be found.
        """
        found = []
        try:
            for item, method, at, size in self._located():
                start, end = 0, len(self._data)
                if method == 1:
                    idat = self._boxes.get(b"idat", _NOWHERE)
                    start, end = idat.start, idat.end
                # 0: to the end of the file.
                if method > 1 or size == 0 or start + at + size > end:
                    return None
                found.append((item, start + at, start + at + size))
        except struct.error:
            return None
        return found

    def with_primary(self, item: int) -> memoryview:
        """Return the file with another primary item, for decoders that decode only that one."""
        data = bytearray(self._data)
        data[self.primary_at : self.primary_at + self.primary_bytes] = item.to_bytes(
            self.primary_bytes, "big"
        )
        if item in self.flags_at:
            data[self.flags_at[item]] &= ~_HIDDEN & 0xFF
        # libheif takes no item for primary that is something beside another one.
        iref = self._boxes.get(b"iref", _NOWHERE)
        data[iref.start : iref.end] = data[iref.start : iref.end].replace(b"auxl", b"free")
        return memoryview(data)

    def _content(self, item: int) -> bytes:
        content = b""
        for found, method, at, size in self._located():
            if found == item and len(content) < _MAX_ITEM_BYTES:
                content += self._stored(method, at, size)
        return content[:_MAX_ITEM_BYTES]

    def _located(self) -> Iterator[tuple[int, int, int, int]]:
        """Yield the parts of items: item, how it is stored, offset and length."""
        box = self._boxes.get(b"iloc")
        if box is None:
            return
        fields = _Fields(self._data, box.start, box.end)
        version = fields.number(1)
        fields.number(3)
        sizes = fields.number(2)
        offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
        wide = 4 if version == 2 else 2  # noqa: PLR2004
        for _ in range(min(fields.number(wide), _MAX_ITEMS)):
            found = fields.number(wide)
            method = fields.number(2) & 15 if version else 0
            fields.number(2)
            start = fields.number(base)
            for _ in range(min(fields.number(2), _MAX_EXTENTS)):
                fields.number(index if version else 0)
                at = start + fields.number(offset)
                yield found, method, at, fields.number(length)

    def _stored(self, method: int, at: int, size: int) -> bytes:
        start, end = 0, len(self._data)
        if method == 1:
            idat = self._boxes.get(b"idat", _NOWHERE)
            start, end = idat.start, idat.end
        return bytes(self._data[start + at : min(start + at + min(size, _MAX_ITEM_BYTES), end)])


class _Fields:
    """Numbers of any size, one after the other; struct.error at the end of their box."""

    def __init__(self, data: memoryview, start: int, end: int) -> None:
        self._data, self.at, self.end = data, start, end

    def number(self, size: int) -> int:
        at, self.at = self.at, self.at + size
        if self.at > self.end:
            raise struct.error("a box ends too early")
        return int.from_bytes(self._data[at : self.at], "big")


def read_items(data: Bytes) -> HeifItems | None:
    """Read the items of a file; None when it has no primary one. Takes about 0.2 ms."""
    view = memoryview(data)
    top = {box.kind: box for box in _walk(view, 0, len(view))}
    if b"meta" not in top or b"ftyp" not in top:
        return None
    boxes = {box.kind: box for box in _walk(view, top[b"meta"].start + 4, top[b"meta"].end)}
    inside = boxes.get(b"iprp", _NOWHERE)
    boxes |= {box.kind: box for box in _walk(view, inside.start, inside.end)}
    try:
        return _read(view, boxes, brands=_brands(view, top[b"ftyp"]))
    except (struct.error, KeyError):
        return None


def _read(view: memoryview, boxes: dict[bytes, Box], *, brands: frozenset[bytes]) -> HeifItems:
    pitm = boxes[b"pitm"]
    fields = _Fields(view, pitm.start, pitm.end)
    wide = 4 if fields.number(1) else 2
    fields.number(3)
    return HeifItems(
        brands=brands,
        primary=fields.number(wide),
        primary_at=pitm.start + 4,
        primary_bytes=wide,
        _data=view,
        _boxes=boxes,
    )


def _walk(view: memoryview, start: int, end: int) -> Iterator[Box]:
    return walk(view, start, end, most=_MAX_BOXES)


def _brands(view: memoryview, ftyp: Box) -> frozenset[bytes]:
    brands = bytes(view[ftyp.start : min(ftyp.end, ftyp.start + 4 * 64)])
    return frozenset({brands[:4], *(brands[at : at + 4] for at in range(8, len(brands) - 3, 4))})


def _entries(view: memoryview, iinf: Box | None) -> dict[int, tuple[bytes, int]]:
    """Return the type of each item, and where its flags stand."""
    found: dict[int, tuple[bytes, int]] = {}
    if iinf is None or iinf.end - iinf.start < 6:  # noqa: PLR2004 - version, flags, count
        return found
    start = iinf.start + (8 if view[iinf.start] else 6)
    for kind, at, end in _walk(view, start, iinf.end):
        version = view[at] if at < end else 0
        if kind != b"infe" or version < 2 or end - at < 8 + 2 * version:  # noqa: PLR2004 - nobody writes older
            continue
        item, _, name = struct.unpack_from(">HH4s" if version == 2 else ">LH4s", view, at + 4)  # noqa: PLR2004
        found[item] = name, at + 3
    return found


def _associations(view: memoryview, ipma: Box | None) -> dict[int, tuple[int, ...]]:
    """Return the numbers of each item's properties, counted from 1."""
    found: dict[int, tuple[int, ...]] = {}
    if ipma is None or not 8 <= ipma.end - ipma.start < _MAX_TABLE_BYTES:  # noqa: PLR2004 - version, flags, count
        return found
    raw = bytes(view[ipma.start : ipma.end])
    wide, size = 4 if raw[0] else 2, 2 if raw[3] & 1 else 1
    at, total = 8, 0
    for _ in range(min(int.from_bytes(raw[4:8], "big"), _MAX_ITEMS)):
        if at + wide >= len(raw) or total > _MAX_ASSOCIATIONS:
            break
        item, number = int.from_bytes(raw[at : at + wide], "big"), raw[at + wide]
        at += wide + 1
        listed = raw[at : at + number * size]
        at, total = at + number * size, total + number
        # The highest bit says that a reader must understand the property.
        if size == 1:
            found.setdefault(item, tuple(one & 0x7F for one in listed))
        else:
            pairs = zip(listed[::2], listed[1::2], strict=False)
            found.setdefault(item, tuple((high & 0x7F) << 8 | low for high, low in pairs))
    return found


def _references(view: memoryview, iref: Box | None) -> dict[tuple[bytes, int], tuple[int, ...]]:
    """Return what each item refers to, by the kind of reference."""
    found: dict[tuple[bytes, int], tuple[int, ...]] = {}
    if iref is None or iref.start >= iref.end:
        return found
    letter = "L" if view[iref.start] else "H"
    wide = struct.calcsize(">" + letter)
    for kind, start, end in _walk(view, iref.start + 4, iref.end):
        if start + wide + 2 > end:
            continue
        source, count = struct.unpack_from(f">{letter}H", view, start)
        count = min(count, (end - start - wide - 2) // wide, _MAX_ITEMS)
        found.setdefault(
            (kind, source), struct.unpack_from(f">{count}{letter}", view, start + wide + 2)
        )
    return found
