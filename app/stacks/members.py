"""Who is in stacks: find them, lock them in the order in which all do, and put them elsewhere."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, Text, Uuid, any_, cast, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from app.accounts.models import User
from app.accounts.sessions.lookup import Owner
from app.database import Prepared, db, given
from app.errors import NotFoundError
from app.images.listing import LISTED, Reader, Shown, show, with_descriptions
from app.images.models import Image, StackReason
from app.stacks.models import MAX_STACK

if TYPE_CHECKING:
    from app.stacks.grouping import Placed

_PLACE = Prepared(
    text(
        "UPDATE images SET stack_id = placed.stack, stack_rank = placed.rank,"
        " stack_reason = placed.reason"
        " FROM unnest(CAST(:ids AS uuid[]), CAST(:stacks AS uuid[]), CAST(:ranks AS integer[]),"
        " CAST(:reasons AS text[])) AS placed (id, stack, rank, reason)"
        " WHERE images.id = placed.id AND images.owner_id = CAST(:owner AS uuid)"
    )
)
_MEMBERS = Prepared(
    with_descriptions(select(cast(Image.id, Text), *LISTED[1:], Image.stack_reason))
    .where(
        Image.owner_id == given("owner"),
        Image.in_library(),
        Image.stack_id == given("stack", Uuid()),
    )
    .order_by(Image.stack_rank, Image.id)
    .limit(MAX_STACK)
)
# What is said of a whole stack is what says most of any in it.
_STRONGEST = (StackReason.PERSON, StackReason.BURST, StackReason.EDIT, StackReason.SHOT)


def among(ids: Sequence[UUID]) -> ColumnElement[bool]:
    """Return the condition that an image is one of these."""
    return Image.id == any_(literal(list(ids), ARRAY(Uuid())))


def within(stacks: Sequence[UUID]) -> ColumnElement[bool]:
    """Return the condition that an image is in one of these stacks."""
    return Image.stack_id == any_(literal(list(stacks), ARRAY(Uuid())))


def stacks_of(owner_id: UUID, ids: Sequence[UUID]) -> list[UUID]:
    """Return the stacks that any of a person's images are in."""
    found = db.session.scalars(
        select(Image.stack_id)
        .where(Image.owner_id == owner_id, among(ids), Image.stack_id.is_not(None))
        .distinct()
    )
    return [stack for stack in found if stack is not None]


def members_of(owner_id: UUID, stacks: Sequence[UUID], *only: ColumnElement[bool]) -> list[UUID]:
    """Return the images of stacks, in whatever state."""
    if not stacks:
        return []
    of_stacks = select(Image.id).where(Image.owner_id == owner_id, within(stacks), *only)
    return list(db.session.scalars(of_stacks))


def lock_with_members(owner_id: UUID, ids: Sequence[UUID]) -> list[UUID]:
    """Lock images with all that are stacked with them; return those that are there.

    Whoever changes which of a stack is shown locks all of it, and by this order: so two of them
    never wait for each other.
    """
    wanted = [*ids, *members_of(owner_id, stacks_of(owner_id, ids))]
    found = db.session.scalars(
        select(Image.id)
        .where(Image.owner_id == owner_id, among(wanted))
        .order_by(Image.sha256)
        .with_for_update(key_share=True)
    )
    return list(found)


def sizes_of(owner_id: UUID, stacks: Sequence[UUID]) -> dict[UUID, int]:
    """Return how many images are in each of these stacks, in whatever state."""
    if not stacks:
        return {}
    rows = db.session.execute(
        select(Image.stack_id, func.count())
        .where(Image.owner_id == owner_id, within(stacks))
        .group_by(Image.stack_id)
    )
    return {stack: count for stack, count in rows if stack is not None}


def place_images(owner_id: UUID, placed: Mapping[UUID, "Placed"]) -> None:
    """Put images, which are locked, into stacks or out of them; a trigger folds."""
    if placed:
        _PLACE.run(
            {
                "owner": str(owner_id),
                "ids": [str(each) for each in placed],
                "stacks": [str(each.stack) if each.stack else None for each in placed.values()],
                "ranks": [each.rank for each in placed.values()],
                "reasons": [each.reason for each in placed.values()],
            }
        )


def show_stack(owner: User | Owner, image_id: UUID, *, reader: Reader) -> Shown:
    """Return an image with those that are stacked with it, as the API's StackOut.

    Raises:
        NotFoundError: there is none with this id, or it is somebody else's.
    """
    found = db.session.execute(
        select(Image.stack_id).where(Image.owned_by(owner), Image.id == image_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError
    if found.stack_id is None:
        return {"images": [], "reason": None}
    rows = _MEMBERS.rows({"owner": str(owner.id), "stack": str(found.stack_id)})
    reasons = {row[-1] for row in rows}
    return {
        "images": [show(row, reader=reader) for row in rows],
        "reason": next((each for each in _STRONGEST if each in reasons), None),
    }
