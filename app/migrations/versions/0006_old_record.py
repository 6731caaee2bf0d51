"""The record lets go of what is nobody's, when it is old."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Guesses at addresses that nobody has are recorded too: without an end they would be kept for ever.
LET_GO = """
CREATE OR REPLACE FUNCTION keep_the_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('pinhole.forget', true) = OLD.user_id::text THEN
    RETURN OLD;
  END IF;
  IF TG_OP = 'DELETE' AND OLD.user_id IS NULL AND OLD.at < now() - interval '90 days' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'audit_events is append-only' USING ERRCODE = 'restrict_violation';
END $$;
"""
LET_NOTHING_GO = """
CREATE OR REPLACE FUNCTION keep_the_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('pinhole.forget', true) = OLD.user_id::text THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'audit_events is append-only' USING ERRCODE = 'restrict_violation';
END $$;
"""


def upgrade() -> None:
    op.execute(LET_GO)


def downgrade() -> None:
    op.execute(LET_NOTHING_GO)
