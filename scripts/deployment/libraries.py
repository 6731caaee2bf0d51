"""Making shared libraries smaller: cutting out what loading them never reads."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

ELF = b"\x7fELF"
# elf(5), 64 bits: in the header e_phoff, e_shoff, e_phentsize with e_phnum, e_shnum with
# e_shstrndx; in a segment's entry p_type, p_flags, p_offset, p_vaddr, p_paddr, p_filesz, p_memsz,
# p_align.
_PHOFF, _SHOFF, _PHENTSIZE, _SHNUM = 32, 40, 54, 60
_SEGMENT = struct.Struct("<IIQQQQQQ")
_LOAD = 1
# The largest page of any Linux that functions run on; linkers of old aligned to 2 MB, for nothing.
_LARGEST_PAGE = 0x1_0000


@dataclass(frozen=True, kw_only=True)
class _Segment:
    kind: int
    flags: int
    offset: int
    address: int
    physical: int
    size: int
    memory: int
    alignment: int

    def holds(self, offset: int, size: int) -> bool:
        return self.offset <= offset and offset + size <= self.offset + self.size

    def packed(self) -> bytes:
        return _SEGMENT.pack(
            *(self.kind, self.flags, self.offset, self.address),
            *(self.physical, self.size, self.memory, self.alignment),
        )


def compact(content: bytes) -> bytes:
    """Return a 64-bit shared library with nothing in it but what is mapped when it is loaded.

    Tables of symbols and debugging go, as `sstrip` does it (`strip` knows only its own machine's
    libraries), and what tools that edited the library left between its segments, which move
    together. In memory all lies where it lay.
    """
    (table,) = struct.unpack_from("<Q", content, _PHOFF)
    size, count = struct.unpack_from("<HH", content, _PHENTSIZE)
    segments = [_read(content, table + size * number) for number in range(count)]
    loads = sorted((each for each in segments if each.kind == _LOAD), key=lambda each: each.offset)
    moved = _closed_up(loads)
    shorter = bytearray(max(each.offset + each.size for each in moved))
    for old, new in zip(loads, moved, strict=True):
        shorter[new.offset : new.offset + new.size] = content[old.offset : old.offset + old.size]

    def new_place(offset: int, length: int) -> int:
        for old, new in zip(loads, moved, strict=True):
            if old.holds(offset, length):
                return offset - old.offset + new.offset
        raise ValueError(f"Nothing that is loaded holds {length} bytes at {offset}")

    new_table = new_place(table, size * count)
    for number, segment in enumerate(segments):
        if segment.kind == _LOAD:
            entry = moved[loads.index(segment)]
        elif segment.size:
            entry = replace(segment, offset=new_place(segment.offset, segment.size))
        else:
            entry = replace(segment, offset=0)
        at = new_table + size * number
        shorter[at : at + _SEGMENT.size] = entry.packed()
    struct.pack_into("<Q", shorter, _PHOFF, new_table)
    struct.pack_into("<Q", shorter, _SHOFF, 0)
    struct.pack_into("<HH", shorter, _SHNUM, 0, 0)
    return bytes(shorter)


def _read(content: bytes, at: int) -> _Segment:
    kind, flags, offset, address, physical, size, memory, alignment = _SEGMENT.unpack_from(
        content, at
    )
    return _Segment(
        kind=kind,
        flags=flags,
        offset=offset,
        address=address,
        physical=physical,
        size=size,
        memory=memory,
        alignment=alignment,
    )


def _closed_up(loads: list[_Segment]) -> list[_Segment]:
    """Move segments towards each other, each to a place that its address allows."""
    moved: list[_Segment] = []
    end = 0
    for load in loads:
        alignment = min(load.alignment, _LARGEST_PAGE)
        # Offset and address are the same within a page, or nothing could be mapped.
        offset = end + (load.address - end) % alignment
        moved.append(replace(load, offset=offset, alignment=alignment))
        end = offset + load.size
    return moved
