"""Connect Alembic to the database URL that it is called with."""

from alembic import context
from sqlalchemy import create_engine, pool

import app.images.album_models
import app.images.correction_models
import app.images.export_models
import app.images.fingerprint_models
import app.images.model_call_models
import app.images.models
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

map_all()
engine = create_engine(context.config.attributes["database_url"], poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
