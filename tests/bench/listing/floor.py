"""The same page by a bare program: psycopg2 and orjson, no framework, no addresses.

What any API in Python has to do at least: find the session, read the rows, write the JSON.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from time import thread_time
from typing import Any

import orjson
import psycopg2

from tests.bench.listing.seed import TOKEN

_SESSION = """
SELECT users.id FROM sessions JOIN users ON users.id = user_id
WHERE token_hash = %s AND expires_at > now() AND disabled_at IS NULL
"""
_PAGE = """
SELECT images.id, name, byte_size, content_type, state, failure_code, width, height, is_animated,
    thumbhash, has_preview, timeline_at, taken_at, taken_offset_minutes, taken_hint,
    images.created_at, deleted_at, description_state, alt_text, is_demo
FROM images LEFT JOIN descriptions ON descriptions.id = current_description_id
WHERE owner_id = %s AND deleted_at IS NULL AND state IN ('processing', 'ready', 'damaged')
ORDER BY timeline_at DESC, images.id DESC LIMIT 101
"""


def floor(url: str, *, rounds: int) -> float:
    """Return the milliseconds of CPU of one page."""
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            _page(cursor)
            connection.rollback()
            start = thread_time()
            for _ in range(rounds):
                _page(cursor)
                connection.rollback()
            return (thread_time() - start) / rounds * 1e3
    finally:
        connection.close()


def _page(cursor: psycopg2.extensions.cursor) -> bytes:
    cursor.execute(_SESSION, [sha256(TOKEN.encode()).digest()])
    cursor.execute(_PAGE, cursor.fetchone())
    return orjson.dumps({"images": [_shown(row) for row in cursor.fetchmany(100)]})


def _shown(row: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "id": row[0],
        "name": row[1],
        "size": row[2],
        "content_type": row[3],
        "state": row[4],
        "failure": row[5],
        "width": row[6],
        "height": row[7],
        "is_animated": row[8],
        "thumbhash": b64encode(row[9]).decode() if row[9] else None,
        "timeline_at": row[11],
        "taken_at": row[12],
        "created_at": row[15],
        "deleted_at": row[16],
        "description_state": row[17],
        "alt_text": row[18],
        "description_demo": bool(row[19]),
    }
