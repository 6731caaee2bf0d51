"""Plans an import without a site."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from scripts.importer.journal import Journal
from scripts.importer.options import Accepted, Options
from scripts.importer.plan import make_plan
from scripts.importer.scan import scan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BERLIN = ZoneInfo("Europe/Berlin")
ACCEPTED = Accepted(
    types=frozenset({"image/jpeg", "image/png", "image/heic", "image/webp"}), max_bytes=2**20
)


@contextmanager
def planned(journal: Path, *paths: Path, **options: Any) -> Iterator[Journal]:
    """Read and plan, as the command does."""
    with Journal(journal) as open_one:
        read(open_one, *paths)
        make_plan(open_one, options=Options(zone=BERLIN, **options), accepted=ACCEPTED)
        yield open_one


def read(journal: Journal, *paths: Path) -> list[str]:
    """Read what was not read before; return the paths of it."""
    seen: list[str] = []
    scan(
        paths, journal, tell=lambda _count, _total, path: seen.append(path), stop=threading.Event()
    )
    return seen


def rows(journal: Journal) -> dict[str, dict[str, Any]]:
    """What the plan says of each file, by its path; of several with one path, the first."""
    found = journal.db.execute(
        "SELECT e.path, e.outcome, e.reason, p.name, p.facts FROM entries e"
        " LEFT JOIN pictures p ON p.sha256 = e.sha256 AND e.outcome <> 'not' ORDER BY e.id DESC"
    )
    titles = {row["key"]: row["title"] for row in journal.db.execute("SELECT * FROM albums")}
    plan: dict[str, dict[str, Any]] = {}
    for row in found:
        facts = json.loads(row["facts"]) if row["facts"] else {}
        facts["albums"] = [titles[key] for key in facts.get("albums", [])]
        plan[row["path"]] = {
            **facts, "outcome": row["outcome"], "reason": row["reason"], "name": row["name"]
        }  # fmt: skip
    return plan
