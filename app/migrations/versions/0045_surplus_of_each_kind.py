"""Of what one person repeats the last of each kind are kept, also of what administrators do.

Lines of one kind were forgotten for lines of another. And what an administrator does again and
again, and strangers who ask for a link to a new password, added lines for ever.
"""

from importlib import import_module

from alembic import op
from sqlalchemy import text

revision = "0045"
down_revision = "0043"
branch_labels = None
depends_on = None

# As in 0032. Each kind by itself: whoever repeats one has no line of another forgotten.
FUNCTION = """
CREATE OR REPLACE FUNCTION {schema}.forget_surplus(kept integer, past uuid) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  repeated constant text[] := ARRAY['signed_in', 'signed_out', 'second_factor_awaited',
    'confirmed', 'images_deleted_for_good', 'session_ended', 'other_sessions_ended',
    'password_reset_asked', 'invite_made', 'invite_removed', 'administrator_made',
    'administrator_unmade', 'account_disabled', 'account_enabled'];
  most constant integer := greatest(kept, 5000);
  most_people constant integer := 200;
  most_lines constant integer := 5000;
  looked_at uuid := past;
  person uuid;
  kind text;
  oldest_kept bigint;
  first_looked_at bigint;
  last_looked_at bigint;
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
    -- Each kind by the index: of a long record only what is kept, and what may go, is read. With
    -- "=" instead of BETWEEN, PostgreSQL may walk another index, through everybody's lines.
    FOREACH kind IN ARRAY repeated LOOP
      SELECT id INTO oldest_kept FROM {schema}.audit_events
      WHERE user_id BETWEEN person AND person AND event BETWEEN kind AND kind
      ORDER BY user_id, event, id DESC OFFSET most - 1 LIMIT 1;
      CONTINUE WHEN NOT FOUND;
      PERFORM set_config('pinhole.forget', person::text, true);
      SELECT min(id), max(id) INTO first_looked_at, last_looked_at FROM (
        SELECT id FROM {schema}.audit_events
        WHERE user_id BETWEEN person AND person AND event BETWEEN kind AND kind
          AND id < oldest_kept
        ORDER BY user_id DESC, event DESC, id LIMIT most_lines - gone
      ) AS oldest;
      DELETE FROM {schema}.audit_events
      WHERE user_id BETWEEN person AND person AND event BETWEEN kind AND kind
        AND id BETWEEN first_looked_at AND last_looked_at AND at < now() - interval '1 day';
      GET DIAGNOSTICS counted = ROW_COUNT;
      gone := gone + counted;
      EXIT WHEN gone >= most_lines;
    END LOOP;
    EXIT WHEN gone >= most_lines;  -- there may be more of this person
    looked_at := person;
  END LOOP;
  PERFORM set_config('pinhole.forget', '', true);
  RETURN looked_at;
END $$;
"""

COMMENT = (
    "What touched the safety of accounts; append-only. Of signing in and whatever else can be"
    " repeated without an end each person keeps the last 5,000 of each kind, and all of the last"
    " day."
)
FORMER = (
    "What touched the safety of accounts; append-only. Of signing in and out, confirming and"
    " ending sessions each person keeps the last 5,000, and all of the last day."
)


def upgrade() -> None:
    op.create_index(
        "ix_audit_events_user_id_event", "audit_events", ["user_id", "event", text("id DESC")]
    )
    op.execute(FUNCTION.format(schema=_schema()))
    op.create_table_comment("audit_events", COMMENT)


def downgrade() -> None:
    op.create_table_comment("audit_events", FORMER)
    former: str = import_module("app.migrations.versions.0032_surplus_by_parts").FUNCTION
    former = former.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    kinds = "'confirmed', "
    former = former.replace(kinds, f"{kinds}'images_deleted_for_good', ")  # as in 0040
    op.execute(former.format(schema=_schema()))
    op.drop_index("ix_audit_events_user_id_event", table_name="audit_events")


def _schema() -> str:
    found: str = op.get_bind().scalar(text("SELECT quote_ident(current_schema())"))
    return found
