"""Connect Alembic to the connection, or the database URL, that it is called with."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

import app.images.album_models
import app.images.bare_models
import app.images.checked_models
import app.images.collected_models
import app.images.correction_models
import app.images.counted_models
import app.images.description_batch_models
import app.images.description_preference_models
import app.images.export_models
import app.images.fingerprint_models
import app.images.model_call_models
import app.images.models
import app.images.sidecar_models
import app.images.unsent_models
import app.integrity.purges
import app.integrity.scan_state
import app.map.models
import app.members.models
import app.search.meaning.models
import app.search.models
import app.search.saved_models
import app.sharing.models
import app.stacks.models
import app.statistics.models
import app.timeline.models
import app.uploads.cancelled  # noqa: F401 - with accounts, all tables
from app.accounts.models import map_all
from app.database import Base
from app.migrations.online import LOCK_TIMEOUT

map_all()


@contextmanager
def _connection() -> Iterator[Connection]:
    attributes = context.config.attributes
    if "connection" in attributes:
        yield attributes["connection"]
        return
    engine = create_engine(attributes["database_url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        yield connection


# See [Note: Migrations online] in app/migrations/online.py.
with _connection() as connection:
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.commit()  # Alembic would leave an open transaction to us
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
