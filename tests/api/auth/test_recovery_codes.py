"""Recovery codes: each good once, for one person, and only in place of a second factor."""

from collections.abc import Callable
from typing import Any

import httpx2
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import (
    RECOVERY_TRIES_NETWORK,
    SECOND_FACTOR_TRIES,
    SECOND_FACTOR_TRIES_LONG,
)
from tests.support.authenticators import add_totp
from tests.support.rate_limits import use_up
from tests.support.users import PASSWORD, Person

Browsers = Callable[[], httpx2.Client]


def begin(browser: httpx2.Client, person: Person) -> httpx2.Client:
    body = {"email": person.email, "password": PASSWORD}
    browser.post("/api/auth/login", json=body).raise_for_status()
    return browser


def give(browser: httpx2.Client, code: str) -> httpx2.Response:
    return browser.post("/api/auth/second-factor", json={"code": code})


def test_a_code_is_good_once_however_it_is_typed(
    ada: Person, new_visitor: Browsers, database: Engine
) -> None:
    _, codes = add_totp(ada)
    as_on_paper, shouted, misread = codes[0], codes[1].replace("-", " ").upper(), codes[2]
    misread = misread.replace("0", "O").replace("1", "l")
    for typed in (as_on_paper, shouted, misread):
        assert give(begin(new_visitor(), ada), typed).status_code == 200
        assert give(begin(new_visitor(), ada), typed).status_code == 401
    assert ada.http.get("/api/account/security").json()["recovery_codes_left"] == 7
    with database.connect() as connection:
        query = text(
            "SELECT data->>'left' FROM letters WHERE email = :email"
            " AND data->>'what' = 'recovery_code_used' ORDER BY created_at"
        )
        left: list[Any] = list(connection.execute(query, {"email": ada.email}).scalars())
        query = text(
            "SELECT detail->>'how' FROM audit_events JOIN users ON users.id = user_id"
            " WHERE email = :email AND event = 'signed_in'"
        )
        how = set(connection.execute(query, {"email": ada.email}).scalars())
    assert left == ["9", "8", "7"]
    assert how == {"password and recovery_code"}


def test_new_codes_end_the_old_ones(ada: Person, new_visitor: Browsers) -> None:
    _, old = add_totp(ada)
    made = ada.http.post("/api/account/recovery-codes", json={}).json()["recovery_codes"]
    assert len(set(made) | set(old)) == 20
    assert give(begin(new_visitor(), ada), old[0]).status_code == 401
    assert give(begin(new_visitor(), ada), made[0]).status_code == 200


def test_without_a_factor_there_are_no_codes(ada: Person) -> None:
    answer = ada.http.post("/api/account/recovery-codes", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "no_second_factor")


def test_codes_hold_120_bits(ada: Person) -> None:
    _, codes = add_totp(ada)
    alphabet = set("0123456789abcdefghjkmnpqrstvwxyz")
    assert all(len(code.replace("-", "")) == 24 for code in codes)
    assert set("".join(codes)) - {"-"} <= alphabet
    assert len(set("".join(codes))) > 28


def test_whoever_guesses_six_digits_keeps_nobody_from_a_recovery_code(
    ada: Person, new_visitor: Browsers, database: Engine
) -> None:
    _, codes = add_totp(ada)
    for limit in (SECOND_FACTOR_TRIES, SECOND_FACTOR_TRIES_LONG):
        use_up(database, limit, of=ada.user_id)
    owner = begin(new_visitor(), ada)
    assert give(owner, "000000").status_code == 429
    assert give(owner, codes[0]).status_code == 200


def test_one_network_tries_few_recovery_codes(
    ada: Person, bob: Person, new_visitor: Browsers, database: Engine
) -> None:
    (_, codes), (_, bobs) = add_totp(ada), add_totp(bob)
    network, other = begin(new_visitor(), ada), begin(new_visitor(), ada)
    address = network.headers["X-Forwarded-For"]
    use_up(database, RECOVERY_TRIES_NETWORK, of=f"{address} {ada.user_id}")
    assert give(network, codes[0]).status_code == 429
    assert give(other, codes[0]).status_code == 200
    # Who tries in vain keeps nobody else in the network from theirs.
    neighbour = new_visitor()
    neighbour.headers["X-Forwarded-For"] = address
    assert give(begin(neighbour, bob), bobs[0]).status_code == 200
