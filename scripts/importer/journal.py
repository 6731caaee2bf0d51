"""The journal: what was found, what is known of it and what was done, in one SQLite file.

Whatever is in it was true when it was written, and everything in it can be found out again: losing
it costs time only. It holds no token. SQLite ends a transaction whole or not at all, whenever the
program is killed.
"""

import fcntl
import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Self

from .archives import Entry

_VERSION = 5
_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entries (
  id INTEGER PRIMARY KEY,
  container TEXT NOT NULL, path TEXT NOT NULL, folder TEXT NOT NULL, name TEXT NOT NULL,
  actual TEXT NOT NULL, size INTEGER NOT NULL, modified TEXT, stamp TEXT NOT NULL,
  offset INTEGER, packed INTEGER NOT NULL, method INTEGER NOT NULL, crc INTEGER NOT NULL,
  role TEXT NOT NULL,
  run INTEGER NOT NULL,
  problem TEXT,          -- why it cannot be read
  sha256 TEXT, type TEXT, own TEXT,   -- of pictures and videos, once they were read
  facts TEXT,            -- of sidecars, once they were read
  outcome TEXT, reason TEXT           -- of the plan
);
CREATE UNIQUE INDEX IF NOT EXISTS entry ON entries (container, actual, ifnull(offset, -1));
CREATE INDEX IF NOT EXISTS folders ON entries (folder, name);
CREATE INDEX IF NOT EXISTS hashes ON entries (sha256);
-- What is to be brought: one row for the same bytes, however often they were found.
CREATE TABLE IF NOT EXISTS pictures (
  sha256 TEXT PRIMARY KEY, entry INTEGER NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,
  type TEXT NOT NULL, outcome TEXT NOT NULL, facts TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS albums (
  key TEXT PRIMARY KEY, title TEXT NOT NULL, description TEXT NOT NULL, sort TEXT NOT NULL
) WITHOUT ROWID;
-- What was done. Kept when the plan is made anew.
CREATE TABLE IF NOT EXISTS done (
  sha256 TEXT PRIMARY KEY, image_id TEXT NOT NULL, is_new INTEGER NOT NULL, applied TEXT,
  is_gone INTEGER NOT NULL DEFAULT 0    -- deleted for good on the site since
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS made_albums (
  key TEXT PRIMARY KEY, album_id TEXT NOT NULL, is_new INTEGER NOT NULL
) WITHOUT ROWID;
-- What the site has, by its list of changes.
CREATE TABLE IF NOT EXISTS there (
  image_id TEXT PRIMARY KEY, sha256 TEXT NOT NULL, state TEXT NOT NULL, deleted INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS there_hashes ON there (sha256);
"""


class JournalBusyError(Exception):
    """Another import has the same journal."""


class Journal:
    """One import's journal. Of one thread."""

    def __init__(self, path: Path) -> None:
        """Open it, and make it if it is not there.

        Raises:
            JournalBusyError: another import has it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = path.with_name(path.name + ".lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise JournalBusyError(f"Another import is using {path}.") from None
        self.path = path
        self.db = sqlite3.connect(path, isolation_level=None)
        path.chmod(0o600)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.executescript(_SCHEMA)
        if self.get("version", str(_VERSION)) != str(_VERSION):
            self._forget_everything()
        self.set("version", str(_VERSION))

    def close(self) -> None:
        """Close it, and let others have it."""
        self.db.close()
        self._lock.close()

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _forget_everything(self) -> None:
        tables = self.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in tables:
            self.db.execute(f"DROP TABLE {name}")
        self.db.executescript(_SCHEMA)

    def get(self, name: str, default: str = "") -> str:
        """Return what was kept under a name."""
        row = self.db.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    def set(self, name: str, value: str) -> None:
        """Keep something under a name."""
        self.db.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))

    def belongs_to(self, token: str) -> None:
        """Forget what the site has, and what was done, where it was by another token."""
        if self.get("token") not in {"", token}:
            for table in ("done", "made_albums", "there"):
                self.db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
            self.set("changed_until", "")
        self.set("token", token)

    def note_entries(self, found: Iterable[tuple[Entry, str]]) -> None:
        """Note what is in folders and zips now, each with its role; forget what is not any more.

        What was known of a file stays while its stamp does.
        """
        run = int(self.get("run", "0")) + 1
        self.db.execute("BEGIN")
        for entry, role in found:
            folder, _, name = entry.path.rpartition("/")
            row = self.db.execute(
                "INSERT INTO entries (container, path, folder, name, actual, size, modified, stamp,"
                " offset, packed, method, crc, role, run, problem)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (container, actual, ifnull(offset, -1)) DO UPDATE"
                " SET run = excluded.run WHERE stamp = excluded.stamp"
                " AND problem IS excluded.problem RETURNING id",
                (
                    entry.container, entry.path, folder, name, entry.actual, entry.size,
                    entry.modified, entry.stamp, entry.offset, entry.packed, entry.method,
                    entry.crc, role, run, entry.problem,
                ),
            ).fetchone()  # fmt: skip
            if row is None:  # it has changed
                self._note_changed(entry, run)
        self.db.execute("DELETE FROM entries WHERE run <> ?", (run,))
        self.set("run", str(run))
        self.db.execute("COMMIT")

    def _note_changed(self, entry: Entry, run: int) -> None:
        self.db.execute(
            "UPDATE entries SET size = ?, modified = ?, stamp = ?, packed = ?, method = ?, crc = ?,"
            " problem = ?, run = ?, sha256 = NULL, type = NULL, own = NULL, facts = NULL"
            " WHERE container = ? AND actual = ? AND ifnull(offset, -1) = ifnull(?, -1)",
            (
                entry.size, entry.modified, entry.stamp, entry.packed, entry.method, entry.crc,
                entry.problem, run, entry.container, entry.actual, entry.offset,
            ),
        )  # fmt: skip

    def unread(self) -> Iterator[tuple[int, str, Entry]]:
        """Yield what was not read yet: id, role and entry."""
        last = 0
        while rows := self.db.execute(
            "SELECT * FROM entries WHERE id > ? AND problem IS NULL AND"
            " (role IN ('media', 'unsure') AND sha256 IS NULL"
            " OR role IN ('json', 'xmp', 'csv', 'yaml') AND facts IS NULL) ORDER BY id LIMIT 500",
            (last,),
        ).fetchall():
            for row in rows:
                last = row["id"]
                yield row["id"], row["role"], entry_of(row)

    def note_there(self, changes: dict[str, Any]) -> None:
        """Note a page of the site's list of changes."""
        self.db.execute("BEGIN")
        self.db.executemany(
            "INSERT OR REPLACE INTO there VALUES (?, ?, ?, ?)",
            [
                (image["id"], image["sha256"], image["state"], int(bool(image["deleted_at"])))
                for image in changes["images"]
            ],
        )
        removed = [(gone,) for gone in changes["removed"]]
        self.db.executemany("DELETE FROM there WHERE image_id = ?", removed)
        self.db.executemany("UPDATE done SET is_gone = 1 WHERE image_id = ?", removed)
        self.set("changed_until", changes["changed_until"])
        self.db.execute("COMMIT")

    def doubt_what_is_not_there(self) -> None:
        """Ask again for what was sent and is not on the site: asking is safe to repeat."""
        self.db.execute(
            "DELETE FROM done WHERE NOT is_gone AND image_id NOT IN (SELECT image_id FROM there)"
        )

    def bring_back(self) -> None:
        """Forget what was deleted on the site: who imports anew wants it there."""
        self.db.execute("DELETE FROM done WHERE is_gone")

    def forget_there(self) -> None:
        """Forget what the site has: it is to be asked from the beginning."""
        self.db.execute("DELETE FROM there")
        self.set("changed_until", "")


def entry_of(row: sqlite3.Row) -> Entry:
    """Return the entry that a row of `entries` is."""
    return Entry(
        container=row["container"],
        path=row["path"],
        actual=row["actual"],
        size=row["size"],
        modified=row["modified"],
        stamp=row["stamp"],
        offset=row["offset"],
        packed=row["packed"],
        method=row["method"],
        crc=row["crc"],
        problem=row["problem"],
    )


def dump(value: object) -> str:
    """Write something as the journal keeps it: the same value, the same text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
