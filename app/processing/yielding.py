"""Bulk work pauses between steps while images of other users wait."""

import time
from collections.abc import Callable
from uuid import UUID

from app.processing.lease import is_anybody_waiting

# [Note: Long work gives way]
# A bulk upload, a copy of everything and descriptions are waited for by nobody as a picture is that
# was just dropped, and on one machine they take its time. So between two steps they rest while
# somebody else's few pictures are arriving or waiting, at most three times as long as the step
# took, and ten seconds. So they get a quarter of the time or more however many pictures come, and
# come to their end.
RESTS_FOR_WORK = 3
# A step takes long where the machine is busy, since it is done at a low priority. Three times that
# would be minutes, and who asked for a description waits for it.
MAX_REST_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 0.25

# Called with whose work it is and how many seconds its last step took; returns the seconds rested.
GiveWay = Callable[[UUID, float], float]
# Sleeps for so many seconds; says whether to rest no more.
Pause = Callable[[float], bool]


def never_give_way(owner_id: UUID, seconds: float) -> float:
    """Rest never: for work that has a machine of its own."""
    del owner_id, seconds
    return 0.0


def give_way(
    owner_id: UUID,
    worked: float,
    *,
    pause: Pause,
    clock: Callable[[], float] = time.monotonic,
) -> float:
    """Rest after a step. See [Note: Long work gives way].

    Args:
        owner_id: whose work it is; it does not rest for their own pictures.
        worked: how many seconds the step took.
        pause: sleeps; the rest is over when it returns true.
        clock: tells seconds.

    Returns:
        How many seconds were rested.
    """
    begun = clock()
    ends = begun + min(RESTS_FOR_WORK * worked, MAX_REST_SECONDS)
    while (left := ends - clock()) > 0 and is_anybody_waiting(but=owner_id):
        if pause(min(left, _LOOK_AGAIN_SECONDS)):
            break
    return clock() - begun
