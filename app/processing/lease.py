"""Leases and turns: which image is processed next, and by one worker only.

[Note: Rows are the queue] An S3 event says only that an original has arrived. The worker records
that in the image's row, many events at a time. It then asks the rows which image is next. The order
of the events is therefore irrelevant, and an event that comes twice changes nothing.

Users take turns: see [Note: Turns] in turns.py.

[Note: Bulk] A turn decides what starts next. It does not stop what already runs, and a machine that
is busy with one user's images is slow for everybody. A user whose turn is minutes ahead is
uploading in bulk, and few of their images are processed at once: up to a high limit while nobody
else is active, and one at a time while a few images of other users arrive or wait. A pause follows
each image then (yielding.py). Bulk images are also decoded at a lower priority (pool.py). A bulk
upload still ends, whatever other users do.

[Note: Leases, not locks] The row says until when a worker may process the image. An expired lease
has no effect. Its former holder may still finish: that is harmless, since every step can be
repeated. After a failure, the row has a lease without a holder until the image may be tried again.

[Note: Whose lease it is] A worker writes a unique moment into the row when it takes a lease, and a
new one at each heartbeat. A worker that was suspended for minutes may find that the image was
cancelled and uploaded again. Steps that remove something (a rejection, the release of a lease) are
therefore done only where the row still holds the moment that this worker wrote.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, text, update
from sqlalchemy.orm import InstrumentedAttribute

from app.database import db, set_short_lock_timeout
from app.images.models import Image, ImageState
from app.images.turns import ARRIVING, TURN, TURN_EACH_MEGABYTE, moving_turn
from app.messages import PictureStored
from app.observability.metrics import count, took
from app.processing.in_hand import InHand

LEASE = timedelta(seconds=10)
MAX_COUNTED = 10_000  # of those that wait: more is no news
# Some fifty photos more than the time that has gone by since. See [Note: Bulk].
BULK_AFTER = timedelta(minutes=5)

# One probe of the index for each person who waits, however many pictures they have
# (https://wiki.postgresql.org/wiki/Loose_indexscan).
_WAITING = """
WITH RECURSIVE waiting (owner_id) AS (
  (SELECT owner_id FROM images WHERE state = 'processing' ORDER BY owner_id LIMIT 1)
  UNION ALL
  SELECT (
    SELECT owner_id FROM images
    WHERE state = 'processing' AND owner_id > waiting.owner_id ORDER BY owner_id LIMIT 1
  )
  FROM waiting WHERE owner_id IS NOT NULL
)"""
_WHO_IS_NEXT = text(f"""
{_WAITING}, present (owner_id, waits) AS (
  SELECT owner_id, true FROM waiting WHERE owner_id IS NOT NULL
  UNION ALL
  (SELECT DISTINCT owner_id, false FROM images
   WHERE state = 'uploading' AND created_at > now() - :arriving)
)
SELECT owner_id, bool_or(waits) AS waits, coalesce(empty_at > now() + :bulk_after, false) AS is_bulk
FROM present LEFT JOIN rate_limits ON key = 'turn:' || owner_id
GROUP BY owner_id, empty_at
ORDER BY greatest(empty_at, now()), owner_id
""").bindparams(  # noqa: S608 - constants
    arriving=ARRIVING, bulk_after=BULK_AFTER
)
_OLDEST = text(f"""
{_WAITING} SELECT extract(epoch FROM now() - min(first.stored_at)) FROM waiting
CROSS JOIN LATERAL (
  SELECT stored_at FROM images WHERE state = 'processing' AND owner_id = waiting.owner_id
  ORDER BY stored_at LIMIT 1
) AS first
""")  # noqa: S608 - constants
# [Note: Nobody has all functions] A function of AWS begins one picture, and their number has a
# bound. So nobody has all of them: each worker there counts a person's leases in the rows, by the
# index of those that wait. What is begun are the first of them, so a few more are looked at, and
# not thousands. What rests counts too, for the seconds that it does. Whoever counts holds the
# person's turn, else those that begin at the same moment would all find room. On a site of one
# account there is nobody to leave a function to.
_HOLD_TURN = text("SELECT 1 FROM rate_limits WHERE key = 'turn:' || :owner FOR UPDATE")
_HELD = text("""
SELECT count(*) FROM (
  SELECT leased_until FROM images WHERE owner_id = :owner AND state = 'processing'
  ORDER BY stored_at, id LIMIT :looked_at
) AS first WHERE leased_until > now() AND EXISTS (SELECT 1 FROM users WHERE id <> :owner)
""")
_LOOKED_AT_BESIDE_LEASES = 50
# One statement, since it is asked for each picture. Its cost is that of `estimate` in turns.py.
_BEGIN = text(
    """
WITH next AS MATERIALIZED (
  SELECT id FROM images
  WHERE owner_id = :owner AND state = 'processing'
    AND (leased_until IS NULL OR leased_until < now())
  ORDER BY stored_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
), begun AS (
  UPDATE images SET attempts = attempts + 1, leased_until = now() + :lease
  FROM next WHERE images.id = next.id
  RETURNING images.id, images.owner_id, images.sha256, images.byte_size, images.attempts,
    images.leased_until
), cost AS (
  SELECT owner_id, CAST(:turn AS float8) + :turn_each_megabyte * (byte_size / 1e6) AS cost
  FROM begun
), turn AS (
MOVING
)
SELECT id, sha256, byte_size, attempts, leased_until FROM begun
""".replace("MOVING", moving_turn("cost"))
).bindparams(
    lease=LEASE,
    turn=TURN.total_seconds(),
    turn_each_megabyte=TURN_EACH_MEGABYTE.total_seconds(),
)


class Lease:
    """Until when a row says that a picture is this worker's. See [Note: Whose lease it is].

    `held` is taken by whoever compares it with the row: the heartbeat has a thread of its own.
    """

    def __init__(self, until: datetime) -> None:
        self.until = until
        self.held = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A picture that is ours to process: what was promised, and how often this was begun.

    A place in InHand is ours too, to be given back.
    """

    task: PictureStored
    lease: Lease
    sha256: bytes
    size: int
    attempts: int
    is_bulk: bool
    beside_others: bool  # whose few pictures were arriving or waiting when this one was begun


def note_stored(owner_id: UUID, tasks: Sequence[PictureStored]) -> list[PictureStored]:
    """Note that originals of one person have arrived. Safe to repeat.

    In a transaction of their own: see [Note: Changes in order] in changes.py.

    Returns:
        Those that changed nothing: they have no row, or a row that knew already or has an end.

    Raises:
        OperationalError: somebody has locked one of the rows for longer than a moment.
    """
    set_short_lock_timeout()
    noted = set(
        db.session.scalars(
            update(Image)
            .where(
                Image.owner_id == owner_id,
                Image.id.in_([task.image_id for task in tasks]),
                Image.state == ImageState.UPLOADING,
            )
            .values(state=ImageState.PROCESSING, stored_at=func.now(), leased_until=None)
            .returning(Image.id)
            .execution_options(synchronize_session=False)
        )
    )
    db.session.commit()
    return [task for task in tasks if task.image_id not in noted]


def begin_next(in_hand: InHand, *, max_leases: int | None = None) -> Begun | None:
    """Take the picture whose turn it is; None when there is none to take.

    See [Note: Turns] in turns.py and [Note: Bulk].

    Args:
        in_hand: bounds what this worker has in hand.
        max_leases: the most of one person that all workers together have in hand; None: any. See
            [Note: Nobody has all functions].
    """
    people = db.session.execute(_WHO_IS_NEXT).all()
    beside_others = not all(person.is_bulk for person in people)
    for person in people:
        if not person.waits or not in_hand.take(
            person.owner_id, is_bulk=person.is_bulk, beside_others=beside_others
        ):
            continue
        begun = None
        try:
            if max_leases is None or _has_room(person.owner_id, max_leases):
                begun = _begin_of(
                    person.owner_id, is_bulk=person.is_bulk, beside_others=beside_others
                )
        finally:
            if begun is None:
                in_hand.give_back(person.owner_id, is_bulk=person.is_bulk)
        if begun is not None:
            return begun
    db.session.rollback()
    return None


def is_anybody_waiting(*, but: UUID) -> bool:
    """Whether images of other users arrive or wait, other than bulk uploads."""
    people = db.session.execute(_WHO_IS_NEXT).all()
    db.session.rollback()
    return any(not person.is_bulk and person.owner_id != but for person in people)


def seconds_until_next() -> float | None:
    """Return how soon a picture may be taken, at the latest; None when none waits."""
    return seconds_until_due(Image.leased_until, Image.state == ImageState.PROCESSING)


def seconds_until_due(
    leased_until: InstrumentedAttribute[datetime | None], *waits: ColumnElement[bool]
) -> float | None:
    """Return how soon one of the images that wait may be taken; None when none waits.

    Ends the transaction. A million may wait, and those that nobody holds are not counted through:
    one of them is enough. Few have a lease.
    """
    is_free = or_(leased_until.is_(None), leased_until < func.now())
    seconds: float | None = 0.0
    if not db.session.scalar(select(select(Image.id).where(*waits, is_free).exists())):
        left = func.extract("epoch", func.min(leased_until) - func.now())
        seconds = db.session.scalar(select(left).where(*waits))
    db.session.rollback()
    return None if seconds is None else max(0.0, float(seconds))


def record_backlog() -> None:
    """Tell how many pictures wait or are being processed, and since when the oldest does.

    Neither shows in the queue: its messages are done once they are noted in rows.
    """
    some = select(Image.id).where(Image.state == ImageState.PROCESSING).limit(MAX_COUNTED)
    number = db.session.scalar(select(func.count()).select_from(some.subquery())) or 0
    seconds = db.session.scalar(_OLDEST)
    db.session.rollback()
    count("PicturesWaiting", number)
    if seconds is not None:
        took("OldestPictureSeconds", max(0.0, float(seconds)))


def extend(begun: Begun) -> None:
    """Say that we are still at it; nothing where it is not ours any more.

    Raises:
        OperationalError: somebody has locked the row for longer than a moment. Nobody else takes
            the picture meanwhile, since a row that is locked is not begun.
    """
    if not begun.lease.held.acquire(blocking=False):
        return  # it comes to its end, which may take S3 seconds: the other pictures cannot wait
    try:
        set_short_lock_timeout()  # other pictures' turn to say so comes after
        until = _set_ours(begun, leased_until=func.now() + LEASE)
        begun.lease.until = until or begun.lease.until
    finally:
        begun.lease.held.release()


def let_go(begun: Begun, *, counts: bool, rest: timedelta = timedelta()) -> None:
    """Give it to whoever comes next, after a rest; nothing where it is not ours any more.

    Args:
        begun: whose lease ends.
        counts: whether this was an attempt; a start that never reached the decoder is none.
        rest: how long nobody takes it.
    """
    less = {} if counts else {"attempts": func.greatest(Image.attempts - 1, 0)}
    with begun.lease.held:
        _set_ours(begun, leased_until=func.now() + rest, **less)


def is_ours(begun: Begun) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that nobody has begun or promised the picture since.

    The caller holds `begun.lease.held`. See [Note: Whose lease it is].
    """
    return (
        Image.id == begun.task.image_id,
        Image.state == ImageState.PROCESSING,
        Image.leased_until == begun.lease.until,
    )


def _has_room(owner_id: UUID, max_leases: int) -> bool:
    """Whether workers have fewer of a person's pictures in hand; holds their turn if so."""
    db.session.rollback()  # lets go of whoever's turn was held before
    db.session.execute(_HOLD_TURN, {"owner": str(owner_id)})
    looked_at = max_leases + _LOOKED_AT_BESIDE_LEASES
    held = db.session.scalar(_HELD, {"owner": owner_id, "looked_at": looked_at})
    return int(held or 0) < max_leases


def _begin_of(owner_id: UUID, *, is_bulk: bool, beside_others: bool) -> Begun | None:
    row = db.session.execute(_BEGIN, {"owner": owner_id}).one_or_none()
    if row is None:
        return None
    db.session.commit()
    return Begun(
        task=PictureStored(user_id=owner_id, image_id=row.id),
        lease=Lease(row.leased_until),
        sha256=bytes(row.sha256),
        size=row.byte_size,
        attempts=row.attempts,
        is_bulk=is_bulk,
        beside_others=beside_others,
    )


def _set_ours(begun: Begun, **values: object) -> datetime | None:
    until = db.session.scalar(
        update(Image)
        .where(*is_ours(begun))
        .values(**values)
        .returning(Image.leased_until)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return until
