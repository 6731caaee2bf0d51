"""Indexes of the words of tags and albums, and numbers of changed vectors.

For the latter see [Note: Signs in memory] in app/search/meaning/signs.py.
"""

import sqlalchemy as sa
from alembic import op

from app.migrations.online import create_index, without_transaction

revision = "0087"
down_revision = "0088"
branch_labels = None
depends_on = None

# One transaction of an owner's at a time, so that numbers are committed in their order: whoever has
# read up to a number misses none below it. A trigger, so that it holds for the former release, too.
NUMBER = """
CREATE SEQUENCE IF NOT EXISTS meaning_versions;
CREATE OR REPLACE FUNCTION number_meaning() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(NEW.owner_id::text, 110));
  NEW.version := nextval('meaning_versions');
  RETURN NEW;
END $$;
"""
TRIGGER = """
CREATE OR REPLACE TRIGGER number_meaning BEFORE INSERT OR UPDATE ON image_meanings
  FOR EACH ROW EXECUTE FUNCTION number_meaning();
"""
# The former release finds an owner's signs in the new index as well as in its own.
INDEX, FORMER = "ix_image_meanings_version", "ix_image_meanings_signs"
# Without a list of what is new, which each search would read.
WORDS = {
    "ix_tags_words": "tags USING gin (words)",
    "ix_albums_title_words": "albums USING gin (title_words)",
}


def upgrade() -> None:
    """Add the number; what is there has 0."""
    op.add_column(
        "image_meanings",
        sa.Column(
            "version",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="Of an owner's, those that changed later have higher ones.",
        ),
        if_not_exists=True,
    )
    op.execute(NUMBER)
    op.execute(TRIGGER)
    for name, on in WORDS.items():
        create_index(name, f"{on} WITH (fastupdate = off) WHERE deleted_at IS NULL")
    create_index(INDEX, "image_meanings (model, owner_id, version) INCLUDE (image_id, signs)")
    with without_transaction() as connection:
        connection.execute(sa.text(f"DROP INDEX CONCURRENTLY IF EXISTS {FORMER}"))


def downgrade() -> None:
    """Number no more."""
    create_index(FORMER, "image_meanings (model, owner_id) INCLUDE (image_id, signs)")
    with without_transaction() as connection:
        connection.execute(sa.text(f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}"))
    op.execute("DROP TRIGGER IF EXISTS number_meaning ON image_meanings")
    op.execute("DROP FUNCTION IF EXISTS number_meaning()")
    op.execute("DROP SEQUENCE IF EXISTS meaning_versions")
    op.drop_column("image_meanings", "version", if_exists=True)
    for name in WORDS:
        op.drop_index(name, if_exists=True)
