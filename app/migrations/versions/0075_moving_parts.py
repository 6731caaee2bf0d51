"""Moving parts of motion photos: how many bytes they have, and how long they play."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0066"
branch_labels = None
depends_on = None

_views = import_module("app.migrations.versions.0023_favourites_and_archive")
_titles = import_module("app.migrations.versions.0056_titles")
# What the API shows of an image.
SHOWN = f"{_titles.SHOWN}, motion_bytes, motion_milliseconds"


def upgrade() -> None:
    """Add the columns. The former release reads and writes neither."""
    op.add_column(
        "images",
        sa.Column(
            "motion_bytes",
            sa.Integer(),
            nullable=True,
            comment="Of its moving part, motion.mp4: a copy of bytes within the original.",
        ),
    )
    op.add_column(
        "images",
        sa.Column(
            "motion_milliseconds",
            sa.Integer(),
            nullable=True,
            comment="How long that plays, as it says; null: it does not say.",
        ),
    )
    op.execute(_views.NOTE_CHANGES_OF.format(shown=SHOWN))


def downgrade() -> None:
    """Forget the moving parts; they are in the originals, and their copies go with the images."""
    op.execute(_views.NOTE_CHANGES_OF.format(shown=_titles.SHOWN))
    op.drop_column("images", "motion_milliseconds")
    op.drop_column("images", "motion_bytes")
