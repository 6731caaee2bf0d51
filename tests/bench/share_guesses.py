"""10,000 guesses at a share link's password, from eight programs: how many reach the hash.

    ./scripts/bench share_guesses [--guesses 10000]

Each program has four threads and eight networks of its own; two processes of the API answer them.
Meanwhile the link's owner opens it once a second, and their waits are printed beside those of
before. What the limiter lets through is answered 404, all the rest 429 without a look at the hash.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import httpx2
from sqlalchemy import create_engine

from app.accounts.rate_limits.policies import SHARE_TRIES
from app.cli.migrate import migrate
from app.settings import with_driver
from tests.api.albums.conftest import add_images
from tests.api.conftest import new_network, running_api
from tests.conftest import SITE_ORIGIN, running_stack
from tests.support.shares import PASSWORD, open_link, share, shares_of
from tests.support.users import Person

_PROGRAMS = 8
_NETWORKS = 8
_ROOT = Path(__file__).parents[2]


def main() -> None:
    """Guess, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--guesses", type=int, default=10_000)
    words = parser.parse_args()
    with ExitStack() as running:
        stack = running.enter_context(running_stack())
        migrate(stack.database_url)
        database = create_engine(with_driver(stack.database_url))
        running.callback(database.dispose)
        settings = stack.environment("api") | {"TRUSTED_PROXIES": "1"}
        sites = [running.enter_context(running_api(settings)) for _ in range(2)]
        headers = {"Origin": SITE_ORIGIN, "X-Forwarded-For": new_network()}
        http = running.enter_context(httpx2.Client(base_url=sites[0], headers=headers, timeout=60))
        ada = Person(http=http).join(database)
        link = share(ada, images={"ids": add_images(ada, database, 1)}, password=PASSWORD)
        before = [_wait(http, link.token) for _ in range(10)]
        begun = time.monotonic()
        guessers = [
            subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.support.share_guesser", link.token),
                    str(words.guesses // _PROGRAMS),
                    ",".join(new_network() for _ in range(_NETWORKS)),
                    *sites,
                ],
                cwd=_ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(_PROGRAMS)
        ]
        during = []
        while any(each.poll() is None for each in guessers):
            during.append(_wait(http, link.token))
            time.sleep(1)
        seconds = time.monotonic() - begun
        statuses = Counter(status for each in guessers for status in each.communicate()[0].split())
        grown = seconds / SHARE_TRIES.every.total_seconds()
        print(f"{sum(statuses.values())} guesses in {seconds:.0f} s: {dict(statuses)}")
        print(f"the limit: {SHARE_TRIES.burst} and {grown:.0f} that grew again meanwhile")
        print(
            f"the owner opens it in {median(before):.0f} ms before, {median(during):.0f} ms"
            f" meanwhile (longest {max(during):.0f} ms, {len(during)} times)"
        )
        print(f"visits counted: {shares_of(ada)[0]['visits']}")


def _wait(http: httpx2.Client, token: str) -> float:
    begun = time.perf_counter()
    open_link(http, token, PASSWORD).raise_for_status()
    return (time.perf_counter() - begun) * 1e3


if __name__ == "__main__":
    main()
