"""What people keep, counted; what files say of themselves; and receipts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Counts what was promised too, so that a promise is a reservation. What is rejected keeps nothing.
# Of somebody who is being deleted nothing is counted any more: then the row is not made again.
# Deferred, so that the count is the last row that a transaction locks: two that touch the same
# pictures cannot wait for each other over it.
COUNT = """
CREATE FUNCTION count_storage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  owner uuid;
  more_bytes bigint := 0;
  more_pictures bigint := 0;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    owner := OLD.owner_id;
    IF OLD.state <> 'rejected' THEN
      more_bytes := -OLD.byte_size;
      more_pictures := -1;
    END IF;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    owner := NEW.owner_id;
    IF NEW.state <> 'rejected' THEN
      more_bytes := more_bytes + NEW.byte_size;
      more_pictures := more_pictures + 1;
    END IF;
  END IF;
  IF more_bytes = 0 AND more_pictures = 0 THEN
    RETURN NULL;
  END IF;
  UPDATE storage SET bytes = bytes + more_bytes, pictures = pictures + more_pictures
    WHERE user_id = owner;
  IF NOT FOUND AND TG_OP <> 'DELETE' THEN
    INSERT INTO storage VALUES (owner, more_bytes, more_pictures)
      ON CONFLICT (user_id) DO UPDATE
      SET bytes = storage.bytes + more_bytes, pictures = storage.pictures + more_pictures;
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER count_storage
  AFTER INSERT OR DELETE OR UPDATE OF state, byte_size ON images
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION count_storage();
"""
COUNT_WHAT_IS_THERE = """
INSERT INTO storage
  SELECT owner_id, sum(byte_size), count(*) FROM images WHERE state <> 'rejected' GROUP BY owner_id;
"""


def upgrade() -> None:
    op.create_table(
        "storage",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "bytes",
            sa.BigInteger(),
            nullable=False,
            comment="Of originals, promised ones included.",
        ),
        sa.Column("pictures", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_storage_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_storage")),
        comment="What each person keeps or was promised room for; a trigger counts.",
    )
    op.add_column(
        "images",
        sa.Column(
            "latitude", sa.Double(), nullable=True, comment="Degrees, north positive (WGS 84)."
        ),
    )
    op.add_column(
        "images",
        sa.Column(
            "longitude", sa.Double(), nullable=True, comment="Degrees, east positive (WGS 84)."
        ),
    )
    op.add_column(
        "images", sa.Column("altitude", sa.Double(), nullable=True, comment="Metres above the sea.")
    )
    op.add_column(
        "images",
        sa.Column(
            "rating", sa.SmallInteger(), nullable=True, comment="Stars, 1 to 5, as the file says."
        ),
    )
    op.add_column(
        "images",
        sa.Column(
            "caption", sa.Text(), nullable=True, comment="What the file itself says of the picture."
        ),
    )
    op.add_column(
        "images",
        sa.Column(
            "is_animated",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="Moves: a GIF or WebP of several frames.",
        ),
    )
    op.add_column(
        "images",
        sa.Column(
            "receipt_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When S3 took the original in; it had then compared the bytes with sha256.",
        ),
    )
    op.add_column(
        "images",
        sa.Column(
            "receipt_by",
            sa.String(length=8),
            nullable=True,
            comment="Who compared: s3 at the upload, or the worker what came in parts.",
        ),
    )
    op.execute(COUNT)
    op.execute(COUNT_WHAT_IS_THERE)


def downgrade() -> None:
    op.execute("DROP TRIGGER count_storage ON images")
    op.execute("DROP FUNCTION count_storage()")
    op.drop_column("images", "receipt_by")
    op.drop_column("images", "receipt_at")
    op.drop_column("images", "is_animated")
    op.drop_column("images", "caption")
    op.drop_column("images", "rating")
    op.drop_column("images", "altitude")
    op.drop_column("images", "longitude")
    op.drop_column("images", "latitude")
    op.drop_table("storage")
