"""Limit how many bytes a user uploads that are then cancelled or rejected.

The bucket keeps deleted objects for two weeks (docs/decisions/0057), and no quota counts them.
Their real size is therefore counted at deletion. A user over the limit gets no more presigned URLs
for a while. Bytes that arrive meanwhile are counted as well.
"""

from uuid import UUID

from app.accounts.models import User
from app.accounts.rate_limits import limiter
from app.accounts.rate_limits.policies import DISCARDED_MEGABYTES
from app.errors import TooMuchDiscardedError

_MEGABYTE = 1024 * 1024
# Of small files it is the removal that costs: two lists and a deletion at S3.
_MIN_MEGABYTES = 1.0


def count_discarded(owner_id: UUID, size: int) -> None:
    """Count a removal of so many bytes that were sent for nothing; the caller commits."""
    if size:
        megabytes = max(size / _MEGABYTE, _MIN_MEGABYTES)
        limiter.add(DISCARDED_MEGABYTES, of=str(owner_id), amount=megabytes)


def require_few_discarded(user: User) -> None:
    """Check that a person has not sent too much for nothing.

    Raises:
        TooMuchDiscardedError: they have; it says how long it takes until it is little enough.
    """
    if seconds := limiter.seconds_over(DISCARDED_MEGABYTES, of=str(user.id)):
        raise TooMuchDiscardedError(retry_after=seconds)
