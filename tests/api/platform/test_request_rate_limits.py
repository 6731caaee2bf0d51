"""One caller does not use up what is everybody's (docs/decisions/0040)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx2
import pytest

from scripts.embedded.models import StandIn
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import PATIENCE, api_settings, new_network, running_api
from tests.support.users import PASSWORD, Person

PER_SECOND = 2
# Ten seconds' worth are saved up, and each process gives out one batch of ten for nothing.
SAVED_UP, BATCH = 10 * PER_SECOND, 10


@pytest.fixture(scope="module")
def addresses(stack: EmbeddedStack, model: StandIn, site: str) -> Iterator[list[str]]:
    """Two processes of an API that lets nobody ask more often."""
    assert site  # migrated
    settings = api_settings(stack, model) | {"REQUESTS_PER_SECOND": str(PER_SECOND)}
    with ExitStack() as running:
        yield [running.enter_context(running_api(settings)) for _ in range(2)]


def browser_of(person: Person, address: str) -> httpx2.Client:
    """The person's browser at another process."""
    headers = {"Origin": person.http.headers["Origin"], "X-Forwarded-For": new_network()}
    cookies = {"session": person.http.cookies["session"]}
    return httpx2.Client(base_url=address, headers=headers, cookies=cookies, timeout=PATIENCE)


def ask(client: httpx2.Client, path: str, times: int) -> list[httpx2.Response]:
    return [client.get(path) for _ in range(times)]


def test_a_person_is_counted_by_all_processes_and_holds_up_nobody_else(
    addresses: list[str], ada: Person, bob: Person
) -> None:
    with ExitStack() as opened, ThreadPoolExecutor(2) as at_once:
        clients = [opened.enter_context(browser_of(ada, address)) for address in addresses]
        asked = at_once.map(lambda each: ask(each, "/api/images", 60), clients)
        answers = [answer for each in asked for answer in each]
    served = [each for each in answers if each.status_code == 200]
    refused = [each for each in answers if each.status_code == 429]
    assert len(served) + len(refused) == len(answers)
    # What grew again meanwhile is bounded by how long it took.
    took = sum((each.elapsed.total_seconds() for each in answers), 0.0)
    assert len(served) <= SAVED_UP + 3 * BATCH + PER_SECOND * took
    assert refused
    assert int(refused[0].headers["Retry-After"]) >= 1
    assert refused[0].headers["Content-Type"] == "application/problem+json"
    assert refused[0].json()["code"] == "too_many_requests"
    with browser_of(bob, addresses[0]) as other:
        assert other.get("/api/images").status_code == 200


def not_by_token(client: httpx2.Client) -> httpx2.Response:
    return client.get("/api/account/security")


def too_small(client: httpx2.Client) -> httpx2.Response:
    return client.post("/api/images", json={"images": []})


@pytest.mark.parametrize("asked", [not_by_token, too_small])
def test_script_that_is_refused_is_counted(
    addresses: list[str], ada: Person, asked: Callable[[httpx2.Client], httpx2.Response]
) -> None:
    wanted = {"name": "reads", "scope": "read", "days": 5}
    token = ada.http.post("/api/account/tokens", json=wanted).json()["token"]
    headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": new_network()}
    with httpx2.Client(base_url=addresses[0], headers=headers, timeout=PATIENCE) as script:
        statuses = {asked(script).status_code for _ in range(80)}
    assert statuses == {403, 429}


def test_a_token_that_leaked_leaves_its_owner_the_requests_to_remove_it(
    addresses: list[str], ada: Person
) -> None:
    wanted = {"name": "reads", "scope": "read", "days": 5}
    made = ada.http.post("/api/account/tokens", json=wanted).json()
    headers = {"Authorization": f"Bearer {made['token']}", "X-Forwarded-For": new_network()}
    with httpx2.Client(base_url=addresses[0], headers=headers, timeout=PATIENCE) as script:
        assert {each.status_code for each in ask(script, "/api/images", 80)} == {200, 429}
    with browser_of(ada, addresses[0]) as browser:
        assert browser.delete(f"/api/account/tokens/{made['id']}").status_code == 204


def test_a_copy_of_a_cookie_leaves_its_owner_the_requests_to_end_it(
    addresses: list[str], ada: Person, visitor: httpx2.Client
) -> None:
    with browser_of(ada, addresses[0]) as thief:
        body = {"email": ada.email, "password": PASSWORD}
        visitor.post("/api/auth/login", json=body).raise_for_status()
        fresh = {"session": visitor.cookies["session"]}
        assert {each.status_code for each in ask(thief, "/api/images", 80)} == {200, 429}
        assert 429 in {each.status_code for each in ask(thief, "/api/account/security", 80)}
        with browser_of(ada, addresses[0]) as browser:
            browser.cookies.update(fresh)
            assert browser.get("/api/images").status_code == 429
            assert browser.get("/api/account/sessions").status_code == 200
            assert browser.delete("/api/account/sessions").is_success
        assert thief.get("/api/account/security").status_code == 401


def test_a_whole_ipv6_customer_is_counted_together(addresses: list[str]) -> None:
    statuses = []
    with httpx2.Client(base_url=addresses[0], timeout=PATIENCE) as stranger:
        for number in range(200):
            stranger.headers["X-Forwarded-For"] = f"2001:db8:4:{number:x}::1"
            statuses.append(stranger.get("/api/auth/session").status_code)
        assert set(statuses[: 3 * SAVED_UP]) == {200}
        assert 429 in statuses
        stranger.headers["X-Forwarded-For"] = "2001:db8:5::1"
        assert stranger.get("/api/auth/session").status_code == 200


def test_person_who_is_refused_is_counted(addresses: list[str], ada: Person) -> None:
    with browser_of(ada, addresses[0]) as browser:
        statuses = {each.status_code for each in ask(browser, "/api/admin/people", 80)}
    assert statuses == {404, 429}


def test_a_network_in_which_nobody_is_signed_in_is_counted(
    addresses: list[str],
) -> None:
    for path in ("/api/auth/session", "/api/images"):
        headers = {"X-Forwarded-For": new_network()}
        with httpx2.Client(base_url=addresses[0], headers=headers, timeout=PATIENCE) as stranger:
            statuses = {each.status_code for each in ask(stranger, path, 80)}
        assert 429 in statuses
        assert statuses <= {200, 401, 429}
        with httpx2.Client(base_url=addresses[0], timeout=PATIENCE) as other:
            other.headers["X-Forwarded-For"] = new_network()
            assert other.get(path).status_code in {200, 401}


@pytest.mark.parametrize("is_script", [False, True])
def test_whoever_floods_a_network_keeps_nobody_in_it_from_the_site_who_is_signed_in(
    addresses: list[str], ada: Person, *, is_script: bool
) -> None:
    """Every visit asks first who is signed in."""
    wanted = {"name": "reads", "scope": "read", "days": 5}
    token = ada.http.post("/api/account/tokens", json=wanted).json()["token"]
    path = "/api/auth/session"
    with browser_of(ada, addresses[0]) as browser:
        if is_script:
            browser.cookies.clear()
            browser.headers["Authorization"] = f"Bearer {token}"
        headers = {"X-Forwarded-For": browser.headers["X-Forwarded-For"]}
        with httpx2.Client(base_url=addresses[0], headers=headers, timeout=PATIENCE) as stranger:
            assert 429 in {each.status_code for each in ask(stranger, path, 80)}
            stranger.cookies.set("session", "made-up")
            assert 429 in {each.status_code for each in ask(stranger, path, 20)}
        assert {each.status_code for each in ask(browser, path, 10)} == {200}
        # And counted as themselves: no more than others.
        assert 429 in {each.status_code for each in ask(browser, path, 80)}
