"""Joining by an invitation: one person by each, and nobody where the site is closed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session as OrmSession

from app.accounts.models import Invite
from app.accounts.sessions.tokens import digest, new_token
from app.database import now
from scripts.embedded.models import StandIn
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import api_settings, running_api
from tests.support.joining import a_browser_at, fresh_address, join_token
from tests.support.mailbox import next_mail, token_in
from tests.support.users import PASSWORD, Person, an_administrator, make_administrator


def invite(database: Engine, *, email: str | None = None, days: int = 7) -> tuple[UUID, str]:
    """An invitation, and the token in its link."""
    token = new_token()
    with OrmSession(database) as rows:
        row = Invite(
            token_hash=digest(token),
            email=email,
            created_by=an_administrator(rows),
            expires_at=now() + timedelta(days=days),
        )
        rows.add(row)
        rows.commit()
        return row.id, token


@pytest.fixture(scope="module")
def by_invitation(stack: EmbeddedStack, model: StandIn, site: str) -> Iterator[httpx2.Client]:
    """The same site, but only for those who are invited."""
    assert site
    with (
        running_api(api_settings(stack, model) | {"REGISTRATION": "invite"}) as address,
        a_browser_at(address, stack) as http,
    ):
        yield http


def test_without_an_invitation_nobody_joins(by_invitation: httpx2.Client, ada: Person) -> None:
    for email in (ada.email, fresh_address()):
        for token in ({}, {"invite": new_token()}):
            answer = by_invitation.post("/api/auth/register", json={"email": email} | token)
            assert (answer.status_code, answer.json()["code"]) == (403, "invite_needed")


def test_one_person_joins_by_an_invitation(by_invitation: httpx2.Client, database: Engine) -> None:
    invite_id, token = invite(database)
    look = by_invitation.post("/api/auth/invites/look", json={"token": token}).json()
    assert look == {"email": None, "note": "", "by_mail": True}
    emails = [fresh_address(), fresh_address()]
    links = []
    for email in emails:
        body = {"email": email, "invite": token}
        mail = next_mail(
            by_invitation,
            email,
            partial(by_invitation.post, "/api/auth/register", json=body),
            about="join",
        )
        links.append({"token": token_in(mail), "password": PASSWORD})
    assert by_invitation.post("/api/auth/welcome", json=links[0]).status_code == 201
    assert by_invitation.post("/api/auth/welcome", json=links[1]).status_code == 410
    assert by_invitation.post("/api/auth/invites/look", json={"token": token}).status_code == 410
    with database.connect() as rows:
        found = rows.execute(
            text("SELECT u.email FROM invites i JOIN users u ON u.id = i.used_by WHERE i.id = :id"),
            {"id": invite_id},
        ).scalar_one()
        made = rows.execute(
            text("SELECT count(*) FROM users WHERE email = :email"), {"email": emails[1]}
        ).scalar_one()
    assert (found, made) == (emails[0], 0)


def test_an_invitation_is_for_its_address_only(
    by_invitation: httpx2.Client, database: Engine
) -> None:
    email = fresh_address()
    _, token = invite(database, email=email)
    other = by_invitation.post(
        "/api/auth/register", json={"email": fresh_address(), "invite": token}
    )
    assert (other.status_code, other.json()["code"]) == (403, "invite_needed")
    own = by_invitation.post("/api/auth/register", json={"email": email, "invite": token})
    assert own.status_code == 202


@pytest.mark.parametrize(
    "change",
    ["DELETE FROM invites WHERE id = :id", "UPDATE invites SET expires_at = now() WHERE id = :id"],
)
def test_an_invitation_taken_back_kills_the_link_that_it_gave(
    by_invitation: httpx2.Client, database: Engine, change: str
) -> None:
    invite_id, token = invite(database)
    email = fresh_address()
    mail = next_mail(
        by_invitation,
        email,
        lambda: by_invitation.post("/api/auth/register", json={"email": email, "invite": token}),
        about="join",
    )
    with database.begin() as rows:
        rows.execute(text(change), {"id": invite_id})
    body = {"token": token_in(mail), "password": PASSWORD}
    assert by_invitation.post("/api/auth/welcome", json=body).status_code in {403, 410}


def test_a_link_from_open_days_makes_no_account_later(
    by_invitation: httpx2.Client, visitor: httpx2.Client
) -> None:
    body = {"token": join_token(visitor, fresh_address()), "password": PASSWORD}
    answer = by_invitation.post("/api/auth/welcome", json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "invite_needed")


def test_nobody_joins_a_closed_site(
    stack: EmbeddedStack, model: StandIn, ada: Person, database: Engine, visitor: httpx2.Client
) -> None:
    body = {"token": join_token(visitor, fresh_address()), "password": PASSWORD}
    _, token = invite(database)
    with (
        running_api(api_settings(stack, model) | {"REGISTRATION": "closed"}) as address,
        a_browser_at(address, stack) as http,
    ):
        for email in (ada.email, fresh_address()):
            for more in ({}, {"invite": token}):
                answer = http.post("/api/auth/register", json={"email": email} | more)
                assert (answer.status_code, answer.json()["code"]) == (403, "registration_closed")
        assert http.post("/api/auth/welcome", json=body).json()["code"] == "registration_closed"


def test_without_mail_an_invitation_is_taken_on_trust(
    stack: EmbeddedStack,
    model: StandIn,
    ada: Person,
    database: Engine,
    visitor: httpx2.Client,
) -> None:
    _, token = invite(database)
    email = fresh_address()
    body = {"token": token, "email": email, "password": PASSWORD}
    by_mail = visitor.post("/api/auth/invites/accept", json=body)
    assert (by_mail.status_code, by_mail.json()["code"]) == (409, "prove_by_mail")
    settings = api_settings(stack, model) | {"MAIL_FROM": ""}
    with (
        running_api(settings) as address,
        a_browser_at(address, stack) as http,
    ):
        for path, given in (("register", {"invite": token}), ("reset", {})):
            none = http.post(f"/api/auth/{path}", json={"email": email} | given)
            assert (none.status_code, none.json()["code"]) == (409, "mail_unavailable")
        assert http.post("/api/auth/invites/look", json={"token": token}).json()["by_mail"] is False
        taken = http.post("/api/auth/invites/accept", json=body | {"email": ada.email})
        assert (taken.status_code, taken.json()["code"]) == (409, "email_taken")
        made = http.post("/api/auth/invites/accept", json=body)
        assert made.status_code == 201
        assert made.json()["user"]["email_verified"] is False
        again = http.post("/api/auth/invites/accept", json=body | {"email": fresh_address()})
        assert again.status_code == 410


@pytest.mark.parametrize(
    "ends",
    [
        "UPDATE users SET is_administrator = false WHERE email = :email",
        "UPDATE users SET disabled_at = now() WHERE email = :email",
        "DELETE FROM users WHERE email = :email",
    ],
    ids=["unmade", "shut", "deleted"],
)
def test_an_invitation_ends_with_its_makers_office(
    visitor: httpx2.Client, database: Engine, new_person: Callable[[], Person], ends: str
) -> None:
    root = new_person()
    with database.begin() as rows:
        promote = "UPDATE users SET is_administrator = true WHERE email = :email"
        rows.execute(text(promote), {"email": root.email})
    answer = root.http.post("/api/admin/invites", json={"email": None, "note": ""})
    token = answer.raise_for_status().json()["link"].partition("#")[2]
    look = partial(visitor.post, "/api/auth/invites/look", json={"token": token})
    assert look().status_code == 200
    with database.begin() as rows:
        rows.execute(text(ends), {"email": root.email})
    assert look().status_code == 410


@pytest.mark.parametrize("change", [{"disabled": True}, {"is_administrator": False}])
def test_an_invitation_that_ended_with_its_makers_office_stays_ended(
    visitor: httpx2.Client,
    database: Engine,
    new_person: Callable[[], Person],
    change: dict[str, bool],
) -> None:
    """Whoever was in an administrator's account would come in a week after it was opened again."""
    root, other = new_person(), new_person()
    for each in (root, other):
        make_administrator(database, each)
    answer = root.http.post("/api/admin/invites", json={"email": None, "note": ""})
    token = answer.raise_for_status().json()["link"].partition("#")[2]
    path = f"/api/admin/people/{root.user_id}"
    for body in (change, {name: not value for name, value in change.items()}):
        other.http.patch(path, json=body).raise_for_status()
    look = visitor.post("/api/auth/invites/look", json={"token": token})
    assert look.status_code == 410
