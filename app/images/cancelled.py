"""Uploads that were cancelled, whose bytes may be there, or come, all the same.

[Note: What was cancelled is remembered] A cancelled upload has no row any more, and neither has a
picture that a restored database does not know (see watch.py): the one must go and the other must
stay. So for a day it is noted what was cancelled. An event of such bytes has them removed at once;
the sweep looks by itself, soon and at the end of the day, since an event may be lost or late.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, delete, exists, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, db, now

# An address that was signed before lives for minutes; who has begun to send may take hours.
REMEMBERED_FOR = timedelta(days=1)
_FIRST_LOOK_AFTER = timedelta(seconds=30)
# In one sweep: each asks S3 twice.
_MOST = 200
_MOST_OF_ONE = 100


class CancelledUpload(Base):
    """An upload that was cancelled within the last day."""

    __tablename__ = "cancelled_uploads"
    __table_args__ = (
        {"comment": "Uploads cancelled within the last day: what arrives of them is removed."},
    )

    image_id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True, comment="Whose it was."
    )
    cancelled_at: Mapped[datetime]
    look_at: Mapped[datetime] = mapped_column(
        index=True, comment="When the sweep looks whether anything arrived."
    )


def note_cancelled(owner_id: UUID, image_id: UUID) -> None:
    """Remember that an upload was cancelled; the caller deletes its row and commits."""
    moment = now()
    db.session.add(
        CancelledUpload(
            image_id=image_id,
            owner_id=owner_id,
            cancelled_at=moment,
            look_at=moment + _FIRST_LOOK_AFTER,
        )
    )


def was_cancelled(owner_id: UUID, image_id: UUID) -> bool:
    """Tell whether an upload was cancelled, as far as is remembered."""
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    CancelledUpload.image_id == image_id, CancelledUpload.owner_id == owner_id
                )
            )
        )
    )


def take_due() -> list[CancelledUpload]:
    """Return those after which the sweep is to look now, and end the transaction."""
    # Nobody's may keep the sweep from looking at everybody else's.
    place = func.row_number().over(
        partition_by=CancelledUpload.owner_id, order_by=CancelledUpload.look_at
    )
    due = (
        select(CancelledUpload.image_id, place.label("place"))
        .where(CancelledUpload.look_at < now())
        .subquery()
    )
    query = (
        select(CancelledUpload)
        .join(due, due.c.image_id == CancelledUpload.image_id)
        .where(due.c.place <= _MOST_OF_ONE)
        .order_by(due.c.place)
        .limit(_MOST)
    )
    found = list(db.session.scalars(query))
    db.session.expunge_all()
    db.session.rollback()
    return found


def note_looked(upload: CancelledUpload) -> None:
    """Look once more at the end of the day, and forget it then."""
    this = CancelledUpload.image_id == upload.image_id
    ends_at = upload.cancelled_at + REMEMBERED_FOR
    if upload.look_at < ends_at:
        db.session.execute(update(CancelledUpload).where(this).values(look_at=ends_at))
    else:
        db.session.execute(delete(CancelledUpload).where(this))
    db.session.commit()
