"""A table of hashes alone, by which look-alikes are found: [Note: Bands of hashes]."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

from app.migrations.online import create_index, without_transaction

revision = "0076"
down_revision = "0081"
branch_labels = None
depends_on = None

# Of 63 bits, as in 0047.
BANDS = (
    0x7FFF800000000000,
    0x5555555500000000,
    0x2AAAAAAA80000000,
    0x00007FFF80000000,
    0x1249249249248000,
    0x0492492492492000,
)
KEY = """
CREATE OR REPLACE FUNCTION band_key(owner uuid, bits bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (uuid_hash(owner)::bigint << 32) | (hashint8(bits)::bigint & 4294967295);
"""
# Returns the last one that was copied. The rows are locked, so that what is deleted or made anew
# meanwhile is not copied as it was.
COPY_PART = sa.text("""
WITH part AS (
  SELECT image_id, owner_id, middle FROM fingerprints
    WHERE image_id > :after AND state = 'compared' ORDER BY image_id LIMIT 2000 FOR SHARE
), copied AS (
  INSERT INTO middle_hashes (image_id, owner_id, middle)
    SELECT image_id, owner_id, middle FROM part ON CONFLICT DO NOTHING
)
SELECT image_id FROM part ORDER BY image_id DESC LIMIT 1
""").bindparams(sa.bindparam("after", type_=sa.Uuid()))


def upgrade() -> None:
    """Make the table and copy the hashes of what was compared; whatever compares adds the others.

    No release has read the indexes that go, nor written fingerprints.
    """
    op.create_table(
        "middle_hashes",
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False, comment="As of the image."),
        sa.Column(
            "middle",
            sa.BigInteger(),
            nullable=False,
            comment="As of the fingerprint.",
        ),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["fingerprints.image_id"],
            name=op.f("fk_middle_hashes_image_id_fingerprints"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("image_id", name=op.f("pk_middle_hashes")),
        comment="Hashes of the fingerprints that others are compared with.",
        if_not_exists=True,
    )
    op.execute(KEY)
    for number, band in enumerate(BANDS):
        op.create_index(
            f"ix_middle_hashes_band_{number}",
            "middle_hashes",
            [sa.text(f"band_key(owner_id, middle & {band}::bigint)")],
            if_not_exists=True,
        )
    with without_transaction() as connection:
        after: UUID | None = UUID(int=0)
        while after:
            found = connection.scalar(COPY_PART, {"after": after})
            after = UUID(str(found)) if found else None
        for number in range(len(BANDS)):
            drop = f"DROP INDEX CONCURRENTLY IF EXISTS ix_fingerprints_band_{number}"
            connection.execute(sa.text(drop))


def downgrade() -> None:
    """Look for hashes in the fingerprints again."""
    for number, band in enumerate(BANDS):
        create_index(
            f"ix_fingerprints_band_{number}",
            f"fingerprints (owner_id, (middle & {band}::bigint)) WHERE middle IS NOT NULL",
        )
    op.drop_table("middle_hashes", if_exists=True)
    op.execute("DROP FUNCTION IF EXISTS band_key(uuid, bigint)")
