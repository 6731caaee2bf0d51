"""An index by which the uploads that a person has not finished are counted."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index(
        "ix_images_uploading",
        "images",
        ["owner_id"],
        postgresql_where=sa.text("state = 'uploading'"),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_images_uploading", table_name="images")
