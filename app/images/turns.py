"""Fair queueing between users: what each task costs, and who is next.

[Note: Turns] The user who used the least lately is next, so that ten images of one user do not wait
for fifty thousand of another. Each task moves its user's turn ahead, from now or from where it was.
Time moves it back, by one second each second. Among the users whose images wait, the one with the
earliest turn is next, with the image that has waited longest. (Start-time fair queueing, with a
clock instead of a virtual time: Goyal, Vin, Cheng, "Start-time Fair Queuing", 1997.)

[Note: What a picture costs] An image costs an estimate by its size when its processing starts. A
small file may still occupy a decoder for a minute. The time that decoders really used beyond the
estimate is therefore charged too: during the work, since turns are compared meanwhile, and at its
end, whatever the result. If the worker dies, only the last seconds are not charged. Each retry
costs all of this again.

[Note: An hour ahead at most] A turn approaches one hour ahead and never reaches it: each charge
moves it by a share of what is left. With a hard limit of an hour, two users who both upload without
end would alternate, whatever their images cost. This way, a user whose images cost a hundred times
as much is served a hundred times less often.
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.database import db
from app.media.sandbox.decoder_time import DecoderTime

log = logging.getLogger(__name__)

# Long enough that whoever uploads without a pause is behind whoever does not.
TURN = timedelta(seconds=5)
TURN_EACH_MEGABYTE = timedelta(seconds=1)
# A photo of 12 megapixels takes 0.1 s of CPU as JPEG and 0.6 to 1.2 s as HEIC, so on a machine that
# is not overloaded its estimate is enough or nearly so.
TURN_EACH_DECODER_SECOND = timedelta(seconds=10)
MAX_TURN = timedelta(hours=1)
# Whoever was promised places so lately is about to send the pictures, and others give way.
ARRIVING = timedelta(seconds=5)
# Of places that are asked for. Several times as long as others give way, so that whoever asks again
# and again and sends nothing is in bulk after some minutes, and holds nobody up any more: but for 5
# seconds of each 20, who asks that seldom. See [Note: Bulk] in lease.py.
TURN_EACH_BATCH = 4 * ARRIVING
# exp(-40) is nothing already, and PostgreSQL refuses to compute one that is much less.
_MAX_COST = 40 * MAX_TURN

# A row of limiter.py's table, which the sweep deletes once it says nothing any more. What is left
# until the hour shrinks by the factor exp(-cost / hour), so many small charges are one large one.
# In seconds. Ends a statement that has the owner and the cost in {source}.
MOVE_TURN = """
INSERT INTO rate_limits AS held (key, empty_at)
SELECT 'turn:' || owner_id, now() + make_interval(secs => {most} * (1 - exp(-cost / {most})))
FROM {source}
ON CONFLICT (key) DO UPDATE SET empty_at = now() + make_interval(secs => {most} - (
  {most} - least(greatest(extract(epoch FROM held.empty_at - now())::float8, 0), {most})
) * ({most} - extract(epoch FROM excluded.empty_at - now())::float8) / {most})
"""


def moving_turn(source: str) -> str:
    """Return the statement that moves turns on: `source` has rows of owner_id and cost, seconds."""
    return MOVE_TURN.format(source=source, most=f"{MAX_TURN.total_seconds()}::float8")


_MOVE_ONE = text(
    moving_turn("(SELECT CAST(:owner AS text) AS owner_id, CAST(:cost AS float8) AS cost) AS one")
)


def move_turn(owner_id: UUID, *, by: timedelta) -> None:
    """Move somebody's turn on; the caller commits."""
    cost = min(by, _MAX_COST).total_seconds()
    db.session.execute(_MOVE_ONE, {"owner": str(owner_id), "cost": cost})


def estimate(byte_size: int) -> timedelta:
    """Say by how much a picture moves the turn on when it is begun."""
    return TURN + TURN_EACH_MEGABYTE * (byte_size / 1e6)


class ProcessingCharge:
    """What one picture that is begun costs. See [Note: What a picture costs]."""

    def __init__(self, owner_id: UUID, *, byte_size: int, decoder_time: DecoderTime) -> None:
        """Take the estimate as charged."""
        self._owner_id = owner_id
        self._charged = estimate(byte_size)
        self._decoder_time = decoder_time
        self._lock = threading.Lock()

    def charge(self) -> None:
        """Charge what was used and not charged yet; ends the transaction. Safe to repeat."""
        with self._lock:
            due = TURN_EACH_DECODER_SECOND * self._decoder_time.used - self._charged
            if due <= timedelta():
                return  # nearly always
            move_turn(self._owner_id, by=due)
            db.session.commit()
            self._charged += due

    def charge_size(self, byte_size: int) -> None:
        """Charge for what came in its place, of so many bytes; ends the transaction."""
        move_turn(self._owner_id, by=estimate(byte_size))
        db.session.commit()

    def close(self) -> None:
        """Charge the rest, whatever became of the picture. Raises nothing of the database's."""
        try:
            db.session.rollback()  # whatever failed half-way
            self.charge()
        except SQLAlchemyError as error:
            log.warning("what a picture used is charged to nobody: %s", type(error).__name__)


class MaintenanceCharge:
    """What it costs the worker to look after uploads that were promised and came to nothing."""

    def __init__(self) -> None:
        self._seconds: defaultdict[UUID, float] = defaultdict(float)

    @contextmanager
    def of(self, owner_id: UUID) -> Iterator[None]:
        """Count the block as done for this person."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self._seconds[owner_id] += time.monotonic() - begun

    def charge(self) -> None:
        """Charge everybody, as for a decoder's seconds; ends the transaction."""
        # In one order, so that two who charge at once do not wait for each other.
        for owner_id, seconds in sorted(self._seconds.items()):
            move_turn(owner_id, by=TURN_EACH_DECODER_SECOND * seconds)
            db.session.commit()
        self._seconds.clear()
