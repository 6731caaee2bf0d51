"""Installers: what they print is kept and shown when they fail, and none outlives us."""

from __future__ import annotations

import io
import os
import threading
import time
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]
import pytest

from scripts.embedded.commands import Commands
from scripts.embedded.errors import StartError
from scripts.embedded.progress import Progress

if TYPE_CHECKING:
    from pathlib import Path


def run(commands: Commands, script: str, directory: Path) -> None:
    environment = {"PATH": os.environ["PATH"]}
    commands.run("trial", ["sh", "-c", script], directory=directory, environment=environment)


def test_a_failure_shows_the_end_of_its_output_without_colours(tmp_path: Path) -> None:
    commands = Commands(logs=tmp_path / "logs")
    script = (
        "for i in $(seq 200); do echo line $i; done; printf '\\033[31mwhy\\033[0m\\n' >&2; exit 3"
    )
    with pytest.raises(StartError) as raised:
        run(commands, script, tmp_path)
    shown = str(raised.value)
    assert shown.endswith("line 200\nwhy")
    assert "line 100\n" not in shown
    assert str(tmp_path / "logs/trial.log") in shown


def test_success_says_nothing(tmp_path: Path) -> None:
    commands = Commands(logs=tmp_path / "logs")
    run(commands, "echo installed", tmp_path)
    assert (tmp_path / "logs/trial.log").read_text() == "installed\n"


def test_all_that_runs_can_be_ended_with_its_children(tmp_path: Path) -> None:
    commands = Commands(logs=tmp_path / "logs")
    outcome: list[BaseException] = []

    def wait() -> None:
        try:
            run(commands, "sleep 600 & echo $!; wait", tmp_path)
        except StartError as error:
            outcome.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    log = tmp_path / "logs/trial.log"
    deadline = time.monotonic() + 20
    while not (log.exists() and log.read_text().endswith("\n")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    child = psutil.Process(int(log.read_text()))
    commands.end_all()
    thread.join(20)
    assert not thread.is_alive()
    assert len(outcome) == 1
    _, alive = psutil.wait_procs([child], timeout=10)
    assert not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]
    with pytest.raises(StartError):
        run(commands, "true", tmp_path)  # nothing more is started


def test_steps_are_plain_lines_where_there_is_no_terminal() -> None:
    out = io.StringIO()
    progress = Progress(out)
    with progress.step("First"):
        pass
    with pytest.raises(ZeroDivisionError), progress.step("Second"):
        _ = 1 / 0
    lines = out.getvalue().splitlines()
    assert lines[0] == "    First ..."
    assert lines[1].startswith("  + First (")
    assert lines[3].startswith("  ! Second (")
    assert "\x1b" not in out.getvalue()
