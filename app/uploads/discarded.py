"""How much a person may send that is then cancelled or rejected.

The bucket keeps what is deleted for two weeks (docs/decisions/0057), where no quota counts it. So
it is counted when it is deleted, by how much there really was, and whoever is over the limit is
promised no more places for a while. What was sent meanwhile is counted as well.
"""

from uuid import UUID

from app.accounts import limits
from app.accounts.limit_table import DISCARDED_MEGABYTES
from app.accounts.models import User
from app.errors import TooMuchDiscardedError

_MEGABYTE = 1024 * 1024


def count_discarded(owner_id: UUID, size: int) -> None:
    """Count bytes that were sent for nothing; the caller commits."""
    if size:
        limits.add(DISCARDED_MEGABYTES, of=str(owner_id), amount=size / _MEGABYTE)


def require_few_discarded(user: User) -> None:
    """Check that a person has not sent too much for nothing.

    Raises:
        TooMuchDiscardedError: they have; it says how long it takes until it is little enough.
    """
    if seconds := limits.seconds_over(DISCARDED_MEGABYTES, of=str(user.id)):
        raise TooMuchDiscardedError(retry_after=seconds)
