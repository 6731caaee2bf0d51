"""The version before this one, out of git and running: it serves while an upgrade goes on."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tarfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import httpx2
import pytest

from scripts.embedded.install import UV
from scripts.embedded.ports import free_ports
from tests.support.users import PASSWORD, put

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scripts.embedded.stack import EmbeddedStack
    from tests.support.images import Picture

ROOT = Path(__file__).parents[2]
# Move this on with each release: to the commit that people are upgraded from.
COMMIT = (Path(__file__).parent / "previous-version").read_text().strip()
PATIENCE = 90.0
_PACKAGES = "packages-of-then"


def take_out(folder: Path) -> Path:
    """Lay the former version's `app` out in a folder, with the packages that we lack."""
    packed = _git("archive", "--format=tar", COMMIT, "app", "requirements")
    if packed.returncode:
        if not (ROOT / ".git").exists() or _git("rev-parse", "--is-shallow-repository").stdout == (
            b"true\n"
        ):
            pytest.skip(f"this clone does not reach back to {COMMIT}: git fetch --unshallow")
        raise AssertionError(packed.stderr.decode())
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        # Python 3.11.0 to 3.11.3 do not know filters; the archive is our own.
        known = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(folder, **known)  # type: ignore[arg-type]  # noqa: S202
    _install_what_is_missing(folder)
    return folder


def _install_what_is_missing(folder: Path) -> None:
    pinned = (folder / "requirements/local.txt").read_text()
    missing = [
        block
        for block in re.findall(r"^[a-z].*?(?=^\S|\Z)", pinned, re.MULTILINE | re.DOTALL)
        if not _is_installed(*block.split(maxsplit=1)[0].split("=="))
    ]
    if missing:
        (folder / "missing.txt").write_text("".join(missing))
        install = [
            str(UV),
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--only-binary",
            ":all:",
        ]
        where = ["--no-deps", "--python", sys.executable, "--target", str(folder / _PACKAGES)]
        subprocess.run([*install, *where, "-r", str(folder / "missing.txt")], check=True)


def _is_installed(name: str, wanted: str) -> bool:
    try:
        return version(name) == wanted
    except PackageNotFoundError:
        return False


def _git(*words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", "-C", ROOT, *words], check=False, capture_output=True)  # noqa: S607


@dataclass(frozen=True, kw_only=True)
class Former:
    """The former version's programs on a stack."""

    code: Path
    stack: EmbeddedStack

    def migrate(self) -> None:
        """Make the schema that it knows."""
        self._run("-c", "import app, os; assert app.__path__[0].startswith(os.getcwd())")
        self._run("-m", "app.migrate")

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Run its API and its worker; give the API's address."""
        port = free_ports(1)[0]
        server = ["-m", "granian", "--interface", "wsgi", "--no-ws", "--port", str(port)]
        with ExitStack() as running:
            api = [*server, "--blocking-threads", "2", "app.handlers.local:app"]
            running.enter_context(self._running(api, self._environment("api")))
            worker = ["-m", "app.worker"]
            running.enter_context(self._running(worker, self._environment("worker")))
            yield f"http://127.0.0.1:{port}"

    def _run(self, *words: str) -> None:
        environment = _environment(self._environment("migrate"))
        subprocess.run([sys.executable, *words], check=True, cwd=self.code, env=environment)

    def _environment(self, part: Literal["api", "worker", "migrate"]) -> dict[str, str]:
        return self.stack.environment(part) | {
            # That version did everything as the owner of the database.
            "DATABASE_URL": self.stack.database_url,
            "PYTHONPATH": str(self.code / _PACKAGES),
        }

    @contextmanager
    def _running(self, words: list[str], settings: Mapping[str, str]) -> Iterator[None]:
        process = subprocess.Popen(
            [sys.executable, *words], cwd=self.code, env=_environment(settings)
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **settings}


@dataclass
class FormerPerson:
    """Somebody whose browser still holds the former site: it calls the API as that was."""

    http: httpx2.Client
    email: str

    def register(self) -> None:
        """Make an account."""
        self.call("POST", "/api/auth/register", email=self.email, password=PASSWORD)

    def sign_in(self) -> None:
        """Leave and come back."""
        self.call("POST", "/api/auth/logout")
        self.call("POST", "/api/auth/login", email=self.email, password=PASSWORD)

    def upload(self, picture: Picture) -> str:
        """Upload as the former browser did; return the id."""
        (place,) = self.call("POST", "/api/images", images=[picture.announcement()])["places"]
        put(place["upload"], picture.content).raise_for_status()
        return str(place["image"]["id"])

    def state(self, image_id: str) -> str:
        """Where a picture stands."""
        return str(self.call("GET", f"/api/images/{image_id}")["state"])

    def timeline(self, query: str = "") -> list[str]:
        """The ids of a list."""
        return [image["id"] for image in self.call("GET", f"/api/images{query}")["images"]]

    def call(self, method: str, path: str, **body: Any) -> Any:
        """Call the API; anything but success fails the test."""
        answer = self.http.request(method, path, json=body or None)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None
