"""Rows of batches: who has which, how they are split, and how they end."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import case, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models import User
from app.database import db, now
from app.descriptions.consent import agreed_to, what_decides
from app.descriptions.lease import IN_BATCH_FOR
from app.descriptions.tariff import Tariff
from app.descriptions.versions import by, record_failure
from app.images.description_batch_models import BatchState, DescriptionBatch, DescriptionBatchLine
from app.images.models import DescriptionSource, DescriptionState, Image
from app.model_prices import Price

# Longer than a function may run, and than any request to the host takes.
LEASE = timedelta(minutes=15)
MAX_DUE = 20  # of one sweep
WAKE_AGAIN = timedelta(minutes=5)  # where a message was lost
ENDED_KEPT_FOR = timedelta(days=7)
MAX_FORGOTTEN = 500


class LostBatchError(Exception):
    """The lease of a batch ran out, and another worker may have it."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A batch that is ours until `leased_until`, as its row was when it was read."""

    id: UUID
    owner_id: UUID
    state: str
    created_at: datetime
    leased_until: datetime
    is_cancelled: bool
    tries: int
    host: str | None
    model: str | None
    sent_at: datetime | None
    file_id: str | None
    remote_id: str | None
    input_price: int | None
    output_price: int | None
    cache_write_price: int | None

    @property
    def tariff(self) -> Tariff:
        """What its answers cost: as when it was sent. Not for reserving."""
        price = Price(
            input=self.input_price or 0,
            output=self.output_price or 0,
            cache_write=self.cache_write_price or 0,
        )
        return Tariff(
            host=self.host or "",
            model=self.model or "",
            price=price,
            input_tokens=0,
            output_tokens=0,
            site_budget=None,
            person_budget=None,
        )


_SAID = (
    DescriptionBatch.id,
    DescriptionBatch.owner_id,
    DescriptionBatch.state,
    DescriptionBatch.created_at,
    DescriptionBatch.leased_until,
    DescriptionBatch.cancel_asked_at.is_not(None).label("is_cancelled"),
    DescriptionBatch.tries,
    DescriptionBatch.host,
    DescriptionBatch.model,
    DescriptionBatch.sent_at,
    DescriptionBatch.file_id,
    DescriptionBatch.remote_id,
    DescriptionBatch.input_price,
    DescriptionBatch.output_price,
    DescriptionBatch.cache_write_price,
)


def claim(batch_id: UUID) -> Batch | None:
    """Take a batch, for `LEASE`; None: another worker has it, or it is done. Commits."""
    row = db.session.execute(
        update(DescriptionBatch)
        .where(
            DescriptionBatch.id == batch_id,
            DescriptionBatch.state != BatchState.DONE,
            or_(
                DescriptionBatch.leased_until.is_(None),
                DescriptionBatch.leased_until < func.now(),
            ),
        )
        .values(leased_until=func.now() + LEASE)
        .returning(*_SAID)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    db.session.commit()
    return None if row is None else Batch(**row._mapping)  # noqa: SLF001 - a row's own way


def note(batch: Batch, **values: object) -> Batch:
    """Write to the row of a batch that is ours, and return it as it is now; commits.

    Raises:
        LostBatchError: it is not ours any more; nothing was written.
    """
    row = db.session.execute(
        update(DescriptionBatch)
        .where(DescriptionBatch.id == batch.id, DescriptionBatch.leased_until == batch.leased_until)
        .values(**values)
        .returning(*_SAID)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    db.session.commit()
    if row is None:
        raise LostBatchError(batch.id)
    kept = {**row._mapping, "leased_until": batch.leased_until}  # noqa: SLF001 - a row's own way
    return Batch(**kept)


def rest(batch: Batch, *, seconds: float, **values: object) -> None:
    """Let go of a batch, and have it looked at after so many seconds; commits."""
    pause = func.now() + timedelta(seconds=seconds)
    note(batch, leased_until=None, next_look_at=pause, **values)


def finish(batch: Batch) -> None:
    """End a batch of which no picture waits; commits."""
    note(batch, state=BatchState.DONE, ended_at=func.now(), leased_until=None)


def end_line(batch: Batch, image_id: UUID, *, is_described: bool) -> None:
    """Take a picture out of its batch, counted, in the current transaction. Safe to repeat."""
    gone = db.session.scalar(
        delete(DescriptionBatchLine)
        .where(DescriptionBatchLine.batch_id == batch.id, DescriptionBatchLine.image_id == image_id)
        .returning(DescriptionBatchLine.image_id)
        .execution_options(synchronize_session=False)
    )
    if gone is None:
        return
    counted = DescriptionBatch.described if is_described else DescriptionBatch.failed
    db.session.execute(
        update(DescriptionBatch)
        .where(DescriptionBatch.id == batch.id)
        .values({counted.key: counted + 1})
        .execution_options(synchronize_session=False)
    )


def fail_line(batch: Batch, image_id: UUID, *, code: str) -> None:
    """Note of a picture why it has no description, and take it out of its batch; commits."""
    record_failure(image_id, code=code)
    end_line(batch, image_id, is_described=False)
    db.session.commit()


def add(owner_id: UUID, image_ids: Sequence[UUID], *, seconds: float = 0) -> UUID | None:
    """Make a batch of pictures that wait; None: they are all in batches. The caller commits.

    One that another batch still has an answer to come for stays in that one.
    """
    batch_id = uuid4()
    batch = DescriptionBatch(
        id=batch_id,
        owner_id=owner_id,
        state=BatchState.WAITING,
        pictures=len(image_ids),
        next_look_at=now() + timedelta(seconds=seconds),
    )
    db.session.add(batch)
    db.session.flush()  # the lines name it
    added = _add_lines(batch_id, image_ids)
    if not added:
        db.session.delete(batch)
        return None
    batch.pictures = added
    return batch_id


def _add_lines(batch_id: UUID, image_ids: Sequence[UUID]) -> int:
    added = db.session.scalars(
        insert(DescriptionBatchLine)
        .values([{"image_id": each, "batch_id": batch_id} for each in image_ids])
        .on_conflict_do_nothing()
        .returning(DescriptionBatchLine.image_id)
    )
    return len(added.all())


def split_off(batch: Batch, image_ids: Collection[UUID], *, seconds: float, tries: int = 0) -> None:
    """Put some pictures of a batch into one of their own, which is sent later; commits.

    tries: how often they were tried already.
    """
    if not image_ids:
        return
    other = DescriptionBatch(
        id=uuid4(),
        owner_id=batch.owner_id,
        state=BatchState.WAITING,
        pictures=len(image_ids),
        created_at=batch.created_at,
        tries=tries,
        next_look_at=now() + timedelta(seconds=seconds),
    )
    db.session.add(other)
    db.session.flush()
    db.session.execute(
        update(DescriptionBatchLine)
        .where(
            DescriptionBatchLine.batch_id == batch.id, DescriptionBatchLine.image_id.in_(image_ids)
        )
        .values(batch_id=other.id)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(DescriptionBatch)
        .where(DescriptionBatch.id == batch.id)
        .values(pictures=DescriptionBatch.pictures - len(image_ids))
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


@dataclass(frozen=True, kw_only=True)
class Line:
    """A picture that a batch has no answer for, and whether it may be sent.

    waits: somebody still wants its description. is_ours: nothing speaks against sending it.
    """

    image_id: UUID
    waits: bool
    is_ours: bool
    is_to_stack: bool
    by_person: bool
    preview_format: str | None


def lines_of(batch: Batch, *, host: str | None, only: UUID | None = None) -> list[Line]:
    """Return the pictures that a batch has no answer for, as they stand now.

    What decides is what decides of single pictures: see `preview_of`. Ends the transaction.
    """
    query = (
        select(
            DescriptionBatchLine.image_id,
            Image.id,
            Image.description_state,
            Image.has_preview,
            *what_decides(),
        )
        .outerjoin(
            Image,
            (Image.id == DescriptionBatchLine.image_id) & (Image.owner_id == batch.owner_id),
        )
        .outerjoin(User, User.id == batch.owner_id)
        .where(DescriptionBatchLine.batch_id == batch.id)
        .order_by(DescriptionBatchLine.image_id)
    )
    if only is not None:
        query = query.where(DescriptionBatchLine.image_id == only)
    rows = db.session.execute(query)
    found = [_line(row, host=host, asked_at=batch.created_at) for row in rows]
    db.session.rollback()
    return found


def _line(row: Any, *, host: str | None, asked_at: datetime) -> Line:  # noqa: ANN401 - columns
    waits = row.id is not None and row.description_state == DescriptionState.WAITING
    is_ours = (
        waits
        and row.deleted_at is None
        and row.has_preview
        and row.disabled_at is None
        and row.descriptions_enabled_at is not None
        # Who agreed anew has not asked for this anew.
        and row.descriptions_enabled_at <= asked_at
        and host is not None
        and agreed_to(host, row.descriptions_host)
        and not row.is_never_sent
        and not row.by_person
    )
    return Line(
        image_id=row.image_id,
        waits=waits,
        is_ours=is_ours,
        is_to_stack=bool(row.is_to_stack),
        by_person=bool(row.by_person),
        preview_format=row.preview_format,
    )


def drop_lines(batch_id: UUID, image_ids: Collection[UUID]) -> None:
    """Let pictures of a batch wait no more; commits. Safe to repeat.

    What is shown of one stays; those without anything can be asked for again.
    """
    if not image_ids:
        return
    state = case(
        (by(DescriptionSource.PERSON), DescriptionState.DONE.value),
        else_=DescriptionState.NONE.value,
    )
    db.session.execute(
        update(Image)
        .where(Image.id.in_(image_ids), Image.description_state == DescriptionState.WAITING)
        .values(description_state=state, description_leased_until=None)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        delete(DescriptionBatchLine)
        .where(
            DescriptionBatchLine.batch_id == batch_id, DescriptionBatchLine.image_id.in_(image_ids)
        )
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def lease_in_batch() -> dict[str, object]:
    """Return what keeps workers from asking the model for a picture alone."""
    until = func.now() + IN_BATCH_FOR
    return {"description_asked_at": until, "description_leased_until": until}


def renew_leases(batch: Batch) -> None:
    """Begin the pictures' leases anew where half of them is over; commits."""
    in_batch = select(DescriptionBatchLine.image_id).where(
        DescriptionBatchLine.batch_id == batch.id
    )
    db.session.execute(
        update(Image)
        .where(
            Image.id.in_(in_batch),
            Image.description_state == DescriptionState.WAITING,
            Image.description_asked_at < func.now() + IN_BATCH_FOR / 2,
        )
        .values(lease_in_batch())
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def wake_due() -> list[UUID]:
    """Return the batches that are to be looked at, each once in some minutes; commits.

    Those that cost money already come first: there are few, and they make room for others.
    """
    due = (
        select(DescriptionBatch.id)
        .where(
            DescriptionBatch.state != BatchState.DONE,
            DescriptionBatch.next_look_at < func.now(),
            or_(
                DescriptionBatch.leased_until.is_(None),
                DescriptionBatch.leased_until < func.now(),
            ),
        )
        .order_by(DescriptionBatch.state == BatchState.WAITING, DescriptionBatch.next_look_at)
        .limit(MAX_DUE)
        .with_for_update(skip_locked=True)
    )
    found = list(
        db.session.scalars(
            update(DescriptionBatch)
            .where(DescriptionBatch.id.in_(due.scalar_subquery()))
            .values(next_look_at=func.now() + WAKE_AGAIN)
            .returning(DescriptionBatch.id)
            .execution_options(synchronize_session=False)
        )
    )
    db.session.commit()
    return found


def rest_unsent(owner_id: UUID, *, seconds: float) -> None:
    """Send none of a person's batches for so long: each of them would be refused; commits.

    Else the sweep would come to all of theirs, again and again, before it came to others'.
    """
    pause = func.now() + timedelta(seconds=seconds)
    db.session.execute(
        update(DescriptionBatch)
        .where(
            DescriptionBatch.owner_id == owner_id,
            DescriptionBatch.state == BatchState.WAITING,
            DescriptionBatch.leased_until.is_(None),
            DescriptionBatch.cancel_asked_at.is_(None),
            DescriptionBatch.next_look_at < pause,
        )
        .values(next_look_at=pause)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def look_soon(owner_id: UUID) -> None:
    """Have a person's batches looked at soon: some of it is withdrawn, or money is there.

    The caller commits.
    """
    db.session.execute(
        update(DescriptionBatch)
        .where(
            DescriptionBatch.owner_id == owner_id,
            DescriptionBatch.state != BatchState.DONE,
            DescriptionBatch.next_look_at > func.now(),
        )
        .values(next_look_at=func.now())
        .execution_options(synchronize_session=False)
    )


def forget_ended() -> None:
    """Delete batches that ended a week ago, some at a time; commits."""
    old = (
        select(DescriptionBatch.id)
        .where(
            DescriptionBatch.state == BatchState.DONE,
            DescriptionBatch.ended_at < now() - ENDED_KEPT_FOR,
        )
        .limit(MAX_FORGOTTEN)
    )
    db.session.execute(
        delete(DescriptionBatch)
        .where(DescriptionBatch.id.in_(old.scalar_subquery()))
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
