"""What the places of images are called: [Note: Named with the change] in app/places/naming.py."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0054"
branch_labels = None
depends_on = None

_views = import_module("app.migrations.versions.0023_favourites_and_archive")
_stacks = import_module("app.migrations.versions.0048_stacks")
NOTE_CHANGES_OF: str = _views.NOTE_CHANGES_OF
# What the API shows of a picture: 0023, 0048, and what is new.
SHOWN_BEFORE = f"{_views.SHOWN}, {_stacks.SHOWN}"
SHOWN = f"{SHOWN_BEFORE}, country_code, region, town"
COLUMNS = ("place_longitude", "place_latitude", "town", "region", "country_code")


def upgrade() -> None:
    """Add the columns; the sweep fills them."""
    op.add_column(
        "images",
        sa.Column(
            "country_code",
            sa.String(length=2),
            nullable=True,
            comment="ISO 3166-1, of the place_ coordinates; null: at sea, or not known.",
        ),
    )
    op.add_column(
        "images",
        sa.Column(
            "region",
            sa.Text(),
            nullable=True,
            comment="Of the first order, in GeoNames' words; null: none is near.",
        ),
    )
    op.add_column("images", sa.Column("town", sa.Text(), nullable=True, comment="As region."))
    op.add_column(
        "images",
        sa.Column(
            "place_latitude",
            sa.Float(),
            nullable=True,
            comment="For which country, region and town were looked up; another: not named yet.",
        ),
    )
    op.add_column(
        "images",
        sa.Column("place_longitude", sa.Float(), nullable=True, comment="As place_latitude."),
    )
    op.create_index(
        "ix_images_to_name",
        "images",
        ["owner_id"],
        postgresql_where=sa.text(
            "latitude IS DISTINCT FROM place_latitude OR longitude IS DISTINCT FROM place_longitude"
        ),
    )
    op.execute(NOTE_CHANGES_OF.format(shown=SHOWN))


def downgrade() -> None:
    """Forget the names: they come from the coordinates."""
    op.execute(NOTE_CHANGES_OF.format(shown=SHOWN_BEFORE))
    op.drop_index("ix_images_to_name", table_name="images")
    for column in COLUMNS:
        op.drop_column("images", column)
