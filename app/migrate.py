"""Bring the database to the newest schema: `python -m app.migrate`. Safe to repeat."""

import os
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool

from app.settings import with_driver


@dataclass(frozen=True, kw_only=True)
class Migration:
    """A migration that has not been run; `changes_data` asks for a copy of the database first."""

    revision: str
    changes_data: bool


def migrate(database_url: str) -> None:
    """Run the migrations that have not been run on this database."""
    command.upgrade(_config(database_url), "head")


def pending(database_url: str) -> list[Migration]:
    """Return what `migrate` would run, in order. A new database has no data to be changed."""
    scripts = ScriptDirectory.from_config(_config(database_url))
    engine = create_engine(with_driver(database_url), poolclass=pool.NullPool)
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    found = scripts.iterate_revisions("heads", current or "base")
    return [
        Migration(
            revision=script.revision,
            changes_data=current is not None and getattr(script.module, "CHANGES_DATA", False),
        )
        for script in reversed(list(found))
    ]


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["database_url"] = with_driver(database_url)
    return config


if __name__ == "__main__":
    migrate(os.environ["DATABASE_URL"])
