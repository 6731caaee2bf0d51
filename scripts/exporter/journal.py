"""What the folder holds, and what the site said of it: one SQLite file within the folder.

Losing it costs time only: files that are there are taken over where their SHA-256 is the right one.
"""

import fcntl
import sqlite3
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Self

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS images (
  id TEXT PRIMARY KEY,
  sha256 TEXT NOT NULL, size INTEGER NOT NULL,
  is_gone INTEGER NOT NULL DEFAULT 0,   -- deleted for good on the site
  is_due INTEGER NOT NULL DEFAULT 1,    -- what the site says is to be written
  path TEXT,                            -- of the original below the folder, once it is there
  wanted TEXT,                          -- folder and name, before they were made safe and unique
  mtime_ns INTEGER,
  json_digest TEXT, xmp_digest TEXT     -- of what was written beside it, to know it again
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS due ON images (id) WHERE is_due;
CREATE UNIQUE INDEX IF NOT EXISTS paths ON images (path) WHERE path IS NOT NULL;
CREATE TABLE IF NOT EXISTS tags (id TEXT PRIMARY KEY, path TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS image_tags (
  image_id TEXT NOT NULL, tag_id TEXT NOT NULL, PRIMARY KEY (image_id, tag_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tagged ON image_tags (tag_id);
CREATE TABLE IF NOT EXISTS albums (
  id TEXT PRIMARY KEY, changed_at TEXT NOT NULL, title TEXT NOT NULL, path TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS album_images (
  album_id TEXT NOT NULL, number INTEGER NOT NULL, image_id TEXT NOT NULL,
  PRIMARY KEY (album_id, number)
) WITHOUT ROWID;
"""


class FolderBusyError(Exception):
    """Another export writes into the same folder, or it is of another library."""


class Journal:
    """The journal of one folder. Of one thread."""

    def __init__(self, folder: Path) -> None:
        """Open it, and make it if it is not there.

        Raises:
            FolderBusyError: another export has it, or a newer version of this program wrote it.
        """
        self.folder = folder
        kept = folder / ".pinhole"
        kept.mkdir(parents=True, exist_ok=True)
        self._lock = (kept / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise FolderBusyError(f"Another export is writing into {folder}.") from None
        self.db = sqlite3.connect(kept / "journal.sqlite", isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.executescript(_SCHEMA)
        if self.get("version", str(_VERSION)) != str(_VERSION):
            self.close()
            raise FolderBusyError(f"{folder} was written by another version of this program.")
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

    def get(self, name: str, default: str = "") -> str:
        """Return what was kept under a name."""
        row = self.db.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    def set(self, name: str, value: str) -> None:
        """Keep something under a name."""
        self.db.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))

    def knows(self, path: str) -> bool:
        """Whether an image of the journal lies at a path."""
        found = self.db.execute("SELECT 1 FROM images WHERE path = ?", (path,))
        return found.fetchone() is not None

    def some_known(self, most: int) -> list[str]:
        """Return ids of some images that are here and were on the site at the last run."""
        rows = self.db.execute(
            "SELECT id FROM images WHERE path IS NOT NULL AND NOT is_gone ORDER BY id DESC LIMIT ?",
            (most,),
        )
        return [row[0] for row in rows]

    def note_changes(self, page: dict[str, Any]) -> None:
        """Note a page of the site's list of changes."""
        self.db.execute("BEGIN")
        self.db.executemany(
            "INSERT INTO images (id, sha256, size) VALUES (?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET is_due = 1, is_gone = 0,"
            # A rejected file may be sent again with other bytes.
            " sha256 = excluded.sha256, size = excluded.size",
            [
                (image["id"], image["sha256"], image["size"])
                for image in page["images"]
                if image["state"] in {"ready", "damaged", "processing", "joined"}
            ],
        )
        self._mark_gone(page["removed"])
        self.set("changed_until", page["changed_until"])
        self.db.execute("COMMIT")

    def _mark_gone(self, ids: Iterable[str]) -> None:
        self.db.executemany(
            "UPDATE images SET is_gone = 1, is_due = 1 WHERE id = ?", [(each,) for each in ids]
        )

    def forget_but(self, seen: Collection[str]) -> None:
        """After a whole list: what it does not have is gone."""
        known = [row[0] for row in self.db.execute("SELECT id FROM images WHERE NOT is_gone")]
        self._mark_gone(each for each in known if each not in seen)

    def mark_due_by_tags(self, paths: dict[str, str]) -> None:
        """Have images written anew whose tags have other paths now, or are gone."""
        known = {row["id"]: row["path"] for row in self.db.execute("SELECT * FROM tags")}
        changed = [tag for tag in known if paths.get(tag) != known[tag]]
        self.db.execute("BEGIN")
        self.db.executemany(
            "UPDATE images SET is_due = 1 WHERE id IN"
            " (SELECT image_id FROM image_tags WHERE tag_id = ?)",
            [(tag,) for tag in changed],
        )
        self.db.execute("DELETE FROM tags")
        self.db.executemany("INSERT INTO tags VALUES (?, ?)", paths.items())
        self.db.execute("COMMIT")

    def mark_due_by_album(self, album_id: str) -> None:
        """Have images written anew that are in an album: they say its title."""
        self.db.execute(
            "UPDATE images SET is_due = 1 WHERE id IN"
            " (SELECT image_id FROM album_images WHERE album_id = ?)",
            (album_id,),
        )

    def note_moved(self, image_id: str, *, path: str, wanted: str, is_due: bool = True) -> None:
        """Note where an image lies now."""
        self.db.execute(
            "UPDATE images SET path = ?, wanted = ?, is_due = ? WHERE id = ?",
            (path, wanted, is_due, image_id),
        )

    def note_written(
        self,
        image_id: str,
        *,
        path: str | None,
        wanted: str,
        mtime_ns: int | None,
        digests: tuple[str | None, str | None],
        tags: Iterable[str],
    ) -> None:
        """Note that an image is in the folder as the site has it."""
        self.db.execute("BEGIN")
        self.db.execute(
            "UPDATE images SET is_due = 0, path = ?, wanted = ?, mtime_ns = ?, json_digest = ?,"
            " xmp_digest = ? WHERE id = ?",
            (path, wanted, mtime_ns, *digests, image_id),
        )
        self.db.execute("DELETE FROM image_tags WHERE image_id = ?", (image_id,))
        self.db.executemany(
            "INSERT OR IGNORE INTO image_tags VALUES (?, ?)", [(image_id, tag) for tag in tags]
        )
        self.db.execute("COMMIT")

    def note_forgotten(self, image_id: str) -> None:
        """Forget an image that is gone on the site, and of which nothing was here."""
        self.db.execute("BEGIN")
        for table, column in (("images", "id"), ("image_tags", "image_id")):
            self.db.execute(f"DELETE FROM {table} WHERE {column} = ?", (image_id,))  # noqa: S608
        self.db.execute("COMMIT")
