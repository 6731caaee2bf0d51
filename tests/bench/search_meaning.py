"""Search by meaning in 100 k pictures among 200 k of others, over HTTP; and its first question.

    ./scripts/bench search_meaning [COUNT [OTHERS]]

Vectors are those of the described pictures of `search_quality`, each with noise, so that a question
has many near ones. CPU of API and PostgreSQL stand beside (Linux only). Aim: p50 of 25 ms.
"""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

import numpy as np
import psycopg2

from app.cli.migrate import migrate
from app.embeddings.encoder import DIMENSIONS, MODEL, Encoder
from scripts.embedded.postgres import OWNER_ROLE, SUPERUSER
from scripts.embedded.stack import EmbeddedStack
from tests.bench.listing.measured import Measured
from tests.bench.listing.processes import Api, cpu_of, get, running_api
from tests.bench.listing.seed import seed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg2.extensions import connection as Connection  # noqa: N812 - a type

COUNT, OTHERS = 100_000, 200_000
ROUNDS = 5
REQUESTS = 10  # of each question in each round
AIM_MS = 25.0
PICTURES = Path(__file__).parent / "searching/meaning/pictures.csv"
QUESTIONS = {
    "two words": "young dogs",
    "another language": "Sonnenuntergang am Meer",
    "and a month": "young dogs may 2019",
    "and a filter": "young dogs is:described",
    "and one that few pass": "young dogs from:2025-12-28",
    "nothing": "qwertz asdf",
}
_COLUMNS = "image_id, owner_id, model, text_digest, signs, parts"
_BATCH = 20_000


def _rows(connection: Connection, encoder: Encoder) -> Iterator[str]:
    """Give a line of COPY for each picture: a described one's vector with noise."""
    with PICTURES.open(newline="") as file:
        said = [
            f"{row['description']} {row['tags']}" for row in csv.DictReader(file, delimiter="|")
        ]
    vectors = [vector for vector in encoder.encode(said) if vector]
    bases = np.stack([np.frombuffer(each.parts, dtype=np.int8) for each in vectors])
    chance = np.random.default_rng(1)
    with connection.cursor("all") as cursor:
        cursor.execute("SELECT id, owner_id FROM images")
        while ids := cursor.fetchmany(_BATCH):
            drawn = bases[chance.integers(0, len(bases), len(ids))].astype(np.float32)
            drawn += chance.normal(0, 40, (len(ids), DIMENSIONS)).astype(np.float32)
            drawn *= 1024 / np.linalg.norm(drawn, axis=1, keepdims=True)
            parts = np.clip(np.rint(drawn), -127, 127).astype(np.int8)
            for (image_id, owner_id), row in zip(ids, parts, strict=True):
                signs = "".join(map(str, (row > 0).astype(int)))
                columns = (image_id, owner_id, MODEL, r"\\x00", signs, rf"\\x{row.tobytes().hex()}")
                yield "\t".join(map(str, columns)) + "\n"


def _fill(connection: Connection, encoder: Encoder, writing: Connection) -> None:
    lines = _rows(connection, encoder)
    with writing.cursor() as cursor:
        while text := "".join(line for line, _ in zip(lines, range(_BATCH), strict=False)):
            cursor.copy_expert(
                f"COPY image_meanings ({_COLUMNS}) FROM STDIN",  # a constant
                io.StringIO(text),
            )
    writing.commit()
    writing.autocommit = True
    with writing.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE image_meanings")
        cursor.execute(
            "SELECT pg_table_size('image_meanings') / count(*),"
            " pg_relation_size('ix_image_meanings_signs') / count(*) FROM image_meanings"
        )
        table, index = cursor.fetchone() or (0, 0)
    print(f"a picture: {table} bytes in the table, {index} in the index of signs")


def _ask(api: Api, database: int, path: str, into: Measured) -> dict[str, object]:
    body = b"{}"
    with closing(api.connect()) as connection:
        get(connection, path)
        before = cpu_of(api.pid), cpu_of(database)
        for _ in range(REQUESTS):
            start = time.perf_counter()
            body = get(connection, path)
            into.waits.append((time.perf_counter() - start) * 1e3)
        after = cpu_of(api.pid), cpu_of(database)
    into.api.append((after[0] - before[0]) / REQUESTS * 1e3)
    into.database.append((after[1] - before[1]) / REQUESTS * 1e3)
    found: dict[str, object] = json.loads(body)
    return found


def _measure(api: Api, database: int) -> float:
    start = time.perf_counter()
    with closing(api.connect()) as connection:
        get(connection, "/api/search/meaning?q=first")
    print(f"the first question, which loads the model: {time.perf_counter() - start:.2f} s")
    found: dict[str, Measured] = defaultdict(Measured)
    counts: dict[str, int] = {}
    for _ in range(ROUNDS):
        for name, q in QUESTIONS.items():
            answer = _ask(api, database, f"/api/search/meaning?q={quote(q)}", found[name])
            images = answer["images"]
            assert isinstance(images, list)
            counts[name] = len(images)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for name, measured in found.items():
        print(f"  {name:24} {measured.line()}  {counts[name]} on the page")
    return median(found["two words"].waits)


def main() -> None:
    """Print a table, then the figures as JSON; fail where the aim is missed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    others = int(sys.argv[2]) if len(sys.argv) > 2 else OTHERS
    with tempfile.TemporaryDirectory(prefix="pinhole-") as name, ExitStack() as running:
        Path(name).chmod(0o711)  # as root, PostgreSQL passes through as another user
        stack = running.enter_context(
            EmbeddedStack(
                data=Path(name) / "data", site_origin="http://localhost:8000", careless=True
            )
        )

        def superuser(database: str) -> Connection:
            return psycopg2.connect(
                host="127.0.0.1",
                port=stack.postgres.port,
                user=SUPERUSER,
                password=stack.postgres.secrets.superuser_password,
                dbname=database,
            )

        with closing(superuser("postgres")) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE searched OWNER {OWNER_ROLE}")
        migrate(_named(stack.database_url))
        start = time.monotonic()
        with closing(superuser("searched")) as connection:
            seed(connection, count=count, others=others, described_every=50)
        with closing(superuser("searched")) as reading, closing(superuser("searched")) as writing:
            _fill(reading, Encoder(), writing)
        print(f"{count:,} among {others:,} seeded in {time.monotonic() - start:.0f} s", flush=True)
        url = _named(stack.runtime_database_url)
        environment = stack.environment("api") | {"DATABASE_URL": url}
        api = running.enter_context(running_api("app.wsgi:app", environment))
        database = next(p for p in stack.crew.parts if p.program.name == "postgres")
        p50 = _measure(api, database.process.pid)
    print(json.dumps({"p50_ms": round(p50, 2), "at_most": AIM_MS}))
    sys.exit(p50 > AIM_MS)


def _named(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path="/searched"))


if __name__ == "__main__":
    main()
