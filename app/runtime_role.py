"""The database role of the API and the worker: it reads and writes rows, and owns nothing.

[Note: Two roles] The owner role creates and changes tables, and only migrations connect as it. The
API and the worker connect as the runtime role. An attacker who takes a function over, or injects
SQL, can therefore create or drop no table, read no password hashes of roles, and change no row of
the audit log. Audit rows of deleted accounts, old rows without an account, and rows that somebody
repeated thousands of times are deleted by functions of the owner (migrations 0013 and 0045), which
check themselves whether a row is due.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - a type
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a type
from psycopg2.extensions import encrypt_password

RUNTIME_ROLE = "pinhole_runtime"
AUDIT_TABLE = "audit_events"
# What may delete audit rows, each under conditions of its own.
AUDIT_FUNCTIONS = (
    "forget_person(uuid, integer)",
    "forget_person(uuid)",  # as the former release calls it
    "forget_nobody(integer)",
    "forget_surplus(integer, uuid)",
    "forget_surplus(integer)",  # as the former release calls it
)


class NoRuntimeRoleError(Exception):
    """The role that the product runs as has not been made."""

    def __init__(self, role: str) -> None:
        super().__init__(
            f"The role {role} does not exist. Make it, CREATE ROLE {role} LOGIN PASSWORD '…', and "
            "migrate again."
        )


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """A role and its password."""

    role: str
    password: str


def make_runtime_role(database_url: str, credentials: Credentials) -> None:
    """Make the role, or give it another password. Safe to repeat.

    The server is sent a SCRAM verifier (RFC 7677), never the password itself.

    Args:
        database_url: libpq's, of a role that may create roles; on AWS RDS's master user.
        credentials: what the functions sign in with from now on.
    """
    role = sql.Identifier(credentials.role)
    with _connected(database_url) as (connection, cursor):
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [credentials.role])
        verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
        verifier = encrypt_password(
            credentials.password, credentials.role, connection, "scram-sha-256"
        )
        statement = sql.SQL("{} ROLE {} LOGIN PASSWORD {}")
        cursor.execute(statement.format(verb, role, sql.Literal(verifier)))


def grant_rows(database_url: str, *, role: str = RUNTIME_ROLE) -> None:
    """Let the role read and write rows of the schema's tables, and nothing else. Safe to repeat.

    Args:
        database_url: libpq's, of the role that owns the database and its tables.
        role: who is let.

    Raises:
        NoRuntimeRoleError: there is no such role.
    """
    with _connected(database_url) as (_, cursor):
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if not cursor.fetchone():
            raise NoRuntimeRoleError(role)
        cursor.execute("SELECT current_database(), current_schema()")
        database, schema = cursor.fetchone() or (None, None)
        names = {
            "database": sql.Identifier(database),
            "schema": sql.Identifier(schema),
            "role": sql.Identifier(role),
            "audit": sql.Identifier(schema, AUDIT_TABLE),
            "version": sql.Identifier(schema, "alembic_version"),
        }
        for statement in _GRANTS:
            cursor.execute(sql.SQL(statement).format(**names))
        for function in AUDIT_FUNCTIONS:
            of = sql.SQL(f"{{schema}}.{function}").format(**names)
            cursor.execute(sql.SQL("REVOKE ALL ON FUNCTION {} FROM PUBLIC").format(of))
            cursor.execute(sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {role}").format(of, **names))


# Tables that a migration adds are granted with it, before this runs again: code that is replaced
# by an upgrade, and runs a little longer, may meet them through a trigger or a foreign key.
_GRANTS = (
    "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
    "REVOKE ALL ON DATABASE {database} FROM {role}",
    "GRANT CONNECT ON DATABASE {database} TO {role}",
    "REVOKE ALL ON SCHEMA {schema} FROM PUBLIC",
    "REVOKE ALL ON SCHEMA {schema} FROM {role}",
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    "REVOKE UPDATE, DELETE ON {audit} FROM {role}",
    "REVOKE INSERT, UPDATE, DELETE ON {version} FROM {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE ON SEQUENCES TO {role}",
)


@contextmanager
def _connected(database_url: str) -> Iterator[tuple[Connection, Cursor]]:
    """One transaction: committed at the end, or nothing of it."""
    connection = psycopg2.connect(database_url.replace("postgresql+psycopg2://", "postgresql://"))
    try:
        with connection, connection.cursor() as cursor:
            yield connection, cursor
    finally:
        connection.close()
