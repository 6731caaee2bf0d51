"""People without images, and transactions of the role that the product runs as."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg2

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a type

    from scripts.embedded.stack import EmbeddedStack


@contextmanager
def cursor_of(stack: EmbeddedStack) -> Iterator[Cursor]:
    """A transaction of the role that the product runs as; committed at the end."""
    with (
        closing(psycopg2.connect(stack.runtime_database_url)) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        yield cursor


def add_owner(stack: EmbeddedStack) -> UUID:
    """Somebody without images, in a database whose tables were made."""
    owner = uuid4()
    with cursor_of(stack) as cursor:
        cursor.execute(
            "INSERT INTO users (id, email, created_at) VALUES (%s, %s, now())",
            [str(owner), f"{owner}@example.org"],
        )
    return owner
