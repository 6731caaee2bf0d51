"""What the API and the worker are in the database: they own nothing, and read and write rows."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import uuid4

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege, RestrictViolation

from app.cli.migrate import migrate
from app.runtime_role import RUNTIME_ROLE, Credentials, NoRuntimeRoleError, make_runtime_role
from scripts.embedded.postgres import RUNTIME_ROLE as EMBEDDED_RUNTIME_ROLE
from scripts.embedded.postgres import SUPERUSER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a type

    from scripts.embedded.stack import EmbeddedStack

ADD_EVENT = (
    "INSERT INTO audit_events (at, user_id, event, ip, user_agent, detail)"
    " VALUES (now() - %s::interval, %s, 'signed_in', '', '', '{}') RETURNING id"
)
ADD_PERSON = (
    "INSERT INTO users (id, email, is_administrator, created_at, delete_after, disabled_at)"
    " VALUES (%s, %s, false, now(), now() - %s::interval, now() - %s::interval)"
)


@pytest.fixture
def runtime(stack: EmbeddedStack) -> Iterator[Cursor]:
    """A session of the role that requests are served by; nothing of it is kept."""
    migrate(stack.database_url)
    with (
        closing(psycopg2.connect(stack.runtime_database_url)) as connection,
        connection.cursor() as cursor,
    ):
        yield cursor
        connection.rollback()


def test_the_product_is_given_the_runtime_role_alone(stack: EmbeddedStack) -> None:
    assert EMBEDDED_RUNTIME_ROLE == RUNTIME_ROLE
    owner = stack.environment("migrate")["MIGRATION_DATABASE_URL"]
    for settings in (stack.environment("api"), stack.environment("worker")):
        assert f"//{RUNTIME_ROLE}:" in settings["DATABASE_URL"]
        assert owner not in settings.values()


def test_the_role_owns_nothing(runtime: Cursor) -> None:
    runtime.execute("SELECT current_user")
    assert runtime.fetchone() == (RUNTIME_ROLE,)
    for owned in (
        "SELECT relname FROM pg_class WHERE relowner = current_user::regrole",
        "SELECT proname FROM pg_proc WHERE proowner = current_user::regrole",
        "SELECT nspname FROM pg_namespace WHERE nspowner = current_user::regrole",
        "SELECT datname FROM pg_database WHERE datdba = current_user::regrole",
        "SELECT roleid FROM pg_auth_members WHERE member = current_user::regrole",
    ):
        runtime.execute(owned)
        assert runtime.fetchall() == []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE EXTENSION pg_trgm",
        "CREATE ROLE mine",
        "CREATE INDEX ON images (name)",
        "ALTER TABLE images ADD COLUMN mine int",
        "ALTER TABLE audit_events DISABLE TRIGGER ALL",
        "ALTER FUNCTION keep_the_record() RENAME TO nobody_keeps_it",
        "DROP TABLE images",
        "TRUNCATE images",
        "SET ROLE app",
        "SELECT * FROM pg_authid",
        "SELECT * FROM pg_shadow",
        "UPDATE audit_events SET event = 'nothing'",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
        "UPDATE alembic_version SET version_num = '0001'",
        "DELETE FROM alembic_version",
    ],
)
def test_whatever_an_owner_may_is_refused(runtime: Cursor, statement: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        runtime.execute(statement)


def test_saying_whose_record_it_is_helps_nobody_to_delete_it(runtime: Cursor) -> None:
    person = str(uuid4())
    runtime.execute(ADD_EVENT, ["0 days", person])
    runtime.execute("SELECT set_config('pinhole.forget', %s, true)", [person])
    with pytest.raises(InsufficientPrivilege):
        runtime.execute("DELETE FROM audit_events WHERE user_id = %s", [person])


def test_rows_are_read_and_written(runtime: Cursor) -> None:
    runtime.execute(ADD_EVENT, ["0 days", str(uuid4())])
    runtime.execute("SELECT count(*) FROM audit_events")
    runtime.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')"
        " AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE'))"
        " ORDER BY relname"
    )
    assert runtime.fetchall() == [("alembic_version",), ("audit_events",)]


@pytest.mark.parametrize(
    ("due", "shut"), [("-1 day", "1 hour"), ("1 hour", "24 minutes"), ("-1 hour", "-1 hour")]
)
def test_the_record_of_somebody_who_stays_is_kept(runtime: Cursor, due: str, shut: str) -> None:
    person = str(uuid4())
    runtime.execute(ADD_PERSON, [person, f"{person}@example.org", due, shut])
    with pytest.raises(RestrictViolation, match="not about to be deleted"):
        runtime.execute("SELECT forget_person(%s)", [person])


def test_the_record_of_somebody_who_leaves_goes_and_no_other(runtime: Cursor) -> None:
    person, other = str(uuid4()), str(uuid4())
    runtime.execute(ADD_PERSON, [person, f"{person}@example.org", "1 minute", "1 hour"])
    for whose in (person, person, other):
        runtime.execute(ADD_EVENT, ["0 days", whose])
    runtime.execute("SELECT forget_person(%s)", [person])
    assert runtime.fetchone() == (2,)
    runtime.execute("SELECT count(*) FROM audit_events WHERE user_id = %s", [other])
    assert runtime.fetchone() == (1,)
    with pytest.raises(InsufficientPrivilege):
        runtime.execute("DELETE FROM audit_events")


def test_no_schema_of_the_callers_gets_in_the_way_of_the_functions(runtime: Cursor) -> None:
    runtime.execute(
        "SELECT proname, proconfig FROM pg_proc WHERE prosecdef"
        " AND pronamespace = 'public'::regnamespace ORDER BY proname"
    )
    fixed = ["search_path=pg_catalog, pg_temp"]
    names = ("forget_nobody", *2 * ("forget_person",), *2 * ("forget_surplus",))
    assert runtime.fetchall() == [(name, fixed) for name in names]
    runtime.execute(
        "SELECT proname FROM pg_proc, aclexplode(proacl) WHERE prosecdef AND grantee = 0"
    )
    assert runtime.fetchall() == []


@pytest.fixture
def master(stack: EmbeddedStack) -> Iterator[str]:
    """The address of a database of its own, as RDS's master user: no superuser, but makes roles."""
    name = f"master_{uuid4().hex[:12]}"
    with (
        closing(
            psycopg2.connect(
                host="127.0.0.1",
                port=stack.postgres.port,
                user=SUPERUSER,
                password=stack.postgres.secrets.superuser_password,
                dbname="postgres",
            )
        ) as superuser,
        superuser.cursor() as cursor,
    ):
        superuser.autocommit = True
        cursor.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'made by RDS' CREATEDB CREATEROLE")
        cursor.execute(f"CREATE DATABASE {name} OWNER {name}")
        yield f"postgresql://{name}:made%20by%20RDS@127.0.0.1:{stack.postgres.port}/{name}"
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        cursor.execute(f"DROP ROLE IF EXISTS {name}_runtime")
        cursor.execute(f"DROP ROLE {name}")


def test_a_master_user_makes_the_role_and_changes_its_password(master: str) -> None:
    name = master.rpartition("/")[2]
    role = f"{name}_runtime"
    passwords = ["first '%s\\", "second"]
    for password in passwords:
        make_runtime_role(master, Credentials(role=role, password=password))
    place = master.rpartition("@")[2]
    migrate(master, runtime_role=role)
    with (
        closing(psycopg2.connect(f"postgresql://{role}:second@{place}")) as known,
        known.cursor() as cursor,
    ):
        cursor.execute("SELECT count(*) FROM images")
        with pytest.raises(InsufficientPrivilege):
            cursor.execute("DROP TABLE images")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(f"postgresql://{role}:{quote(passwords[0], safe='')}@{place}")


def test_migrating_without_the_role_says_how_to_make_it(master: str) -> None:
    with pytest.raises(NoRuntimeRoleError, match="CREATE ROLE"):
        migrate(master, runtime_role=f"{master.rpartition('/')[2]}_runtime")
