"""How long one person waits for a page while another changes 10,000 pictures, 20 times at once.

    ./scripts/bench writes_at_once [--seconds 20] [--rude] [--before COMMIT]

Ada's 20 scripts mark all of her 10,000 pictures as favourites and take it back, without an end.
Meanwhile Bob asks for his timeline and counts how long each answer takes. The same is done with an
earlier commit of this repository. A refused script waits as long as `Retry-After` says, or not at
all where it is `--rude`.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx2
import orjson
from sqlalchemy import Engine, text

from app.library.batch_schemas import MAX_BATCH
from tests.bench.fairness import ROOT, code_at, p95, product
from tests.support.users import Person

# The last commit without seats (app/accounts/rate_limits/seats.py).
BEFORE = "40a0c10"
SCRIPTS = 20
LOOK_EVERY_SECONDS = 0.05
_PICTURES = text("""
INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,
    timeline_at, has_preview, attempts, description_state)
SELECT gen_random_uuid(), :owner, n || '.jpg', 1000000, sha256(n::text::bytea), 'image/jpeg',
    'ready', now(), timestamp '2020-01-01' + n * interval '1 hour', false, 1, 'none'
FROM generate_series(1, :count) AS n RETURNING id
""")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Seconds of each of Bob's answers, and how many of each status Ada's scripts got."""

    waits: list[float]
    statuses: Counter[int]


def keep_changing(
    ada: Person, bodies: list[bytes], stop: threading.Event, statuses: Counter[int], *, rude: bool
) -> None:
    """Change all of somebody's pictures, and back, until told to stop."""
    headers = {"Content-Type": "application/json"}
    turn = 0
    while not stop.is_set():
        answer = ada.http.post("/api/images/batch", content=bodies[turn % 2], headers=headers)
        statuses[answer.status_code] += 1
        turn += answer.is_success
        if not answer.is_success and not rude:
            stop.wait(float(answer.headers.get("Retry-After", 1)))


def seeded(person: Person, database: Engine) -> list[bytes]:
    """Give somebody as many pictures as a batch takes; return the two bodies that change them."""
    with database.begin() as rows:
        counted = {"owner": person.user_id, "count": MAX_BATCH}
        ids = [str(image_id) for image_id in rows.execute(_PICTURES, counted).scalars()]
    return [
        orjson.dumps({"action": action, "images": {"ids": ids}})
        for action in ("favourite", "unfavourite")
    ]


def measure(code: Path, *, seconds: float, rude: bool) -> Measured:
    """Measure the product of some code."""
    with product(code) as (site, database, _), ExitStack() as running:
        limits = httpx2.Limits(max_connections=SCRIPTS)

        def somebody() -> Person:
            headers = {"Origin": site}
            client = httpx2.Client(base_url=site, headers=headers, timeout=300, limits=limits)
            return Person(http=running.enter_context(client)).join(database)

        ada, bob = somebody(), somebody()
        bodies, stop, statuses = seeded(ada, database), threading.Event(), Counter[int]()
        scripts = [
            threading.Thread(
                target=keep_changing, args=[ada, bodies, stop, statuses], kwargs={"rude": rude}
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
            f" Ada's batches: {dict(found.statuses)}"
        )
    return 0 if p95(now.waits) < p95(before.waits) else 1


if __name__ == "__main__":
    sys.exit(main())
