"""Signed-in browsers: seen by their person alone, and ended at once (THREATS 1, 32)."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import PASSWORD_TRIES_NETWORK
from app.accounts.sessions.tokens import digest
from tests.api.conftest import until
from tests.support.rate_limits import forget
from tests.support.users import PASSWORD, Json, Person, told

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)


def test_each_browser_is_listed_in_words(ada: Person, visitor: httpx2.Client) -> None:
    signed_in(visitor, ada, **{"User-Agent": IPHONE})
    here, other = listed(ada)
    assert (here["current"], other["current"]) == (True, False)
    assert other["device"] == "Safari on iPhone"
    assert other["place"] == "A local network"
    assert other["ip"] == visitor.headers["X-Forwarded-For"]
    assert set(here) == {
        "id",
        "device",
        "place",
        "ip",
        "created_at",
        "last_used_at",
        "current",
    }


@pytest.mark.parametrize(
    ("ip", "place"),
    [("127.0.0.1", "This computer"), ("::1", "This computer"), ("8.8.8.8", "Another network")],
)
def test_places_are_told_in_words(
    ada: Person, visitor: httpx2.Client, database: Engine, ip: str, place: str
) -> None:
    # Tests that run quickly use up what one network may try: all that name no network are in one.
    forget(database, PASSWORD_TRIES_NETWORK)
    signed_in(visitor, ada, **{"X-Forwarded-For": ip})
    other = next(row for row in listed(ada) if not row["current"])
    assert (other["ip"], other["place"]) == (ip, place)


def test_the_network_one_is_in_is_told_as_such(ada: Person, visitor: httpx2.Client) -> None:
    same = {"X-Forwarded-For": ada.http.headers["X-Forwarded-For"]}
    signed_in(visitor, ada, **same, **{"User-Agent": FIREFOX})
    other = next(row for row in listed(ada) if not row["current"])
    assert (other["device"], other["place"]) == ("Firefox on Linux", "The network you are in now")


def test_one_browser_is_signed_out_by_another(ada: Person, visitor: httpx2.Client) -> None:
    signed_in(visitor, ada)
    other = next(row for row in listed(ada) if not row["current"])
    assert ada.http.delete(f"/api/account/sessions/{other['id']}").status_code == 204
    assert visitor.get("/api/images").status_code == 401
    assert ada.http.get("/api/images").status_code == 200
    assert [row["current"] for row in listed(ada)] == [True]


def test_all_other_browsers_are_signed_out(ada: Person, visitor: httpx2.Client) -> None:
    signed_in(visitor, ada)
    assert ada.http.delete("/api/account/sessions").json() == {"ended": 1}
    assert visitor.get("/api/images").status_code == 401
    assert ada.http.delete("/api/account/sessions").json() == {"ended": 0}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "/api/account/sessions", None),
        ("POST", "/api/account/password", {"password": "a teapot sings for nobody twice"}),
    ],
    ids=["signing all others out", "another password"],
)
def test_a_copy_of_the_cookies_ends_with_all_other_browsers(
    ada: Person, database: Engine, method: str, path: str, body: Json
) -> None:
    signed_in(ada.http, ada)
    before = listed(ada)[0]
    stolen = dict(ada.http.cookies)
    assert {"session", "device"} <= stolen.keys()
    ada.http.request(method, path, json=body).raise_for_status()
    with httpx2.Client(base_url=ada.http.base_url, cookies=stolen) as thief:
        assert thief.get("/api/images").status_code == 401
    assert ada.http.get("/api/images").status_code == 200
    assert listed(ada) == [before]
    for cookie in ("session", "device"):
        assert ada.http.cookies[cookie] != stolen[cookie]
    known = "SELECT token_hash FROM known_devices d JOIN users u ON u.id = d.user_id"
    with database.connect() as connection:
        query = text(f"{known} WHERE u.email = :email")
        (device,) = connection.execute(query, {"email": ada.email}).scalars()
    assert bytes(device) == digest(ada.http.cookies["device"])


def test_a_session_alone_makes_no_browser_known(ada: Person) -> None:
    """Whoever stole that cookie would have tries of their own at the password."""
    assert "device" not in ada.http.cookies
    ada.http.delete("/api/account/sessions").raise_for_status()
    assert "device" not in ada.http.cookies


def test_a_proof_anew_does_not_look_like_a_second_browser(ada: Person) -> None:
    before = listed(ada)[0]["id"]
    ada.http.post("/api/auth/confirm", json={"password": PASSWORD}).raise_for_status()
    (here,) = listed(ada)
    assert here["current"]
    assert here["id"] != before


def test_a_strangers_session_answers_as_one_that_never_was(ada: Person, bob: Person) -> None:
    (hers,) = listed(ada)
    theirs = bob.http.delete(f"/api/account/sessions/{hers['id']}")
    random = bob.http.delete(f"/api/account/sessions/{uuid4()}")
    assert theirs.status_code == random.status_code == 404
    assert told(theirs) == told(random)
    assert listed(ada) == [hers]


def test_a_sign_in_after_all_sessions_were_ended_is_told(
    ada: Person, bob: Person, visitor: httpx2.Client, database: Engine
) -> None:
    """No browser is known by then; whoever was in may be the first to come back."""
    signed_in(ada.http, ada)
    user_id, administers = ada.user_id, "UPDATE users SET is_administrator = true WHERE id = :id"
    with database.begin() as connection:
        connection.execute(text(administers), {"id": bob.user_id})
    told = "SELECT count(*) FROM letters WHERE user_id = :id AND kind = 'new_device'"
    with database.connect() as connection:
        before = connection.execute(text(told), {"id": user_id}).scalar_one()
    bob.http.delete(f"/api/admin/people/{user_id}/sessions").raise_for_status()
    signed_in(visitor, ada)
    with database.connect() as connection:
        assert connection.execute(text(told), {"id": user_id}).scalar_one() == before + 1


@pytest.mark.parametrize("field", ["expires_at", "last_used_at"])
def test_dead_sessions_are_not_listed(
    ada: Person, visitor: httpx2.Client, database: Engine, field: str
) -> None:
    signed_in(visitor, ada)
    other = next(row for row in listed(ada) if not row["current"])
    with database.begin() as connection:
        query = f"UPDATE sessions SET {field} = now() - interval '31 days' WHERE id = :id"  # noqa: S608
        connection.execute(text(query), {"id": other["id"]})
    assert [row["current"] for row in listed(ada)] == [True]


@pytest.mark.parametrize("user_agent", ["", "x/", "/", "x" * 5000, "curl/8.5.0", "Edg Safari/"])
def test_whatever_a_browser_calls_itself_is_words(
    ada: Person, visitor: httpx2.Client, user_agent: str
) -> None:
    signed_in(visitor, ada, **{"User-Agent": user_agent})
    other = next(row for row in listed(ada) if not row["current"])
    assert 0 < len(other["device"]) <= 60


def signed_in(visitor: httpx2.Client, person: Person, **headers: str) -> None:
    """Sign a person in with another browser."""
    visitor.headers.update(headers)
    body = {"email": person.email, "password": PASSWORD}
    visitor.post("/api/auth/login", json=body).raise_for_status()


def listed(person: Person) -> list[Json]:
    """Whom the API says to be signed in."""
    answer = person.http.get("/api/account/sessions")
    answer.raise_for_status()
    found: list[Json] = answer.json()["sessions"]
    return found


_SESSIONS = "FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = :email)"
_PERSON = "FROM users WHERE email = :email"


@pytest.mark.parametrize(
    ("row", "asks", "body"),
    [
        (_SESSIONS, "/api/auth/confirm", {"password": PASSWORD}),
        (_PERSON, "/api/account/password", {"password": "a teapot sings for nobody twice"}),
        (_PERSON, "/api/account/totp", {}),
    ],
    ids=["session", "person setting a password", "person adding an app"],
)
def test_a_session_that_ends_during_its_own_request_is_signed_out(
    ada: Person, database: Engine, row: str, asks: str, body: Json
) -> None:
    whose = {"email": ada.email}
    with ThreadPoolExecutor(1) as at_once:
        with database.begin() as holder:
            holder.execute(text("SELECT 1 " + row + " FOR UPDATE"), whose)
            answer = at_once.submit(ada.http.post, asks, json=body)
            until(lambda: _waits(database))
            holder.execute(text("DELETE " + row), whose)
        told = answer.result()
    assert (told.status_code, told.json()["code"]) == (401, "not_signed_in")


def _waits(database: Engine) -> bool:
    query = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with database.connect() as connection:
        return int(connection.execute(query).scalar_one()) > 0
