"""Whether the API tells who has an account: by its bytes, its headers or its time (THREATS 36).

    python -m tests.bench.enumeration [--count 200]

Starts PostgreSQL, the embedded AWS and one API, makes `count` people in the database, and asks at
sign-in, register and reset alternately for a known and an unknown address, each once. Prints for
each way what differs between the answers, both medians, their gap, and the gap between two halves
of the unknown as the floor. The worker is not started: it writes the mails when there is time.
"""

import argparse
import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import uuid4

import httpx2
from sqlalchemy import Engine, create_engine, delete
from sqlalchemy.orm import Session as OrmSession

from app.accounts.models import RateLimit, User
from app.accounts.passwords.hashing import hash_password
from app.cli.migrate import migrate
from app.settings import with_driver
from scripts.embedded.ports import free_ports
from scripts.embedded.stack import EmbeddedStack
from tests.support.users import PASSWORD, told, told_headers

SITE = "http://localhost:8000"
Answers = dict[str, list[tuple[float, httpx2.Response]]]
WAYS = {
    "sign-in": ("/api/auth/login", {"password": "not the password of anybody"}),
    "register": ("/api/auth/register", {}),
    "reset": ("/api/auth/reset", {}),
}


def measure(count: int) -> None:
    """Ask, and print."""
    with serving(count) as (address, known, database):
        for way, (path, more) in WAYS.items():
            with httpx2.Client(base_url=address, headers={"Origin": SITE}, timeout=60) as http:
                asking = Asking(http=http, database=database, path=path, more=more)
                asking.ask([_nobody() for _ in range(20)])  # warm
                kinds = {kind: [_nobody() for _ in known] for kind in ("unknown", "again")}
                report(way, asking.ask_in_turn(known=known, **kinds))


@dataclass(frozen=True, kw_only=True)
class Asking:
    """One way to ask."""

    http: httpx2.Client
    database: Engine
    path: str
    more: dict[str, str]

    def ask_in_turn(self, **kinds: list[str]) -> Answers:
        """Ask for one address of each kind after the other, so that all meet the same moments."""
        answers: Answers = {kind: [] for kind in kinds}
        gc.disable()
        for number, turn in enumerate(zip(*kinds.values(), strict=True)):
            with self.database.begin() as rows:
                rows.execute(delete(RateLimit))  # what is measured is not the limit
            asked = list(zip(kinds, turn, strict=True))
            first = number % len(asked)  # none has the same place in each turn
            for kind, email in asked[first:] + asked[:first]:
                answers[kind] += self.ask([email])
        gc.enable()
        return answers

    def ask(self, emails: list[str]) -> list[tuple[float, httpx2.Response]]:
        """Ask for each address; return the milliseconds and the answer."""
        found = []
        for email in emails:
            start = perf_counter()
            answer = self.http.post(self.path, json={"email": email} | self.more)
            found.append(((perf_counter() - start) * 1e3, answer))
        return found


def report(way: str, answers: Answers) -> None:
    """Say what differs."""
    times = {kind: median(taken for taken, _ in found) for kind, found in answers.items()}
    seen = {
        kind: {(a.status_code, told(a), _headers(a)) for _, a in found}
        for kind, found in answers.items()
    }
    (status,) = {answer.status_code for _, answer in answers["known"]}
    same = len(seen["known"]) == 1 and seen["known"] == seen["unknown"]
    print(f"{way}: {status}, {'identical bytes and headers' if same else 'THE ANSWERS DIFFER'}")
    print(f"  known {times['known']:.2f} ms, unknown {times['unknown']:.2f} ms", end=", ")
    print(f"gap {abs(times['known'] - times['unknown']):.2f} ms", end=", ")
    print(f"floor {abs(times['again'] - times['unknown']):.2f} ms")


def _headers(answer: httpx2.Response) -> tuple[tuple[str, str], ...]:
    return tuple(told_headers(answer).items())


@contextmanager
def serving(count: int) -> Iterator[tuple[str, list[str], Engine]]:
    """One API with so many people; its address, theirs, and the database."""
    with tempfile.TemporaryDirectory(prefix="pinhole-") as folder:
        Path(folder).chmod(0o711)  # as root, PostgreSQL passes through as another user
        with EmbeddedStack(data=Path(folder) / "data", site_origin=SITE, careless=True) as stack:
            migrate(stack.database_url)
            database = create_engine(with_driver(stack.database_url))
            known = make_people(database, count)
            with serve(stack.environment("api")) as address:
                yield address, known, database
            database.dispose()


def make_people(database: Engine, count: int) -> list[str]:
    """People with a password."""
    password_hash = hash_password(PASSWORD)
    emails = [f"known-{uuid4().hex}@example.org" for _ in range(count)]
    with OrmSession(database) as rows:
        rows.add_all(User(email=email, password_hash=password_hash) for email in emails)
        rows.commit()
    return emails


@contextmanager
def serve(environment: dict[str, str]) -> Iterator[str]:
    """Run the API."""
    (port,) = free_ports(1)
    address = f"http://127.0.0.1:{port}"
    words = ["-m", "granian", "--interface", "wsgi", "--no-ws", "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, *words, "--blocking-threads", "2", "app.wsgi:app"],
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
        stdout=subprocess.DEVNULL,
    )
    try:
        while not _answers(address):
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _answers(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/api/health", timeout=2).is_success
    except httpx2.TransportError:
        return False


def _nobody() -> str:
    return f"known-{uuid4().hex}@example.org"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    measure(parser.parse_args().count)
