"""The import command, as tests run it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.users import Person

ROOT = Path(__file__).parents[2]
PATIENCE = 120


class Importer:
    """The command, as one person runs it."""

    def __init__(self, site: str, person: Person, folder: Path) -> None:
        asked = {"name": "import", "scope": "write", "days": 1}
        self.person = person
        self.journal = folder / "journal.sqlite"
        self._site = site
        self._token = person.http.post("/api/account/tokens", json=asked).json()["token"]

    def start(self, *words: str | Path) -> subprocess.Popen[str]:
        command = [sys.executable, ROOT / "scripts/import", "--site", self._site, "--yes"]
        command += ["--zone", "Europe/Berlin", "--journal", self.journal, *words]
        environment = {"PATH": os.environ["PATH"], "PINHOLE_TOKEN": self._token}
        return subprocess.Popen(
            [str(word) for word in command],
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def run(self, *words: str | Path) -> tuple[int, str]:
        process = self.start(*words)
        said, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, said

    def noted(self, query: str) -> int:
        """Ask the journal while it is being written; 0 before it is there."""
        if not self.journal.exists():
            return 0
        with closing(sqlite3.connect(f"file:{self.journal}?mode=ro", uri=True)) as journal:
            try:
                return int(journal.execute(query).fetchone()[0])
            except sqlite3.OperationalError:
                return 0


def on_the_site(person: Person) -> Iterator[dict[str, Any]]:
    """Everything that a person has there, with its details."""
    since, has_more = "", True
    while has_more:
        query = {"changed_since": since} if since else {}
        page = person.http.get("/api/images/changes", params=query).json()
        for image in page["images"]:
            yield person.detail(image["id"])
        since, has_more = page["changed_until"], page["has_more"]
