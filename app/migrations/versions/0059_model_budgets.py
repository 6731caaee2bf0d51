"""What descriptions cost: a row for each sending, sums by month, a budget of a person's own."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Alone, since every request reads `users`: see [Note: Migrations online].
    with op.get_context().autocommit_block():
        op.add_column(
            "users",
            sa.Column(
                "description_budget",
                sa.BigInteger(),
                nullable=True,
                comment="What descriptions may cost in a month, in nano-dollars, as the person"
                " says; null: as much as the operator allows.",
            ),
            if_not_exists=True,
        )
    op.create_table(
        "model_spending",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True, comment="Null: of all together."),
        sa.Column("month", sa.Date(), nullable=False, comment="Its first day, by UTC."),
        sa.Column(
            "reserved",
            sa.BigInteger(),
            nullable=False,
            comment="For calls that are under way; in nano-dollars.",
        ),
        sa.Column("spent", sa.BigInteger(), nullable=False, comment="In nano-dollars."),
        sa.CheckConstraint("reserved >= 0 AND spent >= 0", name="sums"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("owner_id", "month", postgresql_nulls_not_distinct=True),
        comment="What descriptions cost in each month: of each person, and of all together.",
    )
    op.create_table(
        "model_calls",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "image_id",
            sa.Uuid(),
            nullable=False,
            comment="Which picture was sent. No foreign key: that it was sent stays true.",
        ),
        sa.Column("month", sa.Date(), nullable=False, comment="Whose budget it counts in."),
        sa.Column("host", sa.String(255), nullable=False, comment="To whom."),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column(
            "sent_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "settled_at", sa.DateTime(timezone=True), nullable=True, comment="Null: under way."
        ),
        sa.Column(
            "outcome",
            sa.String(40),
            nullable=True,
            comment="described, unknown, or why there is no description.",
        ),
        sa.Column("reserved", sa.BigInteger(), nullable=False, comment="In nano-dollars."),
        sa.Column("cost", sa.BigInteger(), nullable=True, comment="In nano-dollars."),
        sa.Column("input_tokens", sa.Integer(), nullable=True),
        sa.Column("output_tokens", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        comment="Sendings of pictures to a model, for 400 days and of each person the last 10,000."
        " A row without settled_at is a reservation.",
    )
    op.create_index("ix_model_calls_of_person", "model_calls", ["owner_id", sa.text("id DESC")])
    op.create_index("ix_model_calls_sent_at", "model_calls", ["sent_at"])
    op.create_index(
        "ix_model_calls_open",
        "model_calls",
        ["sent_at"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_column("users", "description_budget")
    op.drop_table("model_calls")
    op.drop_table("model_spending")
