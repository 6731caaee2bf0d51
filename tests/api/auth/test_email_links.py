"""Links in mails: once, for one account and address, until a newer one is used (THREATS 39, 41)."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import until
from tests.support.mailbox import Mail, mails_to, next_mail, token_in
from tests.support.users import PASSWORD, Person

OTHER = "nine slow herons over the estuary"


def reset_token(http: httpx2.Client, email: str) -> str:
    ask = partial(http.post, "/api/auth/reset", json={"email": email})
    return token_in(next_mail(http, email, ask, about="new password"))


def finish(http: httpx2.Client, token: str, password: str = OTHER) -> httpx2.Response:
    body = {"token": token, "password": password}
    return http.post("/api/auth/reset/finish", json=body)


def is_dead(http: httpx2.Client, token: str) -> bool:
    looked = http.post("/api/auth/reset/look", json={"token": token})
    return (looked.status_code, finish(http, token).status_code) == (410, 410)


def log_in(http: httpx2.Client, email: str, password: str = PASSWORD) -> int:
    body = {"email": email, "password": password}
    return http.post("/api/auth/login", json=body).status_code


def events_of(database: Engine, email: str) -> list[str]:
    query = text(
        "SELECT event FROM audit_events JOIN users ON users.id = user_id WHERE email = :email"
    )
    with database.connect() as rows:
        return list(rows.scalars(query, {"email": email}))


def test_a_new_password_by_mail(ada: Person, visitor: httpx2.Client, database: Engine) -> None:
    token = reset_token(visitor, ada.email)
    looked = visitor.post("/api/auth/reset/look", json={"token": token})
    assert looked.json() == {"email": ada.email}
    done = finish(visitor, token)
    assert (done.status_code, done.json()["user"]["email"]) == (200, ada.email)
    assert ada.http.get("/api/images").status_code == 401
    assert visitor.get("/api/images").status_code == 200
    assert log_in(ada.http, ada.email) == 401
    assert log_in(ada.http, ada.email, OTHER) == 200
    assert is_dead(visitor, token)
    events = events_of(database, ada.email)
    assert {"password_reset_asked", "password_reset"} <= set(events)
    until(lambda: [m for m in mails_to(visitor, ada.email) if "was changed" in m["subject"]])


def test_of_two_at_once_one_sets_the_password(
    site: str, stack: EmbeddedStack, ada: Person, visitor: httpx2.Client
) -> None:
    token = reset_token(visitor, ada.email)

    def use(number: int) -> int:
        with httpx2.Client(
            base_url=site, headers={"Origin": stack.site_origin}, timeout=30
        ) as http:
            return finish(http, token, f"{OTHER} number {number}").status_code

    with ThreadPoolExecutor(8) as threads:
        answers = sorted(threads.map(use, range(8)))
    # More than have a seat are told to come again: then it is used.
    assert answers[0] == 200
    assert set(answers[1:]) <= {410, 429}


@dataclass(frozen=True, kw_only=True)
class Scene:
    ada: Person
    visitor: httpx2.Client
    other: str  # a newer link


def use_the_other(scene: Scene) -> None:
    assert finish(scene.visitor, scene.other).status_code == 200


def change_address(scene: Scene) -> None:
    token = token_in(change(scene.ada, f"moved-{uuid4().hex}@example.org"))
    assert scene.ada.http.post("/api/auth/verify", json={"token": token}).status_code == 200


@pytest.mark.parametrize("what", [use_the_other, change_address])
def test_older_links_die(
    ada: Person, visitor: httpx2.Client, what: Callable[[Scene], None]
) -> None:
    older = reset_token(visitor, ada.email)
    what(Scene(ada=ada, visitor=visitor, other=reset_token(visitor, ada.email)))
    assert is_dead(visitor, older)


def test_whoever_knows_the_password_kills_no_link_by_signing_in(
    ada: Person, visitor: httpx2.Client, new_visitor: Callable[[], httpx2.Client]
) -> None:
    """Else an intruder who signs in every few seconds keeps the owner out of a new password."""
    token = reset_token(visitor, ada.email)
    assert log_in(new_visitor(), ada.email) == 200
    reset_token(visitor, ada.email)  # nor does asking for another
    assert finish(visitor, token).status_code == 200


def test_whoever_knows_the_password_kills_no_link_by_setting_another(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    """Else an intruder who does so every few minutes is never put out by mail (0094)."""
    token = reset_token(visitor, ada.email)
    theirs = {"password": "a teapot sings for nobody twice"}
    assert ada.http.post("/api/account/password", json=theirs).status_code == 204
    assert finish(visitor, token).status_code == 200
    assert ada.http.get("/api/images").status_code == 401
    assert log_in(ada.http, ada.email, theirs["password"]) == 401
    assert "password_reset" in events_of(database, ada.email)


def test_link_that_was_written_while_another_was_used_is_dead(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    """Its letter was being written, and so it was there to be deleted only afterwards."""
    older, user_id = reset_token(visitor, ada.email), ada.user_id
    copied = (
        "CREATE TEMPORARY TABLE written ON COMMIT DROP AS SELECT * FROM one_time_tokens"
        " WHERE user_id = :id AND purpose = 'reset'"
    )
    with database.begin() as worker:
        worker.execute(text(copied), {"id": user_id})
        assert finish(visitor, reset_token(visitor, ada.email)).status_code == 200
        worker.execute(text("INSERT INTO one_time_tokens SELECT * FROM written"))
    assert is_dead(visitor, older)


def test_link_of_the_version_before_works_for_who_never_reset(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    forget = "UPDATE one_time_tokens SET data = data - 'reset' WHERE user_id = :id"

    def of_before() -> str:
        token = reset_token(visitor, ada.email)
        with database.begin() as rows:
            rows.execute(text(forget), {"id": user_id})
        return token

    user_id = ada.user_id
    assert finish(visitor, of_before()).status_code == 200
    assert is_dead(visitor, of_before())


def test_an_old_link_is_dead(ada: Person, visitor: httpx2.Client, database: Engine) -> None:
    token = reset_token(visitor, ada.email)
    with database.begin() as rows:
        found = rows.scalar(
            text(
                "UPDATE one_time_tokens SET expires_at = now() WHERE purpose = 'reset'"
                " AND user_id = (SELECT id FROM users WHERE email = :email) RETURNING id"
            ),
            {"email": ada.email},
        )
    assert found is not None
    assert is_dead(visitor, token)


def test_a_link_of_one_kind_is_nothing_to_another(ada: Person, visitor: httpx2.Client) -> None:
    token = reset_token(visitor, ada.email)
    for path, more in (
        ("welcome/look", {}),
        ("welcome", {"password": OTHER}),
        ("invites/look", {}),
    ):
        answer = visitor.post(f"/api/auth/{path}", json={"token": token} | more)
        assert answer.status_code == 410
    assert ada.http.post("/api/auth/verify", json={"token": token}).status_code == 410
    assert finish(visitor, token).status_code == 200


def test_a_weak_password_leaves_the_link_and_the_account_as_they_are(
    ada: Person, visitor: httpx2.Client
) -> None:
    token = reset_token(visitor, ada.email)
    for password in ("too short", ada.email, "x" * 200):
        weak = finish(visitor, token, password)
        assert (weak.status_code, weak.json()["code"]) == (422, "weak_password")
    assert ada.http.get("/api/images").status_code == 200
    assert finish(visitor, token).status_code == 200


def test_a_foreign_host_gets_into_no_link(ada: Person, visitor: httpx2.Client) -> None:
    for headers in (
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example"},
        {"Forwarded": "host=evil.example"},
    ):
        ask = partial(visitor.post, "/api/auth/reset", json={"email": ada.email}, headers=headers)
        mail = next_mail(visitor, ada.email, ask, about="new password")
        assert "evil.example" not in json.dumps(mail)
        assert mail["links"][0].startswith("http://localhost:8000/new-password#")


def test_nobody_is_written_to_who_has_no_account(visitor: httpx2.Client, database: Engine) -> None:
    email = f"nobody-{uuid4().hex}@example.org"
    assert visitor.post("/api/auth/reset", json={"email": email}).status_code == 202
    left = text("SELECT count(*) FROM letters WHERE email = :email")

    def is_done() -> bool:
        with database.connect() as rows:
            return bool(rows.scalar(left, {"email": email}) == 0)

    until(is_done)
    assert mails_to(visitor, email) == []


def test_a_shut_account_is_not_opened_by_mail(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    token = reset_token(visitor, ada.email)
    with database.begin() as rows:
        rows.execute(
            text("UPDATE users SET disabled_at = now() WHERE email = :email"), {"email": ada.email}
        )
    answer = finish(visitor, token)
    assert (answer.status_code, answer.json()["code"]) == (403, "account_disabled")
    assert "set-cookie" not in answer.headers


def test_a_reset_signs_out_and_leaves_no_link_to_another_address(
    ada: Person, visitor: httpx2.Client
) -> None:
    """Unexpired change of address (THREATS 41): begun by whoever was in the account before."""
    theirs = f"thief-{uuid4().hex}@example.org"
    ask = partial(ada.http.post, "/api/account/email", json={"email": theirs})
    pending = token_in(next_mail(ada.http, theirs, ask, about="Confirm your new"))
    assert finish(visitor, reset_token(visitor, ada.email)).status_code == 200
    assert ada.http.post("/api/auth/verify", json={"token": pending}).status_code == 401
    assert visitor.post("/api/auth/verify", json={"token": pending}).status_code == 410


def rows_of(database: Engine, user_id: str) -> dict[str, int]:
    tables = ("passkeys", "totps", "recovery_codes", "identities", "access_tokens", "sessions")
    with database.connect() as rows:
        return {
            table: rows.execute(
                text(f"SELECT count(*) FROM {table} WHERE user_id = :id"),  # noqa: S608
                {"id": user_id},
            ).scalar_one()
            for table in tables
        }


WAYS_IN = """
INSERT INTO passkeys (id, user_id, name, credential_id, public_key, sign_count, transports,
  is_backed_up, created_at) VALUES (gen_random_uuid(), :id, 'x', :id\\:\\:text\\:\\:bytea, '', 0,
  '{}', false, now());
INSERT INTO totps (user_id, sealed_secret, created_at, confirmed_at, last_step)
  VALUES (:id, '', now(), now(), 0);
INSERT INTO recovery_codes (id, user_id, code_hash, created_at)
  VALUES (gen_random_uuid(), :id, :id\\:\\:text\\:\\:bytea, now());
INSERT INTO identities (id, user_id, provider, issuer, subject, email, created_at)
  VALUES (gen_random_uuid(), :id, 'x', 'https://x.example', :id, 'x@example.org', now());
INSERT INTO access_tokens (id, user_id, name, token_hash, last_four, scope, created_at, expires_at)
  VALUES (gen_random_uuid(), :id, 'x', :id\\:\\:text\\:\\:bytea, 'abcd', 'write', now(),
  now() + interval '1 day');
"""


@pytest.mark.parametrize("verified", [False, True])
def test_whoever_squats_at_an_address_keeps_no_way_in(
    site: str,
    stack: EmbeddedStack,
    database: Engine,
    visitor: httpx2.Client,
    *,
    verified: bool,
) -> None:
    """Trojan identifier (THREATS 41); who proved the address keeps their factors."""
    with httpx2.Client(base_url=site, headers={"Origin": stack.site_origin}) as http:
        squatter = Person(http=http).join(database)
        user_id = squatter.user_id
        with database.begin() as rows:
            if not verified:
                rows.execute(
                    text("UPDATE users SET email_verified_at = NULL WHERE id = :id"),
                    {"id": user_id},
                )
            for statement in filter(str.strip, WAYS_IN.split(";")):
                rows.execute(text(statement), {"id": user_id})
            if verified:  # one factor that is older than a week keeps them all
                age = "UPDATE passkeys SET created_at = now() - interval '8 days'"
                rows.execute(text(f"{age} WHERE user_id = :id"), {"id": user_id})
        done = finish(visitor, reset_token(visitor, squatter.email)).json()
        left = rows_of(database, user_id)
    if verified:
        assert done["second_factor"]["methods"] == ["passkey", "totp", "recovery_code"]
        assert left == dict.fromkeys(left, 1) | {"sessions": 0, "access_tokens": 0}
    else:
        assert done["user"]["email_verified"] is True
        assert left == dict.fromkeys(left, 0) | {"sessions": 1}


# ---- Proving an address, and moving


def change(person: Person, wanted: str) -> Mail:
    ask = partial(person.http.post, "/api/account/email", json={"email": wanted})
    return next_mail(person.http, wanted, ask, about="Confirm your new")


def test_an_account_moves_to_a_proved_address(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    wanted, user_id = f"moved-{uuid4().hex}@example.org", ada.user_id
    token = token_in(change(ada, wanted))
    notices = until(
        lambda: [m for m in mails_to(visitor, ada.email) if "may change" in m["subject"]]
    )
    assert wanted in notices[0]["text"]
    assert ada.http.get("/api/auth/session").json()["user"]["email"] == ada.email
    done = ada.http.post("/api/auth/verify", json={"token": token})
    assert done.json() == {"email": wanted, "changed": True}
    assert log_in(visitor, ada.email) == 401
    assert log_in(visitor, wanted) == 200
    until(lambda: [m for m in mails_to(visitor, ada.email) if "was changed" in m["subject"]])
    assert ada.user_id == user_id
    assert "email_changed" in events_of(database, wanted)


def test_the_link_alone_moves_nothing(ada: Person, bob: Person, visitor: httpx2.Client) -> None:
    """Else somebody could have a stranger open it, and keep an account in the stranger's name."""
    wanted = f"stranger-{uuid4().hex}@example.org"
    token = token_in(change(ada, wanted))
    for http, status in ((visitor, 401), (bob.http, 410)):
        assert http.post("/api/auth/verify", json={"token": token}).status_code == status
    assert ada.http.post("/api/auth/verify", json={"token": token}).status_code == 200


def test_an_address_that_is_taken_gets_the_same_answer_and_another_mail(
    ada: Person, bob: Person
) -> None:
    free = ada.http.post("/api/account/email", json={"email": f"{uuid4().hex}@example.org"})
    ask = partial(ada.http.post, "/api/account/email", json={"email": bob.email})
    mail = next_mail(ada.http, bob.email, ask, about="have an account")
    taken = ask()
    assert (free.status_code, free.content) == (taken.status_code, taken.content) == (202, b"{}")
    assert ada.email not in json.dumps(mail)
    assert not [link for link in mail["links"] if "#" in link]


def test_who_was_quicker_keeps_the_address(ada: Person, bob: Person, database: Engine) -> None:
    wanted = f"both-{uuid4().hex}@example.org"
    tokens: list[tuple[Person, Any]] = [(who, token_in(change(who, wanted))) for who in (ada, bob)]
    answers = [
        who.http.post("/api/auth/verify", json={"token": t}).status_code for who, t in tokens
    ]
    assert answers == [200, 410]
    with database.connect() as rows:
        query = text("SELECT count(*) FROM users WHERE email = :email")
        assert rows.scalar(query, {"email": wanted}) == 1


def test_a_newer_wish_kills_the_older_one(ada: Person) -> None:
    first = token_in(change(ada, f"first-{uuid4().hex}@example.org"))
    second = token_in(change(ada, f"second-{uuid4().hex}@example.org"))
    assert ada.http.post("/api/auth/verify", json={"token": first}).status_code == 410
    assert ada.http.post("/api/auth/verify", json={"token": second}).status_code == 200


def test_an_address_is_proved_by_its_mail(
    ada: Person, database: Engine, visitor: httpx2.Client
) -> None:
    with database.begin() as rows:
        rows.execute(
            text("UPDATE users SET email_verified_at = NULL WHERE email = :email"),
            {"email": ada.email},
        )
    ask = partial(ada.http.post, "/api/account/email/verify")
    token = token_in(next_mail(ada.http, ada.email, ask, about="Confirm your e-mail address"))
    assert visitor.post("/api/auth/verify", json={"token": token}).status_code == 401
    done = ada.http.post("/api/auth/verify", json={"token": token})
    assert done.json() == {"email": ada.email, "changed": False}
    assert ada.http.get("/api/auth/session").json()["user"]["email_verified"] is True
    assert ada.http.post("/api/account/email/verify").status_code == 202  # nothing to do


def test_a_newer_wish_leaves_the_older_letter_unwritten(ada: Person, database: Engine) -> None:
    """The worker may not have come to it yet: its link would be made after the newer one."""
    with database.begin() as rows:
        rows.execute(
            text(
                "INSERT INTO letters (id, kind, email, user_id, data, created_at, attempts)"
                " SELECT gen_random_uuid(), 'change_email', 'older-' || email, id, '{}', now(), 0"
                " FROM users WHERE email = :email"
            ),
            {"email": ada.email},
        )
    change(ada, f"newer-{ada.email}")
    with database.connect() as rows:
        older = text("SELECT failure FROM letters WHERE email = :email")
        assert rows.execute(older, {"email": f"older-{ada.email}"}).scalars().all() == ["withdrawn"]


def test_what_awaits_its_proof_does_not_tell_who_has_an_account(
    ada: Person, bob: Person, database: Engine
) -> None:
    settled = text(
        "SELECT count(*) FROM letters WHERE email = :email AND kind = 'change_email'"
        " AND settled_at IS NOT NULL"
    )

    def is_written(email: str) -> bool:
        with database.connect() as rows:
            return bool(rows.scalar(settled, {"email": email}))

    pending = []
    for wanted in (bob.email, f"nobody-{uuid4().hex}@example.org"):
        ada.http.post("/api/account/email", json={"email": wanted}).raise_for_status()
        until(partial(is_written, wanted))
        told = ada.http.get("/api/account/security").json()["pending_email"]
        pending.append(told == wanted)
    assert pending == [True, True]
    # The account that is there is where it was.
    assert bob.http.get("/api/auth/session").json()["user"]["email"] == bob.email
