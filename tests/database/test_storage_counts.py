"""What is counted of each person's pictures is what COUNT(*) says, whoever writes what at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

import psycopg2
import pytest

from app.cli.migrate import migrate
from tests.database.people import add_owner, cursor_of

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a type

    from scripts.embedded.stack import EmbeddedStack

WRITERS = 6
ROUNDS = 40
STATES = ("uploading", "processing", "ready", "damaged", "rejected")
DESCRIPTIONS = ("none", "waiting", "done", "failed")
ADD = """
INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
    timeline_at, has_preview, attempts, description_state)
SELECT gen_random_uuid(), %s, 'x.jpg', n, sha256(gen_random_uuid()::text::bytea), 'image/jpeg', %s,
    now(), now(), true, 0, 'none'
FROM generate_series(1, %s) AS n RETURNING id
"""
DESCRIBE = """
WITH version AS (
  INSERT INTO descriptions (id, image_id, source, alt_text, text, visible_text, tags, is_demo,
    created_at)
  SELECT gen_random_uuid(), id, 'person', '', '', '', '{}', false, now() FROM images WHERE id = %s
  RETURNING id, image_id
)
UPDATE images SET current_description_id = version.id FROM version WHERE images.id = image_id
"""
FORGET = "DELETE FROM descriptions WHERE image_id = %s"  # the foreign key changes the picture
COLUMNS = (
    "bytes, pictures, arriving_bytes, arriving_pictures, descriptions_waiting, descriptions_done,"
    " descriptions_failed, descriptions_missing"
)
KEPT = f"SELECT {COLUMNS} FROM storage WHERE user_id = %s"  # noqa: S608 - constants
COUNTED = """
SELECT coalesce(sum(byte_size) FILTER (WHERE state <> 'rejected'), 0),
  count(*) FILTER (WHERE state <> 'rejected'),
  coalesce(sum(byte_size) FILTER (WHERE state = 'uploading'), 0),
  count(*) FILTER (WHERE state = 'uploading'),
  count(*) FILTER (WHERE shown AND description_state = 'waiting'),
  count(*) FILTER (WHERE shown AND described AND description_state <> 'waiting'),
  count(*) FILTER (WHERE shown AND NOT described AND description_state = 'failed'),
  count(*) FILTER (WHERE shown AND NOT described AND has_preview
    AND state IN ('ready', 'damaged') AND description_state IN ('none', 'failed'))
FROM (
  SELECT *, deleted_at IS NULL AND state IN ('processing', 'ready', 'damaged') AS shown,
    current_description_id IS NOT NULL AS described FROM images
) AS images WHERE owner_id = %s
"""


@pytest.fixture
def owner(stack: EmbeddedStack) -> UUID:
    """Somebody without images."""
    migrate(stack.database_url)
    return add_owner(stack)


def _add(cursor: Cursor, owner: UUID, state: str = "ready", *, images: int = 1) -> list[str]:
    cursor.execute(ADD, [str(owner), state, images])
    return [row[0] for row in cursor.fetchall()]


def _require_true(stack: EmbeddedStack, owner: UUID) -> tuple[int, ...]:
    with cursor_of(stack) as cursor:
        # One moment for both: a worker of other tests may take these images up meanwhile.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute(KEPT, [str(owner)])
        kept = cursor.fetchone()
        cursor.execute(COUNTED, [str(owner)])
        counted = cursor.fetchone()
    assert counted is not None
    assert tuple(kept or ()) == tuple(int(number) for number in counted)
    return tuple(kept or ())


def test_each_kind_of_change_is_counted(stack: EmbeddedStack, owner: UUID) -> None:
    with cursor_of(stack) as cursor:
        (image,) = _add(cursor, owner, "uploading")
    assert _require_true(stack, owner) == (1, 1, 1, 1, 0, 0, 0, 0)

    def after(statement: str) -> tuple[int, ...]:
        with cursor_of(stack) as cursor:
            cursor.execute(statement, [image])
        return _require_true(stack, owner)

    def change(words: str) -> tuple[int, ...]:
        return after(f"UPDATE images SET {words} WHERE id = %s")  # noqa: S608

    assert change("byte_size = 7") == (7, 1, 7, 1, 0, 0, 0, 0)
    assert change("state = 'processing'") == (7, 1, 0, 0, 0, 0, 0, 0)
    assert change("state = 'ready', has_preview = false") == (7, 1, 0, 0, 0, 0, 0, 0)
    assert change("has_preview = true") == (7, 1, 0, 0, 0, 0, 0, 1)
    assert change("description_state = 'waiting'") == (7, 1, 0, 0, 1, 0, 0, 0)
    assert change("description_state = 'failed'") == (7, 1, 0, 0, 0, 0, 1, 1)
    assert after(DESCRIBE) == (7, 1, 0, 0, 0, 1, 0, 0)
    assert change("description_state = 'waiting'") == (7, 1, 0, 0, 1, 0, 0, 0)
    assert change("deleted_at = now()") == (7, 1, 0, 0, 0, 0, 0, 0)
    assert change("deleted_at = NULL, description_state = 'done'") == (7, 1, 0, 0, 0, 1, 0, 0)
    assert after(FORGET) == (7, 1, 0, 0, 0, 0, 0, 0)
    assert change("description_state = 'none', state = 'damaged'") == (7, 1, 0, 0, 0, 0, 0, 1)
    assert change("state = 'rejected'") == (0, 0, 0, 0, 0, 0, 0, 0)
    assert change("state = 'uploading'") == (7, 1, 7, 1, 0, 0, 0, 0)
    assert after("DELETE FROM images WHERE id = %s") == (0, 0, 0, 0, 0, 0, 0, 0)


def test_statement_that_adds_one_and_changes_another(stack: EmbeddedStack, owner: UUID) -> None:
    both = """
    INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
        timeline_at, has_preview, attempts, description_state)
    SELECT gen_random_uuid(), %s, 'x.jpg', %s, sha256(n::text::bytea), 'image/jpeg', 'ready',
        now(), now(), true, 0, 'none'
    FROM generate_series(1, %s) AS n
    ON CONFLICT (owner_id, sha256) DO UPDATE SET byte_size = excluded.byte_size
    """
    with cursor_of(stack) as cursor:
        cursor.execute(both, [str(owner), 5, 1])
    assert _require_true(stack, owner)[:2] == (5, 1)
    with cursor_of(stack) as cursor:
        cursor.execute(both, [str(owner), 7, 2])
    assert _require_true(stack, owner)[:2] == (14, 2)


def test_what_is_rolled_back_is_not_counted(stack: EmbeddedStack, owner: UUID) -> None:
    other = add_owner(stack)
    with cursor_of(stack) as cursor:
        _add(cursor, owner)
        cursor.execute("SAVEPOINT here")
        _add(cursor, owner)
        _add(cursor, other)
        cursor.execute("ROLLBACK TO here")
        _add(cursor, other, images=2)
        _add(cursor, owner)
    assert _require_true(stack, owner)[1] == 2
    assert _require_true(stack, other)[1] == 2


def test_many_rows_of_one_statement_change_the_counts_once(
    stack: EmbeddedStack, owner: UUID
) -> None:
    """Were it once for each, each would go through all versions of the row that came before."""
    written = "SELECT n_tup_upd FROM pg_stat_xact_user_tables WHERE relname = 'storage'"
    with cursor_of(stack) as cursor:
        _add(cursor, owner, "uploading")

    def updates_of(statement: str, *values: object) -> int:
        with cursor_of(stack) as cursor:
            cursor.execute(statement, values)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as the commit does
            cursor.execute(written)
            (found,) = cursor.fetchone() or (0,)
        return int(found)

    assert updates_of(ADD, str(owner), "uploading", 1000) == 1
    assert _require_true(stack, owner)[1] == 1001
    assert updates_of("DELETE FROM images WHERE owner_id = %s", str(owner)) == 1
    assert _require_true(stack, owner)[1] == 0


def test_counts_are_true_after_many_writers_at_once(stack: EmbeddedStack, owner: UUID) -> None:
    """Each of images of its own, in any order: nobody is refused."""

    def write(seed: int) -> None:
        choices = Random(seed)  # noqa: S311 - the same each time
        images: list[str] = []
        with closing(psycopg2.connect(stack.runtime_database_url)) as connection:
            for _ in range(ROUNDS):
                before = list(images)
                with connection.cursor() as cursor:
                    for _ in range(choices.randint(1, 4)):
                        _write_one(cursor, owner, images, choices)
                if choices.random() < 0.2:
                    connection.rollback()
                    images = before
                connection.commit()

    with ThreadPoolExecutor(WRITERS) as threads:
        for written in [threads.submit(write, seed) for seed in range(WRITERS)]:
            written.result()
    assert all(_require_true(stack, owner))


def _write_one(cursor: Cursor, owner: UUID, images: list[str], choices: Random) -> None:
    if len(images) < 5 or choices.random() < 0.3:
        images += _add(cursor, owner, choices.choice(STATES), images=3)
        return
    some = choices.sample(images, 3)
    changes = {
        "state": choices.choice(STATES),
        "description_state": choices.choice(DESCRIPTIONS),
        "deleted_at": choices.choice(["2026-01-01", None, None]),
        "byte_size": choices.randint(1, 1000),
        "has_preview": choices.random() < 0.8,
    }
    what = choices.choice([*changes, "described", "purged"])
    if what == "described":
        cursor.execute(choices.choice([DESCRIBE, DESCRIBE, FORGET]), [some[0]])
    elif what == "purged":
        cursor.execute("DELETE FROM images WHERE id = ANY(%s::uuid[])", [some])
        images[:] = [image for image in images if image not in some]
    else:
        words = f"UPDATE images SET {what} = %s WHERE id = ANY(%s::uuid[])"  # noqa: S608
        cursor.execute(words, [changes[what], some])


def test_nothing_is_left_of_somebody_who_is_deleted(stack: EmbeddedStack, owner: UUID) -> None:
    with cursor_of(stack) as cursor:
        _add(cursor, owner, images=20)
    with cursor_of(stack) as cursor:
        cursor.execute("UPDATE images SET deleted_at = now() WHERE owner_id = %s", [str(owner)])
        cursor.execute("DELETE FROM users WHERE id = %s", [str(owner)])
    with cursor_of(stack) as cursor:
        cursor.execute("SELECT FROM storage WHERE user_id = %s", [str(owner)])
        assert cursor.rowcount == 0
