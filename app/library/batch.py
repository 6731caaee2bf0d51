"""Changing many pictures at once: all of them or, where one is not there, none.

One small function for each action: it selects, changes, and says what takes back just that. It
leaves the commit to its caller.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement

from app.accounts.models import User
from app.images.models import Image
from app.library.batch_schemas import BatchAction, BatchIn
from app.library.flags import set_archived, set_favourite
from app.library.selection import select_images
from app.library.trash import delete_images, restore_images


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an action did.

    Args:
        changed: pictures that are otherwise than before.
        undo: what is to be done to just these to take it back: the body without `images`.
        has_more: whether more match than were changed.
        cancelled: how many uploads that had not arrived are gone.
        open_parts: of those, the uploads in parts that are open at S3.
    """

    changed: list[UUID]
    undo: Mapping[str, Any]
    has_more: bool
    cancelled: int = 0
    open_parts: list[tuple[UUID, str]] = field(default_factory=list)

    @property
    def answer(self) -> dict[str, Any]:
        """As the API's BatchOut."""
        undo = {**self.undo, "images": {"ids": self.changed}} if self.changed else None
        return {
            "changed": len(self.changed),
            "cancelled": self.cancelled,
            "has_more": self.has_more,
            "undo": undo,
        }


def change_many(user: User, wanted: BatchIn) -> Outcome:
    """Do to many pictures what a request asks for.

    Raises:
        NotFoundError: one of them is not there, or is somebody else's; nothing was changed.
    """
    return _ACTIONS[wanted.action](user, wanted)


def _delete(user: User, wanted: BatchIn) -> Outcome:
    selected = select_images(user, wanted.images, changing=Image.deleted_at.is_(None))
    deleted = delete_images(user, selected.rows)
    return Outcome(
        changed=deleted.moved,
        undo={"action": "restore"},
        has_more=selected.has_more,
        cancelled=len(deleted.cancelled),
        open_parts=deleted.open_parts,
    )


def _restore(user: User, wanted: BatchIn) -> Outcome:
    selected = select_images(user, wanted.images, changing=Image.deleted_at.is_not(None))
    restored = restore_images(user, selected.rows)
    return Outcome(changed=restored, undo={"action": "delete"}, has_more=selected.has_more)


def _favour(user: User, wanted: BatchIn, *, favourite: bool) -> Outcome:
    is_one = cast("ColumnElement[bool]", Image.favourite)
    selected = select_images(user, wanted.images, changing=~is_one if favourite else is_one)
    changed = set_favourite(user, selected.rows, favourite=favourite)
    undo = "unfavourite" if favourite else "favourite"
    return Outcome(changed=changed, undo={"action": undo}, has_more=selected.has_more)


def _archive(user: User, wanted: BatchIn, *, archived: bool) -> Outcome:
    is_in = Image.archived_at.is_not(None)
    selected = select_images(user, wanted.images, changing=~is_in if archived else is_in)
    changed = set_archived(user, selected.rows, archived=archived)
    undo = "unarchive" if archived else "archive"
    return Outcome(changed=changed, undo={"action": undo}, has_more=selected.has_more)


_ACTIONS: Mapping[BatchAction, Callable[[User, BatchIn], Outcome]] = {
    "delete": _delete,
    "restore": _restore,
    "favourite": partial(_favour, favourite=True),
    "unfavourite": partial(_favour, favourite=False),
    "archive": partial(_archive, archived=True),
    "unarchive": partial(_archive, archived=False),
}
