"""How long one person waits for a page while another reads an album of 100,000, 20 times at once.

    ./scripts/bench reads_at_once [--seconds 20] [--rude] [--before COMMIT]

Ada's 20 scripts ask for the months of her album and of her tag, each of 100,000 pictures, without
an end and without an ETag. Meanwhile Bob asks for his timeline and counts how long each answer
takes. The same is done with an earlier commit of this repository. A refused script waits as long as
`Retry-After` says, or not at all where it is `--rude`.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from sqlalchemy import Engine, text

from tests.api.albums.conftest import add_images
from tests.bench.beside_scripts import compare
from tests.support.albums import make_album
from tests.support.tags import tag_id, tag_images

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2

    from tests.support.users import Person

# The last commit without seats for reads (app/accounts/rate_limits/seats.py).
BEFORE = "d1fa2df"
IMAGES = 100_000
_SEED = (
    """
INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
    timeline_at, has_preview, attempts, description_state)
SELECT gen_random_uuid(), :owner, n || '.jpg', 1000000, sha256(n::text::bytea), 'image/jpeg',
    'ready', now(), timestamp '2010-01-01' + n * interval '1 hour', true, 1, 'none'
FROM generate_series(1, :count) AS n""",
    """
INSERT INTO album_images (album_id, image_id, position, shown_at)
SELECT :album, id, row_number() OVER (), timeline_at FROM images WHERE owner_id = :owner""",
    """
INSERT INTO image_tags (tag_id, image_id)
SELECT tags.id, images.id FROM images JOIN tags ON tags.owner_id = images.owner_id
WHERE images.owner_id = :owner ON CONFLICT DO NOTHING""",
)


def prepared(person: Person, database: Engine) -> Callable[[int], httpx2.Response]:
    """Give somebody an album and a tag with all of their pictures; return what asks for both."""
    album = make_album(person)
    tag_images(person, "herons", add_images(person, database, 1))
    for statement in _SEED:
        with database.begin() as rows:
            rows.execute(
                text(statement), {"owner": person.user_id, "album": album, "count": IMAGES}
            )
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as rows:
        rows.execute(text("VACUUM ANALYZE images, album_images, image_tags, albums, tags"))
    tag = tag_id(person, "herons")
    paths = f"/api/albums/{album}/timeline", f"/api/tags/{tag}/timeline"
    for path in paths:
        begun = time.monotonic()
        person.http.get(path).raise_for_status()
        print(f"{path.split('/')[2]}: {(time.monotonic() - begun) * 1000:.0f} ms alone")
    return lambda turn: person.http.get(paths[turn % len(paths)])


if __name__ == "__main__":
    sys.exit(compare(prepared, about=__doc__, asked="reads", before=BEFORE))
