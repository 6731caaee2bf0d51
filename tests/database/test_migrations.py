"""Migrations and models agree, forwards and backwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text

import app.images.album_models
import app.images.export_models
import app.images.models
import app.images.tag_models
import app.integrity.purges
import app.integrity.scan_state
import app.members.models
import app.search.models
import app.sharing.models
import app.timeline.models
import app.uploads.cancelled  # noqa: F401 - with accounts, all tables
from app.cli.migrate import migrate
from app.database import Base
from app.settings import with_driver
from scripts.embedded.stack import EmbeddedStack

SOME_ID = "00000000-0000-4000-8000-000000000000"
MIGRATIONS = Path(__file__).parents[2] / "app/migrations"


@pytest.fixture
def empty(stack: EmbeddedStack) -> Iterator[str]:
    """The address of an empty schema of this test's own."""
    engine = create_engine(with_driver(stack.database_url))
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA migrating"))
    yield f"{stack.database_url}?options=-csearch_path%3Dmigrating"
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA migrating CASCADE"))
    engine.dispose()


def connect(address: str) -> Connection:
    return create_engine(with_driver(address)).connect()


def test_migrations_make_what_the_models_say(empty: str) -> None:
    migrate(empty)
    migrate(empty)  # safe to repeat
    with connect(empty) as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
        indexes = {
            index["name"]
            for table in Base.metadata.tables
            for index in inspect(connection).get_indexes(table)
        }
        connection.engine.dispose()
    wanted = {index.name for table in Base.metadata.tables.values() for index in table.indexes}
    assert wanted <= indexes


def test_migrations_can_be_taken_back(empty: str) -> None:
    migrate(empty)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = with_driver(empty)
    command.downgrade(config, "base")
    with connect(empty) as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
        connection.engine.dispose()
    migrate(empty)


@pytest.mark.parametrize(
    ("view", "condition"),
    [
        ("timeline", "archived_at IS NULL"),
        ("archive", "archived_at IS NOT NULL"),
        ("favourites", "favourite"),
    ],
)
def test_each_view_is_read_through_its_index(empty: str, view: str, condition: str) -> None:
    migrate(empty)
    with connect(empty) as connection:
        connection.execute(text("SET enable_seqscan = off"))
        plan = "\n".join(
            connection.scalars(
                text(
                    f"EXPLAIN SELECT id FROM images WHERE owner_id = '{SOME_ID}'"  # noqa: S608
                    " AND deleted_at IS NULL AND state IN ('processing', 'ready', 'damaged')"
                    f" AND {condition} AND (timeline_at, id) < ('2024-01-01', '{SOME_ID}')"
                    " ORDER BY timeline_at DESC, id DESC LIMIT 101"
                )
            )
        )
        connection.engine.dispose()
    assert f"ix_images_{view}" in plan
    assert "Sort" not in plan
