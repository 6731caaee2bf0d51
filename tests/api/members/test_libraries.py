"""A library shared one way: invited, joined, read by months, saved from and ended (issue 14)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import INVITES_OF_PERSON, INVITES_TO_ADDRESS
from app.members.invite import INVITATION_LASTS
from app.members.libraries.join import MAX_LIBRARIES
from app.members.libraries.share import MAX_PARTNERS
from tests.api.albums.conftest import add_images
from tests.api.conftest import until
from tests.support.images import jpeg
from tests.support.libraries import (
    ask_to_share,
    bucket_in,
    libraries_of,
    months_in,
    reply,
    seen_in,
    share_with,
    shares_of,
)
from tests.support.mailbox import mails_to, next_mail
from tests.support.members import shared_with
from tests.support.rate_limits import use_up
from tests.support.users import Person, make_administrator, told, told_headers


def events_of(person: Person) -> list[str]:
    return [each["event"] for each in person.http.get("/api/account/activity").json()["events"]]


def test_inviting_answers_alike_whether_there_is_an_account(ada: Person, bob: Person) -> None:
    known = ask_to_share(ada, bob.email)
    unknown = ask_to_share(ada, f"person-{uuid4().hex}@example.org")
    assert known.status_code == unknown.status_code == 201
    assert told_headers(known).keys() == told_headers(unknown).keys()
    names = [{**answer.json(), "id": 0, "email": 0, "invited_at": 0} for answer in (known, unknown)]
    assert names[0] == names[1]
    reply(bob, known.json()["id"], "decline").raise_for_status()
    first, second = shares_of(ada)
    assert (first["state"], first["joined_at"]) == (second["state"], None) == ("invited", None)
    again = [ask_to_share(ada, each["email"], since="2020-01-01") for each in (first, second)]
    assert [answer.json() for answer in again] == [first, second]
    assert libraries_of(bob)["invitations"] == []


def test_invitations_to_libraries_and_albums_are_one_mail_a_day(ada: Person, bob: Person) -> None:
    mail = next_mail(bob.http, bob.email, lambda: ask_to_share(ada, bob.email), about="invited")
    assert f"{ada.email} invites you to their library" in mail["text"]
    assert "/shared-with-me" in mail["text"]
    assert len(mails_to(bob.http, bob.email)) == 1


def test_a_library_is_read_by_months_from_its_day_on_and_what_comes_later_shows(
    ada: Person, bob: Person, database: Engine
) -> None:
    march = add_images(ada, database, 31)  # of 1 to 31 March
    april = add_images(ada, database, 5, start=31)
    share = share_with(ada, bob, since="2024-03-20")
    assert months_in(bob, share) == {"2024-04": 5, "2024-03": 12}
    assert seen_in(bob, share) == [*april, *march[:12]]
    page = bob.http.get(f"/api/shared-libraries/{share}/timeline/2024-03").json()
    assert (page["days"][0], page["days"][-1]) == (
        {"date": "2024-03-31", "count": 1},
        {"date": "2024-03-20", "count": 1},
    )
    assert page["ratios"][0] == 1.333
    assert bucket_in(bob, share, "2024-03-19") == []
    path = f"/api/library-shares/{share}"
    ada.http.patch(path, json={"since": "2024-04-01"}).raise_for_status()
    assert seen_in(bob, share) == april
    assert bucket_in(bob, share, "2024-03") == []
    later = add_images(ada, database, 1, start=70)
    assert seen_in(bob, share) == [*later, *april]
    ada.http.patch(path, json={"since": None}).raise_for_status()
    assert seen_in(bob, share) == [*later, *april, *march]
    # What is dated before the day by its owner goes.
    ada.http.patch(path, json={"since": "2024-03-01"}).raise_for_status()
    taken = {"taken": {"at": "2023-01-01T10:00:00", "offset_minutes": None}}
    ada.http.patch(f"/api/images/{later[0]}", json=taken).raise_for_status()
    assert seen_in(bob, share) == [*april, *march]


def test_a_crowded_month_is_told_by_days_and_read_by_pages(
    ada: Person, bob: Person, database: Engine
) -> None:
    images = add_images(ada, database, 2_100)
    with database.begin() as rows:
        move = text(
            "UPDATE images SET timeline_at = timestamp '2024-05-03'"
            " + extract(epoch FROM timeline_at - timestamp '2024-03-01') / 86400"
            " * interval '30 seconds' WHERE owner_id = :owner"
        )
        rows.execute(move, {"owner": ada.user_id})
    share = share_with(ada, bob, since="2024-05-02")
    assert months_in(bob, share) == {"2024-05-03": 2_100}
    assert bucket_in(bob, share, "2024-05-03") == images
    for cursor in ("x", "bGlicmFyeXx4", "YnVja2V0fDIwMjQ"):
        path = f"/api/shared-libraries/{share}/timeline/2024-05?cursor={cursor}"
        answer = bob.http.get(path)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")
    first = bob.http.get(f"/api/shared-libraries/{share}/timeline/2024-05").json()
    ada.http.delete(f"/api/images/{first['ids'][-1]}").raise_for_status()
    path = f"/api/shared-libraries/{share}/timeline/2024-05?cursor={first['next_cursor']}"
    assert bob.http.get(path).json()["code"] == "invalid_cursor"


def test_sharing_a_library_changes_nothing_of_its_owners_timeline(
    ada: Person, bob: Person, database: Engine
) -> None:
    add_images(ada, database, 3)
    before = ada.http.get("/api/timeline")
    share = share_with(ada, bob)
    seen_in(bob, share)
    after = ada.http.get("/api/timeline")
    assert (after.json(), after.headers["ETag"]) == (before.json(), before.headers["ETag"])


def test_what_is_shared_is_listed_for_both_and_ended_by_either(
    ada: Person, bob: Person, new_person: Any
) -> None:
    share = share_with(ada, bob, since="2024-01-01", show_places=True)
    (mine,) = shares_of(ada)
    assert mine["joined_at"] is not None
    assert (
        mine | {"id": share, "email": bob.email, "state": "joined", "since": "2024-01-01"} == mine
    )
    (theirs,) = libraries_of(bob)["libraries"]
    assert theirs == {
        "id": share,
        "owner": ada.email,
        "since": "2024-01-01",
        "show_descriptions": False,
        "show_names": False,
        "show_places": True,
        "allow_originals": False,
    }
    assert bob.http.get(f"/api/shared-libraries/{share}").json() == theirs
    ada.http.delete(f"/api/library-shares/{share}").raise_for_status()
    assert (shares_of(ada), libraries_of(bob)["libraries"]) == ([], [])
    carl = new_person()
    for person in (bob, carl):
        share_with(ada, person)
    ask_to_share(ada, "dora@example.org").raise_for_status()
    assert ada.http.delete("/api/library-shares").json() == {"ended": 3}
    assert libraries_of(carl)["libraries"] == []
    again = share_with(ada, carl)
    carl.http.delete(f"/api/shared-libraries/{again}").raise_for_status()
    assert shares_of(ada) == []
    assert {
        "library_shared",
        "library_share_accepted",
        "library_share_ended",
        "library_shares_ended",
    } <= set(events_of(ada))
    assert {"library_joined", "library_left"} <= set(events_of(bob))


def test_administrators_see_that_a_library_is_shared_and_not_with_whom(
    ada: Person, bob: Person, database: Engine
) -> None:
    make_administrator(database, bob)
    ask_to_share(ada, "dora@example.org", since="2024-01-01").raise_for_status()
    events = bob.http.get("/api/admin/activity").json()["events"]
    shared = next(each for each in events if each["event"] == "library_shared")
    assert shared["detail"] == {}
    assert "dora@example.org" not in str(events)


def test_who_is_blocked_has_no_grant_left_and_invites_for_nothing(ada: Person, bob: Person) -> None:
    share = share_with(ada, bob)
    bob.http.delete(f"/api/shared-libraries/{share}", params={"block": "true"}).raise_for_status()
    (blocked,) = shared_with(bob)["blocked"]
    assert blocked["email"] == ada.email
    answer = ask_to_share(ada, bob.email)
    assert (answer.status_code, answer.json()["state"]) == (201, "invited")
    assert libraries_of(bob)["invitations"] == []
    assert told(reply(bob, answer.json()["id"])) == told(reply(bob, str(uuid4())))


@pytest.mark.parametrize(
    "body",
    [
        {"email": "no address"},
        {"email": "dora@example.org", "since": "2024-13-01"},
        {"email": "dora@example.org", "since": "2024-01-01T10:00:00Z"},
        {"email": "dora@example.org", "show_dates": True},
        {"email": "dora@example.org", "partner_id": str(uuid4())},
        {"email": "dora@example.org", "accepted_at": "2024-01-01T00:00:00Z"},
    ],
)
def test_what_is_no_invitation_is_refused(ada: Person, body: dict[str, Any]) -> None:
    answer = ada.http.post("/api/library-shares", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


def test_one_shares_with_others_alone_and_with_a_proved_address(
    ada: Person, database: Engine
) -> None:
    answer = ask_to_share(ada, ada.email)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    with database.begin() as rows:
        unprove = text("UPDATE users SET email_verified_at = NULL WHERE email = :email")
        rows.execute(unprove, {"email": ada.email})
    answer = ask_to_share(ada, "dora@example.org")
    assert (answer.status_code, answer.json()["code"]) == (409, "prove_address_first")


def test_what_one_person_shares_and_joins_ends_somewhere(
    ada: Person, bob: Person, database: Engine
) -> None:
    invitation = ask_to_share(ada, bob.email).json()["id"]
    fill = (
        "INSERT INTO library_shares (id, owner_id, email, created_at, partner_id, accepted_at)"
        " SELECT gen_random_uuid(), {}, n || '@example.org', now(), {}"
        " FROM {} LIMIT :count"
    )
    people = (
        "(SELECT id, row_number() OVER () AS n FROM users"
        " WHERE id <> :bob AND id <> :ada) AS others"
    )
    with database.begin() as rows:
        values = {"ada": ada.user_id, "bob": bob.user_id}
        rows.execute(
            text(fill.format("CAST(:ada AS uuid)", "NULL, NULL", "generate_series(1, 30) AS n")),
            values | {"count": MAX_PARTNERS - 1},
        )
        rows.execute(
            text(
                "INSERT INTO users (id, email, created_at, is_administrator)"
                " SELECT gen_random_uuid(), gen_random_uuid() || '@example.org', now(), false"
                " FROM generate_series(1, :count)"
            ),
            {"count": MAX_LIBRARIES},
        )
        rows.execute(
            text(fill.format("others.id", ":bob, now()", people)),
            values | {"count": MAX_LIBRARIES},
        )
    answer = ask_to_share(ada, "dora@example.org")
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_partners")
    answer = reply(bob, invitation)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_libraries")
    use_up(database, INVITES_TO_ADDRESS, of=f"{bob.user_id} dora@example.org")
    assert ask_to_share(bob, "dora@example.org").status_code == 429
    use_up(database, INVITES_OF_PERSON, of=bob.user_id)
    assert ask_to_share(bob, "emma@example.org").status_code == 429


def test_invitations_end_after_a_month(
    ada: Person, bob: Person, database: Engine, worker_context: Any
) -> None:
    share = share_with(ada, bob)
    ask_to_share(ada, "dora@example.org").raise_for_status()
    with database.begin() as rows:
        age = text("UPDATE library_shares SET created_at = now() - CAST(:long AS interval)")
        rows.execute(age, {"long": INVITATION_LASTS + timedelta(hours=1)})
    assert [each["id"] for each in shares_of(ada)] == [share]
    worker_context.sweep()
    with database.connect() as rows:
        query = text("SELECT id FROM library_shares WHERE owner_id = :ada")
        kept = rows.scalars(query, {"ada": ada.user_id}).all()
    assert [str(each) for each in kept] == [share]


def test_pictures_of_a_library_are_saved_and_stay_when_it_ends(ada: Person, bob: Person) -> None:
    picture = jpeg(seed=2811, name="reef.jpg")
    (own,) = ada.upload(picture)
    until(lambda: ada.settled(own))
    share = share_with(ada, bob, allow_originals=True, show_names=True)
    path = f"/api/shared-libraries/{share}/images/save"
    (said,) = bob.http.post(path, json={"ids": [own]}).json()["images"]
    assert said["outcome"] == "saved"
    mine = said["image_id"]
    until(lambda: bob.settled(mine))
    ada.http.delete(f"/api/library-shares/{share}").raise_for_status()
    assert bob.http.post(path, json={"ids": [own]}).status_code == 404
    kept = bob.http.get(f"/api/images/{mine}").json()
    assert (kept["name"], kept["state"]) == ("reef.jpg", "ready")
    address = bob.http.get(f"/api/images/{mine}/original").json()["url"]
    assert httpx2.get(address).content == picture.content
