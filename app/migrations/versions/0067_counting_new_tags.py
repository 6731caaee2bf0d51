"""Many images that get a tag, or lose one, are counted by their ids.

Statistics of a table of few or no tags made the planner compare each entry with each new one: the
first 10,000 images that somebody tagged took 17 s of it.
"""

from importlib import import_module

from alembic import op

revision = "0067"
down_revision = "0075"
branch_labels = None
depends_on = None

_WHOLE: str = import_module("app.migrations.versions.0042_tags").COUNT_ENTRIES
_START, _END = "CREATE FUNCTION count_image_tags()", "CREATE TRIGGER count_noted_before_tagging"
FORMER = "CREATE OR REPLACE" + _WHOLE[_WHOLE.index(_START) : _WHOLE.index(_END)].removeprefix(
    "CREATE"
)
# As values, they are counted by the planner, and looked for by an index or a hash whatever it
# thinks of the tables. Statements of more are merges, of tags that have been there for a while: for
# images with many tags the plan of before is faster.
_MAX_ENTRIES = 20_000

_CHOOSE = f"""\
    changed := 'new_entries';
  END IF;
  EXECUTE 'SELECT count(*), array_agg(DISTINCT image_id) FROM (
    SELECT image_id FROM ' || changed || ' LIMIT {_MAX_ENTRIES + 1}
  ) AS meant' INTO entry_count, ids;
  IF entry_count > {_MAX_ENTRIES} THEN
    ids := NULL;
    among := among || changed || ')';
  ELSE
    among := '= ANY ($4)';
  END IF;
"""  # noqa: S608 - a constant


def _replaced(source: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        if source.count(old) != 1:
            raise ValueError(f"not there once: {old}")
        source = source.replace(old, new)
    return source


FUNCTION = _replaced(
    FORMER,
    (
        "  change bigint;\n",
        (
            "  change bigint;\n  entry_count bigint;\n  ids uuid[];\n"
            "  among text := 'IN (SELECT image_id FROM ';\n"
        ),
    ),
    ("    changed := 'new_entries';\n  END IF;\n", _CHOOSE),
    (
        "                WHERE image_id IN (SELECT image_id FROM ' || changed || ')\n",
        "                WHERE image_id ' || among || '\n",
    ),
    (
        "      USING sign, owner, greatest(sign, 0);\n",
        "      USING sign, owner, greatest(sign, 0), ids;\n",
    ),
)


def upgrade() -> None:
    op.execute(FUNCTION)


def downgrade() -> None:
    op.execute(FORMER)
