"""When a person's sessions were last ended, and when a mailed link last set their password."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_MOMENTS = {
    "password_reset_at": (
        "When a link from a mail last set the password; older links of that kind are dead."
    ),
    "sessions_ended_at": (
        "When all sessions, perhaps but one, were last ended; sign-ins begun before fail."
    ),
}


def upgrade() -> None:
    """Add the moments; what was ended before is known to the audit log alone, and long over."""
    for name, comment in _MOMENTS.items():
        op.add_column(
            "users", sa.Column(name, sa.DateTime(timezone=True), nullable=True, comment=comment)
        )


def downgrade() -> None:
    """Drop them."""
    for name in reversed(_MOMENTS):
        op.drop_column("users", name)
