"""Descriptions take turns: the rows that wait are the queue."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Count attempts in the row, and find whoever waits for a description by an index."""
    op.add_column(
        "images",
        sa.Column(
            "description_attempts",
            sa.SmallInteger(),
            server_default="0",
            nullable=False,
            comment="How often a model was begun to be asked for the one that it waits for.",
        ),
    )
    op.create_index(
        "ix_images_to_describe",
        "images",
        ["owner_id", "description_asked_at", "id"],
        postgresql_where=sa.text("description_state = 'waiting' AND deleted_at IS NULL"),
    )


def downgrade() -> None:
    """Let each message be about one picture again."""
    op.drop_index("ix_images_to_describe", "images")
    op.drop_column("images", "description_attempts")
