"""Whoever was first at an address keeps nothing once its owner comes (THREATS 41).

The five variants of "Pre-hijacked accounts" (Sudhodanan and Paverd, 2022). Eve prepares an account
that has Ada's address, as far as the product lets her; Ada comes with a provider that proves it is
hers. An account at an address that nobody proved can only be a site's first one, so it is put into
the database.
"""

from collections.abc import Callable
from typing import TypeVar

import httpx2
import pytest
from sqlalchemy import Engine, text

from tests.oidc.conftest import Traveller, state_of
from tests.oidc.fake_provider import Issuer, Provider
from tests.oidc.test_sign_in import proved
from tests.support.mailbox import next_mail, token_in
from tests.support.users import PASSWORD

NEW_PASSWORD = "nine slow herons over the estuary"
Counter = Callable[..., int]
R = TypeVar("R")


@pytest.fixture
def squatter(eve: Traveller, database: Engine) -> Traveller:
    """Eve, signed in to an account at an address of Ada's that nobody has proved."""
    eve.join(database, email_verified_at=None)
    return eve


def link_before(squatter: Traveller, database: Engine, link: Callable[[], R]) -> R:
    """Link an identity as on a site that sent no mail then, where no proof was asked for."""
    prove = text("UPDATE users SET email_verified_at = now() WHERE email = :email")
    unprove = text("UPDATE users SET email_verified_at = NULL WHERE email = :email")
    with database.begin() as rows:
        rows.execute(prove, {"email": squatter.email})
    linked = link()
    with database.begin() as rows:
        rows.execute(unprove, {"email": squatter.email})
    return linked


def test_without_a_proved_address_no_identity_is_linked(
    squatter: Traveller, issuer: Issuer
) -> None:
    answer = squatter.start(issuer, purpose="link")
    assert (answer.status_code, answer.json()["code"]) == (409, "prove_address_first")


def sign_in(who: Traveller, email: str, password: str = PASSWORD) -> httpx2.Response:
    body = {"email": email, "password": password, "link": True}
    return who.http.post("/api/auth/login", json=body)


def take_back(ada: Traveller, email: str) -> None:
    """Reset the password by the mail that only Ada gets."""
    ask = lambda: ada.http.post("/api/auth/reset", json={"email": email})  # noqa: E731
    token = token_in(next_mail(ada.http, email, ask, about="Set a new password"))
    body = {"token": token, "password": NEW_PASSWORD}
    ada.http.post("/api/auth/reset/finish", json=body).raise_for_status()
    assert ada.signed_in_as == email


def test_classic_merge(ada: Traveller, squatter: Traveller, issuer: Issuer) -> None:
    """Ada's identity does not slip into Eve's account; once Ada has it, Eve's password is dead."""
    email = squatter.email
    answer = ada.travel(issuer, claims=proved(email))
    assert ada.where(answer).startswith("/sign-in/link?")
    assert ada.signed_in_as is None
    take_back(ada, email)
    assert sign_in(squatter, email).status_code == 401
    assert sign_in(ada, email, NEW_PASSWORD).status_code == 200


def test_unexpired_session(ada: Traveller, squatter: Traveller, issuer: Issuer) -> None:
    email = squatter.email
    assert squatter.http.get("/api/images").status_code == 200
    ada.travel(issuer, claims=proved(email))
    take_back(ada, email)
    assert squatter.http.get("/api/images").status_code == 401


def test_trojan_identifier(
    ada: Traveller, squatter: Traveller, issuer: Issuer, provider: Provider, database: Engine
) -> None:
    """An identity of Eve's at another provider does not open the account that Ada took over."""
    email, other = squatter.email, provider.issuers["other"]
    who = {"sub": f"eve-{email}", "email": "eve@example.com", "email_verified": False}
    link_before(squatter, database, lambda: squatter.travel(other, claims=who, purpose="link"))
    ada.travel(issuer, claims=proved(email))
    take_back(ada, email)
    squatter.http.cookies.clear()
    answer = squatter.travel(other, claims=who)
    assert squatter.where(answer) == "/sign-in?problem=email_unverified"
    assert squatter.signed_in_as is None


def test_trojan_identifier_by_a_link_that_waits(
    ada: Traveller, squatter: Traveller, issuer: Issuer, count: Counter, database: Engine
) -> None:
    """Nor does one that Eve set out for before, and comes back with afterwards."""
    email = squatter.email
    location = link_before(squatter, database, lambda: squatter.set_out(issuer, purpose="link"))
    code = issuer.authorize(location, sub=f"eve-{email}")
    take_back(ada, email)
    answer = squatter.come_back(issuer, code=code, state=state_of(location))
    assert "problem=" in squatter.where(answer)
    identities = "SELECT count(*) FROM identities WHERE subject = :subject"
    assert count(identities, subject=f"eve-{email}") == 0


def test_unexpired_change_of_address(
    ada: Traveller, eve: Traveller, issuer: Issuer, database: Engine
) -> None:
    """Eve asks for Ada's address; Ada joins with her provider; the old link moves nothing."""
    eve.join(database)
    ask = lambda: eve.http.post("/api/account/email", json={"email": ada.email})  # noqa: E731
    token = token_in(next_mail(eve.http, ada.email, ask, about="address"))
    assert ada.where(ada.travel(issuer, claims=proved(ada.email))) == "/"
    assert eve.http.post("/api/auth/verify", json={"token": token}).status_code == 410
    # Not even if Ada, who has the mail, opens it.
    assert ada.http.post("/api/auth/verify", json={"token": token}).status_code == 410
    assert ada.signed_in_as == ada.email
    assert eve.signed_in_as == eve.email


def test_unexpired_change_to_the_attackers_address(ada: Traveller, squatter: Traveller) -> None:
    """Eve asks to move the account to an address of hers, and keeps the link until Ada is in."""
    email, hers = squatter.email, f"eve-{squatter.email}"
    ask = lambda: squatter.http.post("/api/account/email", json={"email": hers})  # noqa: E731
    token = token_in(next_mail(squatter.http, hers, ask, about="address"))
    take_back(ada, email)
    assert squatter.http.post("/api/auth/verify", json={"token": token}).status_code == 401
    assert ada.signed_in_as == email


def test_a_provider_that_proves_nothing(
    ada: Traveller, eve: Traveller, issuer: Issuer, database: Engine, count: Counter
) -> None:
    """Eve says at a provider that Ada's address is hers, before Ada comes and after."""
    lie = {"sub": f"eve-{ada.email}", "email": ada.email, "email_verified": False}
    assert eve.where(eve.travel(issuer, claims=lie)) == "/sign-in?problem=email_unverified"
    assert count("SELECT count(*) FROM users WHERE email = :email", email=ada.email) == 0
    assert ada.where(ada.travel(issuer, claims=proved(ada.email))) == "/"
    assert eve.where(eve.travel(issuer, claims=lie)) == "/sign-in?problem=email_unverified"
    # Linked to an account of her own, the lie does not become Ada's address either.
    eve.join(database)
    eve.travel(issuer, claims=lie, purpose="link")
    assert eve.http.get("/api/auth/session").json()["user"]["email"] == eve.email


def test_a_welcome_that_is_late(ada: Traveller, eve: Traveller, issuer: Issuer) -> None:
    """Eve asks to join as Ada; Ada joins with her provider; the link in the mail makes nothing."""
    ask = lambda: eve.http.post("/api/auth/register", json={"email": ada.email})  # noqa: E731
    token = token_in(next_mail(eve.http, ada.email, ask, about="link to join"))
    ada.travel(issuer, claims=proved(ada.email))
    body = {"token": token, "password": PASSWORD}
    assert eve.http.post("/api/auth/welcome", json=body).status_code == 410
    assert sign_in(eve, ada.email).status_code == 401


def test_an_address_that_its_provider_gave_away(
    ada: Traveller, eve: Traveller, issuer: Issuer, database: Engine
) -> None:
    """Providers give addresses to new people: the same address, another subject, is a stranger."""
    ada.travel(issuer, claims=proved(ada.email, f"first-{ada.email}"))
    answer = eve.travel(issuer, claims=proved(ada.email, f"second-{ada.email}"))
    assert eve.where(answer).startswith("/sign-in/link?")
    assert eve.signed_in_as is None
    with database.begin() as rows:  # nor does a subject count that another issuer has
        issuers = rows.execute(
            text("SELECT issuer FROM identities WHERE subject = :subject"),
            {"subject": f"first-{ada.email}"},
        ).scalars()
        assert list(issuers) == [issuer.address]


def test_the_same_name_at_another_provider_is_somebody_else(
    ada: Traveller, eve: Traveller, issuer: Issuer, provider: Provider
) -> None:
    who = proved(ada.email)
    ada.travel(issuer, claims=who)
    other = provider.issuers["other"]
    answer = eve.travel(other, claims={"sub": who["sub"], "email_verified": True})
    assert eve.where(answer) == "/sign-in?problem=email_unverified"
