"""An index by which the sweep reads a few of each person's purges, and not all of them."""

from alembic import op

revision = "0046"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_purges_in_turn", "purges", ["owner_id", "decided_at"])
    op.drop_index("ix_purges_owner_id", table_name="purges")


def downgrade() -> None:
    op.create_index("ix_purges_owner_id", "purges", ["owner_id"])
    op.drop_index("ix_purges_in_turn", table_name="purges")
