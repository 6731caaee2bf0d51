"""The API on AWS Lambda: Zappa's handler, for requests with CloudFront's origin secret only.

[Note: What Zappa would also do] Zappa's handler runs the code in an event's `raw_command`, calls
the function that its `command` names, and drops messages of unknown queues. It is therefore given
only HTTP requests in the format of HTTP API v2. Everything else is refused here.
"""

import hmac
import json
import logging
from collections.abc import Mapping
from typing import Any

# First, since others import Flask whole: docs/decisions/0052-cold-start-by-halves.md.
from app.lambda_handlers.lean_app import create_app

# isort: split
from app.clients.aws.lightweight import SecretsManager, SecurityTokenService
from app.clients.aws.secrets_manager import read_secret
from app.http.dependencies import build_parts
from app.lambda_handlers import start_collecting
from app.lambda_handlers.config import function_config
from app.lambda_handlers.import_stubs import later, without
from app.lambda_handlers.powertools import MetricsSink, observe_later
from app.lambda_handlers.shards import path_without_shard
from app.lambda_handlers.viewer_address import with_visitor_address
from app.observability.metrics import count, listen

DOOR_HEADER = "x-pinhole-door"

_known = function_config()
observe_later("api", level=_known.settings.log_level)
telling = MetricsSink("api")  # Lambda traces this function by itself: docs/decisions/0014
listen(telling)
_doors = read_secret(SecretsManager(_known.caller), _known.environment["DOOR_SECRET_ARN"])
# The one before is let in while a rotation (scripts/deployment/rotation.py) is under way.
_DOORS = [_doors[name].encode() for name in ("door", "door_before") if _doors.get(name)]
# Zappa finds it by its name, which ./scripts/build writes into the package's settings.
app = create_app(
    build_parts(_known.settings, sts=SecurityTokenService(_known.caller)), views="read later"
)

_NOT_SERVING = ("asyncio", "calendar", "durationpy", "shutil", "tarfile")
# It sets logging up anew, so after us; and names boto3 for what it does besides serving, which is
# never asked of it here.
with without("boto3", "botocore"), later(*_NOT_SERVING):
    from zappa.handler import lambda_handler as serve

logging.getLogger("zappa").setLevel(logging.WARNING)
start_collecting()


class NotAnHttpRequestError(Exception):
    """The event is no request that came through the HTTP API."""


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer one request.

    Raises:
        NotAnHttpRequestError: see [Note: What Zappa would also do].
    """
    _insist_on_http(event)
    if not _has_origin_secret(event):
        return _refusal()
    asked = {"headers": with_visitor_address(event), "rawPath": path_without_shard(event)}
    answer: dict[str, Any] = serve({**event, **asked}, context)
    if answer.get("cookies"):  # Zappa says each of them twice
        answer["cookies"] = list(dict.fromkeys(answer["cookies"]))
    answer["body"] = answer.get("body") or ""  # Zappa says nothing at all of an empty one
    if answer["statusCode"] >= 500:  # noqa: PLR2004 - HTTP's own
        count("ServerErrors")
    telling.flush()
    return answer


def _insist_on_http(event: Mapping[str, Any]) -> None:
    request = event.get("requestContext")
    if (
        event.get("version") != "2.0"
        or not isinstance(request, Mapping)
        or not isinstance(request.get("http"), Mapping)
        or not isinstance(event.get("headers"), Mapping)
        or {"command", "raw_command", "manage", "Records", "httpMethod"} & event.keys()
    ):
        raise NotAnHttpRequestError("only requests of HTTP API v2 are served")


def _has_origin_secret(event: Mapping[str, Any]) -> bool:
    shown = str(event["headers"].get(DOOR_HEADER, "")).encode()
    return any([hmac.compare_digest(shown, door) for door in _DOORS])  # noqa: C419 - all, always


def _refusal() -> dict[str, Any]:
    problem = {
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
        "code": "not_through_the_site",
        "detail": "Use the site's own address.",
    }
    return {
        "statusCode": 403,
        "headers": {"content-type": "application/problem+json", "cache-control": "no-store"},
        "body": json.dumps(problem),
        "isBase64Encoded": False,
    }
