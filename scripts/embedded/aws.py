"""Starting the embedded AWS in its own environment."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.embedded.environment import kept_environment
from scripts.embedded.policies import BUCKET
from scripts.embedded.processes import Part, Program

if TYPE_CHECKING:
    from scripts.embedded.processes import Crew

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-aws/bin/python"


@dataclass(frozen=True, kw_only=True)
class EmbeddedAws:
    """One embedded AWS that keeps everything in `folder`, but mails in `mailbox`."""

    folder: Path
    mailbox: Path
    port: int
    root_key: str

    @property
    def endpoint_url(self) -> str:
        """Its address: never `localhost`, so that the site's cookie is not sent to it."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, crew: Crew) -> Part:
        """Start it."""
        return crew.start(
            Program(
                name="aws",
                command=[PYTHON, "-m", "scripts.embedded.aws_server"],
                environment={
                    **kept_environment(),
                    "PORT": str(self.port),
                    "FOLDER": str(self.folder),
                    "MAILBOX": str(self.mailbox),
                    "BUCKET": BUCKET,
                    "ROOT_KEY": self.root_key,
                },
                directory=ROOT,
            )
        )

    def answers(self) -> bool:
        """Tell whether it is ready."""
        return answers(f"{self.endpoint_url}/_ministack/ready")


def answers(url: str) -> bool:
    """Tell whether an address on this machine answers 200."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=5) as response:
            return bool(response.status == 200)  # noqa: PLR2004 - OK
    except (urllib.error.URLError, OSError):
        return False
