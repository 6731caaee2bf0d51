"""When a file was last changed, for pictures that do not say when they were taken."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; old code leaves it empty."""
    op.add_column(
        "images",
        sa.Column(
            "taken_hint",
            sa.DateTime(timezone=False),
            nullable=True,
            comment="Wall clock when the file was last changed, as the browser said.",
        ),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_column("images", "taken_hint")
