"""The counts of albums are what COUNT(*) says, whoever writes what at once."""

from __future__ import annotations

from contextlib import closing
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg2
import pytest

from app.cli.migrate import migrate
from tests.support.writers import write_at_once

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a type

    from scripts.embedded.stack import EmbeddedStack

WRITERS = 6
ROUNDS = 40
ALBUMS = 4
IMAGES = 60

ADD_IMAGE = """
INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
    timeline_at, has_preview, attempts, description_state)
VALUES (%s, %s, 'x.jpg', 1, sha256(gen_random_uuid()::text::bytea), 'image/jpeg', 'ready', now(),
    '2024-01-01'::timestamp + %s * interval '1 hour', false, 0, 'none')
"""
ADD_ALBUM = (
    "INSERT INTO albums (id, owner_id, title, sort, created_at, changed_at)"
    " VALUES (%s, %s, 'x', %s, now(), now())"
)
# As the API does: the images first, then the person, then the album.
LOCK = "SELECT id FROM images WHERE id = ANY (%s::uuid[]) ORDER BY id FOR UPDATE"
TAKE = "SELECT take_change(%s)"
ADD = """
INSERT INTO album_images (album_id, image_id, position, shown_at)
SELECT %s, id, %s, CASE WHEN deleted_at IS NULL THEN timeline_at END
FROM images WHERE id = ANY (%s::uuid[]) ON CONFLICT DO NOTHING
"""
REMOVE = "DELETE FROM album_images WHERE album_id = %s AND image_id = ANY (%s::uuid[])"
WRONG = """
SELECT albums.id FROM albums LEFT JOIN LATERAL (
  SELECT count(*) AS entries, count(*) FILTER (WHERE shown) AS images,
    min(timeline_at) FILTER (WHERE shown) AS first_at,
    max(timeline_at) FILTER (WHERE shown) AS last_at,
    count(*) FILTER (WHERE shown_at IS DISTINCT FROM CASE WHEN shown THEN timeline_at END) AS wrong
  FROM album_images JOIN (
    SELECT id, timeline_at, deleted_at IS NULL AND state IN ('processing', 'ready', 'damaged')
      AS shown FROM images
  ) AS images ON images.id = image_id
  WHERE album_id = albums.id
) AS counted ON true
WHERE owner_id = %s AND (
  (entry_count, image_count) IS DISTINCT FROM (counted.entries, counted.images)
  OR (albums.first_at, albums.last_at) IS DISTINCT FROM (counted.first_at, counted.last_at)
  OR wrong > 0
  OR shown_cover_id IS DISTINCT FROM CASE sort
    WHEN 'newest' THEN (SELECT image_id FROM album_images WHERE album_id = albums.id
      AND shown_at IS NOT NULL ORDER BY shown_at DESC, image_id DESC LIMIT 1)
    WHEN 'oldest' THEN (SELECT image_id FROM album_images WHERE album_id = albums.id
      AND shown_at IS NOT NULL ORDER BY shown_at, image_id LIMIT 1)
    ELSE (SELECT image_id FROM album_images WHERE album_id = albums.id
      AND shown_at IS NOT NULL ORDER BY position, image_id LIMIT 1) END)
"""


class Library:
    """Somebody with images and albums, at the database."""

    def __init__(self, stack: EmbeddedStack) -> None:
        """Make them."""
        migrate(stack.database_url)
        self.stack = stack
        self.owner = str(uuid4())
        self.images = [str(uuid4()) for _ in range(IMAGES)]
        self.albums = [str(uuid4()) for _ in range(ALBUMS)]
        with closing(self.connect()) as connection, connection, connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO users (id, email, created_at) VALUES (%s, %s, now())",
                [self.owner, f"{self.owner}@example.org"],
            )
            for n, image in enumerate(self.images):
                cursor.execute(ADD_IMAGE, [image, self.owner, n])
            for n, album in enumerate(self.albums):
                sort = ("newest", "oldest", "manual")[n % 3]
                cursor.execute(ADD_ALBUM, [album, self.owner, sort])

    def connect(self) -> psycopg2.extensions.connection:
        """As the role that the product runs as."""
        return psycopg2.connect(self.stack.runtime_database_url)

    def wrong(self) -> list[UUID]:
        """Albums whose counts are not what is there."""
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(WRONG, [self.owner])
            return [row[0] for row in cursor.fetchall()]

    def total(self, column: str) -> int:
        """Of all albums."""
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(
                f"SELECT coalesce(sum({column}), 0) FROM albums WHERE owner_id = %s",  # noqa: S608
                [self.owner],
            )
            found = cursor.fetchone()
            assert found is not None
            return int(found[0])


@pytest.fixture
def library(stack: EmbeddedStack) -> Library:
    return Library(stack)


def test_counts_follow_each_kind_of_change(library: Library) -> None:
    (album, other, by_hand, _), images = library.albums, library.images

    def run(words: str, *values: object) -> tuple[int, int]:
        with closing(library.connect()) as connection, connection, connection.cursor() as cursor:
            cursor.execute(words, list(values))
        assert library.wrong() == []
        return library.total("entry_count"), library.total("image_count")

    assert run(ADD, album, 1, images[:10]) == (10, 10)
    assert run(ADD, other, 1, images[5:10]) == (15, 15)
    assert run(ADD, by_hand, 1, images[:1]) == (16, 16)
    change = "UPDATE images SET {} WHERE id = ANY (%s::uuid[])"
    assert run(change.format("deleted_at = now()"), images[8:12]) == (16, 12)
    assert run(change.format("timeline_at = '1999-01-01'"), images[7:9]) == (16, 12)
    assert run(change.format("deleted_at = NULL"), images[8:12]) == (16, 16)
    assert run(change.format("state = 'rejected'"), images[:1]) == (16, 14)
    assert run(change.format("name = 'y', state = 'damaged'"), images[:1]) == (16, 16)
    assert run(change.format("favourite = true"), images) == (16, 16)
    move = "UPDATE album_images SET position = 0 WHERE album_id = %s AND image_id = %s"
    assert run(ADD, by_hand, 5, images[1:3]) == (18, 18)
    assert run(move, by_hand, images[2]) == (18, 18)
    assert run(REMOVE, album, images[:20]) == (8, 8)
    assert run("DELETE FROM images WHERE id = ANY (%s::uuid[])", images[:7]) == (3, 3)


def test_album_that_is_renamed_deleted_or_restored_writes_no_image(library: Library) -> None:
    album = library.albums[0]
    with closing(library.connect()) as connection, connection, connection.cursor() as cursor:
        cursor.execute(ADD, [album, 1, library.images])
    for change in ("title = 'y'", "deleted_at = now()", "deleted_at = NULL"):
        with closing(library.connect()) as connection, connection, connection.cursor() as cursor:
            noted = "SELECT image_id, number FROM image_changes WHERE owner_id = %s ORDER BY 1"
            cursor.execute(noted, [library.owner])
            before = cursor.fetchall()
            cursor.execute(f"UPDATE albums SET {change} WHERE id = %s", [album])  # noqa: S608
            cursor.execute(noted, [library.owner])
            assert (len(before), cursor.fetchall()) == (IMAGES, before)


def test_what_is_rolled_back_is_not_counted(library: Library) -> None:
    with closing(library.connect()) as connection, connection.cursor() as cursor:
        cursor.execute(ADD, [library.albums[0], 1, library.images])
        cursor.execute("SAVEPOINT here")
        cursor.execute("UPDATE images SET deleted_at = now() WHERE owner_id = %s", [library.owner])
        cursor.execute("ROLLBACK TO here")
        connection.commit()
        cursor.execute(ADD, [library.albums[1], 1, library.images])
        connection.rollback()
    assert library.wrong() == []
    assert library.total("image_count") == IMAGES


def test_counts_are_true_after_many_sessions_at_once(library: Library) -> None:
    """The same images and albums, in any order, and nobody is refused."""
    write_at_once(
        library.connect,
        lambda cursor, choices: _write_one(cursor, library, choices),
        writers=WRITERS,
        rounds=ROUNDS,
    )
    assert library.wrong() == []
    assert library.total("entry_count") > 0


def _write_one(cursor: Cursor, library: Library, choices: Random) -> None:
    """Change something in one transaction, locking as the API does."""
    images = choices.sample(library.images, choices.randint(1, 12))
    album = choices.choice(library.albums)
    kind = choices.choice(["add", "add", "remove", "delete", "restore", "date", "move", "purge"])
    if kind == "move":
        cursor.execute(TAKE, [library.owner])
        cursor.execute(
            "UPDATE album_images SET position = %s WHERE album_id = %s"
            " AND image_id = ANY (%s::uuid[])",
            [choices.randint(-99, 99), album, images],
        )
        return
    if kind == "purge":
        cursor.execute(LOCK, [images[:1]])
        cursor.execute("DELETE FROM images WHERE id = %s AND deleted_at IS NOT NULL", [images[0]])
        return
    cursor.execute(LOCK, [images])
    if kind in {"add", "remove"}:
        cursor.execute(TAKE, [library.owner])
        words = (ADD, [album, choices.randint(-99, 99), images])
        cursor.execute(*(words if kind == "add" else (REMOVE, [album, images])))
        return
    changed = {
        "delete": "deleted_at = now()",
        "restore": "deleted_at = NULL",
        "date": "timeline_at = timeline_at + interval '1 day'",
    }[kind]
    cursor.execute(f"UPDATE images SET {changed} WHERE id = ANY (%s::uuid[])", [images])  # noqa: S608
