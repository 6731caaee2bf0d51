"""Pictures by the hundred thousand, put straight into the database.

One person with as many as asked, and ten others. Dates over 15 years in
no order, moments that several share, some without a date, some deleted, a third described.
"""

from __future__ import annotations

from uuid import UUID

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class

from app.accounts.sessions.tokens import digest

TOKEN = "t" * 43  # of the one session of the person who is measured
PEOPLE = 11


def person_id(number: int) -> UUID:
    """Return the id of one of the people, who are counted from 1; as _PEOPLE makes it."""
    return UUID(f"{number:04x}0000-0000-4000-8000-{number:012x}")


LISTER = person_id(1)

_PEOPLE = """
INSERT INTO users (id, email, created_at)
SELECT (lpad(to_hex(n), 4, '0') || '0000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
    'person-' || n || '@example.org', now()
FROM generate_series(1, %(people)s) AS n
"""
_SESSION = """
INSERT INTO sessions (id, token_hash, user_id, created_at, last_used_at, expires_at, user_agent)
VALUES (gen_random_uuid(), %s, %s, now(), now(), now() + interval '1 day', 'bench')
"""
# random() and not n decides about dates, so that neighbours in time are far apart on disk.
_PICTURES = """
INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
    stored_at, deleted_at, width, height, thumbhash, has_preview, preview_format, timeline_at,
    taken_at, taken_offset_minutes, taken_hint, camera_make, camera_model, lens, exposure_time,
    f_number, iso, focal_length, latitude, longitude, receipt_at, receipt_by, attempts,
    description_state, current_description_id)
SELECT md5('picture ' || n)::uuid,
    (lpad(to_hex(owner), 4, '0') || '0000-0000-4000-8000-' || lpad(to_hex(owner), 12, '0'))::uuid,
    'IMG_' || n || '.jpg', 2000000 + n %% 3000000, sha256(n::text::bytea), 'image/jpeg', 'ready',
    uploaded, uploaded, CASE WHEN n %% 8 = 7 THEN now() - luck * interval '30 days' END,
    4032, 3024, substring(sha256(n::text::bytea) FOR 25), true, 'jpg',
    CASE WHEN is_dated THEN taken ELSE uploaded AT TIME ZONE 'UTC' END,
    CASE WHEN is_dated THEN taken END, CASE WHEN n %% 2 = 0 THEN 120 END,
    CASE WHEN n %% 5 = 0 THEN taken END, 'Pinhole Works', 'Box One', 'A hole', '1/125', 8, 200, 28,
    45.4215, -75.6972, uploaded, 's3', 1, CASE WHEN n %% %(every)s = 0 THEN 'done' ELSE 'none' END,
    CASE WHEN n %% %(every)s = 0 THEN md5('words ' || n)::uuid END
FROM (
    SELECT n, CASE WHEN n <= %(count)s THEN 1 ELSE 2 + n %% 10 END AS owner,
        luck, n %% 10 <> 3 AS is_dated,
        timestamp '2011-01-01' + floor(luck * %(moments)s) * (interval '15 years' / %(moments)s)
            AS taken,
        timestamptz '2026-01-01' + n * interval '1.234567 seconds' AS uploaded
    FROM (SELECT n, random() AS luck FROM generate_series(1, %(total)s) AS n) AS drawn
) AS made
"""
_WORDS = """
INSERT INTO descriptions (id, image_id, source, alt_text, text, visible_text, tags, model, is_demo,
    created_at)
SELECT md5('words ' || n)::uuid, md5('picture ' || n)::uuid, 'model',
    'A lighthouse on a headland at dusk, number ' || n || ', with two people in red coats.',
    repeat('The sea is calm and the sky is pale. ', 8), '', '{sea,lighthouse,dusk,people}',
    'stand-in', false, now()
FROM generate_series(%(every)s, %(total)s, %(every)s) AS n
"""
_ROOM = """
INSERT INTO storage
SELECT owner_id, sum(byte_size), count(*) FROM images WHERE state <> 'rejected' GROUP BY owner_id
"""

_MONTHS = """
INSERT INTO timeline_months (owner_id, view, month, count, days)
WITH days AS MATERIALIZED (
    SELECT owner_id, date_trunc('month', timeline_at)::date AS month,
        extract(day FROM timeline_at) AS place, count(*) AS images
    FROM images WHERE deleted_at IS NULL AND state IN ('processing', 'ready', 'damaged')
    GROUP BY 1, 2, 3
), months AS MATERIALIZED (SELECT DISTINCT owner_id, month FROM days)
SELECT owner_id, 'timeline', month, sum(images), array_agg(coalesce(images, 0) ORDER BY place)
FROM months CROSS JOIN generate_series(1, 31) AS place
    LEFT JOIN days USING (owner_id, month, place)
GROUP BY owner_id, month
"""


def seed(
    connection: Connection, *, count: int, others: int | None = None, described_every: int = 3
) -> None:
    """Fill an empty database. `connection` is a superuser's, on it.

    Others have a tenth of `count` together, if `others` does not say how many.

    The triggers rest meanwhile (session_replication_role): a counted row at a time would take
    most of the time. What they hold true is set right at the end. Indexes are built once.
    """
    connection.autocommit = False
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET maintenance_work_mem = '256MB'")
        cursor.execute(_PEOPLE, {"people": PEOPLE})
        cursor.execute(_SESSION, [digest(TOKEN), str(LISTER)])
        rebuilt = _drop_indexes(cursor)
        values = {
            "count": count,
            "total": count + (count // 10 if others is None else others),
            "every": described_every,
            "moments": max(1, count // 2),
        }
        cursor.execute(_PICTURES, values)
        cursor.execute(_WORDS, values)
        for definition in rebuilt:
            cursor.execute(definition)
        cursor.execute(_ROOM)
        cursor.execute(_MONTHS)
    connection.commit()
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _drop_indexes(cursor: psycopg2.extensions.cursor) -> list[str]:
    """Drop the indexes that are no constraints; return how each is made again."""
    cursor.execute("""
        SELECT indexname, indexdef FROM pg_indexes
        WHERE tablename IN ('images', 'descriptions') AND indexname LIKE 'ix\\_%'
    """)
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _, definition in found]
