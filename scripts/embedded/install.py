"""Making what the product needs to run: Python environments, front-end packages, the site.

Standard library only: this runs with the system's Python, before anything is installed. Every step
leaves a stamp of what it was made from, and is skipped while that has not changed.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from scripts.embedded import node
from scripts.embedded.commands import Commands
from scripts.embedded.errors import MissingToolError, StartError
from scripts.embedded.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import IO

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
VENV_AWS = ROOT / ".venv-aws"
FRONTEND = ROOT / "frontend"
UV = TOOLS / "uv/bin/uv"
# [Note: No code of packages runs at installing] Whoever takes a package over would run theirs on
# every machine that installs it, with the rights of whoever installs. So wheels only, by their
# hashes, and no scripts of npm's packages. Two have no wheels, and are pure Python: what builds
# them is pinned by hashes as well (requirements/build.txt).
ONLY_WHEELS = [
    *("--require-hashes", "--only-binary", ":all:", "--no-binary", "pyvips"),
    *("--no-binary", "placebo"),  # Zappa's, among the tools that deploy
    *("--build-constraints", str(ROOT / "requirements/build.txt")),
]
NPM_CI = ["npm", "ci", "--include=dev", "--ignore-scripts"]

# Folders of the front end that are made, not written.
_MADE = {"node_modules", "dist", "coverage"}
# What would send installers to other places, or leave half of the packages out.
_UNWANTED = ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "NODE_ENV")


class Installer:
    """Installs for one purpose: to run the product, or to test it as well."""

    def __init__(self, *, requirements: Sequence[str], progress: Progress) -> None:
        """Install `requirements` (names of files in requirements/) into the main environment."""
        self._requirements = [ROOT / f"requirements/{name}.txt" for name in requirements]
        self._progress = progress
        self._commands = Commands(logs=TOOLS / "logs")
        self._environment = _environment()

    def run(self, *, site: bool) -> None:
        """Install everything, and build the site if asked to.

        Raises:
            StartError: a tool is missing or an installer failed.
        """
        check_python()
        TOOLS.mkdir(exist_ok=True)
        with (TOOLS / "lock").open("ab") as lock:
            self._wait_for(lock)
            self._commands.lock = lock
            version = self._provide_node()
            with ThreadPoolExecutor() as threads:
                try:
                    begun = [
                        threads.submit(self._install_python),
                        threads.submit(self._install_frontend, version, site=site),
                    ]
                    for each in begun:
                        each.result()
                except BaseException:
                    self._commands.end_all()
                    raise

    def _wait_for(self, lock: IO[bytes]) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with self._progress.step("Waiting for another installation in this folder"):
                fcntl.flock(lock, fcntl.LOCK_EX)

    def _install_python(self) -> None:
        self._install_tools()
        self._provide("venv", VENV, self._with_earlier(self._requirements), "Python packages")
        embedded_aws = ROOT / "requirements/embedded-aws.txt"
        self._provide("venv-aws", VENV_AWS, [embedded_aws], "Embedded AWS")

    def _provide_node(self) -> str:
        """Return the version of Node.js that is used from here on, by us and by what we become.

        Where the machine's will not do, one of our own is laid in and comes first on PATH.
        """
        version = node.version_on(self._environment.get("PATH", os.defpath))
        if version and node.is_new_enough(version):
            return version
        here = f"this machine's is {version}" if version else "this machine has none, with npm"
        self._install_tools()
        wanted = ROOT / "requirements/node.txt"
        if self._is_stale("node", node.OWN_PROGRAMS / "node", [wanted], ""):
            with self._progress.step(f"{node.needed_words()}, since {here}"):
                shutil.rmtree(node.OWN, ignore_errors=True)
                install = ["pip", "install", *ONLY_WHEELS, "--python", sys.executable]
                into = ["--target", str(node.OWN), "-r", str(wanted)]
                self._run("node", [UV, *install, *into])
                node.link_programs()
            self._stamp("node", [wanted], "")
        path = f"{node.OWN_PROGRAMS}{os.pathsep}{self._environment.get('PATH', os.defpath)}"
        own = node.version_on(path)
        if own is None or not node.is_new_enough(own):
            raise MissingToolError(
                f"Pinhole needs {node.needed_words()}, and {here}. The one in {node.OWN} does not "
                "run on this machine either: install one, from https://nodejs.org."
            )
        self._environment["PATH"] = os.environ["PATH"] = path
        return own

    def _install_tools(self) -> None:
        tools = ROOT / "requirements/tools.txt"
        if self._is_stale("tools", UV, [tools], _python_version()):
            with self._progress.step("Installer"):
                self._run("tools", [sys.executable, "-m", "venv", "--clear", str(TOOLS / "uv")])
                pip = [str(TOOLS / "uv/bin/python"), "-m", "pip", "install", "--quiet"]
                only_wheels = ["--require-hashes", "--only-binary", ":all:"]
                self._run("tools", [*pip, *only_wheels, "-r", str(tools)])
            self._stamp("tools", [tools], _python_version())

    def _with_earlier(self, wanted: list[Path]) -> list[Path]:
        """Add what was installed for another purpose, so that start and test share packages."""
        record = TOOLS / "stamps/requirements.json"
        try:
            earlier = {ROOT / name for name in json.loads(record.read_text())}
        except (OSError, ValueError):
            earlier = set()
        every = sorted({path for path in earlier if path.exists()} | set(wanted))
        record.parent.mkdir(exist_ok=True)
        record.write_text(json.dumps([str(path.relative_to(ROOT)) for path in every]))
        return every

    def _provide(self, name: str, folder: Path, requirements: list[Path], title: str) -> None:
        python = folder / "bin/python"
        if not self._is_stale(name, python, requirements, _python_version()):
            return
        with self._progress.step(title):
            if not self._is_made_with_this_python(python):
                self._run(name, [UV, "venv", "--clear", "--python", sys.executable, folder])
            # Compiled now, so that the first start does not have to.
            sync = [str(UV), "pip", "sync", *ONLY_WHEELS, "--compile-bytecode"]
            self._run(name, [*sync, "--python", str(python), *map(str, requirements)])
        self._stamp(name, requirements, _python_version())

    def _install_frontend(self, version: str, *, site: bool) -> None:
        locks = [FRONTEND / "package.json", FRONTEND / "package-lock.json"]
        if self._is_stale("packages", FRONTEND / "node_modules", locks, version):
            with self._progress.step("Front-end packages"):
                # --include=dev whatever npm is told elsewhere: the build needs them.
                quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
                self._run("packages", [*NPM_CI, *quiet], directory=FRONTEND)
            self._stamp("packages", locks, version)
        sources = [path for path in _sources(FRONTEND) if path.is_file()]
        if site and self._is_stale("site", FRONTEND / "dist/index.html", sources, version):
            with self._progress.step("Site"):
                self._run("site", ["npm", "run", "--silent", "build"], directory=FRONTEND)
            self._stamp("site", sources, version)

    def _run(self, title: str, command: Sequence[str | Path], *, directory: Path = ROOT) -> None:
        self._commands.run(title, command, directory=directory, environment=self._environment)

    def _is_made_with_this_python(self, python: Path) -> bool:
        config = python.parents[1] / "pyvenv.cfg"
        if not python.exists() or not config.exists():
            return False
        return f"version_info = {_python_version()}" in config.read_text()

    def _is_stale(self, name: str, product: Path, sources: Iterable[Path], tool: str) -> bool:
        try:
            stamp = (TOOLS / "stamps" / name).read_text()
        except OSError:
            return True
        return not product.exists() or stamp != digest(sources, tool)

    def _stamp(self, name: str, sources: Iterable[Path], tool: str) -> None:
        path = TOOLS / "stamps" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(digest(sources, tool))


def digest(sources: Iterable[Path], tool: str) -> str:
    """Return what tells whether something must be made anew from these sources by this tool."""
    known = hashlib.sha256(tool.encode())
    for path in sources:
        content = path.read_bytes()
        known.update(f"\n{path.relative_to(ROOT)} {len(content)}\n".encode())
        known.update(content)
    return known.hexdigest()


def _sources(folder: Path) -> list[Path]:
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            found += [] if path.name in _MADE else _sources(path)
        elif not path.name.endswith(".tsbuildinfo"):
            found.append(path)
    return found


def _environment() -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if name not in _UNWANTED}
    environment["UV_PYTHON_DOWNLOADS"] = "never"
    home = Path(environment.get("HOME", ""))
    if not environment.get("HOME") or not os.access(home, os.W_OK):
        # Nowhere to keep downloads for other projects: keep them here.
        environment |= {
            "HOME": str(TOOLS),
            "UV_CACHE_DIR": str(TOOLS / "cache/uv"),
            "npm_config_cache": str(TOOLS / "cache/npm"),
        }
    return environment


def _python_version() -> str:
    return ".".join(map(str, sys.version_info[:3]))


def check_python() -> None:
    """Raise what is missing for environments of Python."""
    try:
        import ensurepip  # noqa: F401, PLC0415 - only to see that it is there
        import venv  # noqa: F401, PLC0415
    except ImportError as error:
        raise MissingToolError(
            f"This Python ({sys.executable}) cannot make environments. "
            "On Debian and Ubuntu: apt-get install python3-venv"
        ) from error


def stop_on_signals() -> None:
    """Let SIGTERM and a closed terminal end an installation as Ctrl-C does."""

    def stop(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)


def main() -> int:
    """Install for tests: `python3 -m scripts.embedded.install --with test`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--with", dest="groups", nargs="*", default=[], metavar="GROUP")
    groups: list[str] = parser.parse_args().groups
    stop_on_signals()
    progress = Progress()
    try:
        Installer(requirements=["local", *groups], progress=progress).run(site=True)
    except StartError as error:
        progress.say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
