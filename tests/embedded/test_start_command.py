"""./scripts/start before anything is installed: what is missing is named, nothing else happens."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.embedded.folder import DataFolder
from scripts.embedded.options import ROOT, parse

START = ROOT / "scripts/start"


def start(
    *words: str, path: str = os.environ["PATH"], code: str | None = None
) -> subprocess.CompletedProcess[str]:
    program = ["-c", code] if code else [str(START)]
    return subprocess.run(
        [sys.executable, *program, *words],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": path, "HOME": os.devnull},
        timeout=60,
    )


def test_an_old_python_is_told_that_it_is_too_old() -> None:
    ast.parse(START.read_text(), feature_version=(3, 7))  # it can be read by one
    done = start(
        code=(
            f"import sys; sys.version_info = (3, 9, 18); __file__ = {str(START)!r};"
            "exec(compile(open(__file__).read(), __file__, 'exec'))"
        )
    )
    assert done.returncode == 1
    assert "needs Python 3.11 or newer; this is 3.9" in done.stderr


def test_a_running_one_is_named_before_anything_is_installed(data_folder: Path) -> None:
    with DataFolder(data_folder).lock():
        DataFolder(data_folder).announce(address="http://localhost:8000")
        done = start("--data", str(data_folder), path="")
    assert done.returncode == 1
    assert "Pinhole already runs at http://localhost:8000" in done.stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="root may use everything")
def test_a_folder_of_another_account_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    done = start("--data", str(closed / "data"))
    assert done.returncode == 1
    assert f"may not use {closed / 'data'}" in done.stdout


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80 81"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    done = start("--port", port)
    assert done.returncode == 2
    assert "is no port" in done.stderr or "expected one argument" in done.stderr


def test_options_survive_the_way_to_the_launcher(tmp_path: Path) -> None:
    options = parse(["--port", "9000", "--data", str(tmp_path / "with space"), "--demo"])
    assert parse(options.words()) == options
    assert parse([]).data == ROOT / ".pinhole"
