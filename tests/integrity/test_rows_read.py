"""In a large library, what is done by parts reads its part, and not all of it each time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text

from app.clients.aws.bucket_inventory import Page
from app.clients.aws.bucket_versions import Place
from app.database import db, now
from app.descriptions.lease import seconds_until_next as descriptions_due
from app.exports.rows import (
    PICTURES_AT_A_TIME,
    _rows,
    cursor_of,
    read_cursor,
    write_cursor,
)
from app.integrity.image_rows import read_rows
from app.integrity.orphans import _tell_of_missing
from app.jobs import cleanup, due_images
from app.processing import lease
from app.settings import with_driver
from tests.conftest import running_stack
from tests.support.library import Library, library_on
from tests.support.plans import plans_of, rows_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MANY = 10_000
A_PART = 1_000
COPY = """
INSERT INTO images SELECT (jsonb_populate_record(first, jsonb_build_object(
    'id', gen_random_uuid(), 'sha256', sha256(uuid_send(gen_random_uuid())),
    'stored_at', now() - interval '2 days', 'created_at', now() - n * interval '1 s'))).*
  FROM images AS first CROSS JOIN generate_series(1, :many) AS n
  WHERE first.id = :first
"""
BACK = """
UPDATE images SET state = 'ready', deleted_at = NULL, description_state = :was,
  description_asked_at = NULL RETURNING 1
"""


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    """Ada with many pictures, and some people with a few."""
    with running_stack() as stack, library_on(stack) as library:
        engine = create_engine(with_driver(stack.database_url))
        with engine.begin() as connection:
            for many in (2, MANY, 2):
                first = library.add(library.person())
                connection.execute(text(COPY), {"first": first.image_id, "many": many})
        with engine.begin() as connection:
            connection.execute(text("ANALYZE images"))
        engine.dispose()
        yield library


@pytest.fixture
def ada(library: Library) -> UUID:
    most = "SELECT owner_id FROM images GROUP BY owner_id ORDER BY count(*) DESC LIMIT 1"
    return UUID(str(library.value(most)))


def read_by(library: Library, what: Callable[[], object]) -> float:
    with library.worker_context.app.app_context():
        with plans_of(db.engine, table="images") as plans:
            what()
        db.session.rollback()
    assert plans
    return sum(map(rows_read, plans))


def middle(library: Library, owner: UUID) -> list[Place]:
    """Two places with a few of hers between them."""
    query = "SELECT id FROM images WHERE owner_id = :owner ORDER BY id OFFSET :at LIMIT 1"
    found = [library.value(query, owner=owner, at=at) for at in (MANY // 2, MANY // 2 + 100)]
    return [Place(user_id=owner, image_id=image_id) for image_id in found]


def test_copy_of_everything_reads_the_next_pictures_alone(library: Library, ada: UUID) -> None:
    def second_part() -> None:
        first = _rows(ada, before=now(), after=None)
        assert len(first) == PICTURES_AT_A_TIME
        second = _rows(ada, before=now(), after=bytes(first[-1].sha256))
        assert not {row.id for row in first} & {row.id for row in second}

    assert read_by(library, second_part) < A_PART


def test_copy_that_the_version_before_began_goes_on_in_its_order(
    library: Library, ada: UUID
) -> None:
    with library.worker_context.app.app_context():
        (first,) = _rows(ada, before=now(), after=None)[:1]
        after = read_cursor([first.created_at.isoformat(), first.id.hex])
        following = _rows(ada, before=now(), after=after)
    moments = [row.created_at for row in following]
    assert moments == sorted(moments)
    assert all(moment >= first.created_at for moment in moments)
    last = cursor_of(following[-1], like=after) if following else after
    assert read_cursor(write_cursor(last)) == last
    assert isinstance(last, tuple)


def test_doctor_reads_the_next_slice_alone(library: Library, ada: UUID) -> None:
    after, _ = middle(library, ada)
    read = read_by(library, lambda: list(read_rows(after=after, most=100)))
    assert 100 <= read < A_PART


def test_search_for_missing_originals_reads_its_page_alone(
    library: Library, ada: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    # As a page ends: right after all that lies at a place.
    after, last = (place.key.replace("/original", "0") for place in middle(library, ada))
    page = Page(found=[], exports=[], last=last)
    assert read_by(library, lambda: _tell_of_missing(page, after=after)) < A_PART
    assert "missing originals: 100 pictures" in caplog.text


@pytest.mark.parametrize(
    ("change", "find"),
    [
        (
            "state = 'uploading'",
            lambda: due_images.few_of_each(
                cleanup._overdue_uploads(now() + timedelta(days=1)),  # noqa: SLF001
                among=cleanup._UNFINISHED,  # noqa: SLF001
            ),
        ),
        (
            "description_state = 'waiting', description_asked_at = now() - interval '2 hours'",
            lambda: cleanup._late_descriptions(now(), asked=lambda: 0),  # noqa: SLF001
        ),
        (
            "deleted_at = now() - interval '40 days'",
            lambda: cleanup._rested_long_enough(now()),  # noqa: SLF001
        ),
    ],
    ids=["uploads", "descriptions", "deleted"],
)
def test_list_of_the_sweep_reads_a_few_of_each(
    library: Library, change: str, find: Callable[[], list[object]]
) -> None:
    found: list[object] = []
    was = library.value("SELECT description_state FROM images LIMIT 1")
    library.value(f"UPDATE images SET {change} RETURNING 1")  # noqa: S608
    try:
        assert read_by(library, lambda: found.extend(find())) < A_PART
    finally:
        library.value(BACK, was=was)
    assert len(found) == due_images.MAX_ROWS_OF_ONE + 6


@pytest.mark.parametrize(
    ("change", "ask"),
    [
        ("state = 'processing'", lease.seconds_until_next),
        ("state = 'processing'", lease.record_backlog),
        ("description_state = 'waiting', description_asked_at = now()", descriptions_due),
    ],
    ids=["pictures", "backlog", "descriptions"],
)
def test_question_whether_anything_waits_reads_a_few_of_all_that_do(
    library: Library, monkeypatch: pytest.MonkeyPatch, change: str, ask: Callable[[], object]
) -> None:
    """It is asked at the end of each function and by each sweep; a million may wait."""
    monkeypatch.setattr(lease, "MAX_COUNTED", A_PART // 2)
    was = library.value("SELECT description_state FROM images LIMIT 1")
    library.value(f"UPDATE images SET {change} RETURNING 1")  # noqa: S608
    library.value("ANALYZE images; SELECT 1")
    try:
        assert read_by(library, ask) < A_PART
    finally:
        library.value(BACK, was=was)
