"""What a picture used is charged to its owner's turn, whatever becomes of it."""

from __future__ import annotations

import io
import threading
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from app.clients.aws.boto import AwsUnreachableError
from app.clients.aws.image_store import OtherSizeError
from app.database import db
from app.images.turns import move_turn
from app.media.metadata.reader import PictureMetadata
from app.media.results import Rejected, Rendered
from app.media.sandbox.decoder_time import DecoderTime
from app.media.sandbox.pool import DecoderPoolError
from app.processing.in_hand import InHand
from app.processing.lease import BULK_AFTER, Begun, begin_next
from app.processing.process_image import ProcessingContext, process_begun, process_next
from app.processing.yielding import never_give_way
from tests.api.conftest import stored_event
from tests.support.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import BufferedReader
    from uuid import UUID

    from app.clients.aws.bucket_versions import Place

MINUTE = 60.0
# A minute of a decoder, and the estimate, which is a part of it.
CHARGED = pytest.approx(10 * MINUTE, rel=0.2)
TOO_SLOW = Rendered(
    outcome="damaged",
    reason="too_slow",
    content_type="image/jpeg",
    width=1,
    height=1,
    thumbnail=None,
    preview=None,
    thumbhash=None,
    metadata=PictureMetadata(),
)


@pytest.fixture
def arrived(library: Library) -> Place:
    """A picture whose original has just arrived."""
    place = library.add(library.person())
    query = "UPDATE images SET state = 'uploading', has_preview = false WHERE id = :id RETURNING 1"
    library.value(query, id=place.image_id)
    library.worker_context.note_arrivals([stored_event(place.key)])
    return place


def turn(library: Library, owner: UUID) -> float:
    """How many seconds ahead somebody's turn lies."""
    query = (
        "SELECT coalesce(max(extract(epoch FROM empty_at - now())), 0)::float8 FROM rate_limits"
        " WHERE key = 'turn:' || :owner"
    )
    return float(library.value(query, owner=str(owner)))


class DecoderPool:
    """Takes a minute of its own clock, and then does what a test wants."""

    def __init__(self, end: Callable[[], Rendered | Rejected]) -> None:
        self._end = end
        self._seconds = 0.0
        self.was_background: bool | None = None
        self.decoder_time = DecoderTime(clock=lambda: self._seconds)

    def render(
        self,
        original: Path | BufferedReader,
        *,
        owner: UUID | None = None,
        background: bool = False,
        decoder_time: DecoderTime | None = None,
    ) -> Rendered | Rejected:
        assert not isinstance(original, Path)
        assert owner is not None
        assert decoder_time is self.decoder_time
        self.was_background = background
        with decoder_time.waiting():
            self._seconds += 1000
        with decoder_time.using():
            self._seconds += MINUTE
            return self._end()


def context(library: Library, decoders: DecoderPool) -> ProcessingContext:
    return ProcessingContext(
        store=library.worker_context.store,
        decoders=decoders,
        ask=lambda _: None,
        holding=library.worker_context.heartbeat.during,
        describes=False,
        in_hand=InHand(most=1),
        give_way=never_give_way,
    )


def begun() -> Begun:
    return cast("Begun", begin_next(InHand(most=1)))


@pytest.mark.parametrize(
    "outcome",
    [TOO_SLOW, replace(TOO_SLOW, outcome="ready", reason=None), Rejected(reason="unreadable")],
    ids=["too slow", "ready", "rejected"],
)
def test_what_a_decoder_used_is_charged_when_the_picture_ends(
    library: Library, arrived: Place, outcome: Rendered | Rejected
) -> None:
    decoders = DecoderPool(lambda: outcome)
    picture = begun()
    assert turn(library, arrived.user_id) < 10
    process_begun(picture, context=context(library, decoders), decoder_time=decoders.decoder_time)
    assert library.state(arrived) != "processing"
    assert turn(library, arrived.user_id) == CHARGED


@pytest.mark.parametrize("error", [DecoderPoolError("no child"), AwsUnreachableError()])
def test_what_a_decoder_used_is_charged_when_it_fails(
    library: Library, arrived: Place, error: Exception
) -> None:
    def fail() -> Rendered:
        raise error

    decoders = DecoderPool(fail)
    with pytest.raises(type(error)):
        process_begun(
            begun(), context=context(library, decoders), decoder_time=decoders.decoder_time
        )
    assert library.state(arrived) == "processing"
    assert turn(library, arrived.user_id) == CHARGED


def test_what_a_decoder_uses_is_charged_before_its_worker_may_die(
    library: Library, arrived: Place
) -> None:
    beats: list[Callable[[], None]] = []

    @contextmanager
    def holding(beat: Callable[[], None]) -> Iterator[None]:
        beats.append(beat)
        yield

    def beat() -> Rendered:
        for _ in range(2):  # what was charged already is not charged again
            beats[0]()
            assert turn(library, arrived.user_id) == CHARGED
        return TOO_SLOW

    decoders = DecoderPool(beat)
    process_begun(
        begun(),
        context=replace(context(library, decoders), holding=holding),
        decoder_time=decoders.decoder_time,
    )
    assert turn(library, arrived.user_id) == CHARGED


def test_more_than_was_announced_is_charged_and_not_fetched(
    library: Library, arrived: Place
) -> None:
    """The address was signed while the whole size was announced, and a smaller one since."""
    size = 30_000_000
    library.put(arrived, bytes(size))
    library.value("UPDATE images SET byte_size = 1 WHERE id = :id RETURNING 1", id=arrived.image_id)
    with io.BytesIO() as file:
        fetch = library.worker_context.store.fetch_original
        with pytest.raises(OtherSizeError) as other:
            fetch(arrived.user_id, arrived.image_id, size=1, into=file)
        assert (other.value.size, file.getvalue()) == (size, b"")

    decoders = DecoderPool(lambda: TOO_SLOW)
    process_begun(begun(), context=context(library, decoders), decoder_time=decoders.decoder_time)
    assert library.state(arrived) == "rejected"
    assert turn(library, arrived.user_id) > size / 1e6
    assert decoders.was_background is None  # it was shown nothing


def test_each_try_of_a_picture_is_charged(library: Library, arrived: Place) -> None:
    turns = []
    for is_in_bulk in (False, True):  # a minute is more than many photos take
        decoders = DecoderPool(lambda: TOO_SLOW)
        process_begun(
            begun(), context=context(library, decoders), decoder_time=decoders.decoder_time
        )
        assert decoders.was_background == is_in_bulk
        turns.append(turn(library, arrived.user_id))
        again = "UPDATE images SET state = 'processing' WHERE id = :id RETURNING 1"
        library.value(again, id=arrived.image_id)
    assert turns[1] > 1.5 * turns[0]


def test_rest_of_a_bulk_upload_counts_no_wait_for_a_decoder_or_memory(
    library: Library, arrived: Place
) -> None:
    other = library.add(library.person())
    query = "UPDATE images SET state = 'uploading', created_at = now() WHERE id = :id RETURNING 1"
    library.value(query, id=other.image_id)
    move_turn(arrived.user_id, by=2 * BULK_AFTER)
    db.session.commit()
    watch = DecoderTime()
    waited: list[float] = []
    worked: list[float] = []

    class Waiting:
        def render(
            self,
            original: Path | BufferedReader,
            *,
            owner: UUID | None = None,
            background: bool = False,
            decoder_time: DecoderTime | None = None,
        ) -> Rendered:
            assert not isinstance(original, Path)
            assert owner is not None
            assert background
            assert decoder_time is not None
            with decoder_time.waiting():
                threading.Event().wait(0.5)
            waited.append(decoder_time.waited)
            return TOO_SLOW

    def give_way(owner: UUID, seconds: float) -> float:
        assert owner == arrived.user_id
        worked.append(seconds)
        return 0.0

    waiting = replace(
        context(library, cast("DecoderPool", Waiting())), give_way=give_way, in_hand=InHand(most=1)
    )
    with watch.using():
        assert process_next(context=waiting)
    assert worked[0] <= watch.used - waited[0]
