"""Descriptions in batches: each batch, its pictures, and which sendings are of one."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0084"
down_revision = "0070"
branch_labels = None
depends_on = None


def _moment(name: str, *, comment: str | None = None) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True, comment=comment)


def _number(name: str, *, comment: str | None = None) -> sa.Column[int]:
    return sa.Column(
        name, sa.Integer(), server_default=sa.text("0"), nullable=False, comment=comment
    )


def _now(name: str, *, comment: str | None = None) -> sa.Column[datetime]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=sa.text("now()"),
        nullable=False,
        comment=comment,
    )


def upgrade() -> None:
    """Add the tables and the column. The former release reads and writes neither."""
    op.create_table(
        "description_batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.String(10),
            nullable=False,
            comment="waiting, sending, creating, open or done.",
        ),
        _now("created_at"),
        _now("next_look_at", comment="When a worker is to look at it next."),
        _moment("leased_until", comment="A worker has it until then; null: none has."),
        _moment("cancel_asked_at"),
        _moment("ended_at"),
        _number("tries", comment="How often it was sent."),
        sa.Column("pictures", sa.Integer(), nullable=False, comment="At the beginning."),
        _number("described"),
        _number("failed"),
        sa.Column("host", sa.String(255), nullable=True, comment="To whom it was sent last."),
        sa.Column("model", sa.String(100), nullable=True),
        _moment("sent_at"),
        sa.Column(
            "file_id",
            sa.String(200),
            nullable=True,
            comment="The host's name of the file with the questions.",
        ),
        sa.Column(
            "remote_id", sa.String(200), nullable=True, comment="The host's name of the batch."
        ),
        _number("answered", comment="Questions that the host has answered."),
        sa.Column("input_price", sa.BigInteger(), nullable=True),
        sa.Column("output_price", sa.BigInteger(), nullable=True),
        sa.Column("cache_write_price", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        comment="Batches of descriptions, each of one person; a week longer than they last.",
    )
    op.create_index(
        "ix_description_batches_owner_id", "description_batches", ["owner_id", "created_at"]
    )
    op.create_index(
        "ix_description_batches_due",
        "description_batches",
        ["next_look_at"],
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.create_index(
        "ix_description_batches_ended_at",
        "description_batches",
        ["ended_at"],
        postgresql_where=sa.text("state = 'done'"),
    )
    op.create_table(
        "description_batch_lines",
        sa.Column(
            "image_id",
            sa.Uuid(),
            nullable=False,
            comment="No foreign key: what is reserved for it is settled, though it is deleted.",
        ),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["description_batches.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("image_id"),
        comment="Pictures that batches have no answer for yet; each in one batch at most.",
    )
    op.create_index("ix_description_batch_lines_batch_id", "description_batch_lines", ["batch_id"])
    op.add_column(
        "model_calls",
        sa.Column(
            "batch_id",
            sa.Uuid(),
            nullable=True,
            comment="The batch that it was sent in; null: alone. No foreign key, as for the image.",
        ),
    )


def downgrade() -> None:
    """Forget the batches. What they reserved is settled by the sweep, as of workers that died."""
    op.drop_column("model_calls", "batch_id")
    op.drop_table("description_batch_lines")
    op.drop_table("description_batches")
