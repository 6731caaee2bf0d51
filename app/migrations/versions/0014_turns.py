"""What waits is found by person; one worker at a time makes a zip or asks a model."""

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
    moment = sa.DateTime(timezone=True)
    op.add_column(
        "exports",
        sa.Column(
            "leased_until",
            moment,
            nullable=True,
            comment="Until then a worker makes its next zip, unless it says so again.",
        ),
    )
    op.add_column(
        "images",
        sa.Column(
            "description_leased_until",
            moment,
            nullable=True,
            comment="Until then a model is being asked.",
        ),
    )


def downgrade() -> None:
    op.drop_column("images", "description_leased_until")
    op.drop_column("exports", "leased_until")
    op.drop_index("ix_images_to_develop", table_name="images")
