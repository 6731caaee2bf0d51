"""State of the sweep: when it ran, and how far it has scanned the bucket.

[Note: Only what was watched] A restored database knows nothing of uploads after the moment to which
it was restored. Their originals look like orphans, but they are images, which the operator can
adopt (`./scripts/doctor --adopt-since`). The sweep therefore records in the database the spans in
which it ran, and deletes nothing that was stored outside of them.
"""

from datetime import datetime, timedelta

from sqlalchemy import String, delete, exists, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, db, now

# Sweeps are five minutes apart at most; one that fails or is late is no reason to be suspicious.
_LONGEST_NAP = timedelta(minutes=15)
_ROUND_EVERY = timedelta(days=1)


class SweepInterval(Base):
    """A span in which this database was swept, without a gap."""

    __tablename__ = "watches"
    __table_args__ = (
        {
            "comment": "Spans in which the sweep ran: what was stored outside of them, no row may"
            " know."
        },
    )

    since: Mapped[datetime] = mapped_column(primary_key=True)
    until: Mapped[datetime]


class BucketScan(Base):
    """One way through the whole bucket, in many sweeps."""

    __tablename__ = "rounds"
    __table_args__ = ({"comment": "Rounds of the sweep through the whole bucket."},)

    begun_at: Mapped[datetime] = mapped_column(primary_key=True)
    ended_at: Mapped[datetime | None]
    after: Mapped[str] = mapped_column(
        String(80),
        default="",
        server_default="",
        comment="The key up to which the bucket was looked through.",
    )


def record_sweep() -> None:
    """Note that the sweep runs; the caller commits.

    A server that was started since begins a span of its own: it may hold what was restored to a
    moment right before.
    """
    moment = now()
    last = select(func.max(SweepInterval.since)).scalar_subquery()
    awake_since = func.greatest(moment - _LONGEST_NAP, func.pg_postmaster_start_time())
    goes_on = update(SweepInterval).where(
        SweepInterval.since == last, SweepInterval.until > awake_since
    )
    if not db.session.execute(goes_on.values(until=moment).returning(SweepInterval.since)).first():
        db.session.add(SweepInterval(since=moment, until=moment))


def was_watched(moment: datetime) -> bool:
    """Tell whether the database was awake at a moment. See [Note: Only what was watched]."""
    return bool(
        db.session.scalar(
            select(exists().where(SweepInterval.since <= moment, SweepInterval.until >= moment))
        )
    )


def round_under_way() -> BucketScan | None:
    """Return the round that is to go on, a new one if it is time for that, or None.

    The caller commits. Two sweeps at once may go the same way: what they do can be done twice.
    """
    last = db.session.scalar(select(BucketScan).order_by(BucketScan.begun_at.desc()).limit(1))
    if last is not None and last.ended_at is None:
        return last
    moment = now()
    if last is not None and last.begun_at > moment - _ROUND_EVERY:
        return None
    db.session.execute(delete(BucketScan))
    fresh = BucketScan(begun_at=moment, after="")
    db.session.add(fresh)
    return fresh
