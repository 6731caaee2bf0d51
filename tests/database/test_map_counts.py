"""The counts of the map are what COUNT(*) says, whoever writes what at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg2
import pytest

from app.cli.migrate import migrate
from app.map.cells import FINEST, LEVELS, column_of, join, row_of
from tests.database.people import add_owner, cursor_of

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a type

    from scripts.embedded.stack import EmbeddedStack

WRITERS = 6
ROUNDS = 40
PLACES = (
    (48.8584, 2.2945),
    (48.8606, 2.3376),
    (-17.7134, 178.065),
    (-16.6, -179.9),
    (89.9, 0.0),
    (-90.0, 180.0),
    (0.0, -180.0),
)
ADD = """
INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
    timeline_at, has_preview, attempts, description_state, latitude, longitude)
VALUES (%s, %s, 'x.jpg', 1, sha256(gen_random_uuid()::text::bytea), 'image/jpeg', %s, now(),
    now() AT TIME ZONE 'UTC', false, 0, 'none', %s, %s)
"""
COUNTED = """
SELECT level, map_cell(latitude, longitude) >> (2 * (19 - level)), count(*),
    sum(map_every_second_bit(map_cell(latitude, longitude))),
    sum(map_every_second_bit(map_cell(latitude, longitude) >> 1))
FROM images CROSS JOIN unnest(%s) AS level
WHERE owner_id = %s AND latitude IS NOT NULL AND longitude IS NOT NULL AND archived_at IS NULL
    AND NOT is_folded AND deleted_at IS NULL AND state IN ('processing', 'ready', 'damaged')
GROUP BY 1, 2
"""
KEPT = "SELECT level, cell, count, x_sum, y_sum FROM map_cells WHERE owner_id = %s"


@pytest.fixture
def owner(stack: EmbeddedStack) -> UUID:
    """Somebody without images."""
    migrate(stack.database_url)
    return add_owner(stack)


def _add(
    cursor: Cursor, owner: UUID, place: tuple[float | None, float | None], state: str = "ready"
) -> str:
    image = str(uuid4())
    cursor.execute(ADD, [image, str(owner), state, *place])
    return image


def _count(stack: EmbeddedStack, owner: UUID) -> int:
    """Compare what is kept with what is counted; return how many images are on the map."""
    with cursor_of(stack) as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute(COUNTED, [list(LEVELS), str(owner)])
        counted = sorted(cursor.fetchall())
        cursor.execute(KEPT, [str(owner)])
        assert sorted(cursor.fetchall()) == counted
    return int(sum(row[2] for row in counted if row[0] == LEVELS[0]))


def test_each_kind_of_change_is_counted(stack: EmbeddedStack, owner: UUID) -> None:
    def change(words: str, *values: object) -> int:
        with cursor_of(stack) as cursor:
            cursor.execute(f"UPDATE images SET {words} WHERE id = %s", [*values, image])  # noqa: S608
        return _count(stack, owner)

    with cursor_of(stack) as cursor:
        image = _add(cursor, owner, PLACES[0], "uploading")
    assert _count(stack, owner) == 0
    assert change("state = 'processing'") == 1
    assert change("state = 'ready'") == 1
    assert change("latitude = %s, longitude = %s", *PLACES[2]) == 1
    assert change("timeline_at = timeline_at + interval '1 day'") == 1
    assert change("archived_at = now()") == 0
    assert change("latitude = NULL, longitude = NULL") == 0
    assert change("archived_at = NULL") == 0
    assert change("latitude = %s, longitude = %s", *PLACES[3]) == 1
    assert change("deleted_at = now()") == 0
    assert change("deleted_at = NULL") == 1
    with cursor_of(stack) as cursor:
        cursor.execute("DELETE FROM images WHERE id = %s", [image])
    assert _count(stack, owner) == 0


def test_of_a_stack_one_image_is_on_the_map(stack: EmbeddedStack, owner: UUID) -> None:
    with cursor_of(stack) as cursor:
        images = [_add(cursor, owner, place) for place in PLACES[:3]]
    assert _count(stack, owner) == 3
    stacked = "UPDATE images SET stack_id = %s, stack_rank = 1 WHERE id = ANY (%s::uuid[])"
    with cursor_of(stack) as cursor:
        cursor.execute(stacked, [str(uuid4()), images])
    assert _count(stack, owner) == 1
    with cursor_of(stack) as cursor:
        cursor.execute(stacked, [None, images])
    assert _count(stack, owner) == 3


def test_a_transaction_of_many_statements_is_counted_once(
    stack: EmbeddedStack, owner: UUID
) -> None:
    with cursor_of(stack) as cursor:
        images = [_add(cursor, owner, place) for place in PLACES for _ in range(3)]
        cursor.execute("UPDATE images SET latitude = 10 WHERE id = %s", [images[0]])
        cursor.execute("UPDATE images SET latitude = 11 WHERE id = %s", [images[0]])
        cursor.execute("DELETE FROM images WHERE id = %s", [images[1]])
        cursor.execute(
            "UPDATE images SET archived_at = now() WHERE id = ANY (%s::uuid[])", [images[5:8]]
        )
    assert _count(stack, owner) == len(images) - 4


def test_the_database_names_cells_as_we_do(stack: EmbeddedStack) -> None:
    migrate(stack.database_url)
    luck = Random(13)  # noqa: S311 - no secret
    places = [*PLACES, *((luck.uniform(-90, 90), luck.uniform(-180, 180)) for _ in range(500))]
    last = (1 << FINEST) - 1
    with cursor_of(stack) as cursor:
        for latitude, longitude in places:
            cursor.execute("SELECT map_cell(%s, %s)", [latitude, longitude])
            column, row = (
                min(int(each * (1 << FINEST)), last)
                for each in (column_of(longitude), row_of(latitude))
            )
            assert cursor.fetchone() == (join(column, row),)


def test_counts_hold_while_several_write_at_once(stack: EmbeddedStack, owner: UUID) -> None:
    def write(number: int) -> None:
        luck = Random(number)  # noqa: S311 - no secret
        mine: list[str] = []
        with closing(psycopg2.connect(stack.database_url)) as connection:
            for _ in range(ROUNDS):
                with connection, connection.cursor() as cursor:
                    if len(mine) < 5 or luck.random() < 0.3:
                        mine += [_add(cursor, owner, luck.choice(PLACES)) for _ in range(3)]
                    elif luck.random() < 0.3:
                        cursor.execute("DELETE FROM images WHERE id = %s", [mine.pop()])
                    else:
                        place = luck.choice([*PLACES, (None, None)])
                        cursor.execute(
                            "UPDATE images SET latitude = %s, longitude = %s"
                            " WHERE id = ANY (%s::uuid[])",
                            [*place, luck.sample(mine, 4)],
                        )

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    assert _count(stack, owner) > 0


def test_whoever_is_deleted_leaves_no_cell(stack: EmbeddedStack, owner: UUID) -> None:
    with cursor_of(stack) as cursor:
        for place in PLACES:
            _add(cursor, owner, place)
    assert _count(stack, owner) == len(PLACES)
    with cursor_of(stack) as cursor:
        cursor.execute("DELETE FROM users WHERE id = %s", [str(owner)])
        cursor.execute(KEPT, [str(owner)])
        assert cursor.fetchall() == []
