"""The index of words: [Note: Indexed with the change] in app/search/models.py."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0038"
down_revision = "0036"
branch_labels = None
depends_on = None

SHOWN = "('processing', 'ready', 'damaged')"
# What is searched of an image itself.
TEXTS = ("name", "caption", "camera_make", "camera_model", "lens", "current_description_id")
# A statement as text, as in 0029: its plan is not kept. Without reading the table in order: the
# planner takes a common word of one person for one that is in every row.
FIND = """
CREATE FUNCTION search_hits(owner uuid, wanted tsquery, most integer) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE ROWS 1000 SET enable_seqscan = off AS $$
BEGIN
  RETURN QUERY EXECUTE
    'SELECT image_id FROM image_search WHERE words @@ $2 AND owner_id = $1 LIMIT $3'
    USING owner, wanted, most;
END $$;
"""
NOTE = f"""
CREATE FUNCTION note_image_to_index() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO images_to_index (image_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER note_image_to_index_added AFTER INSERT ON images
  FOR EACH ROW WHEN (NEW.state IN {SHOWN}) EXECUTE FUNCTION note_image_to_index();
CREATE TRIGGER note_image_to_index_changed
  AFTER UPDATE OF state, {", ".join(TEXTS)} ON images
  FOR EACH ROW WHEN (NEW.state IN {SHOWN} AND (
    OLD.state NOT IN {SHOWN}
    OR ({", ".join(f"OLD.{column}" for column in TEXTS)})
      IS DISTINCT FROM ({", ".join(f"NEW.{column}" for column in TEXTS)})
  )) EXECUTE FUNCTION note_image_to_index();
"""  # noqa: S608 - constants
# The former release changes a title and not its words: the sweep finds them missing.
FORGET_WORDS = """
CREATE FUNCTION forget_title_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.title_words := NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER forget_title_words BEFORE UPDATE OF title ON albums
  FOR EACH ROW WHEN (
    NEW.title <> OLD.title AND NEW.title_words IS NOT DISTINCT FROM OLD.title_words
  ) EXECUTE FUNCTION forget_title_words();
"""


def upgrade() -> None:
    """Make the index, and note all images; the sweep indexes them some thousand at a time."""
    op.create_table(
        "image_search",
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False, comment="As of the image."),
        sa.Column(
            "words",
            TSVECTOR(),
            nullable=False,
            comment="Terms with positions; each begins with four characters for the owner.",
        ),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name=op.f("fk_image_search_image_id_images"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("image_id", name=op.f("pk_image_search")),
        comment="Folded words of each image that arrived: see app/search/models.py.",
    )
    op.create_index(
        "ix_image_search_words",
        "image_search",
        ["words"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_table(
        "images_to_index",
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name=op.f("fk_images_to_index_image_id_images"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("image_id", name=op.f("pk_images_to_index")),
        comment="Images whose texts changed since they were indexed.",
    )
    op.add_column(
        "albums",
        sa.Column(
            "title_words",
            TSVECTOR(),
            nullable=True,
            comment="The title's terms, as image_search has them; null: not indexed yet.",
        ),
    )
    op.create_index(
        "ix_albums_to_index",
        "albums",
        ["id"],
        postgresql_where=sa.text("title_words IS NULL"),
    )
    for words in (FIND, NOTE, FORGET_WORDS):
        op.execute(words)
    op.execute(
        f"INSERT INTO images_to_index (image_id) SELECT id FROM images WHERE state IN {SHOWN}"  # noqa: S608 - constants
    )


def downgrade() -> None:
    """Forget the index; nothing that people wrote is in it alone."""
    op.execute("DROP TRIGGER forget_title_words ON albums")
    for name in ("note_image_to_index_changed", "note_image_to_index_added"):
        op.execute(f"DROP TRIGGER {name} ON images")
    op.drop_index("ix_albums_to_index", table_name="albums")
    op.drop_column("albums", "title_words")
    op.drop_table("images_to_index")
    op.drop_table("image_search")
    for name in (
        "forget_title_words()",
        "note_image_to_index()",
        "search_hits(uuid, tsquery, integer)",
    ):
        op.execute(f"DROP FUNCTION {name}")
