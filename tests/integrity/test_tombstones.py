"""Tombstones that somebody forged, or had the product write, against the hour after a restore."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import boto3
import pytest

from app.cli.check_integrity import Asked, examine
from app.clients.aws.image_store import TOMBSTONE, PictureStore, delete_some, prefix_of_user
from app.database import db
from app.images.models import Image
from app.integrity.purges import purge
from app.media.sandbox.pool import DecoderPool
from app.uploads.cancelled import note_cancelled
from scripts.embedded.policies import BUCKET, REGION
from scripts.integrity_check.options import parse
from tests.api.conftest import until
from tests.conftest import running_stack
from tests.support.images import jpeg, not_a_picture
from tests.support.library import Library, library_on, root_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from app.clients.aws.bucket_versions import Place


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library:
        yield library


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecoderPool]:
    with closing(DecoderPool(children=1)) as running:
        yield running


@pytest.fixture
def ada(library: Library) -> Iterator[UUID]:
    """Somebody whose rows go after the test."""
    yield library.person()
    library.value("DELETE FROM users RETURNING 1")


@pytest.fixture
def worker(library: Library) -> Any:
    """The bucket with the worker's own keys, as whoever took it over has them."""
    environment = library.stack.environment("worker")
    return boto3.client(
        "s3",
        endpoint_url=library.stack.aws_endpoint_url,
        region_name=REGION,
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )


def keys_ever(library: Library, prefix: str) -> set[str]:
    """Keys of all versions that are kept."""
    found = library.s3.list_object_versions(Bucket=BUCKET, Prefix=prefix)
    return {item["Key"] for item in found.get("Versions", [])}


def of(found: list[tuple[str, str, str]], *places: Place) -> list[tuple[str, str]]:
    """What was found of these places: other tests leave objects."""
    return [(trouble, outcome) for trouble, outcome, key in found for p in places if key == p.key]


def after(moment: datetime) -> datetime:
    """Wait until the second after it, since S3 tells whole seconds; return that."""
    second = moment.replace(microsecond=0) + timedelta(seconds=1)
    until(lambda: datetime.now(UTC) >= second)
    return second


class KilledError(BaseException):
    """The process ends here."""


class Killing:
    """S3 for a process that is killed as soon as it has deleted something."""

    def __init__(self, s3: Any) -> None:
        self._s3 = s3

    def __getattr__(self, name: str) -> Any:
        return getattr(self._s3, name)

    def delete_objects(self, **request: Any) -> None:
        self._s3.delete_objects(**request)
        raise KilledError


def never() -> bool:
    return False


def test_who_is_killed_while_they_delete_an_image_leaves_a_tombstone(
    library: Library, ada: UUID
) -> None:
    """The next try finds nothing left to delete."""
    place = library.add(ada)
    killed = PictureStore(s3=Killing(library.s3), bucket_name=BUCKET)
    with pytest.raises(KilledError):
        killed.delete_image(place.user_id, place.image_id)
    library.worker_context.store.delete_image(place.user_id, place.image_id)
    assert library.archive.tombstone(place)
    assert of(library.examine(repair=True), place) == [("missing", "deleted")]


def test_who_is_killed_while_they_delete_a_person_leaves_a_tombstone(
    library: Library, ada: UUID
) -> None:
    place = library.add(ada)
    what: dict[str, Any] = {"bucket_name": BUCKET, "prefix": prefix_of_user(ada), "is_over": never}
    with pytest.raises(KilledError):
        delete_some(Killing(library.s3), **what)
    assert delete_some(library.s3, **what)
    assert library.archive.tombstone(place)
    assert of(library.examine(repair=True), place) == [("missing", "deleted")]


@pytest.mark.parametrize("name", ["deleted/deleted", "deleted/exports/x.zip"])
def test_an_object_below_a_tombstones_key_is_none(
    library: Library, ada: UUID, worker: Any, name: str
) -> None:
    place = library.add(ada)
    library.delete(place)
    for prefix in (prefix_of_user(ada), place.key.removesuffix("original")):
        worker.put_object(Bucket=BUCKET, Key=prefix + name, Body=b"")
        worker.delete_object(Bucket=BUCKET, Key=prefix + name)
    assert library.archive.tombstone(place) is None
    assert of(library.examine(repair=True), place) == [("missing", "repaired")]


@pytest.mark.parametrize("whose", ["person", "picture"])
def test_pictures_behind_distrusted_tombstones_are_brought_back(
    library: Library, ada: UUID, whose: str
) -> None:
    place = library.add(ada, jpeg(seed=11))
    taken_over_at = after(datetime.now(UTC))
    library.delete(place)
    prefix = prefix_of_user(ada) if whose == "person" else place.key.removesuffix("original")
    library.s3.put_object(Bucket=BUCKET, Key=prefix + TOMBSTONE, Body=b"")
    library.s3.delete_object(Bucket=BUCKET, Key=prefix + TOMBSTONE)
    (finding,) = (
        each
        for part in library.slices(max_rows=1000, repair=True)
        for each in part.findings
        if each.key == place.key
    )
    assert finding.outcome == "deleted"
    assert finding.tombstone
    assert finding.tombstone.whose == whose
    assert finding.tombstone.at >= taken_over_at

    later = taken_over_at + timedelta(days=1)
    found = library.examine(repair=True, distrust_tombstones_since=later)
    assert of(found, place) == [("missing", "deleted")]
    distrusting = {"distrust_tombstones_since": taken_over_at, "forget_lost": True}
    assert of(library.examine(**distrusting), place) == [("missing", "reported")]
    found = library.examine(repair=True, **distrusting)
    assert of(found, place) == [("missing", "repaired")]
    assert library.content(place) == jpeg(seed=11).content
    assert of(library.examine(), place) == []


def test_the_doctors_request_names_them_and_its_answer_tells_them(
    library: Library, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ./scripts/doctor asks, on one machine and on AWS."""
    for name, value in root_environment(library.stack).items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    place = library.add(ada)
    library.worker_context.store.delete_image(place.user_id, place.image_id)
    tombstone = library.archive.tombstone(place)
    assert tombstone

    def told(*words: str) -> Any:
        asked = Asked.model_validate_json(json.dumps(parse(words).request()))
        findings = examine(asked, worker_context=library.worker_context)["findings"]
        (of_it,) = (each for each in json.loads(json.dumps(findings)) if each["key"] == place.key)
        return of_it

    of_it = told()
    assert of_it["outcome"] == "deleted"
    assert of_it["tombstone"] == {"whose": "picture", "at": tombstone.at.isoformat()}
    of_it = told("--distrust-tombstones-since", tombstone.at.isoformat())
    assert (of_it["outcome"], of_it["tombstone"]) == ("reported", None)


def test_what_was_deleted_before_stays_deleted_also_when_later_tombstones_are_distrusted(
    library: Library, ada: UUID
) -> None:
    """A tombstone that was written again on top hides none of the first."""
    place = library.add(ada)
    library.worker_context.store.delete_image(place.user_id, place.image_id)
    first = library.archive.tombstone(place)
    assert first
    taken_over_at = after(first.at)
    key = place.key.removesuffix("original") + TOMBSTONE
    library.s3.put_object(Bucket=BUCKET, Key=key, Body=b"")
    library.s3.delete_object(Bucket=BUCKET, Key=key)
    found = library.examine(repair=True, distrust_tombstones_since=taken_over_at)
    assert of(found, place) == [("missing", "deleted")]


def test_a_tombstone_of_the_very_second_is_distrusted(library: Library, ada: UUID) -> None:
    """Its time was cut off: it may have been written after the moment that was named."""
    place = library.add(ada)
    library.worker_context.store.delete_image(place.user_id, place.image_id)
    tombstone = library.archive.tombstone(place)
    assert tombstone
    assert library.archive.tombstone(place, before=tombstone.at) is None
    assert library.archive.tombstone(place, before=tombstone.at + timedelta(seconds=1))


@pytest.mark.parametrize("why", ["refused", "sent again", "cancelled"])
def test_the_worker_leaves_no_tombstone(
    library: Library, ada: UUID, decoders: DecoderPool, why: str
) -> None:
    """It has no right to on AWS, so what is refused, or cancelled, must not need one."""
    place = library.add(ada, not_a_picture())
    if why == "cancelled":
        with library.worker_context.app.app_context():
            note_cancelled(place.user_id, place.image_id)
            db.session.commit()
        library.value("DELETE FROM images RETURNING 1")
    else:
        state = "uploading" if why == "refused" else "rejected"
        library.value("UPDATE images SET state = :state RETURNING 1", state=state)
    library.work(decoders)
    library.worker_context.sweep()
    assert library.archive.look(place) is None  # it is gone
    prefix = place.key.removesuffix("original")
    assert prefix + TOMBSTONE not in keys_ever(library, prefix)
    assert library.archive.tombstone(place) is None


def test_what_was_deleted_for_good_right_after_it_came_leaves_a_tombstone(
    library: Library, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is noted as cancelled, too, and may be due before the purge is, which alone writes one."""
    place = library.add(ada)
    with library.worker_context.app.app_context():
        purge(db.session.get_one(Image, place.image_id))
        note_cancelled(place.user_id, place.image_id)
        db.session.commit()
    due = "UPDATE cancelled_uploads SET look_at = now() WHERE image_id = :id RETURNING 1"
    library.value(due, id=place.image_id)
    with monkeypatch.context() as patch:
        patch.setattr("app.jobs.cleanup.marked_purges", list)
        library.worker_context.sweep()
    library.worker_context.sweep()
    assert library.archive.look(place) is None
    assert library.archive.tombstone(place)
