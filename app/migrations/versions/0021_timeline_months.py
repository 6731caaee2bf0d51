"""Count the timeline by months and days: [Note: Counted at the commit] in timeline/models.py."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0018"
branch_labels = None
depends_on = None

# See [Note: What the timeline shows] in app/images/models.py.
IN_TIMELINE = "deleted_at IS NULL AND state IN ('processing', 'ready', 'damaged')"

# Days are noted as their distance from this one, as `<owner> <day> <more>,` one after the other.
EPOCH = "date '2000-01-01'"
NOTE = f"""
CREATE FUNCTION note_timeline_days() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  noted text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT string_agg(format('%s %s %s,', owner_id, day, more), '') INTO noted FROM (
      SELECT owner_id, timeline_at::date - {EPOCH} AS day, count(*) AS more
        FROM new_images WHERE {IN_TIMELINE} GROUP BY 1, 2
    ) AS days;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT string_agg(format('%s %s %s,', owner_id, day, more), '') INTO noted FROM (
      SELECT owner_id, timeline_at::date - {EPOCH} AS day, -count(*) AS more
        FROM old_images WHERE {IN_TIMELINE} GROUP BY 1, 2
    ) AS days;
  ELSE
    SELECT string_agg(format('%s %s %s,', owner_id, day, more), '') INTO noted FROM (
      SELECT owner_id, timeline_at::date - {EPOCH} AS day, sum(more) AS more FROM (
        SELECT owner_id, timeline_at, -1 AS more FROM old_images WHERE {IN_TIMELINE}
        UNION ALL
        SELECT owner_id, timeline_at, 1 FROM new_images WHERE {IN_TIMELINE}
      ) AS both_images GROUP BY 1, 2 HAVING sum(more) <> 0
    ) AS days;
  END IF;
  IF noted IS NOT NULL THEN
    PERFORM set_config(
      'pinhole.timeline', coalesce(current_setting('pinhole.timeline', true), '') || noted, true);
  END IF;
  RETURN NULL;
END $$;
"""  # noqa: S608 - constants
# Runs for each row, and does something at the first. Of somebody who is being deleted nothing is
# counted any more.
COUNT = f"""
CREATE FUNCTION count_timeline_days() RETURNS trigger LANGUAGE plpgsql AS $$
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
  INSERT INTO timeline_months AS kept (owner_id, month, count, days)
  WITH days AS (
    SELECT split_part(line, ' ', 1)::uuid AS owner_id,
        {EPOCH} + split_part(line, ' ', 2)::integer AS day,
        sum(split_part(line, ' ', 3)::integer)::integer AS more
      FROM string_to_table(rtrim(noted, ','), ',') AS line GROUP BY 1, 2
  ), months AS (
    SELECT DISTINCT owner_id, date_trunc('month', day::timestamp)::date AS month
      FROM days JOIN users ON users.id = owner_id WHERE more <> 0
  )
  SELECT months.owner_id, month, coalesce(sum(more), 0),
      array_agg(coalesce(more, 0) ORDER BY place)
    FROM months CROSS JOIN generate_series(1, 31) AS place
      LEFT JOIN days ON days.owner_id = months.owner_id
        AND date_trunc('month', day::timestamp)::date = month AND extract(day FROM day) = place
    GROUP BY months.owner_id, month ORDER BY months.owner_id, month
  ON CONFLICT (owner_id, month) DO UPDATE SET
    count = kept.count + excluded.count,
    days = ARRAY(
      SELECT before + more
        FROM unnest(kept.days, excluded.days) WITH ORDINALITY AS both_days (before, more, place)
        ORDER BY place);
  RETURN NULL;
END $$;
"""  # noqa: S608 - constants
# A trigger with transition tables takes no list of columns. The names of the last two come after
# those of the triggers that note changes (0017), which make the row of `storage` where none is.
TRIGGERS = """
CREATE TRIGGER note_timeline_of_added AFTER INSERT ON images
  REFERENCING NEW TABLE AS new_images
  FOR EACH STATEMENT EXECUTE FUNCTION note_timeline_days();
CREATE TRIGGER note_timeline_of_changed AFTER UPDATE ON images
  REFERENCING OLD TABLE AS old_images NEW TABLE AS new_images
  FOR EACH STATEMENT EXECUTE FUNCTION note_timeline_days();
CREATE TRIGGER note_timeline_of_removed AFTER DELETE ON images
  REFERENCING OLD TABLE AS old_images
  FOR EACH STATEMENT EXECUTE FUNCTION note_timeline_days();
CREATE CONSTRAINT TRIGGER timeline_is_counted
  AFTER INSERT OR DELETE ON images
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION count_timeline_days();
CREATE CONSTRAINT TRIGGER timeline_is_counted_anew
  AFTER UPDATE OF owner_id, state, deleted_at, timeline_at ON images
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION count_timeline_days();
"""
# After the triggers are there: making them waits for whoever writes images, and holds up others
# until the commit, so that nothing is counted twice and nothing is missed.
COUNT_WHAT_IS_THERE = f"""
INSERT INTO timeline_months (owner_id, month, count, days)
WITH days AS (
  SELECT owner_id, timeline_at::date AS day, count(*)::integer AS images
    FROM images WHERE {IN_TIMELINE} GROUP BY 1, 2
), months AS (
  SELECT DISTINCT owner_id, date_trunc('month', day::timestamp)::date AS month FROM days
)
SELECT months.owner_id, month, sum(images), array_agg(coalesce(images, 0) ORDER BY place)
  FROM months CROSS JOIN generate_series(1, 31) AS place
    LEFT JOIN days ON days.owner_id = months.owner_id
      AND date_trunc('month', day::timestamp)::date = month AND extract(day FROM day) = place
  GROUP BY months.owner_id, month;
"""  # noqa: S608 - constants


def upgrade() -> None:
    """Count what is there, and from now on."""
    op.create_table(
        "timeline_months",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False, comment="Its first day."),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column(
            "days",
            postgresql.ARRAY(sa.Integer()),
            nullable=False,
            comment="Of the same images, by day: always 31 counts.",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["users.id"],
            name=op.f("fk_timeline_months_owner_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("owner_id", "month", name=op.f("pk_timeline_months")),
        comment="How many images of each month are in the timeline; a trigger counts.",
    )
    op.execute(NOTE)
    op.execute(COUNT)
    op.execute(TRIGGERS)
    op.execute(COUNT_WHAT_IS_THERE)


def downgrade() -> None:
    """Count no more."""
    for name in (
        "timeline_is_counted_anew",
        "timeline_is_counted",
        "note_timeline_of_removed",
        "note_timeline_of_changed",
        "note_timeline_of_added",
    ):
        op.execute(f"DROP TRIGGER {name} ON images")
    op.execute("DROP FUNCTION count_timeline_days()")
    op.execute("DROP FUNCTION note_timeline_days()")
    op.drop_table("timeline_months")
