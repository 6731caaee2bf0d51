"""Many sign-ins of one person leave connections to everybody else, and hold up nobody (THREATS 48).

docs/decisions/0074 says why.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import httpx2
import pytest
from sqlalchemy import Engine, TextClause, text

from app.accounts.rate_limits.policies import SECOND_FACTOR_TRIES
from app.accounts.rate_limits.seats import SEATS, TAKE_LINK_SEAT, TAKE_SIGN_IN_SEAT
from tests.api.auth.test_email_links import finish, reset_token
from tests.api.auth.test_former_address import move, restore, thief
from tests.api.conftest import until
from tests.support.authenticators import (
    SoftwareKey,
    add_passkey,
    add_totp,
    ask_for_passkey,
    code_of,
)
from tests.support.mailbox import token_in
from tests.support.users import PASSWORD, Person, add_person

MANY = 2 * SEATS
HOLD = text("SELECT FROM users WHERE id = :id FOR UPDATE")
NewVisitor = Callable[[], httpx2.Client]
SignIn = Callable[[], httpx2.Response]
Prepare = Callable[[Person, httpx2.Client], SignIn]


def log_in(browser: httpx2.Client, person: Person) -> httpx2.Response:
    body = {"email": person.email, "password": PASSWORD}
    return browser.post("/api/auth/login", json=body)


def by_password(person: Person, browser: httpx2.Client) -> SignIn:
    return lambda: log_in(browser, person)


def by_passkey(person: Person, browser: httpx2.Client) -> SignIn:
    key = SoftwareKey()
    add_passkey(person, key)
    signed = key.get(ask_for_passkey(browser))
    return lambda: browser.post("/api/auth/passkey", json={"credential": signed})


def by_code(person: Person, browser: httpx2.Client) -> SignIn:
    secret, _ = add_totp(person)
    log_in(browser, person).raise_for_status()
    return lambda: browser.post("/api/auth/second-factor", json={"code": code_of(secret, later=1)})


def by_reset(person: Person, browser: httpx2.Client) -> SignIn:
    token = reset_token(browser, person.email)
    return lambda: finish(browser, token)


def by_former_address(person: Person, browser: httpx2.Client) -> SignIn:
    token = token_in(move(person, thief()))
    return lambda: restore(browser, token)


WAYS: list[Prepare] = [by_password, by_passkey, by_code, by_reset, by_former_address]


@contextmanager
def seats_taken(database: Engine, user_id: str, take: TextClause) -> Iterator[None]:
    """Have as many sign-ins of somebody's under way as there may be."""
    with ExitStack() as held:
        for _ in range(SEATS):
            assert held.enter_context(database.begin()).scalar(take, {"user": user_id})
        yield


def test_a_sign_in_that_waits_keeps_no_stranger_from_signing_in(
    ada: Person, bob: Person, visitor: httpx2.Client, new_visitor: NewVisitor, database: Engine
) -> None:
    """What limits of the whole site counted is given back before anything is held."""
    # Whoever signs in here signs out what was here; which somebody holds.
    _, token = add_person(database)
    visitor.cookies.set("session", token, domain=visitor.base_url.host)
    with ThreadPoolExecutor(1) as meanwhile:
        with database.begin() as other:
            hold = "SELECT FROM sessions WHERE token_hash = sha256(:token) FOR UPDATE"
            other.execute(text(hold), {"token": token.encode()})
            waits = meanwhile.submit(log_in, visitor, ada)
            until(lambda: waiting(database) or waits.done())
            assert log_in(new_visitor(), bob).status_code == 200
            assert not waits.done()
        assert waits.result().status_code == 200


@pytest.mark.parametrize("prepare", [by_password, by_reset])
def test_few_sign_ins_of_one_person_wait_for_them(
    ada: Person, visitor: httpx2.Client, database: Engine, prepare: Prepare
) -> None:
    """Each that waits has a database connection: all there are would be one person's."""
    user_id, sign_in = ada.user_id, prepare(ada, visitor)
    with ThreadPoolExecutor(MANY) as meanwhile:
        with database.begin() as other:
            other.execute(HOLD, {"id": user_id})
            answers = [meanwhile.submit(sign_in) for _ in range(MANY)]
            until(lambda: sum(answer.done() for answer in answers) == MANY - SEATS)
            assert waiting(database) == SEATS
        statuses = sorted(answer.result().status_code for answer in answers)
    assert (statuses[0], statuses.count(429)) == (200, MANY - SEATS)


@pytest.mark.parametrize("prepare", WAYS)
def test_a_sign_in_that_finds_no_seat_is_refused_for_a_second(
    ada: Person, visitor: httpx2.Client, database: Engine, prepare: Prepare
) -> None:
    user_id, sign_in = ada.user_id, prepare(ada, visitor)
    take = TAKE_LINK_SEAT if prepare in {by_reset, by_former_address} else TAKE_SIGN_IN_SEAT
    with seats_taken(database, user_id, take):
        refused = sign_in()
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_at_once")
    assert refused.headers["Retry-After"] == "1"
    if prepare is not by_passkey:
        assert sign_in().status_code == 200


def test_whoever_signs_in_again_and_again_keeps_no_owner_from_a_new_password(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    user_id, reset = ada.user_id, by_reset(ada, visitor)
    with seats_taken(database, user_id, TAKE_SIGN_IN_SEAT):
        assert reset().status_code == 200


def test_a_code_that_finds_no_seat_is_not_counted(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    user_id, give_code = ada.user_id, by_code(ada, visitor)
    with seats_taken(database, user_id, TAKE_SIGN_IN_SEAT):
        codes = {give_code().json()["code"] for _ in range(SECOND_FACTOR_TRIES.burst + 1)}
    assert codes == {"too_many_at_once"}
    assert give_code().status_code == 200


@pytest.mark.parametrize("prepare", WAYS)
def test_nobody_waits_for_an_account_that_is_being_deleted(
    ada: Person, visitor: httpx2.Client, database: Engine, prepare: Prepare
) -> None:
    """The sweep holds it for as long as S3 takes to delete its pictures."""
    user_id, sign_in = ada.user_id, prepare(ada, visitor)
    with database.begin() as rows:
        shut = "UPDATE users SET disabled_at = now(), delete_after = now() WHERE id = :id"
        rows.execute(text(shut), {"id": user_id})
    with database.begin() as sweep:
        sweep.execute(HOLD, {"id": user_id})
        refused = sign_in()
    assert (refused.status_code, refused.json()["code"]) == (403, "account_disabled")


def waiting(database: Engine) -> int:
    with database.connect() as connection:
        found: int = connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))
    return found
