"""An upgrade from before the map locks nobody out: not from signing in, nor from uploading."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg2
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from app.cli.migrate import MIGRATIONS, migrate, pending
from app.runtime_role import grant_rows
from app.settings import with_driver
from tests.support.databases import database_without_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scripts.embedded.stack import EmbeddedStack

BEFORE = "0055"
OWNER = str(uuid4())
MANY = 20_000
ADD = """
INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
    timeline_at, has_preview, attempts, description_state, latitude, longitude)
SELECT gen_random_uuid(), %s, 'x.jpg', 1, sha256(gen_random_uuid()::text::bytea), 'image/jpeg',
    'ready', now(), now() AT TIME ZONE 'UTC', false, 0, 'none', random() * 170 - 85,
    random() * 360 - 180
FROM generate_series(1, %s)
"""
INDEX = "INSERT INTO image_search SELECT id, owner_id, 'x' FROM images ON CONFLICT DO NOTHING"
WRONG_CELLS = """
WITH counted AS (
  SELECT owner_id, level::smallint, map_cell(latitude, longitude) >> (2 * (19 - level)) AS cell,
      count(*)::integer, sum(map_every_second_bit(map_cell(latitude, longitude)))::bigint AS x_sum,
      sum(map_every_second_bit(map_cell(latitude, longitude) >> 1))::bigint AS y_sum
    FROM images CROSS JOIN unnest(ARRAY[4, 7, 10, 13, 16, 19]) AS level
    WHERE latitude IS NOT NULL AND archived_at IS NULL AND deleted_at IS NULL GROUP BY 1, 2, 3
)
(TABLE counted EXCEPT TABLE map_cells) UNION ALL (TABLE map_cells EXCEPT TABLE counted)
"""
NOT_NOTED = "SELECT image_id FROM image_search EXCEPT SELECT image_id FROM images_to_embed"
STRONG_LOCKS = """
SELECT relation::regclass::text, mode FROM pg_locks
WHERE pid = %s AND granted AND relation IN ('users'::regclass, 'images'::regclass)
  AND mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""
# Statements that may read or write as many rows as there are images.
LONG = re.compile(
    r"\s*(INSERT(?! INTO alembic_version)|DELETE|WITH|UPDATE(?! alembic_version)|SELECT pg_temp\."
    r"|CREATE INDEX (?!CONCURRENTLY).* ON (users|images|image_search)\b)"
)


@pytest.fixture
def address(stack: EmbeddedStack) -> Iterator[str]:
    """A database of a release before, whose only person has no images yet."""
    with database_without_tables(stack) as address:
        upgrade(address, BEFORE)
        grant_rows(address)
        run(
            address,
            "INSERT INTO users (id, email, created_at) VALUES (%s, 'a@example.org', now())",
            OWNER,
        )
        yield address


@pytest.fixture
def as_product(stack: EmbeddedStack, address: str) -> str:
    """The same database's address, as the role that the release before runs as."""
    return f"{stack.runtime_database_url.rpartition('/')[0]}/{address.rpartition('/')[2]}"


def upgrade(address: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = with_driver(address)
    command.upgrade(config, revision)


def fill(address: str, number: int) -> None:
    run(address, ADD, OWNER, number)
    run(address, INDEX)
    run(address, "ANALYZE")


def run(address: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with connected(address) as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def connected(address: str, *, lock_timeout: str = "10s") -> Iterator[Any]:
    """A cursor whose statements are transactions, unless it says BEGIN."""
    with closing(psycopg2.connect(address)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{lock_timeout}'")
            yield cursor


def assert_upgraded(address: str) -> None:
    assert pending(address) == []
    assert run(address, WRONG_CELLS) == []
    assert run(address, NOT_NOTED) == []
    assert run(
        address,
        "SELECT indisvalid, pg_get_indexdef(indexrelid) LIKE '%%map_cell(latitude%%'"
        " FROM pg_index WHERE indexrelid = 'ix_images_map'::regclass",
    ) == [(True, True)]


def test_the_release_before_reads_and_writes_throughout(address: str, as_product: str) -> None:
    fill(address, MANY)
    ended = threading.Event()

    def sign_in(cursor: Any) -> None:
        cursor.execute("SELECT email FROM users WHERE id = %s", [OWNER])

    def upload(cursor: Any) -> None:
        cursor.execute(
            f"WITH added AS ({ADD} RETURNING id, owner_id)"  # noqa: S608
            " INSERT INTO image_search SELECT id, owner_id, 'x' FROM added",
            [OWNER, 2],
        )

    def archive_and_delete(cursor: Any) -> None:
        some = "(SELECT id FROM images WHERE archived_at IS NULL ORDER BY random() LIMIT 2)"
        cursor.execute(f"UPDATE images SET archived_at = now() WHERE id IN {some}")  # noqa: S608
        cursor.execute(f"DELETE FROM images WHERE id IN {some}")  # noqa: S608

    def repeat(action: Callable[[Any], None]) -> int:
        times = 0
        with connected(as_product, lock_timeout="2s") as cursor:
            while not ended.is_set():
                action(cursor)
                times += 1
        return times

    with ThreadPoolExecutor() as pool:
        clients = [pool.submit(repeat, each) for each in (sign_in, upload, archive_and_delete)]
        try:
            migrate(address)
        finally:
            ended.set()
        assert all(client.result() > 0 for client in clients)
    assert_upgraded(address)


def test_nothing_long_is_done_under_a_lock(address: str) -> None:
    fill(address, 10)
    wrong: list[str] = []
    seen: list[str] = []

    with connected(address) as cursor:

        def look(connection: Any, _: Any, statement: str, *__: object) -> None:
            cursor.execute(STRONG_LOCKS, [connection.connection.dbapi_connection.info.backend_pid])
            held = cursor.fetchall()
            if ("users", "AccessExclusiveLock") in held or (held and LONG.match(statement)):
                wrong.append(f"{held}: {statement}")
            if held and seen and seen[-1].startswith("UPDATE alembic_version"):
                wrong.append(f"{held} beyond its migration: {statement}")
            if LONG.match(statement) and "CREATE INDEX" in statement:
                wrong.append(statement)  # it holds up writers itself, without CONCURRENTLY
            seen.append(statement)

        event.listen(Engine, "before_cursor_execute", look)
        try:
            migrate(address)
        finally:
            event.remove(Engine, "before_cursor_execute", look)
    assert wrong == []
    assert any("CREATE INDEX CONCURRENTLY" in each for each in seen)


@pytest.mark.parametrize(("busy", "version"), [("users", BEFORE), ("images", "0061")])
def test_a_migration_gives_way_and_is_run_again(address: str, busy: str, version: str) -> None:
    fill(address, 10)
    with connected(address) as long_read:
        long_read.execute("BEGIN")
        long_read.execute(f"SELECT FROM {busy}")
        with pytest.raises(OperationalError, match="lock timeout"):
            migrate(address, tries=1)
        assert run(address, "SELECT version_num FROM alembic_version") == [(version,)]
        with ThreadPoolExecutor() as pool:
            waiting = pool.submit(migrate, address)
            with connected(address, lock_timeout="1s") as other:
                for _ in range(100):
                    other.execute(f"SELECT FROM {busy}")
            assert not waiting.done()
            long_read.execute("COMMIT")
            waiting.result()
    assert_upgraded(address)


def test_an_index_that_failed_is_made_anew(address: str) -> None:
    fill(address, 10)
    with connected(address) as writer, connected(address, lock_timeout="50ms") as maker:
        writer.execute("BEGIN")
        writer.execute("UPDATE images SET name = 'y.jpg'")
        with pytest.raises(psycopg2.errors.LockNotAvailable):
            maker.execute("CREATE INDEX CONCURRENTLY ix_images_map ON images (owner_id)")
        writer.execute("ROLLBACK")
    assert run(address, "SELECT count(*) FROM pg_index WHERE NOT indisvalid") == [(1,)]
    migrate(address)
    assert_upgraded(address)


@pytest.mark.parametrize("revision", ["0057", "0060"])
def test_what_was_interrupted_at_its_end_is_run_again(address: str, revision: str) -> None:
    former = ScriptDirectory(str(MIGRATIONS)).get_revision(revision).down_revision
    fill(address, 5_000)
    upgrade(address, revision)
    run(address, "UPDATE alembic_version SET version_num = %s", former)
    run(address, ADD, OWNER, 10)
    run(address, "DELETE FROM images WHERE id IN (SELECT id FROM images LIMIT 10)")
    migrate(address)
    assert_upgraded(address)


def test_two_that_migrate_at_once_take_turns(address: str) -> None:
    fill(address, 5_000)
    with ThreadPoolExecutor() as pool:
        for each in [pool.submit(migrate, address) for _ in range(2)]:
            each.result()
    assert_upgraded(address)
