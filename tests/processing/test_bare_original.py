"""Originals without metadata as the worker makes them: bounded, given way for, and tried again."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import pytest

from app.clients.aws.image_store import BARE, key_of
from app.media.metadata.reader import PictureMetadata
from app.media.results import Rendered
from app.messages import StripOriginal
from app.processing.bare_original import strip_original
from app.processing.scratch_space import ScratchSpace
from scripts.embedded.policies import BUCKET
from tests.support.library import Library, library_in_context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from app.clients.aws.bucket_versions import Place
    from app.media.formats.without_metadata import Piece
    from app.media.sandbox.pool import DecoderPool

WHOLE = Rendered(
    outcome="ready",
    reason=None,
    content_type="image/jpeg",
    width=1,
    height=1,
    thumbnail=None,
    preview=None,
    thumbhash=None,
    metadata=PictureMetadata(),
)


@dataclass
class Decoders:
    """Say what a test wants stays of a file, and that the result is a picture of one pixel."""

    pieces: tuple[Piece, ...]

    def find_bare(self, _original: object, **_: object) -> tuple[Piece, ...]:
        return self.pieces

    def render(self, _original: object, **_: object) -> Rendered:
        return WHOLE


@dataclass
class Scratch(ScratchSpace):
    """Remembers how large its files grew."""

    sizes: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    @contextmanager
    def holding(self, size: int, *, of: BinaryIO) -> Iterator[None]:
        with super().holding(size, of=of):
            try:
                yield
            finally:
                of.flush()
                self.sizes.append(os.fstat(of.fileno()).st_size)


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with library_in_context() as library:
        yield library


@pytest.fixture
def wanted(library: Library) -> Place:
    """A picture of one pixel, as its row says, of which a copy without metadata is wanted."""
    place = library.add(library.person())
    library.value(
        "UPDATE images SET width = 1, height = 1 WHERE id = :id RETURNING 1", id=place.image_id
    )
    library.value(
        "INSERT INTO bare_originals (image_id, owner_id, state, asked_at)"
        " VALUES (:id, :owner, 'wanted', now()) RETURNING 1",
        id=place.image_id,
        owner=place.user_id,
    )
    return place


def state(library: Library, place: Place) -> str | None:
    found = library.value("SELECT state FROM bare_originals WHERE image_id = :i", i=place.image_id)
    return None if found is None else str(found)


def strip(library: Library, place: Place, **more: Any) -> list[UUID]:
    """Have it made; return for whose work others were given way."""
    rested: list[UUID] = []

    def give_way(owner_id: UUID, _seconds: float) -> float:
        rested.append(owner_id)
        return 0.0

    decoders = more.pop("decoders", Decoders(((0, 100),)))
    strip_original(
        StripOriginal(image_id=place.image_id),
        store=library.worker_context.store,
        decoders=cast("DecoderPool", decoders),
        scratch=more.pop("scratch", ScratchSpace()),
        give_way=give_way,
    )
    return rested


def copy_of(library: Library, place: Place) -> bytes:
    key = key_of(place.user_id, place.image_id, BARE)
    return bytes(library.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())


def test_who_has_many_made_gives_way_after_each(library: Library, wanted: Place) -> None:
    assert strip(library, wanted) == [wanted.user_id]
    assert state(library, wanted) == "made"
    assert copy_of(library, wanted) == library.content(wanted)[:100]
    assert strip(library, wanted) == []  # nothing was done


@pytest.mark.parametrize("piece", [64 << 20, bytes(4096)])
def test_a_decoder_that_was_taken_over_fills_no_disk(
    library: Library, wanted: Place, piece: Piece
) -> None:
    scratch = Scratch()
    strip(library, wanted, decoders=Decoders((piece,) * 400), scratch=scratch)
    assert state(library, wanted) == "impossible"
    assert max(scratch.sizes) <= 2 * len(library.content(wanted))


def test_what_was_lost_for_a_while_is_made_once_it_is_back(library: Library, wanted: Place) -> None:
    content = library.content(wanted)
    library.delete(wanted)
    strip(library, wanted)
    assert state(library, wanted) == "wanted"
    library.put(wanted, content + b"x")
    strip(library, wanted)
    assert state(library, wanted) == "wanted"
    library.put(wanted, content)
    strip(library, wanted)
    assert state(library, wanted) == "made"
