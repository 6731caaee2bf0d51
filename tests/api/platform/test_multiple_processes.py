"""What one process is told holds in every other, and none mixes people up (THREATS 7, 32)."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from scripts.embedded.models import StandIn
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import api_settings, new_network, running_api, until
from tests.support.images import jpeg
from tests.support.mailbox import next_mail, token_in
from tests.support.users import PASSWORD, Json, Person

ANOTHER_PASSWORD = "another correct horse battery"
REQUESTS = 1000
Named = tuple[str, str]


@pytest.fixture(scope="module")
def second(
    stack: EmbeddedStack, model: StandIn, site: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Another process of the API, whose temporary files can be looked for."""
    assert site  # the database is migrated
    temporary = {"TMPDIR": str(tmp_path_factory.mktemp("second"))}
    with running_api(api_settings(stack, model) | temporary) as address:
        yield address


@pytest.fixture
def elsewhere(ada: Person, second: str) -> Iterator[httpx2.Client]:
    """Ada's cookie as the other process meets it: it has seen her and can sign for her."""
    cookies = {"session": ada.http.cookies["session"]}
    headers = {"Origin": ada.http.headers["Origin"]}
    with httpx2.Client(base_url=second, cookies=cookies, headers=headers) as client:
        places = ask_for_place(client)
        assert places.status_code == 200
        assert prefix(ada) in places.json()["places"][0]["upload"]["url"]
        yield client


def log_out(ada: Person, _: Person) -> httpx2.Response:
    return ada.http.post("/api/auth/logout")


def sign_in_again(ada: Person, _: Person) -> httpx2.Response:
    return ada.http.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD})


def end_it(ada: Person, _: Person) -> httpx2.Response:
    (session,) = ada.http.get("/api/account/sessions").json()["sessions"]
    return ada.http.delete(f"/api/account/sessions/{session['id']}")


def end_the_others(ada: Person, _: Person) -> httpx2.Response:
    with another_browser(ada) as browser:
        return browser.delete("/api/account/sessions")


def change_the_password(ada: Person, _: Person) -> httpx2.Response:
    with another_browser(ada) as browser:
        return browser.post("/api/account/password", json={"password": ANOTHER_PASSWORD})


def reset_the_password(ada: Person, _: Person) -> httpx2.Response:
    with another_browser(ada) as browser:
        browser.post("/api/auth/logout").raise_for_status()
        ask = partial(browser.post, "/api/auth/reset", json={"email": ada.email})
        token = token_in(next_mail(browser, ada.email, ask, about="new password"))
        body = {"token": token, "password": ANOTHER_PASSWORD}
        return browser.post("/api/auth/reset/finish", json=body)


def shut_the_account(ada: Person, root: Person) -> httpx2.Response:
    return root.http.patch(f"/api/admin/people/{ada.user_id}", json={"disabled": True})


def end_her_sessions(ada: Person, root: Person) -> httpx2.Response:
    return root.http.delete(f"/api/admin/people/{ada.user_id}/sessions")


ENDS = [
    log_out,
    sign_in_again,
    end_it,
    end_the_others,
    change_the_password,
    reset_the_password,
    shut_the_account,
    end_her_sessions,
]


@pytest.mark.parametrize("end", ENDS)
def test_what_ends_a_session_ends_it_in_every_process(
    ada: Person,
    root: Person,
    elsewhere: httpx2.Client,
    end: Callable[[Person, Person], httpx2.Response],
) -> None:
    end(ada, root).raise_for_status()
    # At once: no address is signed any more, and nothing is read.
    for answer in (ask_for_place(elsewhere), elsewhere.get("/api/images")):
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(
    ("change", "status"), [("password_hash = 'another'", 401), ("disabled_at = now()", 403)]
)
def test_a_sign_in_under_way_does_not_outlive_what_ends_it(
    ada: Person, database: Engine, change: str, status: int
) -> None:
    ids = {"email": ada.email}
    with ThreadPoolExecutor(1) as meanwhile, database.begin() as connection:
        query = text(f"UPDATE users SET {change} WHERE email = :email RETURNING id")  # noqa: S608
        connection.execute(query, ids)
        answer = meanwhile.submit(sign_in_again, ada, ada)
        until(lambda: waits_for_a_row(database))
        connection.commit()
        assert answer.result().status_code == status
    with database.connect() as connection:
        query = text(
            "SELECT count(*) FROM sessions JOIN users ON users.id = user_id WHERE email = :email"
        )
        assert connection.execute(query, ids).scalar_one() == 1  # the one from before


def test_a_shut_account_signs_nothing_in_any_process_by_token_either(
    ada: Person, root: Person, second: str
) -> None:
    asked = {"name": "A script", "scope": "write", "days": 1}
    token = ada.http.post("/api/account/tokens", json=asked).json()["token"]
    script = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=second, headers=script) as client:
        assert ask_for_place(client).status_code == 200
        shut_the_account(ada, root).raise_for_status()
        assert ask_for_place(client).status_code == 401
        assert client.get("/api/images").status_code == 401


def test_a_warm_process_never_mixes_two_people_up(
    ada: Person, bob: Person, second: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    people = [Known(ada, seed=60), Known(bob, seed=61)]

    def turn(number: int) -> set[Named]:
        me, other = people[number % 2], people[(number + 1) % 2]
        chance = random.Random(number)  # noqa: S311 - the same each time
        return chance.choice([me.looks, me.looks, me.uploads, me.errs])(other, chance)

    # Overlapping, so that one's request ends while the other's goes on in the next thread.
    for known in people:
        known.http.base_url = httpx2.URL(second)
    with ThreadPoolExecutor(4) as several:
        named = list(several.map(turn, range(REQUESTS)))
    signers = []
    for number, known in enumerate(people):
        answers = named[number::2]
        addresses = set().union(*answers)
        assert {prefix for prefix, _ in addresses} == {known.prefix}
        assert sum(map(bool, answers)) > REQUESTS // 4
        signers.append({signer for _, signer in addresses})
    assert signers[0].isdisjoint(signers[1])
    assert list(tmp_path_factory.getbasetemp().glob("second*/*")) == []


class Known:
    """A person, as one process keeps meeting them."""

    def __init__(self, person: Person, *, seed: int) -> None:
        self.prefix = prefix(person)
        self.image_id = person.upload(jpeg(seed=seed))[0]
        until(lambda: person.settled(self.image_id))
        self.http = person.http

    def looks(self, _: "Known", chance: random.Random) -> set[Named]:
        path = chance.choice(["", "/" + self.image_id, f"/{self.image_id}/original"])
        return people_named(self.http.get(f"/api/images{path}"))

    def uploads(self, _: "Known", chance: random.Random) -> set[Named]:
        return people_named(ask_for_place(self.http, f"{chance.getrandbits(256):064x}"))

    def errs(self, other: "Known", chance: random.Random) -> set[Named]:
        images = "/api/images"
        theirs = f"{images}/{other.image_id}"
        wrong: list[tuple[str, str, Json]] = [
            ("GET", theirs, {}),
            ("GET", f"{theirs}/original", {}),
            ("PATCH", theirs, {"json": {"name": "x"}}),
            ("POST", images, {"content": b"{", "headers": {"Content-Type": "application/json"}}),
            ("POST", images, {"json": {"images": [{"owner_id": other.prefix}]}}),
            ("POST", images, {"json": {}, "headers": {"Origin": "null"}}),
            ("GET", images, {"headers": {"Authorization": "Bearer pinhole_x"}}),
            ("GET", f"{images}?ids=%00", {}),
        ]
        method, path, sent = chance.choice(wrong)
        answer = self.http.request(method, path, **sent)
        assert 400 <= answer.status_code < 500
        assert "users/" not in answer.text
        return set()


def people_named(answer: httpx2.Response) -> set[Named]:
    """Whose prefixes the signed addresses in an answer name, and whose keys signed them."""
    answer.raise_for_status()
    return set(find_named(answer.json()))


def waits_for_a_row(database: Engine) -> bool:
    """Whether some transaction waits for another one to end."""
    with database.connect() as connection:
        query = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(connection.execute(query).scalar_one())


@contextmanager
def another_browser(person: Person) -> Iterator[httpx2.Client]:
    """A second browser in which the person is signed in too."""
    headers = {"Origin": person.http.headers["Origin"], "X-Forwarded-For": new_network()}
    cookies = {"mailbox": person.http.cookies["mailbox"]}
    with httpx2.Client(base_url=person.http.base_url, headers=headers, cookies=cookies) as browser:
        sign_in = {"email": person.email, "password": PASSWORD}
        browser.post("/api/auth/login", json=sign_in).raise_for_status()
        yield browser


def find_named(value: object) -> Iterator[Named]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from find_named(item)
    elif isinstance(value, str) and value.startswith("http"):
        address = urlsplit(value)
        (credential,) = parse_qs(address.query)["X-Amz-Credential"]
        owner = address.path.partition("/users/")[2].partition("/")[0]
        yield owner, credential.partition("/")[0]


def prefix(person: Person) -> str:
    return UUID(person.user_id).hex


def ask_for_place(client: httpx2.Client, sha256: str = "") -> httpx2.Response:
    new: Json = {
        "name": "x.jpg",
        "size": 10,
        "content_type": "image/jpeg",
        "sha256": sha256 or uuid4().hex * 2,
    }
    return client.post("/api/images", json={"images": [new]})


@pytest.fixture
def root(new_person: Callable[[], Person], database: Engine) -> Person:
    """An administrator."""
    person = new_person()
    with database.begin() as connection:
        query = text("UPDATE users SET is_administrator = true WHERE email = :email")
        connection.execute(query, {"email": person.email})
    return person
