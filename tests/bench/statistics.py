"""Statistics: how long counting a library takes, at 100 k and at 1 M of one person.

    ./scripts/bench statistics [COUNT [OTHERS]]

Real PostgreSQL, the API as ./scripts/start serves it, and a person who is signed in, beside as many
pictures of others. What was counted is forgotten before each request of "counted"; "kept" asks for
the same again. Pictures are of 40 cameras, 200 lenses and 30 countries.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from app.cli.migrate import migrate
from scripts.embedded.postgres import OWNER_ROLE, SUPERUSER
from scripts.embedded.stack import EmbeddedStack
from tests.bench.listing.processes import get, running_api
from tests.bench.listing.seed import LISTER, seed

COUNT, OTHERS = 100_000, 1_000_000
ROUNDS = 9
_VARIED = """
UPDATE images SET camera_model = 'Camera ' || n %% 40, lens = 'Lens ' || n %% 200,
    content_type = CASE WHEN n %% 7 = 0 THEN 'image/heic' ELSE content_type END,
    country_code = chr(65 + n %% 26) || chr(65 + n %% 5),
    place_latitude = latitude, place_longitude = longitude
FROM (SELECT id, abs(hashtext(id::text)) AS n FROM images) AS numbered
WHERE numbered.id = images.id AND owner_id = %s
"""


def main() -> None:
    """Print how long counting takes, and how long asking again."""
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
        postgres = stack.postgres

        def named(url: str) -> str:
            return urlunsplit(urlsplit(url)._replace(path="/counted"))

        def superuser(database: str) -> psycopg2.extensions.connection:
            connection = psycopg2.connect(
                host="127.0.0.1",
                port=postgres.port,
                user=SUPERUSER,
                password=postgres.secrets.superuser_password,
                dbname=database,
            )
            connection.autocommit = True
            return connection

        with closing(superuser("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE counted OWNER {OWNER_ROLE}")
        migrate(named(stack.database_url))
        with closing(superuser("counted")) as connection:
            seed(connection, count=count, others=others)
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = replica")
                cursor.execute(_VARIED, [str(LISTER)])
                cursor.execute("VACUUM ANALYZE images")
        environment = stack.environment("api") | {"DATABASE_URL": named(stack.runtime_database_url)}
        api = running.enter_context(running_api("app.wsgi:app", environment))
        counted: list[float] = []
        kept: list[float] = []
        told: dict[str, object] = {}
        with closing(api.connect()) as client, closing(superuser("counted")) as connection:
            for _ in range(ROUNDS):
                with connection.cursor() as cursor:
                    cursor.execute("DELETE FROM library_statistics")
                for waits in (counted, kept):
                    start = time.perf_counter()
                    told = json.loads(get(client, "/api/statistics"))
                    waits.append((time.perf_counter() - start) * 1e3)
    print(f"{told['images']:,} pictures among {others:,}; load {os.getloadavg()[0]:.1f}")
    for title, waits in (("counted", counted), ("kept", kept)):
        print(f"  {title:8} p50 {median(waits):8.1f} ms, longest {max(waits):8.1f} ms")


if __name__ == "__main__":
    main()
