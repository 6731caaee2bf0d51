"""How many requests one user may send, or one network without a session.

[Note: Counting every request] The limiter in PostgreSQL counts for all processes, and asking it at
each request would cost as much as the request. So each process takes a batch of requests from it
at a time and gives them out by itself; the first batch of a caller in a process is free, so that
whoever asks seldom costs nothing. A caller who was refused is refused here until the time is up.
What a caller gets beyond the limit is at most one batch for each process.
"""

from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from time import monotonic

from app.accounts.rate_limits.limiter import Limit, take
from app.errors import TooManyRequestsError
from app.http.dependencies import parts

_BATCH = 10
_BURST_SECONDS = 10  # how long the full rate was saved up for
_MAX_CALLERS = 5_000  # remembered by one process: about half a megabyte


@dataclass
class _Caller:
    left: int = _BATCH
    refused_until: float = 0.0


_callers: dict[str, _Caller] = {}
_lock = Lock()


def count_request(of: str) -> None:
    """Count a request of a caller. May end the transaction.

    Raises:
        TooManyRequestsError: they have made too many.
    """
    per_second = parts().settings.requests_per_second
    if per_second == 0:
        return
    with _lock:
        if len(_callers) >= _MAX_CALLERS and of not in _callers:
            _callers.clear()
        caller = _callers.setdefault(of, _Caller())
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


def _limit(per_second: int) -> Limit:
    """The limit in batches."""
    return Limit(
        name="requests",
        burst=max(1, per_second * _BURST_SECONDS // _BATCH),
        every=timedelta(seconds=_BATCH / per_second),
    )
