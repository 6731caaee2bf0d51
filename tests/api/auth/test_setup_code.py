"""The first account of a site that others can reach takes a code, and nothing tells of it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx2
import pytest
from sqlalchemy import create_engine, text

from app.settings import MissingSettingsError, Settings, with_driver
from scripts.embedded.models import StandIn
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import PATIENCE, api_settings, new_network, running_api
from tests.support.databases import empty_database
from tests.support.users import PASSWORD, told, told_headers

CODE = "the-operators-own-code-of-43-characters-0000"
OPERATOR = "operator@example.org"
WRONG = (403, "setup_code_wrong")

Browsers = Callable[[], httpx2.Client]
Asked = dict[str, Any]


@pytest.fixture
def settings(stack: EmbeddedStack, model: StandIn) -> Iterator[dict[str, str]]:
    """Of a site in which nobody has an account, that takes in everybody."""
    with empty_database(stack) as url:
        yield api_settings(stack, model) | {"DATABASE_URL": url, "SETUP_CODE": CODE}


@pytest.fixture
def open_browser(settings: dict[str, str], stack: EmbeddedStack) -> Iterator[Browsers]:
    """Open browsers at that site, each in a network of its own."""
    with ExitStack() as opened:
        address = opened.enter_context(running_api(settings))

        def browser() -> httpx2.Client:
            headers = {"Origin": stack.site_origin, "X-Forwarded-For": new_network()}
            client = httpx2.Client(base_url=address, headers=headers, timeout=PATIENCE)
            return opened.enter_context(client)

        yield browser


def set_up(browser: httpx2.Client, code: str | None = CODE, **changed: str) -> httpx2.Response:
    body = {"email": OPERATOR, "password": PASSWORD} | changed
    return browser.post("/api/auth/first", json=body | ({} if code is None else {"code": code}))


def people(settings: dict[str, str]) -> list[tuple[str, bool]]:
    engine = create_engine(with_driver(settings["DATABASE_URL"]))
    with engine.connect() as rows:
        found = rows.execute(text("SELECT email, is_administrator FROM users")).all()
    engine.dispose()
    return [tuple(row) for row in found]


def what_strangers_see(open_browser: Browsers) -> list[Any]:
    """Every answer that might tell whether the code was used: status, body and headers."""
    answers = [
        (stranger := open_browser()).get("/api/auth/session"),
        set_up(stranger, None),
        set_up(stranger, ""),
        set_up(stranger, CODE[:-1]),
        set_up(stranger, "x" * 43, email="somebody@example.org"),
        set_up(stranger, CODE.upper(), password="short"),
        stranger.post("/api/auth/register", json={"email": "somebody@example.org"}),
        stranger.post("/api/auth/login", json={"email": OPERATOR, "password": "x" * 15}),
        stranger.get("/api/admin/people"),
        stranger.get("/api/health"),
    ]
    return [(each.status_code, told(each), sorted(told_headers(each).items())) for each in answers]


def test_nothing_outside_tells_whether_the_code_was_used(
    open_browser: Browsers, settings: dict[str, str]
) -> None:
    before = what_strangers_see(open_browser)
    made = set_up(open_browser())
    assert made.status_code == 201
    assert made.json()["user"]["is_administrator"] is True
    assert people(settings) == [(OPERATOR, True)]
    assert what_strangers_see(open_browser) == before


def test_a_used_code_is_worth_as_much_as_a_wrong_one(
    open_browser: Browsers, settings: dict[str, str]
) -> None:
    wrong = set_up(open_browser(), "x" * 43)
    assert (wrong.status_code, wrong.json()["code"]) == WRONG
    assert set_up(open_browser()).status_code == 201
    used = set_up(open_browser(), email="second@example.org")
    assert (used.status_code, told(used)) == (wrong.status_code, told(wrong))
    assert people(settings) == [(OPERATOR, True)]


def test_of_several_with_the_code_at_once_one_sets_up(
    open_browser: Browsers, settings: dict[str, str]
) -> None:
    browsers = [open_browser() for _ in range(4)]

    def come(number: int) -> int:
        return set_up(browsers[number], email=f"operator-{number}@example.org").status_code

    with ThreadPoolExecutor(4) as at_once:
        assert sorted(at_once.map(come, range(4))) == [201, 403, 403, 403]
    assert [is_administrator for _, is_administrator in people(settings)] == [True]


def test_guesses_are_slowed_down_and_hold_up_no_operator(open_browser: Browsers) -> None:
    guesser = open_browser()
    statuses = [set_up(guesser, f"guess-{n}").status_code for n in range(12)]
    assert statuses == [403] * 10 + [429] * 2
    # An operator in the same network has the right one.
    assert set_up(guesser).status_code == 201


def test_a_weak_password_leaves_the_code_as_it_is(open_browser: Browsers) -> None:
    operator = open_browser()
    weak = set_up(operator, password="passwordpassword")
    assert (weak.status_code, weak.json()["code"]) == (422, "weak_password")
    assert set_up(operator).status_code == 201


def test_whoever_joins_before_the_operator_administers_nothing(
    open_browser: Browsers, settings: dict[str, str]
) -> None:
    engine = create_engine(with_driver(settings["DATABASE_URL"]))
    with engine.begin() as rows:
        somebody = "INSERT INTO users (id, email, created_at) VALUES (gen_random_uuid(), :e, now())"
        rows.execute(text(somebody), {"e": "early@example.org"})
    engine.dispose()
    taken = set_up(open_browser(), email="early@example.org")
    assert (taken.status_code, taken.json()["code"]) == (409, "email_taken")
    assert set_up(open_browser()).status_code == 201
    assert sorted(people(settings)) == [("early@example.org", False), (OPERATOR, True)]


def test_without_a_code_no_site_starts_that_others_can_reach(stack: EmbeddedStack) -> None:
    settings = stack.environment("api")
    assert Settings.from_environment(settings).setup_code is None
    with pytest.raises(MissingSettingsError, match="SETUP_CODE"):
        Settings.from_environment(settings | {"SITE_ORIGIN": "https://pictures.example.org"})
