"""What one person adds to tables is bounded, and nobody hides what they did by adding to them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.cleanup import (
    INVITES_KEPT_FOR,
    MAX_MAILS,
    MAX_REPEATED,
    delete_old_invites,
    delete_surplus_events,
    delete_surplus_mails,
)
from app.accounts.rate_limits.policies import (
    FAILURES_RECORDED,
    NEW_TOKENS,
    NOBODYS_FAILURES_RECORDED,
)
from app.accounts.registration.invitations import MAX_OPEN
from app.admin.routes.invitations import MAX_LISTED
from app.api.app import create_app
from app.database import db
from app.http.dependencies import build_parts
from app.settings import Settings
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import keys_of
from tests.support.authenticators import (
    PRESENT,
    SoftwareKey,
    add_passkey,
    add_totp,
    sign_in_by_passkey,
)
from tests.support.rate_limits import forget, use_up
from tests.support.users import PASSWORD, Person, make_administrator

Attempt = Callable[[], httpx2.Response]

MAX_LINES = 5000  # that one call of the function deletes (migration 0032)

ADD_EVENTS = (
    "INSERT INTO audit_events (at, user_id, event, ip, user_agent, detail)"
    " SELECT now() - CAST(:ago AS interval), :id, :event, '', '', '{}'"
    " FROM generate_series(1, :number)"
)
ADD_INVITES = (
    "INSERT INTO invites (id, token_hash, note, created_by, created_at, expires_at, used_at)"
    " SELECT gen_random_uuid(), sha256(uuid_send(gen_random_uuid())), '', :id, now(),"
    " now() + CAST(:until AS interval), CASE WHEN :used THEN now() END"
    " FROM generate_series(1, :number)"
)
# After five attempts: no worker takes it up.
ADD_MAILS = (
    "INSERT INTO letters (id, kind, email, user_id, data, created_at, settled_at, attempts)"
    " SELECT gen_random_uuid(), 'new_device', 'a@example.org', :id, '{}',"
    " now() - n * interval '1 minute', CASE WHEN :settled THEN now() END, 5"
    " FROM generate_series(1, :number) n"
)


@pytest.fixture
def serving(stack: EmbeddedStack, site: str) -> Iterator[None]:
    """The context that the sweep runs in, as the role that it runs as."""
    assert site
    with keys_of(stack.environment("api")):
        app = create_app(build_parts(Settings.from_environment(stack.environment("api"))))
    with app.app_context():
        yield
        db.session.rollback()


def run(database: Engine, statement: str, **values: object) -> None:
    with database.begin() as rows:
        rows.execute(text(statement), values)


def count(database: Engine, what: str, **values: object) -> int:
    with database.connect() as rows:
        found: int = rows.execute(text(f"SELECT count(*) FROM {what}"), values).scalar_one()  # noqa: S608
    return found


@pytest.mark.usefixtures("serving")
@pytest.mark.parametrize(
    "event",
    [
        "signed_in",
        "password_reset_asked",
        "invite_made",
        "account_disabled",
        "recovery_code_used",
        "member_changed",
        "person_unblocked",
        "album_transferred",
    ],
)
def test_what_one_person_repeats_is_kept_so_often(
    ada: Person, bob: Person, database: Engine, event: str
) -> None:
    mine, theirs = ada.user_id, bob.user_id
    old = {"ago": "25 hours", "event": event}
    for other in ("password_changed", "images_deleted_for_good", "second_factor_awaited"):
        run(database, ADD_EVENTS, id=mine, ago="30 days", event=other, number=3)
    run(database, ADD_EVENTS, id=mine, number=MAX_REPEATED + 7, **old)
    run(database, ADD_EVENTS, id=theirs, number=MAX_REPEATED, **old)
    delete_surplus_events()
    db.session.commit()
    events = "audit_events WHERE user_id = :id AND event = :event"
    assert count(database, events, id=mine, event=event) == MAX_REPEATED
    assert count(database, events, id=theirs, event=event) == MAX_REPEATED
    # Nobody has a line of another kind forgotten by repeating one.
    for other in ("password_changed", "images_deleted_for_good", "second_factor_awaited"):
        assert count(database, events, id=mine, event=other) == 3


@pytest.mark.usefixtures("serving")
def test_of_a_long_record_little_is_deleted_in_one_statement(
    ada: Person, bob: Person, database: Engine
) -> None:
    events = "audit_events WHERE user_id = :id AND event = 'signed_in'"
    surplus = 2 * MAX_LINES + 7
    ids = ada.user_id, bob.user_id
    # In one transaction: else the worker's own sweep may come between.
    for user_id in ids:
        many = {"ago": "25 hours", "event": "signed_in", "number": MAX_REPEATED + surplus}
        db.session.execute(text(ADD_EVENTS), {"id": user_id, **many})
    before = UUID(int=UUID(ada.user_id).int - 1)
    forget = text("SELECT forget_surplus(:kept, :past)")
    looked_at = db.session.scalar(forget, {"kept": MAX_REPEATED, "past": before})
    left = text(f"SELECT count(*) FROM {events}")  # noqa: S608 - our own words
    first, second = (db.session.scalar(left, {"id": user_id}) for user_id in ids)
    db.session.commit()
    assert first == MAX_REPEATED + surplus - MAX_LINES
    assert second == MAX_REPEATED + surplus
    assert looked_at == before  # who has more is looked at again
    delete_surplus_events()
    for person in (ada, bob):
        assert count(database, events, id=person.user_id) == MAX_REPEATED


@pytest.mark.usefixtures("serving")
def test_of_a_long_record_little_is_read(ada: Person, database: Engine) -> None:
    many = {"ago": "25 hours", "event": "signed_in", "number": 10 * MAX_LINES}
    run(database, ADD_EVENTS, id=ada.user_id, **many)
    run(database, "ANALYZE audit_events")
    before = UUID(int=UUID(ada.user_id).int - 1)
    db.session.execute(
        text("SELECT forget_surplus(:kept, :past)"), {"kept": MAX_REPEATED, "past": before}
    )
    read = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = :table"
    table = {"table": db.session.scalar(text("SELECT 'audit_events'::regclass::oid"))}
    assert db.session.scalar(text(read), table) <= 4 * MAX_LINES  # of ten times that
    db.session.commit()


@pytest.mark.usefixtures("serving")
def test_former_release_deletes_no_more_in_one_statement(ada: Person, database: Engine) -> None:
    events = "audit_events WHERE user_id = :id AND event = 'signed_in'"
    whole = MAX_REPEATED + 2 * MAX_LINES
    run(database, ADD_EVENTS, id=ada.user_id, ago="25 hours", event="signed_in", number=whole)
    db.session.execute(text("SELECT forget_surplus(:kept)"), {"kept": MAX_REPEATED})
    db.session.commit()
    assert count(database, events, id=ada.user_id) >= whole - MAX_LINES
    delete_surplus_events()
    assert count(database, events, id=ada.user_id) == MAX_REPEATED


@pytest.mark.usefixtures("serving")
def test_a_day_of_the_record_stays_however_much_it_is(ada: Person, database: Engine) -> None:
    today = {"ago": "23 hours", "event": "signed_in", "number": MAX_REPEATED + 7}
    run(database, ADD_EVENTS, id=ada.user_id, **today)
    delete_surplus_events()
    db.session.commit()
    events = "audit_events WHERE user_id = :id AND event = 'signed_in'"
    assert count(database, events, id=ada.user_id) == MAX_REPEATED + 7


@pytest.mark.usefixtures("serving")
def test_whoever_calls_the_function_cannot_have_fewer_kept(ada: Person, database: Engine) -> None:
    run(database, ADD_EVENTS, id=ada.user_id, ago="2 days", event="signed_in", number=9)
    for kept in (0, -1, 8):
        before = UUID(int=UUID(ada.user_id).int - 1)
        many = {"kept": kept, "past": before}
        db.session.execute(text("SELECT forget_surplus(:kept, :past)"), many)
    db.session.commit()
    events = "audit_events WHERE user_id = :id AND event = 'signed_in'"
    assert count(database, events, id=ada.user_id) == 9


@pytest.mark.usefixtures("serving")
def test_one_person_has_so_many_letters_kept(
    ada: Person, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = ada.user_id
    run(database, ADD_MAILS, id=user_id, settled=True, number=MAX_MAILS + 7)
    run(database, ADD_MAILS, id=user_id, settled=False, number=3)
    monkeypatch.setattr("app.accounts.cleanup.MAX_DELETED", 4)
    for left in (MAX_MAILS + 6, MAX_MAILS + 3):  # some in each sweep
        delete_surplus_mails()
        db.session.commit()
        assert count(database, "letters WHERE user_id = :id", id=user_id) == left
    oldest = f"created_at < now() - interval '{MAX_MAILS} minutes 30 seconds'"
    assert count(database, f"letters WHERE user_id = :id AND {oldest}", id=user_id) == 0


@pytest.mark.usefixtures("serving")
def test_invitations_that_nobody_took_go_in_the_end(
    ada: Person, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = ada.user_id
    long_ago, lately = (f"-{INVITES_KEPT_FOR.days + more} days" for more in (1, -1))
    run(database, ADD_INVITES, id=user_id, until=long_ago, used=False, number=2)
    run(database, ADD_INVITES, id=user_id, until=long_ago, used=True, number=3)
    run(database, ADD_INVITES, id=user_id, until=lately, used=False, number=4)
    monkeypatch.setattr("app.accounts.cleanup.MAX_DELETED", 1)
    for left in (8, 7, 7):  # some in each sweep
        delete_old_invites()
        db.session.commit()
        assert count(database, "invites WHERE created_by = :id", id=user_id) == left


def test_an_administrator_has_so_many_open_invitations(ada: Person, database: Engine) -> None:
    user_id = ada.user_id
    run(database, "UPDATE users SET is_administrator = true WHERE id = :id", id=user_id)
    run(database, ADD_INVITES, id=user_id, until="1 day", used=False, number=MAX_OPEN - 1)
    for until, used in (("-1 day", False), ("1 day", True)):  # these are over
        run(database, ADD_INVITES, id=user_id, until=until, used=used, number=3)
    made = ada.http.post("/api/admin/invites", json={"note": ""})
    assert made.status_code == 201
    refused = ada.http.post("/api/admin/invites", json={"note": ""})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_invites")
    taken_back = ada.http.delete(f"/api/admin/invites/{made.json()['id']}")
    assert taken_back.status_code == 204
    assert ada.http.post("/api/admin/invites", json={"note": ""}).status_code == 201


def test_an_open_invitation_is_listed_however_many_are_over(ada: Person, database: Engine) -> None:
    make_administrator(database, ada)
    made = ada.http.post("/api/admin/invites", json={"note": "long open"}).json()["id"]
    earlier = "UPDATE invites SET created_at = now() - interval '6 days' WHERE id = :id"
    run(database, earlier, id=made)
    run(database, ADD_INVITES, id=ada.user_id, until="1 day", used=True, number=MAX_LISTED)
    listed = ada.http.get("/api/admin/invites").json()["invites"]
    assert made in {invite["id"] for invite in listed}
    assert sum(invite["used_at"] is not None for invite in listed) <= MAX_LISTED
    assert listed == sorted(listed, key=lambda invite: invite["created_at"], reverse=True)


def test_failures_at_unknown_addresses_leave_so_many_lines_together(
    ada: Person, visitor: httpx2.Client, database: Engine
) -> None:
    """There is no end to addresses; a person's own lines are counted for them alone."""
    user_id, here = ada.user_id, visitor.headers["X-Forwarded-For"]
    use_up(database, NOBODYS_FAILURES_RECORDED, of="sign_in_failed ")
    for email in (f"nobody-{uuid4().hex}@example.org", ada.email):
        body = {"email": email, "password": "wrong"}
        assert visitor.post("/api/auth/login", json=body).status_code == 401
    forget(database, NOBODYS_FAILURES_RECORDED)
    recorded = "audit_events WHERE ip = :ip AND event = 'sign_in_failed'"
    assert count(database, recorded, ip=here) == 1
    assert count(database, f"{recorded} AND user_id = :id", ip=here, id=user_id) == 1


def test_tokens_are_made_only_so_often(ada: Person, database: Engine) -> None:
    asked = {"name": "Script", "scope": "read", "days": 30}
    made = ada.http.post("/api/account/tokens", json=asked)
    use_up(database, NEW_TOKENS, of=ada.user_id)
    refused = ada.http.post("/api/account/tokens", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    # No intruder keeps the owner from removing one.
    assert ada.http.delete(f"/api/account/tokens/{made.json()['id']}").status_code == 204


def lying_passkey(person: Person, visitor: httpx2.Client) -> Attempt:
    key = SoftwareKey()
    add_passkey(person, key)
    return lambda: sign_in_by_passkey(visitor, replace(key, flags=PRESENT))


def wrong_password(person: Person, visitor: httpx2.Client) -> Attempt:
    body = {"email": person.email, "password": "wrong"}
    return lambda: visitor.post("/api/auth/login", json=body)


def wrong_code(person: Person, visitor: httpx2.Client) -> Attempt:
    add_totp(person)
    visitor.post("/api/auth/login", json={"email": person.email, "password": PASSWORD})
    return lambda: visitor.post("/api/auth/second-factor", json={"code": "000000"})


def wrong_confirmation(person: Person, _: httpx2.Client) -> Attempt:
    return lambda: person.http.post("/api/auth/confirm", json={"password": "wrong"})


@pytest.mark.parametrize(
    ("prepare", "event"),
    [
        (lying_passkey, "sign_in_failed"),
        (wrong_password, "sign_in_failed"),
        (wrong_code, "second_factor_failed"),
        (wrong_confirmation, "confirmation_failed"),
    ],
)
def test_a_failure_of_many_is_refused_and_leaves_no_line(
    ada: Person,
    visitor: httpx2.Client,
    database: Engine,
    prepare: Callable[[Person, httpx2.Client], Attempt],
    event: str,
) -> None:
    user_id = ada.user_id
    fail = prepare(ada, visitor)
    recorded = "audit_events WHERE user_id = :id AND event = :event"
    assert (fail().status_code, count(database, recorded, id=user_id, event=event)) == (401, 1)
    use_up(database, FAILURES_RECORDED, of=f"{event} {user_id}")
    assert (fail().status_code, count(database, recorded, id=user_id, event=event)) == (401, 1)
