"""Time limits of the sweep: of the whole, and of each job, so that no job starves the others.

[Note: The sweep's time] On AWS a sweep is ended after two minutes
(infrastructure/working_hours.py), and what comes last would not be done. So all jobs share one
time. Each takes eight seconds at most, and a quarter of what is left: however many jobs there are,
and however long the first ones take, there is some left for each later one.
"""

import random
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

SECONDS_FOR_EACH_LIST = 8.0
SHARE_OF_EACH_LIST = 0.25
_ends: ContextVar[float | None] = ContextVar("ends", default=None)

One = TypeVar("One")


@contextmanager
def all_within(seconds: float) -> Iterator[None]:
    """Have the lists of the block share so many seconds. See [Note: The sweep's time]."""
    token = _ends.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends.reset(token)


def shuffled(found: Sequence[One]) -> list[One]:
    """Give each its turn: else one that takes all of the time, and fails, keeps what follows it."""
    return random.sample(found, len(found))


def in_time(found: Iterable[One]) -> Iterator[One]:
    """Give one after the other until time is up; the next sweep finds the rest.

    At least one, unless the whole sweep's time is over.
    """
    begun, sweep_ends = time.monotonic(), _ends.get()
    seconds = SECONDS_FOR_EACH_LIST
    if sweep_ends is not None:
        if begun >= sweep_ends:
            return
        seconds = min(seconds, SHARE_OF_EACH_LIST * (sweep_ends - begun))
    ends = begun + seconds
    for one in found:
        yield one
        if time.monotonic() >= ends:
            return
