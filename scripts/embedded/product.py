"""The product's own parts on top of the embedded services: API, worker, and Vite in --dev."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scripts.embedded.aws import answers
from scripts.embedded.environment import kept_environment
from scripts.embedded.errors import StartError
from scripts.embedded.options import ROOT
from scripts.embedded.processes import Part, Program

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scripts.embedded.stack import EmbeddedStack

SITE = ROOT / "frontend/dist"
FRONTEND = ROOT / "frontend"
# As many as the API's database connections.
_API_THREADS = 8
# What operators may set beyond the model; app/settings.py knows the defaults.
_PASSED_ON = (
    "MAX_UPLOAD_BYTES",
    "STORAGE_QUOTA_BYTES",
    "EXPORT_ZIP_BYTES",
    "UNCONFINED_DECODERS",
    "SEARCH_BY_MEANING",
    "LOG_LEVEL",
)


@dataclass(frozen=True, kw_only=True)
class Product:
    """How the product's parts run on one stack."""

    stack: EmbeddedStack
    providers: Mapping[str, str]
    site_port: int
    api_port: int
    is_dev: bool

    @property
    def api_url(self) -> str:
        """Where the API itself listens: the site's own address unless Vite stands in front."""
        return f"http://127.0.0.1:{self.api_port}"

    def migrate(self) -> None:
        """Bring the database to the newest schema.

        Raises:
            StartError: a migration failed.
        """
        done = subprocess.run(
            [sys.executable, "-m", "app.cli.migrate"],
            check=False,
            cwd=ROOT,
            env={**kept_environment(), **self.stack.environment("migrate")},
            start_new_session=True,  # Ctrl-C is the launcher's business
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise StartError(f"The database could not be migrated:\n\n{done.stderr.strip()}")

    def start_api(self) -> Part:
        """Start the API, which serves the built site as well."""
        site = {} if self.is_dev else {"SITE_DIR": str(SITE)}
        return self._start(
            "api",
            *[sys.executable, "-m", "granian", "--interface", "wsgi"],
            *["--host", "127.0.0.1", "--port", str(self.api_port)],
            *["--blocking-threads", str(_API_THREADS)],
            "app.wsgi:app",
            settings={**self.stack.environment("api"), **self.providers, **site},
        )

    def start_worker(self) -> Part:
        """Start the worker."""
        self._worker_is_ready.unlink(missing_ok=True)
        return self._start(
            "worker",
            *[sys.executable, "-m", "app.jobs.worker"],
            settings={
                **self.stack.environment("worker"),
                "READY_FILE": str(self._worker_is_ready),
                # A dozen threads that each take a photo in would keep an arena each.
                "MALLOC_ARENA_MAX": "2",
            },
            patience=20,  # it finishes what it has in hand
        )

    def start_vite(self) -> Part:
        """Start the dev server, which reloads the page and passes /api on."""
        return self.stack.crew.start(
            Program(
                name="vite",
                command=[
                    "node",
                    FRONTEND / "node_modules/vite/bin/vite.js",
                    *["--host", "127.0.0.1", "--port", str(self.site_port), "--strictPort"],
                ],
                environment={**kept_environment(), "PINHOLE_API_URL": self.api_url},
                directory=FRONTEND,
            )
        )

    def wait_until_served(self) -> None:
        """Wait until the API and the site answer and the worker waits for pictures.

        Raises:
            PartEndedError: one of them did not come up.
        """
        crew = self.stack.crew
        site = f"http://127.0.0.1:{self.site_port}/"
        crew.wait_until(lambda: answers(f"{self.api_url}/api/health"), what="The API")
        crew.wait_until(lambda: answers(site), what="The site")
        crew.wait_until(self._worker_is_ready.exists, what="The worker")

    @property
    def _worker_is_ready(self) -> Path:
        return self.stack.folder.path / "worker-is-ready"

    def _start(
        self, name: str, *words: str, settings: Mapping[str, str], patience: float = 10
    ) -> Part:
        passed_on = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
        return self.stack.crew.start(
            Program(
                name=name,
                command=words,
                environment={**kept_environment(), **passed_on, **settings},
                directory=ROOT,
                patience=patience,
                may_end=self.is_dev,
            )
        )
