"""A correction goes on counting, whichever version of the worker decodes the image anew."""

from alembic import op

revision = "0037"
down_revision = "0038"
branch_labels = None
depends_on = None

# [Note: Corrections] in app/images/correction_models.py. What is written with the end of processing
# is what the file says; a worker that gives up writes none of it, and so does not name the column.
NOTE = """
CREATE FUNCTION keep_correction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  said corrections;
BEGIN
  UPDATE corrections SET
      file_taken_at = NEW.taken_at,
      file_taken_offset_minutes = NEW.taken_offset_minutes,
      file_timeline_at = coalesce(NEW.taken_at, NEW.taken_hint, file_timeline_at),
      file_rating = NEW.rating,
      file_latitude = NEW.latitude,
      file_longitude = NEW.longitude,
      file_altitude = NEW.altitude
    WHERE image_id = NEW.id RETURNING * INTO said;
  IF NOT FOUND THEN
    RETURN NEW;
  END IF;
  NEW.timeline_at := said.file_timeline_at;
  IF said.has_taken THEN
    NEW.taken_at := said.taken_at;
    NEW.taken_offset_minutes := said.taken_offset_minutes;
    NEW.timeline_at := said.taken_at;
  END IF;
  IF said.has_rating THEN
    NEW.rating := said.rating;
  END IF;
  IF said.has_location THEN
    NEW.latitude := said.latitude;
    NEW.longitude := said.longitude;
    NEW.altitude := NULL;  -- nobody says how high a place is that they set
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_correction BEFORE UPDATE OF taken_at ON images
  FOR EACH ROW
  WHEN (OLD.is_corrected AND OLD.state = 'processing' AND NEW.state IN ('ready', 'damaged'))
  EXECUTE FUNCTION keep_correction();
"""


def upgrade() -> None:
    """Make the trigger."""
    op.execute(NOTE)


def downgrade() -> None:
    """Drop it: from here on a worker has to do this itself."""
    op.execute("DROP TRIGGER keep_correction ON images")
    op.execute("DROP FUNCTION keep_correction")
