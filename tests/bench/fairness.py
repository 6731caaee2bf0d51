"""How long one person's ten photos take while another person has thousands under way.

    ./scripts/bench fairness [--backlog 1500] [--rounds 3] [--rate 4] [--before CHECKOUT]

Somebody drops ten photos and waits until they are ready: first at an idle site, then while Ada's
backlog is being processed, she goes on sending, and has made a copy of everything and had all of it
described. Each drop is another person's, who has had nothing lately. With --before the same is done
with another checkout, in which `python3 -m scripts.embedded.install --with test` was run, so that
both are measured in one run: 397b539 is the last commit at which pictures were processed in the
order of their events. Ends with status 1 when the 95th percentile is above twice that of the idle
site.

Ada sends as much as a line of 50 Mbit/s carries: her browser would run on another machine, and as
fast as this one answers it would take a core of it.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import httpx2
from PIL import Image
from sqlalchemy import Engine, create_engine, text

from app.cli.migrate import migrate
from app.settings import with_driver
from scripts.embedded.aws import answers
from scripts.embedded.environment import kept_environment
from scripts.embedded.ports import free_ports
from scripts.embedded.stack import EmbeddedStack
from tests.support.images import Picture
from tests.support.users import Json, Person

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.synchronize import Event

ROOT = Path(__file__).parents[2]
SERVE = ROOT / "tests/bench/parts/serve_checkout.py"
AT_MOST = 2.0
DROP = 10
SIZE = (2000, 1500)
# As many as the page asks places for at once, and sends at once.
BATCH = 20
AT_ONCE = 4
LOOK_EVERY_SECONDS = 0.03
# Ada is measured beside once she has had so many, far more than the others.
UNDER_WAY = 60
PATIENCE_SECONDS = 1200.0
_STATES = text("SELECT id FROM images WHERE owner_id = :owner AND state IN ('ready', 'damaged')")
_LEFT = text("SELECT count(*) FROM images WHERE state IN ('uploading', 'processing')")
_DONE = text("SELECT count(*) FROM images WHERE state = 'ready' AND owner_id = :owner")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Seconds from the drop until a photo was ready, one for each photo."""

    idle: list[float]
    busy: list[float]
    left: list[int]  # how many of Ada's waited, after each drop beside hers

    @property
    def ratio(self) -> float:
        """How much longer it takes beside Ada, by the 95th percentiles."""
        return p95(self.busy) / p95(self.idle)


def p95(seconds: list[float]) -> float:
    """Return the 95th percentile."""
    return quantiles(seconds, n=20, method="inclusive")[-1]


def photos(count: int) -> list[bytes]:
    """Photos of one scene, each with bytes of its own."""
    grain = Image.effect_noise(SIZE, 24)
    across = Image.linear_gradient("L").resize(SIZE)
    buffer = io.BytesIO()
    Image.merge("RGB", (grain, across, Image.blend(grain, across, 0.5))).save(buffer, "JPEG")
    return [each_its_own(buffer.getvalue()) for _ in range(count)]


def each_its_own(jpeg: bytes) -> bytes:
    """The same photo with other bytes: a comment of its own."""
    return b"".join((jpeg[:2], b"\xff\xfe\x00\x12", os.urandom(16), jpeg[2:]))


@contextmanager
def code_at(commit: str) -> Iterator[Path]:
    """The `app` of a commit, in a folder of its own."""
    archive = ["git", "-C", str(ROOT), "archive", "--format=tar", commit, "app"]
    packed = subprocess.run(archive, check=True, capture_output=True).stdout
    with tempfile.TemporaryDirectory(prefix="pinhole-") as folder:
        with tarfile.open(fileobj=io.BytesIO(packed)) as members:
            members.extractall(folder, filter="data")
        yield Path(folder)


@contextmanager
def product(code: Path, **own: str) -> Iterator[tuple[str, Engine, subprocess.Popen[bytes]]]:
    """The API and the worker of some code, on data of their own: address, database, worker.

    `own`: settings of theirs, beside the stack's.
    """
    (port,) = free_ports(1)
    with ExitStack() as running:
        data = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="pinhole-")))
        data.chmod(0o711)  # as root, PostgreSQL passes through as another user
        site = f"http://127.0.0.1:{port}"
        stack = running.enter_context(
            EmbeddedStack(data=data / "data", site_origin=site, openai="stand-in", careless=True)
        )
        migrate(stack.database_url)
        server = ["granian", "--interface", "wsgi", "--no-ws", "--port", str(port)]
        server += ["--blocking-threads", "8", "app.wsgi:app"]
        for words, part in ((server, "api"), (["app.jobs.worker"], "worker")):
            settings = stack.environment("api" if part == "api" else "worker")
            process = subprocess.Popen(
                [sys.executable, "-m", *words],
                cwd=code,
                env={**kept_environment(), **settings, "LOG_LEVEL": "ERROR", **own},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            running.callback(process.wait)
            running.callback(process.terminate)
        database = create_engine(with_driver(stack.database_url))
        running.callback(database.dispose)
        stack.crew.wait_until(lambda: answers(f"{site}/api/health"), what="The API")
        yield site, database, process


def upload(person: Person, files: list[bytes], *, rate: float | None = None) -> None:
    """Upload as a browser does, by batches and several at once; or at most so many a second."""
    with httpx2.Client(timeout=300) as http, ThreadPoolExecutor(1 if rate else AT_ONCE) as lines:
        for at in range(0, len(files), BATCH):
            batch = [
                Picture(name="photo.jpg", content_type="image/jpeg", content=each)
                for each in files[at : at + BATCH]
            ]

            def send(place: Json, picture: Picture) -> None:
                time.sleep(1 / rate if rate else 0)
                to = place["upload"]
                sent = http.put(to["url"], headers=to["headers"], content=picture.content)
                sent.raise_for_status()

            list(lines.map(send, person.promise(*batch), batch))


def keep_sending(site: str, cookies: dict[str, str], rate: float, begun: Event) -> None:
    """Upload without an end, as somebody who is signed in."""
    with httpx2.Client(base_url=site, headers={"Origin": site}, timeout=300) as http:
        for name, value in cookies.items():
            http.cookies.set(name, value, domain=http.base_url.host)
        person, (first, *_) = Person(http=http), photos(1)
        while True:
            upload(person, [each_its_own(first) for _ in range(BATCH)], rate=rate)
            begun.set()


@contextmanager
def sending(person: Person, *, rate: float) -> Iterator[None]:
    """Have somebody upload meanwhile, in a process of its own."""
    spawning = multiprocessing.get_context("spawn")
    begun = spawning.Event()
    arguments = (str(person.http.base_url), dict(person.http.cookies), rate, begun)
    process = spawning.Process(target=keep_sending, args=arguments)
    process.start()
    try:
        if not begun.wait(PATIENCE_SECONDS):
            raise TimeoutError
        yield
    finally:
        process.terminate()
        process.join()


def drop(person: Person, database: Engine) -> list[float]:
    """Drop photos; return when each was ready, in seconds from the drop."""
    with database.connect() as rows:
        before = set(rows.execute(_STATES, {"owner": person.user_id}).scalars())
    sending = threading.Thread(target=upload, args=[person, photos(DROP)])
    begun, ready = time.monotonic(), dict[Any, float]()
    sending.start()
    while len(ready) < DROP and time.monotonic() < begun + PATIENCE_SECONDS:
        with database.connect() as rows:
            for image in rows.execute(_STATES, {"owner": person.user_id}).scalars():
                if image not in before:
                    ready.setdefault(image, time.monotonic() - begun)
        time.sleep(LOOK_EVERY_SECONDS)
    sending.join()
    return [*ready.values(), *[PATIENCE_SECONDS] * (DROP - len(ready))]


def wait_for(database: Engine, owner: str, *, done: int) -> None:
    """Wait until so many of somebody's pictures are ready."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with database.connect() as rows:
            if rows.scalar(_DONE, {"owner": owner}) >= done:
                return
        time.sleep(0.1)


@contextmanager
def served(checkout: Path, *, people: int) -> Iterator[Json]:
    """The product of a checkout on data of its own; see parts/serve_checkout.py."""
    with subprocess.Popen(
        [checkout / ".venv/bin/python", SERVE, str(people)],
        cwd=checkout,
        env={**os.environ, "LOG_LEVEL": "ERROR"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        if server.stdout is None:
            raise RuntimeError
        yield json.loads(server.stdout.readline())
        # Leaving closes its standard input, and waits.


def measure(checkout: Path, *, backlog: int, rounds: int, rate: float) -> Measured:
    """Measure the product of a checkout, idle and beside Ada."""
    with served(checkout, people=3 + 2 * rounds) as told, ExitStack() as running:
        site, sessions = told["site"], iter(told["sessions"])
        database = create_engine(with_driver(told["database_url"]))
        running.callback(database.dispose)

        def somebody() -> Person:
            client = httpx2.Client(base_url=site, headers={"Origin": site}, timeout=300)
            client.cookies.set("session", next(sessions), domain=client.base_url.host)
            return Person(http=running.enter_context(client))

        for _ in range(2):
            drop(somebody(), database)  # a first start is nobody's measure
        idle = [seconds for _ in range(rounds) for seconds in drop(somebody(), database)]
        ada = somebody()
        ada.switch_descriptions_on()
        # Asleep meanwhile, so that all of it waits.
        os.kill(told["worker"], signal.SIGSTOP)
        upload(ada, photos(backlog))
        os.kill(told["worker"], signal.SIGCONT)
        wait_for(database, ada.user_id, done=UNDER_WAY)
        running.enter_context(sending(ada, rate=rate))
        busy: list[float] = []
        left: list[int] = []
        for _ in range(rounds):
            # Of what is ready by now and what gets ready meanwhile. One under way is found again.
            ada.http.post("/api/account/exports").raise_for_status()
            ada.http.post("/api/images/describe").raise_for_status()
            busy += drop(somebody(), database)
            with database.connect() as rows:
                left.append(rows.scalar(_LEFT) or 0)
        return Measured(idle=idle, busy=busy, left=left)


def main() -> int:
    """Measure both, and print what counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backlog", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=float, default=4.0, help="pictures that Ada sends a second")
    parser.add_argument("--before", type=Path, metavar="CHECKOUT")
    words = parser.parse_args()
    told = {}
    for name, checkout in (("before", words.before), ("now", ROOT)):
        if checkout is None:
            continue
        told[name] = measured = measure(
            checkout.resolve(), backlog=words.backlog, rounds=words.rounds, rate=words.rate
        )
        print(
            f"{name:7} p95 from drop to ready: idle {p95(measured.idle):6.2f} s,"
            f" beside Ada {p95(measured.busy):6.2f} s ({measured.ratio:.2f} times);"
            f" {measured.left} of hers waited",
            flush=True,
        )
    now = told["now"]
    print(json.dumps({name: each.ratio for name, each in told.items()} | {"at_most": AT_MOST}))
    if min(now.left) == 0:
        print("Ada's pictures were done too soon: take a larger --backlog.")
        return 1
    return 0 if now.ratio <= AT_MOST else 1


if __name__ == "__main__":
    sys.exit(main())
