"""Bring the database to the newest schema: `python -m app.cli.migrate`. Safe to repeat.

Reads MIGRATION_DATABASE_URL, the address of the role that owns the tables; what runs afterwards
connects as another one. See [Note: Two roles] in app/runtime_role.py.

[Note: Migrations that change data] A migration that changes or drops what people have says
`CHANGES_DATA = True`; before it, the database is copied, to go back to. Those that only add, which
is how migrations are written here (docs/operations.md, "Upgrades"), need no copy.

[Note: Going back] A database may be newer than this code: its last migration is one that is not
known here, since whoever runs Pinhole went back to the version before. That version serves on it,
so it is left as it is. Alembic by itself would fail.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, pool, text
from sqlalchemy.exc import DBAPIError

from app.database import is_contention
from app.runtime_role import RUNTIME_ROLE, grant_rows
from app.settings import MissingSettingsError, with_driver

MIGRATIONS = Path(__file__).parents[1] / "migrations"
# How often a migration is begun that others held up, and how often it is asked whether a former
# migration is over: for two minutes at least, and for ten.
TRIES = 120
_TURNS = 600
_PAUSE = 1.0
_TAKE_TURN = text("SELECT pg_try_advisory_lock(hashtextextended('migrations', 0))")


class AlreadyMigratingError(Exception):
    """Somebody else has been migrating this database for ten minutes."""


@dataclass(frozen=True, kw_only=True)
class Migration:
    """A migration that has not been run; `changes_data` asks for a copy of the database first."""

    revision: str
    changes_data: bool


@dataclass(frozen=True, kw_only=True)
class Upgraded:
    """What was done: the revisions that ran, and the name of the copy that was made before."""

    ran: Sequence[str]
    snapshot: str | None


class Copies(Protocol):
    """Copies the database and returns the copy's name; raises when there is no whole copy."""

    def __call__(self, *, before: str) -> str:
        """Copy it before this revision runs."""


def migrate(database_url: str, *, runtime_role: str = RUNTIME_ROLE, tries: int = TRIES) -> None:
    """Run the migrations that have not been run on this database. See [Note: Going back].

    What fails leaves the database at the last migration that was run whole, and is run again by
    the next call.

    Args:
        database_url: libpq's, of the role that owns the tables.
        runtime_role: who is let read and write rows.
        tries: how often to begin where locks are not free.

    Raises:
        AlreadyMigratingError: somebody else does.
        NoRuntimeRoleError: the role that the product runs as has not been made.
        sqlalchemy.exc.OperationalError: a lock was not free, however often it was tried.
    """
    with _alone(database_url) as connection:
        if pending(database_url):
            _run(connection, migrations=MIGRATIONS, tries=tries)
        grant_rows(database_url, role=runtime_role)


def upgrade(
    database_url: str,
    *,
    copy: Copies,
    runtime_role: str = RUNTIME_ROLE,
    migrations: Path = MIGRATIONS,
) -> Upgraded:
    """Run the migrations; copy the database before if one of them changes data.

    See [Note: Migrations that change data]. What `copy` raises leaves the database as it was.

    Raises what `migrate` does, too.
    """
    with _alone(database_url) as connection:
        waiting = pending(database_url, migrations=migrations)
        snapshot = None
        if any(each.changes_data for each in waiting):
            snapshot = copy(before=waiting[0].revision)
        if waiting:
            _run(connection, migrations=migrations, tries=TRIES)
        grant_rows(database_url, role=runtime_role)
    return Upgraded(ran=[each.revision for each in waiting], snapshot=snapshot)


def pending(database_url: str, *, migrations: Path = MIGRATIONS) -> list[Migration]:
    """Return what is to be run, in order: nothing where the database is newer than this code.

    A new database has no data to be changed.
    """
    scripts = ScriptDirectory(str(migrations))
    engine = create_engine(with_driver(database_url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        return []
    found = scripts.iterate_revisions("heads", current or "base")
    return [
        Migration(
            revision=script.revision,
            changes_data=current is not None and getattr(script.module, "CHANGES_DATA", False),
        )
        for script in reversed(list(found))
    ]


@contextmanager
def _alone(database_url: str) -> Iterator[Connection]:
    """A connection that alone migrates: its session holds a lock, whatever is committed meanwhile.

    Who waits asks again and again: an index that is made concurrently waits for all statements
    that began before, and so for one that waits for the lock.
    """
    # A copy takes minutes, in which nothing is sent: networks forget connections that are idle.
    awake = {"keepalives_idle": 30}
    engine = create_engine(with_driver(database_url), poolclass=pool.NullPool, connect_args=awake)
    with engine.connect() as connection:
        for _ in range(_TURNS):
            is_ours = connection.scalar(_TAKE_TURN)
            connection.commit()
            if is_ours:
                break
            time.sleep(_PAUSE)
        else:
            raise AlreadyMigratingError
        yield connection


def _run(connection: Connection, *, migrations: Path, tries: int) -> None:
    """Run what is pending; where a lock is not free, give way and go on a second later.

    See [Note: Migrations online] in app/migrations/online.py.
    """
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes["connection"] = connection
    for left in reversed(range(tries)):
        try:
            command.upgrade(config, "head")
        except DBAPIError as error:
            connection.rollback()
            if not (left and is_contention(error)):
                raise
            time.sleep(_PAUSE)
        else:
            connection.rollback()  # of what Alembic only read
            return


if __name__ == "__main__":
    if not (owner_url := os.environ.get("MIGRATION_DATABASE_URL")):
        raise MissingSettingsError(["MIGRATION_DATABASE_URL"])
    migrate(owner_url)
