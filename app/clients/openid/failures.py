"""Remember failures of a provider for a moment, so that not every sign-in waits for its timeout."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.clients.openid.discovery import ProviderError

# Short, so that nobody waits long for a provider that is back; long beside the seconds that one
# question may take (bounded_http.py), each of which holds a thread.
REMEMBERED_SECONDS = 10.0


class Failures:
    """The failures of one provider in this process, by what was asked for."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Know of none yet. `clock` tells seconds."""
        self._clock = clock
        self._until: dict[str, float] = {}

    @contextmanager
    def of(self, place: str, *, any_of: type[Exception]) -> Iterator[None]:
        """Ask for something, unless that failed a moment ago.

        Args:
            place: what is asked for.
            any_of: which failures are remembered. Where a visitor chooses a part of the question,
                such as a code, only that there was no answer: else whoever brings nonsense would
                keep everybody out.

        Raises:
            ProviderError: it failed a moment ago; nothing was asked.
        """
        if self._until.get(place, 0.0) > self._clock():
            raise ProviderError(f"{place} failed a moment ago, and is not asked yet")
        try:
            yield
        except any_of:
            self._until[place] = self._clock() + REMEMBERED_SECONDS
            raise
