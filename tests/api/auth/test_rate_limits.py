"""Guessing passwords: few guesses reach the hash, and the owner still signs in (THREATS 35)."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import PASSWORD_TRIES_ACCOUNT, PASSWORD_TRIES_NETWORK
from scripts.embedded.models import StandIn
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import api_settings, new_network, running_api, until
from tests.support.users import PASSWORD, Person, told

ROOT = Path(__file__).parents[3]
NewVisitor = Callable[[], httpx2.Client]


def test_of_200_guesses_from_everywhere_ten_reach_the_hash(
    ada: Person,
    site: str,
    stack: EmbeddedStack,
    model: StandIn,
    database: Engine,
    new_visitor: NewVisitor,
) -> None:
    sign_in(ada.http, ada.email)  # from now on this browser is known
    with running_api(api_settings(stack, model)) as second:
        processes = [guesser(ada.email, 25, new_network(), site, second) for _ in range(8)]
        try:
            # While they guess: a strange browser waits, the owner's does not.
            until(lambda: sign_in(new_visitor(), ada.email).status_code == 429)
            assert sign_in(ada.http, ada.email).status_code == 200
            statuses = [
                line for each in processes for line in each.communicate(timeout=60)[0].split()
            ]
        finally:
            for each in processes:
                each.kill()
                each.wait()
    assert len(statuses) == 200
    assert set(statuses) == {"401", "429"}
    assert statuses.count("401") == guesses_at_the_hash(database, ada) <= 10

    waits = sign_in(new_visitor(), ada.email)
    assert waits.status_code == 429
    assert 0 < int(waits.headers["Retry-After"]) <= 60
    assert waits.json()["code"] == "too_many_requests"


def test_known_and_unknown_addresses_are_refused_alike(
    ada: Person, new_visitor: NewVisitor
) -> None:
    said = []
    for email in (ada.email, f"person-{uuid4().hex}@example.org"):
        visitor = new_visitor()
        answers = [guess(visitor, email) for _ in range(PASSWORD_TRIES_ACCOUNT.burst + 2)]
        said.append([(each.status_code, *without_numbers(each)) for each in answers])
    assert said[0] == said[1]
    assert Counter(status for status, *_ in said[0]) == {401: PASSWORD_TRIES_ACCOUNT.burst, 429: 2}


def test_who_knows_the_password_is_never_made_to_wait(ada: Person, new_visitor: NewVisitor) -> None:
    visitor = new_visitor()
    for _ in range(3 * PASSWORD_TRIES_ACCOUNT.burst):
        assert sign_in(visitor, ada.email).status_code == 200
        visitor.cookies.clear()


def test_a_known_browser_has_its_own_tries(ada: Person, new_visitor: NewVisitor) -> None:
    sign_in(ada.http, ada.email)
    strange = new_visitor()
    statuses = [guess(ada.http, ada.email).status_code for _ in range(10)]
    assert Counter(statuses) == {401: 8, 429: 2}
    assert guess(strange, ada.email).status_code == 401


def test_a_browser_known_to_one_account_is_strange_to_another(
    ada: Person, bob: Person, new_visitor: NewVisitor
) -> None:
    sign_in(bob.http, bob.email)
    statuses = [guess(bob.http, ada.email).status_code for _ in range(10)]
    assert Counter(statuses) == {401: 8, 429: 2}
    assert guess(new_visitor(), ada.email).status_code == 429


def test_whoever_was_in_the_account_is_strange_to_its_next_password(
    ada: Person, visitor: httpx2.Client, new_visitor: NewVisitor
) -> None:
    for browser in (ada.http, visitor):
        sign_in(browser, ada.email).raise_for_status()
    changed = {"password": "another correct horse battery"}
    ada.http.post("/api/account/password", json=changed).raise_for_status()
    statuses = [guess(visitor, ada.email).status_code for _ in range(10)]
    assert Counter(statuses) == {401: 8, 429: 2}
    # They used up what strangers share, not what the owner's browser has.
    assert guess(new_visitor(), ada.email).status_code == 429
    assert guess(ada.http, ada.email).status_code == 401


@pytest.mark.parametrize("forged", ["{n}.1.2.3, {network}", "::{n}, 127.0.0.1, {network}"])
def test_one_network_guesses_at_few_whatever_it_claims_to_be(
    visitor: httpx2.Client, new_visitor: NewVisitor, forged: str
) -> None:
    network = visitor.headers["X-Forwarded-For"]
    statuses = []
    for number in range(PASSWORD_TRIES_NETWORK.burst + 3):
        visitor.headers["X-Forwarded-For"] = forged.format(n=number, network=network)
        statuses.append(guess(visitor, f"{uuid4().hex}@example.org").status_code)
    assert statuses[: PASSWORD_TRIES_NETWORK.burst] == [401] * PASSWORD_TRIES_NETWORK.burst
    assert 429 in statuses[PASSWORD_TRIES_NETWORK.burst :]
    assert guess(new_visitor(), f"{uuid4().hex}@example.org").status_code == 401


def test_a_whole_ipv6_household_is_one_network(visitor: httpx2.Client) -> None:
    statuses = set()
    for number in range(PASSWORD_TRIES_NETWORK.burst + 3):
        visitor.headers["X-Forwarded-For"] = f"2001:db8:1:2::{number:x}"
        statuses.add(guess(visitor, f"{uuid4().hex}@example.org").status_code)
    assert statuses == {401, 429}


def test_where_nothing_stands_in_front_no_header_names_the_network(
    stack: EmbeddedStack, model: StandIn
) -> None:
    direct = api_settings(stack, model) | {"TRUSTED_PROXIES": "0"}
    with running_api(direct) as address, httpx2.Client(base_url=address) as client:
        client.headers["Origin"] = stack.site_origin
        statuses = set()
        for _ in range(PASSWORD_TRIES_NETWORK.burst + 3):
            client.headers["X-Forwarded-For"] = new_network()
            statuses.add(guess(client, f"{uuid4().hex}@example.org").status_code)
    assert 429 in statuses


def test_a_flood_of_guesses_at_everybody_stops_before_the_hash(
    ada: Person, bob: Person, database: Engine, new_visitor: NewVisitor
) -> None:
    sign_in(ada.http, ada.email)
    with used_up(database, "password-all"):
        assert sign_in(new_visitor(), bob.email).status_code == 429
        assert sign_in(ada.http, ada.email).status_code == 200
    assert guesses_at_the_hash(database, bob) == 0


def test_what_was_refused_counts_nowhere_else(ada: Person, visitor: httpx2.Client) -> None:
    for _ in range(PASSWORD_TRIES_ACCOUNT.burst):
        guess(visitor, ada.email)
    for _ in range(PASSWORD_TRIES_NETWORK.burst):
        assert guess(visitor, ada.email).status_code == 429
    # Their own account is another: the network was not used up by what was refused.
    assert guess(visitor, f"{uuid4().hex}@example.org").status_code == 401


def test_without_its_limits_nobody_signs_in(
    ada: Person, database: Engine, visitor: httpx2.Client
) -> None:
    sign_in(ada.http, ada.email)
    with renamed(database, "rate_limits"):
        for client in (visitor, ada.http):
            for refused in (sign_in(client, ada.email), guess(client, ada.email)):
                assert refused.status_code >= 500
                assert "set-cookie" not in refused.headers
    assert sign_in(visitor, ada.email).status_code == 200


def test_limits_name_nobody(visitor: httpx2.Client, database: Engine) -> None:
    email = f"{uuid4().hex}@example.org"
    guess(visitor, email)
    with database.connect() as connection:
        kept = "\n".join(connection.execute(text("SELECT key FROM rate_limits")).scalars())
    assert email not in kept
    assert visitor.headers["X-Forwarded-For"] not in kept


def sign_in(client: httpx2.Client, email: str) -> httpx2.Response:
    return client.post("/api/auth/login", json={"email": email, "password": PASSWORD})


def guess(client: httpx2.Client, email: str) -> httpx2.Response:
    body = {"email": email, "password": f"guess {uuid4().hex}"}
    return client.post("/api/auth/login", json=body)


def guesser(email: str, count: int, network: str, *sites: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "tests.support.password_guesser",
        email,
        str(count),
        network,
        *sites,
    ]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def guesses_at_the_hash(database: Engine, person: Person) -> int:
    """Each leaves a row in the record, in the person's own transaction."""
    with database.connect() as connection:
        query = text(
            "SELECT count(*) FROM audit_events JOIN users ON users.id = audit_events.user_id"
            " WHERE event = 'sign_in_failed' AND email = :email"
        )
        count: int = connection.execute(query, {"email": person.email}).scalar_one()
    return count


def without_numbers(answer: httpx2.Response) -> tuple[str, list[str]]:
    """What was said, but for how many seconds to wait and when."""
    names = [name for name in answer.headers if name != "content-length"]
    return re.sub(r"\d+ (seconds?|minutes)", "a while", told(answer).decode()), names


@contextmanager
def used_up(database: Engine, limit: str) -> Iterator[None]:
    """Let a limit be used up for a while."""
    with database.begin() as connection:
        query = "UPDATE rate_limits SET empty_at = now() + interval '1 day' WHERE key LIKE :key"
        changed = connection.execute(text(query), {"key": f"{limit}:%"})
        assert changed.rowcount == 1
    try:
        yield
    finally:
        with database.begin() as connection:
            query = "DELETE FROM rate_limits WHERE key LIKE :key"
            connection.execute(text(query), {"key": f"{limit}:%"})


@contextmanager
def renamed(database: Engine, table: str) -> Iterator[None]:
    """Let a table not be there for a while."""
    with database.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO {table}_away"))
    try:
        yield
    finally:
        with database.begin() as connection:
            connection.execute(text(f"ALTER TABLE {table}_away RENAME TO {table}"))
