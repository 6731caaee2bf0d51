"""Which version of a picture's description its person has checked."""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checked_descriptions",
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "description_id",
            sa.Uuid(),
            nullable=False,
            comment="The version; where another one is shown, it is not checked any more.",
        ),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("image_id"),
        comment="Descriptions that their person has checked, or written.",
    )
    op.create_index("ix_checked_descriptions_owner_id", "checked_descriptions", ["owner_id"])


def downgrade() -> None:
    op.drop_table("checked_descriptions")
