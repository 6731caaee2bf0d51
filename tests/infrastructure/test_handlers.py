"""The API's and the worker's handlers, inside the package, with the events that AWS sends."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from app.cli.migrate import migrate
from scripts.embedded.stack import EmbeddedStack
from tests.infrastructure.conftest import MACHINE
from tests.infrastructure.events import DOOR, queue_record, request
from tests.infrastructure.inside import Inside


@pytest.fixture(scope="module", autouse=True)
def _migrated(stack: EmbeddedStack) -> None:
    """The functions are a role that has no rights before the first migration."""
    migrate(stack.database_url)


@pytest.fixture(scope="module")
def api(
    packages: dict[str, Path], stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Inside]:
    folder = tmp_path_factory.mktemp("api")
    inside = Inside("api", package=packages[MACHINE], stack=stack, folder=folder)
    yield inside
    inside.end()


@pytest.fixture(scope="module")
def worker(
    packages: dict[str, Path], stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Inside]:
    folder = tmp_path_factory.mktemp("worker")
    inside = Inside("worker", package=packages[MACHINE], stack=stack, folder=folder)
    yield inside
    inside.end()


def answer(api: Inside, event: dict[str, Any]) -> dict[str, Any]:
    told = api.tell(event)
    assert "answer" in told, told
    return dict(told["answer"])


def body_of(told: dict[str, Any]) -> Any:
    """Return the JSON of an answer; Zappa sends problem+json as bytes, which comes out the same."""
    body = told["body"]
    return json.loads(base64.b64decode(body) if told["isBase64Encoded"] else body)


# Whoever needs one of these imports it where it is used: each costs every cold start 30 to 400 ms.
HEAVY = {
    "alembic", "argon2", "asyncio", "authlib", "aws_xray_sdk", "boto3", "botocore",
    "click", "cryptography", "difflib", "email_validator", "httpx2", "jinja2",
    "joserfc", "openai", "PIL", "pillow_heif", "pyotp", "pyvips", "s3transfer",
    "segno", "urllib3", "webauthn", "zxcvbn",
}  # fmt: skip


# Parts that app/lambda_handlers/lean_app.py has imported when they are used, and what is imported
# for a line of the log, a bearer's token, a change: see docs/decisions/0052.
NOT_YET = {
    "app.accounts.sessions.api_tokens", "app.accounts.models.users", "app.accounts.models.records",
    "app.accounts.sessions.store", "aws_lambda_powertools", "flask.cli", "flask.templating",
    "importlib.metadata", "werkzeug.formparser", "werkzeug.sansio.multipart", "werkzeug.serving",
    "sqlalchemy.dialects.postgresql.asyncpg", "sqlalchemy.dialects.postgresql.pg8000",
    "sqlalchemy.dialects.postgresql.psycopg", "urllib.request",
    "app.clients.aws.multipart_uploads", "app.clients.openid.client", "durationpy", "itsdangerous",
    "mimetypes",
}  # fmt: skip


def test_the_first_request_reads_nothing_heavy(api: Inside) -> None:
    told = answer(api, request(path="/api/health", cookies=["__Host-session=nobody"]))
    assert json.loads(told["body"]) == {"status": "ok"}
    assert {name.partition(".")[0] for name in api.tell("modules")["answer"]} & HEAVY == set()


def test_who_is_here_is_asked_with_next_to_nothing(
    packages: dict[str, Path], stack: EmbeddedStack, tmp_path: Path
) -> None:
    api = Inside("api", package=packages[MACHINE], stack=stack, folder=tmp_path)
    try:
        answer(api, request(path="/api/auth/session", cookies=["__Host-session=nobody"]))
        read = set(api.tell("modules")["answer"])
    finally:
        api.end()
    assert "app.accounts.sign_in.session_routes" in read
    assert read & NOT_YET == set()
    assert {name.partition(".")[0] for name in read} & (HEAVY | {"pydantic"}) == set()
    others = {name for name in read if name.startswith(("app.images", "app.admin", "app.library"))}
    schemas = {name for name in read if name.startswith("app.") and name.endswith("schemas")}
    routes = {name for name in read if name.startswith("app.") and name.endswith("routes")}
    assert (others, schemas) == (set(), set())
    assert routes == {"app.accounts.sign_in.session_routes", "app.http.lazy_routes"}


def test_documentation_is_made_from_what_was_not_read_yet(api: Inside) -> None:
    document = json.loads(answer(api, request(path="/api/openapi.json"))["body"])
    assert "/api/images/{image_id}" in document["paths"]
    page = answer(api, request(path="/api/docs"))
    assert page["statusCode"] == 200
    assert "Who is signed in" in page["body"]


def test_cookies_come_in_and_go_out_once(api: Inside) -> None:
    told = answer(api, request(path="/api/probe/echo/x", cookies=["a=1", "b=two"]))
    assert json.loads(told["body"])["cookies"] == {"a": "1", "b": "two"}
    assert [cookie.partition("=")[0] for cookie in told["cookies"]] == ["one", "two"]
    assert "set-cookie" not in {name.lower() for name in told["headers"]}


def test_a_query_may_name_a_thing_twice(api: Inside) -> None:
    told = answer(api, request(path="/api/probe/echo/x", query="q=1&q=2&x=a%2Cb%20c"))
    assert json.loads(told["body"])["args"] == {"q": ["1", "2"], "x": ["a,b c"]}


def test_a_path_may_hold_any_letters(api: Inside) -> None:
    told = answer(api, request(path="/api/probe/echo/h\u00e9llo w\u00f6rld/\u65e5\u672c"))
    assert json.loads(told["body"])["rest"] == "h\u00e9llo w\u00f6rld/\u65e5\u672c"


def test_the_shard_of_a_request_changes_nothing_of_its_answer(api: Inside) -> None:
    asked = [f"{shard}/api/probe/echo/x%2Fy" for shard in ("", "/shard-7")]
    plain, sharded = (answer(api, request(path=path)) for path in asked)
    assert (sharded["statusCode"], sharded["body"]) == (plain["statusCode"], plain["body"])
    assert plain["statusCode"] == 200
    # Only one is taken off: a path of that form is nothing of the API's.
    twice = answer(api, request(path="/shard-7/shard-7/api/probe/echo/x"))
    assert twice["statusCode"] == 404


def test_bytes_come_in_whole(api: Inside) -> None:
    event = request(
        "PUT",
        "/api/probe/echo/x",
        headers={
            "content-type": "application/json",
            "origin": "https://pictures.example.org",
            "content-length": "256",
        },
        body=bytes(range(256)),
    )
    told = json.loads(answer(api, event)["body"])
    assert told["length"] == 256
    assert told["is_whole"]


def test_bytes_go_out_whole(api: Inside) -> None:
    told = answer(api, request(path="/api/probe/binary"))
    assert told["isBase64Encoded"] is True
    assert base64.b64decode(told["body"]) == bytes(range(256))


def test_the_site_is_https(api: Inside) -> None:
    assert json.loads(answer(api, request(path="/api/probe/echo/x"))["body"])["scheme"] == "https"


@pytest.mark.parametrize(
    ("told", "visitor"),
    [
        # What CloudFront saw stands before what the HTTP API saw, which is CloudFront.
        ("198.51.100.4, 203.0.113.7", "198.51.100.4"),
        ("6.6.6.6, 198.51.100.4, 203.0.113.7", "198.51.100.4"),
        ("2001:db8::4, 203.0.113.7", "2001:db8::4"),
        # Had the HTTP API not added its own, a visitor could choose who they are.
        ("6.6.6.6, 198.51.100.4", "198.51.100.4"),
        ("203.0.113.7, 198.51.100.4", "198.51.100.4"),
        ("198.51.100.4", "198.51.100.4"),
    ],
)
def test_nobody_chooses_their_own_address(api: Inside, told: str, visitor: str) -> None:
    event = request(path="/api/probe/echo/x", headers={"x-forwarded-for": told})
    assert json.loads(answer(api, event)["body"])["visitor"] == visitor


@pytest.mark.parametrize(
    "forged",
    [
        "6.6.6.6",
        "6.6.6.6, 203.0.113.7",
        "6.6.6.6, 7.7.7.7, 8.8.8.8",
        "",
    ],
)
def test_what_cloudfront_says_of_its_viewer_is_the_address_whatever_else_is_said(
    api: Inside, forged: str
) -> None:
    headers = {
        "x-pinhole-viewer-address": "198.51.100.4",
        "x-forwarded-for": forged,
        "cloudfront-viewer-address": "6.6.6.6:443",
        "forwarded": "for=6.6.6.6",
        "x-real-ip": "6.6.6.6",
    }
    told = json.loads(answer(api, request(path="/api/probe/echo/x", headers=headers))["body"])
    assert told["visitor"] == "198.51.100.4"


def test_head_has_headers_and_no_body(api: Inside) -> None:
    told = answer(api, request("HEAD", "/api/probe/binary"))
    assert told["statusCode"] == 200
    assert not told.get("body")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"a=1"),
        ("multipart/form-data; boundary=x", b'--x\r\ncontent-disposition: form-data; name="a"\r\n'),
    ],
)
def test_a_form_is_refused_as_on_one_machine(api: Inside, kind: str, body: bytes) -> None:
    headers = {
        "content-type": kind,
        "origin": "https://pictures.example.org",
        "content-length": str(len(body)),
    }
    told = answer(api, request("PUT", "/api/probe/echo/x", headers=headers, body=body))
    assert told["statusCode"] == 415
    assert body_of(told)["code"] == "not_json"


def test_a_bearer_is_looked_up_after_a_lean_start(api: Inside) -> None:
    headers = {"authorization": "Bearer pinhole_nobody"}
    told = answer(api, request(path="/api/images", headers=headers))
    assert told["statusCode"] == 401
    assert told["headers"]["WWW-Authenticate"].startswith("Bearer")


def test_nothing_is_204(api: Inside) -> None:
    told = answer(api, request(path="/api/probe/nothing"))
    assert told["statusCode"] == 204
    assert not told.get("body")


def test_what_breaks_is_a_problem_and_says_nothing(api: Inside) -> None:
    told = answer(api, request(path="/api/probe/broken"))
    assert told["statusCode"] == 500
    assert body_of(told)["code"]
    assert "on purpose" not in json.dumps(body_of(told))
    assert told["headers"]["Content-Type"] == "application/problem+json"


def test_the_log_holds_no_words_of_the_database(api: Inside) -> None:
    told = answer(api, request(path="/api/probe/refused", query="words=what%20Ada%20wrote"))
    assert told["statusCode"] == 500
    (line,) = [line for line in api.log.read_text().splitlines() if "/api/probe/refused" in line]
    assert json.loads(line)["exception"].endswith("DataError: SQLSTATE 22P02")
    assert "what Ada wrote" not in api.log.read_text()


def test_what_is_unknown_is_a_problem(api: Inside) -> None:
    told = answer(api, request(path="/api/nothing/here"))
    assert told["statusCode"] == 404
    assert body_of(told)["code"] == "not_found"


@pytest.mark.parametrize("door", [None, "", "the-doo", "the-door "])
def test_what_did_not_come_through_cloudfront_is_refused(api: Inside, door: str | None) -> None:
    told = answer(api, request(path="/api/probe/echo/x", door=door))
    assert told["statusCode"] == 403
    assert json.loads(told["body"])["code"] == "not_through_the_site"


def test_both_doors_are_open_while_one_takes_the_others_place(
    packages: dict[str, Path], stack: EmbeddedStack, tmp_path: Path
) -> None:
    before = "the-door-before"
    api = Inside("api", package=packages[MACHINE], stack=stack, folder=tmp_path, door_before=before)
    try:
        tried = {
            door: answer(api, request(path="/api/health", door=door))["statusCode"]
            for door in (DOOR, before, "another", f"{DOOR}{before}", "")
        }
    finally:
        api.end()
    assert tried == {DOOR: 200, before: 200, "another": 403, f"{DOOR}{before}": 403, "": 403}


def test_a_door_that_is_no_more_is_closed(api: Inside) -> None:
    assert answer(api, request(path="/api/health", door="the-door-before"))["statusCode"] == 403


V1 = {
    "resource": "/{proxy+}",
    "path": "/api/health",
    "httpMethod": "GET",
    "headers": {"X-Pinhole-Door": "the-door"},
    "requestContext": {"stage": "prod", "identity": {"sourceIp": "203.0.113.7"}},
}


@pytest.mark.parametrize(
    "event",
    [
        {"raw_command": "print(1)"},
        {"command": "app.cli.migrate.migrate"},
        {"manage": "shell"},
        {"Records": [queue_record("{}", queue="jobs")]},
        V1,
        {**V1, "version": "1.0"},
        {},
        {**request(), "raw_command": "print(1)"},
        {**request(), "command": "app.cli.migrate.migrate"},
        {**request(), "Records": [queue_record("{}", queue="jobs")]},
        {**request(), "version": "1.0"},
        {"version": "2.0", "requestContext": {}, "headers": {}},
        {"version": "2.0", "requestContext": {"http": {}}},
    ],
)
def test_nothing_but_http_requests_is_served(api: Inside, event: dict[str, Any]) -> None:
    assert api.tell(event) == {"error": "NotAnHttpRequestError"}


def as_owner(stack: EmbeddedStack, statement: str) -> None:
    with closing(psycopg2.connect(stack.database_url)) as connection, connection:
        connection.cursor().execute(statement)


def test_only_failed_messages_come_back(worker: Inside, stack: EmbeddedStack) -> None:
    bucket = stack.environment("worker")["PICTURE_BUCKET"]
    # A picture that nobody promised: the table that tells may not be read, so the task fails.
    key = f"users/{'a' * 32}/{'b' * 32}/original"
    stored = {
        "Records": [
            {
                "eventName": "ObjectCreated:Put",
                "s3": {"bucket": {"name": bucket}, "object": {"key": key}},
            }
        ]
    }
    event = {
        "Records": [
            queue_record("no JSON", queue="pinhole-pictures", message_id="dropped"),
            queue_record(json.dumps(stored), queue="pinhole-pictures", message_id="failed"),
            queue_record('{"task":"other"}', queue="pinhole-pictures", message_id="unknown"),
        ]
    }
    as_owner(stack, "ALTER TABLE images RENAME TO images_away")
    try:
        told = worker.tell(event)
    finally:
        as_owner(stack, "ALTER TABLE images_away RENAME TO images")
    assert told == {"answer": {"batchItemFailures": [{"itemIdentifier": "failed"}]}}
