"""What one person repeated without an end is forgotten by parts: in one statement it took too long.

One statement looked at every line of the record and deleted whatever was too much. Once that took
longer than a statement may, nothing was deleted any more, and it only grew.
"""

from importlib import import_module

from alembic import op
from sqlalchemy import text

revision = "0032"
down_revision = "0030"
branch_labels = None
depends_on = None

# As in 0026, of some people at a time: who has any line is found by the index, one after another.
# Returns whom to go on after; null: it has looked at the last one.
FUNCTION = """
CREATE FUNCTION {schema}.forget_surplus(kept integer, past uuid) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  repeated constant text[] := ARRAY['signed_in', 'signed_out', 'second_factor_awaited',
    'confirmed', 'session_ended', 'other_sessions_ended'];
  most_people constant integer := 200;
  most_lines constant integer := 5000;
  looked_at uuid := past;
  person uuid;
  oldest_kept bigint;
  counted integer;
  gone integer := 0;
BEGIN
  FOR number IN 1 .. most_people LOOP
    SELECT user_id INTO person FROM {schema}.audit_events
    WHERE user_id > looked_at ORDER BY user_id LIMIT 1;
    IF NOT FOUND THEN
      looked_at := NULL;
      EXIT;
    END IF;
    SELECT id INTO oldest_kept FROM {schema}.audit_events
    WHERE user_id = person AND event = ANY (repeated)
    ORDER BY id DESC OFFSET greatest(kept, 5000) - 1 LIMIT 1;
    IF FOUND THEN
      PERFORM set_config('pinhole.forget', person::text, true);
      DELETE FROM {schema}.audit_events WHERE id IN (
        SELECT id FROM (
          SELECT id, at FROM {schema}.audit_events
          WHERE user_id = person AND event = ANY (repeated) AND id < oldest_kept
          ORDER BY id LIMIT most_lines - gone
        ) AS oldest WHERE at < now() - interval '1 day'
      );
      GET DIAGNOSTICS counted = ROW_COUNT;
      gone := gone + counted;
      EXIT WHEN gone >= most_lines;  -- there may be more of this person
    END IF;
    looked_at := person;
  END LOOP;
  PERFORM set_config('pinhole.forget', '', true);
  RETURN looked_at;
END $$;

REVOKE ALL ON FUNCTION {schema}.forget_surplus(integer, uuid) FROM PUBLIC;
"""

# The former release runs beside this schema for a while, and calls it so.
FORMER = """
CREATE OR REPLACE FUNCTION {schema}.forget_surplus(kept integer) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM {schema}.forget_surplus(kept, gen_random_uuid());
  RETURN 0;
END $$;
"""


def upgrade() -> None:
    schema = op.get_bind().scalar(text("SELECT quote_ident(current_schema())"))
    op.execute(FUNCTION.format(schema=schema))
    op.execute(FORMER.format(schema=schema))


def downgrade() -> None:
    schema = op.get_bind().scalar(text("SELECT quote_ident(current_schema())"))
    op.execute(f"DROP FUNCTION {schema}.forget_surplus(integer, uuid)")
    op.execute(f"DROP FUNCTION {schema}.forget_surplus(integer)")
    former = import_module("app.migrations.versions.0026_surplus_events")
    op.execute(former.FUNCTION.format(schema=schema))
