"""What every answer has in common (THREATS 30, 34), and bad input of every kind."""

import http.client
import json
import select
import socket
from contextlib import closing

import httpx2
import pytest
from flask.testing import FlaskClient

from app.api.app import create_app
from app.http.dependencies import build_parts
from app.settings import Settings
from scripts.embedded.stack import EmbeddedStack
from tests.support.api_operations import WRITES, with_some_id
from tests.support.users import PASSWORD, Person

FROM_ELSEWHERE: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:9999"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "null"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost:8000.evil.example"},
    {"Origin": "http://localhost:8000", "Sec-Fetch-Site": "cross-site"},
    {},
]


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_writes_from_elsewhere_are_refused(ada: Person, method: str, path: str) -> None:
    cookie = {"Cookie": f"session={ada.http.cookies['session']}"}
    for headers in FROM_ELSEWHERE:
        answer = httpx2.request(
            method,
            f"{ada.http.base_url}".rstrip("/") + with_some_id(path),
            headers=headers | cookie | {"Content-Type": "application/json"},
            content=json.dumps({"email": ada.email, "password": PASSWORD}),
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_site"), headers
        assert "set-cookie" not in answer.headers
    assert ada.http.get("/api/auth/session").json()["user"] is not None


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
def test_bodies_are_json_only(ada: Person, method: str, path: str, content_type: str) -> None:
    answer = ada.http.request(
        method,
        with_some_id(path),
        headers={"Content-Type": content_type},
        content=b'{"email":"a","password":"b"}',
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "not_json")


@pytest.mark.parametrize(
    "path",
    ["/api/health", "/api/auth/session", "/api/images", "/api/nothing", "/api/docs", "/api"],
)
def test_every_answer_carries_the_headers(visitor: httpx2.Client, path: str) -> None:
    headers = visitor.get(path).headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "private, no-store"
    assert "Cookie" in headers["vary"]
    assert "server" not in headers or "/" not in headers["server"]


def test_errors_carry_the_headers_too(visitor: httpx2.Client) -> None:
    refused = visitor.post("/api/auth/login", json={})
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert "frame-ancestors 'none'" in refused.headers["content-security-policy"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"NaN",
        b'{"email": NaN}',
        b"\xff\xfe",
        b'{"email":"\\ud800","password":"\\udfff"}',
        b"[" * 100_000,
        b'{"a":' * 5_000,
        b'{"email":"a@example.org","password":"' + b"x" * 2_000 + b'"}',
    ],
)
@pytest.mark.parametrize("path", ["/api/auth/login", "/api/auth/first", "/api/images"])
def test_bad_bodies_get_a_clear_refusal(ada: Person, path: str, body: bytes) -> None:
    answer = ada.http.post(path, headers={"Content-Type": "application/json"}, content=body)
    assert answer.status_code in {400, 422}
    assert answer.json()["code"] in {"bad_request", "validation_failed"}


def test_huge_bodies_are_refused_unread(ada: Person) -> None:
    body = b'{"images":[' + b" " * 2_000_000 + b"]}"
    answer = ada.http.post(
        "/api/images", headers={"Content-Type": "application/json"}, content=body
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_other_methods_are_refused(ada: Person, method: str) -> None:
    answer = ada.http.request(method, "/api/images")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    "path",
    ["/api/images/me.css", "/api/images%2fx.js", "/api/images;x.jpg", "/api/../api/x", "/api/%00"],
)
def test_unknown_addresses_below_the_api_are_json(ada: Person, path: str) -> None:
    answer = ada.http.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["cache-control"] == "private, no-store"


def test_the_documentation_loads_nothing_from_elsewhere(visitor: httpx2.Client) -> None:
    page = visitor.get("/api/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert "://" not in page.text.replace("http://www.w3.org", "")
    assert "/api/images/{image_id}/original" in page.text
    style = visitor.get("/api/docs.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "url(" not in style.text


@pytest.fixture(scope="module")
def over_https(stack: EmbeddedStack) -> FlaskClient:
    environment = stack.environment("api") | {
        "SITE_ORIGIN": "https://pictures.example.org",
        "SETUP_CODE": "a code that only the operator knows",
    }
    return create_app(build_parts(Settings.from_environment(environment))).test_client()


@pytest.mark.usefixtures("site")
def test_over_https_the_cookie_belongs_to_this_host_alone(
    over_https: FlaskClient, ada: Person
) -> None:
    body = {"email": ada.email, "password": PASSWORD}
    origin = {"Origin": "https://pictures.example.org"}
    answer = over_https.post("/api/auth/login", json=body, headers=origin)
    name, _, rest = answer.headers["Set-Cookie"].partition("=")
    parts = {part.strip().lower() for part in rest.split(";")[1:]}
    assert name == "__Host-session"
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= parts
    assert not any(part.startswith("domain") for part in parts)
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000"


def test_a_body_that_nobody_reads_does_not_cut_off_the_answer(visitor: httpx2.Client) -> None:
    """What closes with bytes unread resets the connection, and the rest of the answer with it."""
    for _ in range(20):
        with closing(_slow_connection(visitor)) as connection:
            connection.sendall(
                b"GET /api/openapi.json HTTP/1.1\r\nHost: %b\r\nContent-Length: 1000\r\n\r\n"
                % visitor.base_url.netloc
            )
            select.select([connection], [], [], 0.05)  # an answer may be on its way already
            connection.sendall(bytes(1000))
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            assert json.loads(answer.read())["openapi"]


def _slow_connection(visitor: httpx2.Client) -> socket.socket:
    """A connection that takes little at a time."""
    connection = socket.socket()
    connection.settimeout(10)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((visitor.base_url.host, visitor.base_url.port))
    return connection
