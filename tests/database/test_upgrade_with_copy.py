"""Before a migration that changes data the database is copied, or nothing is migrated at all."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest
from alembic.script import ScriptDirectory

from app.cli.migrate import MIGRATIONS, migrate, upgrade
from app.clients.aws.rds_snapshots import SnapshotNotMadeError, Snapshots
from tests.conftest import running_stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scripts.embedded.stack import EmbeddedStack

INSTANCE = "pinhole-database"
LATER = '''"""Shorter names."""

from alembic import op

revision = "later"
down_revision = {head}
branch_labels = None
depends_on = None
{says}

def upgrade() -> None:
    op.execute("COMMENT ON TABLE users IS 'changed'")


def downgrade() -> None:
    op.execute("COMMENT ON TABLE users IS NULL")
'''


@pytest.fixture(scope="module")
def apart() -> Iterator[EmbeddedStack]:
    with running_stack() as stack:
        yield stack


@pytest.fixture
def database(apart: EmbeddedStack) -> Iterator[str]:
    """A database of the version before."""
    migrate(apart.database_url)
    yield apart.database_url
    with psycopg2.connect(apart.database_url) as connection, connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    connection.close()


def comment(database: str) -> str | None:
    with psycopg2.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT obj_description('users'::regclass)")
        (found,) = cursor.fetchone() or (None,)
    connection.close()
    return str(found) if found else None


@pytest.fixture
def with_one_more(tmp_path: Path) -> Path:
    """All migrations, and one that changes data."""
    return one_more(tmp_path, says="CHANGES_DATA = True")


def one_more(folder: Path, *, says: str) -> Path:
    head = json.dumps(ScriptDirectory(str(MIGRATIONS)).get_current_head())
    copied = folder / "migrations"
    shutil.copytree(MIGRATIONS, copied)
    (copied / "versions/later.py").write_text(LATER.format(head=head, says=says))
    return copied


class Rds:
    """Answers as RDS does, with a snapshot that goes through these states."""

    def __init__(self, *states: str) -> None:
        self._states = list(states)
        self.asked: list[dict[str, str]] = []

    def create_db_snapshot(self, **asked: str) -> dict[str, Any]:
        self.asked.append(asked)
        return {}

    def describe_db_snapshots(self, **_: str) -> dict[str, Any]:
        state = self._states.pop(0) if len(self._states) > 1 else self._states[0]
        return {"DBSnapshots": [{"Status": state}] if state else []}


def snapshots(rds: Any) -> tuple[Snapshots, list[float]]:
    pauses: list[float] = []
    return Snapshots(rds=rds, instance=INSTANCE, pause=pauses.append), pauses


def test_waits_for_a_whole_copy_and_then_migrates(database: str, with_one_more: Path) -> None:
    rds = Rds("creating", "creating", "available")
    taken, pauses = snapshots(rds)
    upgraded = upgrade(database, copy=taken.take, migrations=with_one_more)
    assert upgraded.ran == ["later"]
    assert upgraded.snapshot
    assert upgraded.snapshot.startswith("pinhole-before-later-")
    assert rds.asked == [
        {"DBSnapshotIdentifier": upgraded.snapshot, "DBInstanceIdentifier": INSTANCE}
    ]
    assert len(pauses) == 2
    assert comment(database) == "changed"


def test_at_the_copy_the_old_data_is_there(database: str, with_one_more: Path) -> None:
    seen: list[str | None] = []

    def copy(*, before: str) -> str:
        seen.append(comment(database))
        return before

    upgrade(database, copy=copy, migrations=with_one_more)
    assert seen == ["People with an account."]


@pytest.mark.parametrize("state", ["failed", "deleted", "", "creating"])
def test_without_a_copy_nothing_is_migrated(database: str, with_one_more: Path, state: str) -> None:
    taken, _ = snapshots(Rds(state))
    with pytest.raises(SnapshotNotMadeError):
        upgrade(database, copy=taken.take, migrations=with_one_more)
    assert comment(database) == "People with an account."


def test_who_goes_back_finds_the_newer_database_left_alone(
    database: str, with_one_more: Path
) -> None:
    taken, _ = snapshots(Rds("available"))
    upgrade(database, copy=taken.take, migrations=with_one_more)
    went_back = upgrade(database, copy=taken.take)  # by code that knows nothing of "later"
    assert went_back.ran == []
    migrate(database)
    assert comment(database) == "changed"


def test_what_only_adds_is_not_copied(database: str, tmp_path: Path) -> None:
    rds = Rds("available")
    taken, _ = snapshots(rds)
    upgraded = upgrade(database, copy=taken.take, migrations=one_more(tmp_path, says=""))
    assert upgraded.snapshot is None
    assert rds.asked == []


def test_a_new_database_is_not_copied(apart: EmbeddedStack, with_one_more: Path) -> None:
    rds = Rds("available")
    taken, _ = snapshots(rds)
    upgraded = upgrade(apart.database_url, copy=taken.take, migrations=with_one_more)
    assert upgraded.ran[-1] == "later"
    assert rds.asked == []
    migrated_again = upgrade(apart.database_url, copy=taken.take, migrations=with_one_more)
    assert migrated_again.ran == []
