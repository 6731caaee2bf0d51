"""Albums with people: what members cost beside the owner, and what inviting and asking tells.

    ./scripts/bench members

Real PostgreSQL and the embedded AWS, the API as ./scripts/start serves it. An album of 10,000
images of its owner and 2,000 of a contributor, shown to the owner and to a viewer, in turn. CPU is
that of the API's process: Linux only.

Aims: a member's first page takes at most 1.2 times the owner's, for at most 1.3 times the CPU; the
medians of an album of strangers and of none, and of inviting somebody with an account and nobody,
differ by less than 5 ms.
"""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from uuid import uuid4

import httpx2
from sqlalchemy import create_engine

from app.accounts.rate_limits.policies import INVITES_OF_PERSON
from app.cli.migrate import migrate
from app.settings import with_driver
from scripts.embedded.stack import EmbeddedStack
from tests.api.albums.conftest import add_images
from tests.api.conftest import new_network
from tests.bench.first_pages import compare_first_pages
from tests.bench.listing.processes import Api, running_api
from tests.support.albums import add_to, make_album
from tests.support.members import add, ask_to_invite, bring_in
from tests.support.rate_limits import forget
from tests.support.users import Person, add_person

SITE = "http://localhost:8000"
IMAGES, ADDED = 10_000, 2_000
ASKED, INVITED = 200, 40
MAX_GAP_MS = 5.0


def _client(api: Api) -> httpx2.Client:
    return httpx2.Client(
        base_url=f"http://127.0.0.1:{api.port}",
        headers={"Origin": SITE, "X-Forwarded-For": new_network()},
        timeout=60,
    )


def tell_apart(what: str, kinds: dict[str, Callable[[], httpx2.Response]], count: int) -> bool:
    """Ask each in turn; whether the medians of how long it takes are alike."""
    waits: dict[str, list[float]] = defaultdict(list)
    for _ in range(count):
        for name, ask in kinds.items():
            start = time.perf_counter()
            ask()
            waits[name].append((time.perf_counter() - start) * 1e3)
    medians = {name: median(each) for name, each in waits.items()}
    gap = max(medians.values()) - min(medians.values())
    said = ", ".join(f"{name} {each:.2f} ms" for name, each in medians.items())
    print(f"{what}: {said}; gap {gap:.2f} ms")
    return gap < MAX_GAP_MS


def main() -> None:
    """Print figures; fail where an aim is missed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="pinhole-") as name, ExitStack() as running:
        Path(name).chmod(0o711)  # as root, PostgreSQL passes through as another user
        stack = running.enter_context(
            EmbeddedStack(data=Path(name) / "data", site_origin=SITE, careless=True)
        )
        migrate(stack.database_url)
        database = create_engine(with_driver(stack.database_url))
        environment = stack.environment("api") | {"TRUSTED_PROXIES": "1"}
        api = running.enter_context(running_api("app.wsgi:app", environment))
        ada, bob, carl, dora = (
            Person(http=running.enter_context(_client(api))).join(database) for _ in range(4)
        )
        album = make_album(ada)
        add_to(ada, album, add_images(ada, database, IMAGES))
        bring_in(ada, album, bob, "contributor")
        added = add_images(bob, database, ADDED, start=5_000)
        for start in range(0, ADDED, 1_000):
            add(bob, album, added[start : start + 1_000]).raise_for_status()
        bring_in(ada, album, carl)
        other = make_album(ada)
        with_account = [add_person(database)[0] for _ in range(INVITED)]
        emails = {
            "with an account": iter(with_account),
            "without one": iter([f"nobody-{uuid4().hex}@example.org" for _ in range(INVITED)]),
        }
        strangers = {
            "somebody's": lambda: dora.http.get(f"/api/shared-albums/{album}"),
            "none": lambda: dora.http.get(f"/api/shared-albums/{uuid4()}"),
        }

        def inviting(kind: str) -> httpx2.Response:
            forget(database, INVITES_OF_PERSON)
            answer = ask_to_invite(ada, other, next(emails[kind]))
            answer.raise_for_status()
            ada.http.delete(f"/api/albums/{other}/members").raise_for_status()
            return answer

        well = [
            compare_first_pages(
                api,
                "member",
                owner=ada.http,
                album=album,
                way=(
                    carl.http,
                    f"/api/shared-albums/{album}/images",
                    f"/api/shared-albums/{album}/addresses",
                ),
            ),
            tell_apart("an album", strangers, ASKED),
            tell_apart(
                "inviting",
                {kind: partial(inviting, kind) for kind in emails},
                INVITED,
            ),
        ]
        database.dispose()
    if not all(well):
        sys.exit("an aim was missed")


if __name__ == "__main__":
    main()
