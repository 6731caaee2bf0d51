"""What guests sent and its owner put into the library, too: it stays, whatever is decided."""

import sqlalchemy as sa
from alembic import op

revision = "0095"
down_revision = "0094"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column with a default: the former release writes rows without it."""
    op.add_column(
        "collected_images",
        sa.Column(
            "was_in_library",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="Of what made the image: whether its owner put it into the library themselves.",
        ),
    )


def downgrade() -> None:
    """What its owner uploaded, too, goes again with what is declined."""
    op.drop_column("collected_images", "was_in_library")
