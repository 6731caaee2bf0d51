"""Passkeys: a software authenticator that really signs, and lies in one place at a time."""

import json
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from flask import Flask
from sqlalchemy import Engine, text

from app.accounts.rate_limits.networks import for_network
from app.accounts.rate_limits.policies import PASSKEY_TRIES_NETWORK
from tests.support.authenticators import (
    PRESENT,
    VERIFIED,
    SoftwareKey,
    add_passkey,
    ask_for_passkey,
    b64,
    sign_in_by_passkey,
    un_b64,
)
from tests.support.rate_limits import use_up
from tests.support.users import PASSWORD, Json, Person

Browsers = Callable[[], httpx2.Client]


def is_refused(answer: httpx2.Response, browser: httpx2.Client) -> None:
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_passkey"), answer.text
    assert "session" not in browser.cookies
    assert browser.get("/api/auth/session").json()["user"] is None


def test_a_passkey_signs_in_without_a_password(ada: Person, visitor: httpx2.Client) -> None:
    key = SoftwareKey()
    added = add_passkey(ada, key, name="  Ada's \u202ephone ")
    assert added["passkey"]["name"] == "Ada's phone"
    assert len(set(added["recovery_codes"])) == 10
    assert ask_for_passkey(visitor)["allowCredentials"] == []
    answer = sign_in_by_passkey(visitor, key)
    assert answer.json()["user"]["email"] == ada.email
    assert answer.json()["fresh_until"]
    assert sign_in_by_passkey(visitor, key).status_code == 200


def test_a_passkey_completes_a_sign_in_by_password(ada: Person, visitor: httpx2.Client) -> None:
    key = SoftwareKey()
    add_passkey(ada, key)
    half = visitor.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD}).json()
    assert half["user"] is None
    assert half["second_factor"] == {"methods": ["passkey", "recovery_code"]}
    asked = ask_for_passkey(visitor)
    assert [each["id"] for each in asked["allowCredentials"]] == [b64(key.credential_id)]
    done = visitor.post("/api/auth/passkey", json={"credential": key.get(asked)})
    assert done.json()["user"]["email"] == ada.email
    assert "pending" not in visitor.cookies


def test_two_tabs_do_not_disturb_each_other(ada: Person, visitor: httpx2.Client) -> None:
    key = SoftwareKey()
    add_passkey(ada, key)
    first_tab, _second_tab = ask_for_passkey(visitor), ask_for_passkey(visitor)
    answer = visitor.post("/api/auth/passkey", json={"credential": key.get(first_tab)})
    assert answer.status_code == 200


LIES: list[dict[str, Any]] = [
    {"origin": "http://evil.example"},
    {"origin": "http://localhost:8000.evil.example"},
    {"origin": "https://localhost:8000"},
    {"origin": "http://localhost"},
    {"rp_id": "evil.example"},
    {"flags": PRESENT},  # nobody's finger, face or PIN
    {"flags": VERIFIED},  # nobody was there
    {"ceremony": "webauthn.create"},
    {"cross_origin": True},  # in a frame of another site
    {"key": SoftwareKey().key},  # another's signature
    {"user_handle": uuid4().bytes},  # of an account that it is not kept for
]


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: "-".join(map(str, lie)))
def test_whoever_lies_is_not_signed_in(
    ada: Person, visitor: httpx2.Client, lie: dict[str, Any]
) -> None:
    key = SoftwareKey()
    add_passkey(ada, key)
    is_refused(sign_in_by_passkey(visitor, replace(key, **lie)), visitor)
    assert sign_in_by_passkey(visitor, replace(key, counter=5)).status_code == 200


@pytest.mark.parametrize("counts", [True, False])
def test_a_challenge_is_good_once(ada: Person, new_visitor: Browsers, *, counts: bool) -> None:
    key = SoftwareKey(counts=counts)
    add_passkey(ada, key)
    browser = new_visitor()
    asked = ask_for_passkey(browser)
    seen = {"credential": key.get(asked)}
    cookie = browser.cookies["challenge"]
    assert browser.post("/api/auth/passkey", json=seen).status_code == 200
    thief = new_visitor()
    thief.cookies.set("challenge", cookie, domain=thief.base_url.host)
    is_refused(thief.post("/api/auth/passkey", json=seen), thief)
    signed_anew = {"credential": key.get(asked)}
    is_refused(thief.post("/api/auth/passkey", json=signed_anew), thief)


def test_a_challenge_that_failed_is_gone(ada: Person, visitor: httpx2.Client) -> None:
    key = SoftwareKey()
    add_passkey(ada, key)
    asked = ask_for_passkey(visitor)
    wrong = {"credential": replace(key, flags=PRESENT).get(asked)}
    is_refused(visitor.post("/api/auth/passkey", json=wrong), visitor)
    is_refused(visitor.post("/api/auth/passkey", json={"credential": key.get(asked)}), visitor)


def test_a_challenge_to_another_browser_is_worth_nothing(
    ada: Person, new_visitor: Browsers
) -> None:
    key = SoftwareKey()
    add_passkey(ada, key)
    asked, here = new_visitor(), new_visitor()
    answer = {"credential": key.get(ask_for_passkey(asked))}
    is_refused(here.post("/api/auth/passkey", json=answer), here)
    ask_for_passkey(here)  # with a cookie of its own
    is_refused(here.post("/api/auth/passkey", json=answer), here)
    assert asked.post("/api/auth/passkey", json=answer).status_code == 200


def test_made_up_and_old_challenges_are_worth_nothing(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    key = SoftwareKey()
    add_passkey(ada, key)
    asked = ask_for_passkey(visitor)
    made_up = key.get({"challenge": b64(bytes(32))})
    is_refused(visitor.post("/api/auth/passkey", json={"credential": made_up}), visitor)
    with database.begin() as connection:
        connection.execute(
            text(
                "UPDATE one_time_tokens SET expires_at = now() - interval '1 second'"
                " WHERE token_hash = sha256(convert_to(:token, 'UTF8'))"
            ),
            {"token": asked["challenge"]},
        )
    is_refused(visitor.post("/api/auth/passkey", json={"credential": key.get(asked)}), visitor)


def test_a_challenge_for_making_a_passkey_signs_nobody_in(ada: Person) -> None:
    key = SoftwareKey()
    add_passkey(ada, key)
    asked = ada.http.post("/api/account/passkeys/options", json={}).json()["public_key"]
    answer = ada.http.post("/api/auth/passkey", json={"credential": key.get(asked)})
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_passkey")


@pytest.mark.parametrize("back", [0, 1, 6])
def test_a_counter_that_goes_back_is_a_copy(ada: Person, visitor: httpx2.Client, back: int) -> None:
    key = SoftwareKey(counter=7)
    add_passkey(ada, key)
    assert sign_in_by_passkey(visitor, key).status_code == 200
    visitor.post("/api/auth/logout").raise_for_status()
    copy = replace(key, counter=key.counter - 1 - back)
    is_refused(sign_in_by_passkey(visitor, copy), visitor)
    assert sign_in_by_passkey(visitor, key).status_code == 200


def test_anothers_passkey_is_no_second_factor(
    ada: Person, bob: Person, visitor: httpx2.Client
) -> None:
    bobs = SoftwareKey()
    add_passkey(ada, SoftwareKey())
    add_passkey(bob, bobs)
    visitor.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD})
    is_refused(sign_in_by_passkey(visitor, bobs), visitor)
    claims_to_be_ada = replace(bobs, user_handle=un_b64(b64(bytes.fromhex(_hex(ada)))))
    is_refused(sign_in_by_passkey(visitor, claims_to_be_ada), visitor)
    # The sign-in still waits for ada; given up, bob may sign in as himself.
    assert visitor.get("/api/auth/session").json()["second_factor"]
    assert visitor.delete("/api/auth/second-factor").status_code == 204
    assert sign_in_by_passkey(visitor, bobs).json()["user"]["email"] == bob.email


def test_a_shut_account_stays_shut(ada: Person, visitor: httpx2.Client, database: Engine) -> None:
    key = SoftwareKey()
    add_passkey(ada, key)
    with database.begin() as connection:
        statement = text("UPDATE users SET disabled_at = now() WHERE email = :email")
        connection.execute(statement, {"email": ada.email})
    answer = sign_in_by_passkey(visitor, key)
    assert (answer.status_code, answer.json()["code"]) == (403, "account_disabled")
    assert "session" not in visitor.cookies


def test_a_whole_ipv6_customer_counts_as_one_that_asks(
    new_visitor: Browsers, database: Engine
) -> None:
    customer, other = new_visitor(), new_visitor()
    with Flask(__name__).test_request_context(environ_base={"REMOTE_ADDR": "2001:db8:99::1"}):
        _, (wide, network) = for_network(PASSKEY_TRIES_NETWORK)
    use_up(database, wide, of=network)
    customer.headers["X-Forwarded-For"] = "2001:db8:99:2::1"
    assert customer.post("/api/auth/passkey/options", json={}).status_code == 429
    assert other.post("/api/auth/passkey/options", json={}).status_code == 200


def test_whatever_is_sent_is_refused_in_order(ada: Person, visitor: httpx2.Client) -> None:
    key = SoftwareKey()
    add_passkey(ada, key)
    random = Random(20261122)  # noqa: S311 - the same damage each time
    for number in range(60):
        credential = key.get(ask_for_passkey(visitor))
        _damage(credential, random, keep_challenge=number % 2 == 0)
        answer = visitor.post("/api/auth/passkey", json={"credential": credential})
        assert answer.status_code == 401, credential
    for credential in ({}, {"id": 1}, {"id": "a", "response": []}, {"id": "é", "response": {}}):
        answer = visitor.post("/api/auth/passkey", json={"credential": credential})
        assert answer.status_code == 401
    assert visitor.post("/api/auth/passkey", json={"credential": []}).status_code == 422


def _damage(credential: Json, random: Random, *, keep_challenge: bool) -> None:
    """Change one part of it into what no library was written for."""
    response = credential["response"]
    parts = ["authenticatorData", "signature", "userHandle"]
    part = random.choice(parts if keep_challenge else [*parts, "clientDataJSON"])
    content = bytearray(un_b64(response[part]))
    match random.randrange(5):
        case 0:
            content = content[: random.randrange(len(content))]
        case 1:
            content[random.randrange(len(content))] ^= 1 << random.randrange(8)
        case 2:
            response[part] = random.choice(
                [None if part != "userHandle" else 7, 7, [], {}, "é", "="]
            )
            return
        case 3:
            content = bytearray(json.dumps([[]] * 999).encode())
        case _:
            content = bytearray(random.randbytes(200))
    response[part] = b64(bytes(content))


def _hex(person: Person) -> str:
    return person.user_id.replace("-", "")


def test_nobody_in_a_network_uses_up_the_passkeys_of_a_sign_in_that_awaits_one(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    key = SoftwareKey()
    add_passkey(ada, key)
    body = {"email": ada.email, "password": PASSWORD}
    use_up(database, PASSKEY_TRIES_NETWORK, of=visitor.headers["X-Forwarded-For"])
    assert visitor.post("/api/auth/passkey/options", json={}).status_code == 429
    visitor.post("/api/auth/login", json=body).raise_for_status()
    assert sign_in_by_passkey(visitor, key).status_code == 200
