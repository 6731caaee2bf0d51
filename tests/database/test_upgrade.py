"""While an upgrade goes on, the former version serves on the new schema: it must be able to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from sqlalchemy import create_engine, text

from app.cli.migrate import migrate, pending
from app.settings import with_driver
from tests.conftest import running_stack
from tests.database.previous_version import PATIENCE, ROOT, Former, FormerPerson, take_out
from tests.support.databases import database_without_tables
from tests.support.images import jpeg, png

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scripts.embedded.stack import EmbeddedStack

MIGRATIONS = ROOT / "app/migrations"
WORDS = {"alt_text": "A beach", "text": "A beach, at noon.", "tags": ["beach"]}
SCRIPTS = ScriptDirectory(str(MIGRATIONS))


@pytest.fixture
def apart() -> Iterator[EmbeddedStack]:
    """A stack of the test's own, with nothing in its database."""
    with running_stack() as stack:
        yield stack


def until(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if found := condition():
                return found
        except httpx2.TransportError:
            pass  # it is not there yet
        assert time.monotonic() < deadline, "this did not happen in time"
        time.sleep(0.05)


def config(address: str) -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    made.attributes["database_url"] = with_driver(address)
    return made


def schema_of(address: str) -> list[str]:
    """Every column, constraint and index, in PostgreSQL's own words."""
    engine = create_engine(with_driver(address))
    with engine.connect() as connection:
        found = connection.scalars(
            text(
                "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable,"
                " column_default) FROM information_schema.columns WHERE table_schema = 'public'"
                " UNION ALL SELECT conrelid::regclass || ' ' || conname || ' '"
                " || pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE connamespace = 'public'::regnamespace"
                " UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
                " ORDER BY 1"
            )
        ).all()
    engine.dispose()
    return list(found)


def test_the_former_version_serves_on_the_new_schema(apart: EmbeddedStack, tmp_path: Path) -> None:
    former = Former(code=take_out(tmp_path), stack=apart)
    former.migrate()
    with former.serving() as address:
        until(lambda: httpx2.get(f"{address}/api/health", timeout=2).is_success)
        headers = {"Origin": apart.site_origin}
        with httpx2.Client(base_url=address, headers=headers, timeout=PATIENCE) as browser:
            ada = FormerPerson(http=browser, email="ada@example.org")
            ada.register()
            before = ada.upload(jpeg(seed=1))
            gone = ada.upload(png(seed=2))
            until(lambda: ada.state(before) == "ready")
            ada.call("DELETE", f"/api/images/{gone}")

            migrate(apart.database_url)  # while it runs, as at a deployment
            assert pending(apart.database_url) == []

            ada.sign_in()
            assert ada.timeline() == [before]
            assert ada.timeline("?deleted=true") == [gone]
            after = ada.upload(jpeg(seed=3))
            until(lambda: ada.state(after) == "ready")
            ada.call("PATCH", f"/api/images/{before}", name="renamed.jpg")
            ada.call("PATCH", f"/api/images/{gone}", deleted=False)
            ada.call("PATCH", f"/api/images/{after}", description=WORDS)
            ada.call("DELETE", f"/api/images/{before}")
            until(lambda: ada.state(gone) == "ready")
            assert set(ada.timeline()) == {after, gone}
            assert ada.timeline("?deleted=true") == [before]

            bob = FormerPerson(http=browser, email="bob@example.org")
            bob.register()
            assert bob.timeline() == []


def test_each_migration_is_taken_back_and_made_again(stack: EmbeddedStack) -> None:
    with database_without_tables(stack) as address:
        for script in reversed(list(SCRIPTS.walk_revisions())):
            take_back_and_make_again(script, address)
        assert pending(address) == []


def take_back_and_make_again(script: Script, address: str) -> None:
    """Go on from the migration before to this one, back, and on again."""
    former = script.down_revision or "base"
    assert isinstance(former, str), "one line of migrations, without branches"
    without = schema_of(address)
    command.upgrade(config(address), script.revision)
    made = schema_of(address)
    if why := getattr(script.module, "NOT_TAKEN_BACK", ""):
        assert len(why) > len("no"), "say why"
        return
    command.downgrade(config(address), former)
    taken_back = [line for line in schema_of(address) if "alembic_version" not in line]
    assert taken_back == [line for line in without if "alembic_version" not in line], (
        script.revision
    )
    command.upgrade(config(address), script.revision)
    assert schema_of(address) == made, script.revision
