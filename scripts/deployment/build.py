"""Making what a deployment uploads: the tools for it, the site, and the functions' package.

Standard library only: this runs with the system's Python, before anything is installed. Every step
leaves a stamp of what it was made from, and is skipped while that has not changed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.deployment.packaging import RUNTIME, Architecture, Package
from scripts.embedded.errors import MissingToolError, StartError
from scripts.embedded.install import (
    NPM_CI,
    ROOT,
    TOOLS,
    UV,
    Installer,
    check_python,
    digest,
    stop_on_signals,
)
from scripts.embedded.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

VENV_DEPLOY = ROOT / ".venv-deploy"
BUILD = ROOT / "build"
_FETCHED = TOOLS / "python"
_INTERRUPTED = 130


class ToolsInstaller(Installer):
    """Installs what talks to AWS."""

    def run(self, *, site: bool = False) -> None:
        """Make the deployment's environment what its requirements say.

        Raises:
            StartError: an installer failed.
        """
        del site
        check_python()
        TOOLS.mkdir(exist_ok=True)
        with (TOOLS / "lock").open("ab") as lock:
            self._wait_for(lock)
            self._commands.lock = lock
            self._install_python()

    def _install_python(self) -> None:
        self._install_tools()
        self._provide(
            "venv-deploy", VENV_DEPLOY, [ROOT / "requirements/deploy.txt"], "Deployment tools"
        )


class Builder(ToolsInstaller):
    """Installs what deploys, and builds what is deployed."""

    def __init__(self, *, architecture: Architecture, progress: Progress) -> None:
        """Build functions for `architecture`."""
        super().__init__(requirements=[], progress=progress)
        self._architecture: Architecture = architecture
        # So that pyvips finds no libvips of the system to compile against; see packaging.py.
        self._environment["PKG_CONFIG"] = "false"

    def run(self, *, site: bool = True) -> None:
        """Make everything that is missing or out of date.

        Raises:
            StartError: a tool is missing, an installer failed, or the package is not as it must be.
        """
        Installer.run(self, site=site)
        with (TOOLS / "lock").open("ab") as lock:
            self._wait_for(lock)
            self._commands.lock = lock
            self._install_cdk()
            self._build_package()

    def _install_cdk(self) -> None:
        locks = [ROOT / "package.json", ROOT / "package-lock.json"]
        if self._is_stale("cdk", ROOT / "node_modules/.bin/cdk", locks, ""):
            with self._progress.step("CDK"):
                quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
                self._run("cdk", [*NPM_CI, *quiet])
            self._stamp("cdk", locks, "")

    def _build_package(self) -> None:
        package = Package(
            root=ROOT, build=BUILD, tools=VENV_DEPLOY, architecture=self._architecture
        )
        sources = package.sources()
        name = f"package-{self._architecture}"
        if not self._is_stale(name, package.about, sources, RUNTIME):
            package.put_in_place()
            return
        python = self._find_runtime()
        before = digest(sources, RUNTIME)
        with self._progress.step(f"Package of the functions ({self._architecture})"):
            package.make(python=python, uv=UV, run=self._run)
        if digest(package.sources(), RUNTIME) != before:
            raise StartError("The code was changed while it was packed: build again.")
        self._stamp(name, sources, RUNTIME)
        package.put_in_place()

    def _find_runtime(self) -> Path:
        """Return a Python of the runtime's version, which compiles the package's bytecode."""
        found = _first_that_runs(_pythons_here())
        if found:
            return found
        with self._progress.step(f"Python {RUNTIME}, for the functions' bytecode"):
            command = [str(UV), "python", "install", "--quiet", RUNTIME]
            environment = self._environment | {"UV_PYTHON_INSTALL_DIR": str(_FETCHED)}
            environment.pop("UV_PYTHON_DOWNLOADS", None)
            subprocess.run(command, check=False, env=environment, capture_output=True)
        found = _first_that_runs(_pythons_here())
        if found:
            return found
        raise MissingToolError(
            f"The functions run on Python {RUNTIME}, and a Python {RUNTIME} must compile them: "
            "without bytecode each cold start takes more than twice as long. Install one, from "
            "your system's packages or https://www.python.org, and start this again."
        )


def find_python() -> Path:
    """Return a Python of the runtime's version.

    Raises:
        MissingToolError: there is none on this machine.
    """
    found = _first_that_runs(_pythons_here())
    if found is None:
        raise MissingToolError(f"There is no Python {RUNTIME} here.")
    return found


def _pythons_here() -> Iterator[Path]:
    name = f"python{RUNTIME}"
    on_path = shutil.which(name)
    if on_path:
        yield Path(on_path)
        # pyenv's stand-ins run only the versions that are switched on; those lie beside them.
        yield from Path(on_path).parents[1].glob(f"versions/{RUNTIME}.*/bin/{name}")
    yield from _FETCHED.glob(f"*/bin/{name}")


def _first_that_runs(candidates: Iterator[Path]) -> Path | None:
    script = "import sys; print('%d.%d' % sys.version_info[:2])"
    for candidate in candidates:
        told = subprocess.run(
            [str(candidate), "-c", script], check=False, capture_output=True, text=True
        )
        if told.stdout.strip() == RUNTIME:
            return candidate
    return None


def read_architecture() -> Architecture:
    """Return what PINHOLE_ARCHITECTURE says: arm64 unless this is for an emulated AWS here."""
    wanted = os.environ.get("PINHOLE_ARCHITECTURE") or "arm64"
    if wanted not in ("arm64", "x86_64"):
        raise StartError(f"PINHOLE_ARCHITECTURE is arm64 or x86_64, not {wanted}")
    return "x86_64" if wanted == "x86_64" else "arm64"


def main(words: Sequence[str] = ()) -> int:
    """Build everything."""
    del words
    stop_on_signals()
    progress = Progress()
    try:
        Builder(architecture=read_architecture(), progress=progress).run()
    except StartError as error:
        progress.say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
