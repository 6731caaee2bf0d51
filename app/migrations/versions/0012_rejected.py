"""A rating may also be -1: rejected."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BEFORE = "Stars, 1 to 5, as the file says."
AFTER = "Stars, 1 to 5, as the file says; -1: rejected. Null: none."


def upgrade() -> None:
    """Say what a rating may be. Those that are there are 1 to 5."""
    op.alter_column(
        "images", "rating", existing_type=sa.SmallInteger(), comment=AFTER, existing_comment=BEFORE
    )
    op.create_check_constraint(
        op.f("ck_images_rating"), "images", "rating = -1 OR rating BETWEEN 1 AND 5"
    )


def downgrade() -> None:
    """Forget what was rejected, which the version before cannot show."""
    op.drop_constraint(op.f("ck_images_rating"), "images")
    op.execute("UPDATE images SET rating = NULL WHERE rating = -1")
    op.alter_column(
        "images", "rating", existing_type=sa.SmallInteger(), comment=BEFORE, existing_comment=AFTER
    )
