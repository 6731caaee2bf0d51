"""Cancelled uploads, whose bytes may have arrived, or may still arrive.

[Note: What was cancelled is remembered] A cancelled upload has no row any more. Neither has an
image that a restored database does not know (see scan_state.py). The bytes of the first must be
deleted, those of the second kept. Cancelled uploads are therefore recorded for a day. The sweep
checks for their bytes soon, at the end of the day, since an event may be lost or late, and whenever
an event reports such bytes.

[Note: The sweep removes] A presigned URL is valid for five minutes, and S3 stores nothing under a
key that exists. If the bytes were deleted at each event, somebody could upload again and again, and
arrivals of other users would wait for each deletion. The sweep deletes them instead, and takes
turns by user. Bytes that are sent again under the key of a rejected file are recorded here too.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    Uuid,
    delete,
    exists,
    func,
    literal,
    select,
    text,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, db, now, set_short_lock_timeout
from app.images.models import Image, ImageState

# An address that was signed before lives for minutes; who has begun to send may take hours.
REMEMBERED_FOR = timedelta(days=1)
_FIRST_LOOK_AFTER = timedelta(seconds=30)
# In one sweep: each asks S3 twice.
_MOST = 200
_MAX_OF_ONE = 100
_COLUMNS = ("image_id", "owner_id", "cancelled_at", "look_at")

# One probe of the index for each person who cancelled anything lately, and at most _MAX_OF_ONE
# entries of one person, however many rows there are
# (https://wiki.postgresql.org/wiki/Loose_indexscan).
_TAKE_DUE = text("""
WITH RECURSIVE owners (owner_id) AS (
  (SELECT owner_id FROM cancelled_uploads ORDER BY owner_id LIMIT 1)
  UNION ALL
  SELECT (
    SELECT owner_id FROM cancelled_uploads
    WHERE owner_id > owners.owner_id ORDER BY owner_id LIMIT 1
  )
  FROM owners WHERE owner_id IS NOT NULL
), waiting AS (
  SELECT owner_id FROM owners CROSS JOIN LATERAL (
    SELECT look_at FROM cancelled_uploads
    WHERE owner_id = owners.owner_id AND look_at < :moment ORDER BY look_at LIMIT 1
  ) AS first
  ORDER BY look_at LIMIT :most
)
SELECT due.image_id, due.owner_id, due.cancelled_at, due.look_at
FROM waiting CROSS JOIN LATERAL (
  SELECT held.*, row_number() OVER (ORDER BY look_at) AS place
  FROM cancelled_uploads AS held
  WHERE owner_id = waiting.owner_id AND look_at < :moment ORDER BY look_at LIMIT :max_of_one
) AS due
ORDER BY place, look_at LIMIT :most
""").bindparams(most=_MOST, max_of_one=_MAX_OF_ONE)


class CancelledUpload(Base):
    """An upload that was cancelled within the last day."""

    __tablename__ = "cancelled_uploads"
    __table_args__ = (
        Index("ix_cancelled_uploads_due", "owner_id", "look_at"),
        {"comment": "Uploads cancelled within the last day: what arrives of them is removed."},
    )

    image_id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), comment="Whose it was."
    )
    cancelled_at: Mapped[datetime]
    look_at: Mapped[datetime] = mapped_column(
        comment="When the sweep looks whether anything arrived."
    )


def note_cancelled(owner_id: UUID, *image_ids: UUID) -> None:
    """Remember that uploads were cancelled; the caller deletes their rows and commits."""
    cancelled_at = now()
    look_at = cancelled_at + _FIRST_LOOK_AFTER
    moment = DateTime(timezone=True)
    # In the order of note_late, so that the two never wait for each other.
    rows = select(
        func.unnest(literal(sorted(image_ids), ARRAY(Uuid()))),
        literal(owner_id, Uuid()),
        literal(cancelled_at, moment),
        literal(look_at, moment),
    )
    # One is there already where its file had been rejected and was sent again.
    db.session.execute(
        insert(CancelledUpload)
        .from_select(_COLUMNS, rows)
        .on_conflict_do_update(
            index_elements=[CancelledUpload.image_id],
            set_={"cancelled_at": cancelled_at, "look_at": look_at},
        )
    )


def note_late(owner_id: UUID, image_ids: Sequence[UUID]) -> None:
    """Have the next sweep check these cancelled or rejected uploads; ends the transaction.

    See [Note: The sweep removes]. Safe to repeat.

    Raises:
        OperationalError: somebody has locked one of the rows for longer than a moment.
    """
    set_short_lock_timeout()
    rejected = select(Image.id).where(
        Image.owner_id == owner_id, Image.id.in_(image_ids), Image.state == ImageState.REJECTED
    )
    cancelled = select(CancelledUpload.image_id).where(
        CancelledUpload.owner_id == owner_id, CancelledUpload.image_id.in_(image_ids)
    )
    late = union(rejected, cancelled).subquery()
    (image_id,) = late.columns
    rows = select(image_id, literal(owner_id, Uuid()), func.now(), func.now()).order_by(image_id)
    db.session.execute(
        insert(CancelledUpload)
        .from_select(_COLUMNS, rows)
        # Also where it is due already: a sweep may have looked, and noted nothing of it yet.
        .on_conflict_do_update(
            index_elements=[CancelledUpload.image_id], set_={"look_at": func.now()}
        )
    )
    db.session.commit()


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
    """Return the uploads that the sweep must check now, and end the transaction."""
    # Nobody's may keep the sweep from looking at everybody else's.
    query = select(CancelledUpload).from_statement(_TAKE_DUE.bindparams(moment=now()))
    found = list(db.session.scalars(query))
    db.session.expunge_all()
    db.session.rollback()
    return found


def take_look(upload: CancelledUpload) -> bool:
    """Put it behind its owner's others while the sweep checks it; commits.

    One that fails, or takes all of the time there is, then keeps none of them from being checked.
    Returns False where an event has come meanwhile, or another sweep: leave it to the next.
    """
    moment = now()
    taken = update(CancelledUpload).where(_as_taken(upload)).values(look_at=moment)
    is_taken = db.session.scalar(taken.returning(CancelledUpload.image_id)) is not None
    db.session.commit()
    upload.look_at = moment
    return is_taken


def _as_taken(upload: CancelledUpload) -> ColumnElement[bool]:
    return (CancelledUpload.image_id == upload.image_id) & (
        CancelledUpload.look_at == upload.look_at
    )


def note_looked(upload: CancelledUpload) -> None:
    """Check once more at the end of the day, and delete the record then.

    Not where an event has come since it was taken: the next sweep looks again.
    """
    this = _as_taken(upload)
    ends_at = upload.cancelled_at + REMEMBERED_FOR
    if upload.look_at < ends_at:
        db.session.execute(update(CancelledUpload).where(this).values(look_at=ends_at))
    else:
        db.session.execute(delete(CancelledUpload).where(this))
    db.session.commit()
