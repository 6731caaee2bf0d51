"""Count where images are by cells of the map: [Note: Cells of the map] in app/map/models.py."""

import sqlalchemy as sa
from alembic import op

from app.migrations.online import create_index, without_transaction

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

# The timeline, as of 0048, and only what has a place.
ON_MAP = (
    "latitude IS NOT NULL AND longitude IS NOT NULL AND archived_at IS NULL AND NOT is_folded"
    " AND deleted_at IS NULL AND state IN ('processing', 'ready', 'damaged')"
)
# Rounds as app/map/cells.py does. It names nothing but what PostgreSQL has itself: an index that
# is made anew knows no other schema. The bits of x and y take turns, those of x being the lower
# (https://graphics.stanford.edu/~seander/bithacks.html#InterleaveBMN).
CELL = """
CREATE OR REPLACE FUNCTION map_cell(latitude double precision, longitude double precision)
  RETURNS bigint
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  sine double precision := sin(radians(greatest(-85.05, least(85.05, latitude))));
  x bigint := greatest(0, least(524287, floor((longitude + 180) / 360 * 524288)));
  y bigint := greatest(0, least(524287,
    floor((0.5 - ln((1 + sine) / (1 - sine)) / (4 * pi())) * 524288)));
BEGIN
  x := (x | (x << 16)) & 281470681808895;
  x := (x | (x << 8)) & 71777214294589695;
  x := (x | (x << 4)) & 1085102592571150095;
  x := (x | (x << 2)) & 3689348814741910323;
  x := (x | (x << 1)) & 6148914691236517205;
  y := (y | (y << 16)) & 281470681808895;
  y := (y | (y << 8)) & 71777214294589695;
  y := (y | (y << 4)) & 1085102592571150095;
  y := (y | (y << 2)) & 3689348814741910323;
  y := (y | (y << 1)) & 6148914691236517205;
  RETURN x | (y << 1);
END $$;
CREATE OR REPLACE FUNCTION map_every_second_bit(cell bigint) RETURNS bigint
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  bits bigint := cell & 6148914691236517205;
BEGIN
  bits := (bits | (bits >> 1)) & 3689348814741910323;
  bits := (bits | (bits >> 2)) & 1085102592571150095;
  bits := (bits | (bits >> 4)) & 71777214294589695;
  bits := (bits | (bits >> 8)) & 281470681808895;
  RETURN (bits | (bits >> 16)) & 4294967295;
END $$;
"""
# As 0030 does: a row trigger says whether a statement changes anything of the kind, the statement's
# trigger notes by how much, and the commit counts.
NOTE = f"""
CREATE OR REPLACE FUNCTION note_map_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('pinhole.map_' || TG_OP, true) IS DISTINCT FROM 'yes' THEN
    PERFORM set_config('pinhole.map_' || TG_OP, 'yes', true);
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION note_map() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  noted text;
BEGIN
  IF current_setting('pinhole.map_' || TG_OP, true) IS DISTINCT FROM 'yes' THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('pinhole.map_' || TG_OP, '', true);
  IF TG_OP = 'INSERT' THEN
    SELECT string_agg(format('%s %s %s,', owner_id, cell, more), '') INTO noted FROM (
      SELECT owner_id, map_cell(latitude, longitude) AS cell, count(*) AS more
        FROM new_images WHERE {ON_MAP} GROUP BY 1, 2
    ) AS cells;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT string_agg(format('%s %s %s,', owner_id, cell, more), '') INTO noted FROM (
      SELECT owner_id, map_cell(latitude, longitude) AS cell, -count(*) AS more
        FROM old_images WHERE {ON_MAP} GROUP BY 1, 2
    ) AS cells;
  ELSE
    SELECT string_agg(format('%s %s %s,', owner_id, cell, more), '') INTO noted FROM (
      SELECT owner_id, cell, sum(more) AS more FROM (
        SELECT owner_id, map_cell(latitude, longitude) AS cell, -1 AS more
          FROM old_images WHERE {ON_MAP}
        UNION ALL
        SELECT owner_id, map_cell(latitude, longitude), 1 FROM new_images WHERE {ON_MAP}
      ) AS both_images GROUP BY 1, 2 HAVING sum(more) <> 0
    ) AS cells;
  END IF;
  IF noted IS NOT NULL THEN
    PERFORM set_config(
      'pinhole.map', coalesce(current_setting('pinhole.map', true), '') || noted, true);
  END IF;
  RETURN NULL;
END $$;
"""  # noqa: S608 - constants
LEVELS = "ARRAY[4, 7, 10, 13, 16, 19]"
# What a number of images in a cell of the finest level adds to those of each kept level.
ADDED = f"""
  SELECT owner_id, level, cell >> (2 * (19 - level)) AS cell, sum(more)::integer AS count,
      sum(more * map_every_second_bit(cell))::bigint AS x_sum,
      sum(more * map_every_second_bit(cell >> 1))::bigint AS y_sum
    FROM {{cells}} CROSS JOIN unnest({LEVELS}) AS level
    GROUP BY 1, 2, 3
"""  # noqa: S608 - constants
EMPTY = "map_cells.count = 0 AND map_cells.x_sum = 0 AND map_cells.y_sum = 0"
# Runs for each row, and does something at the first. Cells that are empty again are deleted: there
# are never more of a person than six for each image. One of no images has a sum other than 0 only
# until COUNT_PART came by. Nobody else changes them meanwhile, since the
# row of `storage` is locked, as in 0021. Statements are executed as text, so that no plan is kept
# (0029).
COUNT = f"""
CREATE OR REPLACE FUNCTION count_map() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  noted text := coalesce(current_setting('pinhole.map', true), '');
BEGIN
  IF noted = '' THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('pinhole.map', '', true);
  PERFORM FROM storage WHERE user_id IN (
    SELECT split_part(line, ' ', 1)::uuid FROM string_to_table(rtrim(noted, ','), ',') AS line
  ) ORDER BY user_id FOR UPDATE;
  EXECUTE $words$
    WITH noted AS (
      SELECT split_part(line, ' ', 1)::uuid AS owner_id, split_part(line, ' ', 2)::bigint AS cell,
          sum(split_part(line, ' ', 3)::integer) AS more
        FROM string_to_table(rtrim($1, ','), ',') AS line GROUP BY 1, 2
    ), counted AS (
      SELECT noted.* FROM noted JOIN users ON users.id = owner_id WHERE more <> 0
    )
    INSERT INTO map_cells AS kept (owner_id, level, cell, count, x_sum, y_sum)
    SELECT * FROM ({ADDED.format(cells="counted")}) AS added ORDER BY owner_id, level, cell
    ON CONFLICT (owner_id, level, cell) DO UPDATE SET
      count = kept.count + excluded.count,
      x_sum = kept.x_sum + excluded.x_sum,
      y_sum = kept.y_sum + excluded.y_sum
  $words$ USING noted;
  IF strpos(noted, ' -') > 0 THEN
    EXECUTE $words$
      DELETE FROM map_cells USING (
        SELECT DISTINCT split_part(line, ' ', 1)::uuid AS owner_id, level,
            split_part(line, ' ', 2)::bigint >> (2 * (19 - level)) AS cell
          FROM string_to_table(rtrim($1, ','), ',') AS line CROSS JOIN unnest({LEVELS}) AS level
          WHERE strpos(line, ' -') > 0
      ) AS left_cells
      WHERE map_cells.owner_id = left_cells.owner_id AND map_cells.level = left_cells.level
        AND map_cells.cell = left_cells.cell AND {EMPTY}
    $words$ USING noted;
  END IF;
  RETURN NULL;
END $$;
"""  # noqa: S608 - constants
DECIDING = (
    "owner_id",
    "latitude",
    "longitude",
    "state",
    "deleted_at",
    "archived_at",
    "is_folded",
)
OLD, NEW = (", ".join(f"{row}.{column}" for column in DECIDING) for row in ("OLD", "NEW"))
IS_CHANGED = (
    f"({OLD}) IS DISTINCT FROM ({NEW}) AND coalesce(OLD.latitude, NEW.latitude) IS NOT NULL"
)
# `keep_correction` (0037) writes places where a decoder writes when: both name a change.
NAMED = ", ".join((*DECIDING, "taken_at"))
# The names of those that note come before that of the one that folds stacks, as in 0048; of those
# that count, after those that make the row of `storage`.
TRIGGERS = f"""
CREATE TRIGGER note_map_changed AFTER INSERT ON images
  FOR EACH ROW WHEN (NEW.latitude IS NOT NULL) EXECUTE FUNCTION note_map_changed();
CREATE TRIGGER note_map_changed_anew AFTER UPDATE OF {NAMED} ON images
  FOR EACH ROW WHEN ({IS_CHANGED}) EXECUTE FUNCTION note_map_changed();
CREATE TRIGGER note_map_left AFTER DELETE ON images
  FOR EACH ROW WHEN (OLD.latitude IS NOT NULL) EXECUTE FUNCTION note_map_changed();
CREATE TRIGGER note_map_of_added AFTER INSERT ON images
  REFERENCING NEW TABLE AS new_images
  FOR EACH STATEMENT EXECUTE FUNCTION note_map();
CREATE TRIGGER note_map_of_changed AFTER UPDATE ON images
  REFERENCING OLD TABLE AS old_images NEW TABLE AS new_images
  FOR EACH STATEMENT EXECUTE FUNCTION note_map();
CREATE TRIGGER note_map_of_removed AFTER DELETE ON images
  REFERENCING OLD TABLE AS old_images
  FOR EACH STATEMENT EXECUTE FUNCTION note_map();
CREATE CONSTRAINT TRIGGER timeline_map_is_counted
  AFTER INSERT OR DELETE ON images
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION count_map();
CREATE CONSTRAINT TRIGGER timeline_map_is_counted_anew
  AFTER UPDATE OF {NAMED} ON images
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN ({IS_CHANGED}) EXECUTE FUNCTION count_map();
"""
# All of them are made at once.
ARE_MADE = (
    "SELECT EXISTS (SELECT FROM pg_trigger"
    " WHERE tgrelid = 'images'::regclass AND tgname = 'note_map_changed')"
)
PART = 500
UNCOUNTED = (
    "(SELECT owner AS owner_id, cell, more"
    " FROM unnest(missing, numbers) AS uncounted (cell, more)) AS uncounted"
)
# Counts a person's images in the next cells of the finest level, and returns the last of these;
# null: there are no more. The triggers count by then. In any one snapshot, what they counted is
# what changed since they were made: what is missing is the same in each, and may be added whoever
# counts meanwhile. Locks are taken in the order of deletions and of the triggers, and are held for
# adding alone. Safe to repeat.
COUNT_PART = f"""
CREATE OR REPLACE FUNCTION pg_temp.count_map_part(owner uuid, after bigint) RETURNS bigint
  LANGUAGE plpgsql AS $$
DECLARE
  upto bigint;
  final bigint;
  missing bigint[];
  numbers bigint[];
BEGIN
  SELECT map_cell(latitude, longitude) INTO upto
    FROM images WHERE owner_id = owner AND {ON_MAP} AND map_cell(latitude, longitude) > after
    ORDER BY map_cell(latitude, longitude) OFFSET {PART} LIMIT 1;
  final := coalesce(upto, 274877906943);
  SELECT array_agg(cell), array_agg(more) INTO missing, numbers FROM (
    SELECT cell, sum(more)::bigint AS more FROM (
      SELECT map_cell(latitude, longitude) AS cell, count(*) AS more
        FROM images WHERE owner_id = owner AND {ON_MAP}
          AND map_cell(latitude, longitude) > after AND map_cell(latitude, longitude) <= final
        GROUP BY 1
      UNION ALL
      SELECT cell, -count FROM map_cells
        WHERE owner_id = owner AND level = 19 AND cell > after AND cell <= final
    ) AS both_counts GROUP BY 1 HAVING sum(more) <> 0
  ) AS cells;
  PERFORM FROM users WHERE id = owner FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  PERFORM FROM storage WHERE user_id = owner FOR UPDATE;
  INSERT INTO map_cells AS kept (owner_id, level, cell, count, x_sum, y_sum)
    SELECT * FROM ({ADDED.format(cells=UNCOUNTED)}) AS added ORDER BY owner_id, level, cell
    ON CONFLICT (owner_id, level, cell) DO UPDATE SET
      count = kept.count + excluded.count,
      x_sum = kept.x_sum + excluded.x_sum,
      y_sum = kept.y_sum + excluded.y_sum;
  DELETE FROM map_cells USING unnest({LEVELS}) AS known (level)
    WHERE map_cells.owner_id = owner AND map_cells.level = known.level
      AND map_cells.cell >= (after + 1) >> (2 * (19 - known.level))
      AND map_cells.cell <= final >> (2 * (19 - known.level)) AND {EMPTY};
  RETURN upto;
END $$;
"""  # noqa: S608 - constants
FUNCTIONS = (
    "count_map()",
    "note_map()",
    "note_map_changed()",
    "map_every_second_bit(bigint)",
    "map_cell(double precision, double precision)",
)
ALL_TRIGGERS = (
    "timeline_map_is_counted_anew",
    "timeline_map_is_counted",
    "note_map_of_removed",
    "note_map_of_changed",
    "note_map_of_added",
    "note_map_left",
    "note_map_changed_anew",
    "note_map_changed",
)


def upgrade() -> None:
    """Add the cells and count what is there."""
    op.create_table(
        "map_cells",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "level",
            sa.SmallInteger(),
            nullable=False,
            comment="The world is 2^level cells wide: 4, 7, 10, 13, 16 or 19.",
        ),
        sa.Column(
            "cell",
            sa.BigInteger(),
            nullable=False,
            comment="Column and row of the cell, their bits by turns: a Morton code.",
        ),
        sa.Column("count", sa.Integer(), nullable=False, comment="Of images in it."),
        sa.Column(
            "x_sum",
            sa.BigInteger(),
            nullable=False,
            comment="Of their columns in the finest level: where their middle is.",
        ),
        sa.Column("y_sum", sa.BigInteger(), nullable=False, comment="As x_sum, of their rows."),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["users.id"],
            name=op.f("fk_map_cells_owner_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", "level", "cell", name=op.f("pk_map_cells")),
        comment="How many images of the timeline are where on the map; a trigger counts.",
        if_not_exists=True,
    )
    for words in (CELL, NOTE, COUNT):
        op.execute(words)
    create_index(
        "ix_images_map",
        "images (owner_id, map_cell(latitude, longitude), timeline_at DESC, id DESC)"
        f" WHERE {ON_MAP}",
    )
    with op.get_context().autocommit_block():
        if not op.get_bind().scalar(sa.text(ARE_MADE)):
            op.execute(TRIGGERS)
    with without_transaction() as connection:
        op.execute(COUNT_PART)
        count = sa.text("SELECT pg_temp.count_map_part(:owner, :after)")
        for owner in connection.scalars(sa.text("SELECT id FROM users ORDER BY id")).all():
            after: int | None = -1
            while after is not None:
                after = connection.scalar(count, {"owner": owner, "after": after})


def downgrade() -> None:
    """Forget the counts."""
    for name in ALL_TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON images")
    op.drop_index("ix_images_map", table_name="images")
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
    op.drop_table("map_cells")
