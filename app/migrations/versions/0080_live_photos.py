"""Live Photos: a still and the video beside it, which is kept and shown by the still alone."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

from app.migrations.online import create_index, without_transaction

revision = "0080"
down_revision = "0085"
branch_labels = None
depends_on = None

_views = import_module("app.migrations.versions.0023_favourites_and_archive")
_motion = import_module("app.migrations.versions.0075_moving_parts")
# What the API shows of an image.
SHOWN = f"{_motion.SHOWN}, moving_part_id"
STATES_BEFORE = "'uploading', 'processing', 'ready', 'damaged', 'rejected'"
STATES = f"{STATES_BEFORE}, 'joined'"
# One statement, so that the rows are never without; they are looked at afterwards, without a lock.
ALLOW = (
    "ALTER TABLE images DROP CONSTRAINT IF EXISTS ck_images_state,"
    " ADD CONSTRAINT ck_images_state CHECK (state IN ({states})) NOT VALID"
)
# Whatever takes a still away, and not its video with it, leaves a video of its own.
LEAVE = """
CREATE OR REPLACE FUNCTION leave_moving_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE images SET state = 'ready' WHERE id = OLD.moving_part_id AND state = 'joined';
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER leave_moving_part AFTER DELETE ON images
  FOR EACH ROW WHEN (OLD.moving_part_id IS NOT NULL) EXECUTE FUNCTION leave_moving_part();
"""


def upgrade() -> None:
    """Add the columns and the state. The former release reads and writes neither."""
    for column in (
        sa.Column(
            "content_identifier",
            sa.String(64),
            nullable=True,
            comment="What the still and the video of one Live Photo have in common.",
        ),
        sa.Column(
            "moving_part_id",
            sa.Uuid(),
            nullable=True,
            comment="Of a still: the image that is its moving part, in state joined.",
        ),
    ):
        op.add_column("images", column, if_not_exists=True)
    op.alter_column(
        "images",
        "motion_milliseconds",
        comment="How long its moving part or a video plays, as it says; null: it does not say.",
    )
    op.execute(_views.NOTE_CHANGES_OF.format(shown=SHOWN))
    op.execute(ALLOW.format(states=STATES))
    op.execute(LEAVE)
    with without_transaction() as connection:
        connection.execute(sa.text("ALTER TABLE images VALIDATE CONSTRAINT ck_images_state"))
    create_index(
        "ix_images_content_identifier",
        "images (owner_id, content_identifier) WHERE content_identifier IS NOT NULL",
    )
    with without_transaction() as connection:
        connection.execute(
            sa.text(
                "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS ix_images_moving_part_id"
                " ON images (moving_part_id) WHERE moving_part_id IS NOT NULL"
            )
        )


def downgrade() -> None:
    """Show the videos of Live Photos as videos of their own."""
    op.execute("DROP TRIGGER leave_moving_part ON images")
    op.execute("DROP FUNCTION leave_moving_part()")
    op.execute("UPDATE images SET state = 'ready' WHERE state = 'joined'")
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    op.execute(ALLOW.format(states=STATES_BEFORE))
    op.execute("ALTER TABLE images VALIDATE CONSTRAINT ck_images_state")
    op.execute(_views.NOTE_CHANGES_OF.format(shown=_motion.SHOWN))
    op.drop_column("images", "moving_part_id")
    op.drop_column("images", "content_identifier")
    op.alter_column(
        "images",
        "motion_milliseconds",
        comment="How long that plays, as it says; null: it does not say.",
    )
