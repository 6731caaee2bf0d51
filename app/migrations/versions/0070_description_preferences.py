"""In which languages people want descriptions, and which names a model may use."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0070"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "description_preferences",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "languages",
            postgresql.ARRAY(sa.String(10)),
            nullable=False,
            comment="Codes, 3 at most; the first is the alt text's. None: English.",
        ),
        sa.Column(
            "names",
            postgresql.JSONB(),
            nullable=False,
            comment="30 at most: name and note, which are shown to the model as data.",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id"),
        comment="What people wish of descriptions by a model.",
    )


def downgrade() -> None:
    op.drop_table("description_preferences")
