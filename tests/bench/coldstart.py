"""CPU of a cold start: import and first request of the API's function, in a fresh process.

`.venv/bin/python tests/bench/coldstart.py [RUNS]`, after ./scripts/build for this machine's kind.
Against importing every named package eagerly, in the same run; medians of interleaved rounds.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from scripts.deployment.build import find_python  # noqa: E402 - only now can it be found

MACHINE = "arm64" if os.uname().machine in {"aarch64", "arm64"} else "x86_64"

_EAGERLY = """
import flask, apiflask, flask_sqlalchemy, sqlalchemy, alembic.command, pydantic, psycopg2
import boto3, openai, PIL.Image, pillow_heif, pyvips, argon2, orjson, zappa.handler
import aws_lambda_powertools
boto3.Session().client("s3", region_name="us-east-1")
"""
# The one thing left out is the wait for Secrets Manager's answers; its client is made.
_FUNCTION = """
import json
from botocore.client import BaseClient
SECRETS = {"keys": {}, "door": {"door": "d"}, "database": {"username": "u", "password": "p"}}
BaseClient._make_api_call = lambda self, operation, arguments: {
    "SecretString": json.dumps(SECRETS[arguments["SecretId"]])
}
"""
_FIRST_REQUEST = """
event = {
    "version": "2.0", "rawPath": "/api/auth/session", "rawQueryString": "",
    "headers": {"host": "h", "x-pinhole-door": "d", "x-forwarded-proto": "https"},
    "requestContext": {"http": {"method": "GET", "path": "/api/auth/session",
                                "sourceIp": "203.0.113.7", "protocol": "HTTP/1.1"},
                       "domainName": "h", "stage": "$default"},
    "isBase64Encoded": False,
}
answer = api.handler(event, None)
assert answer["statusCode"] == 200, answer
"""
PROGRAMS = {
    "everything eagerly": _EAGERLY,
    "api and its first request": f"{_FUNCTION}\nfrom app.handlers import api\n{_FIRST_REQUEST}",
    "worker": f"{_FUNCTION}\nfrom app.handlers import worker",
    "sweep": f"{_FUNCTION}\nfrom app.handlers import sweep",
    "migrate": f"{_FUNCTION}\nfrom app.handlers import migrate",
}
_TELL = (
    "\nimport os, sys, time\nsys.stderr.write(f'\\nCPU {time.process_time()}\\n')\nos._exit(0)\n"
)
_ENVIRONMENT = {
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "k",
    "AWS_SECRET_ACCESS_KEY": "s",
    "DATABASE_HOST": "127.0.0.1",
    "DATABASE_NAME": "pinhole",
    "DATABASE_SECRET_ARN": "database",
    "DESCRIPTION_QUEUE_URL": "https://sqs/descriptions",
    "DOOR_SECRET_ARN": "door",
    "KEYS_SECRET_ARN": "keys",
    "PICTURE_BUCKET": "pictures",
    "PICTURE_QUEUE_URL": "https://sqs/pictures",
    "SITE_ORIGIN": "https://pictures.example.org",
    "USER_ROLE_ARN": "arn:aws:iam::123456789012:role/user",
}


def cpu_of(program: str) -> float:
    """Run a program inside the package; return the seconds of CPU that it took."""
    package = ROOT / "build" / MACHINE
    done = subprocess.run(
        [str(find_python()), "-B", "-c", program + _TELL],
        env={**_ENVIRONMENT, "PYTHONPATH": str(package), "PATH": os.defpath},
        cwd=package,
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line for line in done.stderr.splitlines() if line.startswith("CPU ")]
    if not told:
        raise RuntimeError(done.stderr)
    return float(told[-1].removeprefix("CPU "))


def main() -> None:
    """Print medians, and the ratio that counts."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    taken: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(rounds):
        for name, program in PROGRAMS.items():
            taken[name].append(cpu_of(program))
    medians = {name: statistics.median(values) for name, values in taken.items()}
    for name, seconds in medians.items():
        print(f"{name:28} {seconds * 1000:7.0f} ms of CPU")
    ratio = medians["api and its first request"] / medians["everything eagerly"]
    print(json.dumps({"ratio": round(ratio, 3), "at_most": 0.45, "rounds": rounds}))


if __name__ == "__main__":
    main()
