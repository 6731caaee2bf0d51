"""Odd input at every operation: whatever comes is answered, and never by an error of ours.

Made from the API's document, so that an operation that is added is tried without being asked.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine, text

from tests.api.conftest import new_network
from tests.support.api_operations import OPERATIONS, Operation, with_some_id
from tests.support.users import Json, Person

_DOCUMENT: Json = json.loads((Path(__file__).parents[3] / "docs/openapi.json").read_text())
_FIRST_ERROR_OF_OURS = 500
# Ends what the test is signed in with.
_NOT_TRIED = {("POST", "/api/auth/logout")}

ODD_VALUES = [
    *("null", "true", "false", "0", "-1", "1e400", "1.5", "9" * 30, "[]", "{}", '[[[[""]]]]'),
    *('""', '" "', r'"\u0000"', r'"a\u0000b@example.org"', r'"\ud800"', r'"\udfff\ud800"'),
    *('"\U0001f600"', r'"\u202egnp"', r'"\u2028"', r'"../../etc/passwd"', r'"\r\nBcc: a@b.org"'),
    json.dumps("\u0958" * 100),  # twice as long in NFC
    json.dumps("ﬃİ" * 60 + "@example.org"),
    json.dumps("é" * 5000),
]
ODD_BODIES = [
    *("", "nul", "null", "[]", '"text"', "1", "{" * 3000),
    *('{"a": 1, "a": 2}', '{"\\u0000": 1}'),
]
# What a passkey signed: {"challenge": …} of other kinds, and no JSON.
ODD_CREDENTIALS = [
    *("{}", '{"id": 1}', '{"id": "é"}', '{"id": "AA", "response": []}', '{"response": "text"}'),
    *(f'{{"response": {{"clientDataJSON": {value}}}}}' for value in ODD_VALUES),
    *(
        json.dumps({"id": "AA", "rawId": "AA", "response": {"clientDataJSON": text}})
        for text in ("W10", "IngI", "e30", "eyJjaGFsbGVuZ2UiOiAxfQ")
    ),
]
ODD_TEXTS = ["", " ", "\x7f", "é", "%00", "%ff", "\t", '"', "'; --", "x" * 4000, "\ufeff", "=;,"]


def fields_of(operation: Operation) -> list[str]:
    method, path = operation
    content = _DOCUMENT["paths"][path][method.lower()].get("requestBody", {}).get("content", {})
    if not content:
        return []
    name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return list(_DOCUMENT["components"]["schemas"][name].get("properties", {}))


WITH_BODIES = [operation for operation in OPERATIONS if fields_of(operation)]


@pytest.fixture
def somebody(ada: Person, database: Engine) -> Iterator[Person]:
    """An administrator, whom nothing limits."""
    with database.begin() as connection:
        query = text("UPDATE users SET is_administrator = true WHERE email = :email")
        connection.execute(query, {"email": ada.email})
    ada.http.headers["Content-Type"] = "application/json"
    yield ada
    with database.begin() as connection:
        query = text("UPDATE users SET is_administrator = false WHERE email = :email")
        connection.execute(query, {"email": ada.email})


@pytest.mark.parametrize("operation", WITH_BODIES, ids=" ".join)
def test_odd_bodies_are_answered(somebody: Person, database: Engine, operation: Operation) -> None:
    method, path = operation
    usual = dict.fromkeys(fields_of(operation), '"seven quiet lanterns"')
    bodies = list(ODD_BODIES)
    for name in usual:
        odd = ODD_CREDENTIALS + ODD_VALUES if name == "credential" else ODD_VALUES
        bodies += [_object(usual | {name: value}) for value in odd]
    wrong = []
    for body in bodies:
        _forget_limits(database)
        answer = somebody.http.request(method, with_some_id(path), content=body.encode())
        if answer.status_code >= _FIRST_ERROR_OF_OURS:
            wrong.append((body[:100], answer.status_code))
    assert not wrong


@pytest.mark.parametrize("operation", sorted(set(OPERATIONS) - _NOT_TRIED), ids=" ".join)
def test_odd_paths_and_queries_are_answered(somebody: Person, operation: Operation) -> None:
    method, path = operation
    names = [
        each["name"] for each in _DOCUMENT["paths"][path][method.lower()].get("parameters", [])
    ]
    names += ["cursor", "limit", "state", "code", "iss", "error"]
    wrong = []
    for odd in ("%00", "%ff%fe", "%ED%A0%80", "9" * 30, "-1", "", "%0d%0aa:b", "a" * 3000, "[]"):
        query = "&".join(f"{name}={odd}" for name in names)
        for address in (f"{with_some_id(path)}?{query}", _filled(path, odd)):
            answer = somebody.http.request(method, address, content=b"{}")
            if answer.status_code >= _FIRST_ERROR_OF_OURS:
                wrong.append((address[:100], answer.status_code))
    assert not wrong


@pytest.mark.parametrize("header", ["Cookie", "Authorization", "User-Agent", "X-Forwarded-For"])
def test_odd_headers_are_answered(new_visitor: Callable[[], httpx2.Client], header: str) -> None:
    cookies = ("session", "device", "pending", "openid", "link", "challenge")
    wrong = []
    for odd in ODD_TEXTS:
        for method, path, body in (
            ("GET", "/api/auth/session", None),
            ("GET", "/api/images", None),
            ("GET", "/api/auth/openid/waiting", None),
            ("POST", "/api/auth/second-factor", {"code": "123456"}),
            ("POST", "/api/auth/login", {"email": "nobody@example.org", "password": "x"}),
            ("POST", "/api/auth/passkey/options", {}),
        ):
            visitor = new_visitor()
            visitor.headers["X-Forwarded-For"] = new_network()
            value = {
                "Cookie": "; ".join(f"{name}={odd}" for name in cookies),
                "Authorization": f"Bearer {odd}",
            }.get(header, odd)
            headers: Any = {header: value.encode()}
            try:
                answer = visitor.request(method, path, json=body, headers=headers)
            except (httpx2.LocalProtocolError, httpx2.RemoteProtocolError):
                continue  # no header may hold this
            if answer.status_code >= _FIRST_ERROR_OF_OURS:
                wrong.append((odd, path, answer.status_code))
    assert not wrong


def _object(members: dict[str, str]) -> str:
    return "{" + ", ".join(f'"{name}": {value}' for name, value in members.items()) + "}"


def _filled(path: str, odd: str) -> str:
    before, brace, after = path.partition("{")
    return before + (odd or "-") + _filled(after.partition("}")[2], odd) if brace else path


def _forget_limits(database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(text("DELETE FROM rate_limits"))
