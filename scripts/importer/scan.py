"""Reading what is there: hashes and first bytes of pictures, and what sidecars say."""

import hashlib
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from . import icloud, immich_go, photoprism, pinhole, takeout, xmp
from .archives import Entry, UnreadableError, list_entries, read_chunks, read_small
from .exif import read_own
from .journal import Journal, dump
from .kinds import HEAD, detect, role_of

_READERS = 4  # hashing and unpacking let other threads run
_COMMIT_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Read:
    """What reading a file gave."""

    problem: str | None = None
    sha256: str | None = None
    type: str | None = None
    own: str | None = None
    facts: str | None = None


def scan(
    paths: Iterable[Path],
    journal: Journal,
    *,
    tell: Callable[[int, int, str], None],
    stop: threading.Event,
    settled: Collection[str] | None = None,
) -> None:
    """List everything, and read what was not read before.

    Args:
        paths: folders and zips.
        journal: where it is noted.
        tell: called with files read, files to read, and the path being read.
        stop: ends it; what was read stays noted.
        settled: files and zips that may be read; None: all.

    Raises:
        UnreadableError: a path that was named is not there, or is no zip.
    """
    journal.note_entries(_list(paths, settled))
    (total,) = journal.db.execute(
        "SELECT count(*) FROM entries WHERE problem IS NULL AND (role IN ('media', 'unsure')"
        " AND sha256 IS NULL OR role IN ('json', 'xmp', 'csv', 'yaml') AND facts IS NULL)"
    ).fetchone()
    journal.db.execute("BEGIN")
    committed = monotonic()
    try:
        for count, (row, path, read) in enumerate(_read_all(journal.unread()), start=1):
            journal.db.execute(
                "UPDATE entries SET problem = ?, sha256 = ?, type = ?, own = ?, facts = ?"
                " WHERE id = ?",
                (read.problem, read.sha256, read.type, read.own, read.facts, row),
            )
            tell(count, total, path)
            if stop.is_set():
                return
            if monotonic() - committed > _COMMIT_SECONDS:
                journal.db.execute("COMMIT")
                journal.db.execute("BEGIN")
                committed = monotonic()
    finally:
        journal.db.execute("COMMIT")


def _list(paths: Iterable[Path], settled: Collection[str] | None) -> Iterator[tuple[Entry, str]]:
    for path in paths:
        for entry in list_entries(path.absolute()):
            file = entry.actual if entry.offset is None else entry.container
            if settled is None or file in settled:
                yield entry, role_of(entry.path)


def _read_all(
    unread: Iterator[tuple[int, str, Entry]],
) -> Iterator[tuple[int, str, Read]]:
    """Read several at once, in order, with a bounded number under way."""
    with ThreadPoolExecutor(_READERS) as readers:
        running: list[tuple[int, str, Future[Read]]] = []
        for row, role, entry in unread:
            running.append((row, entry.path, readers.submit(_read, entry, role)))
            if len(running) >= 2 * _READERS:
                first = running.pop(0)
                yield first[0], first[1], first[2].result()
        for row, path, future in running:
            yield row, path, future.result()


def _read(entry: Entry, role: str) -> Read:
    try:
        if role in {"media", "unsure"}:
            return _read_media(entry)
        if role == "yaml" and not photoprism.is_able():
            return Read()  # not noted: it is read as soon as it can be
        return Read(facts=dump(_read_sidecar(entry, role)))
    except UnreadableError as error:
        return Read(problem=str(error))


def _read_media(entry: Entry) -> Read:
    digest = hashlib.sha256()
    head = bytearray()
    for chunk in read_chunks(entry):
        digest.update(chunk)
        if len(head) < HEAD:
            head += chunk[: HEAD - len(head)]
    first = bytes(head)
    own = read_own(first)
    return Read(
        sha256=digest.hexdigest(),
        type=detect(first, entry.path) or "",
        own=dump(
            {
                "taken": own.taken.isoformat() if own.taken else None,
                "offset": own.offset,
                "place": own.place,
            }
        ),
    )


def _read_sidecar(entry: Entry, role: str) -> dict[str, Any]:
    """Return what a sidecar says; nothing, of a file that is none."""
    if role == "json":
        content = read_small(entry, most=pinhole.MAX_JSON) or b""
        readers = (pinhole.parse, immich_go.parse, takeout.parse)
        return next((facts for parse in readers if (facts := parse(content))), {})
    if role == "yaml":
        return photoprism.parse(read_small(entry, most=photoprism.MAX_YAML) or b"") or {}
    if role == "xmp":
        packet = xmp.parse(read_small(entry, most=xmp.MAX_XMP) or b"")
        return {"xmp": packet.as_dict()} if packet else {}
    return icloud.parse(read_small(entry, most=icloud.MAX_CSV) or b"", entry.path) or {}
