"""Joining by mail, by invitation, and what the answers keep to themselves (THREATS 36)."""

import re
from concurrent.futures import ThreadPoolExecutor
from secrets import token_urlsafe
from uuid import uuid4

import httpx2
import pytest
from flask import Flask
from sqlalchemy import Engine, event, text

from app.accounts.sessions.tokens import new_token
from app.api.app import create_app
from app.database import db
from app.http.dependencies import EXTENSION, build_parts
from app.settings import Settings
from scripts.embedded.models import StandIn
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import api_settings, keys_of, running_api, until
from tests.support.joining import fresh_address, join_token
from tests.support.mailbox import mails_to, next_mail, open_mailbox, token_in
from tests.support.users import PASSWORD, Person, told_headers


def test_a_person_joins_by_the_link_in_their_mail(visitor: httpx2.Client, database: Engine) -> None:
    email = fresh_address()
    token = join_token(visitor, email)
    assert visitor.post("/api/auth/welcome/look", json={"token": token}).json() == {"email": email}
    body = {"token": token, "password": PASSWORD}
    answer = visitor.post("/api/auth/welcome", json=body)
    assert answer.status_code == 201
    user = answer.json()["user"]
    assert (user["email"], user["email_verified"]) == (email, True)
    assert visitor.get("/api/auth/session").json()["user"]["email"] == email
    again = visitor.post("/api/auth/welcome", json=body)
    assert (again.status_code, again.json()["code"]) == (410, "link_dead")
    # Nobody is told of the sign-in that made their account.
    with database.connect() as connection:
        query = text("SELECT count(*) FROM letters WHERE user_id = :id")
        assert connection.execute(query, {"id": user["id"]}).scalar_one() == 0


def test_the_mail_is_plain_and_says_what_to_do(visitor: httpx2.Client) -> None:
    email = fresh_address()
    mail = next_mail(
        visitor,
        email,
        lambda: visitor.post("/api/auth/register", json={"email": email}),
        about="join",
    )
    assert "If it was not you" in mail["text"]
    assert "If it was not you" in mail["html"]
    for sign in ("<img", "http-equiv", "<script", "<link", "url(", "src="):
        assert sign not in mail["html"]
    (link,) = mail["links"]
    assert link.startswith("http://localhost:8000/welcome#")


def test_of_two_who_use_a_link_at_once_one_joins(
    site: str, stack: EmbeddedStack, visitor: httpx2.Client
) -> None:
    token = join_token(visitor, fresh_address())

    def use(_: int) -> int:
        with httpx2.Client(base_url=site, headers={"Origin": stack.site_origin}) as http:
            body = {"token": token, "password": PASSWORD}
            return http.post("/api/auth/welcome", json=body, timeout=30).status_code

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(use, range(6))) == [201] + [410] * 5


def test_a_second_link_to_the_same_address_dies_with_the_account(visitor: httpx2.Client) -> None:
    email = fresh_address()
    first, second = join_token(visitor, email), join_token(visitor, email)
    body = {"token": second, "password": PASSWORD}
    assert visitor.post("/api/auth/welcome", json=body).status_code == 201
    for path in ("/api/auth/welcome/look", "/api/auth/welcome"):
        dead = visitor.post(
            path, json=body | {"token": first} if "look" not in path else {"token": first}
        )
        assert dead.status_code == 410


def test_who_has_an_account_gets_a_mail_that_says_so(ada: Person, visitor: httpx2.Client) -> None:
    mail = next_mail(
        visitor,
        ada.email,
        lambda: visitor.post("/api/auth/register", json={"email": ada.email.upper()}),
        about="have an account",
    )
    assert not [link for link in mail["links"] if "#" in link]


@pytest.mark.parametrize("path", ["/api/auth/register", "/api/auth/reset"])
def test_known_and_unknown_addresses_get_the_same_answer(
    ada: Person, visitor: httpx2.Client, path: str
) -> None:
    known, unknown = (
        visitor.post(path, json={"email": email}) for email in (ada.email, fresh_address())
    )
    assert known.status_code == unknown.status_code == 202
    assert known.content == unknown.content == b"{}"
    assert told_headers(known) == told_headers(unknown)
    assert "set-cookie" not in known.headers


@pytest.mark.parametrize("path", ["/api/auth/register", "/api/auth/reset"])
def test_both_run_into_the_same_limit(ada: Person, visitor: httpx2.Client, path: str) -> None:
    for email in (ada.email, fresh_address()):
        answers = [visitor.post(path, json={"email": email}) for _ in range(4)]
        assert [each.status_code for each in answers] == [202, 202, 202, 429]
        assert 1100 < int(answers[-1].headers["retry-after"]) <= 1200


@pytest.mark.parametrize("path", ["/api/auth/register", "/api/auth/reset"])
def test_the_request_looks_nobody_up(stack: EmbeddedStack, ada: Person, path: str) -> None:
    """Nothing is asked of the database but limits, and that the letter is kept."""
    settings = Settings.from_environment(stack.environment("api"))
    with keys_of(stack.environment("api")):
        app = create_app(build_parts(settings))
        asked = {
            email: asked_of_the_database(app, path, email) for email in (ada.email, fresh_address())
        }
    known, unknown = asked.values()
    assert known == unknown
    tables = {re.split(r"\s+", statement.strip())[2] for statement in known}
    assert tables == {"rate_limits", "letters"}


def asked_of_the_database(app: Flask, path: str, email: str) -> list[str]:
    """The statements of one request, without their values."""
    asked: list[str] = []

    def note(*seen: object) -> None:
        asked.append(str(seen[2]))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    answer = app.test_client().post(
        path,
        json={"email": email},
        headers={"Origin": app.extensions[EXTENSION].settings.site_origin},
    )
    event.remove(engine, "before_cursor_execute", note)
    assert answer.status_code == 202
    return asked


def test_a_weak_password_leaves_the_link_alive(visitor: httpx2.Client) -> None:
    email = fresh_address()
    token = join_token(visitor, email)
    for password in ("only fourteen.", email, "pinholepinholepinhole"):
        weak = visitor.post("/api/auth/welcome", json={"token": token, "password": password})
        assert (weak.status_code, weak.json()["code"]) == (422, "weak_password")
    body = {"token": token, "password": PASSWORD}
    assert visitor.post("/api/auth/welcome", json=body).status_code == 201


@pytest.mark.parametrize(
    "path",
    ["welcome/look", "invites/look", "reset/look"],
)
def test_made_up_links_are_dead_and_counted(visitor: httpx2.Client, path: str) -> None:
    codes = [
        visitor.post(f"/api/auth/{path}", json={"token": new_token()}).status_code
        for _ in range(61)
    ]
    assert set(codes[:60]) == {410}
    assert codes[60] == 429


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "not an address"},
        {"email": "a\u0000b@example.org"},
        {"email": "a@example.org\r\nBcc: b@example.org"},
        {"email": "a@example.org, b@example.org"},
        {"email": "Ada <ada@example.org>"},
        {"email": f"{'a' * 250}@example.org"},
        {"email": ["ada@example.org"]},
        {"email": "mass@example.org", "password": PASSWORD},
        {"email": "mass@example.org", "is_administrator": True},
    ],
)
def test_bad_registrations_are_refused(visitor: httpx2.Client, body: dict[str, object]) -> None:
    for path in ("register", "reset"):
        answer = visitor.post(f"/api/auth/{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


@pytest.mark.parametrize(
    "email",
    ["{}@xn--bcher-kva.example", "{}@bücher.example", "{}+tag@example.org", "{}@EXAMPLE.ORG"],
)
def test_whoever_joins_can_sign_in_with_the_same_words(visitor: httpx2.Client, email: str) -> None:
    email = email.format(uuid4().hex)
    normal = email.replace("xn--bcher-kva", "bücher").lower()
    mail = next_mail(
        visitor,
        normal,
        lambda: visitor.post("/api/auth/register", json={"email": email}),
        about="join",
    )
    body = {"token": token_in(mail), "password": PASSWORD}
    assert visitor.post("/api/auth/welcome", json=body).status_code == 201
    visitor.post("/api/auth/logout").raise_for_status()
    login = visitor.post("/api/auth/login", json={"email": email, "password": PASSWORD})
    assert login.status_code == 200


def test_joining_ends_the_session_before(ada: Person) -> None:
    old = ada.http.cookies["session"]
    token = join_token(ada.http, fresh_address())
    ada.http.post("/api/auth/welcome", json={"token": token, "password": PASSWORD})
    with httpx2.Client(base_url=ada.http.base_url, cookies={"session": old}) as thief:
        assert thief.get("/api/images").status_code == 401


# ---- The mailer


def test_a_mailer_that_fails_shows_to_nobody(database: Engine, visitor: httpx2.Client) -> None:
    """SES refuses this address' domain part: the answer is the same, and the row says why."""
    email = fresh_address()
    answer = visitor.post("/api/auth/register", json={"email": email})
    assert answer.status_code == 202

    def row() -> object:
        with database.connect() as rows:
            return rows.execute(
                text("SELECT settled_at, failure FROM letters WHERE email = :email"),
                {"email": email},
            ).one()

    until(lambda: row()[0] is not None)  # type: ignore[index]
    assert len(mails_to(visitor, email)) == 1


def test_letters_hold_no_token(database: Engine, visitor: httpx2.Client) -> None:
    email = fresh_address()
    token = join_token(visitor, email)
    with database.connect() as rows:
        found = rows.execute(
            text("SELECT letters::text FROM letters WHERE email = :email"), {"email": email}
        ).scalar_one()
        hashes = rows.execute(
            text("SELECT count(*) FROM one_time_tokens WHERE one_time_tokens::text LIKE :token"),
            {"token": f"%{token}%"},
        ).scalar_one()
    assert token not in found
    assert hashes == 0


def test_mails_are_read_on_this_machine_only(visitor: httpx2.Client) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000"):
        answer = visitor.get("/api/local/mails", headers={"Host": host})
        assert answer.status_code == 404


def test_mails_are_shown_to_whoever_has_the_key_of_this_start(
    site: str, stack: EmbeddedStack
) -> None:
    """Another user of the machine reaches its loopback too, and would set anybody's password."""
    with httpx2.Client(base_url=site, headers={"Origin": stack.site_origin}) as other:
        for key in ("", "x", stack.mailbox_key[:-1], token_urlsafe(32), "ä"):
            shown = other.post("/api/local/mailbox", json={"key": key})
            assert (shown.status_code, shown.json()["code"]) == (403, "mailbox_locked")
            assert not other.cookies
            header = {"Cookie": f"mailbox={key}"} if key.isascii() else {}
            mails = other.get("/api/local/mails", headers=header)
            assert (mails.status_code, mails.json()["code"]) == (403, "mailbox_locked")
        open_mailbox(other, stack.mailbox_key)
        assert other.get("/api/local/mails").status_code == 200
    assert (
        EmbeddedStack(data=stack.folder.path, site_origin=stack.site_origin).mailbox_key
        != stack.mailbox_key
    )


def test_without_a_key_in_the_settings_nobody_reads_mails(
    stack: EmbeddedStack, model: StandIn
) -> None:
    with running_api(api_settings(stack, model) | {"MAILBOX_KEY": ""}) as address:
        for cookies in ({}, {"mailbox": ""}):
            answer = httpx2.get(f"{address}/api/local/mails", cookies=cookies)
            assert answer.status_code == 403


def test_the_host_of_links_is_the_sites_own(visitor: httpx2.Client) -> None:
    email = fresh_address()
    mail = next_mail(
        visitor,
        email,
        lambda: visitor.post(
            "/api/auth/register",
            json={"email": email},
            headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
        ),
        about="join",
    )
    assert "evil.example" not in mail["text"] + mail["html"]


def test_a_site_that_sends_mail_has_no_mailbox(stack: EmbeddedStack, model: StandIn) -> None:
    settings = api_settings(stack, model) | {"MAILBOX_DIR": ""}
    with running_api(settings) as address:
        assert httpx2.get(f"{address}/api/local/mails").status_code == 404
