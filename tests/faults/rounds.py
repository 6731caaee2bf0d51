"""Rounds of one fault under load, and what they came to."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from math import inf
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import httpx2

from tests.faults.client import Browser, photo
from tests.faults.expectations import Ledger, Verdict
from tests.faults.kill_points import Moment, owner_of
from tests.faults.running_app import until
from tests.support.users import PASSWORD

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.faults.proxied_stack import Away, Proxied
    from tests.faults.running_app import Launched

SETTLES_WITHIN = 120.0


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one fault did, over all its rounds."""

    name: str
    verdict: Verdict
    seconds: list[float]  # to recover, of each round
    let_in: int = 0  # sign-ins that were answered by whoever could not know


@contextmanager
def load(browsers: list[Browser], *, every: float) -> Iterator[None]:
    """Let people upload meanwhile."""
    for browser in browsers:
        browser.stopping.clear()
    threads = [
        threading.Thread(target=browser.keep_uploading, kwargs={"every": every})
        for browser in browsers
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for browser in browsers:
            browser.stopping.set()
        for thread in threads:
            thread.join()
        for browser in browsers:
            browser.stopping.clear()


def kill_at(
    point: Callable[[Moment], None], product: Launched, *, rounds: int, seed: int = 0
) -> Result:
    """Kill at one point, again and again, while others upload."""
    ledger = Ledger()
    chance = random.Random(seed)  # noqa: S311 - the same each time
    seconds = []
    with (
        Browser.of(product.site, product.database, ledger) as actor,
        Browser.of(product.site, product.database, ledger) as other,
        load([other], every=0.4),
    ):
        owner = owner_of(actor)
        for _ in range(rounds):
            moment = Moment(product=product, actor=actor, owner=owner, chance=chance)
            until(product.is_rested)
            point(moment)
            is_done = partial(_is_done, product, ledger, set(ledger.stored))
            seconds.append(time_of(is_done, since=moment.at))
    name = (point.__doc__ or "").strip().rstrip(".")
    return Result(
        name=name, verdict=settled(ledger, product.database, product.bucket()), seconds=seconds
    )


def time_of(is_done: Callable[[], bool], *, since: float) -> float:
    """Return how many seconds after a moment something was done, infinitely many if never."""
    try:
        until(is_done, every=0.1)
    except TimeoutError:
        return inf
    return time.monotonic() - since


def _is_done(product: Launched, ledger: Ledger, waiting: set[str]) -> bool:
    return product.answers() and waiting.isdisjoint(ledger.unsettled(product.database))


def settled(ledger: Ledger, database: Engine, bucket: Any) -> Verdict:
    """Judge once everything has come to its end, or has had the time to."""
    deadline = time.monotonic() + SETTLES_WITHIN
    while True:
        is_late = time.monotonic() > deadline
        if is_late or not ledger.unsettled(database):
            verdict = ledger.judge(database, bucket)
            if verdict.is_clean or is_late:
                return verdict
        time.sleep(0.5)


def outage(
    what: Away, product: Proxied, *, silently: bool, seconds: float, browsers: int = 2
) -> Result:
    """Take something away for a while under load, and give it back."""
    ledger = Ledger()
    let_in = 0
    with ExitStack() as open_until_the_end:
        people = [
            open_until_the_end.enter_context(
                Browser.of(product.site, product.database, ledger, proxy=product.services.url)
            )
            for _ in range(browsers)
        ]
        open_until_the_end.enter_context(load(people, every=2.0))
        until(lambda: len(ledger.stored) > browsers)
        product.take_away(what, silently=silently)
        time.sleep(0.2)  # what was being carried has arrived
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            let_in += _signs_in(people[0], until=end, may=what != "postgres")
            time.sleep(min(1.0, max(0.0, end - time.monotonic())))
        waiting = set(ledger.stored)
        product.give_back(what)
        begun = time.monotonic()
        until(lambda: waiting.isdisjoint(ledger.unsettled(product.database)), every=0.1)
        until(lambda: _signs_in(people[0], until=time.monotonic() + 5, may=False), every=0.1)
        fresh = people[0].upload(photo())
        until(lambda: fresh.image_id not in ledger.unsettled(product.database), every=0.1)
        recovered = time.monotonic() - begun
    name = f"{what} {'says nothing' if silently else 'is cut off'} for {seconds:.0f} s"
    return Result(
        name=name,
        verdict=settled(ledger, product.database, product.bucket()),
        seconds=[recovered],
        let_in=let_in,
    )


def _signs_in(browser: Browser, *, until: float, may: bool) -> bool:
    """Whether somebody is let in before a moment who must not be: nobody knows who they are."""
    http, left = browser.person.http, until - time.monotonic()
    if left <= 0:
        return False
    headers = {name: http.headers[name] for name in ("Origin", "Host")}
    body = {"email": browser.person.email, "password": PASSWORD}
    with httpx2.Client(base_url=http.base_url, headers=headers, timeout=min(left, 3)) as stranger:
        try:
            forged = stranger.get("/api/images", headers={"Cookie": f"session={token_hex(32)}"})
            is_let_in = forged.is_success
            if not may:
                answer = stranger.post("/api/auth/login", json=body)
                is_let_in = is_let_in or answer.is_success
        except httpx2.TransportError:
            return False
    return is_let_in
