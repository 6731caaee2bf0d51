"""How long one person's timeline takes while another's scripts ask without an end."""

from __future__ import annotations

import argparse
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx2
from sqlalchemy import Engine

from tests.bench.fairness import ROOT, code_at, p95, product
from tests.support.users import Person

SCRIPTS = 20
_LOOK_EVERY_SECONDS = 0.05
# Seeds what the first person has; returns what a script asks in its turns 0, 1, 2 and so on.
Prepare = Callable[[Person, Engine], Callable[[int], httpx2.Response]]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Seconds of each of Bob's answers, and how many of each status Ada's scripts got."""

    waits: list[float]
    statuses: Counter[int]


def compare(prepare: Prepare, *, about: str | None, asked: str, before: str) -> int:
    """Measure this code and that of an earlier commit; return 0 if Bob waits less than before.

    Args:
        prepare: see there.
        about: what the bench says of itself.
        asked: what Ada's scripts ask for, in a word.
        before: the earlier commit.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rude", action="store_true")
    parser.add_argument("--before", default=before)
    words = parser.parse_args()
    now = _measure(ROOT, prepare, seconds=words.seconds, rude=words.rude)
    with code_at(words.before) as code:
        then = _measure(code, prepare, seconds=words.seconds, rude=words.rude)
    for name, found in (("before", then), ("now", now)):
        print(
            f"{name:7} GET /api/timeline: p95 {p95(found.waits) * 1000:6.0f} ms, longest"
            f" {max(found.waits) * 1000:6.0f} ms, {len(found.waits)} answers;"
            f" Ada's {asked}: {dict(found.statuses)}"
        )
    return 0 if p95(now.waits) < p95(then.waits) else 1


def _measure(code: Path, prepare: Prepare, *, seconds: float, rude: bool) -> Measured:
    with product(code) as (site, database, _), ExitStack() as running:
        limits = httpx2.Limits(max_connections=SCRIPTS)

        def somebody() -> Person:
            headers = {"Origin": site}
            client = httpx2.Client(base_url=site, headers=headers, timeout=300, limits=limits)
            return Person(http=running.enter_context(client)).join(database)

        ada, bob = somebody(), somebody()
        ask, stop, statuses = prepare(ada, database), threading.Event(), Counter[int]()
        scripts = [
            threading.Thread(target=_keep_asking, args=[ask, stop, statuses], kwargs={"rude": rude})
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
            time.sleep(_LOOK_EVERY_SECONDS)
        stop.set()
        for script in scripts:
            script.join()
        return Measured(waits=waits, statuses=statuses)


def _keep_asking(
    ask: Callable[[int], httpx2.Response],
    stop: threading.Event,
    statuses: Counter[int],
    *,
    rude: bool,
) -> None:
    """Ask until told to stop; what was refused is asked again."""
    turn = 0
    while not stop.is_set():
        answer = ask(turn)
        statuses[answer.status_code] += 1
        turn += answer.is_success
        if not answer.is_success and not rude:
            stop.wait(float(answer.headers.get("Retry-After", 1)))
