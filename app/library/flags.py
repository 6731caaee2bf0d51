"""Favourites and the archive. The caller locks the images first, and commits."""

from collections.abc import Sequence
from uuid import UUID

from app.accounts.models import User
from app.database import now
from app.library.selection import Locked, set_columns


def set_favourite(user: User, rows: Sequence[Locked], *, favourite: bool) -> list[UUID]:
    """Mark pictures as favourites, or not; return those that are otherwise than before.

    Args:
        user: whose they are.
        rows: of pictures that are locked.
        favourite: whether they are to be favourites.
    """
    changed = [row.id for row in rows if row.favourite != favourite]
    set_columns(user, changed, favourite=favourite)
    return changed


def set_archived(user: User, rows: Sequence[Locked], *, archived: bool) -> list[UUID]:
    """Take pictures out of the timeline or back; return those that are otherwise than before.

    Args:
        user: whose they are.
        rows: of pictures that are locked.
        archived: whether they are to be in the archive.
    """
    changed = [row.id for row in rows if (row.archived_at is not None) != archived]
    set_columns(user, changed, archived_at=now() if archived else None)
    return changed
