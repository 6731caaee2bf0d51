"""What one person can add to tables without an end: indexes to bound it by, and no trace of it."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# As in 0017, but for `is_news`: a picture is noted from the moment that it has arrived. An upload
# that was cancelled before was told to nobody, and leaves nothing.
NOTE = """
CREATE OR REPLACE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  owner uuid;
  picture uuid;
  is_news boolean;
  moment bigint := extract(epoch FROM clock_timestamp()) * 1000000;
  noted text := current_setting('pinhole.change', true);
  change bigint;
BEGIN
  IF TG_OP = 'DELETE' THEN
    owner := OLD.owner_id;
    picture := OLD.id;
    is_news := false;
  ELSE
    owner := NEW.owner_id;
    picture := NEW.id;
    is_news := NEW.state <> 'uploading';
  END IF;
  {unless_told}
  IF split_part(noted, ' ', 1) = owner::text THEN
    change := split_part(noted, ' ', 2);
  ELSE
    UPDATE storage SET last_change = greatest(last_change + 1, moment)
      WHERE user_id = owner RETURNING last_change INTO change;
    IF NOT FOUND THEN
      INSERT INTO storage (user_id, bytes, pictures, last_change)
        SELECT id, 0, 0, moment FROM users WHERE id = owner AND TG_OP <> 'DELETE'
        ON CONFLICT (user_id) DO UPDATE
        SET last_change = greatest(storage.last_change + 1, moment)
        RETURNING last_change INTO change;
      IF NOT FOUND THEN
        RETURN NULL;
      END IF;
    END IF;
    PERFORM set_config('pinhole.change', owner || ' ' || change, true);
  END IF;
  IF TG_OP = 'DELETE' THEN
    UPDATE image_changes SET number = change, removed_at = now() WHERE image_id = picture;
  ELSE
    INSERT INTO image_changes (image_id, owner_id, number) VALUES (picture, owner, change)
      ON CONFLICT (image_id) DO UPDATE SET number = change, removed_at = NULL;
  END IF;
  RETURN NULL;
END $$;
"""
UNLESS_TOLD = """IF NOT is_news
    AND NOT EXISTS (SELECT FROM image_changes WHERE image_id = picture) THEN
    RETURN NULL;
  END IF;"""
CHANGES_BEFORE = "When each picture last changed, those that are gone included; a trigger notes it."
CHANGES_AFTER = (
    "When each picture that arrived last changed, those that are gone included; a trigger notes it."
)
VERSIONS_BEFORE = "Versions of descriptions, by models and by people."
VERSIONS_AFTER = (
    "Versions of descriptions: of each picture the last 10 by models, and the last 10 by people."
)


def upgrade() -> None:
    """Add the indexes, and note of pictures what was told to somebody."""
    op.create_index(
        "ix_images_current_description_id",
        "images",
        ["current_description_id"],
        postgresql_where=sa.text("current_description_id IS NOT NULL"),
    )
    op.create_index(
        "ix_images_unfinished",
        "images",
        ["owner_id"],
        postgresql_where=sa.text("state IN ('uploading', 'rejected')"),
    )
    op.drop_index("ix_images_uploading", table_name="images")
    op.create_index("ix_cancelled_uploads_due", "cancelled_uploads", ["owner_id", "look_at"])
    op.drop_index("ix_cancelled_uploads_look_at", table_name="cancelled_uploads")
    op.drop_index("ix_cancelled_uploads_owner_id", table_name="cancelled_uploads")
    op.execute(NOTE.format(unless_told=UNLESS_TOLD))
    op.create_table_comment("image_changes", CHANGES_AFTER, existing_comment=CHANGES_BEFORE)
    op.create_table_comment("descriptions", VERSIONS_AFTER, existing_comment=VERSIONS_BEFORE)


def downgrade() -> None:
    """Note every upload again, from its next change on."""
    op.create_table_comment("descriptions", VERSIONS_BEFORE, existing_comment=VERSIONS_AFTER)
    op.create_table_comment("image_changes", CHANGES_BEFORE, existing_comment=CHANGES_AFTER)
    op.execute(NOTE.format(unless_told=""))
    op.create_index("ix_cancelled_uploads_owner_id", "cancelled_uploads", ["owner_id"])
    op.create_index("ix_cancelled_uploads_look_at", "cancelled_uploads", ["look_at"])
    op.drop_index("ix_cancelled_uploads_due", table_name="cancelled_uploads")
    op.create_index(
        "ix_images_uploading",
        "images",
        ["owner_id"],
        postgresql_where=sa.text("state = 'uploading'"),
    )
    op.drop_index("ix_images_unfinished", table_name="images")
    op.drop_index("ix_images_current_description_id", table_name="images")
