"""Albums, and what is counted of them: [Note: Counts of albums] in app/images/album_models.py."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# When an image is shown in its albums. See [Note: Views] in app/images/models.py.
SHOWN_AT = (
    "CASE WHEN deleted_at IS NULL AND state IN ('processing', 'ready', 'damaged')"
    " THEN timeline_at END"
)
# Locks the person's row in `storage` until the commit, and returns the number of this transaction's
# change: the one that `note_change` (0022) uses too. Null: the person is being deleted.
TAKE_CHANGE = """
CREATE FUNCTION take_change(owner uuid) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  moment bigint := extract(epoch FROM clock_timestamp()) * 1000000;
  noted text := current_setting('pinhole.change', true);
  change bigint;
BEGIN
  IF split_part(noted, ' ', 1) = owner::text THEN
    RETURN split_part(noted, ' ', 2);
  END IF;
  INSERT INTO storage (user_id, bytes, pictures, last_change)
    SELECT id, 0, 0, moment FROM users WHERE id = owner
    ON CONFLICT (user_id) DO UPDATE
    SET last_change = greatest(storage.last_change + 1, moment)
    RETURNING last_change INTO change;
  IF change IS NOT NULL THEN
    PERFORM set_config('pinhole.change', owner || ' ' || change, true);
  END IF;
  RETURN change;
END $$;
"""
# Statements are executed as text, here and below: a function keeps the plans of its own statements
# for as long as the session lives, and one that was made for an empty table reads a full one row by
# row, for seconds.
#
# Adds to the counts of albums, and finds anew what else their lists show. The caller has the lock.
COUNT = """
CREATE FUNCTION add_to_album_counts(albums uuid[], entries integer[], images integer[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE $words$
    UPDATE albums SET
      entry_count = entry_count + more.entries,
      image_count = image_count + more.images,
      first_at = (SELECT shown_at FROM album_images
        WHERE album_id = albums.id AND shown_at IS NOT NULL
        ORDER BY shown_at, image_id LIMIT 1),
      last_at = (SELECT shown_at FROM album_images
        WHERE album_id = albums.id AND shown_at IS NOT NULL
        ORDER BY shown_at DESC, image_id DESC LIMIT 1),
      shown_cover_id = coalesce(
        (SELECT image_id FROM album_images
          WHERE album_id = albums.id AND image_id = albums.cover_id AND shown_at IS NOT NULL),
        CASE sort
          WHEN 'manual' THEN (SELECT image_id FROM album_images
            WHERE album_id = albums.id AND shown_at IS NOT NULL
            ORDER BY position, image_id LIMIT 1)
          WHEN 'oldest' THEN (SELECT image_id FROM album_images
            WHERE album_id = albums.id AND shown_at IS NOT NULL
            ORDER BY shown_at, image_id LIMIT 1)
          ELSE (SELECT image_id FROM album_images
            WHERE album_id = albums.id AND shown_at IS NOT NULL
            ORDER BY shown_at DESC, image_id DESC LIMIT 1)
        END)
    FROM unnest($1, $2, $3) AS more (id, entries, images) WHERE albums.id = more.id
  $words$ USING albums, entries, images;
END $$;
"""
# Runs once for a statement that changes what is in albums. A statement that changes nothing is what
# each image that is deleted for good brings, by its foreign key.
#
# Of an album that is deleted no image is told as changed: nobody is shown what is in it. An album
# that is renamed, deleted or restored tells so itself, by `changed_at` or by its absence: of its
# images there may be 100,000.
NOTE_ENTRIES = """
CREATE FUNCTION count_album_images() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed text;
  owner uuid;
  change bigint;
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF NOT EXISTS (SELECT FROM old_entries) THEN
      RETURN NULL;
    END IF;
    changed := 'SELECT album_id, image_id, -1 AS entry, -(shown_at IS NOT NULL)::integer AS image
      FROM old_entries';
  ELSIF TG_OP = 'INSERT' THEN
    IF NOT EXISTS (SELECT FROM new_entries) THEN
      RETURN NULL;
    END IF;
    changed := 'SELECT album_id, image_id, 1 AS entry, (shown_at IS NOT NULL)::integer AS image
      FROM new_entries';
  ELSE
    IF NOT EXISTS (SELECT FROM new_entries) THEN
      RETURN NULL;
    END IF;
    changed := 'SELECT album_id, image_id, -1 AS entry, -(shown_at IS NOT NULL)::integer AS image
      FROM old_entries
      UNION ALL
      SELECT album_id, image_id, 1, (shown_at IS NOT NULL)::integer FROM new_entries';
  END IF;
  FOR owner IN EXECUTE
    'SELECT DISTINCT owner_id FROM albums WHERE id IN (SELECT album_id FROM ('
    || changed || ') AS entries) ORDER BY owner_id'
  LOOP
    change := take_change(owner);
    CONTINUE WHEN change IS NULL;
    IF TG_OP <> 'UPDATE' THEN
      EXECUTE
        'INSERT INTO image_changes (image_id, owner_id, number)
          SELECT images.id, images.owner_id, $2 FROM images
          WHERE images.owner_id = $1
            AND images.id IN (SELECT image_id FROM (' || changed || ') AS entries
              JOIN albums ON albums.id = entries.album_id WHERE albums.deleted_at IS NULL)
            AND (state <> ''uploading''
              OR EXISTS (SELECT FROM image_changes AS told WHERE told.image_id = images.id))
          ON CONFLICT (image_id) DO UPDATE SET number = excluded.number, removed_at = NULL'
        USING owner, change;
    END IF;
  END LOOP;
  EXECUTE
    'SELECT add_to_album_counts(array_agg(album_id), array_agg(entries), array_agg(images)) FROM (
      SELECT album_id, sum(entry)::integer AS entries, sum(image)::integer AS images
      FROM (' || changed || ') AS entries GROUP BY album_id ORDER BY album_id) AS sums';
  RETURN NULL;
END $$;
CREATE TRIGGER count_added_to_albums AFTER INSERT ON album_images
  REFERENCING NEW TABLE AS new_entries
  FOR EACH STATEMENT EXECUTE FUNCTION count_album_images();
CREATE TRIGGER count_changed_in_albums AFTER UPDATE ON album_images
  REFERENCING OLD TABLE AS old_entries NEW TABLE AS new_entries
  FOR EACH STATEMENT EXECUTE FUNCTION count_album_images();
CREATE TRIGGER count_removed_from_albums AFTER DELETE ON album_images
  REFERENCING OLD TABLE AS old_entries
  FOR EACH STATEMENT EXECUTE FUNCTION count_album_images();
"""
# Images that come into the library, leave it, or are dated anew: noted by their statement, and
# shown at the commit, under the lock. Without a join of what was with what is, whose plan would be
# kept.
SHOW = f"""
CREATE FUNCTION note_shown_in_albums() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed uuid[];
  noted text;
BEGIN
  SELECT array_agg(DISTINCT id) INTO changed FROM (
    SELECT id FROM (
      SELECT id, {SHOWN_AT} AS shown_at FROM old_images
      UNION ALL
      SELECT id, {SHOWN_AT} FROM new_images
    ) AS both_images GROUP BY id, shown_at HAVING count(*) = 1
  ) AS images;
  IF changed IS NULL THEN
    RETURN NULL;
  END IF;
  EXECUTE
    'SELECT string_agg(id::text, '','') FROM unnest($1) AS id
      WHERE EXISTS (SELECT FROM album_images WHERE image_id = id)'
    INTO noted USING changed;
  IF noted IS NOT NULL THEN
    PERFORM set_config('pinhole.albums',
      concat_ws(',', nullif(current_setting('pinhole.albums', true), ''), noted), true);
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION show_in_albums() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  noted text := coalesce(current_setting('pinhole.albums', true), '');
  owner uuid;
BEGIN
  IF noted = '' THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('pinhole.albums', '', true);
  FOR owner IN EXECUTE
    'SELECT DISTINCT owner_id FROM images WHERE id = ANY ($1) ORDER BY owner_id'
    USING string_to_array(noted, ',')::uuid[]
  LOOP
    PERFORM take_change(owner);
  END LOOP;
  EXECUTE
    'UPDATE album_images SET shown_at = images.shown_at FROM (
        SELECT id, {SHOWN_AT.replace("'", "''")} AS shown_at FROM images WHERE id = ANY ($1)
      ) AS images
      WHERE image_id = images.id AND album_images.shown_at IS DISTINCT FROM images.shown_at'
    USING string_to_array(noted, ',')::uuid[];
  RETURN NULL;
END $$;
CREATE TRIGGER note_shown_in_albums AFTER UPDATE ON images
  REFERENCING OLD TABLE AS old_images NEW TABLE AS new_images
  FOR EACH STATEMENT EXECUTE FUNCTION note_shown_in_albums();
CREATE CONSTRAINT TRIGGER show_in_albums
  AFTER UPDATE OF state, deleted_at, timeline_at ON images
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (
    (OLD.state, OLD.deleted_at, OLD.timeline_at)
    IS DISTINCT FROM (NEW.state, NEW.deleted_at, NEW.timeline_at)
  ) EXECUTE FUNCTION show_in_albums();
"""  # noqa: S608 - constants
# The foreign key deletes the entries of an image: the lock comes before, as everywhere.
REMOVE = """
CREATE FUNCTION lock_before_leaving_albums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM album_images WHERE image_id = OLD.id) THEN
    PERFORM take_change(OLD.owner_id);
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER lock_before_leaving_albums BEFORE DELETE ON images
  FOR EACH ROW EXECUTE FUNCTION lock_before_leaving_albums();
"""


def upgrade() -> None:
    """Make the tables; nobody has an album yet."""
    op.create_table(
        "albums",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "sort",
            sa.String(8),
            server_default="newest",
            nullable=False,
            comment="Of its images.",
        ),
        sa.Column(
            "is_arranged",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="Whether positions say an order by hand; else the first such order is by date.",
        ),
        sa.Column(
            "cover_id",
            sa.Uuid(),
            nullable=True,
            comment="The image that was chosen; it counts while it is shown in the album.",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When its person last changed it, or what is in it.",
        ),
        sa.Column(
            "deleted_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Purged 30 days later.",
        ),
        sa.Column(
            "image_count",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Of images that are shown in it.",
        ),
        sa.Column(
            "entry_count",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="With those that are deleted or have not arrived.",
        ),
        sa.Column(
            "first_at",
            sa.DateTime(timezone=False),
            nullable=True,
            comment="timeline_at of the oldest image that is shown.",
        ),
        sa.Column(
            "last_at",
            sa.DateTime(timezone=False),
            nullable=True,
            comment="timeline_at of the newest image that is shown.",
        ),
        sa.Column(
            "shown_cover_id",
            sa.Uuid(),
            nullable=True,
            comment="The chosen cover, or the first image by the album's order.",
        ),
        sa.CheckConstraint("sort IN ('newest', 'oldest', 'manual')", name=op.f("ck_albums_sort")),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name=op.f("ck_albums_title")),
        sa.CheckConstraint("char_length(description) <= 5000", name=op.f("ck_albums_description")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_albums_owner_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_albums")),
        comment="Albums: at most 10,000 of a person, deleted ones included.",
    )
    op.create_index("ix_albums_owner_id", "albums", ["owner_id"])
    op.create_index(
        "ix_albums_changed",
        "albums",
        ["owner_id", sa.text("changed_at DESC"), sa.text("id DESC")],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_albums_deleted",
        "albums",
        ["deleted_at"],
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_table(
        "album_images",
        sa.Column("album_id", sa.Uuid(), nullable=False),
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column(
            "position",
            sa.BigInteger(),
            nullable=False,
            comment="Its place by hand: see [Note: Positions].",
        ),
        sa.Column(
            "shown_at",
            sa.DateTime(timezone=False),
            nullable=True,
            comment="timeline_at of an image that is in the library; null: it is not shown.",
        ),
        sa.ForeignKeyConstraint(
            ["album_id"],
            ["albums.id"],
            name=op.f("fk_album_images_album_id_albums"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["images.id"],
            name=op.f("fk_album_images_image_id_images"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("album_id", "image_id", name=op.f("pk_album_images")),
        comment="Which images are in which albums: at most 1,000,000 entries of a person.",
    )
    op.create_index("ix_album_images_image_id", "album_images", ["image_id"])
    op.create_index(
        "ix_album_images_by_date",
        "album_images",
        ["album_id", sa.text("shown_at DESC"), sa.text("image_id DESC")],
        postgresql_where=sa.text("shown_at IS NOT NULL"),
    )
    op.create_index("ix_album_images_by_hand", "album_images", ["album_id", "position", "image_id"])
    for words in (TAKE_CHANGE, COUNT, NOTE_ENTRIES, SHOW, REMOVE):
        op.execute(words)


def downgrade() -> None:
    """Forget all albums; the images stay."""
    for name in ("lock_before_leaving_albums", "show_in_albums", "note_shown_in_albums"):
        op.execute(f"DROP TRIGGER {name} ON images")
    op.drop_table("album_images")
    op.drop_table("albums")
    for name in (
        "lock_before_leaving_albums()",
        "show_in_albums()",
        "note_shown_in_albums()",
        "count_album_images()",
        "add_to_album_counts(uuid[], integer[], integer[])",
        "take_change(uuid)",
    ):
        op.execute(f"DROP FUNCTION {name}")
