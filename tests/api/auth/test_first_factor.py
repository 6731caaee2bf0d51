"""From the first second factor on nobody is in who has not given one (docs/decisions/0085)."""

from collections.abc import Callable

import httpx2
import pytest
from sqlalchemy import Engine, text

from tests.api.conftest import until
from tests.support.authenticators import SoftwareKey, add_passkey, add_totp, code_of
from tests.support.mailbox import mails_to
from tests.support.users import PASSWORD, Person

Add = Callable[[Person], object]


def passkey(person: Person) -> object:
    return add_passkey(person, SoftwareKey())


def signed_in(browser: httpx2.Client, person: Person) -> httpx2.Client:
    body = {"email": person.email, "password": PASSWORD}
    assert browser.post("/api/auth/login", json=body).json()["user"]
    return browser


@pytest.mark.parametrize("add", [passkey, add_totp])
def test_first_factor_ends_sessions_that_gave_none(
    ada: Person, visitor: httpx2.Client, database: Engine, add: Add
) -> None:
    signed_in(visitor, ada)
    copy = ada.http.cookies["session"]
    add(ada)
    assert visitor.get("/api/images").status_code == 401
    assert ada.http.get("/api/images").status_code == 200
    # Nor is a copy of this browser's own cookie good any more.
    visitor.cookies.clear()
    visitor.cookies.set("session", copy, domain=visitor.base_url.host)
    assert visitor.get("/api/images").status_code == 401
    with database.connect() as rows:
        query = text(
            "SELECT detail FROM audit_events WHERE user_id = :id AND event = 'other_sessions_ended'"
        )
        (detail,) = rows.scalars(query, {"id": ada.user_id})
    assert detail == {"ended": 1}
    mails = until(
        lambda: [m for m in mails_to(ada.http, ada.email) if "How you sign in" in m["subject"]]
    )
    assert "Your other browser was signed out" in mails[0]["text"]


def test_another_factor_ends_nothing(ada: Person, visitor: httpx2.Client) -> None:
    _, codes = add_totp(ada)
    body = {"email": ada.email, "password": PASSWORD}
    assert visitor.post("/api/auth/login", json=body).json()["second_factor"]
    code = {"code": codes[0]}
    visitor.post("/api/auth/second-factor", json=code).raise_for_status()
    added = passkey(ada)
    assert added
    assert visitor.get("/api/images").status_code == 200


def test_it_is_said_how_many_were_signed_out(
    ada: Person, new_visitor: Callable[[], httpx2.Client]
) -> None:
    for _ in range(2):
        signed_in(new_visitor(), ada)
    begun = ada.http.post("/api/account/totp", json={}).json()
    code = {"code": code_of(begun["secret"])}
    made = ada.http.post("/api/account/totp/confirm", json=code).json()
    assert (made["ended"], len(made["recovery_codes"])) == (2, 10)
