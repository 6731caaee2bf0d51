"""The same page by a bare program: psycopg2 and orjson, no framework, no addresses.

What any API in Python has to do at least: find the session, read the rows, write the JSON. Served
by the bench only, as the API is: `granian tests.bench.listing.floor:app`.
"""

from __future__ import annotations

import os
import threading
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson
import psycopg2

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_SESSION = """
SELECT users.id FROM sessions JOIN users ON users.id = user_id
WHERE token_hash = %s AND expires_at > now() AND disabled_at IS NULL
"""
_PAGE = """
SELECT images.id, name, byte_size, content_type, state, failure_code, width, height, is_animated,
    thumbhash, has_preview, timeline_at, taken_at, taken_offset_minutes, taken_hint,
    images.created_at, deleted_at, description_state, alt_text, is_demo
FROM images LEFT JOIN descriptions ON descriptions.id = current_description_id
WHERE owner_id = %s AND archived_at IS NULL AND deleted_at IS NULL
    AND state IN ('processing', 'ready', 'damaged')
ORDER BY timeline_at DESC, images.id DESC LIMIT 101
"""


_threads = threading.local()


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Serve the first page of whoever is signed in; anything else is that it is up."""
    token = environ.get("HTTP_COOKIE", "").removeprefix("session=")
    body = _page(token) if token else b"{}"
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]


def _page(token: str) -> bytes:
    if not hasattr(_threads, "connection"):
        _threads.connection = psycopg2.connect(os.environ["DATABASE_URL"])
    with _threads.connection, _threads.connection.cursor() as cursor:
        cursor.execute(_SESSION, [sha256(token.encode()).digest()])
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
