"""Vectors of images' texts: [Note: Vectors behind the words] in app/search/meaning/models.py."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import BIT

from app.migrations.online import without_transaction

revision = "0060"
down_revision = "0065"
branch_labels = None
depends_on = None

NOTE = """
CREATE OR REPLACE FUNCTION note_image_to_embed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO images_to_embed (image_id, owner_id) VALUES (NEW.image_id, NEW.owner_id)
    ON CONFLICT (image_id) DO UPDATE SET changes = images_to_embed.changes + 1;
  RETURN NULL;
END $$;
"""
TRIGGERS = """
CREATE OR REPLACE TRIGGER note_image_to_embed_added AFTER INSERT ON image_search
  FOR EACH ROW EXECUTE FUNCTION note_image_to_embed();
CREATE OR REPLACE TRIGGER note_image_to_embed_changed AFTER UPDATE OF words ON image_search
  FOR EACH ROW WHEN (OLD.words IS DISTINCT FROM NEW.words)
  EXECUTE FUNCTION note_image_to_embed();
"""
# Returns the last one that was noted. The lock is that of the foreign key, and taken before: an
# image that is deleted meanwhile is left out, and is no error.
NOTE_PART = sa.text("""
WITH part AS (
  SELECT s.image_id, s.owner_id FROM image_search AS s JOIN images ON images.id = s.image_id
    WHERE s.image_id > :after ORDER BY s.image_id LIMIT 2000 FOR KEY SHARE OF images
), noted AS (
  INSERT INTO images_to_embed (image_id, owner_id) SELECT image_id, owner_id FROM part
    ON CONFLICT DO NOTHING
)
SELECT image_id FROM part ORDER BY image_id DESC LIMIT 1
""").bindparams(sa.bindparam("after", type_=sa.Uuid()))
# Without reading the table in order: its rows are eight times as long as entries of the index. As
# text, so that the plan is made for this person. A million vectors are the most that are compared.
NEAR = """
CREATE OR REPLACE FUNCTION nearest_meanings(owner uuid, made_by smallint, wanted bit, most integer)
RETURNS TABLE (image_id uuid, apart bigint)
LANGUAGE plpgsql STABLE ROWS 1000 SET enable_seqscan = off AS $$
BEGIN
  RETURN QUERY EXECUTE
    'SELECT image_id, bit_count(signs # $3) AS apart FROM ('
    '  SELECT image_id, signs FROM image_meanings WHERE model = $2 AND owner_id = $1 LIMIT 1000000'
    ') AS own ORDER BY apart, image_id LIMIT $4'
    USING owner, made_by, wanted, most;
END $$;
"""


def upgrade() -> None:
    """Make the tables, and note all images; the sweep makes their vectors."""
    op.create_table(
        "image_meanings",
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False, comment="As of the image."),
        sa.Column(
            "model",
            sa.SmallInteger(),
            nullable=False,
            comment="Which made it; only vectors of one model are compared.",
        ),
        sa.Column(
            "text_digest",
            sa.LargeBinary(),
            nullable=False,
            comment="BLAKE2b of the text, 8 bytes: what stayed the same is not made anew.",
        ),
        sa.Column(
            "signs",
            BIT(512),
            nullable=False,
            comment="1 where a part of the vector is above 0.",
        ),
        sa.Column(
            "parts",
            sa.LargeBinary(),
            nullable=False,
            comment="The vector, a signed byte a part.",
        ),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name=op.f("fk_image_meanings_image_id_images"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("image_id", name=op.f("pk_image_meanings")),
        comment="Vectors of images' texts: see app/search/meaning/models.py.",
        if_not_exists=True,
    )
    op.create_index(
        "ix_image_meanings_signs",
        "image_meanings",
        ["model", "owner_id"],
        postgresql_include=["image_id", "signs"],
        if_not_exists=True,
    )
    op.create_table(
        "images_to_embed",
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False, comment="As of the image."),
        sa.Column(
            "changes",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="How often they changed since this was noted.",
        ),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name=op.f("fk_images_to_embed_image_id_images"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("image_id", name=op.f("pk_images_to_embed")),
        comment="Images whose words changed since their vectors were made.",
        if_not_exists=True,
    )
    op.create_index(
        "ix_images_to_embed_owner_id_image_id",
        "images_to_embed",
        ["owner_id", "image_id"],
        if_not_exists=True,
    )
    op.execute(NEAR)
    op.execute(NOTE)
    with op.get_context().autocommit_block():
        op.execute(TRIGGERS)
    # What is indexed or changed from here on is noted by the triggers.
    with without_transaction() as connection:
        after: UUID | None = UUID(int=0)
        while after:
            found = connection.scalar(NOTE_PART, {"after": after})
            after = UUID(str(found)) if found else None


def downgrade() -> None:
    """Forget the vectors: they are made of texts that stay."""
    op.execute("DROP TRIGGER note_image_to_embed_changed ON image_search")
    op.execute("DROP TRIGGER note_image_to_embed_added ON image_search")
    op.execute("DROP FUNCTION nearest_meanings(uuid, smallint, bit, integer)")
    op.execute("DROP FUNCTION note_image_to_embed()")
    op.drop_table("images_to_embed")
    op.drop_table("image_meanings")
