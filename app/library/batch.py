"""Change many images at once: all of them, or none if one does not exist.

There is one small function for each action. It selects, changes, and returns what undoes exactly
that change. Its caller commits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, true

from app.accounts.models import User
from app.albums.entries import (
    add_images,
    count_entries,
    lock_albums_of,
    remove_images,
    require_album,
)
from app.albums.errors import TooMuchInAlbumsError
from app.errors import NotFoundError
from app.images.models import Image
from app.images.tag_models import Tag
from app.library.batch_schemas import (
    BatchAction,
    BatchIn,
    MatchedView,
    MatchingImages,
    PickedImages,
)
from app.library.dates import change_dates, require_fields_of_dates
from app.library.flags import set_archived, set_favourite
from app.library.locations import OF_LOCATIONS, change_locations, require_fields_of_locations
from app.library.selection import (
    Selection,
    is_in_album,
    require_named,
    select_images,
    wrong_field,
)
from app.library.stacks import OF_STACKS, change_stacks, require_fields_of_stacks
from app.library.trash import delete_for_good, delete_images, restore_images
from app.tags.entries import (
    FoundTag,
    find_by_path,
    find_or_make,
    find_tag,
    forget_unused,
    is_tagged,
    require_tag,
    tag_images,
    untag_images,
)

# What no request takes back: the route asks for a recent proof of who is there.
FOR_GOOD: frozenset[BatchAction] = frozenset({"delete_for_good"})
# Entries of albums that one request shows or hides: decision 0075 has the figures.
MAX_MOVED_ENTRIES = 50_000
_NO_TAG = "There is no such tag. Nothing was changed."


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an action did.

    Args:
        changed: pictures that are otherwise than before.
        undo: what is to be done to just these to take it back: the body without `images`; None:
            nothing takes it back.
        has_more: whether more match than were changed.
        cancelled: how many uploads that had not arrived are gone.
        open_parts: of those, the uploads in parts that are open at S3.
    """

    changed: list[UUID]
    undo: Mapping[str, Any] | None
    has_more: bool
    cancelled: int = 0
    open_parts: list[tuple[UUID, str]] = field(default_factory=list)

    @property
    def answer(self) -> dict[str, Any]:
        """As the API's BatchOut."""
        undo = None
        if self.changed and self.undo is not None:
            undo = {**self.undo, "images": {"ids": self.changed}}
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
        ValidationFailedError: an album is named where none is meant, or none where one is; the
            same of tags, dates, places and stacks.
    """
    if wanted.album_id is not None and wanted.action not in _OF_ALBUMS:
        raise wrong_field("album_id", "No album is meant here.")
    _require_fields_of_tags(wanted)
    require_fields_of_dates(wanted)
    require_fields_of_locations(wanted)
    require_fields_of_stacks(wanted)
    return _ACTIONS[wanted.action](user, wanted)


def _delete(user: User, wanted: BatchIn) -> Outcome:
    selected = _selected(user, wanted, changing=Image.deleted_at.is_(None), with_joined=True)
    deleted = delete_images(user, selected.rows)
    return Outcome(
        changed=deleted.moved,
        undo={"action": "restore"},
        has_more=selected.has_more,
        cancelled=len(deleted.cancelled),
        open_parts=deleted.open_parts,
    )


def _restore(user: User, wanted: BatchIn) -> Outcome:
    selected = _selected(user, wanted, changing=Image.deleted_at.is_not(None))
    restored = restore_images(user, selected.rows)
    return Outcome(changed=restored, undo={"action": "delete"}, has_more=selected.has_more)


def _delete_for_good(user: User, wanted: BatchIn) -> Outcome:
    images = wanted.images
    if isinstance(images, MatchingImages) and images.match.view is not MatchedView.DELETED:
        raise wrong_field("images.match.view", "Only what is in Recently deleted.")
    # What was restored meanwhile stays, and what is gone already is as it was asked for: so the
    # same request can be sent again, when its answer was lost.
    is_in_trash = Image.deleted_at.is_not(None)
    selected = _selected(user, wanted, changing=is_in_trash, passes_over=True)
    gone = delete_for_good(user, selected.rows)
    return Outcome(changed=gone, undo=None, has_more=selected.has_more)


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


def _add_to_album(user: User, wanted: BatchIn) -> Outcome:
    positions = _positions(wanted)
    album_id = require_named(wanted.album_id, "album_id")
    selected = select_images(user, wanted.images, changing=~is_in_album(album_id))
    lock_albums_of(user.id)
    album = require_album(user, album_id)
    added = add_images(user, album, [row.id for row in selected.rows], positions=positions)
    undo = {"action": "remove_from_album", "album_id": album_id}
    return Outcome(changed=added, undo=undo, has_more=selected.has_more)


def _remove_from_album(user: User, wanted: BatchIn) -> Outcome:
    album_id = require_named(wanted.album_id, "album_id")
    selected = select_images(user, wanted.images, changing=is_in_album(album_id))
    lock_albums_of(user.id)
    album = require_album(user, album_id)
    removed = remove_images(album, [row.id for row in selected.rows])
    undo = {"action": "add_to_album", "album_id": album_id, "positions": removed.positions}
    return Outcome(changed=removed.ids, undo=undo, has_more=selected.has_more)


def _add_tag(user: User, wanted: BatchIn) -> Outcome:
    there = _named_tag(user, wanted)
    if there is None and wanted.tag is None:
        raise NotFoundError(_NO_TAG)
    is_untagged = ~is_tagged(there.id) if there else true()
    selected = select_images(user, wanted.images, changing=is_untagged)
    if not selected.rows:
        return Outcome(changed=[], undo=None, has_more=False)
    lock_albums_of(user.id)
    if wanted.tag is not None:
        found = find_or_make(user, wanted.tag)
    else:
        found = FoundTag(tag=require_tag(user, wanted.tag_id), made=0)
    tagged = tag_images(user, found.tag, [row.id for row in selected.rows])
    undo = {"action": "remove_tag", "tag_id": found.tag.id, "made_tags": found.made or None}
    return Outcome(changed=tagged, undo=undo, has_more=selected.has_more)


def _remove_tag(user: User, wanted: BatchIn) -> Outcome:
    there = _named_tag(user, wanted)
    if there is None:
        raise NotFoundError(_NO_TAG)
    selected = select_images(user, wanted.images, changing=is_tagged(there.id))
    lock_albums_of(user.id)
    tag = require_tag(user, there.id)
    undo: dict[str, Any] = {"action": "add_tag", "tag_id": tag.id}
    path = tag.path
    untagged = untag_images(tag, [row.id for row in selected.rows])
    if wanted.made_tags is not None and forget_unused(user, tag, most=wanted.made_tags):
        undo = {"action": "add_tag", "tag": path}
    return Outcome(changed=untagged, undo=undo, has_more=selected.has_more)


def _named_tag(user: User, wanted: BatchIn) -> Tag | None:
    """Return the tag that a request names, as it is before anything is locked."""
    if wanted.tag_id is not None:
        return find_tag(user, wanted.tag_id)
    return find_by_path(user, wanted.tag or "")


def _require_fields_of_tags(wanted: BatchIn) -> None:
    """Check that what is done with a tag names one, in one way, and nothing else does.

    Raises:
        ValidationFailedError: it does not.
    """
    named = {"tag": wanted.tag, "tag_id": wanted.tag_id, "made_tags": wanted.made_tags}
    given = [name for name, value in named.items() if value is not None]
    if wanted.action not in _OF_TAGS:
        if given:
            raise wrong_field(given[0], "No tag is meant here.")
        return
    if (wanted.tag is None) == (wanted.tag_id is None):
        raise wrong_field("tag", "Name a tag by its path, or by `tag_id`.")
    if wanted.made_tags is not None and wanted.action != "remove_tag":
        raise wrong_field("made_tags", "It goes with remove_tag only.")


def _change_dates(user: User, wanted: BatchIn) -> Outcome:
    selected = _selected(user, wanted, changing=true())
    changed = change_dates(user, wanted, [row.id for row in selected.rows])
    undo = {"action": "restore_taken", "taken_before": changed.before}
    return Outcome(changed=changed.ids, undo=undo, has_more=False)


def _change_locations(user: User, wanted: BatchIn) -> Outcome:
    selected = select_images(user, wanted.images, changing=true())
    changed = change_locations(user, wanted, [row.id for row in selected.rows])
    undo = {"action": "restore_location", "location_before": changed.before}
    return Outcome(changed=changed.ids, undo=undo, has_more=False)


def _selected(
    user: User,
    wanted: BatchIn,
    *,
    changing: ColumnElement[bool],
    passes_over: bool = False,
    with_joined: bool = False,
) -> Selection:
    """Lock pictures that come into albums, go out or move in them, as many as one commit can.

    Raises:
        TooMuchInAlbumsError: those that are named are in too many albums together. Of what
            matches, the first are taken.
    """
    selected = select_images(
        user,
        wanted.images,
        changing=changing,
        passes_over=passes_over,
        with_joined=with_joined,
    )
    in_albums = count_entries([row.id for row in selected.rows])
    if sum(in_albums.values()) <= MAX_MOVED_ENTRIES:
        return selected
    if isinstance(wanted.images, PickedImages):
        raise TooMuchInAlbumsError
    sums = accumulate(in_albums.get(row.id, 0) for row in selected.rows)
    most = sum(1 for entries in sums if entries <= MAX_MOVED_ENTRIES)
    return Selection(rows=selected.rows[:most], has_more=True)


def _positions(wanted: BatchIn) -> dict[UUID, int] | None:
    """Return where images are to stand, by their ids.

    Raises:
        ValidationFailedError: there are not as many places as images.
    """
    if wanted.positions is None:
        return None
    ids = wanted.images.ids if isinstance(wanted.images, PickedImages) else []
    if len(ids) != len(wanted.positions):
        raise wrong_field("positions", "Give one for each of images.ids, or null.")
    return dict(zip(ids, wanted.positions, strict=True))


def _restack(user: User, wanted: BatchIn) -> Outcome:
    done = change_stacks(user, wanted)
    undo = {"action": "restore_stacks", "stacks_before": done.before}
    return Outcome(changed=done.ids, undo=undo, has_more=done.has_more)


_OF_ALBUMS = frozenset({"add_to_album", "remove_from_album"})
_OF_TAGS = frozenset({"add_tag", "remove_tag"})
_ACTIONS: Mapping[BatchAction, Callable[[User, BatchIn], Outcome]] = {
    "delete": _delete,
    "restore": _restore,
    "delete_for_good": _delete_for_good,
    "favourite": partial(_favour, favourite=True),
    "unfavourite": partial(_favour, favourite=False),
    "archive": partial(_archive, archived=True),
    "unarchive": partial(_archive, archived=False),
    "add_to_album": _add_to_album,
    "remove_from_album": _remove_from_album,
    "add_tag": _add_tag,
    "remove_tag": _remove_tag,
    "set_taken": _change_dates,
    "shift_taken": _change_dates,
    "set_offset": _change_dates,
    "reset_taken": _change_dates,
    "restore_taken": _change_dates,
    **dict.fromkeys(OF_LOCATIONS, _change_locations),
    **dict.fromkeys(OF_STACKS, _restack),
}
