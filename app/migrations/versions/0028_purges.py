"""Which pictures were deleted for good and may still have objects; waiting briefly for locks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

revision = "0028"
down_revision = "0026"
branch_labels = None
depends_on = None

# A function, since RDS Proxy keeps a connection to itself for whoever sends it SET or set_config.
WAIT_BRIEFLY = """
CREATE FUNCTION {schema}.wait_briefly() RETURNS void
  LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_catalog.set_config('lock_timeout', '200ms', true);
END $$
"""


def upgrade() -> None:
    """Add the table and the function."""
    schema = op.get_bind().scalar(text("SELECT quote_ident(current_schema())"))
    op.execute(WAIT_BRIEFLY.format(schema=schema))
    op.create_table(
        "purges",
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False, comment="Whose it was."),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name="fk_purges_owner_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("image_id", name="pk_purges"),
        comment="Pictures that were deleted for good and whose objects may still be there.",
    )
    op.create_index("ix_purges_owner_id", "purges", ["owner_id"])


def downgrade() -> None:
    """Take it away. What it still holds is found by the sweep's round through the bucket."""
    op.drop_table("purges")
    op.execute("DROP FUNCTION wait_briefly()")
