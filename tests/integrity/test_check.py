"""Rows, objects and checksums are compared, and what disagrees is found, told and repaired."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, text

from app.clients.aws.boto import AwsUnavailableError
from app.clients.aws.bucket_versions import Place
from app.jobs.cleanup import decode_again_what_older_decoders_could_not
from app.media.formats import sniff
from app.media.results import DECODER_VERSION
from app.media.sandbox.pool import DecoderPool
from app.settings import with_driver
from scripts.embedded.policies import BUCKET
from tests.api.conftest import until
from tests.conftest import running_stack
from tests.media.motion_samples import VIDEO, of_samsung
from tests.media.raw_samples import RAW
from tests.support.images import Picture, jpeg
from tests.support.library import Library, library_on

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def shared() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library:
        yield library


@pytest.fixture
def library(shared: Library) -> Iterator[Library]:
    """A library in which all is well; each test begins with an empty one."""
    yield shared
    shared.empty()
    while messages := shared.worker_context.pictures.receive(wait_seconds=0):
        for message in messages:
            shared.worker_context.pictures.done(message)


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecoderPool]:
    with closing(DecoderPool(children=1)) as running:
        yield running


@pytest.fixture
def ada(library: Library) -> UUID:
    return library.person()


def test_all_is_well(library: Library, ada: UUID) -> None:
    for _ in range(3):
        place = library.add(ada)
    kept = library.archive.look(place)
    assert kept
    assert kept.sha256  # so it needs not be read
    assert library.examine() == []
    assert library.examine(read=True) == []
    (seen,) = library.slices(max_rows=10)
    assert (seen.rows, seen.objects) == (3, 9)


def test_slices_miss_nothing(library: Library) -> None:
    places = sorted(library.add(library.person()) for _ in range(5))
    orphans = [Place(user_id=place.user_id, image_id=uuid4()) for place in places]
    for orphan in orphans:
        library.put(orphan, b"orphan")
    library.delete(places[2])
    slices = library.slices(max_rows=2)
    assert [seen.rows for seen in slices] == [2, 2, 1]
    assert sum(seen.objects for seen in slices) == 5 * 3 + 5 - 1
    found = {(each.trouble, each.key) for seen in slices for each in seen.findings}
    assert found == {("missing", places[2].key), *(("orphan", orphan.key) for orphan in orphans)}


def test_a_deleted_object_is_brought_back(library: Library, ada: UUID) -> None:
    place = library.add(ada, jpeg(seed=1))
    library.delete(place)
    assert library.examine() == [("missing", "reported", place.key)]
    assert library.examine() == [("missing", "reported", place.key)]  # nothing was changed
    assert library.examine(repair=True) == [("missing", "repaired", place.key)]
    assert library.content(place) == jpeg(seed=1).content
    assert library.examine(read=True) == []


def test_an_overwritten_object_is_brought_back(library: Library, ada: UUID) -> None:
    place = library.add(ada, jpeg(seed=1))
    library.put(place, jpeg(seed=2).content)
    library.delete(place)
    library.put(place, jpeg(seed=3).content)
    assert library.examine() == [("wrong", "reported", place.key)]
    assert library.examine(repair=True) == [("wrong", "repaired", place.key)]
    assert library.content(place) == jpeg(seed=1).content
    assert library.examine() == []


def test_without_the_right_version_nothing_is_touched(library: Library, ada: UUID) -> None:
    place = library.add(ada)
    library.worker_context.store.delete_image(place.user_id, place.image_id)
    library.put(place, b"something else")
    everything = {"repair": True, "forget_lost": True, "remove_orphans": True}
    assert library.examine(**everything) == [("wrong", "deleted", place.key)]
    assert library.content(place) == b"something else"
    assert library.state(place) == "ready"


def test_nothing_is_lost_by_what_a_repair_puts_on_top(library: Library, ada: UUID) -> None:
    place = library.add(ada, jpeg(seed=1))
    library.put(place, jpeg(seed=2).content)
    library.delete(place)
    before = {version.id for version in library.archive.versions(place)}
    assert library.examine(repair=True) == [("missing", "repaired", place.key)]
    assert before < {version.id for version in library.archive.versions(place)}
    assert library.content(place) == jpeg(seed=1).content


def test_a_version_that_is_not_what_it_was_is_not_brought_back(library: Library, ada: UUID) -> None:
    place = library.add(ada, jpeg(seed=1))
    library.delete(place)
    (version,) = (each for each in library.archive.versions(place) if not each.is_marker)
    with pytest.raises(AwsUnavailableError, match="not what they were"):
        library.archive.bring_back(place, version, sha256=b"another")
    assert library.archive.look(place) is None


@pytest.mark.parametrize("whole_account", [False, True])
def test_what_the_product_deleted_stays_deleted_though_its_bytes_are_there(
    library: Library, ada: UUID, *, whole_account: bool
) -> None:
    place, other = library.add(ada), library.add(ada)
    if whole_account:
        library.worker_context.exports.delete_person(ada)
    else:
        library.worker_context.store.delete_image(place.user_id, place.image_id)
        library.delete(other)  # that was somebody else
    assert library.archive.versions(place)
    outcomes = dict.fromkeys((place.key, other.key), "deleted")
    if not whole_account:
        outcomes[other.key] = "repaired"
    found = library.examine(repair=True)
    assert {key: outcome for _, outcome, key in found} == outcomes


def test_what_is_uploaded_after_a_deletion_can_be_brought_back(library: Library, ada: UUID) -> None:
    """A rejected file is promised its old place again."""
    place = library.add(ada, jpeg(seed=1))
    library.worker_context.store.delete_image(place.user_id, place.image_id)
    tombstone = library.archive.tombstone(place)
    assert tombstone
    later = tombstone.at + timedelta(seconds=1)
    until(lambda: datetime.now(UTC) > later)  # S3 tells whole seconds
    library.put(place, jpeg(seed=1).content)
    library.delete(place)
    assert library.examine(repair=True) == [("missing", "repaired", place.key)]


@pytest.mark.parametrize("outcome", ["lost", "deleted"])
def test_a_lost_or_deleted_picture_is_forgotten_when_asked(
    library: Library, ada: UUID, outcome: str
) -> None:
    place = library.add(ada)
    if outcome == "lost":
        library.lose(place)
    else:
        library.worker_context.store.delete_image(place.user_id, place.image_id)
    assert library.examine(repair=True) == [("missing", outcome, place.key)]
    assert library.state(place) == "ready"
    assert library.examine(forget_lost=True) == [("missing", "forgotten", place.key)]
    assert library.state(place) is None
    assert library.examine() == []


def test_other_bytes_of_the_same_size_are_found(library: Library, ada: UUID) -> None:
    place = library.add(ada, jpeg(seed=4))
    content = jpeg(seed=4).content
    # As many bytes, and no checksum that S3 could be asked for.
    library.s3.put_object(Bucket=BUCKET, Key=place.key, Body=content[:-1] + b"!")
    assert library.examine(read=True, repair=True) == [("wrong", "repaired", place.key)]
    assert library.content(place) == content


def test_what_came_in_parts_is_read(library: Library, ada: UUID) -> None:
    place, content = library.add(ada, jpeg(seed=6)), jpeg(seed=6).content
    library.put_in_parts(place, content)
    kept = library.archive.look(place)
    assert kept
    assert kept.sha256 is None  # S3's is of the parts' checksums: it must not be believed
    assert library.examine() == []
    library.put_in_parts(place, content[:-1] + b"!")
    assert library.examine(repair=True) == [("wrong", "repaired", place.key)]
    assert library.content(place) == content


def test_parts_of_what_nobody_knows_go_with_it(
    library: Library, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.clients.aws.image_store.SECONDS_FOR_PARTS", -1)  # one at a time
    orphan = Place(user_id=ada, image_id=uuid4())
    library.put(orphan, b"orphan")
    for number in range(3):
        library.begin_in_parts(orphan, b"more of it %d" % number)
    assert library.examine(remove_orphans=True) == [("orphan", "removed", orphan.key)]
    assert "Uploads" not in library.s3.list_multipart_uploads(Bucket=BUCKET)


def test_what_s3_keeps_no_checksum_of_is_read(library: Library, ada: UUID) -> None:
    place = library.add(ada, jpeg(seed=5))
    library.s3.put_object(Bucket=BUCKET, Key=place.key, Body=jpeg(seed=5).content)
    kept = library.archive.look(place)
    assert kept
    assert kept.sha256 is None
    assert library.examine() == []


def test_thumbnails_are_made_again(library: Library, ada: UUID, decoders: DecoderPool) -> None:
    place = library.add(ada)
    library.delete(place, part="thumbnail.webp")
    library.work(decoders)  # the events of what was put
    assert library.examine() == [("unseen", "reported", place.key)]
    assert library.examine(repair=True) == [("unseen", "repaired", place.key)]
    assert library.state(place) == "processing"
    library.work(decoders)
    assert library.state(place) == "ready"
    assert library.examine() == []


def test_moving_parts_are_made_again(library: Library, ada: UUID, decoders: DecoderPool) -> None:
    moving = Picture(name="x.jpg", content_type="image/jpeg", content=of_samsung())
    place = library.add(ada, moving)
    library.value("UPDATE images SET state = 'processing' RETURNING 1")
    library.work(decoders)
    assert library.value("SELECT motion_bytes FROM images") == len(VIDEO)
    assert library.examine() == []
    library.delete(place, part="motion.mp4")
    assert library.examine(repair=True) == [("unseen", "repaired", place.key)]
    library.work(decoders)
    assert library.examine() == []


def test_a_lost_copy_without_metadata_is_asked_for_anew(library: Library, ada: UUID) -> None:
    place = library.add(ada)
    library.value(
        "INSERT INTO bare_originals (image_id, owner_id, state, asked_at)"
        " VALUES (:id, :owner, 'made', now()) RETURNING 1",
        id=place.image_id,
        owner=ada,
    )
    library.put(place, b"bare", part="bare")
    assert library.examine() == []
    library.delete(place, part="bare")
    assert library.examine() == [("no_copy", "reported", place.key)]
    assert library.examine(repair=True) == [("no_copy", "repaired", place.key)]
    assert library.value("SELECT count(*) FROM bare_originals") == 0
    assert library.state(place) == "ready"
    assert library.examine() == []


def test_what_was_given_up_is_told_and_tried_again(
    library: Library, ada: UUID, decoders: DecoderPool
) -> None:
    place = library.add(ada)
    given_up = "state = 'damaged', failure_code = 'processing_failed', attempts = 11"
    library.value(f"UPDATE images SET {given_up} RETURNING 1")  # noqa: S608
    assert library.examine() == [("given_up", "reported", place.key)]
    assert library.examine(repair=True) == [("given_up", "repaired", place.key)]
    library.work(decoders)
    assert library.state(place) == "ready"
    assert library.examine() == []


@pytest.mark.parametrize("code", ["undecodable", "out_of_memory", "corrupt", "incomplete"])
def test_verdict_of_older_decoders_is_found_and_tried_again(
    library: Library, ada: UUID, decoders: DecoderPool, code: str
) -> None:
    place = library.add(ada)
    failed = f"state = 'damaged', failure_code = '{code}', decoder_version = "
    library.value(f"UPDATE images SET {failed} 0 RETURNING 1")  # noqa: S608
    assert library.examine(repair=True) == [("given_up", "repaired", place.key)]
    library.work(decoders)
    assert library.state(place) == "ready"
    # What this version could not show either is left alone.
    library.value(f"UPDATE images SET {failed} {DECODER_VERSION} RETURNING 1")  # noqa: S608
    assert library.examine() == []


def test_sweep_has_what_older_decoders_could_not_show_decoded_again_once(
    library: Library, ada: UUID, decoders: DecoderPool
) -> None:
    place, broken = library.add(ada), library.add(ada)
    failed = "UPDATE images SET state = 'damaged', decoder_version = 0, failure_code = "
    library.value(f"{failed} 'corrupt' WHERE id = '{broken.image_id}' RETURNING 1")
    library.value(f"{failed} 'undecodable' WHERE id = '{place.image_id}' RETURNING 1")
    with library.worker_context.app.app_context():
        decode_again_what_older_decoders_could_not()
    assert (library.state(place), library.state(broken)) == ("processing", "damaged")
    library.work(decoders)
    version = f"SELECT decoder_version FROM images WHERE id = '{place.image_id}'"  # noqa: S608
    assert library.value(version) == DECODER_VERSION


def test_round_has_what_older_decoders_called_broken_decoded_again_once(
    library: Library, ada: UUID, decoders: DecoderPool
) -> None:
    """An RW2, whose strips stand nowhere, was called incomplete by version 2."""
    raw = sniff.RW2
    place = library.add(ada, Picture(name="a.rw2", content_type=raw, content=RAW[raw]))
    deleted = library.add(ada)
    failed = "state = 'damaged', failure_code = 'incomplete', decoder_version = "
    library.value(f"UPDATE images SET {failed} 2 RETURNING 1")  # noqa: S608
    gone = f"UPDATE images SET deleted_at = now() WHERE id = '{deleted.image_id}' RETURNING 1"  # noqa: S608
    library.value(gone)
    library.go_round()
    assert (library.state(place), library.state(deleted)) == ("processing", "damaged")
    library.work(decoders)
    assert library.state(place) == "ready"
    # What this version calls broken is left alone.
    library.value(f"UPDATE images SET {failed} {DECODER_VERSION} RETURNING 1")  # noqa: S608
    library.go_round()
    assert library.state(place) == "damaged"


def test_round_passes_over_a_row_that_somebody_has_locked(library: Library, ada: UUID) -> None:
    places = [library.add(ada) for _ in range(2)]
    failed = "state = 'damaged', failure_code = 'corrupt', decoder_version = 0"
    library.value(f"UPDATE images SET {failed} RETURNING 1")  # noqa: S608
    engine = create_engine(with_driver(library.stack.database_url))
    with engine.begin() as connection:
        locked = f"SELECT 1 FROM images WHERE id = '{places[0].image_id}' FOR UPDATE"  # noqa: S608
        connection.execute(text(locked))
        library.go_round()
    engine.dispose()
    assert [library.state(place) for place in places] == ["damaged", "processing"]


def test_round_passes_over_somebody_whose_counts_are_locked(library: Library) -> None:
    """Both are on one page of the bucket, and the other one waits for nobody."""
    hers, his = (library.add(library.person()) for _ in range(2))
    failed = "state = 'damaged', failure_code = 'corrupt', decoder_version = 0"
    library.value(f"UPDATE images SET {failed} RETURNING 1")  # noqa: S608
    engine = create_engine(with_driver(library.stack.database_url))
    begun = time.monotonic()
    with engine.begin() as connection:
        connection.execute(text("SELECT take_change(:owner)"), {"owner": hers.user_id})
        library.go_round()
    engine.dispose()
    assert (library.state(hers), library.state(his)) == ("damaged", "processing")
    assert time.monotonic() - begun < 5  # all else waits for ten
    library.go_round()
    assert library.state(hers) == "processing"


def test_orphans_are_told_and_removed_when_asked(library: Library, ada: UUID) -> None:
    orphan = Place(user_id=ada, image_id=uuid4())
    library.put(orphan, b"orphan", part="preview.webp")
    library.put(orphan, b"orphan")
    assert library.examine(repair=True, forget_lost=True) == [("orphan", "reported", orphan.key)]
    assert library.examine(remove_orphans=True) == [("orphan", "removed", orphan.key)]
    assert library.archive.look(orphan) is None
    assert library.examine() == []


def test_orphans_are_adopted(library: Library, ada: UUID, decoders: DecoderPool) -> None:
    orphan = Place(user_id=ada, image_id=uuid4())
    library.put(orphan, jpeg(seed=6).content)
    library.work(decoders)  # its event changes nothing
    later = datetime.now(UTC) + timedelta(hours=1)
    assert library.examine(adopt_since=later) == [("orphan", "reported", orphan.key)]
    assert library.examine(adopt_since=LONG_AGO) == [("orphan", "adopted", orphan.key)]
    library.work(decoders)
    assert library.state(orphan) == "ready"
    assert library.examine(read=True) == []
    name = library.value("SELECT name FROM images WHERE id = :id", id=orphan.image_id)
    assert name.endswith(".jpg")
    kept = library.value("SELECT bytes FROM storage WHERE user_id = :id", id=ada)
    assert kept == len(jpeg(seed=6).content)


def test_a_strangers_orphan_and_a_double_are_not_adopted(library: Library, ada: UUID) -> None:
    library.add(ada, jpeg(seed=7))
    double = Place(user_id=ada, image_id=uuid4())
    nobodys = Place(user_id=uuid4(), image_id=uuid4())
    for orphan in (double, nobodys):
        library.put(orphan, jpeg(seed=7).content)
    found = library.examine(adopt_since=LONG_AGO)
    assert found == sorted(("orphan", "reported", orphan.key) for orphan in (double, nobodys))


@pytest.mark.parametrize("state", ["arriving", "gone"])
def test_what_a_guest_sent_is_not_adopted(library: Library, ada: UUID, state: str) -> None:
    """It is taken in where its link is open, and else by nobody: app/sharing/arrivals.py."""
    place = Place(user_id=ada, image_id=uuid4())
    library.put(place, jpeg(seed=8).content)
    library.value(
        "INSERT INTO collected_images (id, owner_id, state, name, content_type, byte_size, sha256,"
        " added_by, created_at, look_at) VALUES (:id, :owner, :state, 'x.jpg', 'image/jpeg', 1,"
        " decode(repeat('00', 32), 'hex'), '', now(), now() + interval '1 hour') RETURNING 1",
        id=place.image_id,
        owner=ada,
        state=state,
    )
    told = [("orphan", "reported", place.key)] if state == "gone" else []
    assert library.examine(adopt_since=LONG_AGO) == told
    library.examine(remove_orphans=True)
    # What is on its way is left.
    assert (library.archive.look(place) is not None) == (state == "arriving")


def test_foreign_objects_are_told_and_left(library: Library) -> None:
    library.s3.put_object(Bucket=BUCKET, Key="users/notes.txt", Body=b"mine")
    everything = {"repair": True, "forget_lost": True, "remove_orphans": True}
    assert library.examine(**everything) == [("foreign", "reported", "users/notes.txt")]
    library.s3.head_object(Bucket=BUCKET, Key="users/notes.txt")


@pytest.mark.parametrize("state", ["uploading", "rejected"])
def test_unfinished_pictures_are_the_sweeps_business(
    library: Library, ada: UUID, state: str
) -> None:
    place = library.add(ada)
    library.value("UPDATE images SET state = :state RETURNING 1", state=state)
    library.worker_context.store.delete_image(place.user_id, place.image_id)
    assert library.examine(repair=True, forget_lost=True) == []
    assert library.state(place) == state
