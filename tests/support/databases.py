"""Databases of a test's own, in the PostgreSQL that all share: empty, and migrated."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg2

from app.cli.migrate import migrate
from scripts.embedded.stack import EmbeddedStack


@contextmanager
def empty_database(stack: EmbeddedStack) -> Iterator[str]:
    """Make a database in which nobody has an account; its address, as the product's role."""
    with database_without_tables(stack) as address:
        migrate(address)
        yield f"{stack.runtime_database_url.rpartition('/')[0]}/{address.rpartition('/')[2]}"


@contextmanager
def database_without_tables(stack: EmbeddedStack) -> Iterator[str]:
    """Make a database that no migration has seen; its address, as the role that owns it."""
    name = f"empty_{uuid4().hex}"
    _as_superuser(stack, f"CREATE DATABASE {name} OWNER app")
    try:
        yield f"{stack.database_url.rpartition('/')[0]}/{name}"
    finally:
        _as_superuser(stack, f"DROP DATABASE {name} WITH (FORCE)")


def _as_superuser(stack: EmbeddedStack, statement: str) -> None:
    postgres = stack.postgres
    connection = psycopg2.connect(
        host="127.0.0.1",
        port=postgres.port,
        user="postgres",
        password=postgres.secrets.superuser_password,
        dbname="postgres",
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()
