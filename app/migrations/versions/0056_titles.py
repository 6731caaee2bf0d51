"""Titles of images: what their files say, and what their people do."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0061"
branch_labels = None
depends_on = None

_views = import_module("app.migrations.versions.0023_favourites_and_archive")
_search = import_module("app.migrations.versions.0038_search")
_places = import_module("app.migrations.versions.0050_places")
# What the API shows of an image.
SHOWN = f"{_places.SHOWN}, title, file_title"
# An image whose words change is indexed anew; the index of this release knows titles.
NOTE_TITLE = f"""
CREATE TRIGGER note_image_to_index_titled AFTER UPDATE OF title, file_title ON images
  FOR EACH ROW WHEN (NEW.state IN {_search.SHOWN} AND (
    (OLD.title, OLD.file_title) IS DISTINCT FROM (NEW.title, NEW.file_title)
  )) EXECUTE FUNCTION note_image_to_index();
"""


def upgrade() -> None:
    """Add the columns. The former release reads and writes neither."""
    op.add_column(
        "images",
        sa.Column(
            "title",
            sa.Text(),
            nullable=True,
            comment="As its person says; empty: none. Null: as its file says.",
        ),
    )
    op.add_column(
        "images",
        sa.Column("file_title", sa.Text(), nullable=True, comment="As the file says; null: none."),
    )
    op.execute(_views.NOTE_CHANGES_OF.format(shown=SHOWN))
    op.execute(NOTE_TITLE)


def downgrade() -> None:
    """Forget titles, also what people said."""
    op.execute("DROP TRIGGER note_image_to_index_titled ON images")
    op.execute(_views.NOTE_CHANGES_OF.format(shown=_places.SHOWN))
    op.drop_column("images", "file_title")
    op.drop_column("images", "title")
