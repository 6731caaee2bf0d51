"""The record of what touched accounts: nobody changes it, and it tells no secrets."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from tests.support.images import jpeg
from tests.support.users import PASSWORD, Json, Person

CANARY = "canary-9c1f"
INSERT_OVER = """
INSERT INTO audit_events (id, at, event, ip, user_agent, detail) OVERRIDING SYSTEM VALUE
  SELECT id, at, event, ip, user_agent, detail FROM audit_events WHERE user_id = :id
  ON CONFLICT (id) DO UPDATE SET event = 'signed_out'
"""


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_events SET event = 'signed_out'",
        "UPDATE audit_events SET user_id = NULL WHERE user_id = :id",
        "DELETE FROM audit_events",
        "DELETE FROM audit_events WHERE user_id = :id",
        "TRUNCATE audit_events",
        "TRUNCATE audit_events CASCADE",
        INSERT_OVER,
    ],
)
def test_what_was_recorded_stays(ada: Person, database: Engine, change: str) -> None:
    sign_in(ada.http, ada.email)
    before = rows_of(database, ada)
    assert len(before) == 1
    with (
        pytest.raises(IntegrityError, match="append-only"),
        database.begin() as connection,
    ):
        connection.execute(text(change), {"id": ada.user_id})
    assert rows_of(database, ada) == before


def test_whoever_leaves_takes_their_own_record_along_and_no_other(
    ada: Person, bob: Person, database: Engine
) -> None:
    for person in (ada, bob):
        sign_in(person.http, person.email)

    def forget(whose: Person, *, in_the_name_of: Person) -> None:
        names = {"whose": whose.user_id, "name": in_the_name_of.user_id}
        with database.begin() as connection:
            connection.execute(text("SELECT set_config('pinhole.forget', :name, true)"), names)
            connection.execute(text("DELETE FROM audit_events WHERE user_id = :whose"), names)

    with pytest.raises(IntegrityError, match="append-only"):
        forget(bob, in_the_name_of=ada)
    forget(ada, in_the_name_of=ada)
    assert rows_of(database, ada) == []
    assert len(rows_of(database, bob)) == 1


def test_a_person_sees_theirs_and_nothing_of_others(ada: Person, bob: Person) -> None:
    sign_in(ada.http, ada.email)
    (event,) = activity(ada)
    assert event["event"] == "signed_in"
    assert event["detail"]["how"] == "password"
    assert event["ip"] == ada.http.headers["X-Forwarded-For"]
    assert not event["by_administrator"]
    assert activity(bob) == []


def test_guesses_stand_in_the_record_of_their_victim(ada: Person, visitor: httpx2.Client) -> None:
    guess = {"email": ada.email, "password": f"{CANARY} is not her password"}
    assert visitor.post("/api/auth/login", json=guess).status_code == 401
    (event,) = activity(ada)
    assert event["event"] == "sign_in_failed"
    assert event["ip"] == visitor.headers["X-Forwarded-For"]


def test_pages_hold_each_event_once_newest_first(ada: Person) -> None:
    for _ in range(7):
        sign_in(ada.http, ada.email)
    ids = [event["id"] for event in activity(ada, limit=3)]
    assert len(ids) == 7
    assert ids == sorted(ids, reverse=True)


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"user_id": str(uuid4())}])
def test_other_questions_are_refused(ada: Person, query: dict[str, str]) -> None:
    assert ada.http.get("/api/account/activity", params=query).status_code == 422


def test_administrators_see_all_and_are_not_located(
    ada: Person, root: Person, visitor: httpx2.Client
) -> None:
    person = f"/api/admin/people/{ada.user_id}"
    root.http.patch(person, json={"disabled": True}).raise_for_status()
    root.http.patch(person, json={"disabled": False}).raise_for_status()
    sign_in(ada.http, ada.email)
    unknown = {"email": f"{CANARY}@example.org", "password": PASSWORD}
    assert visitor.post("/api/auth/login", json=unknown).status_code == 401

    hers = activity(ada)
    assert [event["event"] for event in hers] == [
        "signed_in",
        "account_enabled",
        "account_disabled",
    ]
    for event in hers[1:]:
        assert event["by_administrator"]
        assert (event["ip"], event["place"], event["device"]) == ("", "", "")

    seen = root.http.get("/api/admin/activity").json()["events"]
    nobodys, *others = [event for event in seen if event["email"] in {None, ada.email}][:4]
    assert (nobodys["event"], nobodys["email"]) == ("sign_in_failed", None)
    assert [event["id"] for event in others] == [event["id"] for event in hers]
    assert others[1]["actor_email"] == root.email
    assert others[1]["ip"] == root.http.headers["X-Forwarded-For"]


def test_peoples_own_words_in_the_record_are_theirs(
    ada: Person, root: Person, database: Engine
) -> None:
    with database.begin() as connection:
        query = (
            "INSERT INTO audit_events (at, user_id, event, ip, user_agent, detail) VALUES"
            " (now(), :id, 'passkey_added', '', '', CAST(:detail AS jsonb))"
        )
        detail = json.dumps({"name": "My blue key", "how": "x"})
        connection.execute(text(query), {"id": ada.user_id, "detail": detail})
    assert activity(ada)[0]["detail"] == {"name": "My blue key", "how": "x"}
    seen = root.http.get("/api/admin/activity").json()["events"]
    assert next(each for each in seen if each["email"] == ada.email)["detail"] == {"how": "x"}


def test_the_record_tells_neither_guesses_nor_tokens_nor_pictures(
    ada: Person, root: Person, visitor: httpx2.Client, database: Engine
) -> None:
    named = replace(jpeg(seed=90), name=f"{CANARY}.jpg")
    image_id = ada.upload(named)[0]
    ada.http.patch(f"/api/images/{image_id}", json={"name": f"{CANARY}.png"}).raise_for_status()
    ada.http.delete(f"/api/images/{image_id}").raise_for_status()
    body = {"name": CANARY, "scope": "read", "days": 1}
    token = ada.http.post("/api/account/tokens", json=body).json()
    ada.http.delete(f"/api/account/tokens/{token['id']}").raise_for_status()
    invite = root.http.post(
        "/api/admin/invites", json={"email": f"{CANARY}@example.org", "note": CANARY}
    ).json()
    for email, password in [(ada.email, CANARY), (f"{CANARY}@example.org", PASSWORD), (CANARY, "")]:
        visitor.post("/api/auth/login", json={"email": email, "password": password})
    session = ada.http.cookies["session"]

    with database.connect() as connection:
        lines = connection.execute(text("SELECT audit_events::text FROM audit_events")).scalars()
        record = "\n".join(lines)
    secrets = [CANARY, token["token"], session, invite["link"].partition("#")[2], PASSWORD]
    assert [secret for secret in secrets if secret in record] == []
    events = {event["event"] for event in activity(ada)}
    assert {"token_made", "token_removed", "sign_in_failed"} <= events


@pytest.fixture
def root(new_person: Callable[[], Person], database: Engine) -> Person:
    """An administrator."""
    person = new_person()
    with database.begin() as connection:
        query = text("UPDATE users SET is_administrator = true WHERE email = :email")
        connection.execute(query, {"email": person.email})
    return person


def sign_in(client: httpx2.Client, email: str) -> None:
    body = {"email": email, "password": PASSWORD}
    client.post("/api/auth/login", json=body).raise_for_status()


def activity(person: Person, limit: int = 50) -> list[Json]:
    """The whole of a person's own record, page by page."""
    found: list[Json] = []
    query: dict[str, str] = {"limit": str(limit)}
    while True:
        answer = person.http.get("/api/account/activity", params=query)
        answer.raise_for_status()
        found += answer.json()["events"]
        if answer.json()["next_cursor"] is None:
            return found
        query["cursor"] = answer.json()["next_cursor"]


def rows_of(database: Engine, person: Person) -> list[tuple[Any, ...]]:
    with database.connect() as connection:
        query = text("SELECT * FROM audit_events WHERE user_id = :id ORDER BY id")
        return [tuple(row) for row in connection.execute(query, {"id": person.user_id})]
