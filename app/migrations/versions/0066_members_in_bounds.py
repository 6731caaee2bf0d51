"""What people do with members of albums, again and again, is forgotten in the record, too.

And the sweep finds invitations that nobody accepted in time by an index of those that are open.
"""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0064"
branch_labels = None
depends_on = None

_USED: str = "'confirmed', "
FORMER: str = import_module("app.migrations.versions.0045_surplus_of_each_kind").FUNCTION.replace(
    _USED, f"{_USED}'recovery_code_used', "
)  # as in 0054
_KINDS = (
    "'member_invited', 'member_joined', 'member_changed', 'member_removed', 'members_removed',"
    " 'album_joined', 'album_left', 'album_transferred', 'person_blocked', 'person_unblocked', "
)


def upgrade() -> None:
    function = FORMER.replace(_USED, f"{_USED}{_KINDS}")
    op.execute(function.format(schema=_schema()))
    op.create_index(
        "ix_album_members_open",
        "album_members",
        ["created_at"],
        postgresql_where=sa.text("accepted_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_album_members_open", table_name="album_members")
    op.execute(FORMER.format(schema=_schema()))


def _schema() -> str:
    found: str = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    return found
