"""What was deleted for good again and again is forgotten like what else one person repeats."""

from importlib import import_module

from alembic import op
from sqlalchemy import text

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kinds = "'confirmed', "
    op.execute(_former().replace(kinds, f"{kinds}'images_deleted_for_good', "))


def downgrade() -> None:
    op.execute(_former())


def _former() -> str:
    former: str = import_module("app.migrations.versions.0032_surplus_by_parts").FUNCTION
    schema = op.get_bind().scalar(text("SELECT quote_ident(current_schema())"))
    return former.format(schema=schema).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
