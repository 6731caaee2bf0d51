"""An album that is given away opens no more, and speaks for nobody (THREATS 3, 43)."""

from collections.abc import Callable

import httpx2
import pytest
from sqlalchemy import Engine, text

from tests.api.albums.conftest import add_images
from tests.support.albums import ids_in, make_album
from tests.support.members import (
    add,
    bring_in,
    invite,
    let,
    look,
    members_of,
    reply,
    seen_in,
    shared_with,
)
from tests.support.users import Person

NewPerson = Callable[[], Person]


def give(owner: Person, album: str, member: str) -> httpx2.Response:
    return owner.http.post(f"/api/albums/{album}/members/{member}/transfer")


def given(owner: Person, album: str, member: str) -> str:
    answer = give(owner, album, member)
    answer.raise_for_status()
    found: str = answer.json()["album_id"]
    return found


def days_in(person: Person, album: str) -> list[str]:
    answer = person.http.get(f"/api/shared-albums/{album}/images")
    answer.raise_for_status()
    return [each["date"] for each in answer.json()["days"]]


def block(person: Person, other: Person) -> None:
    """As somebody does who answers an invitation to another album so."""
    invitation = invite(other, make_album(other), person.email)["id"]
    reply(person, invitation, "block").raise_for_status()


def test_what_the_heir_had_added_is_opened_no_further(
    ada: Person, bob: Person, new_person: NewPerson, album: str, database: Engine
) -> None:
    carl = new_person()
    member = bring_in(ada, album, bob, "contributor")
    bring_in(ada, album, carl)
    let(ada, album, show_names=True)
    first, second = add_images(bob, database, 2, start=20)
    add(bob, album, [first]).raise_for_status()
    everything = ("show_descriptions", "show_places", "allow_originals")
    let(ada, album, **dict.fromkeys(everything, True))
    add(bob, album, [second]).raise_for_status()
    (hers, *_) = ids_in(ada, album)
    words = {"description": "A surprise for Bob"}
    ada.http.patch(f"/api/albums/{album}", json=words).raise_for_status()
    theirs = given(ada, album, member)
    assert bob.http.get(f"/api/albums/{theirs}").json()["description"] == ""
    for image in (first, second):
        seen = look(carl, theirs, image)
        assert (seen["has_original"], seen["place"]) == (False, None)
        assert seen["name"] is not None  # that was agreed for both
        path = f"/api/shared-albums/{theirs}/images/{image}/original"
        assert carl.http.get(path).status_code == 404
    shown = bob.http.get(f"/api/albums/{theirs}/members").json()["shows"]
    assert [shown[name] for name in ("show_dates", "show_names", *everything)] == [
        True,
        True,
        False,
        False,
        False,
    ]
    # Of his own the heir may show more, and what the former owner showed is as it was.
    let(bob, theirs, allow_originals=True)
    assert [look(carl, theirs, image)["has_original"] for image in (first, hers)] == [True, True]


def test_dates_are_not_shown_in_lists_either_unless_that_was_agreed(
    ada: Person, bob: Person, new_person: NewPerson, album: str, database: Engine
) -> None:
    carl = new_person()
    bring_in(ada, album, carl)
    member = bring_in(ada, album, bob, "contributor")
    let(ada, album, show_dates=False)
    (secret,) = add_images(bob, database, 1, start=20)
    add(bob, album, [secret]).raise_for_status()
    assert days_in(carl, album) == []
    let(ada, album, show_dates=True)
    assert look(carl, album, secret)["date"] is None
    assert days_in(carl, album) == []
    (agreed,) = add_images(bob, database, 1, start=10)
    remove = f"/api/shared-albums/{album}/images/remove"
    bob.http.post(remove, json={"ids": [secret]}).raise_for_status()
    add(bob, album, [agreed]).raise_for_status()
    assert len(days_in(carl, album)) == 4
    # The former owner's are shown no further either.
    let(ada, album, show_dates=False)
    theirs = given(ada, album, member)
    let(bob, theirs, show_dates=True)
    (hers, *_) = [each for each in seen_in(carl, theirs) if each != agreed]
    assert look(carl, theirs, hers)["date"] is None
    assert days_in(carl, theirs) == []


def test_nothing_is_said_in_the_name_of_the_heir(
    ada: Person, bob: Person, new_person: NewPerson, album: str, database: Engine
) -> None:
    carl, dora, emma, fred = (new_person() for _ in range(4))
    member = bring_in(ada, album, bob, "contributor")
    for person in (carl, dora, emma):
        bring_in(ada, album, person, "contributor")
    invitation = invite(ada, album, fred.email)["id"]
    block(carl, bob)
    block(bob, dora)
    his, carls, emmas = (add_images(each, database, 1) for each in (bob, carl, emma))
    for person, image in ((bob, his), (carl, carls), (emma, emmas)):
        add(person, album, image).raise_for_status()
    theirs = given(ada, album, member)
    assert {each["email"] for each in members_of(bob, theirs)} == {ada.email, emma.email}
    assert set(carls) & set(seen_in(bob, theirs)) == set()
    assert set(emmas) <= set(seen_in(bob, theirs))
    for person in (carl, dora):
        assert shared_with(person)["albums"] == []
        assert person.http.get(f"/api/shared-albums/{theirs}").status_code == 404
    assert shared_with(fred)["invitations"] == []
    assert reply(fred, invitation).status_code == 404
    assert carl.timeline(ids=carls[0]) != []


@pytest.mark.parametrize("why", ["nothing_added", "blocked", "joined", "added"])
def test_who_did_not_take_part_or_has_no_room_is_given_nothing(
    ada: Person, bob: Person, album: str, database: Engine, why: str
) -> None:
    member = bring_in(ada, album, bob, "contributor")
    if why != "nothing_added":
        add(bob, album, add_images(bob, database, 1)).raise_for_status()
    if why == "blocked":
        block(ada, bob)
    if why in {"joined", "added"}:
        _fill(database, ada, bob, albums=500 if why == "joined" else 1)
    if why == "added":
        _contribute(database, ada, count=19_998)
    answer = give(ada, album, member)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_transferable")
    assert len(ids_in(ada, album)) == 3
    assert [each["email"] for each in members_of(ada, album)] == [bob.email]


def _fill(database: Engine, person: Person, owner: Person, *, albums: int) -> None:
    """Have somebody be in as many albums of another."""
    with database.begin() as rows:
        rows.execute(
            text(
                "WITH made AS (INSERT INTO albums (id, owner_id, title, created_at, changed_at)"
                " SELECT gen_random_uuid(), :owner, 'x', now(), now()"
                " FROM generate_series(1, :count)"
                " RETURNING id) INSERT INTO album_members (id, album_id, owner_id, email,"
                " member_id, role, created_at, accepted_at) SELECT gen_random_uuid(), id, :owner,"
                " 'a', :person, 'contributor', now(), now() FROM made"
            ),
            {"owner": owner.user_id, "person": person.user_id, "count": albums},
        )


def _contribute(database: Engine, person: Person, *, count: int) -> None:
    images = add_images(person, database, count, start=100)
    with database.begin() as rows:
        rows.execute(
            text(
                "INSERT INTO album_contributions (album_id, image_id, membership_id, added_at)"
                " SELECT album_id, image, id, now() FROM album_members,"
                " unnest(CAST(:images AS uuid[])) AS image WHERE member_id = :person"
            ),
            {"images": images, "person": person.user_id},
        )
