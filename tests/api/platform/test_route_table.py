"""The routes that Lambda takes from a table are those that the decorators say."""

from __future__ import annotations

import pytest
from flask import Flask

from app.api.app import create_app
from app.api.openapi import openapi_document
from app.http.dependencies import build_parts
from app.http.lazy_routes import view_itself
from app.settings import Settings
from scripts.embedded.stack import EmbeddedStack

Route = tuple[str, frozenset[str], object]


@pytest.fixture(scope="module")
def settings(stack: EmbeddedStack) -> Settings:
    return Settings.from_environment(stack.environment("api"))


@pytest.fixture(scope="module")
def imported(settings: Settings) -> Flask:
    return create_app(build_parts(settings))


@pytest.fixture(scope="module")
def read_later(settings: Settings) -> Flask:
    return create_app(build_parts(settings), views="read later")


def routes_of(app: Flask) -> set[Route]:
    return {
        (rule.rule, frozenset(rule.methods or ()), view_itself(app.view_functions[rule.endpoint]))
        for rule in app.url_map.iter_rules()
    }


def test_the_table_says_what_the_decorators_say(imported: Flask, read_later: Flask) -> None:
    assert routes_of(read_later) == routes_of(imported)
    assert len(routes_of(imported)) > 60


def test_the_document_is_the_same_by_either_way(imported: Flask, read_later: Flask) -> None:
    with imported.app_context():
        document = openapi_document(imported)
    with read_later.app_context():
        assert openapi_document(read_later) == document


@pytest.mark.usefixtures("database")  # migrated: until then the role may not ask it
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/health", 200),
        ("GET", "/api/docs", 200),
        ("GET", "/api/account/sessions", 401),
        ("GET", "/api/images/00000000-0000-4000-8000-000000000000", 401),
        ("GET", "/api/images/no-id", 404),
        ("PUT", "/api/health", 403),
        ("OPTIONS", "/api/health", 200),
    ],
)
def test_both_answer_alike(
    imported: Flask, read_later: Flask, method: str, path: str, status: int
) -> None:
    answers = [app.test_client().open(path, method=method) for app in (imported, read_later)]
    assert [each.status_code for each in answers] == [status, status]
    names = [answer.headers.pop("X-Request-Id") for answer in answers]
    for answer in answers:
        answer.headers.pop("Date", None)  # they may answer in two seconds
    assert answers[0].headers == answers[1].headers
    bodies = [
        answer.data.replace(name.encode(), b"") for answer, name in zip(answers, names, strict=True)
    ]
    assert bodies[0] == bodies[1]
