"""Limit how many bytes a user uploads that are then cancelled or rejected.

The bucket keeps deleted objects for two weeks (docs/decisions/0057), and no quota counts them.
Their real size is therefore counted at deletion. A user over the limit gets no more presigned URLs
for a while. Bytes that arrive meanwhile are counted as well.
"""

from uuid import UUID

from app.accounts.models import User
from app.accounts.rate_limits import limiter
from app.accounts.rate_limits.policies import DISCARDED_MEGABYTES
from app.database import db
from app.errors import TooMuchDiscardedError
from app.images.collected_models import CollectedImage

_MEGABYTE = 1024 * 1024
# Of small files it is the removal that costs: two lists and a deletion at S3.
_MIN_MEGABYTES = 1.0


def count_discarded(owner_id: UUID, size: int, *, image_id: UUID) -> None:
    """Count a removal of so many bytes that were sent for nothing; the caller commits.

    What guests sent counts for all guests of an owner, and keeps the owner from nothing.
    """
    if size:
        megabytes = max(size / _MEGABYTE, _MIN_MEGABYTES)
        is_of_guest = db.session.get(CollectedImage, image_id) is not None
        whose = _of_guests(owner_id) if is_of_guest else str(owner_id)
        limiter.add(DISCARDED_MEGABYTES, of=whose, amount=megabytes)


def require_few_discarded(user: User) -> None:
    """Check that a person has not sent too much for nothing.

    Raises:
        TooMuchDiscardedError: they have; it says how long it takes until it is little enough.
    """
    if seconds := limiter.seconds_over(DISCARDED_MEGABYTES, of=str(user.id)):
        raise TooMuchDiscardedError(retry_after=seconds)


def have_guests_discarded_much(owner_id: UUID) -> bool:
    """Whether guests of an owner have sent too much for nothing."""
    return limiter.seconds_over(DISCARDED_MEGABYTES, of=_of_guests(owner_id)) > 0


def _of_guests(owner_id: UUID) -> str:
    return f"guests of {owner_id}"
