"""Runs inside the functions' package, with the functions' Python: reads events, prints answers.

`python run_in_package.py HANDLER`: one JSON event a line on standard input, one JSON answer a line
on standard output. Nothing of the test's own environment can be imported here.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any


class Context:
    """What Lambda tells of a call."""

    def __init__(self, event: Any) -> None:
        self._milliseconds = int(event.get("test_remaining_milliseconds", 200_000))

    def get_remaining_time_in_millis(self) -> int:
        """Say that there is time, or what the test says."""
        return self._milliseconds


def add_probes(app: Any) -> None:
    """Add routes that show what the handler passes on, which none of the product's own does."""
    from flask import Response, request  # noqa: PLC0415 - in the package only
    from sqlalchemy import text  # noqa: PLC0415

    from app.accounts.sessions.guards import public  # noqa: PLC0415
    from app.database import db  # noqa: PLC0415

    def echo(rest: str = "") -> Response:
        told = {
            "rest": rest,
            "args": request.args.to_dict(flat=False),
            "cookies": request.cookies.to_dict(),
            "length": len(request.get_data()),
            "is_whole": request.get_data() == bytes(range(256)),
            "scheme": request.scheme,
            "visitor": request.remote_addr,
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

    def refused() -> Response:
        words = {"words": request.args["words"]}
        db.session.execute(text("SELECT CAST(:words AS integer)"), words)
        return Response(status=204)

    for rule, view in (
        ("/api/probe/echo/<path:rest>", echo),
        ("/api/probe/binary", binary),
        ("/api/probe/nothing", nothing),
        ("/api/probe/broken", broken),
        ("/api/probe/refused", refused),
    ):
        app.add_url_rule(rule, view.__name__, public(view), methods=["GET", "PUT"])


def main() -> None:
    """Answer each event."""
    answers, sys.stdout = sys.stdout, sys.stderr  # for the log, and what Zappa prints
    module = importlib.import_module(f"app.lambda_handlers.{sys.argv[1]}")
    if sys.argv[1] == "api":
        add_probes(module.app)
    for line in sys.stdin:
        if line.strip() == '"modules"':
            answers.write(json.dumps({"answer": sorted(sys.modules)}) + "\n")
            answers.flush()
            continue
        try:
            event = json.loads(line)
            answer = {"answer": module.handler(event, Context(event))}
        except Exception as error:  # noqa: BLE001 - the test is told
            answer = {"error": type(error).__name__}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
