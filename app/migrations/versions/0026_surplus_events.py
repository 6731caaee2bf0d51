"""The record of one person ends somewhere: what they can repeat without an end, beyond a number."""

from alembic import op
from sqlalchemy import text

revision = "0026"
down_revision = "0023"
branch_labels = None
depends_on = None

# Runs as the owner, and looks for itself what may go, as in 0013. Only kinds that somebody can add
# to as fast as the API answers: all others are limited where they are asked for or, where a proof
# failed, where it is recorded (audit/log.py). They are kept, so that nobody has their change of a
# password forgotten by signing in often. A day is left to look.
FUNCTION = """
CREATE FUNCTION {schema}.forget_surplus(kept integer) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  repeated constant text[] := ARRAY['signed_in', 'signed_out', 'second_factor_awaited',
    'confirmed', 'session_ended', 'other_sessions_ended'];
  person uuid;
  counted bigint;
  gone bigint := 0;
BEGIN
  FOR person IN
    SELECT user_id FROM {schema}.audit_events
    WHERE user_id IS NOT NULL AND event = ANY (repeated)
    GROUP BY user_id HAVING count(*) > greatest(kept, 5000)
  LOOP
    PERFORM set_config('pinhole.forget', person::text, true);
    DELETE FROM {schema}.audit_events
    WHERE user_id = person AND event = ANY (repeated) AND at < now() - interval '1 day'
      AND id <= (
        SELECT id FROM {schema}.audit_events
        WHERE user_id = person AND event = ANY (repeated)
        ORDER BY id DESC OFFSET greatest(kept, 5000) LIMIT 1
      );
    GET DIAGNOSTICS counted = ROW_COUNT;
    gone := gone + counted;
  END LOOP;
  PERFORM set_config('pinhole.forget', '', true);
  RETURN gone;
END $$;

REVOKE ALL ON FUNCTION {schema}.forget_surplus(integer) FROM PUBLIC;
"""

COMMENTS = {
    "audit_events": (
        "What touched the safety of accounts; append-only.",
        (
            " Of signing in and out, confirming and ending sessions each person keeps the last"
            " 5,000, and all of the last day."
        ),
    ),
    "letters": (
        "Mails to be written; kept a week after they were sent or given up",
        ", and 1,000 of a person.",
    ),
    "invites": (
        "Links by which one person each may join",
        "; 200 open ones of an administrator. Unused ones go 90 days after their end.",
    ),
}


def upgrade() -> None:
    schema = op.get_bind().scalar(text("SELECT quote_ident(current_schema())"))
    op.execute(FUNCTION.format(schema=schema))
    for table, (before, more) in COMMENTS.items():
        op.create_table_comment(table, before + more)


def downgrade() -> None:
    for table, (before, _) in COMMENTS.items():
        op.create_table_comment(table, before if before.endswith(".") else f"{before}.")
    op.execute("DROP FUNCTION forget_surplus(integer)")
