"""Delete images, restore them, or delete them for good. The caller locks them, and commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from app.accounts.audit.log import Event, record
from app.accounts.models import User
from app.accounts.rate_limits import limiter
from app.accounts.rate_limits.policies import DELETED_FOR_GOOD_MEGABYTES
from app.database import db, now
from app.errors import TooMuchDeletedForGoodError
from app.images.former_consent import stop_waiting_of_before
from app.images.models import Image, ImageState
from app.integrity.purges import purge_images
from app.library.selection import Locked, among, set_columns
from app.stacks.live_photos import look_again, moving_parts_of, part_from_stills
from app.uploads.cancelled import note_cancelled

# What a quota counted for so long may take room for two weeks more, as what the sweep deletes.
COUNTED_FOR = timedelta(days=30)
# Twice as long as they do (UPLOAD_SECONDS): clocks differ.
ADDRESSES_WORK_FOR = timedelta(minutes=10)
_MEGABYTE = 1024 * 1024
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

    The video of a Live Photo goes with its still.

    Args:
        user: whose they are.
        rows: of pictures that are locked.
    """
    unfinished = [row for row in rows if row.state in _UNFINISHED]
    whole = [row for row in rows if row.state not in _UNFINISHED and row.deleted_at is None]
    moved = [row.id for row in whole if row.state != ImageState.JOINED]
    parts = moving_parts_of(user.id, moved)
    # The video of a Live Photo that is named without its still becomes a video that is deleted.
    alone = [row.id for row in whole if row.state == ImageState.JOINED and row.id not in {*parts}]
    part_from_stills(user.id, alone)
    moved += alone
    if unfinished:
        cancelled = [row.id for row in unfinished]
        db.session.execute(delete(Image).where(Image.owned_by(user), among(cancelled)))
        note_cancelled(user.id, *cancelled)
    set_columns(user, [*moved, *parts], deleted_at=now())
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
    if restored:
        stop_waiting_of_before(user.id, restored)
    set_columns(user, [*restored, *moving_parts_of(user.id, restored)], deleted_at=None)
    look_again(user.id, restored)
    return restored


def delete_for_good(user: User, rows: Sequence[Locked]) -> list[UUID]:
    """Delete those of these pictures that are in Recently deleted; return which. Safe to repeat.

    The sweep deletes their objects: see [Note: Decided, then deleted] in purges.py.

    Args:
        user: whose they are.
        rows: of pictures that are locked.

    Raises:
        TooMuchDeletedForGoodError: too much that had come lately was deleted for good before.
            Nothing was changed.
    """
    deleted = [row for row in rows if row.deleted_at is not None]
    gone = [row.id for row in deleted]
    if not gone:
        return []
    with_parts = [*gone, *moving_parts_of(user.id, gone)]
    _count_recent(user, with_parts)
    unfinished = {row.id for row in deleted if row.state in _UNFINISHED}
    # An address that was signed for one of these works still, and nothing is there any more that
    # would refuse what is sent; whoever has begun to send may be slow.
    promised_lately = select(Image.id).where(
        Image.owned_by(user), among(with_parts), Image.created_at > now() - ADDRESSES_WORK_FOR
    )
    if remembered := unfinished.union(db.session.scalars(promised_lately)):
        note_cancelled(user.id, *remembered)
    size = purge_images(user, with_parts)
    record(Event.IMAGES_DELETED_FOR_GOOD, user_id=user.id, count=len(gone), bytes=size)
    return gone


def _count_recent(user: User, ids: Sequence[UUID]) -> None:
    """Count what came lately: the bucket keeps it for two weeks, where no quota counts it.

    Whatever is in Recently deleted can be deleted at once; the next, of what came lately, once that
    is little enough. docs/decisions/0098.
    """
    came_lately = func.coalesce(Image.stored_at, Image.created_at) > now() - COUNTED_FOR
    recent = db.session.scalar(
        select(func.coalesce(func.sum(Image.byte_size), 0)).where(
            Image.owned_by(user), among(ids), came_lately
        )
    )
    if not recent:
        return
    whose = str(user.id)
    if seconds := limiter.seconds_over(DELETED_FOR_GOOD_MEGABYTES, of=whose):
        raise TooMuchDeletedForGoodError(retry_after=seconds)
    limiter.add(DELETED_FOR_GOOD_MEGABYTES, of=whose, amount=float(recent) / _MEGABYTE)
