"""Which uploads were cancelled, so that what arrives of them is known for what it is."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table. What was cancelled before is left to the sweep's round through the bucket."""
    op.create_table(
        "cancelled_uploads",
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False, comment="Whose it was."),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "look_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the sweep looks whether anything arrived.",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["users.id"],
            name="fk_cancelled_uploads_owner_id_users",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("image_id", name="pk_cancelled_uploads"),
        comment="Uploads cancelled within the last day: what arrives of them is removed.",
    )
    op.create_index("ix_cancelled_uploads_owner_id", "cancelled_uploads", ["owner_id"])
    op.create_index("ix_cancelled_uploads_look_at", "cancelled_uploads", ["look_at"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("cancelled_uploads")
