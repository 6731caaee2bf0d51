"""What commands share: exit codes, Ctrl-C, the token and questions."""

import contextlib
import getpass
import os
import signal
import threading
from collections.abc import Iterator

from .progress import Progress

DONE, NOT_WHOLE, WRONG_USE, AWAY, STOPPED = 0, 1, 2, 75, 130


def positive(text: str) -> int:
    """Read a number from 1 on, for argparse."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


@contextlib.contextmanager
def stopping(stop: threading.Event, progress: Progress) -> Iterator[None]:
    """End softly at the first Ctrl-C, at once at the second."""

    def end(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        progress.say("Stopping after what is being sent; Ctrl-C once more stops at once.")

    former = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def read_token() -> str:
    """Read the access token from PINHOLE_TOKEN, or ask for it."""
    if token := os.environ.get("PINHOLE_TOKEN"):
        return token.strip()
    return getpass.getpass("Access token (pinhole_…): ").strip()


def agreed(question: str) -> bool:
    """Ask; Ctrl-C ends at once here, where nothing is under way."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False
    finally:
        signal.signal(signal.SIGINT, former)
