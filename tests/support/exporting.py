"""Exports: the command, as tests run it, and the copies that the worker makes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.support.users import Json, Person

ROOT = Path(__file__).parents[2]
PATIENCE = 120


class Exporter:
    """The command, as one person runs it for one folder."""

    def __init__(self, site: str, person: Person, folder: Path) -> None:
        asked = {"name": "export", "scope": "read", "days": 1}
        self.person = person
        self.folder = folder
        self._site = site
        self._token = person.http.post("/api/account/tokens", json=asked).json()["token"]

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-S", ROOT / "scripts/export", self.folder]
        command += ["--site", self._site, *words]
        environment = {"PATH": os.environ["PATH"], "PINHOLE_TOKEN": self._token}
        return subprocess.Popen(
            [str(word) for word in command],
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def run(self, *words: str) -> tuple[int, str]:
        process = self.start(*words)
        said, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, said

    def files(self) -> dict[str, bytes]:
        """What is in the folder, but for the journal."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and ".pinhole" not in path.parts
        }


def ready(person: Person) -> Json | None:
    (export,) = person.http.get("/api/account/exports").json()["exports"]
    return export if export["state"] == "ready" else None


def begun(database: Engine, person: Person, *, touched: str = "0 minutes") -> str:
    """A copy that is being made, and that no worker knows of; its id."""
    query = (
        "INSERT INTO exports (id, user_id, state, created_at, touched_at, expires_at,"
        " pictures, done, parts) VALUES (gen_random_uuid(), :user, 'running', now(),"
        " now() - CAST(:touched AS interval), now() + interval '1 day', 0, 0, '[]') RETURNING id"
    )
    with database.begin() as connection:
        return str(connection.scalar(text(query), {"user": person.user_id, "touched": touched}))
