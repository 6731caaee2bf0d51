"""People's own tags: [Note: Counts of tags] in app/images/tag_models.py."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

revision = "0042"
down_revision = "0045"
branch_labels = None
depends_on = None

SHOWN = "deleted_at IS NULL AND state IN ('processing', 'ready', 'damaged')"


def _in_words(condition: str) -> str:
    """Write a condition for a statement that is a text itself."""
    return condition.replace("'", "''")


# Counts images that came into the library or left it, which `note_shown_in_albums` noted.
# Statements are executed as text, as in 0029: their plans are not kept. Safe to call at any time.
COUNT_SHOWN = """
CREATE FUNCTION count_shown_of_tags() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  noted text := coalesce(current_setting('pinhole.tags', true), '');
  owner uuid;
BEGIN
  IF noted = '' THEN
    RETURN;
  END IF;
  PERFORM set_config('pinhole.tags', '', true);
  FOR owner IN EXECUTE
    'SELECT DISTINCT owner_id FROM tags WHERE id IN (
      SELECT tag_id FROM image_tags WHERE image_id IN (
        SELECT left(note, 36)::uuid FROM unnest(string_to_array($1, '','')) AS note
      )) ORDER BY owner_id'
    USING noted
  LOOP
    PERFORM take_change(owner);
  END LOOP;
  EXECUTE
    'UPDATE tags SET image_count = image_count + sums.more FROM (
        SELECT above, sum(more)::integer AS more FROM (
          SELECT DISTINCT images.id, images.more, above FROM (
            SELECT left(note, 36)::uuid AS id, sum(substr(note, 37)::integer) AS more
            FROM unnest(string_to_array($1, '','')) AS note
            GROUP BY 1 HAVING sum(substr(note, 37)::integer) <> 0
          ) AS images
          JOIN image_tags ON image_tags.image_id = images.id
          JOIN tags AS one ON one.id = image_tags.tag_id AND one.deleted_at IS NULL
          CROSS JOIN unnest(one.lineage) AS above
        ) AS counted GROUP BY above
      ) AS sums WHERE tags.id = sums.above'
    USING noted;
END $$;
"""
# Runs once for a statement that gives images tags, or takes them away. An image counts as one more
# where the new ones are all that it has, as one less where it has none left. What was noted before
# is counted by the trigger before it, with the tags as they were then.
COUNT_ENTRIES = f"""
CREATE FUNCTION count_noted_of_tags() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM count_shown_of_tags();
  RETURN NULL;
END $$;
CREATE FUNCTION count_image_tags() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed text;
  sign integer := 1;
  owner uuid;
  change bigint;
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF NOT EXISTS (SELECT FROM old_entries) THEN
      RETURN NULL;
    END IF;
    changed := 'old_entries';
    sign := -1;
  ELSE
    IF NOT EXISTS (SELECT FROM new_entries) THEN
      RETURN NULL;
    END IF;
    changed := 'new_entries';
  END IF;
  FOR owner IN EXECUTE
    'SELECT DISTINCT tags.owner_id FROM tags
      WHERE tags.deleted_at IS NULL AND id IN (SELECT tag_id FROM ' || changed || ' AS entries
        WHERE EXISTS (SELECT FROM images WHERE images.id = entries.image_id))
      ORDER BY owner_id'
  LOOP
    change := take_change(owner);
    CONTINUE WHEN change IS NULL;
    EXECUTE
      'INSERT INTO image_changes (image_id, owner_id, number)
        SELECT images.id, images.owner_id, $2 FROM images
        WHERE images.owner_id = $1
          AND images.id IN (SELECT image_id FROM ' || changed || ' AS entries
            JOIN tags ON tags.id = entries.tag_id WHERE tags.deleted_at IS NULL)
          AND (state <> ''uploading''
            OR EXISTS (SELECT FROM image_changes AS told WHERE told.image_id = images.id))
        ON CONFLICT (image_id) DO UPDATE SET number = excluded.number, removed_at = NULL'
      USING owner, change;
    EXECUTE
      'UPDATE tags SET image_count = image_count + $1 * sums.images FROM (
          SELECT above, count(*)::integer AS images FROM (
            SELECT image_id, above FROM (
              SELECT entries.image_id, entries.tag_id, true AS is_changed
                FROM ' || changed || ' AS entries
              UNION ALL
              SELECT image_tags.image_id, image_tags.tag_id, false FROM image_tags
                WHERE image_id IN (SELECT image_id FROM ' || changed || ')
            ) AS entries
            JOIN tags AS one ON one.id = entries.tag_id AND one.deleted_at IS NULL
            JOIN images ON images.id = entries.image_id AND images.{_in_words(SHOWN)}
            CROSS JOIN unnest(one.lineage) AS above
            GROUP BY image_id, above
            HAVING count(*) FILTER (WHERE NOT is_changed) = $3 * count(*) FILTER (WHERE is_changed)
          ) AS of_images GROUP BY above
        ) AS sums WHERE tags.id = sums.above AND tags.owner_id = $2'
      USING sign, owner, greatest(sign, 0);
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER count_noted_before_tagging BEFORE INSERT OR DELETE ON image_tags
  FOR EACH STATEMENT EXECUTE FUNCTION count_noted_of_tags();
CREATE TRIGGER count_tagged AFTER INSERT ON image_tags
  REFERENCING NEW TABLE AS new_entries
  FOR EACH STATEMENT EXECUTE FUNCTION count_image_tags();
CREATE TRIGGER count_untagged AFTER DELETE ON image_tags
  REFERENCING OLD TABLE AS old_entries
  FOR EACH STATEMENT EXECUTE FUNCTION count_image_tags();
"""  # noqa: S608 - constants
# The foreign key deletes the tags of an image when it is gone already: of one that is in the
# library, which no request and no job deletes, they go before it.
LEAVE = f"""
CREATE FUNCTION untag_before_leaving() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM image_tags WHERE image_id = OLD.id;
  RETURN OLD;
END $$;
CREATE TRIGGER untag_before_leaving BEFORE DELETE ON images
  FOR EACH ROW WHEN (OLD.{SHOWN.replace("AND state", "AND OLD.state")})
  EXECUTE FUNCTION untag_before_leaving();
"""  # noqa: S608 - constants
# What `note_shown_in_albums` and `show_in_albums` of 0029 do besides: they know which images are
# shown now and were not.
NOTE_TAGGED = f"""
  EXECUTE
    'SELECT string_agg(id::text || more, '','') FROM (
      SELECT id, sum(shown) AS more FROM (
        SELECT id, -({_in_words(SHOWN)})::integer AS shown FROM old_images
        UNION ALL
        SELECT id, ({_in_words(SHOWN)})::integer FROM new_images
      ) AS both_images GROUP BY id HAVING sum(shown) <> 0
    ) AS changed WHERE EXISTS (SELECT FROM image_tags WHERE image_id = changed.id)'
    INTO noted;
  IF noted IS NOT NULL THEN
    PERFORM set_config('pinhole.tags',
      concat_ws(',', nullif(current_setting('pinhole.tags', true), ''), noted), true);
  END IF;
"""  # noqa: S608 - constants
AT_THE_COMMIT = "  PERFORM count_shown_of_tags();\n"


def upgrade() -> None:
    """Make the tables; nobody has a tag yet."""
    op.create_table(
        "tags",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "path",
            sa.String(300),
            nullable=False,
            comment="As its person writes it, with those above it: family/Oma.",
        ),
        sa.Column(
            "key",
            sa.Text(),
            nullable=False,
            comment="The path without regard to case; no two tags of a person have the same.",
        ),
        sa.Column(
            "lineage",
            ARRAY(sa.Uuid()),
            nullable=False,
            comment="Ids of the tags of the path, from the uppermost to this one.",
        ),
        sa.Column(
            "words",
            TSVECTOR(),
            nullable=False,
            comment="Terms of the path, as image_search has them.",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When its person last changed it, or what has it.",
        ),
        sa.Column(
            "deleted_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Purged 30 days later.",
        ),
        sa.Column(
            "deleted_with",
            sa.Uuid(),
            nullable=True,
            comment="The tag with which it was deleted: itself, or one above it.",
        ),
        sa.Column(
            "image_count",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="See [Note: Counts of tags].",
        ),
        sa.CheckConstraint("char_length(path) BETWEEN 1 AND 300", name=op.f("ck_tags_path")),
        sa.CheckConstraint("cardinality(lineage) BETWEEN 1 AND 6", name=op.f("ck_tags_lineage")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_tags_owner_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        comment="People's own tags: at most 5,000 of a person, deleted ones included.",
    )
    op.create_index(
        "ix_tags_key",
        "tags",
        ["owner_id", "key"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_tags_owner_id", "tags", ["owner_id"])
    op.create_index(
        "ix_tags_deleted",
        "tags",
        ["deleted_at"],
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_table(
        "image_tags",
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("tag_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name=op.f("fk_image_tags_image_id_images"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["tags.id"], name=op.f("fk_image_tags_tag_id_tags"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("image_id", "tag_id", name=op.f("pk_image_tags")),
        comment="Which images have which tags: at most 100 of an image.",
    )
    op.create_index("ix_image_tags_tag_id", "image_tags", ["tag_id", "image_id"])
    for words in (COUNT_SHOWN, COUNT_ENTRIES, LEAVE):
        op.execute(words)
    former = _functions_of_albums()
    op.execute(
        former["note_shown_in_albums"].replace("  EXECUTE\n", f"{NOTE_TAGGED}  EXECUTE\n", 1)
    )
    op.execute(former["show_in_albums"].replace("BEGIN\n", f"BEGIN\n{AT_THE_COMMIT}", 1))


def downgrade() -> None:
    """Forget all tags; the images stay."""
    for words in _functions_of_albums().values():
        op.execute(words)
    op.execute("DROP TRIGGER untag_before_leaving ON images")
    op.drop_table("image_tags")
    op.drop_table("tags")
    for name in (
        "untag_before_leaving()",
        "count_image_tags()",
        "count_noted_of_tags()",
        "count_shown_of_tags()",
    ):
        op.execute(f"DROP FUNCTION {name}")


def _functions_of_albums() -> dict[str, str]:
    """Return the functions of 0029 that this changes, each to take the present one's place."""
    words: str = import_module("app.migrations.versions.0029_albums").SHOW
    functions = words.partition("CREATE TRIGGER")[0].split("CREATE FUNCTION ")[1:]
    return {each.partition("(")[0]: f"CREATE OR REPLACE FUNCTION {each}" for each in functions}
