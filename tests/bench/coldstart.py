"""CPU of a cold start: import and first request of the API's function, in a fresh process.

    ./scripts/bench coldstart [ROUNDS]

Inside the functions' package, with their Python, against a real database and real secrets in the
embedded AWS. The first request is that of a browser that is signed in: it reads three secrets,
connects to the database and finds the session. A page of pictures also becomes the person by STS,
and imports pydantic for its query.
Compared with importing every package that the product is made of, eagerly, in the same run;
medians of interleaved rounds. Of the same run are the floors: the three libraries that a request
cannot do without, whole, and as the API imports them.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from sqlalchemy import create_engine

from app.cli.migrate import migrate
from app.settings import with_driver
from scripts.deployment.build import find_python
from scripts.embedded.stack import EmbeddedStack
from tests.infrastructure.events import request
from tests.support.lambda_environment import function_environment
from tests.support.users import Person

ROOT = Path(__file__).parents[2]
MACHINE = "arm64" if os.uname().machine in {"aarch64", "arm64"} else "x86_64"
AT_MOST = 0.28

# What issue 5 and README name: Flask, Authlib, Flask-SQLAlchemy, psycopg2, boto3, openai, Zappa.
# Of Authlib what signs people in; of boto3 and openai with the clients that the product uses, which
# who imports eagerly makes at the start.
_EAGERLY = """
import flask, flask_sqlalchemy, psycopg2, boto3, zappa.handler, openai
import authlib.oauth2.client, authlib.oidc.core
boto3.Session().client("s3", region_name="us-east-1")
openai.OpenAI(api_key="k").responses
"""
_WHOLE = "import flask, flask_sqlalchemy, psycopg2, sqlalchemy.dialects.postgresql"
_REQUEST = """
import json, os
from app.lambda_handlers import api
answer = api.handler(json.loads(os.environ["EVENT"]), None)
assert answer["statusCode"] == 200, answer
assert os.environ["HOLDS"] in answer["body"], answer
"""
_TELL = (
    "\nimport os, sys, time\nsys.stderr.write(f'\\nCPU {time.process_time()}\\n')\nos._exit(0)\n"
)


@dataclass(frozen=True, kw_only=True)
class Program:
    """Something to run in a fresh process, and what it finds in its environment."""

    code: str
    environment: dict[str, str] = field(default_factory=dict)

    def cpu(self, *, package: Path = ROOT / "build" / MACHINE) -> float:
        """Run it inside the package; return the seconds of CPU that it took."""
        done = subprocess.run(
            [str(find_python()), "-B", "-W", "ignore", "-c", self.code + _TELL],
            env={**self.environment, "PYTHONPATH": str(package), "PATH": os.defpath},
            cwd=package,
            capture_output=True,
            text=True,
            check=False,
        )
        told = [line for line in done.stderr.splitlines() if line.startswith("CPU ")]
        if not told:
            raise RuntimeError(done.stderr)
        return float(told[-1].removeprefix("CPU "))


def programs(stack: EmbeddedStack) -> dict[str, Program]:
    """Return what is measured."""
    api = function_environment(stack, "api")
    worker = function_environment(stack, "worker")
    cookie = f"__Host-session={_session(stack)}"

    def asking(path: str, *, holds: str) -> Program:
        event = json.dumps(request(path=path, cookies=[cookie]))
        return Program(code=_REQUEST, environment=api | {"EVENT": event, "HOLDS": holds})

    return {
        "everything eagerly": Program(code=_EAGERLY),
        "three libraries, whole": Program(code=_WHOLE),
        "three libraries, lean": Program(code="import app.lambda_handlers.lean_app"),
        "api and its first request": asking("/api/auth/session", holds="@example.org"),
        "api and a page of pictures": asking("/api/images", holds='"images"'),
        "api, imported": Program(code="from app.lambda_handlers import api", environment=api),
        "worker, imported": Program(
            code="from app.lambda_handlers import worker", environment=worker
        ),
        "sweep, imported": Program(
            code="from app.lambda_handlers import cleanup as sweep", environment=worker
        ),
        "migrate, imported": Program(
            code="from app.lambda_handlers import migrate", environment=worker
        ),
    }


def _session(stack: EmbeddedStack) -> str:
    """Make a person who is signed in; return the token of their session."""
    migrate(stack.database_url)
    engine = create_engine(with_driver(stack.database_url))
    with httpx2.Client(base_url="http://localhost") as browser:
        Person(http=browser).join(engine)
        engine.dispose()
        return str(browser.cookies["session"])


def main() -> None:
    """Print medians, and the ratio that counts."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory(prefix="pinhole-") as name:
        Path(name).chmod(0o711)  # as root, PostgreSQL passes through as another user
        stack = EmbeddedStack(
            data=Path(name) / "data", site_origin="http://localhost:8000", careless=True
        )
        with stack:
            measured = programs(stack)
            taken: dict[str, list[float]] = {program: [] for program in measured}
            for _ in range(rounds):
                for program, each in measured.items():
                    taken[program].append(each.cpu())
    medians = {program: statistics.median(values) for program, values in taken.items()}
    whole = medians["everything eagerly"]
    for program, seconds in medians.items():
        print(f"{program:28} {seconds * 1000:6.0f} ms of CPU, {seconds / whole:.2f}")
    ratio = medians["api and its first request"] / whole
    print(json.dumps({"ratio": round(ratio, 3), "at_most": AT_MOST, "rounds": rounds}))
    sys.exit(ratio > AT_MOST)


if __name__ == "__main__":
    main()
