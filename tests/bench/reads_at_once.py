"""How long one person waits for a page while another reads an album of 100,000, 20 times at once.

    ./scripts/bench reads_at_once [--seconds 20] [--rude] [--before COMMIT]

Ada's 20 scripts ask for the months of her album and of her tag, each of 100,000 pictures, without
an end and without an ETag. Meanwhile Bob asks for his timeline and counts how long each answer
takes. The same is done with an earlier commit of this repository. A refused script waits as long as
`Retry-After` says, or not at all where it is `--rude`.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import httpx2
from sqlalchemy import Engine, text

from tests.api.albums.conftest import add_images
from tests.bench.fairness import ROOT, code_at, p95, product
from tests.bench.writes_at_once import LOOK_EVERY_SECONDS, SCRIPTS, Measured
from tests.support.albums import make_album
from tests.support.tags import tag_id, tag_images
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


def seeded(person: Person, database: Engine) -> tuple[str, ...]:
    """Give somebody an album and a tag with all of their pictures; return what the scripts ask."""
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
    return f"/api/albums/{album}/timeline", f"/api/tags/{tag}/timeline"


def keep_reading(
    ada: Person,
    paths: tuple[str, ...],
    stop: threading.Event,
    statuses: Counter[int],
    *,
    rude: bool,
) -> None:
    """Read in turn until told to stop."""
    turn = 0
    while not stop.is_set():
        answer = ada.http.get(paths[turn % len(paths)])
        statuses[answer.status_code] += 1
        turn += 1
        if not answer.is_success and not rude:
            stop.wait(float(answer.headers.get("Retry-After", 1)))


def measure(code: Path, *, seconds: float, rude: bool) -> Measured:
    """Measure the product of some code."""
    with product(code) as (site, database, _), ExitStack() as running:
        limits = httpx2.Limits(max_connections=SCRIPTS)

        def somebody() -> Person:
            headers = {"Origin": site}
            client = httpx2.Client(base_url=site, headers=headers, timeout=300, limits=limits)
            return Person(http=running.enter_context(client)).join(database)

        ada, bob = somebody(), somebody()
        paths, stop, statuses = seeded(ada, database), threading.Event(), Counter[int]()
        for path in paths:
            begun = time.monotonic()
            ada.http.get(path).raise_for_status()
            print(f"{path.split('/')[2]}: {(time.monotonic() - begun) * 1000:.0f} ms alone")
        scripts = [
            threading.Thread(
                target=keep_reading, args=[ada, paths, stop, statuses], kwargs={"rude": rude}
            )
            for _ in range(SCRIPTS)
        ]
        for script in scripts:
            script.start()
        waits: list[float] = []
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            begun = time.monotonic()
            bob.http.get("/api/timeline")
            waits.append(time.monotonic() - begun)
            time.sleep(LOOK_EVERY_SECONDS)
        stop.set()
        for script in scripts:
            script.join()
        return Measured(waits=waits, statuses=statuses)


def main() -> int:
    """Measure both, and print what counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rude", action="store_true")
    parser.add_argument("--before", default=BEFORE)
    words = parser.parse_args()
    now = measure(ROOT, seconds=words.seconds, rude=words.rude)
    with code_at(words.before) as code:
        before = measure(code, seconds=words.seconds, rude=words.rude)
    for name, found in (("before", before), ("now", now)):
        print(
            f"{name:7} GET /api/timeline: p95 {p95(found.waits) * 1000:6.0f} ms, longest"
            f" {max(found.waits) * 1000:6.0f} ms, {len(found.waits)} answers;"
            f" Ada's reads: {dict(found.statuses)}"
        )
    return 0 if p95(now.waits) < p95(before.waits) else 1


if __name__ == "__main__":
    sys.exit(main())
