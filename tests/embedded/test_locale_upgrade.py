"""A data folder of old, whose PostgreSQL knows ASCII's letters only, is moved at the next start."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from scripts.embedded import postgres as embedded
from scripts.embedded.folder import DataFolder
from scripts.embedded.locale_upgrade import start_upgraded
from scripts.embedded.ports import free_ports
from scripts.embedded.postgres import Postgres
from scripts.embedded.processes import Crew

ROOT = Path(__file__).parents[2]
PICTURES = [(1, "東京の夜景.jpg"), (2, "Åse på stranden.jpg"), (3, "Анастасия.jpg")]


def postgres_of(data: Path) -> Postgres:
    folder = DataFolder(data)
    (port,) = free_ports(1)
    return Postgres(
        folder=folder.path / "postgres", port=port, secrets=folder.secrets(), careless=True
    )


def rows_of(postgres: Postgres, query: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(postgres.owner_url)) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


@pytest.fixture
def old_data(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder as they were made before: lc_ctype is C. With a table of everything."""
    with monkeypatch.context() as before:
        before.setattr(embedded, "_LC_CTYPES", ())
        postgres = postgres_of(data_folder)
        with Crew(logs=DataFolder(data_folder).logs) as crew:
            start_upgraded(postgres, crew, say=lambda _: None)
            postgres.provide_database()
            connection = psycopg2.connect(postgres.owner_url)
            with connection, connection.cursor() as cursor:
                cursor.execute(
                    "CREATE EXTENSION pg_trgm;"
                    "CREATE TABLE pictures (id int PRIMARY KEY, name text NOT NULL, data bytea);"
                    "CREATE INDEX by_name ON pictures USING gin (name gin_trgm_ops);"
                    "CREATE SEQUENCE ids START 40;"
                    "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS"
                    " $$ BEGIN NEW.name := left(NEW.name, 255); RETURN NEW; END $$;"
                    "CREATE TRIGGER cut BEFORE INSERT ON pictures"
                    " FOR EACH ROW EXECUTE FUNCTION cut();"
                    f"GRANT CONNECT ON DATABASE pinhole TO {embedded.RUNTIME_ROLE};"
                    f"GRANT SELECT ON pictures TO {embedded.RUNTIME_ROLE};"
                )
                for picture in PICTURES:
                    cursor.execute("INSERT INTO pictures VALUES (%s, %s, 'x')", picture)
                cursor.execute("SELECT nextval('ids')")
            connection.close()
    assert rows_of_stopped(data_folder) == "C"
    return data_folder


def rows_of_stopped(data: Path) -> str:
    """How the cluster of a folder was made, as its own log says."""
    postgres = postgres_of(data)
    with Crew(logs=DataFolder(data).logs) as crew:
        postgres.start(crew)
        crew.wait_until(postgres.answers, what="PostgreSQL")
        ((lc_ctype,),) = rows_of(postgres, "SELECT datctype FROM pg_database LIMIT 1")
    return str(lc_ctype)


def assert_moved(data: Path, *, said: list[str] | None = None) -> None:
    """Start once more, and find everything where it was, and letters known."""
    postgres = postgres_of(data)
    with Crew(logs=DataFolder(data).logs) as crew:
        start_upgraded(postgres, crew, say=(said if said is not None else []).append)
        postgres.provide_database()
        assert rows_of(postgres, "SELECT id, name FROM pictures ORDER BY id") == PICTURES
        assert rows_of(postgres, "SELECT nextval('ids')") == [(41,)]
        assert rows_of(postgres, "SELECT id FROM pictures WHERE name % '東京の夜景'") == [(1,)]
        ((owner, lc_ctype),) = rows_of(
            postgres,
            "SELECT tableowner, datctype FROM pg_tables, pg_database"
            " WHERE tablename = 'pictures' AND datname = 'pinhole'",
        )
        assert (owner, lc_ctype) == ("app", embedded._lc_ctype())  # noqa: SLF001 - the system's own
        with closing(psycopg2.connect(postgres.runtime_url)) as runtime, runtime.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pictures")  # which it may, and no more
            assert cursor.fetchone() == (len(PICTURES),)
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute("DELETE FROM pictures")
        ((owner,),) = rows_of(postgres, "SELECT extowner::regrole::text FROM pg_extension"
                              " WHERE extname = 'pg_trgm'")  # fmt: skip
        assert owner == "app"
    names = {path.name for path in data.iterdir() if path.name.startswith("postgres")}
    assert names == {"postgres"}


def test_old_folder_is_moved_with_everything_in_it(old_data: Path) -> None:
    said: list[str] = []
    assert_moved(old_data, said=said)
    assert [line.split(" ", 3)[:3] for line in said] == [
        ["The", "database", "is"],
        ["The", "database", "has"],
    ]


def test_new_folder_is_left_as_it_is(data_folder: Path) -> None:
    said: list[str] = []
    postgres = postgres_of(data_folder)
    for _ in range(2):
        with Crew(logs=DataFolder(data_folder).logs) as crew:
            start_upgraded(postgres, crew, say=said.append)
            made = postgres.folder.stat().st_ino
    assert said == []
    assert postgres.folder.stat().st_ino == made


# The launcher dies by kill -9 when it is about to rename a folder for the Nth time: before the copy
# takes the name of a whole one, before the old one goes aside, and before the copy takes its place.
_DYING = """
import os, pathlib, signal, sys
from scripts.embedded.folder import DataFolder
from scripts.embedded.locale_upgrade import start_upgraded
from scripts.embedded.postgres import Postgres
from scripts.embedded.processes import Crew
data, port, left = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
rename = pathlib.Path.rename
def dying(path, target):
    global left
    left -= path.name.startswith("postgres") and not path.name.endswith(".new")
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(path, target)
pathlib.Path.rename = dying
folder = DataFolder(data)
postgres = Postgres(folder=data / "postgres", port=port, secrets=folder.secrets(), careless=True)
with Crew(logs=folder.logs) as crew:
    start_upgraded(postgres, crew, say=print)
"""


@pytest.mark.parametrize("renames", [0, 1, 2])
def test_move_that_was_killed_is_finished_by_the_next_start(old_data: Path, renames: int) -> None:
    (port,) = free_ports(1)
    words = [sys.executable, "-c", _DYING, str(old_data), str(port), str(renames)]
    killed = subprocess.run(words, check=False, cwd=ROOT, capture_output=True, text=True)
    assert killed.returncode == -9, killed.stderr
    names = {path.name for path in old_data.iterdir() if path.name.startswith("postgres")}
    assert len(names) == 2
    assert_moved(old_data)


def test_move_that_fails_leaves_the_old_one_running(old_data: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    programs = tmp_path / "bin"
    programs.mkdir(mode=0o755)
    for program in embedded.PROGRAMS.iterdir():
        if program.name != "pg_restore":
            (programs / program.name).symlink_to(program)
    said: list[str] = []
    postgres = replace(postgres_of(old_data), programs=programs)
    with Crew(logs=DataFolder(old_data).logs) as crew:
        start_upgraded(postgres, crew, say=said.append)
        assert rows_of(postgres, "SELECT id, name FROM pictures ORDER BY id") == PICTURES
    assert "could not be moved" in said[-1]
    assert_moved(old_data)
