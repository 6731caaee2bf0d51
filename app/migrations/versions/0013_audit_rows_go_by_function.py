"""Audit rows are deleted by two functions of the owner's, since the runtime role may not."""

from alembic import op
from sqlalchemy import text

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Both run as the owner, so they look for themselves whether it is time, name every table with its
# schema, and use no schema that the caller could have put in the way. The trigger on the table
# (0002, 0006) stays, and holds for the owner as well.
FUNCTIONS = """
CREATE FUNCTION {schema}.forget_person(person uuid) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  gone bigint;
BEGIN
  IF NOT EXISTS (
    SELECT FROM {schema}.users
    WHERE id = person AND delete_after <= now() AND disabled_at <= now() - interval '25 minutes'
  ) THEN
    RAISE EXCEPTION 'this account is not about to be deleted' USING ERRCODE = 'restrict_violation';
  END IF;
  PERFORM set_config('pinhole.forget', person::text, true);
  DELETE FROM {schema}.audit_events WHERE user_id = person;
  GET DIAGNOSTICS gone = ROW_COUNT;
  PERFORM set_config('pinhole.forget', '', true);
  RETURN gone;
END $$;

CREATE FUNCTION {schema}.forget_nobody(most integer) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  gone bigint;
BEGIN
  DELETE FROM {schema}.audit_events
  WHERE at < now() - interval '91 days' AND id IN (
    SELECT id FROM {schema}.audit_events WHERE user_id IS NULL ORDER BY id LIMIT most
  );
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;

REVOKE ALL ON FUNCTION {schema}.forget_person(uuid), {schema}.forget_nobody(integer) FROM PUBLIC;
"""


def upgrade() -> None:
    schema = op.get_bind().scalar(text("SELECT quote_ident(current_schema())"))
    op.execute(FUNCTIONS.format(schema=schema))


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_person(uuid)")
    op.execute("DROP FUNCTION forget_nobody(integer)")
