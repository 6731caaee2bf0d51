"""What waits to be developed is found by person, oldest first."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_images_to_develop",
        "images",
        ["owner_id", "stored_at", "id"],
        postgresql_where=sa.text("state = 'processing'"),
    )


def downgrade() -> None:
    op.drop_index("ix_images_to_develop", table_name="images")
