"""Fingerprints of pictures, and which look alike; see app/images/fingerprint_models.py."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0047"
down_revision = "0041"
branch_labels = None
depends_on = None

# Of 63 bits: [Note: Bands of hashes].
BANDS = (
    0x7FFF800000000000,
    0x5555555500000000,
    0x2AAAAAAA80000000,
    0x00007FFF80000000,
    0x1249249249248000,
    0x0492492492492000,
)
# What the former release makes ready has none, and so has what was ready before.
NOTE = """
CREATE FUNCTION note_missing_fingerprint() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO fingerprints (image_id, owner_id) VALUES (NEW.id, NEW.owner_id)
    ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER note_missing_fingerprint_of_added AFTER INSERT ON images
  FOR EACH ROW WHEN (NEW.state = 'ready' AND NEW.has_preview)
  EXECUTE FUNCTION note_missing_fingerprint();
CREATE TRIGGER note_missing_fingerprint AFTER UPDATE OF state ON images
  FOR EACH ROW WHEN (NEW.state = 'ready' AND OLD.state <> 'ready' AND NEW.has_preview)
  EXECUTE FUNCTION note_missing_fingerprint();
"""


def upgrade() -> None:
    """Make the tables, and note which pictures have no fingerprint yet: all that are ready."""
    op.create_table(
        "fingerprints",
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False, comment="As of the image."),
        sa.Column("state", sa.String(8), server_default="missing", nullable=False),
        sa.Column(
            "tried_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When a worker last began to make it from the preview.",
        ),
        sa.Column(
            "grey",
            sa.LargeBinary(),
            nullable=True,
            comment="The picture in 24 by 24 shades, a byte each.",
        ),
        sa.Column(
            "middle",
            sa.BigInteger(),
            nullable=True,
            comment="The hash of its middle: see [Note: Bands of hashes].",
        ),
        sa.Column(
            "windows",
            ARRAY(sa.BigInteger()),
            nullable=True,
            comment="Hashes of all its windows, until it was compared.",
        ),
        sa.Column(
            "group_id",
            sa.Uuid(),
            nullable=True,
            comment="Pictures with the same look alike: see [Note: Groups].",
        ),
        sa.CheckConstraint(
            "state IN ('missing', 'new', 'compared', 'none')", name=op.f("ck_fingerprints_state")
        ),
        sa.CheckConstraint(
            "(state IN ('new', 'compared')) = (middle IS NOT NULL AND grey IS NOT NULL)",
            name=op.f("ck_fingerprints_middle"),
        ),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name=op.f("fk_fingerprints_image_id_images"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("image_id", name=op.f("pk_fingerprints")),
        comment="By which look-alikes are found; one row for each picture that was ready.",
    )
    op.execute(
        "INSERT INTO fingerprints (image_id, owner_id)"
        " SELECT id, owner_id FROM images WHERE state = 'ready' AND has_preview"
    )
    for number, band in enumerate(BANDS):
        op.create_index(
            f"ix_fingerprints_band_{number}",
            "fingerprints",
            ["owner_id", sa.text(f"(middle & {band}::bigint)")],
            postgresql_where=sa.text("middle IS NOT NULL"),
        )
    for state in ("missing", "new"):
        op.create_index(
            f"ix_fingerprints_{state}",
            "fingerprints",
            ["owner_id", "image_id"],
            postgresql_where=sa.text(f"state = '{state}'"),
        )
    op.create_index(
        "ix_fingerprints_groups",
        "fingerprints",
        ["owner_id", "group_id", "image_id"],
        postgresql_where=sa.text("group_id IS NOT NULL"),
    )
    op.create_table(
        "unalike_pairs",
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("image_id < other_id", name=op.f("ck_unalike_pairs_order")),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name=op.f("fk_unalike_pairs_image_id_images"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["images.id"],
            name=op.f("fk_unalike_pairs_other_id_images"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("image_id", "other_id", name=op.f("pk_unalike_pairs")),
        comment="Pictures that are not shown as look-alikes again: their person said so.",
    )
    op.create_index("ix_unalike_pairs_other_id", "unalike_pairs", ["other_id"])
    op.execute(NOTE)


def downgrade() -> None:
    """Forget them; they are made again from previews, but what people said is lost."""
    for name in ("note_missing_fingerprint", "note_missing_fingerprint_of_added"):
        op.execute(f"DROP TRIGGER {name} ON images")
    op.execute("DROP FUNCTION note_missing_fingerprint()")
    op.drop_table("unalike_pairs")
    op.drop_table("fingerprints")
