"""Long steps of migrations, while the version before serves: without locks that it waits for.

[Note: Migrations online] Each migration is a transaction of its own. A lock on a table is held
until its end, and whoever waits for one holds up all who come later. So migrations wait for
LOCK_TIMEOUT only, which is less than PostgreSQL's `deadlock_timeout` (1 s): where they and a
request wait for each other, the migration gives way, and app/cli/migrate.py runs it again. What
takes long is done here, outside of transactions; whatever a migration did before such a step is
committed, so it must be safe to repeat.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op
from sqlalchemy import Connection, text

LOCK_TIMEOUT = "500ms"
# For rows, and for transactions that an index waits for: nobody queues behind such a wait. Longer
# than any statement of the product (app/database.py).
_PATIENT = "60s"


@contextmanager
def without_transaction() -> Iterator[Connection]:
    """Commit what was done; each statement in here is a transaction, and waits for rows longer."""
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        connection.execute(text(f"SET lock_timeout = '{_PATIENT}'"))
        yield connection
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))


def create_index(name: str, on: str) -> None:
    """Make an index while others write. Safe to repeat: what a failure left invalid is dropped.

    Args:
        name: of the index.
        on: what comes after ON: table, columns, condition.
    """
    with without_transaction() as connection:
        is_invalid = text(
            "SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)"
        )
        if connection.scalar(is_invalid, {"name": name}):
            connection.execute(text(f"DROP INDEX CONCURRENTLY {name}"))
        connection.execute(text(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {on}"))
