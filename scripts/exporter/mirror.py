"""Bringing a folder in step with a library: what is new, changed, moved and gone.

[Note: Nothing is lost] Whatever is deleted on the site stays here, in the folder "Recently
deleted", until the person asks for more. A file is written whole or not at all, is compared with
its SHA-256 before it has its name, and never takes the place of another one.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from sqlite3 import Row
from urllib.parse import urlsplit

from app.exports.file_names import JSON, SIDECAR
from app.text import split_extension
from scripts.exporter import files
from scripts.exporter.journal import Journal
from scripts.importer.client import OK, Api, ApiError, BrokenOffError, Json

AT_A_TIME = 50  # as many originals' addresses as the site gives at once
DELETED = "Recently deleted"
_NOT_FOUND = 404
_WHOLE_LIST = "whole_list"  # in the journal: set from its beginning to its end
_ATTEMPTS = 4
_LISTED = 100  # as many as the site lists at once
# What changes from one answer to the next, and opens nothing a while later.
_ADDRESSES = (
    "thumbnail_url",
    "preview_url",
    "animation_url",
    "motion_url",
    "video_url",
    "urls_expire_at",
)
_GUESSED = "time_zone_guess"  # nobody said so


@dataclass(kw_only=True)
class Outcome:
    """What a run did, and what it could not do."""

    downloaded: int = 0
    size: int = 0
    found: int = 0  # were in the folder already
    written: int = 0  # of which only what is known has changed
    moved_out: int = 0
    removed: int = 0
    left: int = 0  # sidecars of the person's own
    kept_aside: int = 0  # originals that were changed here
    kept_of_gone: int = 0  # files of deleted pictures that were changed here, or are the person's
    problems: list[str] = field(default_factory=list)


def refresh(api: Api, journal: Journal) -> None:
    """Learn what changed on the site since the last run."""
    if not journal.get(_WHOLE_LIST):
        try:
            for page in api.changes(journal.get("changed_until")):
                journal.note_changes(page)
        except ApiError as error:
            if error.code != "changes_forgotten":
                raise
            journal.set(_WHOLE_LIST, "begun")
    if journal.get(_WHOLE_LIST):
        # Stopped half way it begins anew: what is gone is known by all that is there.
        seen: set[str] = set()
        for page in api.changes(""):
            journal.note_changes(page)
            seen |= {image["id"] for image in page["images"]}
        journal.forget_but(seen)
        journal.set(_WHOLE_LIST, "")
    tags = {tag["id"]: tag["path"] for tag in api.ask("GET", "/api/tags")["tags"]}
    journal.mark_due_by_tags(tags)


def is_of_this_library(api: Api, journal: Journal) -> bool:
    """Whether the account has, or had, any of the images that the folder holds.

    A token says no name.
    """
    known = journal.some_known(_LISTED)
    if not known or api.ask("GET", f"/api/images?ids={','.join(known)}")["images"]:
        return True
    try:
        return _tells_of(known, api.changes(journal.get("changed_until")))
    except ApiError as error:
        if error.code != "changes_forgotten":
            raise
        return _tells_of(known, api.changes(""))


def _tells_of(known: list[str], pages: Iterator[Json]) -> bool:
    """Whether changes name any of these images: all of them may have been deleted since."""
    return any(
        not {*page["removed"], *(image["id"] for image in page["images"])}.isdisjoint(known)
        for page in pages
    )


def mark_lost(root: Path, journal: Journal) -> int:
    """Have fetched again what somebody removed or changed here; return how many."""
    lost = []
    for row in journal.db.execute(
        "SELECT id, path, size, mtime_ns FROM images WHERE path IS NOT NULL AND NOT is_gone"
    ):
        try:
            found = (root / row["path"]).stat()
        except OSError:
            lost.append(row["id"])
            continue
        if (found.st_size, found.st_mtime_ns) != (row["size"], row["mtime_ns"]):
            lost.append(row["id"])
    journal.db.executemany(
        "UPDATE images SET is_due = 1, mtime_ns = NULL WHERE id = ?", [(each,) for each in lost]
    )
    return len(lost)


def _address(signed: Json, image_id: str) -> str | None:
    own = signed["originals"].get(image_id)
    shared = signed["addresses"]
    return None if own is None else f"{shared['base']}{own}&{shared['query']}"


def _is_of_image(image_id: str) -> Callable[[bytes], bool]:
    """Whether JSON is what a mirror wrote of an image: after its journal was lost."""
    return lambda found: f'"id": "{image_id}"'.encode() in found


def _is_of_a_site(found: bytes) -> bool:
    """Whether XMP was written by Pinhole: programs that change it say so in the same place."""
    return b'xmptk="Pinhole"' in found


@dataclass(frozen=True, kw_only=True)
class _Job:
    """An image whose place is chosen.

    `is_here`: the right bytes lie there. `is_found`: and the journal did not know it.
    """

    row: Row
    facts: Json
    path: str
    wanted: str
    is_here: bool
    is_found: bool


@dataclass(frozen=True, kw_only=True)
class _Fetched:
    """What fetching gave: bytes that were fetched, or what went wrong."""

    size: int = 0
    problem: str | None = None
    digests: tuple[str | None, str | None] = (None, None)
    left: int = 0  # files of the person that were left as they are


class Mirror:
    """Writes what is due."""

    def __init__(
        self,
        api: Api,
        journal: Journal,
        *,
        parallel: int,
        deletes: bool,
        tell: Callable[[Outcome], None],
        stop: threading.Event,
    ) -> None:
        """Begin nothing yet.

        Args:
            api: the site.
            journal: of the folder.
            parallel: how many files are fetched at a time.
            deletes: whether files go whose pictures are deleted for good on the site.
            tell: is told how far it is.
            stop: ends it after what is under way.
        """
        self._api = api
        self._journal = journal
        self._root = journal.folder
        self._names = files.Names(journal.folder)
        self._adopted: set[str] = set()
        self._parallel = parallel
        self._deletes = deletes
        self._tell = tell
        self._stop = stop
        self.outcome = Outcome()

    def run(self) -> Outcome:
        """Write everything that is due, 50 images at a time.

        Raises:
            ApiError: the site refuses everything.
            UnreachableError: it was away for too long.
            OSError: the folder cannot be written.
        """
        if self._deletes:  # what former runs kept
            self._journal.db.execute("UPDATE images SET is_due = 1 WHERE is_gone")
        with ThreadPoolExecutor(self._parallel) as pool:
            for rows in self._due():
                self._names.forget_some()
                self._write_some(rows, pool)
                self._tell(self.outcome)
                if self._stop.is_set():
                    break
        return self.outcome

    def _due(self) -> Iterator[list[Row]]:
        """Yield rows that are due, each once: those that fail are due again in the next run."""
        last = ""
        while rows := self._journal.db.execute(
            "SELECT * FROM images WHERE is_due AND id > ? ORDER BY id LIMIT ?", (last, AT_A_TIME)
        ).fetchall():
            last = rows[-1]["id"]
            yield rows

    def _write_some(self, rows: list[Row], pool: ThreadPoolExecutor) -> None:
        for row in rows:
            if row["is_gone"]:
                self._write_gone(row)
        there = [row for row in rows if not row["is_gone"]]
        if not there:
            return
        ids = ",".join(row["id"] for row in there)
        signed = self._api.ask("GET", f"/api/downloads/originals?ids={ids}&sidecars=true")
        known = pool.map(self._facts, [row["id"] for row in there])
        # Moves and names are one after the other; bytes are fetched side by side.
        jobs = [
            self._place(row, facts)
            for row, facts in zip(there, list(known), strict=True)
            if facts is not None
        ]
        all_fetched = pool.map(lambda job: self._fetch(job, signed), jobs)
        for job, fetched in zip(jobs, all_fetched, strict=True):
            self._note(job, fetched)

    def _facts(self, image_id: str) -> Json | None:
        """Return what the site knows of an image; None where it has been deleted meanwhile."""
        try:
            facts = self._api.ask("GET", f"/api/images/{image_id}")
        except ApiError as error:
            if error.status != _NOT_FOUND:
                raise
            return None
        del facts[_GUESSED]
        return {**facts, **dict.fromkeys(_ADDRESSES)}

    def _place(self, row: Row, facts: Json) -> _Job:
        """Choose where an image belongs, and move there what is elsewhere."""
        moment = datetime.fromisoformat(facts["timeline_at"])
        folder = DELETED if facts["deleted_at"] else f"{moment:%Y}/{moment:%m}"
        wanted = f"{folder}/{facts['name']}"
        path = row["path"]
        if path is None:
            path, is_found = self._adopt(folder, facts)
            return _Job(
                row=row, facts=facts, path=path, wanted=wanted, is_here=is_found, is_found=is_found
            )
        if wanted != row["wanted"]:
            new = self._moved_to(path, folder, size=facts["size"], sha256=facts["sha256"])
            new = new or self._names.take(folder, facts["name"])
            files.move(self._root, path, new)
            # Noted at once: what is stopped here is found where it is.
            self._journal.note_moved(row["id"], path=new, wanted=wanted)
            self.outcome.moved_out += bool(facts["deleted_at"])
            path = new
        is_intact = self._is_intact(row, path)
        is_found = not is_intact and self._is_right_or_aside(path, facts["sha256"])
        return _Job(
            row=row,
            facts=facts,
            path=path,
            wanted=wanted,
            is_here=is_intact or is_found,
            is_found=is_found,
        )

    def _is_right_or_aside(self, path: str, sha256: str) -> bool:
        """Return whether a file is the right one after all; else keep it under another name.

        Its disk may have changed it, or its person on purpose: nobody can tell.
        """
        found = files.sha256_of(self._root / path)
        if found in {None, sha256}:
            return found is not None
        folder, _, name = path.rpartition("/")
        stem, extension = split_extension(name)
        aside = self._names.take(folder, f"{stem} (changed here){extension}")
        (self._root / path).rename(self._root / aside)
        self.outcome.kept_aside += 1
        return False

    def _adopt(self, folder: str, facts: Json) -> tuple[str, bool]:
        """Return a free place; that of a file which nobody knows, where it has the right bytes."""
        found = self._find(folder, size=facts["size"], sha256=facts["sha256"])
        if found is not None:
            return found, True
        return self._names.take(folder, facts["name"]), False

    def _find(self, folder: str, *, size: int, sha256: str) -> str | None:
        """Return a file with these bytes that nobody knows; it is known from now on."""
        for path in self._names.of_size(folder, size):
            if path in self._adopted or self._journal.knows(path):
                continue
            if files.sha256_of(self._root / path) == sha256:
                self._adopted.add(path)
                return path
        return None

    def _moved_to(self, path: str, folder: str, *, size: int, sha256: str) -> str | None:
        """Return where a file lies that a run moved, which was killed before it noted that."""
        if (self._root / path).exists():
            return None
        return self._find(folder, size=size, sha256=sha256)

    def _fetch(self, job: _Job, signed: Json) -> _Fetched:
        """Fetch an original that is not here as it should be, and write what lies beside it."""
        path = self._root / job.path
        if not job.is_here and (problem := self._download(signed, path, job.facts)):
            return _Fetched(problem=problem)
        digests, left = self._write_beside(job, signed["sidecars"].get(job.facts["id"]))
        size = 0 if job.is_here else job.facts["size"]
        return _Fetched(size=size, digests=digests, left=left)

    def _write_beside(
        self, job: _Job, xmp: str | None
    ) -> tuple[tuple[str | None, str | None], int]:
        """Write what is known of an image; return the digests of both files, and how many not."""
        path, row = self._root / job.path, job.row
        digests: list[str | None] = []
        left = 0
        for end, content, known, is_marked in (
            (JSON, files.as_json(job.facts), row["json_digest"], _is_of_image(job.facts["id"])),
            (SIDECAR, None if xmp is None else xmp.encode(), row["xmp_digest"], _is_of_a_site),
        ):
            beside = Path(f"{path}{end}")
            found = files.read(beside)
            is_ours = found is not None and (
                files.digest_of(found) == known or (known is None and is_marked(found))
            )
            is_put = files.put_beside(beside, content, is_ours=is_ours)
            left += not is_put
            digests.append(files.digest_of(content) if is_put else known)
        return (digests[0], digests[1]), left

    def _is_intact(self, row: Row, path: str) -> bool:
        """Whether the file is as it was when it was compared: by its size and time."""
        if row["mtime_ns"] is None:
            return False
        try:
            found = (self._root / path).stat()
        except OSError:
            return False
        return (found.st_size, found.st_mtime_ns) == (row["size"], row["mtime_ns"])

    def _download(self, signed: Json, path: Path, facts: Json) -> str | None:
        """Fetch an original; return why it is not here then."""
        problem = ""
        for _ in range(_ATTEMPTS):
            if self._stop.is_set():
                return "stopped"
            address = _address(signed, facts["id"])
            if address is None:
                return "the site has no checked original of it yet"
            try:
                with self._api.connections.stream(urlsplit(address)) as (status, chunks):
                    if status != OK:  # the address may have ended: those before took long
                        problem = f"the bucket answers {status}"
                        signed = self._api.ask("GET", f"/api/downloads/originals?ids={facts['id']}")
                        continue
                    if files.store(path, chunks, expected=facts["sha256"]) == facts["sha256"]:
                        return None
                    problem = "its bytes are not those that were uploaded"
            except (BrokenOffError, ConnectionError, TimeoutError, HTTPException):
                problem = "the connection broke again and again"
        return problem

    def _note(self, job: _Job, fetched: _Fetched) -> None:
        if fetched.problem:
            self.outcome.problems.append(f"{job.facts['name']}: {fetched.problem}")
            return
        self._journal.note_written(
            job.facts["id"],
            path=job.path,
            wanted=job.wanted,
            mtime_ns=(self._root / job.path).stat().st_mtime_ns,
            digests=fetched.digests,
            tags=[tag["id"] for tag in job.facts["tags"]],
        )
        self.outcome.downloaded += bool(fetched.size)
        self.outcome.size += fetched.size
        self.outcome.found += job.is_found
        self.outcome.left += fetched.left
        self.outcome.written += not fetched.size and not job.is_found

    def _write_gone(self, row: Row) -> None:
        """Keep what is deleted for good on the site, or delete it where that was asked for."""
        path = row["path"]
        moved = None
        if path is not None and not path.startswith(f"{DELETED}/"):
            moved = self._moved_to(path, DELETED, size=row["size"], sha256=row["sha256"])
        if moved is not None:  # what stayed behind comes after it
            files.move(self._root, path, moved)
            self._journal.note_moved(row["id"], path=moved, wanted=moved)
            path = moved
        if path is None:
            self._journal.note_forgotten(row["id"])
        elif self._deletes:
            digests = (row["sha256"], row["json_digest"], row["xmp_digest"])
            left = files.remove(self._root, path, digests=digests)
            if left and not path.startswith(f"{DELETED}/"):
                new = self._names.take(DELETED, path.rpartition("/")[2])
                files.move(self._root, path, new)
            self._journal.note_forgotten(row["id"])
            self.outcome.kept_of_gone += left
            self.outcome.removed += 1
        elif not path.startswith(f"{DELETED}/"):
            new = self._names.take(DELETED, path.rpartition("/")[2])
            files.move(self._root, path, new)
            self._journal.note_moved(row["id"], path=new, wanted=new, is_due=False)
            self.outcome.moved_out += 1
        else:
            self._journal.note_moved(row["id"], path=path, wanted=path, is_due=False)
