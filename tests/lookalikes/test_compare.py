"""Which pictures are found to look alike, and into which groups they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from PIL import Image as PillowImage
from sqlalchemy import create_engine, event, text

from app.database import db
from app.images.fingerprint_models import BANDS
from app.lookalikes import candidates, compare
from app.lookalikes.compare import MAX_IN_GROUP, compare_some, new_group_id, owners_with_new
from app.media.fingerprints import turned_hashes
from app.settings import with_driver
from tests.conftest import running_stack
from tests.support.edited_photos import EDITS, edited, scene
from tests.support.library import Library, library_on
from tests.support.lookalikes import add_photos, fingerprint_of, groups_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    Compared = Callable[[UUID], set[frozenset[UUID]]]


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library:
        yield library


@pytest.fixture(scope="module")
def database(library: Library) -> Iterator[Engine]:
    engine = create_engine(with_driver(library.stack.database_url))
    yield engine
    engine.dispose()


@pytest.fixture
def compared(library: Library, database: Engine) -> Compared:
    """Compares all of somebody's new pictures, and returns their groups."""

    def compare_all(owner: UUID) -> set[frozenset[UUID]]:
        with library.worker_context.app.app_context():
            while compare_some(owner):
                pass
        return groups_of(database, owner)

    return compare_all


def test_copies_of_a_picture_are_one_group_and_others_are_in_none(
    library: Library, database: Engine, compared: Compared
) -> None:
    ada = library.person()
    photo = scene(10)
    kinds = ("JPEG of quality 50", "half as large", "cropped by 5 %", "greyscale")
    ids = add_photos(
        database, ada, photo, *(edited(photo, kind, seed=1) for kind in kinds), scene(11), scene(12)
    )
    assert compared(ada) == {frozenset(ids[: len(kinds) + 1])}


def test_copy_that_comes_later_joins_the_group(
    library: Library, database: Engine, compared: Compared
) -> None:
    ada = library.person()
    photo = scene(13)
    first = add_photos(database, ada, photo)
    assert compared(ada) == set()
    second = add_photos(database, ada, edited(photo, "as WebP", seed=1))
    assert compared(ada) == {frozenset(first + second)}
    third = add_photos(database, ada, edited(photo, "warmer", seed=1))
    assert compared(ada) == {frozenset(first + second + third)}


@pytest.mark.parametrize("edit", ["cropped by 5 %", "cropped by 10 %"])
def test_whole_picture_is_found_after_its_part_and_before_it(
    library: Library, database: Engine, compared: Compared, edit: str
) -> None:
    photo = scene(14)
    for order in (1, -1):
        ada = library.person()
        for each in [photo, edited(photo, edit, seed=2)][::order]:
            add_photos(database, ada, each)
            found = compared(ada)
        assert [len(group) for group in found] == [2]


@pytest.mark.parametrize("turn", ["ROTATE_90", "ROTATE_180", "ROTATE_270"])
def test_turned_copy_is_found_whichever_comes_first(
    library: Library, database: Engine, compared: Compared, turn: str
) -> None:
    photo = scene(15)
    copy = edited(photo, "JPEG of quality 50", seed=1).transpose(PillowImage.Transpose[turn])
    for order in (1, -1):
        ada = library.person()
        for each in [photo, copy][::order]:
            add_photos(database, ada, each)
            found = compared(ada)
        assert [len(group) for group in found] == [2]


def test_hashes_of_a_turned_picture_are_those_of_the_picture_turned() -> None:
    photo = scene(22)
    made = fingerprint_of(photo)
    assert made
    for turn, hashed in zip(
        ("ROTATE_90", "ROTATE_180", "ROTATE_270"), turned_hashes(made.hashes[0]), strict=True
    ):
        again = fingerprint_of(photo.transpose(PillowImage.Transpose[turn]))
        assert again
        assert (again.hashes[0] ^ hashed).bit_count() <= 4  # where a wave is about nothing


def test_each_band_is_looked_for_in_its_index_whatever_statistics_know(
    library: Library, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of somebody who came after the last ANALYZE the planner expects one row in any index."""
    ada, bob = library.person(), library.person()
    made = fingerprint_of(scene(23))
    assert made
    fill = text("""
        WITH added AS (
            INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state,
                created_at, stored_at, timeline_at, width, height, has_preview, attempts,
                description_state)
            SELECT gen_random_uuid(), :owner, 'a.jpg', 1, sha256((:owner || n)::bytea),
                'image/jpeg', 'ready', now(), now(), now(), 4, 3, true, 1, 'none'
            FROM generate_series(1, 3000) AS n RETURNING id
        ) SELECT count(*) FROM added
    """)
    prepare = text("""
        UPDATE fingerprints SET state = 'compared', grey = :grey,
            middle = hashtextextended(image_id::text, 1) & ((1::bigint << 62) - 1)
        WHERE owner_id = :owner
    """)
    find = text("""
        INSERT INTO middle_hashes (image_id, owner_id, middle)
        SELECT image_id, owner_id, middle FROM fingerprints WHERE owner_id = :owner
    """)
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for owner in (ada, bob):
            connection.execute(fill, {"owner": str(owner)})
            connection.execute(prepare, {"owner": owner, "grey": made.grey})
            connection.execute(find, {"owner": owner})
            if owner == ada:
                connection.execute(text("ANALYZE fingerprints, middle_hashes"))
    add_photos(database, bob, scene(24))
    plans: dict[str, list[str]] = {}

    def explain(_: object, cursor: Any, statement: str, parameters: object, *__: object) -> None:
        if "band_key" in statement and "EXPLAIN" not in statement:
            cursor.execute(f"EXPLAIN {statement}", parameters)
            how = "one by one" if "LATERAL" in statement else "at once"
            plans[how] = [line for (line,) in cursor.fetchall()]

    monkeypatch.setattr(candidates, "MAX_OF_BAND", 0)  # so that they are read in both ways
    with library.worker_context.app.app_context():
        event.listen(db.engine, "before_cursor_execute", explain)
        compare_some(bob)
        event.remove(db.engine, "before_cursor_execute", explain)
    for how in ("at once", "one by one"):
        conditions = [line for line in plans[how] if "Index Cond" in line]
        assert len(conditions) == len(BANDS), "\n".join(plans[how])
        assert all("middle &" in line for line in conditions), "\n".join(plans[how])
    joins = [line for line in plans["at once"] if "Join  (" in line or "Loop" in line]
    assert ["Hash" in line for line in joins] == [True] * len(BANDS), "\n".join(plans["at once"])


def test_pictures_with_a_crowded_band_are_looked_for_one_by_one(
    library: Library, database: Engine, compared: Compared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "MAX_OF_BAND", 2)
    ada = library.person()
    photo = scene(25)
    copies = [edited(photo, kind, seed=1) for kind in ("as WebP", "half as large", "warmer")]
    assert compared(ada) == set()
    ids = add_photos(database, ada, photo, *copies, scene(26))
    assert compared(ada) == {frozenset(ids[:4])}


def test_hash_that_is_found_is_that_of_the_fingerprint(
    library: Library, database: Engine, compared: Compared
) -> None:
    ada = library.person()
    photo = scene(27)
    (first,) = add_photos(database, ada, photo)
    assert compared(ada) == set()
    again = fingerprint_of(scene(28))
    assert again
    made_anew = """
        UPDATE fingerprints SET state = 'new', middle = :middle, grey = :grey, windows = :windows
        WHERE image_id = :id RETURNING 1
    """
    hashes = list(again.hashes)
    library.value(made_anew, middle=hashes[0], grey=again.grey, windows=hashes, id=first)
    assert compared(ada) == set()
    other, _ = add_photos(database, ada, edited(scene(28), "warmer", seed=1), photo)
    pairs = compared(ada)
    assert [first in pair for pair in pairs] == [True]
    assert len(pairs) == 1
    left = "SELECT count(*) FROM middle_hashes WHERE owner_id = :owner"
    assert library.value(left, owner=ada) == 3
    library.value("DELETE FROM images WHERE id = :id RETURNING 1", id=other)
    assert library.value(left, owner=ada) == 2


def test_next_shot_and_another_view_are_in_no_group(
    library: Library, database: Engine, compared: Compared
) -> None:
    ada = library.person()
    add_photos(
        database,
        ada,
        scene(16),
        scene(16, moved=0.1, turned=0.02, moment=1),
        scene(16, turned=0.15, moment=2),
    )
    assert compared(ada) == set()


def test_flat_pictures_are_in_no_group(
    library: Library, database: Engine, compared: Compared
) -> None:
    ada = library.person()
    flat = [scene(1).point(lambda _, shade=shade: shade) for shade in (0, 1, 255)]
    add_photos(database, ada, *flat)
    assert compared(ada) == set()


def test_copy_of_somebody_else_is_none(
    library: Library, database: Engine, compared: Compared
) -> None:
    ada, bob = library.person(), library.person()
    photo = scene(17)
    add_photos(database, ada, photo)
    add_photos(database, bob, edited(photo, "as WebP", seed=1))
    assert compared(ada) == compared(bob) == set()


def test_what_a_person_called_unalike_is_not_found_again(
    library: Library, database: Engine, compared: Compared
) -> None:
    ada = library.person()
    photo = scene(18)
    ids = add_photos(database, ada, photo, edited(photo, "as WebP", seed=1))
    library.value(
        "INSERT INTO unalike_pairs VALUES (:one, :other) RETURNING 1", one=ids[0], other=ids[1]
    )
    assert compared(ada) == set()
    third = add_photos(database, ada, edited(photo, "warmer", seed=1))
    # It looks like both; both are in its group then, since they are alone.
    assert compared(ada) == {frozenset(ids + third)}


def test_chain_in_which_each_looks_like_the_next_is_not_one_group(
    library: Library, database: Engine, compared: Compared
) -> None:
    """Each is cropped by 4 % more at the same corner; the first and the last have little alike."""
    ada = library.person()
    photo = scene(19)
    width, height = photo.size
    for number in range(7):
        cut = 0.04 * number
        add_photos(
            database, ada, photo.crop((round(width * cut), round(height * cut), width, height))
        )
        groups = compared(ada)
    assert len(groups) >= 2
    assert max(map(len, groups)) < 6


def test_group_is_bounded(
    library: Library, database: Engine, compared: Compared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "MAX_IN_GROUP", 3)
    ada = library.person()
    photo = scene(20)
    add_photos(database, ada, *(edited(photo, kind, seed=1) for kind in list(EDITS)[:7]))
    assert {len(group) for group in compared(ada)} <= {2, 3}
    assert MAX_IN_GROUP == 20


def test_person_whose_pictures_somebody_compares_is_left_alone(
    library: Library, database: Engine
) -> None:
    ada = library.person()
    add_photos(database, ada, scene(21))
    with database.connect() as connection:
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:owner AS text), 7))")
        connection.execute(lock, {"owner": ada})
        with library.worker_context.app.app_context():
            assert not compare_some(ada)
    query = "SELECT state FROM fingerprints WHERE owner_id = :owner"
    assert library.value(query, owner=ada) == "new"


def test_some_are_compared_at_once_and_the_rest_next(
    library: Library, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "MAX_AT_ONCE", 2)
    ada = library.person()
    add_photos(database, ada, *(scene(30 + number) for number in range(3)))
    with library.worker_context.app.app_context():
        assert compare_some(ada)
        assert not compare_some(ada)


def test_what_there_is_no_time_for_is_compared_next(
    library: Library, database: Engine, compared: Compared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One person's frames of one scene must not outlast the sweep, in which others have a turn."""
    monkeypatch.setattr(compare, "SECONDS_AT_ONCE", 0.0)
    ada = library.person()
    photo = scene(33)
    copies = [edited(photo, kind, seed=1) for kind in ("as WebP", "half as large", "warmer")]
    ids = add_photos(database, ada, photo, *copies)
    left = "SELECT count(*) FROM fingerprints WHERE owner_id = :owner AND state = 'new'"
    with library.worker_context.app.app_context():
        for number in (3, 2):
            assert compare_some(ada)
            assert library.value(left, owner=ada) == number
    assert compared(ada) == {frozenset(ids)}
    assert library.value(left, owner=ada) == 0


def test_everybody_with_new_pictures_is_found_once(library: Library, database: Engine) -> None:
    library.value("DELETE FROM images; SELECT 1")
    people = [library.person() for _ in range(5)]
    for person in people:
        add_photos(database, person, scene(40), scene(41))
    with library.worker_context.app.app_context():
        for _ in range(5):
            found = owners_with_new()
            assert sorted(found) == sorted(people)


def test_sweep_compares(library: Library, database: Engine) -> None:
    ada = library.person()
    photo = scene(50)
    ids = add_photos(database, ada, photo, edited(photo, "as HEIC", seed=1))
    library.worker_context.sweep()
    assert groups_of(database, ada) == {frozenset(ids)}


def test_ids_of_groups_are_in_order() -> None:
    first = new_group_id()
    assert first.version == 7
    assert first.variant == "specified in RFC 4122"
    assert UUID(str(first)) == first
