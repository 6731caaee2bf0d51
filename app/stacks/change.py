"""Stack images by hand, unstack them, choose covers. The caller locks whole stacks, and commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select

from app.accounts.models import User
from app.database import db
from app.images.models import SHOWN, Image, StackReason
from app.stacks.grouping import Placed
from app.stacks.members import among, place_images, sizes_of, stacks_of, within
from app.stacks.models import MAX_STACK

_OUT = Placed(stack=None, rank=None, reason=None)
_OUT_BY_HAND = Placed(stack=None, rank=None, reason=StackReason.PERSON)


class NotStackableError(ValueError):
    """What cannot be stacked so; its words are for people."""


@dataclass(frozen=True, kw_only=True)
class Restacked:
    """What a change of stacks did.

    Args:
        ids: images that stand elsewhere now.
        before: where each of them stood.
    """

    ids: list[UUID]
    before: list[Placed]


def stack_images(user: User, ids: Sequence[UUID]) -> Restacked:
    """Make one stack of images, with all that are stacked with any of them; the first is its cover.

    Raises:
        NotStackableError: there is one only, there are too many, or one has not arrived.
    """
    there = _placed(user, ids, with_members=True)
    first = {image_id: place for place, image_id in enumerate(ids)}
    groups: dict[UUID, int] = {}
    for image_id in ids:
        groups.setdefault(there[image_id].stack or image_id, first[image_id])

    def in_order(image_id: UUID) -> tuple[int, int, int, UUID]:
        placed = there[image_id]
        named = first.get(image_id, len(first))
        group = groups[placed.stack or image_id]
        return (0 if named == 0 else 1 + group, placed.rank or 0, named, image_id)

    if len(there) < 2:  # noqa: PLR2004 - a stack of one is none
        raise NotStackableError("Name two pictures at least.")
    if len(there) > MAX_STACK:
        raise NotStackableError(f"A stack holds {MAX_STACK} pictures at most.")
    stack = there[ids[0]].stack or uuid4()
    placed = {
        # Below zero, before whatever may join them without being asked.
        image_id: Placed(stack=stack, rank=place - len(there), reason=StackReason.PERSON)
        for place, image_id in enumerate(sorted(there, key=in_order))
    }
    return _change(user, there, placed)


def unstack_images(user: User, ids: Sequence[UUID]) -> Restacked:
    """Take images out of their stacks, and note that they are to be in none.

    Of a stack that one image is left in, that one is out too.
    """
    there = _placed(user, ids, with_members=True)
    out = {image_id for image_id in ids if there[image_id].stack is not None}
    left: dict[UUID, list[UUID]] = {}
    for image_id, each in there.items():
        if image_id not in out and each.stack is not None:
            left.setdefault(each.stack, []).append(image_id)
    alone = {members[0] for members in left.values() if len(members) == 1}
    placed = dict.fromkeys(out, _OUT_BY_HAND) | dict.fromkeys(alone, _OUT)
    return _change(user, there, placed)


def make_covers(user: User, ids: Sequence[UUID]) -> Restacked:
    """Have each of these images stand for its stack; of several of one stack the last."""
    there = _placed(user, ids, with_members=True)
    lowest: dict[UUID, int] = {}
    for each in there.values():
        if each.stack is not None:
            rank = each.rank or 0
            lowest[each.stack] = min(rank, lowest.get(each.stack, rank))
    changed: dict[UUID, Placed] = {}
    for image_id in ids:
        placed = changed.get(image_id, there[image_id])
        if placed.stack is None or placed.rank == lowest[placed.stack]:
            continue
        # Below zero, as above.
        lowest[placed.stack] = min(lowest[placed.stack], 0) - 1
        changed[image_id] = Placed(
            stack=placed.stack, rank=lowest[placed.stack], reason=placed.reason
        )
    return _change(user, there, changed)


def restore_stacks(user: User, placed: Mapping[UUID, Placed]) -> Restacked:
    """Put images where they stood: the undo of the others.

    Raises:
        NotStackableError: a stack would hold too many.
    """
    there = _placed(user, list(placed), with_members=False)
    restacked = _change(user, there, placed)
    stacks = [each.stack for each in placed.values() if each.stack is not None]
    if any(size > MAX_STACK for size in sizes_of(user.id, stacks).values()):
        raise NotStackableError(f"A stack holds {MAX_STACK} pictures at most.")
    return restacked


def _placed(user: User, ids: Sequence[UUID], *, with_members: bool) -> dict[UUID, Placed]:
    """Return where images stand, and where those do that are stacked with them.

    Raises:
        NotStackableError: one of them has not arrived.
    """
    meant = among(ids)
    if with_members and (stacks := stacks_of(user.id, ids)):
        meant |= within(stacks)
    rows = db.session.execute(
        select(Image.id, Image.state, Image.stack_id, Image.stack_rank, Image.stack_reason).where(
            Image.owned_by(user), meant
        )
    ).all()
    if any(row.state not in SHOWN for row in rows):
        raise NotStackableError("Only pictures that have arrived are stacked.")
    return {
        row.id: Placed(stack=row.stack_id, rank=row.stack_rank, reason=row.stack_reason)
        for row in rows
    }


def _change(user: User, there: Mapping[UUID, Placed], wanted: Mapping[UUID, Placed]) -> Restacked:
    placed = {each: at for each, at in wanted.items() if there[each] != at}
    place_images(user.id, placed)
    return Restacked(ids=list(placed), before=[there[each] for each in placed])
