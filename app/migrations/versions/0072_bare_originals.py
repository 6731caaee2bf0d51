"""Originals without their metadata, for share links that give no others; see app/images/models.py.

The former release reads and writes neither the table nor the column.
"""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; no link asks for one yet."""
    op.create_table(
        "bare_originals",
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.String(10),
            nullable=False,
            comment="wanted, made, or impossible: nobody can say what of it is metadata.",
        ),
        sa.Column(
            "asked_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When a worker was last asked to make it.",
        ),
        sa.CheckConstraint(
            "state IN ('wanted', 'made', 'impossible')", name=op.f("ck_bare_originals_state")
        ),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name=op.f("fk_bare_originals_image_id_images"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["users.id"],
            name=op.f("fk_bare_originals_owner_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("image_id", name=op.f("pk_bare_originals")),
        comment="Copies of originals without metadata, which a link asked for: at most one each.",
    )
    op.create_index(op.f("ix_bare_originals_owner_id"), "bare_originals", ["owner_id"])
    op.add_column(
        "shares",
        sa.Column(
            "without_metadata",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="Whether originals are given without what is written in them, or not at all.",
        ),
    )


def downgrade() -> None:
    """Close the links that give originals without metadata: the former release would give all."""
    op.execute("UPDATE shares SET allow_downloads = false WHERE without_metadata")
    op.drop_column("shares", "without_metadata")
    op.drop_table("bare_originals")
