"""Asking for descriptions in batches, taking that back, and how far they are."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from app.accounts.models import User
from app.database import db, now
from app.descriptions.batches.rows import add, drop_lines
from app.images.description_batch_models import (
    MAX_PICTURES,
    BatchState,
    DescriptionBatch,
    DescriptionBatchLine,
)

# A person has no more than that under way: each has MAX_PICTURES, and limits let through fewer.
MAX_BATCHES = 500
SHOWN_FOR = timedelta(days=1)
MAX_SECONDS_OF_CANCEL = 10.0


def add_batches(owner_id: UUID, image_ids: Sequence[UUID]) -> list[UUID]:
    """Make batches of pictures that wait; the caller commits."""
    made = [
        add(owner_id, image_ids[first : first + MAX_PICTURES])
        for first in range(0, len(image_ids), MAX_PICTURES)
    ]
    return [each for each in made if each is not None]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a person's batches are: those under way, or else those of the last day.

    pictures: of all of them. waiting: without an answer. sent: of those, the host has. answered:
    of those, the host says that it has answered, and nothing came yet.
    """

    since: datetime
    ended_at: datetime | None
    pictures: int
    described: int
    failed: int
    waiting: int
    sent: int
    answered: int
    is_cancelled: bool


def progress_of(owner_id: UUID) -> Progress | None:
    """Say how far a person's batches are; None: there are none, or they ended a day ago."""
    open_since = db.session.scalar(
        select(func.min(DescriptionBatch.created_at)).where(
            DescriptionBatch.owner_id == owner_id, DescriptionBatch.state != BatchState.DONE
        )
    )
    which = (
        DescriptionBatch.ended_at > now() - SHOWN_FOR
        if open_since is None
        else DescriptionBatch.created_at >= open_since
    )
    lines = (
        select(func.count())
        .where(DescriptionBatchLine.batch_id == DescriptionBatch.id)
        .correlate(DescriptionBatch)
        .scalar_subquery()
    )
    shown = (
        select(DescriptionBatch, lines.label("waiting"))
        .where(DescriptionBatch.owner_id == owner_id, which)
        .order_by(DescriptionBatch.created_at.desc())
        .limit(MAX_BATCHES)
    )
    rows = [(row[0], int(row.waiting)) for row in db.session.execute(shown)]
    if not rows:
        return None
    sent = [(batch, left) for batch, left in rows if batch.state == BatchState.OPEN]
    return Progress(
        since=min(batch.created_at for batch, _ in rows),
        ended_at=None
        if open_since is not None
        else max(batch.ended_at for batch, _ in rows if batch.ended_at is not None),
        pictures=sum(batch.pictures for batch, _ in rows),
        described=sum(batch.described for batch, _ in rows),
        failed=sum(batch.failed for batch, _ in rows),
        waiting=sum(left for _, left in rows),
        sent=sum(left for _, left in sent),
        answered=sum(min(batch.answered, left) for batch, left in sent),
        is_cancelled=any(
            batch.cancel_asked_at is not None for batch, _ in rows if batch.state != BatchState.DONE
        ),
    )


def cancel_all(user: User) -> int:
    """Have no more of a person's batches described; what comes back until then is kept. Commits.

    What was not sent yet waits no more at once. Returns how many batches are under way still.
    """
    of_person = (
        DescriptionBatch.owner_id == user.id,
        DescriptionBatch.state != BatchState.DONE,
    )
    db.session.execute(
        update(DescriptionBatch)
        .where(*of_person)
        .values(
            cancel_asked_at=func.coalesce(DescriptionBatch.cancel_asked_at, func.now()),
            next_look_at=func.now(),
        )
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    unsent = select(DescriptionBatch.id).where(*of_person, *_IS_UNSENT)
    found = list(db.session.scalars(unsent.order_by(DescriptionBatch.created_at)))
    db.session.rollback()
    ends = time.monotonic() + MAX_SECONDS_OF_CANCEL
    for batch_id in found:
        _end_unsent(batch_id)
        if time.monotonic() > ends:
            break  # the others are the worker's: they are marked, and due
    left = select(func.count()).select_from(DescriptionBatch).where(*of_person)
    return db.session.scalar(left) or 0


_IS_UNSENT = (
    DescriptionBatch.state == BatchState.WAITING,
    DescriptionBatch.leased_until.is_(None),
)


def _end_unsent(batch_id: UUID) -> None:
    """End a batch that no worker has, and let its pictures wait no more, both or neither."""
    ended = db.session.scalar(
        update(DescriptionBatch)
        .where(DescriptionBatch.id == batch_id, *_IS_UNSENT)
        .values(state=BatchState.DONE, ended_at=func.now())
        .returning(DescriptionBatch.id)
        .execution_options(synchronize_session=False)
    )
    if ended is not None:
        lines = select(DescriptionBatchLine.image_id).where(
            DescriptionBatchLine.batch_id == batch_id
        )
        drop_lines(batch_id, list(db.session.scalars(lines)))
    db.session.commit()
