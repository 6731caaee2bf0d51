"""Objects that no row knows go by themselves, but nothing that anybody might miss."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.clients.aws.boto import AwsUnavailableError
from app.clients.aws.bucket_inventory import BucketInventory, Found, FoundExport, Page
from app.clients.aws.bucket_versions import Place
from app.clients.aws.export_store import export_prefix
from app.database import db
from app.integrity.orphans import PAGES_A_SWEEP, lock_place, look_for_orphans
from app.integrity.scan_state import record_sweep
from scripts.embedded.policies import BUCKET
from tests.api.conftest import until
from tests.conftest import running_stack
from tests.support.library import Library, library_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.clients.aws.image_store import Removed

TWO_DAYS = timedelta(days=2)
Seen = TypeVar("Seen", Found, FoundExport)


class LaterInventory(BucketInventory):
    """Looks at the bucket as it will look after some time, and counts how often."""

    def __init__(self, library: Library, *, ago: timedelta = TWO_DAYS, most: int = 1000) -> None:
        super().__init__(s3=library.s3, bucket_name=BUCKET, most=most)
        self.ago = ago
        self.looks = 0

    def page(self, *, after: str) -> Page:
        self.looks += 1
        page = super().page(after=after)
        found = [self._older(one) for one in page.found]
        exports = [self._older(one) for one in page.exports]
        return replace(page, found=found, exports=exports)

    def _older(self, one: Seen) -> Seen:
        return replace(one, oldest=one.oldest - self.ago, newest=one.newest - self.ago)


@pytest.fixture(scope="module")
def shared() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack, pool_size=2) as library:
        yield library


@pytest.fixture
def library(shared: Library) -> Iterator[Library]:
    """An empty library, whose database has been watching for a week."""
    watched(shared, since="7 days")
    yield shared
    shared.empty()
    shared.value("DELETE FROM rounds RETURNING 1")


def watched(library: Library, *, since: str) -> None:
    library.value("DELETE FROM watches RETURNING 1")
    library.value(
        f"INSERT INTO watches VALUES (now() - interval '{since}', now()) RETURNING 1"  # noqa: S608
    )


def sweep(library: Library, inventory: BucketInventory, *, pages: int = PAGES_A_SWEEP) -> None:
    with library.worker_context.app.app_context():
        record_sweep()
        db.session.commit()
        look_for_orphans(
            inventory=inventory,
            store=library.worker_context.store,
            exports=library.worker_context.exports,
            pages=pages,
        )


def orphan_of(library: Library, owner: UUID) -> Place:
    """What is left when an upload is cancelled, its bytes arrive, and nobody is told."""
    place = Place(user_id=owner, image_id=uuid4())
    library.put(place, b"first")
    library.delete(place)
    library.put(place, b"second")
    library.put(place, b"RIFF", part="preview.webp")
    library.delete(place, part="preview.webp")
    return place


def keys(library: Library) -> set[str]:
    listed = library.s3.list_objects_v2(Bucket=BUCKET)
    return {item["Key"] for item in listed.get("Contents", [])}


def test_what_no_row_knows_goes(library: Library) -> None:
    ada = library.person()
    known = {library.add(ada).key for _ in range(3)}
    orphans = [orphan_of(library, owner) for owner in (ada, ada, uuid4())]
    sweep(library, LaterInventory(library))
    left = keys(library)
    assert known <= left
    assert not {orphan.key for orphan in orphans} & left
    assert len(left) == 9


def test_what_was_deleted_is_nothing_to_look_for(library: Library) -> None:
    """Its bytes stay until the bucket's own rule deletes them: no later round finds a orphan."""
    place = library.add(library.person())
    library.purge(place)
    assert library.archive.versions(place)
    assert library.worker_context.inventory.page(after="").found == []
    library.put(place, b"somebody brings bytes there again")
    (found,) = library.worker_context.inventory.page(after="").found
    assert found.place == place


def test_what_is_of_today_stays(library: Library) -> None:
    orphan = orphan_of(library, library.person())
    sweep(library, LaterInventory(library, ago=timedelta(hours=23)))
    assert orphan.key in keys(library)


def test_what_a_restored_database_cannot_know_stays(library: Library) -> None:
    orphan = orphan_of(library, library.person())
    watched(library, since="1 day")  # restored, and running since yesterday
    sweep(library, LaterInventory(library))
    assert orphan.key in keys(library)


def test_a_database_restored_to_a_moment_ago_did_not_watch_meanwhile(library: Library) -> None:
    """Sweeps are minutes apart; a restore may take no longer, but starts the server anew."""
    library.value("UPDATE watches SET until = pg_postmaster_start_time() - interval '1 second'"
                  " RETURNING 1")  # fmt: skip
    sweep(library, LaterInventory(library))
    seen = "SELECT count(*) FROM watches WHERE pg_postmaster_start_time() BETWEEN since AND until"
    assert library.value(seen) == 0
    assert library.value("SELECT count(*) FROM watches") == 2


def put_zip(library: Library, owner: UUID, export_id: UUID) -> str:
    key = f"{export_prefix(owner, export_id)}1-0123abcd.zip"
    library.s3.put_object(Bucket=BUCKET, Key=key, Body=b"zip")
    return key


def test_exports_with_a_row_and_foreign_keys_stay(library: Library) -> None:
    ada, export_id = library.person(), uuid4()
    library.value(
        "INSERT INTO exports (id, user_id, state, created_at, touched_at, expires_at, pictures,"
        " done, parts) VALUES (:id, :user, 'ready', now(), now(), now() + interval '1 day', 0, 0,"
        " '[]') RETURNING 1",
        id=export_id,
        user=ada,
    )
    others = {put_zip(library, ada, export_id), "users/somebody/else"}
    library.s3.put_object(Bucket=BUCKET, Key="users/somebody/else", Body=b"what")
    sweep(library, LaterInventory(library, ago=timedelta(days=9)))
    assert keys(library) == others


@pytest.mark.parametrize(
    ("ago", "since", "goes"),
    [
        (timedelta(hours=23), "7 days", False),
        (TWO_DAYS, "7 days", True),
        # The database was restored, and running since yesterday: another may have its row.
        (TWO_DAYS, "1 day", False),
        (timedelta(days=9), "1 day", True),
    ],
    ids=["today", "watched", "not watched", "expired in any database"],
)
def test_exports_that_no_row_knows_go(
    library: Library, ago: timedelta, since: str, *, goes: bool
) -> None:
    """For good, with every version."""
    watched(library, since=since)
    for owner in (library.person(), uuid4()):
        put_zip(library, owner, uuid4())
    sweep(library, LaterInventory(library, ago=ago))
    left = library.s3.list_object_versions(Bucket=BUCKET)
    assert len(left.get("Versions", [])) == (0 if goes else 2)
    assert not left.get("DeleteMarkers")


def orphans_of_which_the_first_stays(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> list[Place]:
    """Three orphans; the store cannot delete the first."""
    ada = library.person()
    orphans = sorted(orphan_of(library, ada) for _ in range(3))
    delete = library.worker_context.store.delete_image

    def delete_but_the_first(user_id: UUID, image_id: UUID) -> Removed:
        if image_id == orphans[0].image_id:
            raise AwsUnavailableError
        return delete(user_id, image_id)

    monkeypatch.setattr(library.worker_context.store, "delete_image", delete_but_the_first)
    return orphans


def test_orphan_that_cannot_be_removed_keeps_no_other(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    orphans = orphans_of_which_the_first_stays(library, monkeypatch)
    sweep(library, LaterInventory(library))
    assert {orphan.key for orphan in orphans} & keys(library) == {orphans[0].key}
    assert library.value("SELECT count(*) FROM rounds WHERE ended_at IS NOT NULL") == 1


def test_orphan_that_takes_all_of_the_time_and_fails_keeps_no_other(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    orphans = orphans_of_which_the_first_stays(library, monkeypatch)
    monkeypatch.setattr("app.integrity.in_time.SECONDS_FOR_EACH_LIST", 0)  # one each time
    inventory, ended = (
        LaterInventory(library),
        "SELECT count(*) FROM rounds WHERE ended_at IS NOT NULL",
    )
    while library.value(ended) == 0:
        sweep(library, inventory)
        assert inventory.looks < 100
    assert {orphan.key for orphan in orphans} & keys(library) == {orphans[0].key}


def test_orphan_behind_the_tombstone_of_its_person_is_found(library: Library) -> None:
    """ "deleted" sorts among the digits of ids."""
    ada = uuid4()
    library.s3.put_object(Bucket=BUCKET, Key=f"users/{ada.hex}/deleted", Body=b"")
    orphan = Place(user_id=ada, image_id=UUID(hex="f" * 32))
    for part in ("original", "preview.webp", "thumbnail.webp"):
        library.put(orphan, b"late", part=part)
    inventory = LaterInventory(library, most=3)  # the tombstone, and the orphan in part
    while library.value("SELECT count(*) FROM rounds WHERE ended_at IS NOT NULL") == 0:
        sweep(library, inventory)
        assert inventory.looks < 10
    assert keys(library) == {f"users/{ada.hex}/deleted"}


def test_a_large_library_is_gone_through_in_larger_steps(library: Library) -> None:
    ada = library.person()
    for _ in range(5):
        orphan_of(library, ada)
    inventory = LaterInventory(library, most=4)
    sweep(library, inventory, pages=100)
    assert library.value("SELECT count(*) FROM rounds WHERE ended_at IS NOT NULL") == 1
    assert inventory.looks > PAGES_A_SWEEP
    assert keys(library) == set()


def test_a_little_at_each_sweep_and_all_of_it_once_a_day(library: Library) -> None:
    ada = library.person()
    known = {library.add(ada).key for _ in range(5)}
    orphans = {orphan_of(library, ada).key for _ in range(5)}
    inventory = LaterInventory(library, most=4)
    sweeps = 0
    while library.value("SELECT count(*) FROM rounds WHERE ended_at IS NOT NULL") == 0:
        sweep(library, inventory)
        sweeps += 1
        assert inventory.looks <= sweeps * PAGES_A_SWEEP
        assert sweeps < 30
    assert sweeps > 2
    left = keys(library)
    assert known <= left
    assert not orphans & left
    looks = inventory.looks
    sweep(library, inventory)
    assert inventory.looks == looks
    library.value("UPDATE rounds SET begun_at = now() - interval '25 hours' RETURNING 1")
    sweep(library, inventory)
    assert inventory.looks > looks


def test_a_sweep_that_is_cut_off_goes_on_where_it_was(library: Library) -> None:
    orphans = {orphan_of(library, library.person()).key for _ in range(4)}

    class Broken(LaterInventory):
        def page(self, *, after: str) -> Page:
            if self.looks == 1:
                raise ConnectionError
            return super().page(after=after)

    broken = Broken(library, most=6)
    with pytest.raises(ConnectionError):
        sweep(library, broken)
    gone = orphans - keys(library)
    assert gone
    assert gone != orphans
    rest = LaterInventory(library, most=6)
    for _ in range(4):
        sweep(library, rest)
    assert not orphans & keys(library)


def test_a_orphan_that_gets_a_row_meanwhile_stays(library: Library) -> None:
    ada = library.person()
    known, orphan = library.add(ada), orphan_of(library, ada)
    with library.worker_context.app.app_context():
        lock_place(orphan.image_id)  # as the doctor does
        sweeping = threading.Thread(target=sweep, args=[library, LaterInventory(library)])
        sweeping.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        until(lambda: library.value(waiting))
        for table in (
            "fingerprints",
            "images_to_index",
            "image_search",
            "images_to_stack",
            "image_shots",
        ):  # they name the image by its id
            leave = text(f"DELETE FROM {table} WHERE image_id = :known")  # noqa: S608
            db.session.execute(leave, {"known": known.image_id})
        copy = text("UPDATE images SET id = :orphan WHERE id = :known")
        db.session.execute(copy, {"orphan": orphan.image_id, "known": known.image_id})
        db.session.commit()
    sweeping.join()
    assert orphan.key in keys(library)


def test_originals_that_are_gone_are_told(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    ada = library.person()
    places = sorted(library.add(ada) for _ in range(6))
    library.value("UPDATE images SET stored_at = now() - interval '2 days' RETURNING 1")
    sweep(library, LaterInventory(library))
    assert "missing originals" not in caplog.text
    library.delete(places[1])
    library.worker_context.store.delete_image(places[4].user_id, places[4].image_id)
    library.value("DELETE FROM rounds RETURNING 1")
    sweep(library, LaterInventory(library))
    told = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert told == [
        f"missing originals: 2 pictures, the first is {places[1].image_id}; run the doctor"
    ]
    assert library.state(places[1]) == "ready"  # nothing but told


@pytest.mark.parametrize("last", [f"exports/{'0' * 32}/1-0.zip", "deleted"])
def test_page_that_ends_between_pictures_hides_nothing_and_alarms_nobody(
    library: Library, caplog: pytest.LogCaptureFixture, last: str
) -> None:
    ada, bob = sorted(library.person() for _ in range(2))
    library.s3.put_object(Bucket=BUCKET, Key=f"users/{ada.hex}/{last}", Body=b"zip")
    for _ in range(2):
        library.add(bob)
    library.value("UPDATE images SET stored_at = now() - interval '2 days' RETURNING 1")
    inventory = LaterInventory(library, most=3)  # that, and a picture in part
    while library.value("SELECT count(*) FROM rounds WHERE ended_at IS NOT NULL") == 0:
        sweep(library, inventory)
        assert inventory.looks < 10
    assert "missing originals" not in caplog.text
