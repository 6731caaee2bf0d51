"""Delete images and restore them. The caller locks them first, and commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete

from app.accounts.models import User
from app.database import db, now
from app.images.models import Image, ImageState
from app.library.selection import Locked, among, set_columns
from app.uploads.cancelled import note_cancelled

_UNFINISHED = frozenset({ImageState.UPLOADING, ImageState.REJECTED})


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


def delete_images(user: User, rows: Sequence[Locked]) -> Deleted:
    """Move pictures to Recently deleted, and cancel uploads that have not arrived. Safe to repeat.

    Args:
        user: whose they are.
        rows: of pictures that are locked.
    """
    unfinished = [row for row in rows if row.state in _UNFINISHED]
    moved = [row.id for row in rows if row.state not in _UNFINISHED and row.deleted_at is None]
    if unfinished:
        cancelled = [row.id for row in unfinished]
        db.session.execute(delete(Image).where(Image.owned_by(user), among(cancelled)))
        note_cancelled(user.id, *cancelled)
    set_columns(user, moved, deleted_at=now())
    return Deleted(
        moved=moved,
        cancelled=[row.id for row in unfinished],
        open_parts=[(row.id, row.upload_id) for row in unfinished if row.upload_id is not None],
    )


def restore_images(user: User, rows: Sequence[Locked]) -> list[UUID]:
    """Take pictures out of Recently deleted; return those that were in it. Safe to repeat.

    Args:
        user: whose they are.
        rows: of pictures that are locked.
    """
    restored = [row.id for row in rows if row.deleted_at is not None]
    set_columns(user, restored, deleted_at=None)
    return restored
