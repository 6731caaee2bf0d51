"""A video of a Live Photo that is deleted by itself leaves a still that may have another."""

from alembic import op

revision = "0086"
down_revision = "0076"
branch_labels = None
depends_on = None

LEAVE = """
CREATE OR REPLACE FUNCTION leave_still() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE images SET moving_part_id = NULL,
    motion_milliseconds = CASE WHEN motion_bytes IS NOT NULL THEN motion_milliseconds END
    WHERE moving_part_id = OLD.id;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER leave_still AFTER DELETE ON images
  FOR EACH ROW WHEN (OLD.state = 'joined') EXECUTE FUNCTION leave_still();
"""


def upgrade() -> None:
    """Say so for whatever deletes rows: the doctor, the sweep, a person."""
    op.execute(LEAVE)


def downgrade() -> None:
    """Leave stills as they are."""
    op.execute("DROP TRIGGER leave_still ON images")
    op.execute("DROP FUNCTION leave_still()")
