"""Serve the product of the checkout it is started in, with people, until standard input ends.

    CHECKOUT/.venv/bin/python .../serve_checkout.py PEOPLE    (in CHECKOUT)

Prints a JSON object in a line: `site`, `database_url`, `worker` (a process id) and `sessions`, the
session cookies of as many people. Everything else is that checkout's: embedded services, settings
and schema. It must run in checkouts that name a module otherwise: `EARLIER` has those names.
"""

import importlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

# Names of modules here, and what an earlier commit called them.
EARLIER = {"tests.support.users": "tests.people"}


def module(name: str) -> Any:
    """Import a module of the checkout, by the name that it has there."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return importlib.import_module(EARLIER[name])


def main() -> None:
    """Serve, tell where, and wait."""
    sys.path.insert(0, str(Path.cwd()))
    product = module("scripts.embedded.product")
    stacks = module("scripts.embedded.stack")
    answers = module("scripts.embedded.aws").answers
    (port,) = module("scripts.embedded.ports").free_ports(1)
    site = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="pinhole-") as place:
        Path(place).chmod(0o711)  # as root, PostgreSQL passes through as another user
        data = Path(place) / "data"
        with stacks.EmbeddedStack(
            data=data, site_origin=site, openai="stand-in", careless=True
        ) as stack:
            served = product.Product(
                stack=stack, providers={}, site_port=port, api_port=port, is_dev=True
            )
            served.migrate()
            served.start_api()
            served.start_worker()
            stack.crew.wait_until(lambda: answers(f"{site}/api/health"), what="The API")
            is_ready = data / "worker-is-ready"
            stack.crew.wait_until(is_ready.exists, what="The worker")
            parts = {part.program.name: part.process.pid for part in stack.crew.parts}
            told = {
                "site": site,
                "database_url": stack.database_url,
                "worker": parts["worker"],
                "sessions": sessions(site, stack.database_url, int(sys.argv[1])),
            }
            print(json.dumps(told), flush=True)
            sys.stdin.read()


def sessions(site: str, database_url: str, count: int) -> list[str]:
    """Add people who have just signed in; return their cookies."""
    client = importlib.import_module("httpx2").Client
    engine = importlib.import_module("sqlalchemy").create_engine
    database = engine(module("app.settings").with_driver(database_url))
    person = module("tests.support.users").Person
    cookies = []
    for _ in range(count):
        with client(base_url=site) as http:
            person(http=http).join(database)
            cookies.append(http.cookies["session"])
    database.dispose()
    return cookies


if __name__ == "__main__":
    main()
