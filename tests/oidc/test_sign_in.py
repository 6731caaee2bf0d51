"""Signing in with a provider that is honest."""

import time
from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.oidc.conftest import Traveller
from tests.oidc.fake_provider import Issuer


def proved(email: str, subject: str = "") -> dict[str, object]:
    """What a provider says of somebody whose address it has proved."""
    return {"sub": subject or uuid4().hex, "email": email, "email_verified": True}


def test_a_proved_address_of_nobody_makes_an_account_and_signs_in(
    ada: Traveller, issuer: Issuer, count: Callable[..., int]
) -> None:
    answer = ada.travel(issuer, claims=proved(ada.email.upper()), next="/settings?x=1#y")
    assert ada.where(answer) == "/settings?x=1#y"
    session = ada.http.get("/api/auth/session").json()
    assert session["user"]["email"] == ada.email
    assert session["user"]["email_verified"]
    assert not session["user"]["has_password"]
    assert not session["user"]["is_administrator"]
    assert session["fresh_until"]
    assert "openid" not in ada.http.cookies
    assert count("SELECT count(*) FROM letters WHERE user_id = :id", id=ada.user_id) == 0


def test_whoever_comes_again_is_known_by_issuer_and_subject_alone(
    ada: Traveller, issuer: Issuer, new_traveller: Callable[[], Traveller]
) -> None:
    who = proved(ada.email)
    ada.travel(issuer, claims=who)
    elsewhere = new_traveller()
    answer = elsewhere.travel(
        issuer, claims={"sub": who["sub"], "email": "moved@example.com", "email_verified": False}
    )
    assert elsewhere.where(answer) == "/"
    assert elsewhere.signed_in_as == ada.email


@pytest.mark.parametrize(
    ("asked_ago", "status"),
    [(None, 401), (3600, 401), (0, 200)],
    ids=["not told", "an hour ago", "on this trip"],
)
def test_a_provider_that_asked_nothing_proves_nothing_recent(
    ada: Traveller,
    issuer: Issuer,
    new_traveller: Callable[[], Traveller],
    asked_ago: int | None,
    status: int,
) -> None:
    """Whoever finds a browser that is signed in there adds no passkey here by that alone."""
    who = proved(ada.email)
    ada.travel(issuer, claims=who)
    assert ada.http.post("/api/account/passkeys/options", json={}).status_code == 200
    told = {} if asked_ago is None else {"auth_time": int(time.time()) - asked_ago}
    elsewhere = new_traveller()
    elsewhere.travel(issuer, claims=who | told)
    assert elsewhere.signed_in_as == ada.email
    answer = elsewhere.http.post("/api/account/passkeys/options", json={})
    assert answer.status_code == status
