"""The product's database role: owner of one database, and nothing beyond."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg2
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a type

    from scripts.embedded.stack import EmbeddedStack


@pytest.fixture
def cursor(stack: EmbeddedStack) -> Iterator[Cursor]:
    connection = psycopg2.connect(stack.database_url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def test_the_role_has_no_rights_beyond_its_database(cursor: Cursor) -> None:
    cursor.execute(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
        " FROM pg_roles WHERE rolname = current_user"
    )
    assert cursor.fetchone() == (False, False, False, False, False)
    cursor.execute(
        "SELECT pg_get_userbyid(datdba), datcollate, pg_encoding_to_char(encoding), datlocale"
        " FROM pg_database WHERE datname = current_database()"
    )
    assert cursor.fetchone() == ("app", "C", "UTF8", "C.UTF-8")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE ROLE intruder",
        "CREATE DATABASE other",
        "SELECT pg_read_file('postgresql.conf')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "ALTER SYSTEM SET listen_addresses = '*'",
    ],
)
def test_what_only_a_superuser_may_is_refused(cursor: Cursor, statement: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute(statement)


def test_similarity_and_full_text_see_the_letters_of_all_scripts(cursor: Cursor) -> None:
    cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    cursor.execute("SELECT show_trgm('東京') <> '{}', similarity('Анастасия', 'Анастасия')")
    assert cursor.fetchone() == (True, 1.0)
    # Curly quotes and dashes part words, as they do on RDS.
    cursor.execute("SELECT tsvector_to_array(to_tsvector('simple', 'the “big” sea—blue'))")
    assert cursor.fetchone() == (["big", "blue", "sea", "the"],)


def test_trusted_extensions_can_be_made(cursor: Cursor) -> None:
    for name in ("pg_trgm", "citext", "unaccent", "btree_gin"):
        cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
        cursor.execute(f"DROP EXTENSION {name}")


def test_it_listens_on_loopback_only_and_asks_for_the_password(
    stack: EmbeddedStack, cursor: Cursor
) -> None:
    cursor.execute("SHOW listen_addresses")
    assert cursor.fetchone() == ("127.0.0.1",)
    parts = urlsplit(stack.database_url)
    guessed = stack.database_url.replace(str(parts.password), "guessed")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(guessed)
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(stack.database_url.replace("/pinhole", "/postgres"))
