"""Albums with people: invited, joined, added to, left and ended (THREATS 1, 3, 36, 43)."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.policies import INVITES_OF_PERSON, INVITES_TO_ADDRESS
from tests.api.albums.conftest import add_images
from tests.api.conftest import until
from tests.support.albums import add_to, ids_in, make_album
from tests.support.mailbox import mails_to, next_mail
from tests.support.members import (
    add,
    addresses,
    ask_to_invite,
    bring_in,
    invite,
    let,
    look,
    members_of,
    reply,
    seen_in,
    shared_with,
)
from tests.support.rate_limits import use_up
from tests.support.users import Person, told, told_headers

NewPerson = Callable[[], Person]


def events_of(person: Person) -> list[str]:
    return [each["event"] for each in person.http.get("/api/account/activity").json()["events"]]


def test_inviting_answers_alike_whether_there_is_an_account(
    ada: Person, bob: Person, album: str
) -> None:
    known = ask_to_invite(ada, album, bob.email)
    unknown = ask_to_invite(ada, album, f"person-{uuid4().hex}@example.org")
    assert known.status_code == unknown.status_code == 201
    assert told_headers(known).keys() == told_headers(unknown).keys()
    names = [{**answer.json(), "id": 0, "email": 0, "invited_at": 0} for answer in (known, unknown)]
    assert names[0] == names[1]
    reply(bob, known.json()["id"], "decline").raise_for_status()
    first, second = members_of(ada, album)
    assert (first["state"], first["joined_at"]) == (second["state"], None) == ("invited", None)
    # Nor when it is asked for again.
    again = [ask_to_invite(ada, album, each["email"]) for each in (first, second)]
    assert [answer.json() for answer in again] == [first, second]
    assert shared_with(bob)["invitations"] == []


def test_of_those_invited_only_who_has_an_account_is_mailed_and_once_a_day(
    ada: Person, bob: Person, new_person: NewPerson, album: str, database: Engine
) -> None:
    nobody = f"person-{uuid4().hex}@example.org"
    invite(ada, album, nobody)
    mail = next_mail(bob.http, bob.email, lambda: invite(ada, album, bob.email), about="invited")
    assert ada.email in mail["text"]
    assert "/shared-with-me" in mail["text"]
    assert "Iceland" not in mail["text"]  # no words of the inviter's
    carl, dora = new_person(), new_person()
    dora.http.patch("/api/shared-albums", json={"wants_mail": False}).raise_for_status()
    invite(carl, make_album(carl), bob.email)
    invite(carl, make_album(carl), dora.email)
    assert len(shared_with(bob)["invitations"]) == 2
    assert shared_with(dora) | {"wants_mail": False} == shared_with(dora)

    def all_are_settled() -> bool:
        query = "SELECT count(*) FROM letters WHERE email = ANY (:emails) AND settled_at IS NULL"
        emails = [nobody, bob.email, dora.email]
        with database.connect() as rows:
            return bool(rows.scalar(text(query), {"emails": emails}) == 0)

    until(all_are_settled)
    assert len(mails_to(bob.http, bob.email)) == 1
    assert mails_to(bob.http, nobody) == mails_to(bob.http, dora.email) == []


def test_who_has_not_proved_an_address_invites_nobody(
    ada: Person, album: str, database: Engine
) -> None:
    with database.begin() as rows:
        unprove = text("UPDATE users SET email_verified_at = NULL WHERE email = :email")
        rows.execute(unprove, {"email": ada.email})
    answer = ask_to_invite(ada, album, "dora@example.org")
    assert (answer.status_code, answer.json()["code"]) == (409, "prove_address_first")
    assert members_of(ada, album) == []


@pytest.mark.parametrize(
    "body",
    [
        {"email": "no address"},
        {"email": f"{'x' * 250}@example.org"},
        {"email": "dora@example.org", "role": "owner"},
        {"email": "dora@example.org", "member_id": str(uuid4())},
        {"email": "dora@example.org", "accepted_at": "2024-01-01T00:00:00Z"},
    ],
)
def test_what_is_no_invitation_is_refused(ada: Person, album: str, body: dict[str, Any]) -> None:
    answer = ada.http.post(f"/api/albums/{album}/members", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


def test_one_is_not_invited_to_ones_own_album(ada: Person, album: str) -> None:
    answer = ask_to_invite(ada, album, ada.email)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


def test_many_invitations_wait(ada: Person, album: str, database: Engine) -> None:
    email = "dora@example.org"
    use_up(database, INVITES_TO_ADDRESS, of=f"{ada.user_id} {email}")
    assert ask_to_invite(ada, album, email).status_code == 429
    assert ask_to_invite(ada, album, "emma@example.org").status_code == 201
    use_up(database, INVITES_OF_PERSON, of=ada.user_id)
    assert ask_to_invite(ada, album, "fred@example.org").status_code == 429


@pytest.mark.parametrize(
    ("of_album", "count", "code"),
    [(True, 50, "too_many_in_album"), (False, 1_000, "too_many_invited")],
)
def test_people_of_albums_end_somewhere(
    ada: Person, album: str, database: Engine, *, of_album: bool, count: int, code: str
) -> None:
    filled = album if of_album else make_album(ada)
    with database.begin() as rows:
        rows.execute(
            text(
                "INSERT INTO album_members (id, album_id, owner_id, email, role, created_at)"
                " SELECT gen_random_uuid(), :album, :owner, n || '@example.org', 'viewer', now()"
                " FROM generate_series(1, :count) AS n"
            ),
            {"album": filled, "owner": ada.user_id, "count": count},
        )
    answer = ask_to_invite(ada, album, "dora@example.org")
    assert (answer.status_code, answer.json()["code"]) == (409, code)


def test_albums_that_one_is_in_end_somewhere(
    ada: Person, bob: Person, album: str, database: Engine
) -> None:
    invitation = invite(ada, album, bob.email)["id"]
    with database.begin() as rows:
        values = {"ada": ada.user_id, "bob": bob.user_id}
        rows.execute(
            text(
                "WITH made AS (INSERT INTO albums (id, owner_id, title, created_at, changed_at)"
                " SELECT gen_random_uuid(), :ada, 'x', now(), now() FROM generate_series(1, 500)"
                " RETURNING id) INSERT INTO album_members (id, album_id, owner_id, email,"
                " member_id, role, created_at, accepted_at) SELECT gen_random_uuid(), id, :ada,"
                " 'b', :bob, 'viewer', now(), now() FROM made"
            ),
            values,
        )
    answer = reply(bob, invitation)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_joined")
    assert len(shared_with(bob)["invitations"]) == 1


def test_who_is_blocked_invites_and_is_not_told(ada: Person, bob: Person, album: str) -> None:
    invitation = invite(ada, album, bob.email)["id"]
    other = make_album(ada)
    bring_in(ada, other, bob)
    assert reply(bob, invitation, "block").json() == {"album_id": None}
    seen = shared_with(bob)
    assert (seen["albums"], seen["invitations"]) == ([], [])
    (blocked,) = seen["blocked"]
    assert blocked["email"] == ada.email
    answer = ask_to_invite(ada, make_album(ada), bob.email)
    assert (answer.status_code, answer.json()["state"]) == (201, "invited")
    assert shared_with(bob)["invitations"] == []
    assert told(reply(bob, answer.json()["id"])) == told(reply(bob, str(uuid4())))
    address = f"/api/album-invitations/blocked/{blocked['id']}"
    bob.http.delete(address).raise_for_status()
    assert bob.http.delete(address).status_code == 404
    assert len(shared_with(bob)["invitations"]) == 1


def test_what_is_shared_is_listed_with_whose_it_is_and_what_is_new(
    ada: Person, bob: Person, album: str, database: Engine
) -> None:
    bring_in(ada, album, bob)
    (joined,) = shared_with(bob)["albums"]
    assert joined | {"title": "Iceland", "owner": ada.email, "role": "viewer", "count": 3} == joined
    assert joined["has_news"] is True
    assert addresses(bob, album, joined["cover_id"])["parts"]
    bob.http.get(f"/api/shared-albums/{album}").raise_for_status()
    assert shared_with(bob)["albums"][0]["has_news"] is False
    add_to(ada, album, add_images(ada, database, 1, start=10))
    (joined,) = shared_with(bob)["albums"]
    assert (joined["has_news"], joined["count"]) == (True, 4)


def test_contributors_add_what_is_theirs_and_it_goes_with_them(
    ada: Person, bob: Person, new_person: NewPerson, album: str, database: Engine
) -> None:
    carl = new_person()
    hers = ids_in(ada, album)
    member = bring_in(ada, album, bob, "contributor")
    bring_in(ada, album, carl)
    his = add_images(bob, database, 2, start=1)
    assert add(carl, album, add_images(carl, database, 1)).json()["code"] == "not_a_contributor"
    assert add(bob, album, [*his, hers[0]]).status_code == 404
    assert set(add(bob, album, his).json()["ids"]) == set(his)
    assert add(bob, album, his).json()["ids"] == []
    for person in (ada, bob, carl):
        assert set(seen_in(person, album)) == {*hers, *his}
    assert [each["pictures"] for each in members_of(ada, album)] == [2, 0]
    found = addresses(carl, album, *hers, *his)
    assert len(found["parts"]) == 2
    seen = look(carl, album, his[0])
    assert (seen["added_by"], seen["is_mine"]) == (bob.email, False)
    assert look(bob, album, his[0])["is_mine"] is True
    assert look(carl, album, hers[0])["added_by"] == ada.email
    # They are nowhere else: neither in what is hers, nor to be changed by her.
    assert ids_in(ada, album) == hers
    assert ada.http.get(f"/api/images/{his[0]}").status_code == 404
    assert ada.http.get(f"/api/images/{his[0]}/original").status_code == 404
    assert set(his) & set(ada.timeline()) == set()
    # What he deletes is shown no more.
    bob.http.delete(f"/api/images/{his[0]}").raise_for_status()
    assert set(seen_in(carl, album)) == {*hers, his[1]}
    bob.http.patch(f"/api/images/{his[0]}", json={"deleted": False}).raise_for_status()
    remove = f"/api/shared-albums/{album}/images/remove"
    assert carl.http.post(remove, json={"ids": his}).json()["ids"] == []
    assert ada.http.post(remove, json={"ids": [his[0]]}).json()["ids"] == [his[0]]
    assert bob.http.post(remove, json={"ids": [hers[0]]}).json()["ids"] == []
    assert set(seen_in(carl, album)) == {*hers, his[1]}
    ada.http.delete(f"/api/albums/{album}/members/{member}").raise_for_status()
    assert set(seen_in(carl, album)) == set(hers)
    assert set(bob.timeline()) >= set(his)
    assert "album_left" in events_of(bob)
    assert {"member_invited", "member_joined", "member_removed"} <= set(events_of(ada))


def test_what_is_counted_and_new_is_what_is_seen(
    ada: Person, bob: Person, new_person: NewPerson, album: str, database: Engine
) -> None:
    bring_in(ada, album, bob, "contributor")
    carl = new_person()
    bring_in(ada, album, carl)
    carl.http.get(f"/api/shared-albums/{album}").raise_for_status()
    his = add_images(bob, database, 2, start=1)
    add(bob, album, his).raise_for_status()
    assert shared_with(carl)["albums"][0]["has_news"] is True
    for left in (1, 0):
        bob.http.delete(f"/api/images/{his[left]}").raise_for_status()
        (joined,) = shared_with(carl)["albums"]
        assert (joined["count"], joined["has_news"]) == (3 + left, left == 1)
        assert members_of(ada, album)[0]["pictures"] == left
        assert ada.http.get("/api/shared-by-me").json()["albums"][0]["pictures"] == left


def test_an_undated_picture_stands_where_it_was_added(
    ada: Person, bob: Person, database: Engine
) -> None:
    album = make_album(ada, order="oldest")
    bring_in(ada, album, bob, "contributor")
    undated, early, late = add_images(bob, database, 3)
    with database.begin() as rows:
        for image, year in ((undated, 2010), (early, 2009), (late, 2011)):
            moment = text("UPDATE images SET timeline_at = :at WHERE id = :id")
            rows.execute(moment, {"at": f"{year}-06-01", "id": image})
    let(ada, album, show_dates=False)
    add(bob, album, [undated]).raise_for_status()
    let(ada, album, show_dates=True)
    add(bob, album, [early, late]).raise_for_status()
    # Between those two, it would be known to within two years.
    assert seen_in(bob, album) == [early, late, undated]
    for order, expected in (
        ("newest", [undated, late, early]),
        ("manual", [early, late, undated]),
    ):
        ada.http.patch(f"/api/albums/{album}", json={"order": order}).raise_for_status()
        assert seen_in(bob, album) == expected


def test_what_was_added_shows_no_more_than_the_album_showed_then(
    ada: Person, bob: Person, new_person: NewPerson, album: str, database: Engine
) -> None:
    bring_in(ada, album, bob, "contributor")
    carl = new_person()
    bring_in(ada, album, carl)
    after, before = add_images(bob, database, 2)
    add(bob, album, [before]).raise_for_status()
    let(ada, album, allow_originals=True, show_names=True)
    add(bob, album, [after]).raise_for_status()
    seen = [look(carl, album, each) for each in (before, after)]
    assert [each["has_original"] for each in seen] == [False, True]
    assert [each["name"] for each in seen] == [None, "1.jpg"]
    paths = [f"/api/shared-albums/{album}/images/{each}/original" for each in (before, after)]
    assert [carl.http.get(path).status_code for path in paths] == [404, 200]
    # Taken out and put back by Undo, they are as they were agreed to.
    remove = f"/api/shared-albums/{album}/images/remove"
    for part in bob.http.post(remove, json={"ids": [before, after]}).json()["agreed"]:
        add(bob, album, part["ids"], seen=part["seen"]).raise_for_status()
    assert [carl.http.get(path).status_code for path in paths] == [404, 200]
    let(ada, album, allow_originals=False)
    assert carl.http.get(paths[1]).status_code == 404


def test_what_was_not_told_to_whoever_adds_is_not_shown(
    ada: Person, bob: Person, new_person: NewPerson, album: str, database: Engine
) -> None:
    bring_in(ada, album, bob, "contributor")
    carl = new_person()
    bring_in(ada, album, carl)
    (joined,) = shared_with(bob)["albums"]
    told_bob = joined["shows"]
    assert told_bob == shows(show_dates=True)
    let(ada, album, allow_originals=True, show_names=True)
    first, second, third = add_images(bob, database, 3)
    add(bob, album, [first], seen=told_bob).raise_for_status()
    add(bob, album, [second], seen=shared_with(bob)["albums"][0]["shows"]).raise_for_status()
    # Nor is more shown than the album shows, whatever is said.
    let(ada, album, allow_originals=False)
    add(bob, album, [third], seen=dict.fromkeys(told_bob, True)).raise_for_status()
    let(ada, album, allow_originals=True)
    seen = [look(carl, album, each) for each in (first, second, third)]
    assert [each["has_original"] for each in seen] == [False, True, False]
    assert [each["name"] is None for each in seen] == [True, False, False]
    assert add(bob, album, [first], seen={"show_dates": True}).status_code == 422


def shows(**more: bool) -> dict[str, bool]:
    names = ("show_dates", "show_descriptions", "show_names", "show_places", "allow_originals")
    return dict.fromkeys(names, False) | more


def test_pages_of_both_hang_together_in_each_order(
    ada: Person, bob: Person, database: Engine
) -> None:
    album = make_album(ada)
    hers = add_images(ada, database, 2_500)
    add_to(ada, album, hers)
    bring_in(ada, album, bob, "contributor")
    his = add_images(bob, database, 1_000, start=900)
    add(bob, album, his).raise_for_status()
    newest = seen_in(bob, album)
    assert len(newest) == 3_500
    assert set(newest) == {*hers, *his}
    assert [each for each in newest if each in set(his)] == his
    assert [each for each in newest if each in set(hers)] == hers
    both = newest.index(his[-1])
    assert set(newest[both - 1 : both + 2]) & set(hers)  # by date, and not one behind the other
    ada.http.patch(f"/api/albums/{album}", json={"order": "oldest"}).raise_for_status()
    assert seen_in(bob, album) == newest[::-1]
    ada.http.patch(f"/api/albums/{album}", json={"order": "manual"}).raise_for_status()
    assert seen_in(bob, album) == [*hers[::-1], *his[::-1]]
    page = bob.http.get(f"/api/shared-albums/{album}/images").json()
    ada.http.delete(f"/api/images/{page['ids'][-1]}").raise_for_status()
    asked = {"cursor": page["next_cursor"]}
    answer = bob.http.get(f"/api/shared-albums/{album}/images", params=asked)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


def test_what_one_member_adds_ends_somewhere(
    ada: Person, bob: Person, album: str, database: Engine
) -> None:
    bring_in(ada, album, bob, "contributor")
    his = add_images(bob, database, 2_001)
    for start in (0, 1_000):
        add(bob, album, his[start : start + 1_000]).raise_for_status()
    answer = add(bob, album, his[2_000:])
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_added")
    assert add(bob, album, [his[0]]).json()["ids"] == []  # it is there already
    assert add(bob, album, his[:1] * 1_001).status_code == 422


def test_a_role_can_be_changed_and_what_was_added_stays(
    ada: Person, bob: Person, album: str, database: Engine
) -> None:
    member = bring_in(ada, album, bob, "contributor")
    his = add_images(bob, database, 2)
    add(bob, album, his[:1]).raise_for_status()
    path = f"/api/albums/{album}/members/{member}"
    assert ada.http.patch(path, json={"role": "viewer"}).json()["role"] == "viewer"
    assert add(bob, album, his[1:]).status_code == 403
    assert his[0] in seen_in(bob, album)
    remove = f"/api/shared-albums/{album}/images/remove"
    assert bob.http.post(remove, json={"ids": his}).json()["ids"] == his[:1]


def test_what_is_shared_with_people_is_listed_and_ended(
    ada: Person, bob: Person, album: str, database: Engine
) -> None:
    bring_in(ada, album, bob, "contributor")
    add(bob, album, add_images(bob, database, 2)).raise_for_status()
    invite(ada, album, "dora@example.org")
    other = make_album(ada, title="Abroad")
    bring_in(ada, other, bob)
    ada.http.delete(f"/api/albums/{other}").raise_for_status()
    first, second = ada.http.get("/api/shared-by-me").json()["albums"]
    assert (first["title"], first["is_deleted"], first["members"]) == ("Abroad", True, 1)
    counts = [second[name] for name in ("members", "invited", "pictures")]
    assert (second["id"], counts) == (album, [1, 1, 2])
    assert bob.http.get("/api/shared-by-me").json() == {"albums": []}
    assert bob.http.delete("/api/shared-by-me").json() == {"ended": 0}
    assert ada.http.delete(f"/api/albums/{other}/members").json() == {"ended": 1}
    assert ada.http.delete("/api/shared-by-me").json() == {"ended": 2}
    assert shared_with(bob)["albums"] == []
    assert bob.http.get(f"/api/shared-albums/{album}").status_code == 404
    assert len(bob.timeline()) == 2


def test_an_album_is_given_to_a_contributor_and_pictures_stay_whose_they_are(
    ada: Person, bob: Person, new_person: NewPerson, album: str, database: Engine
) -> None:
    carl = new_person()
    member = bring_in(ada, album, bob, "contributor")
    bring_in(ada, album, carl, "contributor")
    let(ada, album, show_names=True)
    hers = ids_in(ada, album)
    his, carls = add_images(bob, database, 2, start=20), add_images(carl, database, 1, start=40)
    add(bob, album, his).raise_for_status()
    add(carl, album, carls).raise_for_status()
    answer = ada.http.post(f"/api/albums/{album}/members/{member}/transfer")
    answer.raise_for_status()
    given = answer.json()["album_id"]
    assert given != album
    assert ids_in(bob, given) == his
    for person in (ada, bob, carl):
        assert seen_in(person, given) == [*carls, *his, *hers]
        assert person.http.get(f"/api/shared-albums/{album}").status_code == 404
    assert look(carl, given, hers[0])["added_by"] == ada.email
    assert look(carl, given, hers[0])["name"] is not None
    (joined,) = shared_with(ada)["albums"]
    assert (joined["owner"], joined["role"], joined["count"]) == (bob.email, "contributor", 6)
    assert {each["email"] for each in members_of(bob, given)} == {ada.email, carl.email}
    # Nobody has more of the other than before.
    assert bob.http.get(f"/api/images/{hers[0]}").status_code == 404
    assert ada.http.get(f"/api/albums/{given}").status_code == 404
    assert ada.http.post(f"/api/albums/{album}/members/{member}/transfer").status_code == 404
    ada.http.delete(f"/api/shared-albums/{given}").raise_for_status()
    assert seen_in(carl, given) == [*carls, *his]
    # Hers can be had back, and is shared with nobody.
    ada.http.post(f"/api/albums/{album}/restore").raise_for_status()
    assert ids_in(ada, album) == hers
    assert members_of(ada, album) == []


@pytest.mark.parametrize("role", ["viewer", "invited"])
def test_an_album_is_given_to_no_one_else(ada: Person, bob: Person, album: str, role: str) -> None:
    member = bring_in(ada, album, bob) if role == "viewer" else invite(ada, album, bob.email)["id"]
    answer = ada.http.post(f"/api/albums/{album}/members/{member}/transfer")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_transferable")
    assert len(ids_in(ada, album)) == 3
