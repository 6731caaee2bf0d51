"""An index of settled mails, and the record of a person who leaves is deleted by parts.

All at once it could take longer than a statement may, at each try.
"""

from alembic import op
from sqlalchemy import text

revision = "0055"
down_revision = "0050"
branch_labels = None
depends_on = None

# As the one of 0013, which the former release calls and which stays.
FUNCTION = """
CREATE FUNCTION {schema}.forget_person(person uuid, most integer) RETURNS bigint
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
  DELETE FROM {schema}.audit_events WHERE id IN (
    SELECT id FROM {schema}.audit_events WHERE user_id = person LIMIT most
  );
  GET DIAGNOSTICS gone = ROW_COUNT;
  PERFORM set_config('pinhole.forget', '', true);
  RETURN gone;
END $$;

REVOKE ALL ON FUNCTION {schema}.forget_person(uuid, integer) FROM PUBLIC;
"""


def upgrade() -> None:
    op.create_index(
        "ix_letters_settled",
        "letters",
        ["settled_at"],
        postgresql_where=text("settled_at IS NOT NULL"),
    )
    schema = op.get_bind().scalar(text("SELECT quote_ident(current_schema())"))
    op.execute(FUNCTION.format(schema=schema))


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_person(uuid, integer)")
    op.drop_index("ix_letters_settled", table_name="letters")
