"""No other way into an account goes around its second factor."""

from collections.abc import Callable

import httpx2
import pytest

from tests.authenticators import SoftwareKey, add_passkey, add_totp, code_of, sign_in_by_passkey
from tests.mailbox import next_mail, token_in
from tests.people import PASSWORD, Json, Person

Browsers = Callable[[], httpx2.Client]
NEW = "a teapot sings for nobody twice"


def reset(browser: httpx2.Client, person: Person) -> Json:
    """Set a new password by a mail, as somebody would who can read it."""

    def ask() -> None:
        asked = browser.post("/api/auth/reset", json={"email": person.email})
        assert asked.status_code == 202

    mail = next_mail(browser, person.email, ask, about="password")
    body = {"token": token_in(mail), "password": NEW}
    done: Json = browser.post("/api/auth/reset/finish", json=body).raise_for_status().json()
    return done


def test_a_link_that_resets_is_one_factor(ada: Person, new_visitor: Browsers) -> None:
    secret, codes = add_totp(ada)
    thief = new_visitor()
    answer = reset(thief, ada)
    assert answer["user"] is None
    assert answer["second_factor"] == {"methods": ["totp", "recovery_code"]}
    assert "session" not in thief.cookies
    assert thief.get("/api/images").status_code == 401
    wrong = thief.post("/api/auth/second-factor", json={"code": "000000"})
    assert wrong.status_code == 401
    # The new password by itself is no more; with the app or a code it is the person.
    again = new_visitor()
    half = again.post("/api/auth/login", json={"email": ada.email, "password": NEW})
    assert half.json()["user"] is None
    done = again.post("/api/auth/second-factor", json={"code": codes[0]})
    assert done.json()["user"]["email"] == ada.email
    done = thief.post("/api/auth/second-factor", json={"code": code_of(secret, later=1)})
    assert done.json()["user"]["email"] == ada.email


def test_a_link_that_resets_leaves_the_passkey(ada: Person, new_visitor: Browsers) -> None:
    key = SoftwareKey()
    add_passkey(ada, key)
    browser = new_visitor()
    assert reset(browser, ada)["second_factor"] == {"methods": ["passkey", "recovery_code"]}
    assert sign_in_by_passkey(browser, key).json()["user"]["email"] == ada.email


@pytest.mark.parametrize("planted", ["pending", "session", "device"])
def test_cookies_that_somebody_planted_open_nothing(
    ada: Person, bob: Person, new_visitor: Browsers, planted: str
) -> None:
    """The attacker has an account with an app too, and plants what they got for it."""
    secret, _ = add_totp(bob)
    add_totp(ada)
    attacker = new_visitor()
    attacker.post("/api/auth/login", json={"email": bob.email, "password": PASSWORD})
    mixed = new_visitor()
    mixed.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD})
    token = attacker.cookies["pending"]
    mixed.cookies.delete("pending") if planted == "pending" else None
    mixed.cookies.set(planted, token, domain=mixed.base_url.host)
    answer = mixed.post("/api/auth/second-factor", json={"code": code_of(secret, later=1)})
    who = mixed.get("/api/auth/session").json()["user"]
    if planted == "pending":  # it is bob's own sign-in, wherever it is finished
        assert answer.status_code == 200
        assert who["email"] == bob.email
    else:
        assert answer.status_code == 401
        assert who is None
