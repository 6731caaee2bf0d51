"""Favourites and the archive, and the counts of each: [Note: Views] in app/images/models.py."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

IN_LIBRARY = "deleted_at IS NULL AND state IN ('processing', 'ready', 'damaged')"
# See [Note: Views] in app/images/models.py.
VIEWS = """array_remove(ARRAY[
        CASE WHEN archived_at IS NULL THEN 'timeline' ELSE 'archive' END,
        CASE WHEN favourite THEN 'favourites' END], NULL)"""
EPOCH = "date '2000-01-01'"
# As in 0021, with the view between the owner and the day.
NOTE = f"""
CREATE OR REPLACE FUNCTION note_timeline_days() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  noted text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT string_agg(format('%s %s %s %s,', owner_id, view, day, more), '') INTO noted FROM (
      SELECT owner_id, view, timeline_at::date - {EPOCH} AS day, count(*) AS more
        FROM new_images, unnest({VIEWS}) AS view WHERE {IN_LIBRARY} GROUP BY 1, 2, 3
    ) AS days;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT string_agg(format('%s %s %s %s,', owner_id, view, day, more), '') INTO noted FROM (
      SELECT owner_id, view, timeline_at::date - {EPOCH} AS day, -count(*) AS more
        FROM old_images, unnest({VIEWS}) AS view WHERE {IN_LIBRARY} GROUP BY 1, 2, 3
    ) AS days;
  ELSE
    SELECT string_agg(format('%s %s %s %s,', owner_id, view, day, more), '') INTO noted FROM (
      SELECT owner_id, view, timeline_at::date - {EPOCH} AS day, sum(more) AS more FROM (
        SELECT owner_id, timeline_at, {VIEWS} AS views, -1 AS more
          FROM old_images WHERE {IN_LIBRARY}
        UNION ALL
        SELECT owner_id, timeline_at, {VIEWS}, 1 FROM new_images WHERE {IN_LIBRARY}
      ) AS both_images, unnest(views) AS view GROUP BY 1, 2, 3 HAVING sum(more) <> 0
    ) AS days;
  END IF;
  IF noted IS NOT NULL THEN
    PERFORM set_config(
      'pinhole.timeline', coalesce(current_setting('pinhole.timeline', true), '') || noted, true);
  END IF;
  RETURN NULL;
END $$;
"""  # noqa: S608 - constants
COUNT = f"""
CREATE OR REPLACE FUNCTION count_timeline_days() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  noted text := coalesce(current_setting('pinhole.timeline', true), '');
BEGIN
  IF noted = '' THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('pinhole.timeline', '', true);
  PERFORM FROM storage WHERE user_id IN (
    SELECT split_part(line, ' ', 1)::uuid FROM string_to_table(rtrim(noted, ','), ',') AS line
  ) ORDER BY user_id FOR UPDATE;
  INSERT INTO timeline_months AS kept (owner_id, view, month, count, days)
  WITH days AS (
    SELECT split_part(line, ' ', 1)::uuid AS owner_id,
        split_part(line, ' ', 2) AS view,
        {EPOCH} + split_part(line, ' ', 3)::integer AS day,
        sum(split_part(line, ' ', 4)::integer)::integer AS more
      FROM string_to_table(rtrim(noted, ','), ',') AS line GROUP BY 1, 2, 3
  ), months AS (
    SELECT DISTINCT owner_id, view, date_trunc('month', day::timestamp)::date AS month
      FROM days JOIN users ON users.id = owner_id WHERE more <> 0
  )
  SELECT months.owner_id, months.view, month, coalesce(sum(more), 0),
      array_agg(coalesce(more, 0) ORDER BY place)
    FROM months CROSS JOIN generate_series(1, 31) AS place
      LEFT JOIN days ON days.owner_id = months.owner_id AND days.view = months.view
        AND date_trunc('month', day::timestamp)::date = month AND extract(day FROM day) = place
    GROUP BY months.owner_id, months.view, month
    ORDER BY months.owner_id, months.view, month
  ON CONFLICT (owner_id, view, month) DO UPDATE SET
    count = kept.count + excluded.count,
    days = ARRAY(
      SELECT before + more
        FROM unnest(kept.days, excluded.days) WITH ORDINALITY AS both_days (before, more, place)
        ORDER BY place);
  RETURN NULL;
END $$;
"""  # noqa: S608 - constants

# What the API shows of a picture: 0017, and what is new.
SHOWN_BEFORE = (
    "name, byte_size, sha256, content_type, state, failure_code, created_at, deleted_at, width,"
    " height, thumbhash, has_preview, preview_format, timeline_at, taken_at, taken_offset_minutes,"
    " taken_hint, camera_make, camera_model, lens, exposure_time, f_number, iso, focal_length,"
    " latitude, longitude, altitude, rating, caption, is_animated, receipt_at, receipt_by,"
    " description_state, description_failure, current_description_id"
)
SHOWN = f"{SHOWN_BEFORE}, favourite, archived_at"
COUNTED = "owner_id, state, deleted_at, timeline_at, favourite, archived_at"
NOTE_CHANGES_OF = """
DROP TRIGGER note_change_of_what_is_shown ON images;
CREATE CONSTRAINT TRIGGER note_change_of_what_is_shown
  AFTER UPDATE OF {shown} ON images
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION note_change();
"""
COUNT_ANEW_AT = f"""
DROP TRIGGER timeline_is_counted_anew ON images;
CREATE CONSTRAINT TRIGGER timeline_is_counted_anew
  AFTER UPDATE OF {COUNTED} ON images
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION count_timeline_days();
"""
COUNTING = (
    "timeline_is_counted_anew",
    "timeline_is_counted",
    "note_timeline_of_removed",
    "note_timeline_of_changed",
    "note_timeline_of_added",
)
ORDER: list[str | sa.TextClause] = ["owner_id", sa.text("timeline_at DESC"), sa.text("id DESC")]
MONTHS_BEFORE = "How many images of each month are in the timeline; a trigger counts."
MONTHS_AFTER = "How many images of each month are in each view; a trigger counts."


def upgrade() -> None:
    """Add both; nothing is a favourite or archived yet."""
    # First, for it waits for whoever writes images: none of them has noted anything of before.
    op.add_column(
        "images",
        sa.Column(
            "favourite",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="Marked by its person.",
        ),
    )
    op.add_column(
        "images",
        sa.Column(
            "archived_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Out of the timeline since, by its person; kept all the same.",
        ),
    )
    op.add_column(
        "timeline_months",
        sa.Column(
            "view",
            sa.String(16),
            server_default="timeline",
            nullable=False,
            comment="timeline, archive or favourites.",
        ),
    )
    op.alter_column("timeline_months", "view", server_default=None)
    op.drop_constraint("pk_timeline_months", "timeline_months")
    op.create_primary_key("pk_timeline_months", "timeline_months", ["owner_id", "view", "month"])
    op.create_table_comment("timeline_months", MONTHS_AFTER, existing_comment=MONTHS_BEFORE)
    _index("ix_images_archive", "archived_at IS NOT NULL")
    _index("ix_images_favourites", "favourite")
    op.drop_index("ix_images_timeline", table_name="images")
    _index("ix_images_timeline", "archived_at IS NULL")
    op.execute(NOTE)
    op.execute(COUNT)
    op.execute(NOTE_CHANGES_OF.format(shown=SHOWN))
    op.execute(COUNT_ANEW_AT)


def downgrade() -> None:
    """Forget both; what was archived is in the timeline again."""
    before = import_module("app.migrations.versions.0021_timeline_months")
    op.execute(NOTE_CHANGES_OF.format(shown=SHOWN_BEFORE))
    for name in COUNTING:
        op.execute(f"DROP TRIGGER {name} ON images")
    op.execute("DROP FUNCTION count_timeline_days()")
    op.execute("DROP FUNCTION note_timeline_days()")
    for name in ("ix_images_timeline", "ix_images_favourites", "ix_images_archive"):
        op.drop_index(name, table_name="images")
    op.create_index("ix_images_timeline", "images", ORDER, postgresql_where=sa.text(IN_LIBRARY))
    op.drop_column("images", "archived_at")
    op.drop_column("images", "favourite")
    op.execute("DELETE FROM timeline_months")
    op.drop_constraint("pk_timeline_months", "timeline_months")
    op.drop_column("timeline_months", "view")
    op.create_primary_key("pk_timeline_months", "timeline_months", ["owner_id", "month"])
    op.create_table_comment("timeline_months", MONTHS_BEFORE, existing_comment=MONTHS_AFTER)
    op.execute(before.NOTE)
    op.execute(before.COUNT)
    op.execute(before.TRIGGERS)
    op.execute(before.COUNT_WHAT_IS_THERE)


def _index(name: str, condition: str) -> None:
    words = f"{condition} AND {IN_LIBRARY}"
    op.create_index(name, "images", ORDER, postgresql_where=sa.text(words))
