"""Nothing is deleted for good before it is decided for good."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from app.clients.aws.boto import AwsUnavailableError
from app.clients.aws.image_store import PictureStore, Removed
from app.database import db, now
from app.images.models import Image
from app.integrity.purges import MAX_DUE_OF_ONE, marked_purges, purge
from app.jobs.cleanup import _rested_long_enough
from app.settings import with_driver
from scripts.embedded.policies import BUCKET
from tests.conftest import running_stack
from tests.support.library import Library, library_on
from tests.support.plans import plans_of, rows_read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from app.clients.aws.bucket_versions import Place

DELETED = "UPDATE images SET deleted_at = now() - interval '31 days' WHERE id = :id RETURNING 1"
MARKS = "SELECT count(*) FROM purges"


class CutOffStore(PictureStore):
    """Deletes, and then no connection to the database is left to say so."""

    def delete_image(self, user_id: UUID, image_id: UUID) -> Removed:
        """Delete, then cut off whoever asked."""
        removed = super().delete_image(user_id, image_id)
        connection = db.session.connection().connection.dbapi_connection
        assert connection is not None
        connection.close()
        return removed


class SilentStore(PictureStore):
    """Does not delete."""

    def delete_image(self, user_id: UUID, image_id: UUID) -> Removed:
        """Fail as S3 does when it does not answer."""
        raise AwsUnavailableError(f"{user_id} {image_id}")


@pytest.fixture
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library:
        yield library


@pytest.fixture
def due(library: Library) -> Place:
    """A picture that has been in Recently deleted for long enough."""
    place = library.add(library.person())
    library.value(DELETED, id=place.image_id)
    return place


def test_picture_whose_deletion_is_cut_off_cannot_be_brought_back_without_its_bytes(
    library: Library, due: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = library.worker_context.store
    monkeypatch.setattr(
        library.worker_context, "store", CutOffStore(s3=library.s3, bucket_name=BUCKET)
    )
    library.worker_context.sweep()
    assert library.archive.look(due) is None
    assert library.state(due) is None
    assert library.value(MARKS) == 1
    monkeypatch.setattr(library.worker_context, "store", store)
    library.worker_context.sweep()
    assert library.value(MARKS) == 0


def test_objects_that_could_not_be_deleted_are_deleted_by_the_next_sweep(
    library: Library, due: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as silent:
        store = SilentStore(s3=library.s3, bucket_name=BUCKET)
        silent.setattr(library.worker_context, "store", store)
        library.worker_context.sweep()
    assert library.state(due) is None
    assert library.archive.look(due) is not None
    library.worker_context.sweep()
    assert library.archive.look(due) is None
    assert library.value(MARKS) == 0


def test_many_open_uploads_of_one_are_dropped_in_several_sweeps(
    library: Library, due: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.clients.aws.image_store.SECONDS_FOR_PARTS", -1)  # one each time
    for number in range(3):
        library.begin_in_parts(due, b"part %d" % number)
    for left in (2, 1):
        library.worker_context.sweep()
        assert library.open_uploads(due) == left
        assert library.value(MARKS) == 1
    for _ in range(2):
        library.worker_context.sweep()
    assert library.open_uploads(due) == 0
    assert library.archive.look(due) is None
    assert library.value(MARKS) == 0


@pytest.mark.parametrize("fails", [True, False], ids=["fails", "takes-long"])
def test_one_that_takes_all_of_the_time_keeps_no_other_of_its_person(
    library: Library, monkeypatch: pytest.MonkeyPatch, *, fails: bool
) -> None:
    ada = library.person()
    first, other = (library.add(ada) for _ in range(2))
    for place in (first, other):
        with library.worker_context.app.app_context():
            purge(db.session.get_one(Image, place.image_id))
            db.session.commit()
    for number in range(4):
        library.begin_in_parts(first, b"part %d" % number)
    monkeypatch.setattr("app.integrity.in_time.SECONDS_FOR_EACH_LIST", 0)
    monkeypatch.setattr("app.clients.aws.image_store.SECONDS_FOR_PARTS", -1)
    delete = library.worker_context.store.delete_image

    def delete_others(user_id: UUID, image_id: UUID) -> Removed:
        if fails and image_id == first.image_id:
            raise AwsUnavailableError
        return delete(user_id, image_id)

    monkeypatch.setattr(library.worker_context.store, "delete_image", delete_others)
    for _ in range(2):
        library.worker_context.sweep()
    assert library.archive.look(other) is None
    assert library.archive.look(first) is not None


def test_what_was_deleted_longest_ago_goes_first(library: Library) -> None:
    ada = library.person()
    places = [library.add(ada) for _ in range(3)]
    for days, place in enumerate(places):
        library.value(
            "UPDATE images SET deleted_at = now() - :days * interval '1 day',"
            " created_at = now() - :days * interval '1 day' WHERE id = :id RETURNING 1",
            days=40 + days,
            id=place.image_id,
        )
    with library.worker_context.app.app_context():
        due = [picture.image_id for picture in _rested_long_enough(now())]
    assert due == [place.image_id for place in reversed(places)]


def test_doctor_makes_no_row_for_what_is_deleted_for_good(library: Library, due: Place) -> None:
    with library.worker_context.app.app_context():
        image = db.session.get_one(Image, due.image_id)
        purge(image)
        db.session.commit()
    library.examine(adopt_since=now() - timedelta(days=1))
    assert library.state(due) is None


def test_few_of_each_are_read_however_many_somebody_deleted(library: Library) -> None:
    """By turns: whoever empties a large trash keeps nobody's few waiting."""
    many, few = library.person(), library.person()
    mark = (
        "WITH added AS (INSERT INTO purges (image_id, owner_id, decided_at)"
        " SELECT gen_random_uuid(), :owner, now() - number * interval '1 second'"
        " FROM generate_series(1, :number) AS number RETURNING 1) SELECT count(*) FROM added"
    )
    library.value(mark, owner=many, number=20_000)
    library.value(mark, owner=few, number=2)
    with library.worker_context.app.app_context():
        engine = create_engine(with_driver(library.stack.database_url))  # as its owner
        with engine.begin() as rows:
            rows.execute(text("ANALYZE purges"))
        engine.dispose()
        with plans_of(db.engine, table="purges") as plans:
            found = marked_purges()
    assert [place.user_id for place in found[:4]].count(few) == 2
    assert len(found) == 2 + MAX_DUE_OF_ONE
    assert sum(map(rows_read, plans)) < 500
