"""How long one person waits for a page while another changes 10,000 pictures, 20 times at once.

    ./scripts/bench writes_at_once [--seconds 20] [--rude] [--before COMMIT]

Ada's 20 scripts mark all of her 10,000 pictures as favourites and take it back, without an end.
Meanwhile Bob asks for his timeline and counts how long each answer takes. The same is done with an
earlier commit of this repository. A refused script waits as long as `Retry-After` says, or not at
all where it is `--rude`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import orjson
from sqlalchemy import Engine, text

from app.library.batch_schemas import MAX_BATCH
from tests.bench.beside_scripts import compare

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2

    from tests.support.users import Person

# The last commit without seats (app/accounts/rate_limits/seats.py).
BEFORE = "40a0c10"
_PICTURES = text("""
INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
    timeline_at, has_preview, attempts, description_state)
SELECT gen_random_uuid(), :owner, n || '.jpg', 1000000, sha256(n::text::bytea), 'image/jpeg',
    'ready', now(), timestamp '2020-01-01' + n * interval '1 hour', false, 1, 'none'
FROM generate_series(1, :count) AS n RETURNING id
""")


def prepared(person: Person, database: Engine) -> Callable[[int], httpx2.Response]:
    """Give somebody as many pictures as a batch takes; return what changes them, and back."""
    with database.begin() as rows:
        counted = {"owner": person.user_id, "count": MAX_BATCH}
        ids = [str(image_id) for image_id in rows.execute(_PICTURES, counted).scalars()]
    bodies = [
        orjson.dumps({"action": action, "images": {"ids": ids}})
        for action in ("favourite", "unfavourite")
    ]
    headers = {"Content-Type": "application/json"}
    return lambda turn: person.http.post(
        "/api/images/batch", content=bodies[turn % 2], headers=headers
    )


if __name__ == "__main__":
    sys.exit(compare(prepared, about=__doc__, asked="batches", before=BEFORE))
