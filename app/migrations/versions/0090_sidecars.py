"""Sidecars in the bucket: see app/images/sidecar_models.py."""

import sqlalchemy as sa
from alembic import op

revision = "0090"
down_revision = "0087"
branch_labels = None
depends_on = None

_FIRST = "00000000-0000-0000-0000-000000000000"
# One row for each album or tag, whatever number of images it is of: the sweep goes through them.
MARK = """
CREATE FUNCTION mark_sidecars(kind text, subject uuid, owner uuid) RETURNS void LANGUAGE sql AS $$
  INSERT INTO sidecar_marks (subject_id, owner_id, kind)
    SELECT subject, users.id, kind FROM users WHERE users.id = owner
    ON CONFLICT (subject_id) DO UPDATE
    SET after = '00000000-0000-0000-0000-000000000000', due_at = clock_timestamp();
$$;
CREATE FUNCTION mark_sidecars_of_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM mark_sidecars(TG_ARGV[0], NEW.id, NEW.owner_id);
  RETURN NULL;
END $$;
CREATE FUNCTION mark_sidecar_of_checked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'DELETE' THEN
    PERFORM mark_sidecars('image', NEW.image_id, NEW.owner_id);
  ELSIF EXISTS (SELECT FROM images WHERE id = OLD.image_id) THEN
    PERFORM mark_sidecars('image', OLD.image_id, OLD.owner_id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER mark_sidecars AFTER UPDATE OF title, description, sort, cover_id, deleted_at
  ON albums FOR EACH ROW WHEN (
    (OLD.title, OLD.description, OLD.sort, OLD.cover_id, OLD.deleted_at)
    IS DISTINCT FROM (NEW.title, NEW.description, NEW.sort, NEW.cover_id, NEW.deleted_at))
  EXECUTE FUNCTION mark_sidecars_of_named('album');
CREATE TRIGGER mark_sidecars AFTER UPDATE OF path, deleted_at
  ON tags FOR EACH ROW WHEN (
    (OLD.path, OLD.deleted_at) IS DISTINCT FROM (NEW.path, NEW.deleted_at))
  EXECUTE FUNCTION mark_sidecars_of_named('tag');
CREATE TRIGGER mark_sidecar AFTER INSERT OR UPDATE OR DELETE ON checked_descriptions
  FOR EACH ROW EXECUTE FUNCTION mark_sidecar_of_checked();
"""
UNMARK = """
DROP TRIGGER mark_sidecar ON checked_descriptions;
DROP TRIGGER mark_sidecars ON tags;
DROP TRIGGER mark_sidecars ON albums;
DROP FUNCTION mark_sidecar_of_checked();
DROP FUNCTION mark_sidecars_of_named();
DROP FUNCTION mark_sidecars(text, uuid, uuid);
"""


def upgrade() -> None:
    """Nothing is written yet: the sweep begins with the first change of each person."""
    op.create_table(
        "sidecars",
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of its content."),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name=op.f("fk_sidecars_image_id_images"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("image_id", name=op.f("pk_sidecars")),
        comment="Sidecars of images in the bucket, as they were last written.",
    )
    op.create_table(
        "sidecar_progress",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "number",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="Of image_changes: the last one read.",
        ),
        sa.Column(
            "image_id",
            sa.Uuid(),
            server_default=_FIRST,
            nullable=False,
            comment="The last one read of that number.",
        ),
        sa.Column(
            "leased_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Until then one sweep writes them, and no other.",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_sidecar_progress_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_sidecar_progress")),
        comment="Up to which change each person's sidecars are written.",
    )
    op.create_table(
        "sidecar_marks",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column(
            "after",
            sa.Uuid(),
            server_default=_FIRST,
            nullable=False,
            comment="Of an album or a tag: images up to this one are done.",
        ),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
            comment="When it changed, or is tried again.",
        ),
        sa.CheckConstraint("kind IN ('image', 'album', 'tag')", name=op.f("ck_sidecar_marks_kind")),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["users.id"],
            name=op.f("fk_sidecar_marks_owner_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_sidecar_marks")),
        comment="Images, albums and tags whose images' sidecars are to be written again.",
    )
    op.create_index("ix_sidecar_marks_due", "sidecar_marks", ["owner_id", "due_at"])
    op.execute(MARK)


def downgrade() -> None:
    """Forget which were written; those in the bucket stay."""
    op.execute(UNMARK)
    op.drop_table("sidecar_marks")
    op.drop_table("sidecar_progress")
    op.drop_table("sidecars")
