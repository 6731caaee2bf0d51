"""How many requests one user may send, or one network without a session.

[Note: Counting every request] The limiter in PostgreSQL counts for all processes, and asking it at
each request would cost as much as the request. So each process takes a batch of requests from it
at a time and gives them out by itself; the first batch of a caller in a process is free, so that
whoever asks seldom costs nothing. A caller who was refused is refused here until the time is up.
What a caller gets beyond the limit is at most one batch for each process.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from time import monotonic

from app.accounts.client_info import visitor
from app.accounts.rate_limits.limiter import Limit, take
from app.accounts.rate_limits.networks import WIDER
from app.errors import TooManyRequestsError
from app.http.dependencies import dependencies

_BATCH = 10
_BURST_SECONDS = 10  # how long the full rate was saved up for
_MAX_CALLERS = 5_000  # remembered by one process: about half a megabyte


@dataclass
class _Caller:
    left: int = _BATCH
    refused_until: float = 0.0


class Callers:
    """The callers that a process remembers; of too many, who asked longest ago is forgotten.

    One at a time: were all forgotten at once, whoever floods from thousands of networks would free
    everybody who is refused, too.
    """

    def __init__(self, *, most: int) -> None:
        """Remember nobody yet."""
        self._most = most
        self._by_name: OrderedDict[str, _Caller] = OrderedDict()

    def find(self, name: str) -> _Caller:
        """Return a caller, who asks now; a new one if they are not remembered."""
        caller = self._by_name.get(name)
        if caller is not None:
            self._by_name.move_to_end(name)
            return caller
        if len(self._by_name) >= self._most:
            self._by_name.popitem(last=False)
        caller = self._by_name[name] = _Caller()
        return caller


_callers = Callers(most=_MAX_CALLERS)
_lock = Lock()


def count_network_request() -> None:
    """Count a request for its network and, with IPv6, for the /48 around it.

    May end the transaction.

    Raises:
        TooManyRequestsError: they have made too many.
    """
    who = visitor()
    count_request(f"network {who.network}")
    if wider := who.wider_network:
        count_request(f"network {wider}", rates=WIDER)


def count_request(of: str, *, rates: float = 1) -> None:
    """Count a request of a caller. May end the transaction.

    Args:
        of: who.
        rates: how many callers' requests they have.

    Raises:
        TooManyRequestsError: they have made too many.
    """
    per_second = rates * dependencies().settings.requests_per_second
    if per_second == 0:
        return
    with _lock:
        caller = _callers.find(of)
        wait = caller.refused_until - monotonic()
        if wait > 0:
            raise TooManyRequestsError(retry_after=int(wait) + 1)
        if caller.left > 0:
            caller.left -= 1
            return
    try:
        take(_limit(per_second), of=of)
    except TooManyRequestsError as refused:
        caller.refused_until = monotonic() + refused.retry_after
        raise
    with _lock:
        caller.left += _BATCH - 1


def _limit(per_second: float) -> Limit:
    """The limit in batches."""
    return Limit(
        name="requests",
        burst=max(1, int(per_second * _BURST_SECONDS / _BATCH)),
        every=timedelta(seconds=_BATCH / per_second),
    )
