"""Administration: for administrators alone, and never a way to anybody's pictures."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from tests.support.albums import make_album
from tests.support.api_operations import OPERATIONS, Operation, with_some_id
from tests.support.images import jpeg
from tests.support.shares import share
from tests.support.users import PASSWORD, Json, Person, make_administrator, told

ADMINISTRATION: list[Operation] = [each for each in OPERATIONS if "/admin/" in each[1]]
ON_PICTURES: list[Operation] = [each for each in OPERATIONS if "{image_id}" in each[1]]
BODIES: dict[str, list[Json | None]] = {
    "PATCH": [{"name": "stolen.jpg"}, {"deleted": False}, {"description": None}],
}


@pytest.fixture
def root(new_person: Callable[[], Person], database: Engine) -> Person:
    """An administrator."""
    person = new_person()
    make_administrator(database, person)
    return person


@pytest.mark.parametrize(("method", "path"), ADMINISTRATION)
def test_for_others_there_is_nothing(ada: Person, bob: Person, method: str, path: str) -> None:
    address = path.replace("{person_id}", bob.user_id)
    answer = ada.http.request(method, with_some_id(address), json=None if method == "GET" else {})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(("method", "path"), ON_PICTURES)
def test_administrators_find_no_pictures_of_others(
    root: Person, ada: Person, database: Engine, method: str, path: str
) -> None:
    (place,) = ada.promise(jpeg(seed=80))
    for body in BODIES.get(method, [None]):
        theirs, random = (
            root.http.request(method, path.replace("{image_id}", image_id), json=body)
            for image_id in (place["image"]["id"], str(uuid4()))
        )
        assert theirs.status_code == random.status_code == 404
        assert told(theirs) == told(random)
    assert root.timeline(ids=place["image"]["id"]) == []
    with database.connect() as connection:
        query = text("SELECT name, deleted_at FROM images WHERE id = :id")
        row = connection.execute(query, {"id": place["image"]["id"]}).one()
    assert tuple(row) == (jpeg(seed=80).name, None)


def test_people_are_listed_with_what_they_use_and_no_more(root: Person, ada: Person) -> None:
    picture = jpeg(seed=81)
    ada.promise(picture)
    found = next(person for person in people(root) if person["email"] == ada.email)
    assert set(found) == {
        "id",
        "email",
        "created_at",
        "last_seen_at",
        "pictures",
        "bytes",
        "is_administrator",
        "disabled_at",
        "delete_after",
        "sessions",
        "open_links",
    }
    used = (found["pictures"], found["bytes"], found["sessions"], found["open_links"])
    assert used == (1, len(picture.content), 1, 0)


def test_administrators_see_that_links_are_there_and_not_what_they_show(
    root: Person, ada: Person, database: Engine
) -> None:
    album = make_album(ada, title="Unmistakable")
    for number in range(2):
        share(ada, album_id=album, name=f"Unmistakable {number}")
    with database.begin() as connection:
        expired = "UPDATE shares SET expires_at = now() - interval '1 s' WHERE name LIKE '%0'"
        connection.execute(text(expired))
    answer = root.http.get("/api/admin/people", params={"limit": "100"})
    (found,) = (each for each in answer.json()["people"] if each["email"] == ada.email)
    assert found["open_links"] == 1
    record = root.http.get("/api/admin/activity")
    assert "share_made" in record.text
    for each in (answer, record):
        assert "Unmistakable" not in each.text
        assert album not in each.text


def test_pages_of_people_hold_everybody_once(
    root: Person, new_person: Callable[[], Person]
) -> None:
    made = {new_person().email for _ in range(5)}
    emails = [person["email"] for person in people(root, limit="2")]
    assert len(emails) == len(set(emails))
    assert made < set(emails)


@pytest.mark.parametrize("cursor", ["x", "-1", "1e3", "9" * 30, "00000000-0000", "\u0661", "1;--"])
@pytest.mark.parametrize("path", ["/api/admin/people", "/api/admin/activity"])
def test_other_cursors_are_refused(root: Person, path: str, cursor: str) -> None:
    answer = root.http.get(path, params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


def test_a_shut_account_is_out_at_once_and_back_with_nothing_alive(
    root: Person, ada: Person, visitor: httpx2.Client
) -> None:
    ada_id = ada.user_id
    asked = {"name": "backup", "scope": "read", "days": 30}
    token = ada.http.post("/api/account/tokens", json=asked).json()["token"]
    script = {"Authorization": f"Bearer {token}"}
    assert visitor.get("/api/images", headers=script).status_code == 200
    assert change(root, ada_id, disabled=True).json()["sessions"] == 0
    assert ada.http.get("/api/images").status_code == 401
    refused = visitor.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (403, "account_disabled")
    assert "set-cookie" not in refused.headers

    change(root, ada_id, disabled=False).raise_for_status()
    assert ada.http.get("/api/images").status_code == 401
    assert visitor.get("/api/images", headers=script).status_code == 401
    again = visitor.post("/api/auth/login", json={"email": ada.email, "password": PASSWORD})
    assert again.status_code == 200


@pytest.mark.parametrize("asked_ago", [timedelta(), timedelta(days=7, seconds=1)])
def test_shutting_an_account_calls_its_deletion_off(
    root: Person, ada: Person, database: Engine, asked_ago: timedelta
) -> None:
    """An intruder may have asked for it, and a shut account's person cannot call it off.

    Also where its week is over and the sweep has not come yet.
    """
    ada_id = ada.user_id
    ada.http.post("/api/account/deletion").raise_for_status()
    with database.begin() as connection:
        earlier = "UPDATE users SET delete_after = delete_after - :ago WHERE id = :id"
        connection.execute(text(earlier), {"ago": asked_ago, "id": ada_id})
    assert change(root, ada_id, disabled=True).json()["delete_after"] is None
    found = text(
        "SELECT event FROM audit_events WHERE user_id = :id AND actor_id <> :id ORDER BY 1"
    )
    with database.begin() as connection:
        events = connection.scalars(found, {"id": ada_id}).all()
    assert events == ["account_disabled", "deletion_called_off"]


def test_an_account_that_is_going_is_not_opened_any_more(
    root: Person, ada: Person, database: Engine
) -> None:
    """Its pictures go by the thousand: one that was opened meanwhile would have lost some."""
    ada_id = ada.user_id
    shut = "UPDATE users SET disabled_at = now(), delete_after = now() + :after WHERE id = :id"
    with database.begin() as connection:
        connection.execute(text(shut), {"id": ada_id, "after": timedelta()})
    refused = change(root, ada_id, disabled=False)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    with database.begin() as connection:
        connection.execute(text(shut), {"id": ada_id, "after": timedelta(minutes=25)})
    opened = change(root, ada_id, disabled=False).raise_for_status().json()
    assert (opened["disabled_at"], opened["delete_after"]) == (None, None)
    found = text("SELECT event FROM audit_events WHERE user_id = :id AND actor_id <> :id")
    with database.begin() as connection:
        events = set(connection.scalars(found, {"id": ada_id}))
    assert events == {"deletion_called_off", "account_enabled"}


def test_no_administrator_waits_for_an_account_that_is_being_deleted(
    root: Person, ada: Person, database: Engine
) -> None:
    """Whoever waited would keep all others waiting who administer."""
    held = {"id": ada.user_id}
    with database.begin() as rows:
        shut = "UPDATE users SET disabled_at = now(), delete_after = now() WHERE id = :id"
        rows.execute(text(shut), held)
    with database.begin() as sweep:
        sweep.execute(text("SELECT FROM users WHERE id = :id FOR UPDATE"), held)
        for answer in (
            change(root, held["id"], disabled=True),
            root.http.delete(f"/api/admin/people/{held['id']}/sessions"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_a_session_made_while_the_account_was_shut_never_lives(
    root: Person, ada: Person, database: Engine
) -> None:
    # As if a sign-in had looked before the account was shut and written after.
    ada_id = ada.user_id
    with database.begin() as connection:
        query = text("UPDATE users SET disabled_at = now() WHERE id = :id")
        connection.execute(query, {"id": ada_id})
    assert ada.http.get("/api/images").status_code == 401
    change(root, ada_id, disabled=False).raise_for_status()
    assert ada.http.get("/api/images").status_code == 401


@pytest.mark.parametrize("is_late", [False, True])
def test_shutting_an_account_makes_what_it_began_worthless(
    root: Person, ada: Person, database: Engine, *, is_late: bool
) -> None:
    """What a request began while the account was being shut is ended when it is opened."""
    ada_id = ada.user_id
    begun = {"id": uuid4(), "user": ada_id, "hash": uuid4().bytes}
    if is_late:
        change(root, ada_id, disabled=True).raise_for_status()
    with database.begin() as connection:
        query = (
            "INSERT INTO one_time_tokens (id, purpose, token_hash, user_id, data, created_at,"
            " expires_at) VALUES (:id, 'reset', :hash, :user, '{}', now(), now() + interval '1 h')"
        )
        connection.execute(text(query), begun)
    change(root, ada_id, disabled=not is_late).raise_for_status()
    with database.connect() as connection:
        left = text("SELECT count(*) FROM one_time_tokens WHERE user_id = :user")
        assert connection.execute(left, begun).scalar_one() == 0


def test_shutting_an_account_withdraws_links_that_wait_to_be_written(
    root: Person, ada: Person, database: Engine
) -> None:
    ada_id = ada.user_id
    add = (  # after five attempts: no worker takes them up
        "INSERT INTO letters (id, kind, email, user_id, data, created_at, attempts)"
        " VALUES (gen_random_uuid(), :kind, 'eve@example.org', :user, '{}', now(), 5)"
    )
    with database.begin() as connection:
        for kind in ("change_email", "password_changed", "email_changed"):
            connection.execute(text(add), {"kind": kind, "user": ada_id})
        proved = "UPDATE letters SET data = '{\"was_proved\": true}' WHERE kind = 'email_changed'"
        connection.execute(text(proved))
    change(root, ada_id, disabled=True).raise_for_status()
    change(root, ada_id, disabled=False).raise_for_status()
    with database.connect() as connection:
        query = text("SELECT kind, failure, data FROM letters WHERE user_id = :user")
        rows = connection.execute(query, {"user": ada_id}).all()
    found = {row.kind: row.failure for row in rows}
    assert found == {"change_email": "withdrawn", "password_changed": None, "email_changed": None}
    # The notice says that the address was changed, and brings no link that would put it back.
    assert [row.data for row in rows if row.kind == "email_changed"] == [{"was_proved": False}]


def test_nobody_shuts_their_own_account(root: Person) -> None:
    answer = change(root, root.user_id, disabled=True)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_oneself")
    assert root.http.get("/api/images").status_code == 200


def test_the_last_administrator_stays(root: Person, ada: Person, database: Engine) -> None:
    alone(database, root)
    answer = change(root, root.user_id, is_administrator=False)
    assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")

    # Another one who is shut, or about to leave, does not count.
    ada_id = ada.user_id
    make_administrator(database, ada)
    for column in ("disabled_at", "delete_after"):
        with database.begin() as connection:
            query = text(f"UPDATE users SET {column} = now() WHERE id = :id")  # noqa: S608
            connection.execute(query, {"id": ada_id})
        assert change(root, root.user_id, is_administrator=False).status_code == 409
        with database.begin() as connection:
            query = text(f"UPDATE users SET {column} = NULL WHERE id = :id")  # noqa: S608
            connection.execute(query, {"id": ada_id})
    assert change(root, root.user_id, is_administrator=False).status_code == 200
    assert root.http.get("/api/admin/people").status_code == 404


def test_two_administrators_at_once_never_leave_none(
    root: Person, ada: Person, database: Engine
) -> None:
    ids = {root.email: root.user_id, ada.email: ada.user_id}
    for _ in range(10):
        alone(database, root)
        make_administrator(database, ada)
        with ThreadPoolExecutor(2) as both:
            list(
                both.map(
                    lambda pair: change(pair[0], ids[pair[1].email], is_administrator=False),
                    [(root, ada), (ada, root)],
                )
            )
        with database.connect() as connection:
            query = text("SELECT count(*) FROM users WHERE is_administrator")
            left = connection.execute(query).scalar_one()
        assert left == 1


def test_changing_people_asks_for_a_proof_of_the_last_minutes(
    root: Person, ada: Person, database: Engine
) -> None:
    ada_id = ada.user_id
    invite_id = root.http.post("/api/admin/invites", json={}).json()["id"]
    with database.begin() as connection:
        query = "UPDATE sessions SET fresh_at = now() - interval '11 minutes' WHERE user_id = :id"
        connection.execute(text(query), {"id": root.user_id})
    answers = [
        change(root, ada_id, disabled=True),
        change(root, ada_id, is_administrator=True),
        root.http.post("/api/admin/invites", json={}),
        root.http.delete(f"/api/admin/people/{ada_id}/sessions"),
        root.http.delete(f"/api/admin/invites/{invite_id}"),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (401, "confirm_first")
    assert ada.http.get("/api/images").status_code == 200
    listed = root.http.get("/api/admin/invites").json()["invites"]
    assert invite_id in {row["id"] for row in listed}


def test_sessions_of_a_person_are_ended(root: Person, ada: Person) -> None:
    answer = root.http.delete(f"/api/admin/people/{ada.user_id}/sessions")
    assert answer.json() == {"ended": 1}
    assert ada.http.get("/api/images").status_code == 401
    assert root.http.delete(f"/api/admin/people/{uuid4()}/sessions").status_code == 404


def test_an_invitation_is_made_listed_and_taken_back(root: Person, database: Engine) -> None:
    note = " Hello\u202e Ada!\n"
    made = root.http.post("/api/admin/invites", json={"note": note})
    assert made.status_code == 201
    invite = made.json()
    token = invite["link"].partition("/invite#")[2]
    assert len(token) == 43
    assert invite["note"] == "Hello Ada!"
    listed = root.http.get("/api/admin/invites").json()["invites"]
    assert invite == next(row for row in listed if row["id"] == invite["id"]) | {
        "link": invite["link"]
    }
    with database.connect() as connection:
        everything = connection.execute(text("SELECT invites::text FROM invites")).scalars().all()
    assert not any(token in row for row in everything)

    path = f"/api/admin/invites/{invite['id']}"
    assert root.http.delete(path).status_code == 204
    assert root.http.delete(path).status_code == 404


def test_an_invitation_to_an_address_is_mailed_there_a_few_times(
    root: Person, database: Engine
) -> None:
    email = f"{uuid4().hex}@example.org"
    answers = [root.http.post("/api/admin/invites", json={"email": email}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert int(answers[-1].headers["Retry-After"]) > 60
    with database.connect() as connection:
        query = text("SELECT kind, data::text FROM letters WHERE email = :email")
        mails = connection.execute(query, {"email": email}).all()
    assert [kind for kind, _ in mails] == ["invited"] * 3
    tokens = [answer.json()["link"].partition("#")[2] for answer in answers[:3]]
    assert not any(token in data for token in tokens for _, data in mails)


def people(root: Person, **query: str) -> list[Json]:
    """Everybody, page by page."""
    found: list[Json] = []
    while True:
        answer = root.http.get("/api/admin/people", params=query)
        answer.raise_for_status()
        found += answer.json()["people"]
        if answer.json()["next_cursor"] is None:
            return found
        query["cursor"] = answer.json()["next_cursor"]


def change(root: Person, person_id: str, **changed: bool) -> httpx2.Response:
    return root.http.patch(f"/api/admin/people/{person_id}", json=changed)


def alone(database: Engine, root: Person) -> None:
    """Let this be the only administrator: other tests made some."""
    with database.begin() as connection:
        query = text("UPDATE users SET is_administrator = (email = :email)")
        connection.execute(query, {"email": root.email})
