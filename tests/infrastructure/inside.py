"""Runs inside the functions' package, with the functions' Python: reads events, prints answers.

`python inside.py HANDLER`: one JSON event a line on standard input, one JSON answer a line on
standard output. Nothing of the test's own environment can be imported here.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import sys
from typing import Any

SECRETS = {
    "keys": {"session_key": "k", "openai_api_key": "", "openai_base_url": ""},
    "door": {"door": "the-door"},
    "database": json.loads(os.environ["TEST_DATABASE_SECRET"]),
}


class SecretsManager:
    """Answers as Secrets Manager does."""

    def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803 - boto3's
        """Return a secret."""
        return {"SecretString": json.dumps(SECRETS[SecretId])}


def add_probes(app: Any) -> None:
    """Add routes that show what the handler passes on, which none of the product's own does."""
    from flask import Response, request  # noqa: PLC0415 - in the package only

    from app.accounts.guards import public  # noqa: PLC0415

    def echo(rest: str = "") -> Response:
        told = {
            "rest": rest,
            "args": request.args.to_dict(flat=False),
            "cookies": request.cookies.to_dict(),
            "length": len(request.get_data()),
            "is_whole": request.get_data() == bytes(range(256)),
            "scheme": request.scheme,
        }
        answer = Response(json.dumps(told), mimetype="application/json")
        answer.set_cookie("one", "1")
        answer.set_cookie("two", "2")
        return answer

    def binary() -> Response:
        return Response(bytes(range(256)), mimetype="application/octet-stream")

    def nothing() -> Response:
        return Response(status=204)

    def broken() -> Response:
        raise RuntimeError("on purpose")

    for rule, view in (
        ("/api/probe/echo/<path:rest>", echo),
        ("/api/probe/binary", binary),
        ("/api/probe/nothing", nothing),
        ("/api/probe/broken", broken),
    ):
        app.add_url_rule(rule, view.__name__, public(view), methods=["GET", "PUT"])


def main() -> None:
    """Answer each event."""
    from app.handlers import surroundings  # noqa: PLC0415 - in the package only

    vars(surroundings)["_make_secrets_manager"] = lambda _region: SecretsManager()
    answers, sys.stdout = sys.stdout, io.StringIO()  # Zappa prints
    module = importlib.import_module(f"app.handlers.{sys.argv[1]}")
    if sys.argv[1] == "api":
        add_probes(module.app)
    for line in sys.stdin:
        try:
            answer = {"answer": module.handler(json.loads(line), None)}
        except Exception as error:  # noqa: BLE001 - the test is told
            answer = {"error": type(error).__name__}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
