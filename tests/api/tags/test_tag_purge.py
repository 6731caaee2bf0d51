"""Tags go for good 30 days after they were deleted, and their images stay."""

from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from app.database import db, is_lock_timeout
from app.jobs.worker_context import WorkerContext
from app.tags import purge
from app.tags.purge import DueTags, purge_tags, tags_due
from tests.support.tags import tag_id, tag_images, tags_of
from tests.support.users import Person

AGE = text("UPDATE tags SET deleted_at = now() - interval '31 days' WHERE deleted_at IS NOT NULL")
LEFT = text("SELECT count(*) FROM image_tags JOIN tags ON id = tag_id WHERE owner_id = :user")


def delete_long_ago(person: Person, database: Engine, path: str) -> str:
    tag = tag_id(person, path)
    person.http.delete(f"/api/tags/{tag}").raise_for_status()
    with database.begin() as connection:
        connection.execute(AGE)
    return tag


def is_due(person: Person) -> bool:
    return DueTags(owner_id=UUID(person.user_id)) in tags_due()


def test_tags_go_by_parts_and_others_stay(
    ada: Person,
    images: list[str],
    database: Engine,
    worker_context: WorkerContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(purge, "_MAX_ENTRIES", 3)
    tag_images(ada, "a/b", images[:5])
    tag_images(ada, "a", images[:2])
    tag_images(ada, "kept", images[:2])
    tag = delete_long_ago(ada, database, "a")
    with worker_context.app.app_context():
        rounds = 0
        while is_due(ada):
            purge_tags(DueTags(owner_id=UUID(ada.user_id)))
            rounds += 1
    with database.connect() as connection:
        assert connection.scalar(LEFT, {"user": ada.user_id}) == 2
    assert (rounds, tags_of(ada), ada.timeline()) == (3, {"kept": 2}, images)
    assert ada.http.post(f"/api/tags/{tag}/restore").status_code == 404


def test_purge_waits_briefly_for_its_person(
    ada: Person, images: list[str], database: Engine, worker_context: WorkerContext
) -> None:
    tag_images(ada, "a", images[:2])
    delete_long_ago(ada, database, "a")
    with worker_context.app.app_context():
        with database.begin() as other:
            other.execute(
                text("SELECT FROM storage WHERE user_id = :id FOR UPDATE"), {"id": ada.user_id}
            )
            # The limit of a connection of the product is 10 s; this one must not reach it.
            db.session.execute(text("SET statement_timeout = 3000"))
            db.session.commit()
            with pytest.raises(OperationalError) as refused:
                purge_tags(DueTags(owner_id=UUID(ada.user_id)))
            assert is_lock_timeout(refused.value)
            db.session.rollback()
            db.session.execute(text("SET statement_timeout = 20000"))
            db.session.commit()
        purge_tags(DueTags(owner_id=UUID(ada.user_id)))
        assert not is_due(ada)
