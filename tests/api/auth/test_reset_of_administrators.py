"""Whoever was in an administrator's account ends neither their reset nor what comes after it."""

from collections.abc import Callable

import httpx2
import pytest
from sqlalchemy import Engine

from tests.api.auth.test_mfa_bypass import grow_older, reset
from tests.support.authenticators import (
    SoftwareKey,
    add_passkey,
    add_totp,
    code_of,
    sign_in_by_passkey,
)
from tests.support.users import PASSWORD, Person, make_administrator

Browsers = Callable[[], httpx2.Client]


def end_other_sessions(thief: httpx2.Client) -> httpx2.Response:
    return thief.delete("/api/account/sessions")


def set_another_password(thief: httpx2.Client) -> httpx2.Response:
    body = {"password": "eleven grey herons on the pier"}
    return thief.post("/api/account/password", json=body)


@pytest.mark.parametrize("end", [end_other_sessions, set_another_password])
def test_second_step_of_a_reset_outlives_whoever_is_in_the_account(
    ada: Person,
    visitor: httpx2.Client,
    new_visitor: Browsers,
    database: Engine,
    end: Callable[[httpx2.Client], httpx2.Response],
) -> None:
    """A passkey of theirs stays until a former factor is proved; typing that takes some seconds."""
    make_administrator(database, ada)
    secret, _ = add_totp(ada)
    grow_older(database, ada, days=8)
    theirs, thief = SoftwareKey(), new_visitor()
    add_passkey(ada, theirs)
    ada.http.delete("/api/account/totp").raise_for_status()
    assert reset(visitor, ada)["second_factor"] is not None
    sign_in_by_passkey(thief, theirs).raise_for_status()
    end(thief).raise_for_status()
    body = {"name": "script", "scope": "read", "days": 30}
    token = thief.post("/api/account/tokens", json=body).raise_for_status().json()
    done = visitor.post("/api/auth/second-factor", json={"code": code_of(secret, later=1)})
    assert done.raise_for_status().json()["user"]["email"] == ada.email
    assert thief.get("/api/images").status_code == 401
    bearer = {"Authorization": f"Bearer {token['token']}"}
    thief.cookies.clear()
    assert thief.get("/api/images", headers=bearer).status_code == 401
    assert sign_in_by_passkey(new_visitor(), theirs).status_code == 401
    assert visitor.get("/api/account/security").json()["passkeys"] == []


def test_a_sign_in_by_password_that_waits_is_ended(ada: Person, new_visitor: Browsers) -> None:
    """Only what a mail began stays."""
    secret, _ = add_totp(ada)
    waiting = new_visitor()
    body = {"email": ada.email, "password": PASSWORD}
    waiting.post("/api/auth/login", json=body).raise_for_status()
    end_other_sessions(ada.http).raise_for_status()
    answer = waiting.post("/api/auth/second-factor", json={"code": code_of(secret, later=1)})
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"
