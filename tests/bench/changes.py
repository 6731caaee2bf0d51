"""What noting changes costs: writes with the trigger and without it, and asking for changes.

    .venv/bin/python -m tests.bench.changes

100,000 pictures of one person; medians of rounds by turns, in one run, beside each other.
"""

from __future__ import annotations

import statistics
import time
from contextlib import closing
from typing import TYPE_CHECKING

import psycopg2

from app.cli.migrate import migrate
from tests.conftest import running_stack

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812 - a type

ROUNDS = 5
OWNER = "00000000-0000-4000-8000-000000000001"
ADD = (
    "INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,"
    " timeline_at, has_preview, is_animated, attempts, description_state)"
    " SELECT gen_random_uuid(), %s, n || '.jpg', 1, sha256(n::text::bytea), 'image/jpeg', 'ready',"
    " now(), now(), false, false, 0, 'none' FROM generate_series(%s, %s) AS n"
)
PAGE = (
    "SELECT image_id FROM image_changes LEFT JOIN images ON images.id = image_id"
    " WHERE image_changes.owner_id = %s AND (number, image_id) > (%s, %s)"
    " ORDER BY number, image_id LIMIT 101"
)
NOBODY = "00000000-0000-0000-0000-000000000000"


def seconds(connection: Connection, statement: str, values: tuple[object, ...] = ()) -> float:
    """How long a statement takes together with its commit."""
    with connection.cursor() as cursor:
        begun = time.perf_counter()
        cursor.execute(statement, values)
        connection.commit()
        return time.perf_counter() - begun


def main() -> None:
    """Print the figures."""
    with running_stack() as stack:
        migrate(stack.database_url)
        with closing(psycopg2.connect(stack.database_url)) as connection:
            seconds(
                connection,
                "INSERT INTO users (id, email, created_at) VALUES (%s, 'a@example.org', now())",
                (OWNER,),
            )
            print(f"adding 100,000 in one: {seconds(connection, ADD, (OWNER, 1, 100_000)):.2f} s")
            seconds(connection, "ANALYZE")
            many = "UPDATE images SET deleted_at = now() WHERE byte_size = 1 AND id IN (SELECT id"
            many += " FROM images ORDER BY id LIMIT %s)"
            for count in (1, 10_000):
                found: dict[str, list[float]] = {"ENABLE": [], "DISABLE": []}
                for _ in range(ROUNDS if count > 1 else 200):
                    for how, taken in found.items():
                        for trigger in ("note_change", "note_change_of_what_is_shown"):
                            seconds(connection, f"ALTER TABLE images {how} TRIGGER {trigger}")
                        taken.append(seconds(connection, many, (count,)))
                noted, bare = (statistics.median(taken) for taken in found.values())
                print(
                    f"changing {count}: {1000 * noted:.2f} ms noted, {1000 * bare:.2f} ms bare,"
                    f" ratio {noted / bare:.2f}"
                )
            pages = [seconds(connection, PAGE, (OWNER, 0, NOBODY)) for _ in range(200)]
            print(f"a page of 100 changes: {1000 * statistics.median(pages):.2f} ms")


if __name__ == "__main__":
    main()
