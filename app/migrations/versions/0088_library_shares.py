"""A library shared with a person of the site; see LibraryShare in app/members/models.py."""

import sqlalchemy as sa
from alembic import op

revision = "0088"
down_revision = "0086"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; nothing is shared with anybody yet."""
    op.create_table(
        "library_shares",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False, comment="Whose library it is."),
        sa.Column(
            "email",
            sa.String(254),
            nullable=False,
            comment="Who was invited, whether there is an account.",
        ),
        sa.Column(
            "partner_id",
            sa.Uuid(),
            nullable=True,
            comment="Which account accepted; null: none has, and the row opens nothing.",
        ),
        sa.Column(
            "since",
            sa.Date(),
            nullable=True,
            comment="Pictures taken from this day on are shared; null: all.",
        ),
        _off("show_descriptions", "Whether they see alt texts and descriptions."),
        _off("show_names", "Whether they see names of files."),
        _off("show_places", "Whether they see towns."),
        _off("allow_originals", "Whether they may save originals."),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "declined_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Shown to its invitee no more; its owner is not told.",
        ),
        sa.CheckConstraint(
            "(partner_id IS NULL) = (accepted_at IS NULL)", name=op.f("ck_library_shares_accepted")
        ),
        sa.CheckConstraint("partner_id <> owner_id", name=op.f("ck_library_shares_another")),
        *(
            sa.ForeignKeyConstraint(
                [column],
                ["users.id"],
                name=op.f(f"fk_library_shares_{column}_users"),
                ondelete="CASCADE",
            )
            for column in ("owner_id", "partner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_shares")),
        sa.UniqueConstraint("owner_id", "email", name=op.f("uq_library_shares_owner_id_email")),
        sa.UniqueConstraint(
            "owner_id", "partner_id", name=op.f("uq_library_shares_owner_id_partner_id")
        ),
        comment="Whom a library is shared with, as a whole or from a day on: at most 20.",
    )
    for column in ("email", "partner_id"):
        op.create_index(op.f(f"ix_library_shares_{column}"), "library_shares", [column])
    op.create_index(
        "ix_library_shares_open",
        "library_shares",
        ["created_at"],
        postgresql_where=sa.text("accepted_at IS NULL"),
    )


def downgrade() -> None:
    """End all of it."""
    op.drop_table("library_shares")


def _off(name: str, comment: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False, comment=comment)
