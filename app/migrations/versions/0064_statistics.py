"""What was counted of libraries: [Note: Counted when it is asked for] in statistics/count.py."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0064"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "library_statistics",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "change",
            sa.BigInteger(),
            nullable=False,
            comment="The library's last change when counting began: see storage.",
        ),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False, comment="How long counting took."),
        sa.Column(
            "groups",
            JSONB(),
            nullable=False,
            comment="Of each kind the largest groups, with images and bytes.",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["users.id"],
            name=op.f("fk_library_statistics_owner_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_library_statistics")),
        comment="What was last counted of each person's library.",
    )


def downgrade() -> None:
    """Take it away: it is counted again."""
    op.drop_table("library_statistics")
