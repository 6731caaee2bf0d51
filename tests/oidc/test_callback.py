"""Coming back from a provider: only the browser that set out, once, in time, to where it wished.

THREATS 33 and 40.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, TextClause, text

from app.accounts.rate_limits.networks import for_network
from app.accounts.rate_limits.policies import (
    FAILURES_RECORDED,
    NOBODYS_FAILURES_RECORDED,
    OPENID_STARTS_NETWORK,
)
from app.accounts.rate_limits.seats import SEATS, TAKE_ACCOUNT_SEAT, TAKE_SIGN_IN_SEAT
from tests.api.conftest import until
from tests.oidc.conftest import Traveller, state_of
from tests.oidc.fake_provider import Issuer, Provider
from tests.oidc.test_sign_in import proved
from tests.support.rate_limits import use_up
from tests.support.users import Json

FAILED = "/sign-in?problem=openid_failed"

# What somebody may bring back instead of `code` and `state` as the provider gave them.
BROUGHT: dict[str, Callable[[str, str], Json]] = {
    "nothing": lambda *_: {},
    "no state": lambda code, _: {"code": code},
    "an empty state": lambda code, _: {"code": code, "state": ""},
    "another state": lambda code, _: {"code": code, "state": "A" * 43},
    "a shortened state": lambda code, state: {"code": code, "state": state[:-1]},
    "a state of other letters": lambda code, state: {"code": code, "state": state + "\N{SNOWMAN}"},
    "two states": lambda code, state: {"code": code, "state": [state, state]},
    "no code": lambda _, state: {"state": state},
    "an empty code": lambda _, state: {"code": "", "state": state},
    "two codes": lambda code, state: {"code": [code, code], "state": state},
    "an unknown code": lambda _, state: {"code": "0" * 32, "state": state},
    "a code of 5,000 letters": lambda _, state: {"code": "0" * 5000, "state": state},
    "a code with a line break": lambda code, state: {"code": f"{code}\r\nx: y", "state": state},
    "an error beside a code": lambda code, state: {"code": code, "state": state, "error": "x"},
    "another issuer": lambda code, state: {"code": code, "state": state, "iss": "https://a.org"},
}


@pytest.mark.parametrize("brought", BROUGHT.values(), ids=BROUGHT.keys())
def test_what_does_not_fit_signs_nobody_in(
    ada: Traveller, issuer: Issuer, brought: Callable[[str, str], Json]
) -> None:
    location = ada.set_out(issuer)
    code = issuer.authorize(location, **proved(ada.email))
    answer = ada.come_back(issuer, **brought(code, state_of(location)))
    assert ada.where(answer) == FAILED
    assert ada.signed_in_as is None


def test_a_trip_belongs_to_the_browser_that_began_it(
    ada: Traveller, eve: Traveller, issuer: Issuer
) -> None:
    """Login CSRF: Eve's answer, brought by Ada's browser, would sign Ada in as Eve."""
    location = eve.set_out(issuer)
    brought = {"code": issuer.authorize(location, **proved(eve.email)), "state": state_of(location)}
    assert ada.where(ada.come_back(issuer, **brought)) == FAILED  # without a trip of her own
    own = ada.set_out(issuer)
    assert ada.where(ada.come_back(issuer, **brought)) == FAILED  # and with one
    assert ada.signed_in_as is None
    # Her own trip is not disturbed by the attempt.
    code = issuer.authorize(own, **proved(ada.email))
    assert ada.where(ada.come_back(issuer, code=code, state=state_of(own))) == "/"
    assert ada.signed_in_as == ada.email


def test_a_stolen_code_is_worth_nothing_in_another_trip(
    ada: Traveller, eve: Traveller, issuer: Issuer
) -> None:
    """Code injection: what ties code and trip together is the verifier of S256 and the nonce."""
    code = issuer.authorize(ada.set_out(issuer), **proved(ada.email))
    own = eve.set_out(issuer)
    assert eve.where(eve.come_back(issuer, code=code, state=state_of(own))) == FAILED
    assert eve.signed_in_as is None


def test_an_answer_counts_once(ada: Traveller, issuer: Issuer) -> None:
    location = ada.set_out(issuer)
    cookie = ada.http.cookies["openid"]
    who = proved(ada.email)
    brought = {"code": issuer.authorize(location, **who), "state": state_of(location)}
    assert ada.where(ada.come_back(issuer, **brought)) == "/"
    ada.http.cookies.clear()
    ada.http.cookies.set("openid", cookie, domain=ada.http.base_url.host)
    # Even with a new code, which a provider that is in league would give.
    brought["code"] = issuer.authorize(location, **who)
    assert ada.where(ada.come_back(issuer, **brought)) == FAILED
    assert ada.signed_in_as is None


def test_of_two_answers_at_once_one_counts(
    ada: Traveller, issuer: Issuer, new_traveller: Callable[[], Traveller]
) -> None:
    location = ada.set_out(issuer)
    twins = [new_traveller(), new_traveller()]
    for twin in twins:
        twin.http.cookies.set("openid", ada.http.cookies["openid"], domain=twin.http.base_url.host)
    codes = [issuer.authorize(location, **proved(ada.email, ada.email)) for _ in twins]

    def finish(n: int) -> str:
        answer = twins[n].come_back(issuer, code=codes[n], state=state_of(location))
        return twins[n].where(answer)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(finish, range(2))) == ["/", FAILED]


def test_an_earlier_trip_is_over_when_the_next_begins(ada: Traveller, issuer: Issuer) -> None:
    earlier = ada.set_out(issuer)
    ada.set_out(issuer)
    code = issuer.authorize(earlier, **proved(ada.email))
    assert ada.where(ada.come_back(issuer, code=code, state=state_of(earlier))) == FAILED
    assert ada.signed_in_as is None


def test_a_trip_takes_no_longer_than_it_may(
    ada: Traveller, issuer: Issuer, database: Engine
) -> None:
    location = ada.set_out(issuer)
    code = issuer.authorize(location, **proved(ada.email))
    with database.begin() as rows:
        rows.execute(text("UPDATE one_time_tokens SET expires_at = now()"))
    assert ada.where(ada.come_back(issuer, code=code, state=state_of(location))) == FAILED
    assert ada.signed_in_as is None


def test_the_answer_of_one_provider_is_nothing_to_another(
    ada: Traveller, issuer: Issuer, provider: Provider
) -> None:
    """Mix-up (RFC 9700, 4.4): another provider gets neither the code nor a say."""
    other = provider.issuers["other"]
    location = ada.set_out(issuer)
    code = issuer.authorize(location, **proved(ada.email))
    asked = len(other.asked)
    assert ada.where(ada.come_back(other, code=code, state=state_of(location))) == FAILED
    assert other.asked[asked:] == []
    assert ada.signed_in_as is None


def test_whoever_says_no_is_told_so(ada: Traveller, issuer: Issuer) -> None:
    location = ada.set_out(issuer)
    answer = ada.come_back(issuer, error="access_denied", state=state_of(location))
    assert ada.where(answer) == "/sign-in?problem=openid_cancelled"
    other = ada.come_back(issuer, error="access_denied", state="A" * 43)
    assert ada.where(other) == FAILED


def test_nobody_fills_the_record_by_turning_back(
    ada: Traveller, issuer: Issuer, database: Engine, count: Callable[..., int]
) -> None:
    nobodys = "SELECT count(*) FROM audit_events WHERE user_id IS NULL"
    before = count(nobodys)
    for _ in range(3):
        state = state_of(ada.set_out(issuer))
        ada.come_back(issuer, error="access_denied", state=state)
    assert count(nobodys) == before
    # Whoever is signed in has it in their own record.
    ada.join(database)
    state = state_of(ada.set_out(issuer, purpose="confirm"))
    ada.come_back(issuer, error="access_denied", state=state)
    own = "SELECT count(*) FROM audit_events WHERE event = 'confirmation_failed' AND user_id = :id"
    assert count(own, id=ada.user_id) == 1
    # But not without an end.
    use_up(database, FAILURES_RECORDED, of=f"confirmation_failed {ada.user_id}")
    state = state_of(ada.set_out(issuer, purpose="confirm"))
    ada.come_back(issuer, error="access_denied", state=state)
    assert count(own, id=ada.user_id) == 1


def test_nobody_fills_the_record_by_trips_that_fail(
    ada: Traveller, issuer: Issuer, database: Engine, count: Callable[..., int]
) -> None:
    """From however many networks: what is of no account counts for the whole site."""
    nobodys = "SELECT count(*) FROM audit_events WHERE user_id IS NULL"

    def fail() -> int:
        before = count(nobodys)
        ada.come_back(issuer, error="server_error", state=state_of(ada.set_out(issuer)))
        return count(nobodys) - before

    assert fail() == 1
    use_up(database, NOBODYS_FAILURES_RECORDED, of="sign_in_failed ")
    assert fail() == 0
    with database.begin() as rows:  # it is everybody's
        rows.execute(text("DELETE FROM rate_limits WHERE key LIKE 'failures-of-nobody:%'"))


def test_a_whole_ipv6_customer_counts_as_one_that_sets_out(
    ada: Traveller, eve: Traveller, issuer: Issuer, database: Engine
) -> None:
    eve.http.headers["X-Forwarded-For"] = "2001:db8:88:1::1"
    assert eve.start(issuer).status_code == 200
    with Flask(__name__).test_request_context(environ_base={"REMOTE_ADDR": "2001:db8:88::1"}):
        _, (wide, customer) = for_network(OPENID_STARTS_NETWORK)
    use_up(database, wide, of=customer)
    eve.http.headers["X-Forwarded-For"] = "2001:db8:88:2::1"
    answer = eve.start(issuer)
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)
    assert ada.start(issuer).status_code == 200


def test_the_session_is_a_new_one(ada: Traveller, issuer: Issuer) -> None:
    who = proved(ada.email)
    ada.travel(issuer, claims=who)
    before = ada.http.cookies["session"]
    ada.travel(issuer, claims=who)
    after = ada.http.cookies["session"]
    assert before != after
    ada.http.cookies.set("session", before, domain=ada.http.base_url.host)
    assert ada.signed_in_as is None


def test_a_shut_account_stays_shut(ada: Traveller, issuer: Issuer, database: Engine) -> None:
    who = proved(ada.email)
    ada.travel(issuer, claims=who)
    with database.begin() as rows:
        rows.execute(
            text("UPDATE users SET disabled_at = now() WHERE email = :email"), {"email": ada.email}
        )
    answer = ada.travel(issuer, claims=who)
    assert ada.where(answer) == "/sign-in?problem=account_disabled"
    assert ada.signed_in_as is None


def test_an_account_that_is_gone_by_the_time_one_comes_back_is_no_fault(
    ada: Traveller, issuer: Issuer, database: Engine
) -> None:
    """Its address is known still as they come, and not as they are told of its account."""
    ada.join(database)
    ada.http.cookies.clear()
    mine = {"email": ada.email}
    with ThreadPoolExecutor(1) as meanwhile:
        with database.begin() as other:
            other.execute(text("DELETE FROM users WHERE email = :email"), mine)
            answer = meanwhile.submit(ada.travel, issuer, claims=proved(ada.email))
            until(lambda: _somebody_waits(database) or answer.done())
        assert (answer.result().status_code, answer.result().json()["code"]) == (
            401,
            "not_signed_in",
        )


@pytest.mark.parametrize("subject", ["the same", "another"])
def test_nobody_waits_for_an_account_that_is_being_deleted(
    ada: Traveller, issuer: Issuer, database: Engine, subject: str
) -> None:
    """The sweep holds it for as long as S3 takes to delete its pictures."""
    who = proved(ada.email)
    ada.travel(issuer, claims=who)
    claims = who if subject == "the same" else proved(ada.email)
    mine = {"email": ada.email}
    with database.begin() as rows:
        shut = "UPDATE users SET disabled_at = now(), delete_after = now() WHERE email = :email"
        rows.execute(text(shut), mine)
    with database.begin() as sweep:
        sweep.execute(text("SELECT FROM users WHERE email = :email FOR UPDATE"), mine)
        answer = ada.travel(issuer, claims=claims)
    assert ada.where(answer) == "/sign-in?problem=account_disabled"


@pytest.mark.parametrize(
    ("take", "purpose"), [(TAKE_SIGN_IN_SEAT, "sign_in"), (TAKE_ACCOUNT_SEAT, "confirm")]
)
def test_whoever_comes_back_while_no_seat_is_free_is_told_on_a_page(
    ada: Traveller, issuer: Issuer, database: Engine, take: TextClause, purpose: str
) -> None:
    who = proved(ada.email)
    ada.travel(issuer, claims=who)
    with ExitStack() as held:
        for _ in range(SEATS):
            other = held.enter_context(database.begin())
            assert other.scalar(take, {"user": ada.user_id})
        answer = ada.travel(issuer, claims=who, purpose=purpose, next="/settings")
    where = "/sign-in?problem=too_many_at_once&next=%2Fsettings"
    assert ada.where(answer) == where


def test_nothing_of_a_provider_is_kept(ada: Traveller, issuer: Issuer, database: Engine) -> None:
    """No token of theirs, and of a trip neither state nor nonce nor verifier."""
    location = ada.set_out(issuer)
    with database.connect() as rows:
        kept = str(rows.execute(text("SELECT * FROM one_time_tokens")).all())
    begun: dict[str, Any] = {"state": state_of(location), "cookie": ada.http.cookies["openid"]}
    for secret in begun.values():
        assert secret not in kept
    assert state_of(location) != ada.http.cookies["openid"]


def test_no_other_site_sends_a_browser_out(ada: Traveller, issuer: Issuer) -> None:
    name = issuer.address.rpartition("/")[2]
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = ada.http.post(
            f"/api/auth/openid/{name}/start", json={"purpose": "sign_in"}, headers=headers
        )
        assert answer.status_code == 403
        assert "openid" not in ada.http.cookies
    assert ada.http.get(f"/api/auth/openid/{name}/start").status_code == 405
    assert (
        ada.http.post("/api/auth/openid/nobody/start", json={"purpose": "sign_in"}).status_code
        == 404
    )


# 60 ways to write an address that somebody reads as another site's.
ELSEWHERE = (
    *("http://evil.example", "https://evil.example/", "//evil.example", "///evil.example"),
    *(
        "////evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "\\\\evil.example",
        "/\\/evil.example",
    ),
    *("/%09/evil.example", "/%0a/evil.example", "/%0d/evil.example", "/%00/evil.example"),
    *("%01//evil.example", "/%01//evil.example", "\t//evil.example", "/\t/evil.example"),
    *("/\n/evil.example", "/\r/evil.example", "\x00//evil.example", " //evil.example"),
    *("/ /evil.example", "https:evil.example", "https:/evil.example", "https:\\\\evil.example"),
    *("http:///evil.example", "hTTps://evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)"),
    *("java\nscript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x"),
    *("/.//evil.example", "/..//evil.example", "/./evil/../..//evil.example", "/%2e//evil.example"),
    *("/%2e%2e//evil.example", "/%2f/evil.example", "/%2f%2fevil.example", "/%5cevil.example"),
    *(
        "/%5c%5cevil.example",
        "/%252f/evil.example",
        "/%25%32%66/evil.example",
        "//evil.example%2f..",
    ),
    *(
        "//user@evil.example",
        "https://localhost:8000@evil.example",
        "//localhost:8000.evil.example",
    ),
    *("https://localhost:8000.evil.example/", "@evil.example", ".evil.example", ":80@evil.example"),
    *("evil.example", "//evil\u3002example", "/\u2215/evil.example", "/\uff0f/evil.example"),
    *("/%0d%0aLocation:%20//evil.example", "/\r\nLocation: //evil.example", "/%e2%80%a8//evil"),
    *("//[::1]@evil.example", "file:///etc/passwd", "?next=//evil.example", "#//evil.example", ""),
)
NO_PAGES = ("/api/auth/logout", "/api", "/assets/x.js", "/%61pi/auth/session", "/" + "x" * 600)


def test_there_are_sixty() -> None:
    assert len(set(ELSEWHERE)) >= 60


@pytest.mark.parametrize("wished", [*ELSEWHERE, *NO_PAGES])
def test_nobody_is_sent_to_another_site(ada: Traveller, issuer: Issuer, wished: str) -> None:
    answer = ada.travel(issuer, claims=proved(ada.email), next=wished)
    assert ada.where(answer) == "/"


@pytest.mark.parametrize(
    "wished",
    ["/", "/settings", "/p/1?x=%20y&z=a+b#part", "/search?q=//evil.example", "/a/b~c-d_e.f"],
)
def test_own_pages_are_gone_to(ada: Traveller, issuer: Issuer, wished: str) -> None:
    assert ada.where(ada.travel(issuer, claims=proved(ada.email), next=wished)) == wished


def _somebody_waits(database: Engine) -> bool:
    with database.connect() as connection:
        return bool(connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
