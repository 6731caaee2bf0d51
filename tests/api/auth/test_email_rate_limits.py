"""Asking for mails in vain keeps nobody from the mails that they need (THREATS 35)."""

from collections.abc import Callable
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import (
    LINKS_TO_JOIN,
    MAILS_FROM_NETWORK,
    MAILS_TO_ADDRESS,
)
from tests.support.rate_limits import forget
from tests.support.users import Person

NewVisitor = Callable[[], httpx2.Client]


@pytest.fixture
def administrator(new_person: Callable[[], Person], database: Engine) -> Person:
    """Somebody who may invite, and whose address nobody confirmed yet."""
    person = new_person()
    change = (
        "UPDATE users SET is_administrator = true, email_verified_at = NULL WHERE email = :email"
    )
    with database.begin() as connection:
        connection.execute(text(change), {"email": person.email})
    return person


def test_a_stranger_who_asks_to_join_keeps_nobody_from_a_reset(
    ada: Person, new_visitor: NewVisitor
) -> None:
    use_up(new_visitor(), "register", ada.email)
    assert ask(new_visitor(), "reset", ada.email).status_code == 202


def test_a_stranger_has_few_links_to_join_sent_to_one_address_in_a_day(
    new_visitor: NewVisitor, database: Engine
) -> None:
    email = f"new-{uuid4().hex}@example.org"
    statuses = []
    for _ in range(LINKS_TO_JOIN.burst + 1):
        forget(database, MAILS_TO_ADDRESS)
        statuses.append(ask(new_visitor(), "register", email).status_code)
    assert statuses == [202] * LINKS_TO_JOIN.burst + [429]
    # Owners get a new password meanwhile, and whoever is invited their link.
    for _ in range(LINKS_TO_JOIN.burst + 1):
        forget(database, MAILS_TO_ADDRESS)
        assert ask(new_visitor(), "reset", email).status_code == 202


def test_a_stranger_keeps_nobody_from_joining_by_an_invitation(
    administrator: Person, new_visitor: NewVisitor
) -> None:
    email = f"friend-{uuid4().hex}@example.org"
    use_up(new_visitor(), "reset", email)
    use_up(new_visitor(), "register", email)
    invited = administrator.http.post("/api/admin/invites", json={"email": email})
    assert invited.status_code == 201
    invite = administrator.http.post("/api/admin/invites", json={}).json()["link"].partition("#")[2]
    answers = [ask(new_visitor(), "register", email, invite=invite) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]


@pytest.mark.parametrize(("asked", "needed"), [("register", "reset"), ("reset", "register")])
def test_a_stranger_in_ones_network_keeps_nobody_from_another_kind_of_mail(
    administrator: Person, visitor: httpx2.Client, asked: str, needed: str
) -> None:
    """Nor from the mail of an invitation, which an administrator gave."""
    for _ in range(MAILS_FROM_NETWORK.burst):
        assert ask(visitor, asked, f"{uuid4().hex}@example.org").status_code == 202
    assert ask(visitor, asked, f"{uuid4().hex}@example.org").status_code == 429
    assert ask(visitor, needed, f"{uuid4().hex}@example.org").status_code == 202
    invite = administrator.http.post("/api/admin/invites", json={}).json()["link"].partition("#")[2]
    friend = f"friend-{uuid4().hex}@example.org"
    assert ask(visitor, "register", friend, invite=invite).status_code == 202


def test_a_stranger_keeps_nobody_from_confirming_an_address(
    administrator: Person, new_visitor: NewVisitor
) -> None:
    for asked in ("reset", "register"):
        use_up(new_visitor(), asked, administrator.email)
    for path in ("/api/account/email/verify", "/api/account/email"):
        body = {} if path.endswith("verify") else {"email": f"{uuid4().hex}@example.org"}
        answers = [administrator.http.post(path, json=body) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [202, 202, 202, 429]


def test_a_whole_ipv6_customer_does_not_use_up_the_mails_of_the_site(
    visitor: httpx2.Client, new_visitor: NewVisitor
) -> None:
    statuses = []
    for number in range(3 * MAILS_FROM_NETWORK.burst + 30):
        visitor.headers["X-Forwarded-For"] = f"2001:db8:77:{number // 50:x}::1"
        statuses.append(ask(visitor, "reset", f"{uuid4().hex}@example.org").status_code)
    assert statuses[: 3 * MAILS_FROM_NETWORK.burst] == [202] * 3 * MAILS_FROM_NETWORK.burst
    assert 429 in statuses
    visitor.headers["X-Forwarded-For"] = "2001:db8:78::1"
    assert ask(visitor, "reset", f"{uuid4().hex}@example.org").status_code == 202
    assert ask(new_visitor(), "reset", f"{uuid4().hex}@example.org").status_code == 202


def use_up(stranger: httpx2.Client, what: str, email: str) -> None:
    statuses = [ask(stranger, what, email).status_code for _ in range(MAILS_TO_ADDRESS.burst + 1)]
    assert statuses == [202] * MAILS_TO_ADDRESS.burst + [429]


def ask(client: httpx2.Client, what: str, email: str, **more: str) -> httpx2.Response:
    return client.post(f"/api/auth/{what}", json={"email": email} | more)
