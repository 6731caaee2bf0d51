"""Which pictures changed, in an order that a client can follow: [Note: Changes in order]."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# What the API shows of a picture; the rest is bookkeeping, which changes many times a minute.
SHOWN = (
    "name, byte_size, sha256, content_type, state, failure_code, created_at, deleted_at, width,"
    " height, thumbhash, has_preview, preview_format, timeline_at, taken_at, taken_offset_minutes,"
    " taken_hint, camera_make, camera_model, lens, exposure_time, f_number, iso, focal_length,"
    " latitude, longitude, altitude, rating, caption, is_animated, receipt_at, receipt_by,"
    " description_state, description_failure, current_description_id"
)
# Deferred, so that the number is taken when nothing but the commit is left to do, and so that the
# row of `storage` is the last that a transaction locks (0004). All changes of a transaction have
# one number: the setting lives as long as the transaction does. Of somebody who is being deleted
# nothing is noted any more.
NOTE = """
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  owner uuid;
  moment bigint := extract(epoch FROM clock_timestamp()) * 1000000;
  noted text := current_setting('pinhole.change', true);
  change bigint;
BEGIN
  IF TG_OP = 'DELETE' THEN
    owner := OLD.owner_id;
  ELSE
    owner := NEW.owner_id;
  END IF;
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
    UPDATE image_changes SET number = change, removed_at = now() WHERE image_id = OLD.id;
  ELSE
    INSERT INTO image_changes (image_id, owner_id, number) VALUES (NEW.id, owner, change)
      ON CONFLICT (image_id) DO UPDATE SET number = change, removed_at = NULL;
  END IF;
  RETURN NULL;
END $$;
"""
TRIGGERS = f"""
CREATE CONSTRAINT TRIGGER note_change
  AFTER INSERT OR DELETE ON images
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION note_change();
CREATE CONSTRAINT TRIGGER note_change_of_what_is_shown
  AFTER UPDATE OF {SHOWN} ON images
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION note_change();
"""
NOTE_WHAT_IS_THERE = """
INSERT INTO storage (user_id, bytes, pictures)
  SELECT DISTINCT owner_id, 0, 0 FROM images ON CONFLICT DO NOTHING;
UPDATE storage SET last_change = extract(epoch FROM now()) * 1000000;
INSERT INTO image_changes (image_id, owner_id, number)
  SELECT id, owner_id, last_change FROM images JOIN storage ON user_id = owner_id;
"""


def upgrade() -> None:
    """Note all pictures as changed now."""
    op.add_column(
        "storage",
        sa.Column(
            "last_change",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="The number of the last change of a picture: see image_changes.",
        ),
    )
    op.add_column(
        "storage",
        sa.Column(
            "last_forgotten",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="The number of the last removal that is not remembered any more.",
        ),
    )
    op.create_table(
        "image_changes",
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "number",
            sa.BigInteger(),
            nullable=False,
            comment="Grows with each transaction of its owner, in the order of their commits.",
        ),
        sa.Column(
            "removed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Gone for good since; remembered for 90 days.",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["users.id"],
            name=op.f("fk_image_changes_owner_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("image_id", name=op.f("pk_image_changes")),
        comment="When each picture last changed, those that are gone included; a trigger notes it.",
    )
    op.execute(NOTE)
    op.execute(NOTE_WHAT_IS_THERE)
    op.create_index(
        "ix_image_changes_in_order", "image_changes", ["owner_id", "number", "image_id"]
    )
    op.create_index(
        "ix_image_changes_removed",
        "image_changes",
        ["removed_at"],
        postgresql_where=sa.text("removed_at IS NOT NULL"),
    )
    op.execute(TRIGGERS)


def downgrade() -> None:
    """Forget it."""
    op.execute("DROP TRIGGER note_change_of_what_is_shown ON images")
    op.execute("DROP TRIGGER note_change ON images")
    op.execute("DROP FUNCTION note_change()")
    op.drop_table("image_changes")
    op.drop_column("storage", "last_forgotten")
    op.drop_column("storage", "last_change")
