"""What becomes of invitations: answered by a second address, asked for again, never answered."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.seats import READ_SEATS
from app.database import db
from app.exports.people import people_of
from app.jobs.worker_context import WorkerContext
from app.members.invite import forget_expired_invitations
from tests.api.albums.conftest import add_images
from tests.support.albums import add_to, make_album
from tests.support.members import (
    add,
    ask_to_invite,
    bring_in,
    invite,
    members_of,
    reply,
    shared_with,
)
from tests.support.users import Person

_AGE = text("UPDATE album_members SET created_at = now() - interval '31 days' WHERE id = :id")


@pytest.fixture
def album(ada: Person, database: Engine) -> str:
    """An album of Ada's with a picture."""
    made = make_album(ada)
    add_to(ada, made, add_images(ada, database, 1))
    return made


@pytest.fixture
def sweeping(worker_context: WorkerContext) -> Iterator[None]:
    """The context that the sweep runs in."""
    with worker_context.app.app_context():
        yield
        db.session.rollback()


def test_who_accepts_by_a_second_address_tells_nobody_that_both_are_theirs(
    ada: Person, bob: Person, album: str, database: Engine
) -> None:
    bring_in(ada, album, bob)
    second = f"second-{bob.email}"
    invitation = invite(ada, album, second)["id"]
    with database.begin() as rows:
        change = "UPDATE users SET email = :email WHERE id = :id"
        rows.execute(text(change), {"email": second, "id": bob.user_id})
    before = members_of(ada, album)
    assert reply(bob, invitation).json() == {"album_id": album}
    assert members_of(ada, album) == before
    assert shared_with(bob)["invitations"] == []


def test_inviting_again_tells_how_they_were_invited(
    ada: Person, bob: Person, album: str, database: Engine
) -> None:
    member = bring_in(ada, album, bob, "contributor")
    add(bob, album, add_images(bob, database, 2)).raise_for_status()
    again = ask_to_invite(ada, album, bob.email, "viewer").json()
    assert (again["id"], again["role"], again["pictures"]) == (member, "contributor", 2)
    path = f"/api/albums/{album}/members/{member}"
    assert ada.http.patch(path, json={"role": "viewer"}).json()["pictures"] == 2


@pytest.mark.usefixtures("sweeping")
def test_invitations_without_an_answer_go_and_memberships_stay(
    ada: Person, bob: Person, album: str, database: Engine
) -> None:
    kept = [bring_in(ada, album, bob), invite(ada, album, "dora@example.org")["id"]]
    others = make_album(bob)
    old = [invite(ada, album, "emma@example.org")["id"], invite(bob, others, ada.email)["id"]]
    with database.begin() as rows:
        for each in (kept[0], *old):
            rows.execute(_AGE, {"id": each})
    assert _held(database, *kept, *old) == 4
    forget_expired_invitations()
    db.session.commit()
    assert (_held(database, *kept), _held(database, *old)) == (2, 0)


@pytest.mark.usefixtures("sweeping")
def test_an_export_tells_nothing_of_an_album_that_is_deleted(
    ada: Person, bob: Person, album: str
) -> None:
    bring_in(ada, album, bob)
    exported = partial(people_of, UUID(bob.user_id))
    assert [each["album"] for each in exported()["albums_of_others"]] == ["Iceland"]
    db.session.rollback()
    ada.http.delete(f"/api/albums/{album}").raise_for_status()
    assert exported()["albums_of_others"] == []


def test_old_invitations_to_other_albums_keep_nobody_from_inviting(
    ada: Person, album: str, database: Engine
) -> None:
    with database.begin() as rows:
        rows.execute(
            text(
                "INSERT INTO album_members (id, album_id, owner_id, email, role, created_at)"
                " SELECT gen_random_uuid(), :album, :owner, n || '@example.org', 'viewer',"
                " now() - interval '31 days' FROM generate_series(1, 1000) AS n"
            ),
            {"album": make_album(ada), "owner": ada.user_id},
        )
    assert ask_to_invite(ada, album, "dora@example.org").status_code == 201


def test_lists_of_much_take_a_seat(ada: Person, bob: Person, album: str, database: Engine) -> None:
    other = make_album(ada)
    for each in (album, other):
        bring_in(ada, each, bob, "contributor")
    images = add_images(bob, database, 5_001)
    with database.begin() as rows:
        rows.execute(
            text(
                "INSERT INTO album_contributions (album_id, image_id, membership_id, added_at)"
                " SELECT album_id, image, id, now() FROM album_members,"
                " unnest(CAST(:images AS uuid[])) AS image WHERE album_id = :album"
            ),
            {"images": images, "album": album},
        )
    paths = ((ada, "/api/shared-by-me"), (bob, "/api/shared-albums"))
    assert [person.http.get(path).status_code for person, path in paths] == [200, 200]
    with database.begin() as rows:
        for person, _ in paths:
            for number in range(100, 100 + READ_SEATS):
                lock = "SELECT pg_advisory_xact_lock(hashtextextended(:user, :number))"
                rows.execute(text(lock), {"user": person.user_id, "number": number})
        answers = [person.http.get(path) for person, path in paths]
    assert [each.status_code for each in answers] == [429, 429]


def _held(database: Engine, *ids: str) -> int:
    with database.connect() as rows:
        query = text("SELECT count(*) FROM album_members WHERE id = ANY (CAST(:ids AS uuid[]))")
        found: int = rows.execute(query, {"ids": list(ids)}).scalar_one()
    return found
