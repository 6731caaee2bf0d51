"""The counts of the timeline are what COUNT(*) says, whoever writes what at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg2
import pytest

from app.cli.migrate import migrate
from tests.database.people import add_owner, cursor_of

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812 - a type
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a type

    from scripts.embedded.stack import EmbeddedStack

WRITERS = 6
ROUNDS = 60
STATES = ("uploading", "processing", "ready", "damaged", "rejected")
START = datetime(2024, 1, 30)  # noqa: DTZ001 - a wall clock

ADD = """
INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
    timeline_at, has_preview, attempts, description_state)
VALUES (%s, %s, 'x.jpg', 1, sha256(gen_random_uuid()::text::bytea), 'image/jpeg', %s, now(), %s,
    false, 0, 'none')
"""
VIEWS = {
    "timeline": "archived_at IS NULL",
    "archive": "archived_at IS NOT NULL",
    "favourites": "favourite",
}
COUNTED = """
SELECT timeline_at::date, count(*) FROM images
WHERE owner_id = %s AND deleted_at IS NULL AND state IN ('processing', 'ready', 'damaged') AND {}
GROUP BY 1
"""


@pytest.fixture
def owner(stack: EmbeddedStack) -> UUID:
    """Somebody without images."""
    migrate(stack.database_url)
    return add_owner(stack)


def _add(cursor: Cursor, owner: UUID, moment: datetime, state: str = "ready") -> str:
    image = str(uuid4())
    cursor.execute(ADD, [image, str(owner), state, moment])
    return image


def _kept(cursor: Cursor, owner: UUID, view: str) -> dict[date, int]:
    cursor.execute(
        "SELECT month, count, days FROM timeline_months WHERE owner_id = %s AND view = %s",
        [str(owner), view],
    )
    found: dict[date, int] = {}
    for month, count, days in cursor.fetchall():
        assert len(days) == 31
        assert sum(days) == count
        found |= {month + timedelta(days=place): n for place, n in enumerate(days) if n}
    return found


def _require_true(stack: EmbeddedStack, owner: UUID) -> dict[date, int]:
    """Compare all views with what is counted; return the timeline's days."""
    found: dict[str, dict[date, int]] = {}
    with cursor_of(stack) as cursor:
        # One moment for all: a worker of other tests may take these images up meanwhile.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for view, condition in VIEWS.items():
            cursor.execute(COUNTED.format(condition), [str(owner)])
            found[view] = dict(cursor.fetchall())
            assert _kept(cursor, owner, view) == found[view]
        cursor.execute("SELECT DISTINCT view FROM timeline_months")
        assert {view for (view,) in cursor.fetchall()} <= set(VIEWS)
    return found["timeline"]


def test_each_kind_of_change_is_counted(stack: EmbeddedStack, owner: UUID) -> None:
    def change(words: str, *values: object) -> dict[date, int]:
        with cursor_of(stack) as cursor:
            cursor.execute(f"UPDATE images SET {words} WHERE id = %s", [*values, image])  # noqa: S608
        return _require_true(stack, owner)

    leap_day = date(2024, 2, 29)
    with cursor_of(stack) as cursor:
        image = _add(cursor, owner, datetime(2024, 2, 29, 23, 59), "uploading")  # noqa: DTZ001
    assert _require_true(stack, owner) == {}
    assert change("state = 'processing'") == {leap_day: 1}
    assert change("state = 'ready', width = 4") == {leap_day: 1}
    assert change("timeline_at = %s", datetime(1999, 12, 31)) == {date(1999, 12, 31): 1}  # noqa: DTZ001
    assert change("timeline_at = timeline_at + interval '1 day'") == {date(2000, 1, 1): 1}
    assert change("deleted_at = now()") == {}
    assert change("timeline_at = %s", datetime(2024, 2, 29)) == {}  # noqa: DTZ001
    assert change("deleted_at = NULL") == {leap_day: 1}
    assert change("favourite = true") == {leap_day: 1}
    assert change("archived_at = now()") == {}
    assert change("archived_at = now()") == {}
    assert change("timeline_at = timeline_at - interval '1 month'") == {}
    assert change("deleted_at = now()") == {}
    assert change("favourite = false, deleted_at = NULL") == {}
    assert change("favourite = true, archived_at = NULL") == {date(2024, 1, 29): 1}
    assert change("timeline_at = timeline_at + interval '1 month'") == {leap_day: 1}
    assert change("state = 'rejected'") == {}
    assert change("state = 'damaged'") == {leap_day: 1}
    with cursor_of(stack) as cursor:
        cursor.execute("DELETE FROM images WHERE id = %s", [image])
    assert _require_true(stack, owner) == {}


def test_what_is_rolled_back_is_not_counted(stack: EmbeddedStack, owner: UUID) -> None:
    with cursor_of(stack) as cursor:
        _add(cursor, owner, START)
        cursor.execute("SAVEPOINT here")
        _add(cursor, owner, START)
        _add(cursor, owner, START + timedelta(days=40))
        cursor.execute("ROLLBACK TO here")
        _add(cursor, owner, START + timedelta(days=80))
    assert sum(_require_true(stack, owner).values()) == 2
    with (
        closing(psycopg2.connect(stack.runtime_database_url)) as connection,
        connection.cursor() as cursor,
    ):
        _add(cursor, owner, START)
        connection.rollback()
        _add(cursor, owner, START)  # in the same session
        connection.commit()
    assert sum(_require_true(stack, owner).values()) == 3


def test_images_of_several_people_in_one_transaction(stack: EmbeddedStack, owner: UUID) -> None:
    other = add_owner(stack)
    with cursor_of(stack) as cursor:
        for person in (owner, other, owner):
            _add(cursor, person, START)
        cursor.execute(
            "UPDATE images SET timeline_at = timeline_at + interval '1 month' WHERE owner_id IN"
            " (%s, %s)",
            [str(owner), str(other)],
        )
    assert sum(_require_true(stack, owner).values()) == 2
    assert sum(_require_true(stack, other).values()) == 1


def test_counts_are_true_after_many_writers_at_once(stack: EmbeddedStack, owner: UUID) -> None:
    """Each of images of its own, in the same few months, in any order: nobody is refused."""
    done: Counter[str] = Counter()

    def write(seed: int) -> None:
        choices = Random(seed)  # noqa: S311 - the same each time
        images: list[str] = []
        with closing(psycopg2.connect(stack.runtime_database_url)) as connection:
            for _ in range(ROUNDS):
                for _ in range(choices.randint(1, 4)):
                    done[_write_one(connection, owner, images, choices)] += 1
                if choices.random() < 0.1:
                    connection.rollback()
                    images = _own(connection, images)
                connection.commit()

    with ThreadPoolExecutor(WRITERS) as threads:
        for written in [threads.submit(write, seed) for seed in range(WRITERS)]:
            written.result()
    assert set(done) == {
        *("add", "state", "delete", "restore", "date", "purge"),
        *("favourite", "archive", "unarchive"),
    }
    assert len(_require_true(stack, owner)) > 10


def _own(connection: Connection, images: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM images WHERE id = ANY(%s::uuid[])", [images])
        return [row[0] for row in cursor.fetchall()]


def _write_one(connection: Connection, owner: UUID, images: list[str], choices: Random) -> str:
    moment = START + timedelta(hours=choices.randrange(24 * 70))
    changes = {
        "state": ("state = %s", choices.choice(STATES)),
        "delete": ("deleted_at = %s", datetime.now().astimezone()),
        "restore": ("deleted_at = %s", None),
        "date": ("timeline_at = %s", moment),
        "favourite": ("favourite = %s", choices.random() < 0.6),
        "archive": ("archived_at = %s", datetime.now().astimezone()),
        "unarchive": ("archived_at = %s", None),
    }
    what = choices.choice(["add", "add", *changes, "purge"])
    with connection.cursor() as cursor:
        if what == "add" or len(images) < 5:
            images += [_add(cursor, owner, moment, choices.choice(STATES)) for _ in range(2)]
            return "add"
        some = choices.sample(images, 3)
        if what == "purge":
            cursor.execute("DELETE FROM images WHERE id = ANY(%s::uuid[])", [some])
            images[:] = [image for image in images if image not in some]
            return what
        words, value = changes[what]
        cursor.execute(f"UPDATE images SET {words} WHERE id = ANY(%s::uuid[])", [value, some])  # noqa: S608
    return what


def test_nothing_is_left_of_somebody_who_is_deleted(stack: EmbeddedStack, owner: UUID) -> None:
    with cursor_of(stack) as cursor:
        for days in range(0, 400, 20):
            _add(cursor, owner, START + timedelta(days=days))
    with cursor_of(stack) as cursor:
        cursor.execute("UPDATE images SET deleted_at = now() WHERE owner_id = %s", [str(owner)])
        cursor.execute("DELETE FROM users WHERE id = %s", [str(owner)])
    with cursor_of(stack) as cursor:
        cursor.execute("SELECT FROM timeline_months WHERE owner_id = %s", [str(owner)])
        assert cursor.rowcount == 0
