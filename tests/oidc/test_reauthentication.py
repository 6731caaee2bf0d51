"""Proving again who is there, by a provider (THREATS 42)."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine, text

from tests.oidc.conftest import Traveller, state_of
from tests.oidc.fake_provider import Issuer
from tests.oidc.test_sign_in import proved

OTHER = "/sign-in?problem=confirm_other"


@pytest.fixture
def stale(ada: Traveller, issuer: Issuer, database: Engine) -> Traveller:
    """Ada, who signed in with her provider a while ago."""
    ada.travel(issuer, claims=proved(ada.email, ada.email))
    with database.begin() as rows:
        rows.execute(
            text(
                "UPDATE sessions SET fresh_at = now() - interval '11 minutes' WHERE user_id ="
                " (SELECT id FROM users WHERE email = :email)"
            ),
            {"email": ada.email},
        )
    assert not is_fresh(ada)
    return ada


def is_fresh(who: Traveller) -> bool:
    until: str = who.http.get("/api/auth/session").json()["fresh_until"]
    return datetime.fromisoformat(until) > datetime.now(UTC)


def test_it_asks_the_provider_to_ask(stale: Traveller, issuer: Issuer) -> None:
    wishes = parse_qs(urlsplit(stale.set_out(issuer, purpose="confirm")).query)
    assert wishes["prompt"] == ["login"]
    assert wishes["max_age"] == ["0"]
    assert wishes["login_hint"] == [stale.email]


@pytest.mark.parametrize("claims", [{}, {"auth_time": "now"}])
def test_the_same_person_is_fresh_again(
    stale: Traveller, issuer: Issuer, claims: dict[str, object]
) -> None:
    before = stale.http.cookies["session"]
    told = {name: int(time.time()) for name in claims}
    who = proved(stale.email, stale.email) | told
    answer = stale.travel(issuer, claims=who, purpose="confirm", next="/settings")
    assert stale.where(answer) == "/settings"
    assert is_fresh(stale)
    assert stale.http.cookies["session"] != before


def test_a_provider_that_did_not_ask_confirms_nothing(stale: Traveller, issuer: Issuer) -> None:
    who = proved(stale.email, stale.email) | {"auth_time": int(time.time()) - 60}
    answer = stale.travel(issuer, claims=who, purpose="confirm")
    assert stale.where(answer) == "/sign-in?problem=openid_failed"
    assert not is_fresh(stale)


def test_a_provider_that_names_no_moment_confirms_nothing(stale: Traveller, issuer: Issuer) -> None:
    who = proved(stale.email, stale.email) | {"auth_time": 10**400}
    answer = stale.travel(issuer, claims=who, purpose="confirm")
    assert stale.where(answer) == "/sign-in?problem=openid_failed"
    assert not is_fresh(stale)


def test_somebody_else_confirms_nothing(stale: Traveller, eve: Traveller, issuer: Issuer) -> None:
    """Neither a stranger, nor one with the same address, nor one who has an account here."""
    eve.travel(issuer, claims=proved(eve.email, eve.email))
    for who in (
        proved("stranger@example.org"),
        proved(stale.email),
        proved(eve.email, eve.email),
    ):
        assert stale.where(stale.travel(issuer, claims=who, purpose="confirm")) == OTHER
        assert not is_fresh(stale)
        assert stale.signed_in_as == stale.email


def test_a_sign_in_is_no_confirmation_of_another_session(
    stale: Traveller, issuer: Issuer, new_traveller: Callable[[], Traveller]
) -> None:
    """What one browser began, the same person's other browser does not finish."""
    other = new_traveller()
    other.travel(issuer, claims=proved(stale.email, stale.email))
    location = other.set_out(issuer, purpose="confirm")
    code = issuer.authorize(location, **proved(stale.email, stale.email))
    stale.come_back(issuer, code=code, state=state_of(location))
    assert not is_fresh(stale)


def test_whoever_signed_out_meanwhile_confirms_nothing(stale: Traveller, issuer: Issuer) -> None:
    location = stale.set_out(issuer, purpose="confirm")
    code = issuer.authorize(location, **proved(stale.email, stale.email))
    stale.http.post("/api/auth/logout").raise_for_status()
    answer = stale.come_back(issuer, code=code, state=state_of(location))
    assert stale.where(answer) == OTHER
    assert stale.signed_in_as is None
