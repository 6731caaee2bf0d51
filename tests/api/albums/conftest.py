"""Images to put into albums."""

import pytest
from sqlalchemy import Engine, text

from tests.support.users import Person

_ADD = text("""
    INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
        stored_at, timeline_at, width, height, has_preview, preview_format, thumbhash, is_animated,
        attempts, description_state)
    SELECT gen_random_uuid(), :user, n || '.jpg', 1000, sha256(('album' || n)::bytea),
        'image/jpeg', 'ready', now(), now(), timestamp '2024-03-01' + n * interval '1 day',
        400, 300, true, 'webp', decode('010203', 'hex'), false, 0, 'none'
    FROM generate_series(CAST(:start AS int), :start + :count - 1) AS n
    RETURNING id, timeline_at
""")


def add_images(person: Person, database: Engine, count: int, *, start: int = 0) -> list[str]:
    """Put ready images straight into the library, one of each day; newest first."""
    with database.begin() as connection:
        rows = connection.execute(
            _ADD, {"user": person.user_id, "count": count, "start": start}
        ).all()
    return [str(row.id) for row in sorted(rows, key=lambda row: row.timeline_at, reverse=True)]


@pytest.fixture
def images(ada: Person, database: Engine) -> list[str]:
    """Forty images of Ada's, of 1 March to 9 April 2024, newest first."""
    return add_images(ada, database, 40)
