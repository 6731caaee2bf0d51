"""Deleting many pictures and bringing them back: all of them or, where one is not there, none.

Each verb locks first what it is about to change, in the order in which uploads lock theirs
(upload_routes.py), and leaves the commit to its caller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Uuid, any_, delete, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from app.accounts.models import User
from app.database import db, now
from app.errors import FieldError, NotFoundError
from app.images.cancelled import note_cancelled
from app.images.models import Image, ImageState

_UNFINISHED = frozenset({ImageState.UPLOADING, ImageState.REJECTED})
_MAX_TOLD = 100
_Locked = Row[UUID, str, datetime | None, str | None]


@dataclass(frozen=True, kw_only=True)
class Deleted:
    """What a deletion did.

    Args:
        moved: pictures that are in Recently deleted now and were not before.
        cancelled: uploads that had not arrived; these do not come back.
        open_parts: of those, the uploads in parts that are open at S3.
    """

    moved: list[UUID]
    cancelled: list[UUID]
    open_parts: list[tuple[UUID, str]]


def delete_images(user: User, ids: Sequence[UUID]) -> Deleted:
    """Move pictures to Recently deleted, and cancel uploads that have not arrived. Safe to repeat.

    Raises:
        NotFoundError: one of them is not there, or is somebody else's; nothing was changed.
    """
    rows = _lock(user, ids)
    unfinished = [row for row in rows if row.state in _UNFINISHED]
    moved = [row.id for row in rows if row.state not in _UNFINISHED and row.deleted_at is None]
    if unfinished:
        cancelled = [row.id for row in unfinished]
        db.session.execute(delete(Image).where(Image.owned_by(user), _among(cancelled)))
        for image_id in cancelled:
            note_cancelled(user.id, image_id)
    if moved:
        _set_deleted_at(user, moved, now())
    return Deleted(
        moved=moved,
        cancelled=[row.id for row in unfinished],
        open_parts=[(row.id, row.upload_id) for row in unfinished if row.upload_id is not None],
    )


def restore_images(user: User, ids: Sequence[UUID]) -> list[UUID]:
    """Take pictures out of Recently deleted; return those that were in it. Safe to repeat.

    Raises:
        NotFoundError: one of them is not there, or is somebody else's; nothing was changed.
    """
    restored = [row.id for row in _lock(user, ids) if row.deleted_at is not None]
    if restored:
        _set_deleted_at(user, restored, None)
    return restored


def _lock(user: User, ids: Sequence[UUID]) -> Sequence[_Locked]:
    wanted = list(dict.fromkeys(ids))
    rows = db.session.execute(
        select(Image.id, Image.state, Image.deleted_at, Image.upload_id)
        .where(Image.owned_by(user), _among(wanted))
        .order_by(Image.sha256)
        .with_for_update()
    ).all()
    if len(rows) < len(wanted):
        raise _not_found(ids, {row.id for row in rows})
    return rows


def _not_found(ids: Sequence[UUID], found: set[UUID]) -> NotFoundError:
    places = [place for place, image_id in enumerate(ids) if image_id not in found]
    return NotFoundError(
        f"{len(places)} of these pictures are not there, or not yours. Nothing was changed.",
        errors=tuple(
            FieldError(location="body", field=f"images.ids.{place}", message="There is none.")
            for place in places[:_MAX_TOLD]
        ),
    )


def _set_deleted_at(user: User, ids: list[UUID], moment: datetime | None) -> None:
    db.session.execute(
        update(Image)
        .where(Image.owned_by(user), _among(ids))
        .values(deleted_at=moment)
        .execution_options(synchronize_session=False)
    )


def _among(ids: list[UUID]) -> ColumnElement[bool]:
    return Image.id == any_(literal(ids, ARRAY(Uuid())))
