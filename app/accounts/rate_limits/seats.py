"""How many writes and long reads of one user run at once.

[Note: Few writes of one person at once] A write of many pictures locks their rows for up to a
second, and the same person's next write waits for them: with a database connection, and on AWS
with a function. Enough of them at once would hold all there are, and everybody else would wait. So
each person has a few seats. Whoever finds none free is refused, or waits for a moment without a
connection. A seat is an advisory lock of the transaction: the commit or rollback frees it, and
nothing is left where a process dies. docs/decisions/0074 has the figures. What changes how a person
signs in has seats of its own, so that scripts which write pictures keep nobody from removing them.
So have sign-ins, which wait for their person as well, and links from mails: whoever has the
password, and signs in again and again, keeps no owner from a new one.

[Note: Few long reads at once] What a read costs may be up to its person, or to who made a link:
an album has 100,000 entries, and counting them by days keeps PostgreSQL busy for as long as a
hundred small answers. Such reads have seats of their own, of a person, or of a link for all its
visitors together. Reads of few rows, which a kept number tells, take none, nor does whoever has
the answer already (304). docs/decisions/0113.
"""

import threading
import time
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import TextClause, text

from app.accounts.rate_limits.limiter import Limit, give_each_back
from app.database import Prepared, db
from app.errors import TooManyAtOnceError

# Of 8 connections of a process (app/api/app.py). One works and the others wait for its rows.
SEATS = 3
READ_SEATS = 3
# Reading as many entries takes a few milliseconds, as what takes no seat does.
FEW_ROWS = 5_000
# For writes of few pictures, which take some 10 to 50 ms each.
PATIENCE_SECONDS = 0.5
# Threads of this process that wait, whoever's they are: of 8 (docs/operations.md).
_MAX_WAITING = 3
_waiting = threading.BoundedSemaphore(_MAX_WAITING)
_LOOK_EVERY_SECONDS = 0.02


def _first_free(numbers: range) -> str:
    # CASE asks in this order, and stops at the first that is free.
    tries = " ".join(
        f"WHEN pg_try_advisory_xact_lock(hashtextextended(:user, {number})) THEN true"
        for number in numbers
    )
    return f"CASE {tries} ELSE false END"


def _take_first_free(numbers: range) -> TextClause:
    return text(f"SELECT {_first_free(numbers)}")


# The numbers are these locks' own.
TAKE_SEAT = _take_first_free(range(60, 60 + SEATS))
TAKE_ACCOUNT_SEAT = _take_first_free(range(70, 70 + SEATS))
TAKE_SIGN_IN_SEAT = _take_first_free(range(80, 80 + SEATS))
TAKE_LINK_SEAT = _take_first_free(range(90, 90 + SEATS))
_READ = range(100, 100 + READ_SEATS)
TAKE_READ_SEAT = _take_first_free(_READ)


def take_seat(user_id: UUID, *, patience: float = PATIENCE_SECONDS) -> None:
    """Take one of a person's seats until the transaction ends. Call it before anything is locked.

    Args:
        user_id: who writes.
        patience: seconds to wait for a free one; the transaction ends meanwhile.

    Raises:
        TooManyAtOnceError: none was free for so long, or enough requests wait for one.
    """
    _take(lambda: _is_taken(user_id, TAKE_SEAT), patience=patience)


def take_read_seat(of: UUID, *, rows: int, patience: float = PATIENCE_SECONDS) -> None:
    """Take a seat for a long read until the transaction ends; for few rows none.

    Args:
        of: the person whose images are read, or the share link by which they are.
        rows: how many may be read, as a kept number says.
        patience: seconds to wait for a free one.

    Raises:
        TooManyAtOnceError: as `take_seat`.
    """
    if rows > FEW_ROWS:
        _take(lambda: _is_taken(of, TAKE_READ_SEAT), patience=patience)


def seat_for(held: str) -> Prepared:
    """Return what `take_read_seat_for` asks: the number, and a seat where it is large, at once.

    Args:
        held: a query of one number or none, which may name `:user`, the person.
    """
    return Prepared(
        text(
            f"SELECT CASE WHEN held > {FEW_ROWS} THEN {_first_free(_READ)} ELSE true END"  # noqa: S608 - constants
            f" FROM ({held}) AS kept (held)"
        )
    )


def take_read_seat_for(
    user_id: UUID, seat: Prepared, *, patience: float = PATIENCE_SECONDS
) -> None:
    """Take a seat for a long read as `take_read_seat` does, by one statement.

    Args:
        user_id: the person whose images are read.
        seat: as `seat_for` made it.
        patience: seconds to wait for a free one.

    Raises:
        TooManyAtOnceError: as `take_seat`.
    """

    def is_taken() -> bool:
        rows = seat.rows({"user": str(user_id)})
        return _ended_unless(is_taken=not rows or rows[0][0])

    _take(is_taken, patience=patience)


def _take(is_taken: Callable[[], bool], *, patience: float) -> None:
    if is_taken():
        return
    if not (patience and _waiting.acquire(blocking=False)):
        raise TooManyAtOnceError
    try:
        ends = time.monotonic() + patience
        while time.monotonic() < ends:
            time.sleep(_LOOK_EVERY_SECONDS)
            if is_taken():
                return
    finally:
        _waiting.release()
    raise TooManyAtOnceError


def take_account_seat(user_id: UUID, *counted: tuple[Limit, str]) -> None:
    """Take one of a person's seats for changes of how they sign in, until the transaction ends.

    Args:
        user_id: whose.
        *counted: what `take_each` counted for this request, given back if it is refused.

    Raises:
        TooManyAtOnceError: none is free. The transaction was ended: go no further.
    """
    _take_at_once(user_id, TAKE_ACCOUNT_SEAT, *counted)


def take_sign_in_seat(user_id: UUID, *counted: tuple[Limit, str], by_link: bool = False) -> None:
    """Take one of a person's seats for sign-ins, or for links that sign in, as above."""
    _take_at_once(user_id, TAKE_LINK_SEAT if by_link else TAKE_SIGN_IN_SEAT, *counted)


def _take_at_once(user_id: UUID, take: TextClause, *counted: tuple[Limit, str]) -> None:
    if not _is_taken(user_id, take):
        give_each_back(*counted)
        db.session.commit()
        raise TooManyAtOnceError


def _is_taken(user_id: UUID, take: TextClause) -> bool:
    """Try to take a seat; if none is free, end the transaction, to wait without a connection."""
    return _ended_unless(is_taken=bool(db.session.scalar(take, {"user": str(user_id)})))


def _ended_unless(*, is_taken: bool) -> bool:
    if not is_taken:
        db.session.rollback()
    return is_taken
