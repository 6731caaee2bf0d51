"""Folders and zips, listed and read where they are: nothing is unpacked, no file is held whole."""

import os
import stat
import struct
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .zip_directory import BadZipError, ZipEntry, list_zip

CHUNK = 256 * 1024
_LOCAL_HEADER = struct.Struct("<4s2xHH16xHH")  # signature, flags, method, lengths of name and extra
_ENCRYPTED = 0x1
_STORED, _DEFLATED = 0, 8
# What systems leave in folders; nobody misses it.
_JUNK_FOLDERS = frozenset({"__MACOSX", "@eaDir", ".Trashes", ".Spotlight-V100", ".fseventsd"})
_JUNK_FILES = frozenset({"Thumbs.db", "desktop.ini", ".DS_Store", "SYNOFILE_THUMB_S.jpg"})


class UnreadableError(Exception):
    """A file or zip cannot be read; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A file in a folder or in a zip.

    `path` is for people and for comparing: NFC, with "/" between names. `actual` is the path as the
    disk has it. `stamp` changes when the bytes may have changed.
    """

    container: str
    path: str
    actual: str
    size: int
    modified: str | None  # wall clock, as the zip or this machine's zone has it
    stamp: str
    offset: int | None = None  # of the local header in the zip; None: a file of its own
    packed: int = 0
    method: int = 0
    crc: int = 0
    problem: str | None = None


def list_entries(root: Path) -> Iterator[Entry]:
    """List what is in a folder or zip. Zips within a folder are listed as if named themselves.

    Raises:
        UnreadableError: it is not there, or is no zip that can be read.
    """
    if root.is_dir():
        yield from _list_folder(root)
    elif root.is_file():
        yield from (_list_zip(root) if _is_zip(root.name) else _list_one(root))
    else:
        raise UnreadableError(f"{root} is not there.")


def read_chunks(entry: Entry) -> Iterator[bytes]:
    """Read a file bit by bit, and check it as far as its zip can.

    Raises:
        UnreadableError: it is not there any more, or is broken.
    """
    try:
        if entry.offset is None:
            with Path(entry.actual).open("rb") as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        else:
            yield from _read_packed(entry)
    except (OSError, zlib.error, struct.error) as error:
        raise UnreadableError(f"{entry.path}: {error}") from error


def read_small(entry: Entry, *, most: int) -> bytes | None:
    """Return all bytes of a small file; None of one that is larger than `most`."""
    if entry.size > most:
        return None
    content = bytearray()
    for chunk in read_chunks(entry):
        content += chunk
        if len(content) > most:
            return None
    return bytes(content)


def _is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def _list_folder(root: Path) -> Iterator[Entry]:
    zips: list[Path] = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in _JUNK_FOLDERS)
        for name in sorted(names):
            if _is_junk(name):
                continue
            path = Path(folder, name)
            if _is_zip(name):
                zips.append(path)
            else:
                yield from _list_file(root, path)
    for path in zips:
        try:
            yield from _list_zip(path)
        except UnreadableError as error:
            yield _unreadable(root, path, str(error))


def _list_one(path: Path) -> Iterator[Entry]:
    yield from _list_file(path.parent, path)


def _list_file(root: Path, path: Path) -> Iterator[Entry]:
    try:
        found = path.stat()
    except OSError as error:
        yield _unreadable(root, path, f"{error.strerror}")
        return
    if stat.S_ISREG(found.st_mode):
        clock = datetime.fromtimestamp(found.st_mtime, UTC).astimezone()
        yield Entry(
            container=str(root),
            path=_tidy(str(path.relative_to(root)).replace(os.sep, "/")),
            actual=str(path),
            size=found.st_size,
            modified=clock.replace(tzinfo=None, microsecond=0).isoformat(),
            stamp=f"{found.st_size}:{found.st_mtime_ns}",
        )


def _unreadable(root: Path, path: Path, problem: str) -> Entry:
    return Entry(
        container=str(root),
        path=_tidy(str(path.relative_to(root)).replace(os.sep, "/")),
        actual=str(path),
        size=0,
        modified=None,
        stamp="",
        problem=problem,
    )


def _is_junk(name: str) -> bool:
    return name in _JUNK_FILES or name.startswith("._")


def _tidy(path: str) -> str:
    """One form for names that macOS has decomposed, without what no database takes."""
    whole = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return unicodedata.normalize("NFC", whole)


def _list_zip(path: Path) -> Iterator[Entry]:
    try:
        found = path.stat()
        stamp = f"{found.st_size}:{found.st_mtime_ns}"
        with path.open("rb") as file:
            for info in list_zip(file):
                parts = info.name.replace("\\", "/").split("/")
                is_junk = _is_junk(parts[-1]) or not _JUNK_FOLDERS.isdisjoint(parts)
                if parts[-1] and not is_junk:
                    yield _entry_of(path, info, "/".join(parts), stamp=stamp)
    except (OSError, BadZipError) as error:
        raise UnreadableError(f"{path.name} cannot be read as a zip: {error}") from error


def _entry_of(path: Path, info: ZipEntry, name: str, *, stamp: str) -> Entry:
    return Entry(
        container=str(path),
        path=_tidy(name),
        actual=_tidy(f"{path}/{name}"),
        size=info.size,
        modified=info.modified,
        stamp=stamp,
        offset=info.offset,
        packed=info.packed,
        method=info.method,
        crc=info.crc,
        problem=_problem_of(info),
    )


def _problem_of(info: ZipEntry) -> str | None:
    if info.flags & _ENCRYPTED:
        return "encrypted in its zip"
    if info.method not in {_STORED, _DEFLATED}:
        return f"packed by method {info.method}, which is not read here"
    return None


def _read_packed(entry: Entry) -> Iterator[bytes]:
    crc = 0
    read = 0
    for chunk in _unpack(entry):
        crc = zlib.crc32(chunk, crc)
        read += len(chunk)
        if read > entry.size:
            break
        yield chunk
    if read != entry.size or crc != entry.crc:
        raise UnreadableError(f"{entry.path} is broken in {entry.container}.")


def _unpack(entry: Entry) -> Iterator[bytes]:
    unpack = zlib.decompressobj(-zlib.MAX_WBITS) if entry.method else None
    with Path(entry.container).open("rb") as file:
        file.seek(entry.offset or 0)
        signature, _, _, name, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        if signature != b"PK\3\4":
            raise UnreadableError(f"{entry.container} is not the zip that it was.")
        file.seek(name + extra, os.SEEK_CUR)
        left = entry.packed
        while left and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield from _inflate(unpack, chunk) if unpack else (chunk,)
    if unpack and (rest := unpack.flush()):
        yield rest


def _inflate(unpack: "zlib._Decompress", chunk: bytes) -> Iterator[bytes]:
    """Never more than CHUNK at once, whatever the ratio."""
    while chunk:
        if piece := unpack.decompress(chunk, CHUNK):
            yield piece
        chunk = unpack.unconsumed_tail
