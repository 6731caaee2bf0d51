"""The CRC-32 of each original, which a zip says before the bytes."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. What was developed before has none: a copy of everything works it out."""
    op.add_column(
        "images",
        sa.Column(
            "crc32",
            sa.BigInteger(),
            nullable=True,
            comment="Of the original, unsigned: a zip says it before the bytes.",
        ),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_column("images", "crc32")
