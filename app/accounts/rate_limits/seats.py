"""How many writes of one user run at once.

[Note: Few writes of one person at once] A write of many pictures locks their rows for up to a
second, and the same person's next write waits for them: with a database connection, and on AWS
with a function. Enough of them at once would hold all there are, and everybody else would wait. So
each person has a few seats. Whoever finds none free is refused, or waits for a moment without a
connection. A seat is an advisory lock of the transaction: the commit or rollback frees it, and
nothing is left where a process dies. docs/decisions/0074 has the figures.
"""

import threading
import time
from uuid import UUID

from sqlalchemy import text

from app.database import db
from app.errors import TooManyAtOnceError

# Of 8 connections of a process (app/api/app.py). One works and the others wait for its rows.
SEATS = 3
# For writes of few pictures, which take some 10 to 50 ms each.
PATIENCE_SECONDS = 0.5
# Threads of this process that wait, whoever's they are: of 8 (docs/operations.md).
_MAX_WAITING = 3
_waiting = threading.BoundedSemaphore(_MAX_WAITING)
_LOOK_EVERY_SECONDS = 0.02
# CASE asks in this order, and stops at the first that is free. The numbers are these locks' own.
TAKE_SEAT = text(
    "SELECT CASE "
    + " ".join(
        f"WHEN pg_try_advisory_xact_lock(hashtextextended(:user, {60 + seat})) THEN true"
        for seat in range(SEATS)
    )
    + " ELSE false END"
)


def take_seat(user_id: UUID, *, patience: float = PATIENCE_SECONDS) -> None:
    """Take one of a person's seats until the transaction ends. Call it before anything is locked.

    Args:
        user_id: who writes.
        patience: seconds to wait for a free one; the transaction ends meanwhile.

    Raises:
        TooManyAtOnceError: none was free for so long, or enough requests wait for one.
    """
    if _is_taken(user_id):
        return
    if not (patience and _waiting.acquire(blocking=False)):
        raise TooManyAtOnceError
    try:
        ends = time.monotonic() + patience
        while time.monotonic() < ends:
            time.sleep(_LOOK_EVERY_SECONDS)
            if _is_taken(user_id):
                return
    finally:
        _waiting.release()
    raise TooManyAtOnceError


def _is_taken(user_id: UUID) -> bool:
    """Try to take a seat; if none is free, end the transaction, to wait without a connection."""
    is_taken = bool(db.session.scalar(TAKE_SEAT, {"user": str(user_id)}))
    if not is_taken:
        db.session.rollback()
    return is_taken
