"""The export command, as tests run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.users import Person

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
