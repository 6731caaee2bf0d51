"""How long the sweep takes to write sidecars into the bucket, and to find that nothing is new.

    ./scripts/bench sidecars [--count 5000]

One person's pictures, each with a tag and in an album. The S3 is the embedded one.
"""

import argparse
import time
from uuid import UUID

from app.exports.write_sidecars import owners_with_due
from tests.conftest import running_stack
from tests.support.library import Library, library_on
from tests.support.sidecars import AT_ONCE, Writer

SEED = """
WITH seeded AS (
  INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
    timeline_at, description_state, has_preview, attempts)
  SELECT gen_random_uuid(), :owner, 'IMG_' || number || '.jpg', 1,
    sha256(number::text::bytea), 'image/jpeg', 'ready', now(), now(), 'none', false, 0
  FROM generate_series(1, :count) AS number RETURNING id
), tagged AS (
  INSERT INTO tags (id, owner_id, path, key, lineage, words, created_at, changed_at)
  SELECT id, :owner, 'sea', 'sea', ARRAY[id], '', now(), now()
  FROM (SELECT gen_random_uuid() AS id) AS one RETURNING id
), album AS (
  INSERT INTO albums (id, owner_id, title, created_at, changed_at)
  VALUES (gen_random_uuid(), :owner, 'Iceland', now(), now()) RETURNING id
) SELECT count(*) FROM seeded
"""
TAG = "INSERT INTO image_tags SELECT images.id, tags.id FROM images, tags RETURNING 1"
ADD = """
INSERT INTO album_images (album_id, image_id, position, shown_at)
SELECT albums.id, images.id, 0, images.timeline_at FROM images, albums RETURNING 1
"""


def main() -> None:
    """Write all, then what a renamed tag changes, then nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5000)
    count = parser.parse_args().count
    with running_stack() as stack, library_on(stack, pool_size=2) as library:
        owner = library.person()
        library.value(SEED, owner=owner, count=count)
        library.value(TAG)
        library.value(ADD)
        tell("all of them", library, owner)
        library.value("UPDATE tags SET path = 'the sea', key = 'the sea' RETURNING 1")
        tell("a tag of all was renamed", library, owner)
        library.value("UPDATE albums SET description = 'x' RETURNING 1")
        library.value("UPDATE albums SET description = '' RETURNING 1")
        tell("nothing is new in an album of all", library, owner)
        with library.worker_context.app.app_context():
            began = time.monotonic()
            assert not owners_with_due(quiet=AT_ONCE)
            print(f"nobody has anything due: {(time.monotonic() - began) * 1000:.1f} ms")


def tell(what: str, library: Library, owner: UUID) -> None:
    """Write what is due, and say how long it took."""
    began = time.monotonic()
    sent = Writer(library.worker_context).write_of(owner)
    seconds = time.monotonic() - began
    print(f"{what}: {sent} sent in {seconds:.1f} s", flush=True)


if __name__ == "__main__":
    main()
