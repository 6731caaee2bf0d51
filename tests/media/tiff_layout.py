"""Lay out TIFFs by hand whose directories point to each other, in either order of bytes."""

import struct
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple


class Short(NamedTuple):
    """One SHORT or several."""

    values: tuple[int, ...]


class To(NamedTuple):
    """LONGs: where parts are."""

    parts: tuple[str, ...]


class Of(NamedTuple):
    """UNDEFINED: the value is these parts, which stand one behind the other."""

    parts: tuple[str, ...]


Value = int | str | Short | To | Of


class Directory(NamedTuple):
    """Values by tag (an int is a LONG, a str ASCII), and the part that follows in the chain.

    Places in it are counted from where the part `base` begins, or the file if it names none.
    """

    entries: Mapping[int, Value]
    following: str = ""
    base: str = ""


Parts = dict[str, bytes | Directory]
_FIRST = 16


def laid_out(parts: Parts, *, magic: bytes = b"II*\0", behind: bytes = b"") -> bytes:
    """Write the parts one behind the other; the first is the first directory.

    magic is the file's beginning, and behind what stands behind the first directory's place.
    """
    order = "<" if magic.startswith(b"II") else ">"
    places, at = {"": 0}, _FIRST
    for name, part in parts.items():
        places[name] = at
        at += len(_padded(_written(part, defaultdict(int), parts, order, 0)))
    head = (magic + struct.pack(order + "L", _FIRST) + behind).ljust(_FIRST, b"\0")
    return head + b"".join(
        _padded(_written(part, places, parts, order, places[name])) for name, part in parts.items()
    )


def _written(
    part: bytes | Directory, places: Mapping[str, int], parts: Parts, order: str, at: int
) -> bytes:
    if isinstance(part, bytes):
        return part
    base = places[part.base]
    behind = at + 2 + 12 * len(part.entries) + 4
    body, values = struct.pack(order + "H", len(part.entries)), b""
    for tag, value in sorted(part.entries.items()):
        body += struct.pack(order + "H", tag)
        if isinstance(value, Of):
            written = (
                _written(parts[name], defaultdict(int), parts, order, 0) for name in value.parts
            )
            length = sum(len(one) for one in written)
            body += struct.pack(order + "HLL", 7, length, max(places[value.parts[0]] - base, 0))
            continue
        kind, count, raw = _encoded(value, places, base, order)
        if len(raw) > 4:
            raw, long = struct.pack(order + "L", max(behind + len(values) - base, 0)), raw
            values += _padded(long)
        body += struct.pack(order + "HL", kind, count) + raw.ljust(4, b"\0")
    return body + struct.pack(order + "L", places[part.following]) + values


def _encoded(
    value: int | str | Short | To, places: Mapping[str, int], base: int, order: str
) -> tuple[int, int, bytes]:
    """Return the type, the count and the bytes of a value."""
    match value:
        case Short(numbers):
            return 3, len(numbers), struct.pack(f"{order}{len(numbers)}H", *numbers)
        case To(names):
            found = (max(places[name] - base, 0) for name in names)
            return 4, len(names), struct.pack(f"{order}{len(names)}L", *found)
        case str():
            raw = value.encode() + b"\0"
            return 2, len(raw), raw
        case _:
            return 4, 1, struct.pack(order + "L", value)


def _padded(part: bytes) -> bytes:
    return part + bytes(len(part) % 2)
