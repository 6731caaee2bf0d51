"""Limit how often S3 is called for one user during their requests.

[Note: Asking S3] Places in parts are opened at S3, and what only an event has told of is looked for
there: one picture after the other, in a thread of those that answer everybody, and with no seat
(seats.py), since that would take a connection. So pictures of which S3 is asked are counted for
each person, and whoever has asked for many waits without a thread: 429 `too_many_at_once`, and
nothing was changed. Pictures that S3 is not asked about, which are nearly all, are not counted.
docs/decisions/0083.
"""

from uuid import UUID

from app.accounts.rate_limits import limiter
from app.accounts.rate_limits.policies import ASKED_OF_S3
from app.database import db
from app.errors import TooManyAtOnceError, TooManyRequestsError

# In one request, of each kind of question that is not asked for each picture in parts.
MAX_ASKED_AT_ONCE = 20


def count_asked(user_id: UUID, images: int) -> None:
    """Count pictures of which S3 is about to be asked, in the current transaction.

    Raises:
        TooManyAtOnceError: they were too many lately; the transaction was rolled back.
    """
    if not images:
        return
    try:
        limiter.take_several(ASKED_OF_S3, of=str(user_id), amount=images)
    except TooManyRequestsError as error:
        db.session.rollback()
        raise TooManyAtOnceError(retry_after=error.retry_after) from None
