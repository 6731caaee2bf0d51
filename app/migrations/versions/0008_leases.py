"""Who is at a picture, what the sweep took up, and since when the database has been watching."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "images",
        sa.Column(
            "leased_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Until then a worker is at it, unless it says so again.",
        ),
    )
    op.add_column(
        "images",
        sa.Column(
            "swept_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the sweep last took it up.",
        ),
    )
    op.create_index(
        "ix_images_given_up",
        "images",
        ["owner_id"],
        postgresql_where=sa.text("failure_code = 'processing_failed'"),
    )
    op.create_table(
        "watches",
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("since", name="pk_watches"),
        comment="Spans in which the sweep ran: what was stored outside of them, no row may know.",
    )
    op.create_table(
        "rounds",
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "after",
            sa.String(80),
            server_default="",
            nullable=False,
            comment="The key up to which the bucket was looked through.",
        ),
        sa.PrimaryKeyConstraint("begun_at", name="pk_rounds"),
        comment="Rounds of the sweep through the whole bucket.",
    )


def downgrade() -> None:
    op.drop_table("rounds")
    op.drop_table("watches")
    op.drop_index("ix_images_given_up", table_name="images")
    op.drop_column("images", "swept_at")
    op.drop_column("images", "leased_until")
