"""Which accounts a provider's person opens, and how more of them come to (THREATS 41)."""

import time
from collections.abc import Callable
from urllib.parse import urlencode

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.identities import MAX_IDENTITIES
from app.accounts.rate_limits.policies import NEW_WAYS_IN, OPENID_STARTS_NETWORK
from tests.oidc.conftest import Traveller, state_of
from tests.oidc.fake_provider import ABSENT, Issuer, Provider
from tests.oidc.test_sign_in import proved
from tests.support.rate_limits import forget, use_up
from tests.support.users import PASSWORD

Counter = Callable[..., int]
USERS = "SELECT count(*) FROM users WHERE email = :email"
IDENTITIES = "SELECT count(*) FROM identities WHERE subject = :subject"


def sign_in(who: Traveller, email: str, *, link: bool) -> httpx2.Response:
    body = {"email": email, "password": PASSWORD, "link": link}
    return who.http.post("/api/auth/login", json=body)


def identities_of(who: Traveller) -> list[str]:
    found = who.http.get("/api/account/security").json()["identities"]
    return [each["id"] for each in found]


def test_a_person_links_only_so_many_accounts_of_providers(
    ada: Traveller, issuer: Issuer, database: Engine
) -> None:
    ada.join(database)
    location = ada.set_out(issuer, purpose="link")
    add = (
        "INSERT INTO identities (id, user_id, provider, issuer, subject, email, created_at)"
        " SELECT gen_random_uuid(), id, 'plain', 'https://plain.example',"
        " gen_random_uuid()::text, '', now()"
        " FROM users, generate_series(1, :most) WHERE users.email = :email"
    )
    with database.begin() as rows:
        rows.execute(text(add), {"email": ada.email, "most": MAX_IDENTITIES})
    refused = ada.start(issuer, purpose="link")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_identities")
    # Nor by a trip that was begun before.
    code = issuer.authorize(location, sub=f"sub-{ada.email}")
    ada.come_back(issuer, code=code, state=state_of(location))
    assert len(identities_of(ada)) == MAX_IDENTITIES


@pytest.mark.parametrize("verified", [False, "true", 1, None, ABSENT, "false", []])
def test_an_address_that_is_not_proved_is_nobodys(
    ada: Traveller, issuer: Issuer, database: Engine, count: Counter, verified: object
) -> None:
    ada.join(database)
    ada.http.cookies.clear()
    answer = ada.travel(issuer, claims=proved(ada.email) | {"email_verified": verified})
    assert ada.where(answer) == "/sign-in?problem=email_unverified"
    assert "link" not in ada.http.cookies
    assert ada.signed_in_as is None
    nobody = f"new-{ada.email}"
    answer = ada.travel(issuer, claims=proved(nobody) | {"email_verified": verified})
    assert ada.where(answer) == "/sign-in?problem=email_unverified"
    assert count(USERS, email=nobody) == 0


@pytest.mark.parametrize("email", [ABSENT, "", None, 7, "nobody", "a@b\r\nx", "x" * 300 + "@a.org"])
def test_without_an_address_nobody_joins(ada: Traveller, issuer: Issuer, email: object) -> None:
    answer = ada.travel(issuer, claims=proved(ada.email) | {"email": email})
    assert ada.where(answer) == "/sign-in?problem=email_unverified"
    assert ada.signed_in_as is None


def test_an_account_is_linked_once_its_own_proof_is_given(
    ada: Traveller, issuer: Issuer, database: Engine, count: Counter
) -> None:
    ada.join(database)
    ada.http.cookies.clear()
    who = proved(ada.email)
    answer = ada.travel(issuer, claims=who, next="/settings?a=b")
    query = urlencode({"email": ada.email, "next": "/settings?a=b"})
    assert ada.where(answer) == f"/sign-in/link?{query}"
    assert ada.signed_in_as is None
    waiting = ada.http.get("/api/auth/openid/waiting")
    assert waiting.json() == {"provider": "plain", "label": "Plain", "email": ada.email}

    assert sign_in(ada, ada.email, link=True).status_code == 200
    assert count(IDENTITIES, subject=who["sub"]) == 1
    assert ada.http.get("/api/auth/openid/waiting").status_code == 204
    letters = "SELECT count(*) FROM letters WHERE kind = 'identity_linked' AND email = :email"
    assert count(letters, email=ada.email) == 1
    ada.http.cookies.clear()
    assert ada.where(ada.travel(issuer, claims=who)) == "/"
    assert ada.signed_in_as == ada.email


def test_nothing_is_linked_that_nobody_wished(
    ada: Traveller, issuer: Issuer, database: Engine, count: Counter
) -> None:
    ada.join(database)
    ada.http.cookies.clear()
    who = proved(ada.email)
    ada.travel(issuer, claims=who)
    assert sign_in(ada, ada.email, link=False).status_code == 200
    assert count(IDENTITIES, subject=who["sub"]) == 0


def test_what_waits_is_linked_to_no_other_account(
    ada: Traveller, eve: Traveller, issuer: Issuer, database: Engine, count: Counter
) -> None:
    ada.join(database)
    eve.join(database)
    eve.http.cookies.clear()
    who = proved(ada.email)
    eve.travel(issuer, claims=who)  # whoever has the mailbox, or took somebody's browser
    assert sign_in(eve, eve.email, link=True).status_code == 200
    assert count(IDENTITIES, subject=who["sub"]) == 0


def test_what_waits_in_one_browser_is_linked_by_no_other(
    ada: Traveller, eve: Traveller, issuer: Issuer, database: Engine, count: Counter
) -> None:
    ada.join(database)
    ada.http.cookies.clear()
    who = proved(ada.email)
    eve.travel(issuer, claims=who)
    assert sign_in(ada, ada.email, link=True).status_code == 200
    assert count(IDENTITIES, subject=who["sub"]) == 0


def test_a_link_that_waits_is_dead_after_a_while(
    ada: Traveller, issuer: Issuer, database: Engine, count: Counter
) -> None:
    ada.join(database)
    ada.http.cookies.clear()
    who = proved(ada.email)
    ada.travel(issuer, claims=who)
    with database.begin() as rows:
        rows.execute(text("UPDATE one_time_tokens SET expires_at = now() WHERE purpose = 'link'"))
    assert ada.http.get("/api/auth/openid/waiting").status_code == 204
    assert sign_in(ada, ada.email, link=True).status_code == 200
    assert count(IDENTITIES, subject=who["sub"]) == 0


def test_a_signed_in_person_links_and_unlinks(
    ada: Traveller, issuer: Issuer, database: Engine
) -> None:
    ada.join(database)
    who = {"sub": "linked-" + ada.email}  # whatever the provider calls them
    answer = ada.travel(issuer, claims=who, purpose="link", next="/settings")
    assert ada.where(answer) == "/settings"
    (identity,) = identities_of(ada)
    assert ada.http.delete(f"/api/account/identities/{identity}").status_code == 204
    assert identities_of(ada) == []
    ada.http.cookies.clear()
    assert ada.where(ada.travel(issuer, claims=who)) == "/sign-in?problem=email_unverified"


def test_linking_takes_a_recent_proof(ada: Traveller, issuer: Issuer, database: Engine) -> None:
    assert ada.start(issuer, purpose="link").json()["code"] == "not_signed_in"
    assert ada.start(issuer, purpose="confirm").json()["code"] == "not_signed_in"
    ada.join(database)
    _make_stale(database, ada)
    assert ada.start(issuer, purpose="link").json()["code"] == "confirm_first"


def test_an_identity_opens_one_account(
    ada: Traveller, eve: Traveller, issuer: Issuer, database: Engine
) -> None:
    who = proved(ada.email)
    ada.travel(issuer, claims=who)
    eve.join(database)
    answer = eve.travel(issuer, claims=who, purpose="link")
    assert eve.where(answer) == "/sign-in?problem=link_other"
    assert identities_of(eve) == []
    assert eve.signed_in_as == eve.email


def test_whoever_set_out_to_link_must_come_back(
    ada: Traveller, eve: Traveller, issuer: Issuer, database: Engine, count: Counter
) -> None:
    """Somebody else signed in meanwhile: the identity must not become theirs."""
    ada.join(database)
    location = ada.set_out(issuer, purpose="link")
    code = issuer.authorize(location, sub=f"sub-{ada.email}")
    eve.join(database)
    sign_in(ada, eve.email, link=False).raise_for_status()
    answer = ada.come_back(issuer, code=code, state=state_of(location))
    assert ada.where(answer) == "/sign-in?problem=link_other"
    assert count(IDENTITIES, subject=f"sub-{ada.email}") == 0


def test_strangers_unlink_nothing(
    ada: Traveller, eve: Traveller, issuer: Issuer, database: Engine
) -> None:
    ada.join(database)
    ada.travel(issuer, claims={"sub": f"sub-{ada.email}"}, purpose="link")
    eve.join(database)
    (identity,) = identities_of(ada)
    assert eve.http.delete(f"/api/account/identities/{identity}").status_code == 404
    assert identities_of(ada) == [identity]


def test_the_last_way_in_stays(ada: Traveller, provider: Provider, issuer: Issuer) -> None:
    ada.travel(issuer, claims=proved(ada.email))
    (first,) = identities_of(ada)
    refused = ada.http.delete(f"/api/account/identities/{first}")
    assert (refused.status_code, refused.json()["code"]) == (409, "last_way_in")
    other = provider.issuers["other"]
    ada.travel(other, claims={"sub": f"other-{ada.email}"}, purpose="link")
    assert ada.http.delete(f"/api/account/identities/{first}").status_code == 204
    (second,) = identities_of(ada)
    assert ada.http.delete(f"/api/account/identities/{second}").status_code == 409


def test_last_way_in_beside_a_provider_that_was_taken_away_stays(
    ada: Traveller, provider: Provider, issuer: Issuer, database: Engine
) -> None:
    ada.travel(issuer, claims=proved(ada.email))
    other = provider.issuers["other"]
    ada.travel(other, claims={"sub": f"other-{ada.email}"}, purpose="link")
    first, second = identities_of(ada)
    with database.begin() as connection:
        gone = text("UPDATE identities SET provider = 'former' WHERE id = :id")
        connection.execute(gone, {"id": second})
    refused = ada.http.delete(f"/api/account/identities/{first}")
    assert (refused.status_code, refused.json()["code"]) == (409, "last_way_in")
    assert ada.http.delete(f"/api/account/identities/{second}").status_code == 204


def test_unlinking_takes_a_recent_proof(ada: Traveller, issuer: Issuer, database: Engine) -> None:
    ada.join(database)
    ada.travel(issuer, claims={"sub": f"sub-{ada.email}"}, purpose="link")
    (identity,) = identities_of(ada)
    _make_stale(database, ada)
    answer = ada.http.delete(f"/api/account/identities/{identity}")
    assert answer.json()["code"] == "confirm_first"


@pytest.mark.parametrize(("asked_ago", "linked"), [(None, 0), (3600, 0), (0, 1)])
def test_a_sign_in_that_proves_nothing_recent_links_nothing(
    ada: Traveller,
    provider: Provider,
    issuer: Issuer,
    count: Counter,
    asked_ago: int | None,
    linked: int,
) -> None:
    """Whoever finds a browser that is signed in at one provider adds no identity of another."""
    mine = proved(ada.email)
    ada.travel(issuer, claims=mine)
    ada.http.cookies.clear()
    theirs = {"sub": f"theirs-{ada.email}", "email": ada.email, "email_verified": True}
    ada.travel(provider.issuers["other"], claims=theirs)
    told = {} if asked_ago is None else {"auth_time": int(time.time()) - asked_ago}
    ada.travel(issuer, claims=mine | told, link=True)
    assert ada.signed_in_as == ada.email
    assert count(IDENTITIES, subject=theirs["sub"]) == linked


def test_a_proof_that_is_too_old_when_one_comes_back_links_nothing(
    ada: Traveller, issuer: Issuer, database: Engine, count: Counter
) -> None:
    ada.join(database)
    location = ada.set_out(issuer, purpose="link")
    code = issuer.authorize(location, sub=f"sub-{ada.email}")
    _make_stale(database, ada)
    answer = ada.come_back(issuer, code=code, state=state_of(location))
    assert ada.where(answer) == "/sign-in?problem=link_unconfirmed"
    assert count(IDENTITIES, subject=f"sub-{ada.email}") == 0


def _make_stale(database: Engine, who: Traveller) -> None:
    with database.begin() as rows:
        rows.execute(
            text(
                "UPDATE sessions SET fresh_at = now() - interval '11 minutes' WHERE user_id ="
                " (SELECT id FROM users WHERE email = :email)"
            ),
            {"email": who.email},
        )


def test_one_person_has_only_so_many_notices_of_unlinked_accounts_sent(
    ada: Traveller, issuer: Issuer, database: Engine, count: Counter
) -> None:
    ada.join(database)
    for _ in range(NEW_WAYS_IN.burst):
        ada.travel(issuer, claims={"sub": f"sub-{ada.email}"}, purpose="link")
        (identity,) = identities_of(ada)
        assert ada.http.delete(f"/api/account/identities/{identity}").status_code == 204
    assert ada.start(issuer, purpose="link").status_code == 429
    letters = (
        "SELECT count(*) FROM letters WHERE email = :email AND data ->> 'what' ="
        " 'identity_unlinked'"
    )
    assert count(letters, email=ada.email) == NEW_WAYS_IN.burst
    # To confirm changes nothing, and counts elsewhere. Nobody in the network keeps them from it.
    use_up(database, OPENID_STARTS_NETWORK, of=ada.http.headers["X-Forwarded-For"])
    assert ada.start(issuer, purpose="confirm").status_code == 200


def test_who_waits_to_be_linked_waits_for_the_limit_too(
    ada: Traveller, issuer: Issuer, database: Engine, count: Counter
) -> None:
    ada.join(database)
    user_id = ada.user_id
    ada.http.cookies.clear()
    who = proved(ada.email)
    ada.travel(issuer, claims=who)
    use_up(database, NEW_WAYS_IN, of=user_id)
    assert sign_in(ada, ada.email, link=True).status_code == 200
    assert count(IDENTITIES, subject=who["sub"]) == 0
    assert ada.http.get("/api/auth/openid/waiting").json()["email"] == ada.email
    forget(database, NEW_WAYS_IN)
    assert sign_in(ada, ada.email, link=True).status_code == 200
    assert count(IDENTITIES, subject=who["sub"]) == 1


def test_an_intruder_keeps_nobody_from_unlinking(
    ada: Traveller, issuer: Issuer, database: Engine
) -> None:
    ada.join(database)
    ada.travel(issuer, claims={"sub": f"sub-{ada.email}"}, purpose="link")
    (identity,) = identities_of(ada)
    use_up(database, NEW_WAYS_IN, of=ada.user_id)
    assert ada.http.delete(f"/api/account/identities/{identity}").status_code == 204
