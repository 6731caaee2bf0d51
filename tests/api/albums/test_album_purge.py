"""Albums go for good 30 days after they were deleted, and their images stay."""

from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from app.albums.purge import albums_due, purge_album
from app.database import db, is_lock_timeout
from app.jobs.worker_context import WorkerContext
from tests.support.albums import add_to, make_album
from tests.support.users import Person

DELETED = text("""
    INSERT INTO albums (id, owner_id, title, created_at, changed_at, deleted_at)
    SELECT gen_random_uuid(), :user, 'x', now(), now(), now() - interval '31 days' - :age * n
      * interval '1 hour'
    FROM generate_series(1, :count) AS n
""")


def test_many_of_one_person_hold_up_nobody_elses(
    ada: Person, bob: Person, database: Engine, worker_context: WorkerContext
) -> None:
    with database.begin() as connection:
        connection.execute(DELETED, {"user": ada.user_id, "count": 150, "age": 1})
        connection.execute(DELETED, {"user": bob.user_id, "count": 1, "age": 0})
    with worker_context.app.app_context():
        due = albums_due()
        assert UUID(bob.user_id) in {album.owner_id for album in due}
        for album in due:
            purge_album(album)
        assert UUID(bob.user_id) not in {album.owner_id for album in albums_due()}


def test_purge_waits_briefly_for_its_person(
    ada: Person, images: list[str], database: Engine, worker_context: WorkerContext
) -> None:
    album = make_album(ada)
    add_to(ada, album, images[:2])
    ada.http.delete(f"/api/albums/{album}").raise_for_status()
    with database.begin() as connection:
        connection.execute(
            text("UPDATE albums SET deleted_at = now() - interval '31 days' WHERE id = :id"),
            {"id": album},
        )
    with worker_context.app.app_context():
        (due,) = [each for each in albums_due() if each.id == UUID(album)]
        with database.begin() as other:
            other.execute(
                text("SELECT FROM storage WHERE user_id = :id FOR UPDATE"), {"id": ada.user_id}
            )
            # The limit of a connection of the product is 10 s; this one must not reach it.
            db.session.execute(text("SET statement_timeout = 3000"))
            db.session.commit()
            with pytest.raises(OperationalError) as refused:
                purge_album(due)
            assert is_lock_timeout(refused.value)
            db.session.rollback()
            db.session.execute(text("SET statement_timeout = 20000"))
            db.session.commit()
        purge_album(due)
    assert ada.http.post(f"/api/albums/{album}/restore").status_code == 404
    assert ada.timeline() == images


def test_what_was_never_sent_for_an_albums_sake_is_not_sent_after_its_purge(
    ada: Person,
    images: list[str],
    database: Engine,
    worker_context: WorkerContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.albums.purge._MAX_ENTRIES", 3)
    kept, other = make_album(ada, title="kept"), make_album(ada, title="other")
    add_to(ada, kept, images[:4])
    add_to(ada, other, images[4:6])
    body = {"album_id": kept, "never": True}
    ada.http.post("/api/descriptions/never-send", json=body).raise_for_status()
    for album in (kept, other):
        ada.http.delete(f"/api/albums/{album}").raise_for_status()
    with database.begin() as connection:
        connection.execute(
            text("UPDATE albums SET deleted_at = now() - interval '31 days' WHERE owner_id = :id"),
            {"id": ada.user_id},
        )
    with worker_context.app.app_context():
        for _ in range(2):  # the large one goes in two parts
            for due in albums_due():
                purge_album(due)
    with database.connect() as connection:
        assert not connection.scalar(
            text("SELECT count(*) FROM albums WHERE owner_id = :id"), {"id": ada.user_id}
        )
    never = {
        each: ada.http.get(f"/api/images/{each}/descriptions").json()["is_never_sent"]
        for each in images[:6]
    }
    assert never == {each: each in images[:4] for each in images[:6]}
