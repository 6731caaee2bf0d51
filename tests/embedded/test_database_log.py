"""PostgreSQL's log holds no statement and no value: psycopg2 puts values into the statement's text.

On AWS that log goes to CloudWatch. The embedded PostgreSQL is started with the same parameters.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg2
import pytest

from scripts.embedded.postgres import DATABASE, SUPERUSER
from tests.conftest import running_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg2.extensions import connection as Connection  # noqa: N812 - a type

    from scripts.embedded.stack import EmbeddedStack

PATIENCE = 20.0
# What the parameters of RDS and of PostgreSQL itself write, and a slow query's limit of nothing.
TALKATIVE = {
    "log_error_verbosity": "default",
    "log_min_duration_statement": "0",
    "log_min_error_statement": "error",
    "log_min_messages": "warning",
}
TABLE = (
    "CREATE TEMPORARY TABLE people (email text PRIMARY KEY, age int CHECK (age > 0));"
    "INSERT INTO people VALUES ('{canary}', 1)"
)
# By what writes the value: the statement, an error's detail, or the error's own message.
STATEMENTS = {
    "slow": "SELECT '{canary}'",
    "refused": "SELECT '{canary}' FROM nothing",
    "not unique": "INSERT INTO people VALUES ('{canary}', 2)",
    "not allowed": "INSERT INTO people VALUES ('{canary}-2', -1)",
    "no number": "SELECT CAST('{canary}' AS integer)",
    "no moment": "SELECT CAST('{canary}' AS timestamptz)",
    "raised": "DO $$ BEGIN RAISE EXCEPTION 'no %', '{canary}'; END $$",
    "warned": "DO $$ BEGIN RAISE WARNING 'oh %', '{canary}'; END $$",
}


@pytest.fixture(scope="module")
def apart() -> Iterator[EmbeddedStack]:
    """A stack whose PostgreSQL may be made to crash."""
    with running_stack() as stack:
        yield stack


def connect(stack: EmbeddedStack, **session: str) -> Connection:
    options = " ".join(f"-c {name}={value}" for name, value in session.items())
    return psycopg2.connect(
        host="127.0.0.1",
        port=stack.postgres.port,
        user=SUPERUSER,
        password=stack.postgres.secrets.superuser_password,
        dbname=DATABASE,
        options=options,
    )


def log_of(stack: EmbeddedStack, *, until: str) -> str:
    """The log, once the last thing that was done is in it."""
    path = stack.folder.logs / "postgres.log"
    deadline = time.monotonic() + PATIENCE
    while until not in (log := path.read_text()):
        assert time.monotonic() < deadline, "PostgreSQL wrote nothing of it"
        time.sleep(0.02)
    return log


def say(stack: EmbeddedStack) -> str:
    """Have PostgreSQL write a line of which something is known."""
    mark = f"mark_{uuid4().hex}"
    with suppress(psycopg2.OperationalError):
        psycopg2.connect(host="127.0.0.1", port=stack.postgres.port, user=mark, password="x")
    return mark


def run(connection: Connection, kind: str, canary: str) -> None:
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(TABLE.format(canary=canary))
        with suppress(psycopg2.Error):
            cursor.execute(STATEMENTS[kind].format(canary=canary))


@pytest.mark.parametrize("kind", STATEMENTS)
def test_no_value_of_a_statement_is_in_the_log(apart: EmbeddedStack, kind: str) -> None:
    quiet, talkative = f"{uuid4().hex}@quiet.example", f"{uuid4().hex}@talkative.example"
    with closing(connect(apart)) as connection:
        run(connection, kind, quiet)
    with closing(connect(apart, **TALKATIVE)) as connection:
        run(connection, kind, talkative)
    log = log_of(apart, until=say(apart))
    assert talkative in log  # so it would be there
    assert quiet not in log


def test_a_crash_does_not_write_what_was_running(apart: EmbeddedStack) -> None:
    canary = f"{uuid4().hex}@crash.example"
    with closing(connect(apart)) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT '{canary}', pg_backend_pid()")
        (_, pid) = cursor.fetchone() or (None, 0)
        os.kill(pid, signal.SIGABRT)
        log = log_of(apart, until="was terminated by signal 6")
    assert canary not in log
    apart.crew.wait_until(apart.postgres.answers, what="PostgreSQL")


def test_who_is_refused_at_the_door_is_still_told(apart: EmbeddedStack) -> None:
    assert "password authentication failed" in log_of(apart, until=say(apart))
