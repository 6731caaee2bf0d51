"""The video of a Live Photo has the place in the timeline of its still, also when that changes."""

from alembic import op

revision = "0081"
down_revision = "0077"
branch_labels = None
depends_on = None

FOLLOW = """
CREATE OR REPLACE FUNCTION follow_still() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE images SET timeline_at = NEW.timeline_at
    WHERE id = NEW.moving_part_id AND timeline_at <> NEW.timeline_at;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER follow_still AFTER UPDATE OF timeline_at ON images
  FOR EACH ROW WHEN (
    NEW.moving_part_id IS NOT NULL AND OLD.timeline_at IS DISTINCT FROM NEW.timeline_at
  ) EXECUTE FUNCTION follow_still();
"""


def upgrade() -> None:
    """Say so to what copies and mirrors put into folders by date."""
    op.execute(FOLLOW)


def downgrade() -> None:
    """Leave videos where they are."""
    op.execute("DROP TRIGGER follow_still ON images")
    op.execute("DROP FUNCTION follow_still()")
