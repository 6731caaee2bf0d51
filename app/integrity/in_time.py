"""A time limit for each job of the sweep, so that no job starves the others."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

# On AWS the sweep has two minutes (infrastructure/working_hours.py), for ten lists.
SECONDS_FOR_EACH_LIST = 8.0

One = TypeVar("One")


def in_time(found: Iterable[One]) -> Iterator[One]:
    """Give one after the other, at least one, until time is up; the next sweep finds the rest."""
    ends = time.monotonic() + SECONDS_FOR_EACH_LIST
    for one in found:
        yield one
        if time.monotonic() >= ends:
            return
