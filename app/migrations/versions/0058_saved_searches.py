"""Searches that are kept under a name: [Note: Living albums] in app/search/saved_models.py."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("q", sa.String(length=200), nullable=False, comment="As it is typed."),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "char_length(name) BETWEEN 1 AND 200", name=op.f("ck_saved_searches_name")
        ),
        sa.CheckConstraint("char_length(q) BETWEEN 1 AND 200", name=op.f("ck_saved_searches_q")),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["users.id"],
            name=op.f("fk_saved_searches_owner_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
        comment="Searches that people keep under a name: at most 200 of a person.",
    )
    op.create_index("ix_saved_searches_owner_id", "saved_searches", ["owner_id"])


def downgrade() -> None:
    """Take it away, and what people saved with it."""
    op.drop_table("saved_searches")
