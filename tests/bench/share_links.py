"""Share links: what visitors cost beside the owner, what refusals tell, what session policies hold.

    ./scripts/bench share_links

Real PostgreSQL and the embedded AWS, the API as ./scripts/start serves it. An album of 10,000
images, shown to its owner and by a link, in turn. CPU is that of the API's processes: Linux only.

Aims: a visitor's first page takes at most 1.2 times the owner's, for at most 1.3 times the CPU; the
medians of refusals differ by less than 5 ms.
"""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import sample
from statistics import median
from uuid import UUID, uuid4

import httpx2
from sqlalchemy import Engine, create_engine, text

from app.accounts.rate_limits.policies import SHARE_TRIES, SHARE_TRIES_ALL
from app.accounts.sessions.tokens import new_token
from app.cli.migrate import migrate
from app.clients.aws.session_policies import session_policy, visitor_policy
from app.settings import with_driver
from scripts.embedded.policies import BUCKET
from scripts.embedded.stack import EmbeddedStack
from tests.api.albums.conftest import add_images
from tests.api.conftest import new_network
from tests.bench.first_pages import MAX_CPU, compare_first_pages, first_page
from tests.bench.listing.processes import Api, cpu_of, running_api
from tests.support.albums import add_to, make_album
from tests.support.rate_limits import forget
from tests.support.shares import PASSWORD, open_link, share, visit
from tests.support.users import Person

SITE = "http://localhost:8000"
IMAGES = 10_000
REFUSALS = 200
VISITORS = 100
MAX_GAP_MS = 5.0
_MAX_POLICY = 2048  # characters that STS takes


def _client(api: Api, **headers: str) -> httpx2.Client:
    return httpx2.Client(
        base_url=f"http://127.0.0.1:{api.port}",
        headers={"Origin": SITE, "X-Forwarded-For": new_network(), **headers},
        timeout=60,
    )


def crowd(api: Api, owner: httpx2.Client, token: str, album: str) -> bool:
    """Let a hundred visitors come at once, and the owner look as often."""
    with ExitStack() as opened, ThreadPoolExecutor(VISITORS) as at_once:
        clients = [opened.enter_context(_client(api)) for _ in range(VISITORS)]

        def come(client: httpx2.Client) -> int:
            answer = open_link(client, token, PASSWORD).raise_for_status()
            client.headers["Pinhole-Visit"] = answer.json()["visit"]
            return answer.status_code

        list(at_once.map(come, clients))
        before, start = cpu_of(api.pid), time.perf_counter()
        list(
            at_once.map(
                lambda each: first_page(each, "/api/shared/images", "/api/shared/addresses"),
                clients,
            )
        )
        took, used = time.perf_counter() - start, cpu_of(api.pid) - before
    before = cpu_of(api.pid)
    for _ in range(VISITORS):
        first_page(owner, f"/api/albums/{album}/images", "/api/timeline/addresses")
    alone = cpu_of(api.pid) - before
    print(
        f"{VISITORS} visitors at once: {took:.2f} s in all, CPU of each {used / VISITORS * 1e3:.1f}"
        f" ms; the owner's page {alone / VISITORS * 1e3:.1f} ms ({used / alone:.2f} times)"
    )
    return used / alone <= MAX_CPU


def refuse(api: Api, database: Engine, tokens: dict[str, str]) -> bool:
    """Give a wrong password to links that are there, were ended, have expired, or never were."""
    waits: dict[str, list[float]] = defaultdict(list)
    for number in range(REFUSALS):
        for limit in (SHARE_TRIES, SHARE_TRIES_ALL):
            forget(database, limit)
        kinds = {**tokens, "never made": new_token(), "never made, again": new_token()}
        with _client(api) as client:
            client.get("/api/health")
            # In another order each time: whoever comes first in a round waits a little longer.
            for name, token in sample(list(kinds.items()), len(kinds)):
                start = time.perf_counter()
                answer = open_link(client, token, f"guess {number}")
                waits[name].append((time.perf_counter() - start) * 1e3)
                if answer.status_code != 404:
                    raise RuntimeError(answer.text)
    medians = {name: median(each) for name, each in waits.items()}
    for name, each in medians.items():
        print(f"{name:18} {each:6.2f} ms")
    gap = max(medians.values()) - min(medians.values())
    floor = abs(medians["never made"] - medians["never made, again"])
    print(f"gap {gap:.2f} ms, floor {floor:.2f} ms")
    return gap < MAX_GAP_MS


def policies() -> None:
    """Say how many keys one session policy could name, and how long those are that are used."""
    owner = uuid4()
    named = {"whole keys": f"arn:aws:s3:::{BUCKET}/users/{owner.hex}/{{}}/thumbnail.webp"}
    named["two parts by wildcards"] = "arn:aws:s3:::*/{}/*w*"  # the role's policy has the rest
    for name, pattern in named.items():
        count = 0
        while True:
            resources = [pattern.format(UUID(int=n).hex) for n in range(count + 1)]
            statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": resources}
            policy = {"Version": "2012-10-17", "Statement": [statement]}
            if len(json.dumps(policy, separators=(",", ":"))) > _MAX_POLICY:
                break
            count += 1
        print(f"a policy of {name} holds {count}")
    for name, said in (("owner", session_policy), ("visitor", visitor_policy)):
        print(f"{name}: {len(json.dumps(said(BUCKET, owner), separators=(',', ':')))} characters")


def main() -> None:
    """Print figures; fail where an aim is missed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    policies()
    with tempfile.TemporaryDirectory(prefix="pinhole-") as name, ExitStack() as running:
        Path(name).chmod(0o711)  # as root, PostgreSQL passes through as another user
        stack = running.enter_context(
            EmbeddedStack(data=Path(name) / "data", site_origin=SITE, careless=True)
        )
        migrate(stack.database_url)
        database = create_engine(with_driver(stack.database_url))
        environment = stack.environment("api") | {"TRUSTED_PROXIES": "1"}
        api = running.enter_context(running_api("app.wsgi:app", environment))
        ada = Person(http=running.enter_context(_client(api))).join(database)
        images = add_images(ada, database, IMAGES)
        album = make_album(ada)
        add_to(ada, album, images)
        locked, ended, expired = (share(ada, album_id=album, password=PASSWORD) for _ in range(3))
        ada.http.delete(f"/api/shares/{ended.id}").raise_for_status()
        with database.begin() as connection:
            query = text("UPDATE shares SET expires_at = now() WHERE id = :id")
            connection.execute(query, {"id": expired.id})
        tokens = {
            "wrong password": locked.token,
            "ended": ended.token,
            "expired": expired.token,
        }
        visitor = running.enter_context(_client(api))
        visitor.headers.update(visit(visitor, locked, PASSWORD))
        well = [
            compare_first_pages(
                api,
                "visitor",
                owner=ada.http,
                album=album,
                way=(visitor, "/api/shared/images", "/api/shared/addresses"),
            ),
            crowd(api, ada.http, locked.token, album),
            refuse(api, database, tokens),
        ]
        database.dispose()
    sys.exit(0 if all(well) else 1)


if __name__ == "__main__":
    main()
