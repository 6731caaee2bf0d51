"""Requests that were let in, and whose person is thrown out before they have done anything."""

import json
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import (
    DELETIONS,
    EXPORTS,
    MAILS_OF_PERSON,
    MAILS_TO_ADDRESS,
    PASSWORD_CHANGES,
)
from app.accounts.rate_limits.seats import SEATS, TAKE_ACCOUNT_SEAT
from tests.api.auth.test_email_links import change
from tests.api.conftest import until
from tests.support.authenticators import SoftwareKey, ask_for_passkey
from tests.support.mailbox import token_in
from tests.support.users import PASSWORD, Json, Person, add_person, make_administrator

OTHER = "nine slow herons over the estuary"
ADD_MAIL = (
    "INSERT INTO letters (id, kind, email, user_id, data, created_at, attempts)"
    " VALUES (:id, 'change_email', 'x@example.org', :user, '{}', now(), 5)"
)
TOKEN = {"name": "Thief", "scope": "write", "days": 366}


@contextmanager
def half_sent(person: Person, method: str, path: str, body: Json) -> Iterator[Callable[[], int]]:
    """Send a request but for the last byte of its body; gives what sends that, and the status."""
    content = json.dumps(body).encode()
    at = urlsplit(str(person.http.base_url))
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: {at.netloc}\r\nConnection: close\r\n"
        f"Origin: {person.http.headers['Origin']}\r\n"
        f"X-Forwarded-For: {person.http.headers['X-Forwarded-For']}\r\n"
        f"Cookie: session={person.http.cookies['session']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    with socket.create_connection((at.hostname or "", at.port or 80), timeout=30) as connection:
        connection.sendall(head.encode() + content[:-1])

        def finish() -> int:
            connection.sendall(content[-1:])
            answer = connection.makefile("rb").readline()
            return int(answer.split()[1])

        yield finish


def sign_out_everywhere(database: Engine, user_id: str) -> None:
    with database.begin() as rows:
        rows.execute(text("DELETE FROM sessions WHERE user_id = :id"), {"id": user_id})


@pytest.mark.parametrize(
    ("path", "body"),
    [("/api/account/tokens", TOKEN), ("/api/account/password", {"password": OTHER})],
)
def test_a_body_that_comes_late_does_nothing_for_who_was_signed_out(
    ada: Person, database: Engine, path: str, body: Json
) -> None:
    user_id = ada.user_id
    with half_sent(ada, "POST", path, body) as finish:
        # The other request is answered after the half one has come as far as it comes.
        for _ in range(20):
            ada.http.get("/api/account").raise_for_status()
        sign_out_everywhere(database, user_id)
        assert finish() == 401


def test_a_body_that_comes_late_does_nothing_for_who_administers_no_more(
    ada: Person, database: Engine
) -> None:
    user_id = ada.user_id
    with database.begin() as rows:
        set_administrator = text("UPDATE users SET is_administrator = :is WHERE id = :id")
        rows.execute(set_administrator, {"is": True, "id": user_id})
    path = f"/api/admin/people/{user_id}"
    with half_sent(ada, "PATCH", path, {"is_administrator": True}) as finish:
        for _ in range(20):
            ada.http.get("/api/account").raise_for_status()
        with database.begin() as rows:
            rows.execute(set_administrator, {"is": False, "id": user_id})
        assert finish() == 404
    assert not ada.http.get("/api/auth/session").json()["user"]["is_administrator"]


def add_token(_: Person) -> tuple[str, Json]:
    return "tokens", TOKEN


def change_password(_: Person) -> tuple[str, Json]:
    return "password", {"password": OTHER}


def add_passkey(person: Person) -> tuple[str, Json]:
    options = person.http.post("/api/account/passkeys/options", json={}).json()["public_key"]
    return "passkeys", {"credential": SoftwareKey().create(options), "name": "Thief"}


def begin_app(_: Person) -> tuple[str, Json]:
    return "totp", {}


def ask_for_another_address(person: Person) -> tuple[str, Json]:
    return "email", {"email": f"thief-{person.email}"}


@pytest.mark.parametrize(
    "attack", [add_token, change_password, add_passkey, begin_app, ask_for_another_address]
)
def test_what_waits_for_a_reset_does_nothing_after_it(
    ada: Person, database: Engine, attack: Callable[[Person], tuple[str, Json]]
) -> None:
    user_id = ada.user_id
    path, body = attack(ada)
    with ThreadPoolExecutor(1) as meanwhile:
        with database.begin() as reset:  # as one does: the person is held, then all is ended
            reset.execute(text("SELECT FROM users WHERE id = :id FOR UPDATE"), {"id": user_id})
            answer = meanwhile.submit(ada.http.post, f"/api/account/{path}", json=body)
            until(lambda: somebody_waits(database) or answer.done())
            reset.execute(text("DELETE FROM sessions WHERE user_id = :id"), {"id": user_id})
        assert answer.result().status_code == 401


ROTATE = "UPDATE sessions SET token_hash = uuid_send(id) WHERE user_id = :id"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "/api/account/sessions", None),
        ("DELETE", "/api/account/sessions/{session}", None),
        ("DELETE", "/api/account/tokens/{session}", None),
        ("POST", "/api/auth/confirm", {"password": PASSWORD}),
    ],
)
def test_a_copy_of_a_cookie_that_waits_for_its_rotation_does_nothing_after_it(
    ada: Person, database: Engine, method: str, path: str, body: Json | None
) -> None:
    """As after "sign out all others": the session stays, and its former cookie is worth nothing."""
    user_id = ada.user_id
    (session,) = ada.http.get("/api/account/sessions").json()["sessions"]
    path = path.format(session=session["id"])
    with ThreadPoolExecutor(1) as meanwhile:
        with database.begin() as other:
            hold = "SELECT FROM users WHERE id = :id FOR NO KEY UPDATE"
            other.execute(text(hold), {"id": user_id})
            other.execute(text(ROTATE), {"id": user_id})
            answer = meanwhile.submit(ada.http.request, method, path, json=body)
            until(lambda: somebody_waits(database) or answer.done())
        assert (answer.result().status_code, "set-cookie" in answer.result().headers) == (
            401,
            False,
        )
    with database.connect() as rows:
        count = text("SELECT count(*) FROM sessions WHERE user_id = :id")
        assert rows.scalar(count, {"id": user_id}) == 1


def test_a_letter_being_written_and_a_new_password_do_not_wait_for_each_other(
    ada: Person, database: Engine
) -> None:
    """The worker holds the letter and then names its person; a change holds them the other way."""
    user_id = ada.user_id
    letter = {"id": str(uuid4()), "user": user_id}
    with ThreadPoolExecutor(1) as meanwhile:
        with database.begin() as worker:
            worker.execute(text(ADD_MAIL), letter)
        with database.begin() as worker:
            worker.execute(text("SELECT FROM letters WHERE id = :id FOR UPDATE"), letter)
            answer = meanwhile.submit(
                ada.http.post, "/api/account/password", json={"password": OTHER}
            )
            until(lambda: somebody_waits(database) or answer.done())
            worker.execute(text("SELECT FROM users WHERE id = :user FOR KEY SHARE"), letter)
        assert answer.result().status_code == 204


def test_a_letter_being_written_and_another_address_do_not_wait_for_each_other(
    ada: Person, database: Engine
) -> None:
    letter = {"id": str(uuid4()), "user": ada.user_id}
    token = token_in(change(ada, f"moved-{uuid4().hex}@example.org"))
    with database.begin() as worker:
        worker.execute(text(ADD_MAIL), letter)
    with ThreadPoolExecutor(1) as meanwhile:
        with database.begin() as worker:
            worker.execute(text("SELECT FROM letters WHERE id = :id FOR UPDATE"), letter)
            answer = meanwhile.submit(ada.http.post, "/api/auth/verify", json={"token": token})
            until(lambda: somebody_waits(database) or answer.done())
            worker.execute(text("SET LOCAL lock_timeout = '500ms'"))
            worker.execute(text("SELECT FROM users WHERE id = :user FOR KEY SHARE"), letter)
        assert answer.result().status_code == 200


def test_deletion_is_called_off_while_a_row_of_the_persons_is_added(
    ada: Person, database: Engine
) -> None:
    """As a worker does that writes them a letter."""
    user_id = ada.user_id
    ada.http.post("/api/account/deletion").raise_for_status()
    with database.begin() as worker:
        worker.execute(text("SET LOCAL lock_timeout = '1s'"))
        worker.execute(text("SELECT FROM users WHERE id = :id FOR KEY SHARE"), {"id": user_id})
        assert ada.http.delete("/api/account/deletion", timeout=5).status_code == 204


def test_few_changes_of_one_person_wait_for_each_other(ada: Person, database: Engine) -> None:
    """Each that waits has a database connection: all there are would be one person's."""
    user_id, many = ada.user_id, 2 * SEATS
    with ThreadPoolExecutor(many) as meanwhile:
        with database.begin() as other:
            hold = "SELECT FROM users WHERE id = :id FOR NO KEY UPDATE"
            other.execute(text(hold), {"id": user_id})
            answers = [
                meanwhile.submit(ada.http.delete, "/api/account/sessions") for _ in range(many)
            ]
            until(lambda: sum(answer.done() for answer in answers) == many - SEATS)
            assert waiting(database) == SEATS
        statuses = sorted(answer.result().status_code for answer in answers)
    assert statuses[:1] + statuses[SEATS:] == [200] + [429] * (many - SEATS)


@contextmanager
def account_seats_taken(database: Engine, user_id: str) -> Iterator[None]:
    with ExitStack() as held:
        for _ in range(SEATS):
            changing = held.enter_context(database.begin())
            assert changing.scalar(TAKE_ACCOUNT_SEAT, {"user": user_id})
        yield


def test_what_a_passkey_signed_is_good_still_where_no_seat_was_free(
    ada: Person, database: Engine
) -> None:
    """A device would keep a passkey that the site does not know."""
    user_id, key = ada.user_id, SoftwareKey()
    asked = ada.http.post("/api/account/passkeys/options", json={}).json()
    made = {"credential": key.create(asked["public_key"]), "name": "Key"}
    with account_seats_taken(database, user_id):
        refused = ada.http.post("/api/account/passkeys", json=made)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_at_once")
    assert ada.http.post("/api/account/passkeys", json=made).status_code == 201
    proof = {"credential": key.get(ask_for_passkey(ada.http))}
    with account_seats_taken(database, user_id):
        assert ada.http.post("/api/auth/confirm/passkey", json=proof).status_code == 429
    assert ada.http.post("/api/auth/confirm/passkey", json=proof).status_code == 200


def test_refused_change_of_the_password_is_not_counted(ada: Person, database: Engine) -> None:
    user_id, new = ada.user_id, {"password": OTHER}
    with account_seats_taken(database, user_id):
        for _ in range(PASSWORD_CHANGES.burst + 1):
            refused = ada.http.post("/api/account/password", json=new)
            assert (refused.status_code, refused.json()["code"]) == (429, "too_many_at_once")
    assert ada.http.post("/api/account/password", json=new).status_code == 204


LIMITED: dict[str, tuple[Json | None, int]] = {
    "/api/account/email": ({"email": f"another-{uuid4().hex}@example.org"}, MAILS_OF_PERSON.burst),
    "/api/admin/invites": ({"email": f"friend-{uuid4().hex}@example.org"}, MAILS_TO_ADDRESS.burst),
    "/api/account/deletion": (None, DELETIONS.burst),
    "/api/account/exports": (None, EXPORTS.burst),
}


@pytest.mark.parametrize("path", LIMITED)
def test_what_is_refused_for_a_second_uses_up_no_limit(
    ada: Person, bob: Person, database: Engine, path: str
) -> None:
    for person in (ada, bob):  # somebody is left who looks after the site
        make_administrator(database, person)
    user_id, (body, burst) = ada.user_id, LIMITED[path]
    with ExitStack() as held:
        for _ in range(SEATS):
            changing = held.enter_context(database.begin())
            assert changing.scalar(TAKE_ACCOUNT_SEAT, {"user": user_id})
        for _ in range(burst + 1):
            refused = ada.http.post(path, json=body)
            assert (refused.status_code, refused.json()["code"]) == (429, "too_many_at_once")
    assert ada.http.post(path, json=body).is_success


def test_a_sign_in_that_is_not_finished_is_ended_by_an_administrator_too(
    ada: Person, bob: Person, visitor: httpx2.Client, database: Engine
) -> None:
    """The person is held from the proof to the session: whoever ends all of theirs waits."""
    with database.begin() as rows:
        administers = text("UPDATE users SET is_administrator = true WHERE id = :id")
        rows.execute(administers, {"id": ada.user_id})
    bobs, host = bob.user_id, visitor.base_url.host
    credentials = {"email": bob.email, "password": PASSWORD}
    # Whoever signs in here signs out what was here; which somebody holds.
    another, token = add_person(database)
    assert another
    visitor.cookies.set("session", token, domain=host)
    with ThreadPoolExecutor(2) as meanwhile:
        with database.begin() as other:
            hold = "SELECT FROM sessions WHERE token_hash = sha256(:token) FOR UPDATE"
            other.execute(text(hold), {"token": token.encode()})
            signing_in = meanwhile.submit(visitor.post, "/api/auth/login", json=credentials)
            until(lambda: waiting(database) == 1 or signing_in.done())
            path = f"/api/admin/people/{bobs}/sessions"
            ending = meanwhile.submit(ada.http.delete, path)
            until(lambda: waiting(database) == 2 or ending.done())
        assert (signing_in.result().status_code, ending.result().status_code) == (200, 200)
    assert visitor.get("/api/images").status_code == 401


def test_a_sign_in_whose_password_was_looked_at_before_all_sessions_ended_is_refused(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    who = {"id": ada.user_id}
    credentials = {"email": ada.email, "password": PASSWORD}
    with ThreadPoolExecutor(1) as meanwhile:
        with database.begin() as administrator:  # as one does who ends all sessions
            hold = "SELECT FROM users WHERE id = :id FOR NO KEY UPDATE"
            administrator.execute(text(hold), who)
            answer = meanwhile.submit(visitor.post, "/api/auth/login", json=credentials)
            until(lambda: somebody_waits(database) or answer.done())
            administrator.execute(text("DELETE FROM sessions WHERE user_id = :id"), who)
            ended = "UPDATE users SET sessions_ended_at = clock_timestamp() WHERE id = :id"
            administrator.execute(text(ended), who)
        assert answer.result().status_code == 401
    assert "session" not in visitor.cookies
    assert visitor.post("/api/auth/login", json=credentials).status_code == 200


def test_whatever_ends_all_sessions_notes_the_moment(
    ada: Person, bob: Person, database: Engine
) -> None:
    """Sign-ins that are under way then are refused by it."""
    with database.begin() as rows:
        administers = text("UPDATE users SET is_administrator = true WHERE id = :id")
        rows.execute(administers, {"id": ada.user_id})
    bobs = bob.user_id
    person = f"/api/admin/people/{bobs}"
    new = {"password": "nine slow herons over the estuary"}
    moments = []
    for http, method, path, body in (
        (bob.http, "DELETE", "/api/account/sessions", None),
        (bob.http, "POST", "/api/account/password", new),
        (ada.http, "DELETE", f"{person}/sessions", None),
        (ada.http, "PATCH", person, {"disabled": True}),
        (ada.http, "PATCH", person, {"disabled": False}),
    ):
        assert http.request(method, path, json=body).is_success, path
        with database.connect() as rows:
            query = text("SELECT sessions_ended_at FROM users WHERE id = :id")
            moments.append(rows.scalar(query, {"id": bobs}))
    assert moments == sorted(set(moments))


def test_an_administrator_who_was_unmade_while_they_waited_makes_nobody_one(
    ada: Person, bob: Person, database: Engine
) -> None:
    set_administrator = text("UPDATE users SET is_administrator = :is WHERE id = :id")
    ids = ada.user_id, bob.user_id
    with database.begin() as rows:
        rows.execute(set_administrator, {"is": True, "id": ids[0]})
    with ThreadPoolExecutor(1) as meanwhile:
        with database.begin() as other:  # as another administrator does
            other.execute(text("SELECT pg_advisory_xact_lock(hashtext('who administers'))"))
            body = {"is_administrator": True}
            answer = meanwhile.submit(ada.http.patch, f"/api/admin/people/{ids[1]}", json=body)
            until(lambda: somebody_waits(database) or answer.done())
            other.execute(set_administrator, {"is": False, "id": ids[0]})
        assert answer.result().status_code == 404
    assert not bob.http.get("/api/auth/session").json()["user"]["is_administrator"]


def test_who_looks_after_nothing_waits_for_no_administrator_to_leave(
    ada: Person, database: Engine
) -> None:
    """Nor do they hold one up, by asking again and again."""
    with ThreadPoolExecutor(1) as meanwhile, database.begin() as other:
        other.execute(text("SELECT pg_advisory_xact_lock(hashtext('who administers'))"))
        answer = meanwhile.submit(ada.http.post, "/api/account/deletion")
        assert answer.result(timeout=9).status_code == 200


def test_deletion_asked_for_by_who_was_signed_out_while_they_waited_is_refused(
    ada: Person, database: Engine
) -> None:
    user_id = ada.user_id
    with database.begin() as rows:
        administers = text("UPDATE users SET is_administrator = true WHERE id = :id")
        rows.execute(administers, {"id": user_id})
    with ThreadPoolExecutor(1) as meanwhile:
        with database.begin() as other:  # as an administrator does, or the sweep
            other.execute(text("SELECT pg_advisory_xact_lock(hashtext('who administers'))"))
            answer = meanwhile.submit(ada.http.post, "/api/account/deletion")
            until(lambda: somebody_waits(database) or answer.done())
            other.execute(text("DELETE FROM sessions WHERE user_id = :id"), {"id": user_id})
        assert answer.result().status_code == 401


def test_deletion_called_off_by_who_was_signed_out_while_they_waited_goes_on(
    ada: Person, database: Engine
) -> None:
    user_id = ada.user_id
    ada.http.post("/api/account/deletion").raise_for_status()
    with ThreadPoolExecutor(1) as meanwhile:
        with database.begin() as reset:
            reset.execute(text("SELECT FROM users WHERE id = :id FOR UPDATE"), {"id": user_id})
            answer = meanwhile.submit(ada.http.delete, "/api/account/deletion")
            until(lambda: somebody_waits(database) or answer.done())
            reset.execute(text("DELETE FROM sessions WHERE user_id = :id"), {"id": user_id})
        assert answer.result().status_code == 401
    with database.connect() as rows:
        query = text("SELECT delete_after IS NOT NULL FROM users WHERE id = :id")
        assert rows.execute(query, {"id": user_id}).scalar_one()


def somebody_waits(database: Engine) -> bool:
    return waiting(database) > 0


def waiting(database: Engine) -> int:
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with database.connect() as connection:
        found: int = connection.execute(text(query)).scalar_one()
    return found
