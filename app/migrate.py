"""Bring the database to the newest schema: `python -m app.migrate`. Safe to repeat."""

import os
from pathlib import Path

from alembic import command
from alembic.config import Config

from app.settings import with_driver


def migrate(database_url: str) -> None:
    """Run the migrations that have not been run on this database."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["database_url"] = with_driver(database_url)
    command.upgrade(config, "head")


if __name__ == "__main__":
    migrate(os.environ["DATABASE_URL"])
