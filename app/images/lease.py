"""Who is at a picture: one worker at a time, and not for long once nothing is heard of it.

[Note: Leases, not locks] A message hides from other workers for as long as its own says that it is
at it (app/worker.py), but a picture may have several messages: its event, the same again, one of
the sweep's. So the row says too until when somebody is at it. A lease that has run out binds
nobody: whoever held it may still come to an end, which changes nothing, since each step can be
done twice.
"""

import math
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update

from app.database import db
from app.images.models import Image, ImageState
from app.tasks import PictureStored

LEASE = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A picture that is ours to develop: what was promised, and how often this was begun."""

    sha256: bytes
    size: int
    attempts: int


@dataclass(frozen=True, kw_only=True)
class Busy:
    """A picture that somebody else is at, for so many seconds at least."""

    seconds: int


def begin(task: PictureStored) -> Begun | Busy | None:
    """Note that the original is here, and take the picture; None when there is nothing to do."""
    row = db.session.execute(
        update(Image)
        .where(
            Image.id == task.image_id,
            Image.owner_id == task.user_id,
            or_(
                Image.state == ImageState.UPLOADING,
                (Image.state == ImageState.PROCESSING) & _is_free(),
            ),
        )
        .values(
            state=ImageState.PROCESSING,
            stored_at=func.now(),
            attempts=Image.attempts + 1,
            leased_until=func.now() + LEASE,
        )
        .returning(Image.sha256, Image.byte_size, Image.attempts)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    db.session.commit()
    if row is not None:
        return Begun(sha256=row.sha256, size=row.byte_size, attempts=row.attempts)
    # Whether or not the lease has run out since, or somebody found nothing stored: what is not
    # done is never nothing to do.
    seconds = func.extract("epoch", Image.leased_until - func.now())
    left = db.session.scalar(
        select(func.coalesce(seconds, 0)).where(
            Image.id == task.image_id,
            Image.owner_id == task.user_id,
            Image.state.in_((ImageState.UPLOADING, ImageState.PROCESSING)),
        )
    )
    db.session.rollback()
    return None if left is None else Busy(seconds=max(0, math.ceil(left)) + 1)


def extend(image_id: UUID) -> None:
    """Say that we are still at it."""
    _set(image_id, leased_until=func.now() + LEASE)


def let_go(image_id: UUID, *, begun_in_vain: bool) -> None:
    """Give it to whoever comes next; `begun_in_vain` is held against nobody."""
    less = {"attempts": func.greatest(Image.attempts - 1, 0)} if begun_in_vain else {}
    _set(image_id, leased_until=None, **less)


def _set(image_id: UUID, **values: object) -> None:
    db.session.execute(
        update(Image)
        .where(
            Image.id == image_id,
            Image.state == ImageState.PROCESSING,
            Image.leased_until.is_not(None),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def _is_free() -> ColumnElement[bool]:
    return Image.leased_until.is_(None) | (Image.leased_until < func.now())
