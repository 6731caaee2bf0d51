"""When the database is out of reach nobody is let in, and it recovers by itself (THREATS 48)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from scripts.embedded.models import StandIn
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import api_settings, new_network, running_api, until
from tests.support.tcp_fault_proxy import FaultProxy
from tests.support.users import PASSWORD, Json, Person


@pytest.fixture(scope="module")
def way(stack: EmbeddedStack) -> Iterator[FaultProxy]:
    """The way from one more API to the database."""
    with FaultProxy(stack.runtime_database_url) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def beyond(way: FaultProxy, stack: EmbeddedStack, model: StandIn, site: str) -> Iterator[str]:
    """The address of an API whose way to the database is cut from time to time."""
    assert site  # the database is migrated
    with running_api(api_settings(stack, model) | {"DATABASE_URL": way.url}) as address:
        yield address


@pytest.fixture
def client(beyond: str, way: FaultProxy, stack: EmbeddedStack) -> Iterator[httpx2.Client]:
    """A browser there, in which nobody is signed in."""
    headers = {"Origin": stack.site_origin, "X-Forwarded-For": new_network()}
    with httpx2.Client(base_url=beyond, headers=headers, timeout=30) as browser:
        yield browser
    way.mend()


def test_nobody_signs_in_while_the_database_is_away(
    ada: Person, client: httpx2.Client, way: FaultProxy
) -> None:
    assert sign_in(client, ada).status_code == 200
    client.cookies.clear()
    way.cut()
    for _ in range(3):
        expect_unavailable(sign_in(client, ada))
    way.mend()
    until(lambda: sign_in(client, ada).status_code == 200)


NEW_PASSWORD = {"password": PASSWORD, "token": "x" * 43}
PROOFS: list[tuple[str, Json | None]] = [
    ("/api/auth/session", None),
    ("/api/images", None),
    ("/api/account/sessions", None),
    ("/api/admin/people", None),
    ("/api/auth/first", {"email": "first@example.org", "password": PASSWORD}),
    ("/api/auth/register", {"email": "new@example.org"}),
    ("/api/auth/welcome", NEW_PASSWORD),
    ("/api/auth/reset", {"email": "new@example.org"}),
    ("/api/auth/reset/finish", NEW_PASSWORD),
    ("/api/auth/verify", {"token": "x" * 43}),
    ("/api/auth/second-factor", {"code": "123456"}),
    ("/api/auth/confirm", {"password": PASSWORD}),
]


@pytest.mark.parametrize(("path", "body"), PROOFS)
def test_nothing_is_proved_while_the_database_is_away(
    ada: Person, client: httpx2.Client, way: FaultProxy, path: str, body: Json | None
) -> None:
    sign_in(client, ada).raise_for_status()
    client.cookies.set("pending", "x" * 43, domain=client.base_url.host)
    method = "GET" if body is None else "POST"
    way.cut()
    expect_unavailable(client.request(method, path, json=body))


def test_no_script_is_known_while_the_database_is_away(
    ada: Person, client: httpx2.Client, way: FaultProxy
) -> None:
    asked = {"name": "A script", "scope": "read", "days": 1}
    token = ada.http.post("/api/account/tokens", json=asked).json()["token"]
    client.headers["Authorization"] = f"Bearer {token}"
    assert client.get("/api/images").status_code == 200
    way.cut()
    expect_unavailable(client.get("/api/images"))


def test_a_database_that_says_nothing_lets_nobody_in(
    ada: Person, client: httpx2.Client, way: FaultProxy
) -> None:
    sign_in(client, ada).raise_for_status()
    way.silence()
    with pytest.raises(httpx2.ReadTimeout):
        client.get("/api/images", timeout=1)
    client.cookies.clear()
    with pytest.raises(httpx2.ReadTimeout):
        client.post("/api/auth/login", json=credentials(ada), timeout=1)
    way.mend()
    until(lambda: sign_in(client, ada).status_code == 200)


def test_each_sign_in_that_is_said_to_have_happened_has_happened(
    ada: Person, beyond: str, client: httpx2.Client, way: FaultProxy
) -> None:
    def attempt(number: int) -> httpx2.Response:
        if number % 12 == 6:
            way.cut()
        elif number % 12 == 9:
            way.mend()
        headers = dict(client.headers) | {"X-Forwarded-For": new_network()}
        return httpx2.post(
            f"{beyond}/api/auth/login", json=credentials(ada), headers=headers, timeout=30
        )

    with ThreadPoolExecutor(4) as several:
        answers = list(several.map(attempt, range(36)))
    way.mend()
    until(lambda: client.get("/api/health").status_code == 200)
    assert {answer.status_code for answer in answers} <= {200, 429, 503}
    cookies = [answer.cookies.get("session") for answer in answers if answer.status_code == 200]
    assert cookies
    for cookie in cookies:
        session = httpx2.get(f"{beyond}/api/images", headers={"Cookie": f"session={cookie}"})
        assert session.status_code == 200


def expect_unavailable(answer: httpx2.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "set-cookie" not in answer.headers


def credentials(person: Person) -> Json:
    return {"email": person.email, "password": PASSWORD}


def sign_in(client: httpx2.Client, person: Person) -> httpx2.Response:
    return client.post("/api/auth/login", json=credentials(person))
