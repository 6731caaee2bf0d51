"""Second factors that were removed: [Note: Former factors] in accounts/mfa/former_factors.py."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; what was removed before is gone."""
    op.add_column(
        "sessions",
        sa.Column(
            "proved_by",
            sa.String(length=50),
            nullable=True,
            comment="The second factor that was proved then, if it was older than a week:"
            " see [Note: Former factors].",
        ),
    )
    op.create_table(
        "former_factors",
        sa.Column(
            "id",
            sa.Uuid(),
            nullable=False,
            comment="Of a passkey: as it was, and is once put back.",
        ),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=13), nullable=False),
        sa.Column(
            "secret",
            sa.LargeBinary(),
            nullable=False,
            comment="An app's sealed secret, a code's hash or a passkey's public key.",
        ),
        sa.Column(
            "counter",
            sa.BigInteger(),
            nullable=False,
            comment="An app's last time step, or a passkey's counter.",
        ),
        sa.Column("credential_id", sa.LargeBinary(), nullable=True, comment="A passkey's."),
        sa.Column("name", sa.String(length=100), nullable=False, comment="A passkey's."),
        sa.Column(
            "transports", postgresql.ARRAY(sa.Text()), nullable=False, comment="A passkey's."
        ),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was added: before a week, or more.",
        ),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('passkey', 'totp', 'recovery_code')", name=op.f("ck_former_factors_kind")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_former_factors_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_factors")),
        comment="Second factors that were removed within a week; each counts beside a link"
        " from a mail alone.",
    )
    op.create_index(op.f("ix_former_factors_user_id"), "former_factors", ["user_id"])
    op.create_index(op.f("ix_former_factors_removed_at"), "former_factors", ["removed_at"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("former_factors")
    op.drop_column("sessions", "proved_by")
