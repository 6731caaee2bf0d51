"""Delete tags for good, 30 days after their owner deleted them: a periodic job."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, delete, select, tuple_

from app.albums.entries import lock_albums_of
from app.database import db, now, set_short_lock_timeout
from app.images.tag_models import ImageTag, Tag

RESTORABLE_FOR = timedelta(days=30)
_MAX_PEOPLE = 100
# Nobody else changes tags of this person meanwhile.
_MAX_ENTRIES = 10_000
_MAX_TAGS = 1_000


@dataclass(frozen=True, kw_only=True)
class DueTags:
    """That tags of a person are to go for good."""

    owner_id: UUID


def tags_due() -> list[DueTags]:
    """Return people whose tags were deleted long ago; ends the transaction."""
    owners = select(Tag.owner_id).where(_is_due()).distinct().limit(_MAX_PEOPLE)
    due = [DueTags(owner_id=owner_id) for owner_id in db.session.scalars(owners)]
    db.session.rollback()
    return due


def purge_tags(due: DueTags) -> None:
    """Delete some of a person's tags that were deleted long ago. Ends the transaction.

    Safe to repeat, and to be cut off anywhere: what is left is due at the next sweep.

    Raises:
        OperationalError: the person's rows are locked for longer than a moment.
    """
    set_short_lock_timeout()
    lock_albums_of(due.owner_id)
    tags = (
        select(Tag.id)
        .where(Tag.owner_id == due.owner_id, _is_due())
        .order_by(Tag.id)
        .limit(_MAX_TAGS)
    )
    entries = (
        select(ImageTag.image_id, ImageTag.tag_id)
        .where(ImageTag.tag_id.in_(tags))
        .limit(_MAX_ENTRIES)
    )
    gone = db.session.execute(
        delete(ImageTag)
        .where(tuple_(ImageTag.image_id, ImageTag.tag_id).in_(entries))
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", gone).rowcount < _MAX_ENTRIES:
        db.session.execute(
            delete(Tag).where(Tag.id.in_(tags)).execution_options(synchronize_session=False)
        )
    db.session.commit()


def _is_due() -> ColumnElement[bool]:
    return Tag.deleted_at < now() - RESTORABLE_FOR
