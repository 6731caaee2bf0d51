"""Of used recovery codes the last lines of the record are kept, too: new codes are made at will."""

from importlib import import_module

from alembic import op
from sqlalchemy import text

revision = "0054"
down_revision = "0048"
branch_labels = None
depends_on = None

FORMER: str = import_module("app.migrations.versions.0045_surplus_of_each_kind").FUNCTION
_KINDS = "'confirmed', "


def upgrade() -> None:
    function = FORMER.replace(_KINDS, f"{_KINDS}'recovery_code_used', ")
    op.execute(function.format(schema=_schema()))


def downgrade() -> None:
    op.execute(FORMER.format(schema=_schema()))


def _schema() -> str:
    found: str = op.get_bind().scalar(text("SELECT quote_ident(current_schema())"))
    return found
