"""Stack images, unstack them and choose covers, as a request asks for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.accounts.models import User
from app.images.models import Image
from app.library.batch_schemas import BatchAction, BatchIn, PickedImages, StacksBefore
from app.library.selection import lock_images, select_images, wrong_field
from app.stacks.change import (
    NotStackableError,
    Restacked,
    make_covers,
    restore_stacks,
    stack_images,
    unstack_images,
)
from app.stacks.grouping import Placed
from app.stacks.members import members_of, stacks_of

OF_STACKS: frozenset[BatchAction] = frozenset({"stack", "unstack", "make_cover", "restore_stacks"})


@dataclass(frozen=True, kw_only=True)
class ChangedStacks:
    """What a change of stacks did.

    Args:
        ids: images that stand elsewhere now.
        before: what takes it back.
        has_more: whether more match than were changed.
    """

    ids: list[UUID]
    before: Mapping[str, Any]
    has_more: bool


def require_fields_of_stacks(wanted: BatchIn) -> None:
    """Check that what is done with stacks has what it needs, and nothing else has.

    Raises:
        ValidationFailedError: it does not.
    """
    if (wanted.stacks_before is not None) != (wanted.action == "restore_stacks"):
        raise wrong_field("stacks_before", "It goes with restore_stacks, and with no other.")
    is_matched = not isinstance(wanted.images, PickedImages)
    if is_matched and wanted.action in OF_STACKS - {"unstack"}:
        raise wrong_field("images", "Name the pictures by their ids.")


def change_stacks(user: User, wanted: BatchIn) -> ChangedStacks:
    """Do to stacks what a request asks for.

    Raises:
        NotFoundError: an image that is named is not there, or is somebody else's.
        ValidationFailedError: they cannot be stacked so.
    """
    images, has_more = wanted.images, False
    if isinstance(images, PickedImages):
        lock_images(user, images.ids)
        ids = list(dict.fromkeys(images.ids))
        if wanted.action == "unstack" and images.whole_stacks:
            ids = list(dict.fromkeys([*ids, *members_of(user.id, stacks_of(user.id, ids))]))
    else:
        selected = select_images(user, images, changing=Image.stack_id.is_not(None))
        ids, has_more = [row.id for row in selected.rows], selected.has_more
    try:
        if wanted.stacks_before is not None:
            done = restore_stacks(user, _wanted(ids, wanted.stacks_before))
        else:
            done = _CHANGES[wanted.action](user, ids)
    except NotStackableError as error:
        raise wrong_field("images.ids", str(error)) from error
    return ChangedStacks(ids=done.ids, before=_columns(done.before), has_more=has_more)


def _wanted(ids: Sequence[UUID], before: StacksBefore) -> dict[UUID, Placed]:
    """Return where images are to stand.

    Raises:
        ValidationFailedError: there are not as many places as images, or one is no place.
    """
    columns = (before.places, before.ranks, before.reasons)
    if any(len(column) != len(ids) for column in columns):
        raise wrong_field("stacks_before", "Give one of each for each of images.ids.")
    placed: dict[UUID, Placed] = {}
    for image_id, place, rank, reason in zip(ids, *columns, strict=True):
        if place is not None and place >= len(before.stacks):
            raise wrong_field("stacks_before.places", "There is no such stack.")
        if (place is None) != (rank is None):
            raise wrong_field("stacks_before.ranks", "Give one for each that is in a stack.")
        stack = None if place is None else before.stacks[place]
        placed[image_id] = Placed(stack=stack, rank=rank, reason=reason)
    return placed


def _columns(before: Sequence[Placed]) -> dict[str, list[Any]]:
    """Return where images stood, as the API's StacksBefore."""
    stacks = list(dict.fromkeys(each.stack for each in before if each.stack is not None))
    place_of = {stack: place for place, stack in enumerate(stacks)}
    return {
        "stacks": stacks,
        "places": [None if each.stack is None else place_of[each.stack] for each in before],
        "ranks": [each.rank for each in before],
        "reasons": [each.reason for each in before],
    }


_CHANGES: Mapping[BatchAction, Callable[[User, Sequence[UUID]], Restacked]] = {
    "stack": stack_images,
    "unstack": unstack_images,
    "make_cover": make_covers,
}
