"""Comparing every file of the folder with its SHA-256."""

from collections.abc import Callable
from dataclasses import dataclass, field

from scripts.exporter import files
from scripts.exporter.journal import Journal


@dataclass(kw_only=True)
class Verified:
    """How many files are as they were uploaded, how many are not here yet, and what is wrong."""

    right: int = 0
    missing: int = 0
    wrong: list[str] = field(default_factory=list)


def verify(journal: Journal, *, tell: Callable[[int], None], stop: Callable[[], bool]) -> Verified:
    """Read all originals and compare them. What is wrong is fetched by the next run."""
    verified = Verified()
    rows = journal.db.execute("SELECT id, path, sha256 FROM images WHERE NOT is_gone").fetchall()
    for row in rows:
        if stop():
            break
        if row["path"] is None:
            verified.missing += 1
            continue
        if files.sha256_of(journal.folder / row["path"], stop=stop) == row["sha256"]:
            verified.right += 1
        elif not stop():
            verified.wrong.append(row["path"])
            journal.db.execute(
                "UPDATE images SET is_due = 1, mtime_ns = NULL WHERE id = ?", (row["id"],)
            )
        tell(verified.right)
    return verified
