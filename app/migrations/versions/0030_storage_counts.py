"""Count what each person keeps once for each transaction, and their descriptions as well."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

COLUMNS = {
    "arriving_bytes": "Of originals that were promised and have not arrived.",
    "arriving_pictures": "Promised and not arrived.",
    "descriptions_waiting": "Pictures in the library that wait for a description.",
    "descriptions_done": "Those that have one, and wait for no other.",
    "descriptions_failed": "Those that have none, since a model failed.",
    "descriptions_missing": "Those that could have one and do not, the failed ones included.",
}
COUNTED = (
    "state",
    "byte_size",
    "deleted_at",
    "has_preview",
    "description_state",
    "current_description_id",
)
IN_LIBRARY = "{row}.deleted_at IS NULL AND {row}.state IN ('processing', 'ready', 'damaged')"
IS_DESCRIBED = "{row}.current_description_id IS NOT NULL"
IS_MISSING = (
    f"{IN_LIBRARY} AND NOT {IS_DESCRIBED} AND {{row}}.has_preview AND {{row}}.state <> 'processing'"
)
# What a row of images adds to each count, and when: in the order of the columns, after `bytes` and
# `pictures`.
ADDS = (
    ("{row}.byte_size", "{row}.state <> 'rejected'"),
    ("1", "{row}.state <> 'rejected'"),
    ("{row}.byte_size", "{row}.state = 'uploading'"),
    ("1", "{row}.state = 'uploading'"),
    ("1", f"{IN_LIBRARY} AND {{row}}.description_state = 'waiting'"),
    ("1", f"{IN_LIBRARY} AND {IS_DESCRIBED} AND {{row}}.description_state <> 'waiting'"),
    ("1", f"{IN_LIBRARY} AND NOT {IS_DESCRIBED} AND {{row}}.description_state = 'failed'"),
    ("1", f"{IS_MISSING} AND {{row}}.description_state IN ('none', 'failed')"),
)


def _added_by(row: str) -> list[str]:
    """What a row adds to each count."""
    words = "CASE WHEN {when} THEN {amount} ELSE 0 END"
    return [words.format(amount=amount, when=when).format(row=row) for amount, when in ADDS]


# What a statement adds is summed up from its transition tables, as 0021 does for days, and kept
# until the commit in a setting that lives as long as the transaction: `<owner> <sums>`, one after
# the other. A row trigger, which runs only where something counted changes, says before whether
# there is anything to sum up: most statements change a lease, a name or a date. It says so for each
# kind of trigger, since a statement that inserts or updates is both.
#
# Before, each row changed the row of `storage`, and went through all versions of it that those
# before it had made: 40,000 rows in one statement took minutes.
SUMS = "ARRAY[" + ", ".join(f"sum(more * {adds})" for adds in _added_by("images")) + "]"
READ = ", ".join(("owner_id", *COUNTED))
NOTE = f"""
CREATE FUNCTION note_storage_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('pinhole.has_' || TG_OP, true) IS DISTINCT FROM 'yes' THEN
    PERFORM set_config('pinhole.has_' || TG_OP, 'yes', true);
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION note_storage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  noted text;
BEGIN
  IF current_setting('pinhole.has_' || TG_OP, true) IS DISTINCT FROM 'yes' THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('pinhole.has_' || TG_OP, '', true);
  IF TG_OP = 'INSERT' THEN
    SELECT string_agg(owner_id || ' ' || sums::text, ';') INTO noted FROM (
      SELECT owner_id, {SUMS} AS sums
        FROM (SELECT {READ}, 1 AS more FROM new_images) AS images GROUP BY owner_id
    ) AS owners;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT string_agg(owner_id || ' ' || sums::text, ';') INTO noted FROM (
      SELECT owner_id, {SUMS} AS sums
        FROM (SELECT {READ}, -1 AS more FROM old_images) AS images GROUP BY owner_id
    ) AS owners;
  ELSE
    SELECT string_agg(owner_id || ' ' || sums::text, ';') INTO noted FROM (
      SELECT owner_id, {SUMS} AS sums FROM (
        SELECT {READ}, -1 AS more FROM old_images
        UNION ALL
        SELECT {READ}, 1 FROM new_images
      ) AS images GROUP BY owner_id
    ) AS owners WHERE 0 <> ANY (sums);
  END IF;
  IF noted IS NOT NULL THEN
    PERFORM set_config('pinhole.storage',
      concat_ws(';', nullif(current_setting('pinhole.storage', true), ''), noted), true);
  END IF;
  RETURN NULL;
END $$;
"""  # noqa: S608 - constants
# Runs for each row, and does something at the first. Deferred, so that the row of `storage` is the
# last that a transaction locks (0004); each person's by its id, so that two never wait for each
# other. Of somebody who is being deleted nothing is counted any more.
COUNT = """
CREATE OR REPLACE FUNCTION count_storage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  noted text := coalesce(current_setting('pinhole.storage', true), '');
  owner uuid;
  more bigint[];
BEGIN
  IF noted = '' THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('pinhole.storage', '', true);
  FOR owner, more IN
    SELECT split_part(noted, ' ', 1)::uuid, split_part(noted, ' ', 2)::bigint[]
      WHERE strpos(noted, ';') = 0  -- most transactions have one such statement
    UNION ALL
    (SELECT person, array_agg(sum ORDER BY place) FROM (
      SELECT split_part(line, ' ', 1)::uuid AS person, place, sum(number)::bigint AS sum
        FROM string_to_table(noted, ';') AS line,
          unnest(split_part(line, ' ', 2)::bigint[]) WITH ORDINALITY AS numbers (number, place)
        WHERE strpos(noted, ';') > 0
        GROUP BY 1, 2
    ) AS sums GROUP BY person ORDER BY person)
  LOOP
    UPDATE storage SET
        bytes = bytes + more[1],
        pictures = pictures + more[2],
        arriving_bytes = arriving_bytes + more[3],
        arriving_pictures = arriving_pictures + more[4],
        descriptions_waiting = descriptions_waiting + more[5],
        descriptions_done = descriptions_done + more[6],
        descriptions_failed = descriptions_failed + more[7],
        descriptions_missing = descriptions_missing + more[8]
      WHERE user_id = owner;
    IF NOT FOUND THEN
      INSERT INTO storage AS kept (user_id, bytes, pictures, arriving_bytes, arriving_pictures,
          descriptions_waiting, descriptions_done, descriptions_failed, descriptions_missing)
        SELECT id, more[1], more[2], more[3], more[4], more[5], more[6], more[7], more[8]
          FROM users WHERE id = owner
        ON CONFLICT (user_id) DO UPDATE SET
          bytes = kept.bytes + more[1],
          pictures = kept.pictures + more[2],
          arriving_bytes = kept.arriving_bytes + more[3],
          arriving_pictures = kept.arriving_pictures + more[4],
          descriptions_waiting = kept.descriptions_waiting + more[5],
          descriptions_done = kept.descriptions_done + more[6],
          descriptions_failed = kept.descriptions_failed + more[7],
          descriptions_missing = kept.descriptions_missing + more[8];
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
"""
OLD, NEW = (", ".join(f"{row}.{column}" for column in COUNTED) for row in ("OLD", "NEW"))
IS_CHANGED = f"({OLD}) IS DISTINCT FROM ({NEW})"
# The first of the deferred ones by their names, as before: note_change (0017) comes after the row
# of `storage` is there.
TRIGGERS = f"""
CREATE TRIGGER note_storage_changed AFTER INSERT OR DELETE ON images
  FOR EACH ROW EXECUTE FUNCTION note_storage_changed();
CREATE TRIGGER note_storage_changed_anew AFTER UPDATE OF {", ".join(COUNTED)} ON images
  FOR EACH ROW WHEN ({IS_CHANGED}) EXECUTE FUNCTION note_storage_changed();
CREATE TRIGGER note_storage_of_added AFTER INSERT ON images
  REFERENCING NEW TABLE AS new_images
  FOR EACH STATEMENT EXECUTE FUNCTION note_storage();
CREATE TRIGGER note_storage_of_changed AFTER UPDATE ON images
  REFERENCING OLD TABLE AS old_images NEW TABLE AS new_images
  FOR EACH STATEMENT EXECUTE FUNCTION note_storage();
CREATE TRIGGER note_storage_of_removed AFTER DELETE ON images
  REFERENCING OLD TABLE AS old_images
  FOR EACH STATEMENT EXECUTE FUNCTION note_storage();
CREATE CONSTRAINT TRIGGER count_storage
  AFTER INSERT OR DELETE ON images
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION count_storage();
CREATE CONSTRAINT TRIGGER count_storage_anew
  AFTER UPDATE OF {", ".join(COUNTED)} ON images
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN ({IS_CHANGED}) EXECUTE FUNCTION count_storage();
"""
# After the triggers are there: making them waits for whoever writes images, and holds up others
# until the commit, so that nothing is counted twice and nothing is missed.
COUNT_WHAT_IS_THERE = f"""
UPDATE storage SET arriving_bytes = sums[3], arriving_pictures = sums[4],
    descriptions_waiting = sums[5], descriptions_done = sums[6],
    descriptions_failed = sums[7], descriptions_missing = sums[8]
  FROM (
    SELECT owner_id, {SUMS}::bigint[] AS sums
      FROM (SELECT {READ}, 1 AS more FROM images) AS images GROUP BY owner_id
  ) AS owners WHERE user_id = owner_id;
"""  # noqa: S608 - constants


def upgrade() -> None:
    """Count what is there, and from now on."""
    # In the order in which everybody takes the two.
    op.execute("LOCK TABLE images IN ACCESS EXCLUSIVE MODE")
    for name, comment in COLUMNS.items():
        column = sa.Column(
            name, sa.BigInteger(), server_default="0", nullable=False, comment=comment
        )
        op.add_column("storage", column)
    op.execute("DROP TRIGGER count_storage ON images")
    op.execute(NOTE)
    op.execute(COUNT)
    op.execute(TRIGGERS)
    op.execute(COUNT_WHAT_IS_THERE)


def downgrade() -> None:
    """Count bytes and pictures alone, row by row."""
    before = import_module("app.migrations.versions.0004_storage")
    op.execute("LOCK TABLE images IN ACCESS EXCLUSIVE MODE")
    for name in (
        "count_storage_anew",
        "count_storage",
        "note_storage_of_removed",
        "note_storage_of_changed",
        "note_storage_of_added",
        "note_storage_changed_anew",
        "note_storage_changed",
    ):
        op.execute(f"DROP TRIGGER {name} ON images")
    op.execute("DROP FUNCTION count_storage()")
    op.execute("DROP FUNCTION note_storage()")
    op.execute("DROP FUNCTION note_storage_changed()")
    for name in COLUMNS:
        op.drop_column("storage", name)
    op.execute(before.COUNT)
