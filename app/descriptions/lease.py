"""Leases and turns of descriptions: which image is described next, by one worker at a time.

As in processing ([Note: Rows are the queue] in lease.py, [Note: Turns] in turns.py), the waiting
rows are the queue, a message only says that something waits, and the user who used the least lately
is next. Turns of descriptions have a row of their own, so that many uploads do not delay a user's
descriptions. Each message makes one description. So as many are made at once as messages are
handled.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, exists, func, text, update

from app.database import db
from app.images.description_batch_models import DescriptionBatchLine
from app.images.models import DescriptionState, Image
from app.processing.lease import seconds_until_due

# Longer than a call of the model lasts with its retries (clients/openai_vision.py). Begun anew
# right before the call, since the wait for a decoder has no bound.
LEASE = timedelta(minutes=4)
TURN = timedelta(seconds=5)
MAX_TURN = timedelta(hours=1)

# Pictures in a batch wait, and no worker asks for one of them alone, whatever their rows say: they
# are paid for there. So that no worker reads past thousands of them each time, they have a lease,
# and come last, a month from now. See [Note: Batches] in batches/__init__.py.
IN_BATCH_FOR = timedelta(days=30)
_SOON = timedelta(days=1)

# One probe of the index for each person who waits (see _WHO_IS_NEXT in lease.py).
_WHO_IS_NEXT = text("""
WITH RECURSIVE waiting (owner_id) AS (
  (SELECT owner_id FROM images
   WHERE description_state = 'waiting' AND deleted_at IS NULL ORDER BY owner_id LIMIT 1)
  UNION ALL
  SELECT (
    SELECT owner_id FROM images
    WHERE description_state = 'waiting' AND deleted_at IS NULL AND owner_id > waiting.owner_id
    ORDER BY owner_id LIMIT 1
  )
  FROM waiting WHERE owner_id IS NOT NULL
)
SELECT owner_id FROM waiting
JOIN users ON users.id = owner_id AND users.disabled_at IS NULL
LEFT JOIN rate_limits AS turn ON turn.key = 'description-turn:' || owner_id
LEFT JOIN rate_limits AS rest ON rest.key = 'description-rest:' || owner_id
WHERE (rest.empty_at IS NULL OR rest.empty_at < now())
ORDER BY greatest(turn.empty_at, now()), owner_id
""")
# Both rows of limiter.py's table, which the sweep deletes once they say nothing any more.
_BEGIN = text("""
WITH next AS MATERIALIZED (
  SELECT id FROM images
  WHERE owner_id = :owner AND description_state = 'waiting' AND deleted_at IS NULL
    AND description_asked_at < now() + :soon
    AND (description_leased_until IS NULL OR description_leased_until < now())
    AND NOT EXISTS (SELECT FROM description_batch_lines WHERE image_id = images.id)
  ORDER BY description_asked_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
), begun AS (
  UPDATE images SET description_attempts = description_attempts + 1,
    description_leased_until = now() + :lease
  FROM next WHERE images.id = next.id
  RETURNING images.id, images.description_attempts, images.description_leased_until
), turn AS (
  INSERT INTO rate_limits AS held (key, empty_at)
  SELECT 'description-turn:' || :owner, now() + :turn FROM begun
  ON CONFLICT (key) DO UPDATE SET empty_at = least(
    greatest(held.empty_at, now()) + :turn, now() + :most
  )
)
SELECT id, description_attempts, description_leased_until FROM begun
""").bindparams(lease=LEASE, turn=TURN, most=MAX_TURN, soon=_SOON)
_CHARGE = text("""
INSERT INTO rate_limits AS held (key, empty_at)
VALUES ('description-turn:' || :owner, now() + least(:more, :most))
ON CONFLICT (key) DO UPDATE SET empty_at = least(
  greatest(held.empty_at, now()) + :more, now() + :most
)
""").bindparams(most=MAX_TURN)
_REST = text("""
INSERT INTO rate_limits AS held (key, empty_at) VALUES ('description-rest:' || :owner, now() + :by)
ON CONFLICT (key) DO UPDATE SET empty_at = greatest(held.empty_at, excluded.empty_at)
""")

_END_REST = text("DELETE FROM rate_limits WHERE key = 'description-rest:' || :owner")


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A picture that is ours to have described, and how often this was begun.

    It is ours for as long as its row says `leased_until`: whoever begins it next writes another.
    """

    owner_id: UUID
    image_id: UUID
    attempts: int
    leased_until: datetime


def begin_next() -> Begun | None:
    """Take the picture whose turn it is; None when there is none to take."""
    for owner_id in db.session.scalars(_WHO_IS_NEXT).all():
        row = db.session.execute(_BEGIN, {"owner": owner_id}).one_or_none()
        if row is not None:
            db.session.commit()
            return Begun(
                owner_id=owner_id,
                image_id=row.id,
                attempts=row.description_attempts,
                leased_until=row.description_leased_until,
            )
    db.session.rollback()
    return None


def seconds_until(image_id: UUID) -> float | None:
    """Return how soon this picture may be taken; None when it does not wait."""
    return _seconds_until(Image.id == image_id)


def seconds_until_next() -> float | None:
    """Return how soon a picture may be taken; None when none waits."""
    return _seconds_until()


def _seconds_until(*which: ColumnElement[bool]) -> float | None:
    return seconds_until_due(
        Image.description_leased_until,
        Image.description_state == DescriptionState.WAITING,
        Image.deleted_at.is_(None),
        Image.description_asked_at < func.now() + _SOON,
        ~is_in_batch(),
        *which,
    )


def is_in_batch() -> ColumnElement[bool]:
    """The condition that a batch has an answer to come for a picture."""
    return exists().where(DescriptionBatchLine.image_id == Image.id)


def extend(begun: Begun) -> Begun | None:
    """Begin the lease anew; None when the picture is not ours any more, or waits no more."""
    leased_until = db.session.scalar(
        update(Image)
        .where(*_is_ours(begun))
        .values(description_leased_until=func.now() + LEASE)
        .returning(Image.description_leased_until)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return None if leased_until is None else replace(begun, leased_until=leased_until)


def let_go(begun: Begun, *, counts: bool, rest: timedelta = timedelta()) -> None:
    """Release the lease after a pause; does nothing if it is not held any more.

    Args:
        begun: whose lease ends.
        counts: whether this was an attempt; a start that never reached the model may be none.
        rest: how long nobody takes it.
    """
    less = (
        {} if counts else {"description_attempts": func.greatest(Image.description_attempts - 1, 0)}
    )
    db.session.execute(
        update(Image)
        .where(*_is_ours(begun))
        .values(description_leased_until=func.now() + rest, **less)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def _is_ours(begun: Begun) -> tuple[ColumnElement[bool], ...]:
    return (
        Image.id == begun.image_id,
        Image.description_state == DescriptionState.WAITING,
        Image.description_leased_until == begun.leased_until,
    )


def charge(owner_id: UUID, *, seconds: float) -> None:
    """Move a person's turn by what one of their pictures took beyond what was estimated; commits.

    Else who has pictures at which the model thinks for a minute would have twelve times as much of
    it as others have.
    """
    more = timedelta(seconds=seconds) - TURN
    if more > timedelta():
        db.session.execute(_CHARGE, {"owner": str(owner_id), "more": more})
        db.session.commit()


def end_rest(owner_id: UUID) -> bool:
    """Take pictures of this person again, in the current transaction; False: they did not rest."""
    found = db.session.execute(_END_REST, {"owner": str(owner_id)})
    return bool(cast("CursorResult[Any]", found).rowcount)


def rest_person(owner_id: UUID, *, seconds: float) -> None:
    """Take no picture of this person for so long."""
    db.session.execute(_REST, {"owner": str(owner_id), "by": timedelta(seconds=seconds)})
    db.session.commit()
