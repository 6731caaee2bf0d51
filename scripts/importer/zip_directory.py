"""The directory of a zip, read entry by entry.

zipfile reads it whole: of 200,000 entries that is 110 MB, and a library of a life has more. APPNOTE
is PKWARE's "APPNOTE.TXT", .ZIP File Format Specification, version 6.3.10.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

_END = struct.Struct("<4s6xHIIH")  # APPNOTE 4.3.16; before are the numbers of disks
_END64 = struct.Struct("<4s20x8xQQQ")
_LOCATOR = struct.Struct("<4s4xQ4x")  # 4.3.15
_ENTRY = struct.Struct("<4s4xHHHHIIIHHH8xI")  # 4.3.12
_MAX_COMMENT = 65_535
_MORE_THAN_32_BITS = 0xFFFFFFFF
_ZIP64, _UNICODE_PATH = 0x0001, 0x7075  # extra fields: 4.5.3, 4.6.9
_UTF8_NAME = 0x800
_MAX_SIZE = 2**53


class BadZipError(Exception):
    """It is no zip, or a broken one; the message says how."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ZipEntry:
    """What the directory says of one file. `offset` is that of its local header in the zip."""

    name: str
    size: int
    packed: int
    method: int
    crc: int
    flags: int
    offset: int
    modified: str | None


def list_zip(file: BinaryIO) -> Iterator[ZipEntry]:
    """Yield what is in a zip, folders included.

    Raises:
        BadZipError: its directory is not there, or broken.
    """
    start, size, moved = _find(file)
    file.seek(start)
    left = size
    while left > 0:
        header = file.read(_ENTRY.size)
        if len(header) < _ENTRY.size or header[:4] != b"PK\1\2":
            raise BadZipError("its directory is broken")
        *_, name_length, extra_length, comment_length, _ = _ENTRY.unpack(header)
        rest = file.read(name_length + extra_length + comment_length)
        if len(rest) < name_length + extra_length + comment_length:
            raise BadZipError("its directory is cut off")
        left -= len(header) + len(rest)
        name = rest[:name_length]
        entry = _entry(header, name, rest[name_length : name_length + extra_length], moved=moved)
        if entry.offset + entry.packed > start or entry.size > _MAX_SIZE:
            raise BadZipError("its directory is broken")
        yield entry


def _find(file: BinaryIO) -> tuple[int, int, int]:
    """Return where the directory begins, how long it is, and by how much offsets are too small."""
    length = file.seek(0, os.SEEK_END)
    tail_at = max(0, length - _END.size - _MAX_COMMENT)
    file.seek(tail_at)
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END.size:
        raise BadZipError("it has no end: is it whole?")
    _, count, size, offset, _ = _END.unpack_from(tail, at)
    end = tail_at + at
    if _MORE_THAN_32_BITS in {size, offset} or count == _MAX_COMMENT:
        found = _find64(file, end)
        if found is not None:
            size, offset, end = found
    start = end - size  # what stands before a zip, as in a program that unpacks itself, is passed
    if start < 0 or offset > start:
        raise BadZipError("its directory is not where it says")
    return start, size, start - offset


def _find64(file: BinaryIO, end: int) -> tuple[int, int, int] | None:
    if end < _LOCATOR.size:
        return None
    file.seek(end - _LOCATOR.size)
    signature, at = _LOCATOR.unpack(file.read(_LOCATOR.size))
    if signature != b"PK\6\7":
        return None
    # Where something stands before the zip, it is further behind than it says.
    for where in (at, end - _LOCATOR.size - _END64.size):
        file.seek(min(max(0, where), end))
        record = file.read(_END64.size)
        if len(record) == _END64.size and record[:4] == b"PK\6\6":
            _, _, size, offset = _END64.unpack(record)
            return size, offset, where
    raise BadZipError("its Zip64 end is broken")


def _entry(header: bytes, name: bytes, extra: bytes, *, moved: int) -> ZipEntry:
    (
        _, flags, method, clock, day, crc, packed, size, _, _, _, offset
    ) = _ENTRY.unpack(header)  # fmt: skip
    fields = dict(_fields(extra))
    if long := fields.get(_ZIP64):
        # In this order, and only those that did not fit.
        values = iter(struct.unpack(f"<{len(long) // 8}Q", long[: len(long) // 8 * 8]))
        size, packed, offset = (
            next(values, 0) if short == _MORE_THAN_32_BITS else short
            for short in (size, packed, offset)
        )
    return ZipEntry(
        name=_text(name, flags, fields.get(_UNICODE_PATH)),
        size=size,
        packed=packed,
        method=method,
        crc=crc,
        flags=flags,
        offset=offset + moved,
        modified=_moment(day, clock),
    )


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        yield kind, extra[at + 4 : at + 4 + length]
        at += 4 + length


def _text(name: bytes, flags: int, unicode_path: bytes | None) -> str:
    """UTF-8 where the flag says so or it can be read so: zipping again often loses the flag."""
    if unicode_path and unicode_path[1:5] == zlib.crc32(name).to_bytes(4, "little"):
        name, flags = unicode_path[5:], flags | _UTF8_NAME
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("utf-8", "replace") if flags & _UTF8_NAME else name.decode("cp437")


def _moment(day: int, clock: int) -> str | None:
    """MS-DOS has seven bits of years since 1980, and half the seconds; it knows no zone."""
    try:
        return datetime(  # noqa: DTZ001 - zips know no zone
            (day >> 9) + 1980,
            day >> 5 & 15,
            day & 31,
            clock >> 11,
            clock >> 5 & 63,
            (clock & 31) * 2,
        ).isoformat()
    except ValueError:
        return None
