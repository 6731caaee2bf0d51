"""Fingerprints are kept as pictures are processed, and made of those that have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from app.clients.aws.bucket_versions import Place
from app.database import db
from app.media.fingerprints import Fingerprint
from app.media.sandbox.pool import DecoderPool
from app.processing.fingerprints import TRIED_AGAIN_AFTER, FingerprintTurns, is_any_missing
from tests.conftest import running_stack
from tests.media.samples import saved
from tests.support.edited_photos import scene
from tests.support.images import Picture
from tests.support.library import Library, library_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecoderPool]:
    with DecoderPool(children=1) as decoders:
        yield decoders


@pytest.fixture(scope="module")
def shared() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library:
        yield library


@pytest.fixture
def library(shared: Library) -> Library:
    shared.value("DELETE FROM images; SELECT 1")
    return shared


def photo(seed: int) -> Picture:
    return Picture(name="photo.jpg", content_type="image/jpeg", content=saved(scene(seed), "JPEG"))


def flat() -> Picture:
    content = saved(scene(1).point(lambda _: 200), "PNG")
    return Picture(name="flat.png", content_type="image/png", content=content)


def processed(library: Library, decoders: DecoderPool, owner: UUID, picture: Picture) -> Place:
    place = library.add(owner, picture)
    library.value(
        "UPDATE images SET state = 'processing' WHERE id = :id RETURNING 1", id=place.image_id
    )
    library.value("DELETE FROM fingerprints WHERE image_id = :id RETURNING 1", id=place.image_id)
    while library.worker_context.process_next(decoders):
        pass
    assert library.state(place) == "ready"
    return place


def kept(library: Library, place: Place) -> tuple[str, bytes | None, int | None]:
    with library.worker_context.app.app_context():
        row = db.session.execute(
            text("SELECT state, grey, middle, windows FROM fingerprints WHERE image_id = :id"),
            {"id": place.image_id},
        ).one()
        assert (row.windows is None) == (row.state != "new")
        return row.state, row.grey, row.middle


def test_picture_that_was_processed_has_one(library: Library, decoders: DecoderPool) -> None:
    place = processed(library, decoders, library.person(), photo(1))
    state, grey, middle = kept(library, place)
    assert state == "new"
    assert grey is not None
    assert len(grey) == 24 * 24
    assert middle


def test_flat_picture_has_none_and_is_not_tried_again(
    library: Library, decoders: DecoderPool
) -> None:
    place = processed(library, decoders, library.person(), flat())
    assert kept(library, place) == ("none", None, None)
    assert not library.worker_context.make_missing_fingerprint(decoders)


def test_one_that_is_missing_is_made_from_the_preview(
    library: Library, decoders: DecoderPool
) -> None:
    """It is that of the original, but for what the preview lost."""
    place = processed(library, decoders, library.person(), photo(2))
    _, _, middle = kept(library, place)
    # As what the former release made ready: a trigger notes it.
    library.value("DELETE FROM fingerprints WHERE image_id = :id RETURNING 1", id=place.image_id)
    library.value(
        "UPDATE images SET state = 'processing' WHERE id = :id RETURNING 1", id=place.image_id
    )
    library.value("UPDATE images SET state = 'ready' WHERE id = :id RETURNING 1", id=place.image_id)
    assert kept(library, place)[0] == "missing"
    assert library.worker_context.make_missing_fingerprint(decoders)
    state, _, made = kept(library, place)
    assert state == "new"
    assert middle is not None
    assert made is not None
    assert (middle ^ made).bit_count() <= 4
    assert not library.worker_context.make_missing_fingerprint(decoders)


def test_people_take_turns(library: Library) -> None:
    people = [library.person() for _ in range(3)]
    for owner in (people[0], people[0], people[0], people[1], people[2]):
        library.add(owner)
    turns = FingerprintTurns()
    with library.worker_context.app.app_context():
        taken = [turns.take() for _ in range(6)]
    owners = [place.user_id for place in taken if place]
    assert set(owners[:3]) == set(people)
    assert owners[3:] == [people[0]] * 2
    assert taken[5] is None


def test_one_that_cannot_be_made_now_is_tried_again_later(library: Library) -> None:
    place = library.add(library.person(), photo(4))
    with library.worker_context.app.app_context():
        assert is_any_missing()
        assert FingerprintTurns().take() == place
        assert FingerprintTurns().take() is None
        assert not is_any_missing()
    library.value(
        "UPDATE fingerprints SET tried_at = now() - :rest WHERE image_id = :id RETURNING 1",
        id=place.image_id,
        rest=TRIED_AGAIN_AFTER,
    )
    with library.worker_context.app.app_context():
        assert FingerprintTurns().take() == place


def test_preview_that_cannot_be_opened_has_none(library: Library, decoders: DecoderPool) -> None:
    place = library.add(library.person(), photo(5))  # whose preview is not one
    assert library.worker_context.make_missing_fingerprint(decoders)
    assert kept(library, place) == ("none", None, None)


def test_preview_that_is_lost_is_no_trouble_of_the_worker(
    library: Library, decoders: DecoderPool
) -> None:
    place = library.add(library.person(), photo(7))
    library.worker_context.store.delete_derived(place.user_id, place.image_id)
    assert library.worker_context.make_missing_fingerprint(decoders)
    assert kept(library, place) == ("missing", None, None)
    assert not library.worker_context.make_missing_fingerprint(decoders)


def test_fingerprint_goes_with_its_picture(library: Library, decoders: DecoderPool) -> None:
    place = processed(library, decoders, library.person(), photo(6))
    library.purge(place)
    assert library.value("SELECT count(*) FROM fingerprints") == 0


def test_hash_of_a_fingerprint_fits_its_column() -> None:
    longest = Fingerprint(grey=bytes(24 * 24), hashes=((1 << 63) - 1,) * 27)
    assert Fingerprint.unpack(longest.pack()) == longest
