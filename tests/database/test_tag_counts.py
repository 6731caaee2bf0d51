"""The counts of tags are what COUNT(DISTINCT) says, whoever writes what at once."""

from __future__ import annotations

from contextlib import closing
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg2
import pytest

from app.cli.migrate import migrate
from tests.database.test_album_counts import ADD_IMAGE, LOCK, TAKE
from tests.support.writers import write_at_once

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a type

    from scripts.embedded.stack import EmbeddedStack

WRITERS = 6
ROUNDS = 40
IMAGES = 60
# Each below the one before it, and two beside them.
TREE = ((), (0,), (0, 1), (0,), ())
ADD_TAG = (
    "INSERT INTO tags (id, owner_id, path, key, lineage, words, created_at, changed_at)"
    " VALUES (%s, %s, %s, %s, %s::uuid[], '', now(), now())"
)
ADD = """
INSERT INTO image_tags (image_id, tag_id) SELECT id, %s
FROM images WHERE id = ANY (%s::uuid[]) ON CONFLICT DO NOTHING
"""
REMOVE = "DELETE FROM image_tags WHERE tag_id = %s AND image_id = ANY (%s::uuid[])"
WRONG = """
SELECT tags.id FROM tags WHERE owner_id = %s AND deleted_at IS NULL AND image_count <> (
  SELECT count(DISTINCT images.id) FROM tags AS one
  JOIN image_tags ON tag_id = one.id JOIN images ON images.id = image_id
  WHERE one.owner_id = tags.owner_id AND one.deleted_at IS NULL AND tags.id = ANY (one.lineage)
    AND images.deleted_at IS NULL AND state IN ('processing', 'ready', 'damaged'))
"""


class Library:
    """Somebody with images and tags, at the database."""

    def __init__(self, stack: EmbeddedStack) -> None:
        """Make them."""
        migrate(stack.database_url)
        self.stack = stack
        self.owner = str(uuid4())
        self.images = [str(uuid4()) for _ in range(IMAGES)]
        self.tags = [str(uuid4()) for _ in TREE]
        with closing(self.connect()) as connection, connection, connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO users (id, email, created_at) VALUES (%s, %s, now())",
                [self.owner, f"{self.owner}@example.org"],
            )
            for n, image in enumerate(self.images):
                cursor.execute(ADD_IMAGE, [image, self.owner, n])
            for n, above in enumerate(TREE):
                path = "/".join(str(each) for each in (*above, n))
                lineage = [self.tags[each] for each in (*above, n)]
                cursor.execute(ADD_TAG, [self.tags[n], self.owner, path, path, lineage])

    def connect(self) -> psycopg2.extensions.connection:
        """As the role that the product runs as."""
        return psycopg2.connect(self.stack.runtime_database_url)

    def wrong(self) -> list[UUID]:
        """Tags whose counts are not what is there."""
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(WRONG, [self.owner])
            return [row[0] for row in cursor.fetchall()]

    def counts(self) -> list[int]:
        """Of each tag."""
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT id, image_count FROM tags WHERE owner_id = %s", [self.owner])
            found = {str(row[0]): row[1] for row in cursor.fetchall()}
        return [found[tag] for tag in self.tags]


@pytest.fixture
def library(stack: EmbeddedStack) -> Library:
    return Library(stack)


def test_counts_follow_each_kind_of_change(library: Library) -> None:
    tags, images = library.tags, library.images

    def run(*statements: tuple[object, ...]) -> list[int]:
        with closing(library.connect()) as connection, connection, connection.cursor() as cursor:
            for words, *values in statements:
                cursor.execute(str(words), values)
        assert library.wrong() == []
        return library.counts()

    change = "UPDATE images SET {} WHERE id = ANY (%s::uuid[])"
    assert run((ADD, tags[2], images[:10])) == [10, 10, 10, 0, 0]
    assert run((ADD, tags[1], images[5:15])) == [15, 15, 10, 0, 0]
    assert run((ADD, tags[3], images[:20])) == [20, 15, 10, 20, 0]
    assert run((change.format("deleted_at = now()"), images[:5])) == [15, 10, 5, 15, 0]
    assert run((change.format("timeline_at = '1999-01-01'"), images)) == [15, 10, 5, 15, 0]
    assert run((change.format("deleted_at = NULL"), images[:2])) == [17, 12, 7, 17, 0]
    assert run((change.format("state = 'rejected'"), images[:1])) == [16, 11, 6, 16, 0]
    assert run((change.format("state = 'damaged'"), images[:1])) == [17, 12, 7, 17, 0]
    assert run((change.format("favourite = true"), images)) == [17, 12, 7, 17, 0]
    assert run((REMOVE, tags[3], images[:50])) == [12, 12, 7, 0, 0]
    assert run((REMOVE, tags[2], images[:2])) == [10, 10, 5, 0, 0]
    # Several in one transaction, in either order.
    trash, back = change.format("deleted_at = now()"), change.format("deleted_at = NULL")
    assert run((back, images[2:5]), (ADD, tags[4], images[2:5])) == [13, 13, 8, 0, 3]
    assert run((ADD, tags[4], images[5:7]), (trash, images[2:6])) == [9, 9, 4, 0, 1]
    assert run((back, images[2:6]), (trash, images[2:6])) == [9, 9, 4, 0, 1]
    gone = "DELETE FROM images WHERE id = ANY (%s::uuid[])"
    assert run((gone, images[2:6])) == [9, 9, 4, 0, 1]
    assert run((trash, images[6:8]), (gone, images[6:8])) == [7, 7, 2, 0, 0]
    # Nothing in the product does this.
    assert run((gone, images[8:10])) == [5, 5, 0, 0, 0]


def test_what_is_rolled_back_is_not_counted(library: Library) -> None:
    with closing(library.connect()) as connection, connection.cursor() as cursor:
        cursor.execute(ADD, [library.tags[2], library.images])
        cursor.execute("SAVEPOINT here")
        cursor.execute("UPDATE images SET deleted_at = now() WHERE owner_id = %s", [library.owner])
        cursor.execute("ROLLBACK TO here")
        connection.commit()
        cursor.execute(ADD, [library.tags[4], library.images])
        connection.rollback()
    assert (library.wrong(), library.counts()) == ([], [IMAGES, IMAGES, IMAGES, 0, 0])


def test_counts_are_true_after_many_sessions_at_once(library: Library) -> None:
    """The same images and tags, in any order, and nobody is refused."""
    write_at_once(
        library.connect,
        lambda cursor, choices: _write_one(cursor, library, choices),
        writers=WRITERS,
        rounds=ROUNDS,
    )
    assert library.wrong() == []
    assert sum(library.counts()) > 0


def _write_one(cursor: Cursor, library: Library, choices: Random) -> None:
    """Change something in one transaction, locking as the API does."""
    images = choices.sample(library.images, choices.randint(1, 12))
    kind = choices.choice(["add", "add", "remove", "delete", "restore", "purge"])
    cursor.execute(LOCK, [images])
    if kind == "purge":
        cursor.execute("DELETE FROM images WHERE id = %s AND deleted_at IS NOT NULL", [images[0]])
    elif kind in {"add", "remove"}:
        cursor.execute(TAKE, [library.owner])
        cursor.execute(ADD if kind == "add" else REMOVE, [choices.choice(library.tags), images])
    else:
        moment = "now()" if kind == "delete" else "NULL"
        cursor.execute(
            f"UPDATE images SET deleted_at = {moment} WHERE id = ANY (%s::uuid[])",  # noqa: S608
            [images],
        )
