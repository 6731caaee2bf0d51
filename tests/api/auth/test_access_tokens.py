"""Access tokens: what scripts may, what they may not, and when a token is worth nothing."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.sessions.api_tokens import MAX_TOKENS
from tests.support.api_operations import GUARDED, WITHOUT_SECURITY, with_some_id
from tests.support.images import jpeg
from tests.support.mailbox import next_mail
from tests.support.users import Json, Person, told

Script = Callable[[str], httpx2.Client]

BEYOND_TOKENS = ("/api/account", "/api/admin", "/api/auth")
FOREIGN = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}


@pytest.fixture
def script(site: str) -> Iterator[Script]:
    """A program with a token: no cookies, no Origin."""
    with ExitStack() as running:

        def with_token(token: str) -> httpx2.Client:
            headers = {"Authorization": f"Bearer {token}"}
            return running.enter_context(httpx2.Client(base_url=site, headers=headers))

        yield with_token


@pytest.fixture
def administrators_script(ada: Person, database: Engine, script: Script) -> httpx2.Client:
    """A program with all rights that a token can have."""
    set_user(database, ada, "is_administrator = true")
    return script(make(ada, scope="write")["token"])


def test_a_token_is_shown_once_and_kept_as_a_hash(ada: Person, database: Engine) -> None:
    made = make(ada, name="  Backup\u202e  script ", days=30)
    assert made["token"].startswith("pinhole_")
    assert made["last_four"] == made["token"][-4:]
    assert made["name"] == "Backup script"
    begin, end = (datetime.fromisoformat(made[name]) for name in ("created_at", "expires_at"))
    assert abs(end - begin - timedelta(days=30)) < timedelta(minutes=1)

    (row,) = ada.http.get("/api/account/tokens").json()["tokens"]
    assert row == {name: value for name, value in made.items() if name != "token"}
    with database.connect() as connection:
        query = text("SELECT token_hash FROM access_tokens WHERE id = :id")
        kept = connection.execute(query, {"id": made["id"]}).scalar_one()
    assert bytes(kept) == sha256(made["token"].encode()).digest()


def test_its_person_is_told_by_mail(ada: Person) -> None:
    mail = next_mail(ada.http, ada.email, lambda: make(ada), about="How you sign in")
    assert "An access token was made for your account" in mail["text"]


def test_a_script_does_what_its_scope_says(ada: Person, script: Script) -> None:
    (place,) = ada.promise(jpeg(seed=70))
    path = f"/api/images/{place['image']['id']}"
    reads, writes = (script(make(ada, scope=scope)["token"]) for scope in ("read", "write"))

    assert reads.get(path).status_code == 200
    refused = reads.patch(path, json={"name": "renamed.jpg"})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_too_small")
    # Without Origin: no page of another site can make a browser send a token.
    assert writes.patch(path, json={"name": "renamed.jpg"}).status_code == 200
    assert all(row["last_used_at"] for row in ada.http.get("/api/account/tokens").json()["tokens"])


@pytest.mark.parametrize(
    ("method", "path"), [each for each in GUARDED if each[1].startswith(BEYOND_TOKENS)]
)
def test_no_script_reaches_accounts_or_administration(
    administrators_script: httpx2.Client, method: str, path: str
) -> None:
    answer = attempt(administrators_script, method, path)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_by_token")


@pytest.mark.parametrize(("method", "path"), [op for op in WITHOUT_SECURITY if "auth" in op[1]])
def test_what_is_public_knows_nobody_by_a_token(
    administrators_script: httpx2.Client, method: str, path: str
) -> None:
    answer = attempt(administrators_script, method, path)
    assert answer.status_code < 500
    assert "session=" not in answer.headers.get("set-cookie", "")
    if path == "/api/auth/session":
        assert answer.json()["user"] is None


def test_a_token_and_a_cookie_are_not_added_up(ada: Person, bob: Person, script: Script) -> None:
    (place,) = ada.promise(jpeg(seed=71))
    hers = f"/api/images/{place['image']['id']}"
    # Bob's token in a browser where Ada is signed in is Bob, and reads only.
    both = script(make(bob, scope="read")["token"])
    both.cookies.set("session", ada.http.cookies["session"], domain=both.base_url.host)
    assert both.get(hers).status_code == 404
    assert both.patch(hers, json={"name": "x.jpg"}).json()["code"] == "scope_too_small"
    assert both.get("/api/account/sessions").json()["code"] == "not_by_token"
    assert both.get("/api/auth/session").json()["user"] is None


@pytest.mark.parametrize(
    "shown",
    [
        "Bearer",
        "bearer x",
        "Bearer pinhole_",
        f"Bearer pinhole_{'a' * 49}",
        "Bearer x y",
        "Bearer a=b",
    ],
)
def test_a_wrong_token_is_nobody_whatever_the_cookie_says(
    ada: Person, shown: str, site: str
) -> None:
    cookies = {"session": ada.http.cookies["session"]}
    headers = {"Authorization": shown}
    with httpx2.Client(base_url=site, cookies=cookies, headers=headers) as client:
        assert client.get("/api/images").status_code == 401
        foreign = client.post("/api/images", json={"images": []}, headers=FOREIGN)
        assert foreign.status_code == 401


@pytest.mark.parametrize(
    "authorization", ["Basic YTpi", "Basic Bearer", "Digest bearer", "Bearerx y", "Negotiate x", ""]
)
def test_no_other_authorization_lets_another_site_write(ada: Person, authorization: str) -> None:
    # A browser sends Basic by itself where an address held a name and a password.
    headers = FOREIGN | {"Authorization": authorization}
    for path in ("/api/auth/logout", "/api/account/tokens", "/api/images"):
        answer = ada.http.post(path, json={}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert ada.http.get("/api/images").status_code == 200


def test_a_removed_token_is_refused_at_once(ada: Person, script: Script) -> None:
    made = make(ada)
    client = script(made["token"])
    assert client.get("/api/images").status_code == 200
    assert ada.http.delete(f"/api/account/tokens/{made['id']}").status_code == 204
    assert client.get("/api/images").status_code == 401


def test_a_token_ends_with_its_time(ada: Person, database: Engine, script: Script) -> None:
    made = make(ada)
    with database.begin() as connection:
        query = text("UPDATE access_tokens SET expires_at = now() WHERE id = :id")
        connection.execute(query, {"id": made["id"]})
    assert script(made["token"]).get("/api/images").status_code == 401


def test_a_token_ends_with_its_account(ada: Person, database: Engine, script: Script) -> None:
    client = script(make(ada)["token"])
    set_user(database, ada, "disabled_at = now()")
    assert client.get("/api/images").status_code == 401
    set_user(database, ada, "disabled_at = NULL")
    assert client.get("/api/images").status_code == 200
    with database.begin() as connection:
        connection.execute(text("DELETE FROM users WHERE email = :email"), {"email": ada.email})
    assert client.get("/api/images").status_code == 401


def test_a_strangers_token_answers_as_one_that_never_was(
    ada: Person, bob: Person, script: Script
) -> None:
    made = make(ada)
    theirs = bob.http.delete(f"/api/account/tokens/{made['id']}")
    random = bob.http.delete(f"/api/account/tokens/{uuid4()}")
    assert theirs.status_code == random.status_code == 404
    assert told(theirs) == told(random)
    assert bob.http.get("/api/account/tokens").json() == {"tokens": []}
    assert script(made["token"]).get("/api/images").status_code == 200


def test_making_a_token_asks_for_a_proof_of_the_last_minutes(ada: Person, database: Engine) -> None:
    with database.begin() as connection:
        query = "UPDATE sessions SET fresh_at = now() - interval '11 minutes' WHERE user_id = :id"
        connection.execute(text(query), {"id": ada.user_id})
    answer = ada.http.post("/api/account/tokens", json=asked())
    assert (answer.status_code, answer.json()["code"]) == (401, "confirm_first")


@pytest.mark.parametrize(
    "changed",
    [
        {"days": 0},
        {"days": 367},
        {"scope": "admin"},
        {"name": ""},
        {"name": "x" * 101},
        {"user_id": "00000000-0000-4000-8000-000000000000"},
        {"token": "pinhole_mine"},
    ],
)
def test_tokens_of_another_kind_are_not_made(ada: Person, changed: Json) -> None:
    answer = ada.http.post("/api/account/tokens", json=asked() | changed)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


def test_a_person_has_so_many_tokens_and_no_more(ada: Person) -> None:
    """Of some made at once when all but one are there, one is made."""
    for _ in range(MAX_TOKENS - 1):
        make(ada)

    def status_of(_: int) -> int:
        return ada.http.post("/api/account/tokens", json=asked()).status_code

    with ThreadPoolExecutor(8) as at_once:
        statuses = list(at_once.map(status_of, range(8)))
    assert statuses.count(201) == 1
    # 429: of one person's changes few wait for each other (docs/decisions/0074).
    assert set(statuses) - {429} == {201, 409}
    answer = ada.http.post("/api/account/tokens", json=asked())
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_tokens")


def attempt(client: httpx2.Client, method: str, path: str) -> httpx2.Response:
    """Call an operation on something that is not there."""
    return client.request(method, with_some_id(path), json=None if method == "GET" else {})


def asked() -> Json:
    return {"name": "A script", "scope": "read", "days": 7}


def make(person: Person, **changed: object) -> Json:
    """Make a token as its person does."""
    answer = person.http.post("/api/account/tokens", json=asked() | changed)
    answer.raise_for_status()
    made: Json = answer.json()
    return made


def set_user(database: Engine, person: Person, change: str) -> None:
    with database.begin() as connection:
        query = text(f"UPDATE users SET {change} WHERE email = :email")  # noqa: S608
        connection.execute(query, {"email": person.email})
