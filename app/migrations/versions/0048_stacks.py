"""Stacks of images of one shot, of which the timeline shows one: [Note: Stacks] in app/images."""

from importlib import import_module
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

IN_LIBRARY = "deleted_at IS NULL AND state IN ('processing', 'ready', 'damaged')"
IS_SHOWN = f"archived_at IS NULL AND {IN_LIBRARY}"

# What decides which of a stack is shown. A row trigger, which runs only where one of these changes
# of an image in a stack, says before whether there is anything to fold, as in 0030: most statements
# change nothing of the kind.
DECIDING = ("state", "deleted_at", "archived_at", "stack_id", "stack_rank")
OLD, NEW = (", ".join(f"{row}.{column}" for column in DECIDING) for row in ("OLD", "NEW"))
NOTE = """
CREATE FUNCTION note_stack_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('pinhole.has_stacks', true) IS DISTINCT FROM 'yes' THEN
    PERFORM set_config('pinhole.has_stacks', 'yes', true);
  END IF;
  RETURN NULL;
END $$;
"""
# Which of a stack is shown, and for how many it stands. Statements are executed as text, so that no
# plan is kept (0029). Whoever changes images of a stack locks all of them before, in one order:
# what is updated here, too, nobody else has then. Whoever does not, the former release above all,
# may be ended by a deadlock, and is asked again.
FOLD = f"""
CREATE FUNCTION fold_stacks() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  owners uuid[];
  stacks uuid[];
  left_ids uuid[];
BEGIN
  IF current_setting('pinhole.has_stacks', true) IS DISTINCT FROM 'yes' THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('pinhole.has_stacks', '', true);
  IF TG_OP = 'DELETE' THEN
    SELECT array_agg(owner_id), array_agg(stack_id) INTO owners, stacks FROM (
      SELECT DISTINCT owner_id, stack_id FROM old_images WHERE stack_id IS NOT NULL
    ) AS changed;
  ELSE
    SELECT array_agg(owner_id), array_agg(stack_id) INTO owners, stacks FROM (
      SELECT owner_id, stack_id FROM old_images WHERE stack_id IS NOT NULL
      UNION
      SELECT owner_id, stack_id FROM new_images WHERE stack_id IS NOT NULL
    ) AS changed;
    SELECT array_agg(id) INTO left_ids FROM new_images
      WHERE stack_id IS NULL AND (is_folded OR stack_size IS NOT NULL);
  END IF;
  IF left_ids IS NOT NULL THEN
    EXECUTE 'UPDATE images SET is_folded = false, stack_size = NULL WHERE id = ANY ($1)'
      USING left_ids;
  END IF;
  EXECUTE $words$
    WITH members AS (
      SELECT images.id, images.owner_id, images.stack_id, stack_rank, {IS_SHOWN} AS is_shown
        FROM unnest($1, $2) AS changed (owner_id, stack_id)
          JOIN images USING (owner_id, stack_id)
    ), placed AS (
      SELECT id, is_shown,
          row_number() OVER (PARTITION BY owner_id, stack_id, is_shown ORDER BY stack_rank, id)
            AS place,
          count(*) OVER (PARTITION BY owner_id, stack_id, is_shown) AS shown
        FROM members
    ), folded AS (
      SELECT id, is_shown AND place > 1 AS is_folded,
          CASE WHEN is_shown AND place = 1 AND shown > 1 THEN shown END AS stack_size
        FROM placed
    )
    UPDATE images SET is_folded = folded.is_folded, stack_size = folded.stack_size
      FROM folded WHERE images.id = folded.id
        AND (images.is_folded, images.stack_size)
          IS DISTINCT FROM (folded.is_folded, folded.stack_size)
  $words$ USING owners, stacks;
  RETURN NULL;
END $$;
"""  # noqa: S608 - constants
# The last of their kind by their names: what they update is a statement of its own within, and
# others must have read what the outer one noted (`pinhole.has_UPDATE`, 0030).
TRIGGERS = f"""
CREATE TRIGGER note_stack_changed AFTER UPDATE OF {", ".join(DECIDING)} ON images
  FOR EACH ROW WHEN (
    coalesce(OLD.stack_id, NEW.stack_id) IS NOT NULL AND ({OLD}) IS DISTINCT FROM ({NEW})
  ) EXECUTE FUNCTION note_stack_changed();
CREATE TRIGGER note_stack_left AFTER DELETE ON images
  FOR EACH ROW WHEN (OLD.stack_id IS NOT NULL AND OLD.deleted_at IS NULL)
  EXECUTE FUNCTION note_stack_changed();
CREATE TRIGGER stacks_are_folded AFTER UPDATE ON images
  REFERENCING OLD TABLE AS old_images NEW TABLE AS new_images
  FOR EACH STATEMENT EXECUTE FUNCTION fold_stacks();
CREATE TRIGGER stacks_are_folded_anew AFTER DELETE ON images
  REFERENCING OLD TABLE AS old_images
  FOR EACH STATEMENT EXECUTE FUNCTION fold_stacks();
"""
# Each image that a decoder is done with may have partners: the worker that did it looks at once,
# the sweep at what is left. So the former release's are looked at, too.
QUEUE = """
CREATE FUNCTION note_image_to_stack() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO images_to_stack (image_id, owner_id) VALUES (NEW.id, NEW.owner_id)
    ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER note_image_to_stack AFTER UPDATE OF state ON images
  FOR EACH ROW WHEN (OLD.state = 'processing' AND NEW.state IN ('ready', 'damaged'))
  EXECUTE FUNCTION note_image_to_stack();
"""

BEFORE = "CASE WHEN archived_at IS NULL THEN 'timeline' ELSE 'archive' END"
AFTER = "CASE WHEN archived_at IS NOT NULL THEN 'archive' WHEN NOT is_folded THEN 'timeline' END"
COUNTED_BEFORE = "owner_id, state, deleted_at, timeline_at, favourite, archived_at"
COUNT_ANEW_AT = """
DROP TRIGGER timeline_is_counted_anew ON images;
CREATE CONSTRAINT TRIGGER timeline_is_counted_anew
  AFTER UPDATE OF {counted} ON images
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION count_timeline_days();
"""
SHOWN = "stack_id, stack_rank, stack_reason, is_folded, stack_size"


def upgrade() -> None:
    """Add stacks; nothing is in one yet, and the sweep looks at what is there."""
    before = import_module("app.migrations.versions.0023_favourites_and_archive")
    # First, for it waits for whoever writes images: none of them has noted anything of before.
    for column in _columns():
        op.add_column("images", column)
    op.create_check_constraint(
        op.f("ck_images_stack_reason"),
        "images",
        "stack_reason IN ('shot', 'edit', 'burst', 'person')",
    )
    op.add_column(
        "users",
        sa.Column(
            "stacks_images",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="Whether images of one shot are stacked without being asked.",
        ),
    )
    op.create_index(
        "ix_images_stack",
        "images",
        ["owner_id", "stack_id"],
        postgresql_where=sa.text("stack_id IS NOT NULL"),
    )
    op.create_index(
        "ix_images_tiles",
        "images",
        ["owner_id", sa.text("timeline_at DESC"), sa.text("id DESC")],
        postgresql_where=sa.text(f"archived_at IS NULL AND NOT is_folded AND {IN_LIBRARY}"),
    )
    op.create_table(
        "image_shots",
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False, comment="As of the image."),
        sa.Column("key", sa.String(300), nullable=False, comment="By the name of its file."),
        sa.Column(
            "taken_at",
            sa.DateTime(timezone=False),
            nullable=False,
            comment="Of the image, when it was looked at.",
        ),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name=op.f("fk_image_shots_image_id_images"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("image_id", name=op.f("pk_image_shots")),
        comment="What files of one shot have in common: names, and when they were taken.",
    )
    op.create_index("ix_image_shots_key", "image_shots", ["owner_id", "key", "taken_at"])
    op.create_table(
        "images_to_stack",
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False, comment="As of the image."),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name=op.f("fk_images_to_stack_image_id_images"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("image_id", name=op.f("pk_images_to_stack")),
        comment="Images for whose partners nobody has looked yet.",
    )
    for words in (NOTE, FOLD, TRIGGERS, QUEUE):
        op.execute(words)
    op.execute(before.NOTE.replace(BEFORE, AFTER))
    op.execute(COUNT_ANEW_AT.format(counted=f"{COUNTED_BEFORE}, is_folded"))
    op.execute(before.NOTE_CHANGES_OF.format(shown=f"{before.SHOWN}, {SHOWN}"))
    op.execute(
        "INSERT INTO images_to_stack (image_id, owner_id)"
        " SELECT id, owner_id FROM images WHERE state IN ('ready', 'damaged')"
    )
    op.create_index("ix_images_to_stack_turns", "images_to_stack", ["owner_id", "image_id"])


def downgrade() -> None:
    """Unstack everything: each image is in the timeline again."""
    before = import_module("app.migrations.versions.0023_favourites_and_archive")
    op.execute("UPDATE images SET stack_id = NULL, stack_rank = NULL WHERE stack_id IS NOT NULL")
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    op.execute(before.NOTE)
    op.execute(COUNT_ANEW_AT.format(counted=COUNTED_BEFORE))
    op.execute(before.NOTE_CHANGES_OF.format(shown=before.SHOWN))
    for name in (
        "note_image_to_stack",
        "stacks_are_folded_anew",
        "stacks_are_folded",
        "note_stack_left",
        "note_stack_changed",
    ):
        op.execute(f"DROP TRIGGER {name} ON images")
    for name in ("note_image_to_stack", "fold_stacks", "note_stack_changed"):
        op.execute(f"DROP FUNCTION {name}()")
    op.drop_table("images_to_stack")
    op.drop_table("image_shots")
    op.drop_index("ix_images_tiles", table_name="images")
    op.drop_index("ix_images_stack", table_name="images")
    op.drop_column("users", "stacks_images")
    op.drop_constraint(op.f("ck_images_stack_reason"), "images")
    for column in reversed(_columns()):
        op.drop_column("images", column.name)


def _columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("stack_id", sa.Uuid(), nullable=True, comment="Which stack it is in."),
        sa.Column(
            "stack_rank",
            sa.Integer(),
            nullable=True,
            comment="Its place there: the first that is in the timeline stands for all.",
        ),
        sa.Column(
            "stack_reason",
            sa.String(8),
            nullable=True,
            comment="Why: shot, edit, burst, or person. A person's word without a stack: in none.",
        ),
        sa.Column(
            "is_folded",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="Out of the timeline: another of its stack stands for it; a trigger says so.",
        ),
        sa.Column(
            "stack_size",
            sa.Integer(),
            nullable=True,
            comment="For how many images it stands in the timeline, itself included; else null.",
        ),
    )
