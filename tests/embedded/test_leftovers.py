"""A PostgreSQL that is left of a killed start is waited for, and its note stops nobody."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg2
import pytest

from scripts.embedded.errors import StartError
from scripts.embedded.folder import DataFolder
from scripts.embedded.leftovers import wait_for_former_server
from scripts.embedded.ports import free_ports
from scripts.embedded.postgres import Postgres
from scripts.embedded.processes import Crew

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def crew(data_folder: Path) -> Iterator[Crew]:
    with Crew(logs=DataFolder(data_folder).logs) as crew:
        yield crew


@pytest.fixture
def postgres(data_folder: Path, crew: Crew) -> Postgres:
    """A server that runs and has its database."""
    folder = DataFolder(data_folder)
    (port,) = free_ports(1)
    made = Postgres(
        folder=folder.path / "postgres", port=port, secrets=folder.secrets(), careless=False
    )
    made.start(crew)
    crew.wait_until(made.answers, what="PostgreSQL")
    made.provide_database()
    return made


def test_start_after_kill_9_waits_for_what_is_left(postgres: Postgres, crew: Crew) -> None:
    (former,) = crew.parts
    (port,) = free_ports(1)
    again = replace(postgres, port=port)
    with closing(psycopg2.connect(postgres.owner_url)) as connection:
        backend = connection.info.backend_pid
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(backend, signal.SIGSTOP)  # does not notice that its server ends
        # And nobody collects that, as in a container without an init.
        os.kill(former.process.pid, signal.SIGKILL)
        looks = 0

        def look() -> bool:
            nonlocal looks
            looks += 1
            if looks == 3:
                os.kill(backend, signal.SIGKILL)
            return False

        watched = replace(crew, interrupted=look)
        again.start(watched)
        assert looks >= 3
    crew.parts.remove(former)
    former.process.wait()
    crew.wait_until(again.answers, what="PostgreSQL")
    with closing(psycopg2.connect(again.owner_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM kept")
        assert cursor.fetchall() == [(42,)]


def test_note_that_names_somebody_elses_process_stops_nobody(
    postgres: Postgres, crew: Crew
) -> None:
    crew.stop(crew.parts[0])
    # After a restart of the machine or a container the number may be anybody's.
    account = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
    with subprocess.Popen(["/bin/sleep", "600"], user=account) as other:
        note = postgres.folder / "postmaster.pid"
        note.write_text(f"{other.pid}\n{postgres.folder}\n1\n{postgres.port}\n\n\n")
        try:
            postgres.start(crew)
            crew.wait_until(postgres.answers, what="PostgreSQL")
        finally:
            other.kill()


def test_server_that_does_not_end_is_named(postgres: Postgres, crew: Crew) -> None:
    (running,) = crew.parts
    with pytest.raises(StartError, match=str(running.process.pid)):
        wait_for_former_server(postgres.folder, check=lambda: None, seconds=0)
