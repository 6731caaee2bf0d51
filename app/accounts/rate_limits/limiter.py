"""Rate limits in the database, shared by all processes and Lambda functions.

GCRA: a row holds the moment at which the limit is full again. Each request moves it ahead by
`every`. A request that would move it more than `burst` times `every` into the future is refused,
and is told when to retry. Nobody is locked out: the next try is allowed after `every` at most.
(https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm)
"""

import math
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import CursorResult, text

from app.database import db
from app.errors import TooManyRequestsError
from app.http.deadlocks import commit_counts

_TAKE = text("""
INSERT INTO rate_limits AS held (key, empty_at) VALUES (:key, now() + :every)
ON CONFLICT (key) DO UPDATE SET empty_at = greatest(held.empty_at, now()) + :every
  WHERE greatest(held.empty_at, now()) + :every <= now() + :whole
RETURNING floor(extract(epoch FROM now() + :whole - held.empty_at) / extract(epoch FROM :every))
""")
_ADD = text("""
INSERT INTO rate_limits AS held (key, empty_at) VALUES (:key, now() + :by)
ON CONFLICT (key) DO UPDATE SET empty_at = greatest(held.empty_at, now()) + :by
""")
_OVER = text("""
SELECT extract(epoch FROM empty_at - :whole - now()) FROM rate_limits
WHERE key = :key AND empty_at > now() + :whole
""")
_WAIT = text("""
SELECT extract(epoch FROM empty_at + :every - :whole - now()) FROM rate_limits WHERE key = :key
""")
_GIVE_BACK = text("UPDATE rate_limits SET empty_at = empty_at - :every WHERE key = :key")

# Whoever counts at the same moment holds a row: it says something again, and nobody waits for it.
_DELETE_OLD = text("""
DELETE FROM rate_limits WHERE key IN (
  SELECT key FROM rate_limits WHERE empty_at < now() ORDER BY empty_at LIMIT :most
  FOR UPDATE SKIP LOCKED
)
""")
MAX_OLD = 10_000  # of one statement


@dataclass(frozen=True, kw_only=True)
class Limit:
    """`burst` at once, then one `every` so long."""

    name: str
    burst: int
    every: timedelta


# What was counted for a request, as `take_each` and `give_each_back` take it.
Counted = tuple[tuple[Limit, str], ...]


def take(limit: Limit, *, of: str) -> None:
    """Count one; ends the transaction, so that it counts whatever becomes of the request.

    Raises:
        TooManyRequestsError: the limit is used up; nothing was counted.
    """
    take_each((limit, of))


def take_if_left(limit: Limit, *, of: str) -> bool:
    """Count one, as `take` does; False: the limit is used up."""
    try:
        take(limit, of=of)
    except TooManyRequestsError:
        return False
    return True


def take_each(*counted: tuple[Limit, str]) -> None:
    """Count one of each or, where any is used up, none; ends the transaction.

    Call it before anything is changed. Two callers name the same limits in the same order: that
    keeps their row locks from crossing.

    Raises:
        TooManyRequestsError: a limit is used up; nothing was counted.
    """
    for limit, of in counted:
        sizes = {
            "key": _key(limit, of),
            "every": limit.every,
            "whole": limit.every * limit.burst,
        }
        if db.session.scalar(_TAKE, sizes) is None:
            seconds = db.session.scalar(_WAIT, sizes)
            db.session.rollback()
            raise TooManyRequestsError(retry_after=max(1, math.ceil(seconds or 0)))
    commit_counts()


def take_own(
    *own: tuple[Limit, str], together: tuple[Limit, str], reserved: tuple[Limit, str]
) -> Counted:
    """Count one of a caller's own limits and one that they have together with others.

    Where others have used that up, the caller has what is reserved for them. Ends the transaction.

    Returns:
        What was counted, for `give_each_back`.

    Raises:
        TooManyRequestsError: the caller's own, or their reserve, is used up.
    """
    counted = (*own, together)
    try:
        take_each(*counted)
    except TooManyRequestsError:
        counted = (*own, reserved)
        take_each(*counted)
    return counted


def count_within(limit: Limit, *, of: str) -> int | None:
    """Count one in the current transaction; return how many are left, or None: it is used up."""
    left = db.session.scalar(
        _TAKE,
        {"key": _key(limit, of), "every": limit.every, "whole": limit.every * limit.burst},
    )
    return None if left is None else int(left)


def take_several(limit: Limit, *, of: str, amount: int) -> None:
    """Count so many, at most the limit's burst, in the current transaction.

    Raises:
        TooManyRequestsError: the limit has no room for all of them; nothing was counted.
    """
    together = limit.every * amount
    sizes = {"key": _key(limit, of), "every": together, "whole": limit.every * limit.burst}
    if db.session.scalar(_TAKE, sizes) is None:
        seconds = db.session.scalar(_WAIT, sizes)
        raise TooManyRequestsError(retry_after=max(1, math.ceil(seconds or 0)))


def add(limit: Limit, *, of: str, amount: float) -> None:
    """Count so much of what has happened already, in the current transaction. Refuses nothing."""
    db.session.execute(_ADD, {"key": _key(limit, of), "by": limit.every * amount})


def seconds_over(limit: Limit, *, of: str) -> int:
    """How long what `add` counted is more than the limit; 0 when it is not."""
    sizes = {"key": _key(limit, of), "whole": limit.every * limit.burst}
    return math.ceil(db.session.scalar(_OVER, sizes) or 0)


def give_back(limit: Limit, *, of: str) -> None:
    """Take one back that turned out to be nothing to count, such as a right password."""
    give_each_back((limit, of))


def give_each_back(*counted: tuple[Limit, str]) -> None:
    """Take back what `take_each` counted, in the same order and in the current transaction."""
    for limit, of in counted:
        db.session.execute(_GIVE_BACK, {"key": _key(limit, of), "every": limit.every})


def give_several_back(limit: Limit, *, of: str, amount: int) -> None:
    """Take back what `take_several` counted of what did not happen, in the current transaction."""
    db.session.execute(_GIVE_BACK, {"key": _key(limit, of), "every": limit.every * amount})


def give_each_back_now(*counted: tuple[Limit, str]) -> None:
    """Take back what `take_each` counted, and end the transaction.

    For limits of the whole site: whoever counts next waits for these rows until the commit.
    """
    give_each_back(*counted)
    commit_counts()


def delete_old_limits() -> bool:
    """Delete rows that say nothing any more, except those in which somebody counts right now.

    Returns:
        Whether there may be more of them.
    """
    found = db.session.execute(_DELETE_OLD, {"most": MAX_OLD})
    return cast("CursorResult[Any]", found).rowcount == MAX_OLD


def _key(limit: Limit, of: str) -> str:
    # Hashed: addresses of people are no business of whoever reads this table.
    return f"{limit.name}:{sha256(of.encode()).hexdigest()[:32]}"
