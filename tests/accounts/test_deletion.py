"""Whoever leaves with a large library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.accounts.deletion import ENTRIES_AT_A_TIME, ROWS_AT_A_TIME, delete_person
from scripts.embedded.policies import BUCKET
from tests.support.library import Library, library_in_context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

MANY = (
    "INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,"
    " stored_at, timeline_at, has_preview, attempts, description_state)"
    " SELECT gen_random_uuid(), :owner, 'a.jpg', 1, sha256(gen_random_uuid()::text::bytea),"
    " 'image/jpeg', 'ready', now(), now(), now(), false, 0, 'none'"
    " FROM generate_series(1, :count) RETURNING 1"
)
TAGS = (
    "INSERT INTO tags (id, owner_id, path, key, lineage, words, created_at, changed_at)"
    " SELECT id, CAST(:owner AS uuid), n::text, n::text, ARRAY[id], '', now(), now()"
    " FROM (SELECT n, gen_random_uuid() AS id FROM generate_series(1, :count) AS n) AS made"
    " RETURNING 1"
)
TAG_ALL = (
    "INSERT INTO image_tags (image_id, tag_id)"
    " SELECT images.id, tags.id FROM tags JOIN images USING (owner_id)"
    " WHERE owner_id = :owner RETURNING 1"
)
ALBUMS = (
    "INSERT INTO albums (id, owner_id, title, created_at, changed_at)"
    " SELECT gen_random_uuid(), :owner, 'x', now(), now() FROM generate_series(1, :count)"
    " RETURNING 1"
)
INTO_ALL = (
    "INSERT INTO album_images (album_id, image_id, position, shown_at)"
    " SELECT albums.id, images.id, 0, timeline_at FROM albums JOIN images USING (owner_id)"
    " WHERE owner_id = :owner RETURNING 1"
)
MAILS = (
    "INSERT INTO letters (id, kind, email, user_id, data, created_at, settled_at, attempts)"
    " SELECT gen_random_uuid(), 'new_device', 'a@example.org', :owner, '{}', now(), now(), 1"
    " FROM generate_series(1, :count) RETURNING 1"
)
EVENTS = (
    "INSERT INTO audit_events (at, user_id, event, ip, user_agent, detail)"
    " SELECT now(), :owner, 'signed_in', '', '', '{}' FROM generate_series(1, :count) RETURNING 1"
)
LEAVES = (
    "UPDATE users SET delete_after = now(), disabled_at = now() - interval '1 day' WHERE id = :id"
    " RETURNING 1"
)


@pytest.fixture
def library() -> Iterator[Library]:
    with library_in_context() as library:
        yield library


def rows(library: Library, table: str, owner: UUID) -> int:
    column = "id" if table == "users" else "owner_id"
    query = f"SELECT count(*) FROM {table} WHERE {column} = :owner"  # noqa: S608
    return int(library.value(query, owner=owner))


def test_a_large_library_goes_by_the_thousand(library: Library) -> None:
    """A million pictures at once would take longer than a statement may, at each try."""
    ada, bob = library.person(), library.person()
    for owner in (ada, bob):
        library.value(MANY, owner=owner, count=2 * ROWS_AT_A_TIME + 1)
    assert rows(library, "image_changes", ada) == 2 * ROWS_AT_A_TIME + 1
    library.value(LEAVES, id=ada)

    left = []
    for _ in range(3):
        delete_person(ada, store=library.worker_context.exports, is_over=lambda: True)
        left.append(rows(library, "images", ada))
    assert left == [ROWS_AT_A_TIME + 1, 1, 0]
    assert rows(library, "users", ada) == 1
    delete_person(ada, store=library.worker_context.exports, is_over=lambda: True)
    assert rows(library, "image_changes", ada) == ROWS_AT_A_TIME + 1
    delete_person(ada, store=library.worker_context.exports)
    for table in ("images", "image_changes", "timeline_months", "users"):
        assert rows(library, table, ada) == 0
    assert rows(library, "images", bob) == 2 * ROWS_AT_A_TIME + 1


def test_mails_and_the_record_go_by_the_ten_thousand(library: Library) -> None:
    """Whoever signed in again and again before leaving has as many as they like of a day."""
    ada, bob = library.person(), library.person()
    for owner in (ada, bob):
        library.value(MAILS, owner=owner, count=ENTRIES_AT_A_TIME + 1)
        library.value(EVENTS, owner=owner, count=ENTRIES_AT_A_TIME + 1)
    library.value(LEAVES, id=ada)
    kept = "SELECT count(*) FROM {} WHERE user_id = :owner"
    mails, events = kept.format("letters"), kept.format("audit_events")
    left = []
    for _ in range(4):
        delete_person(ada, store=library.worker_context.exports, is_over=lambda: True)
        left.append((library.value(mails, owner=ada), library.value(events, owner=ada)))
    all_of_it = ENTRIES_AT_A_TIME + 1
    assert left == [(1, all_of_it), (0, all_of_it), (0, 1), (0, 0)]
    delete_person(ada, store=library.worker_context.exports)
    assert rows(library, "users", ada) == 0
    assert library.value(mails, owner=bob) == library.value(events, owner=bob) == all_of_it


def test_what_is_in_albums_goes_by_the_ten_thousand_before_its_images(library: Library) -> None:
    """With an image its entries go, and each of its albums is counted: too much at once."""
    ada, bob = library.person(), library.person()
    for owner in (ada, bob):
        library.value(MANY, owner=owner, count=100)
        library.value(ALBUMS, owner=owner, count=101)
        library.value(INTO_ALL, owner=owner)
    library.value(LEAVES, id=ada)
    entries = "SELECT sum(entry_count) FROM albums WHERE owner_id = :owner"
    left = []
    for _ in range(4):
        left.append((library.value(entries, owner=ada), rows(library, "images", ada)))
        delete_person(ada, store=library.worker_context.exports, is_over=lambda: True)
    assert left == [
        (10_100, 100),
        (10_100 - ENTRIES_AT_A_TIME, 100),
        (0, 100),
        (None, 100),
    ]
    assert rows(library, "images", ada) == 0
    delete_person(ada, store=library.worker_context.exports)
    for table in ("albums", "image_changes", "users"):
        assert rows(library, table, ada) == 0
    assert library.value(entries, owner=bob) == 10_100


def test_what_has_tags_goes_by_the_ten_thousand_before_its_images(library: Library) -> None:
    ada, bob = library.person(), library.person()
    for owner in (ada, bob):
        library.value(MANY, owner=owner, count=102)
        library.value(TAGS, owner=owner, count=100)
        library.value(TAG_ALL, owner=owner)
    library.value(LEAVES, id=ada)
    entries = "SELECT count(*) FROM image_tags JOIN tags ON id = tag_id WHERE owner_id = :owner"
    left = []
    for _ in range(4):
        left.append((library.value(entries, owner=ada), rows(library, "images", ada)))
        delete_person(ada, store=library.worker_context.exports, is_over=lambda: True)
    assert left == [(10_200, 102), (10_200 - ENTRIES_AT_A_TIME, 102), (0, 102), (0, 102)]
    assert (rows(library, "tags", ada), rows(library, "images", ada)) == (0, 0)
    delete_person(ada, store=library.worker_context.exports)
    assert rows(library, "users", ada) == 0
    assert library.value(entries, owner=bob) == 10_200


def test_who_is_opened_between_two_thousands_is_left_alone(library: Library) -> None:
    ada = library.person()
    library.value(MANY, owner=ada, count=2 * ROWS_AT_A_TIME + 1)
    library.value(LEAVES, id=ada)

    def is_over() -> bool:
        library.value("UPDATE users SET delete_after = NULL WHERE id = :id RETURNING 1", id=ada)
        return False

    delete_person(ada, store=library.worker_context.exports, is_over=is_over)
    assert rows(library, "images", ada) == ROWS_AT_A_TIME + 1


def test_objects_of_a_large_library_go_by_pages_and_the_next_sweep_goes_on(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A million objects take an hour, in which nothing else would be swept."""
    monkeypatch.setattr("app.clients.aws.image_store.MAX_LISTED", 2)
    ada, bob = library.person(), library.person()
    hers, his = [library.add(ada) for _ in range(2)], library.add(bob)
    library.value(LEAVES, id=ada)

    def objects() -> int:
        prefix = hers[0].key.removesuffix(f"{hers[0].image_id.hex}/original")
        return int(library.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)["KeyCount"])

    left = []
    for _ in range(2):
        delete_person(ada, store=library.worker_context.exports, is_over=lambda: True)
        left.append(objects())
        assert rows(library, "images", ada) == 2
        assert all(library.archive.tombstone(place) for place in hers)
    assert left == [4, 2]
    delete_person(ada, store=library.worker_context.exports)
    assert objects() == 0
    assert rows(library, "users", ada) == 0
    assert library.archive.look(his) is not None
