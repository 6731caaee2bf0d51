"""How many entries of the index of words match, about: [Note: Two ways to a page] in find.py."""

from alembic import op

revision = "0039"
down_revision = "0037"
branch_labels = None
depends_on = None

# By the planner's statistics, in a tenth of a millisecond: reading the entries of a word that is in
# 40,000 images takes four. Terms begin with their owner, so this is about one person. Volatile, for
# no other function may ask for a plan.
ESTIMATE = """
CREATE FUNCTION estimated_hits(wanted tsquery) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE format(
    'EXPLAIN (FORMAT JSON) SELECT FROM image_search WHERE words @@ CAST(%L AS tsquery)', wanted
  ) INTO plan;
  RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END $$;
"""


def upgrade() -> None:
    """Make the function."""
    op.execute(ESTIMATE)


def downgrade() -> None:
    """Take it away."""
    op.execute("DROP FUNCTION estimated_hits(tsquery)")
