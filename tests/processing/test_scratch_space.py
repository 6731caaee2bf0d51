"""An original that the disk has no room for is its own trouble, but where others have none too."""

from __future__ import annotations

from contextlib import ExitStack, closing, nullcontext
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

import pytest

from app.clients.outage import is_outage
from app.media.sandbox.pool import DecoderPool
from app.messages import MAX_ATTEMPTS
from app.processing.in_hand import InHand
from app.processing.process_image import ProcessingContext, process_next
from app.processing.scratch_space import (
    ENOUGH_BYTES,
    RoomTakenError,
    ScratchSpace,
    TooLargeForDiskError,
    free_bytes,
)
from app.processing.yielding import never_give_way
from tests.conftest import running_stack
from tests.support.library import Library, library_on

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library:
        yield library


def test_bytes_that_are_held_are_no_longer_free() -> None:
    megabytes = 64 << 20
    with TemporaryFile() as file:
        before = free_bytes(file)
        with ScratchSpace().holding(megabytes, of=file):
            # Others use the same disk meanwhile.
            assert free_bytes(file) < before - megabytes // 2


@pytest.mark.parametrize(
    ("free", "size", "kind"),
    [
        (2 * ENOUGH_BYTES, 2 * ENOUGH_BYTES + 1, TooLargeForDiskError),
        (ENOUGH_BYTES - 1, ENOUGH_BYTES, OSError),
        (0, 1, OSError),
    ],
)
def test_full_disk_is_told_from_original_that_is_too_large(
    free: int, size: int, kind: type[Exception]
) -> None:
    space = ScratchSpace(free=lambda _: free)
    with TemporaryFile() as file, pytest.raises(kind) as met, space.holding(size, of=file):
        pass
    assert is_outage(met.value) == (kind is OSError)


def test_original_waits_for_the_room_of_those_in_hand() -> None:
    room = [2000]
    space = ScratchSpace(free=lambda _: room[0])
    with TemporaryFile() as file:
        with space.holding(1000, of=file):
            room[0] = 999
            with pytest.raises(RoomTakenError), space.holding(1000, of=file):
                pass
        with pytest.raises(OSError, match="No space left"), space.holding(1000, of=file):
            pass


@pytest.mark.parametrize(
    ("taken", "state", "attempts"), [(True, "processing", 0), (False, "damaged", MAX_ATTEMPTS)]
)
def test_original_larger_than_the_disk_is_given_up_and_holds_up_nobody(
    library: Library, state: str, attempts: int, *, taken: bool
) -> None:
    place = library.add(library.person())
    size = library.value("SELECT byte_size FROM images WHERE id = :id", id=place.image_id)
    waits = "UPDATE images SET state = 'processing', leased_until = NULL, attempts = 0"
    library.value(f"{waits} WHERE id = :id RETURNING 1", id=place.image_id)
    room = [2 * ENOUGH_BYTES]
    space = ScratchSpace(free=lambda _: room[0])
    with closing(DecoderPool(children=0)) as decoders, TemporaryFile() as file, ExitStack() as held:
        context = ProcessingContext(
            store=library.worker_context.store,
            decoders=decoders,
            ask=lambda _: None,
            holding=lambda _: nullcontext(),
            describes=False,
            in_hand=InHand(most=1),
            give_way=never_give_way,
            scratch=space,
        )
        if taken:
            held.enter_context(space.holding(size, of=file))
            room[0] = 0
        else:
            # As if it were so large, and nothing of it is fetched.
            library.value(
                "UPDATE images SET byte_size = :size WHERE id = :id RETURNING 1",
                size=room[0] + 1,
                id=place.image_id,
            )
        for number in range(1, MAX_ATTEMPTS + 1):
            again = "UPDATE images SET leased_until = NULL WHERE id = :id RETURNING 1"
            library.value(again, id=place.image_id)
            with library.worker_context.app.app_context():
                if taken or number == MAX_ATTEMPTS:
                    assert process_next(context=context)
                else:
                    with pytest.raises(TooLargeForDiskError):
                        process_next(context=context)
    assert library.state(place) == state
    assert (
        library.value("SELECT attempts FROM images WHERE id = :id", id=place.image_id) == attempts
    )
    library.purge(place)
