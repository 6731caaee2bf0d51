"""Counters and timings, passed to a registered listener (CloudWatch on Lambda).

Nothing is collected by default. Functions on Lambda pass them to CloudWatch and X-Ray
(app/lambda_handlers/powertools.py). They name kinds and counts, never an image or a user.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from time import perf_counter
from typing import Literal, Protocol

Counted = Literal[
    "DescriptionsFailed",
    "DescriptionsMade",
    "MailsSent",
    "PicturesDamaged",
    "PicturesReady",
    "PicturesRejected",
    "PicturesWaiting",
    "ServerErrors",
    "SignInsRefused",
    "UnconfinedChildren",
    "UploadsPromised",
]
Timed = Literal["OldestPictureSeconds", "PictureSeconds"]


class Listener(Protocol):
    """Receives what is counted and timed."""

    def count(self, name: Counted, number: int) -> None:
        """Hear that something happened, so often."""

    def took(self, name: Timed, seconds: float) -> None:
        """Hear how long something took."""

    def undecodable(self, error: str) -> None:
        """Hear that a picture did not decode: the class of what was raised, or how it ended."""

    def step(self, name: str) -> AbstractContextManager[None]:
        """Hear when a step begins and ends."""


_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Set the listener for all counts and timings of this process."""
    _listeners[:] = [listener]


def count(name: Counted, number: int = 1) -> None:
    """Tell that something happened."""
    for listener in _listeners if number else ():
        listener.count(name, number)


# What is told: a child that hostile bytes took over could make up any name.
_CAUSES = frozenset(
    {
        *("Error", "AvifError", "HeifError", "CannotScaleError", "UnknownMatrixError"),
        *("AssertionError", "AttributeError", "EOFError", "ImportError", "IndexError", "KeyError"),
        *("LookupError", "MemoryError", "ModuleNotFoundError", "NameError", "OSError"),
        *("OverflowError", "PermissionError", "RecursionError", "RuntimeError", "SyntaxError"),
        *("TypeError", "UnicodeDecodeError", "UnidentifiedImageError", "ValueError"),
        *("ZeroDivisionError", "error"),
        # Without an exception: how the child ended, or that the machine has too little memory.
        *("decoder_crashed", "out_of_memory", "shown_small", "too_slow"),
    }
)


def count_undecodable(error: str) -> None:
    """Tell that a picture did not decode: the exception's class, or the reason without one."""
    for listener in _listeners:
        listener.undecodable(error if error in _CAUSES else "other")


@contextmanager
def step(name: str) -> Iterator[None]:
    """Time a step of a task."""
    if not _listeners:
        yield
        return
    with _listeners[0].step(name):
        yield


@contextmanager
def timed(name: Timed) -> Iterator[None]:
    """Tell how long it took, if it went well."""
    begun = perf_counter()
    yield
    took(name, perf_counter() - begun)


def took(name: Timed, seconds: float) -> None:
    """Tell how long something took, or waits."""
    for listener in _listeners:
        listener.took(name, seconds)
