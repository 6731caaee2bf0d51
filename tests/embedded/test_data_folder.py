"""The data folder and the ports: one launcher at a time, secrets for the owner only."""

from __future__ import annotations

import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.embedded.errors import AlreadyRunningError, ForeignFolderError, PortTakenError
from scripts.embedded.folder import DataFolder
from scripts.embedded.options import ROOT
from scripts.embedded.ports import claim_site_port, free_ports


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_secrets_are_made_once_and_for_the_owner_only(data_folder: Path) -> None:
    made = DataFolder(data_folder).secrets()
    assert DataFolder(data_folder).secrets() == made
    assert len({made.superuser_password, made.app_password, made.root_key}) == 3
    assert mode(data_folder / "secrets.json") == 0o600
    assert mode(data_folder) & 0o066 == 0  # others may at most pass through


def test_a_missing_secret_is_made_and_the_others_stay(data_folder: Path) -> None:
    folder = DataFolder(data_folder)
    before = folder.secrets()
    folder.keep("secrets", {"app_password": before.app_password})
    after = folder.secrets()
    assert after.app_password == before.app_password
    assert after.root_key != before.root_key


def test_what_was_cut_off_while_it_was_written_is_not_read(data_folder: Path) -> None:
    folder = DataFolder(data_folder)
    folder.keep("ports", [1, 2, 3])
    assert folder.recall("ports", []) == [1, 2, 3]
    (data_folder / "ports.json").write_text("[1, 2")
    assert folder.recall("ports", []) == []


def test_a_folder_that_holds_something_else_is_left_alone(data_folder: Path) -> None:
    data_folder.mkdir(mode=0o755)
    (data_folder / "letter.txt").touch()
    with pytest.raises(ForeignFolderError, match="holds other files"):
        DataFolder(data_folder)
    assert [path.name for path in data_folder.iterdir()] == ["letter.txt"]
    assert mode(data_folder) == 0o755


def test_the_lock_is_for_one(data_folder: Path) -> None:
    folder = DataFolder(data_folder)
    with folder.lock():
        folder.announce(address="http://localhost:8000")
        with pytest.raises(AlreadyRunningError, match="already runs at http://localhost:8000"):
            DataFolder(data_folder).lock()
    DataFolder(data_folder).lock().close()


def test_the_rest_of_a_killed_launcher_is_waited_for(data_folder: Path) -> None:
    # A launcher that is gone, and a process it started that has the lock and ends a bit later.
    code = (
        "import os, pathlib, sys, time\n"
        "from scripts.embedded.folder import DataFolder\n"
        "lock = DataFolder(pathlib.Path(sys.argv[1])).lock()\n"
        "if os.fork() == 0:\n"
        "    os.close(1)\n"
        "    time.sleep(0.5)\n"
    )
    command = [sys.executable, "-c", code, str(data_folder)]
    subprocess.run(command, check=True, cwd=ROOT)
    DataFolder(data_folder).lock().close()


def test_free_ports_are_different_and_the_wanted_ones_where_possible() -> None:
    first, second = free_ports(2)
    assert first != second
    assert free_ports(2, wanted=[second, first]) == [second, first]
    with socket.create_server(("127.0.0.1", first)):
        kept, other = free_ports(2, wanted=[first, second])
        assert kept == second
        assert other != first
    assert free_ports(1, wanted=[first], but=first) != [first]


def test_the_ipv6_half_of_the_port_is_kept_from_others() -> None:
    (port,) = free_ports(1)
    claimed = claim_site_port(port)
    if claimed is None:
        pytest.skip("this machine has no IPv6")
    with claimed:
        with pytest.raises(OSError, match="in use"):
            socket.create_server(("::1", port), family=socket.AF_INET6)
        with pytest.raises(ConnectionRefusedError):  # a browser goes on to 127.0.0.1
            socket.create_connection(("::1", port), timeout=5)
        socket.create_server(("127.0.0.1", port)).close()


def test_a_program_on_either_half_of_the_port_is_in_the_way() -> None:
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            other = socket.create_server((host, 0), family=family)
        except OSError:
            pytest.skip("this machine has no IPv6")
        with other, pytest.raises(PortTakenError, match="is taken by another program"):
            claim_site_port(other.getsockname()[1])
