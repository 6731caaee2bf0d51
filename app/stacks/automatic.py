"""Stack images of one shot without being asked, when they arrive and, of older ones, by the sweep.

[Note: One after the other] Images of one shot may become ready in two workers at the same moment.
Whoever looks for partners has an advisory lock of their owner, the first that its transaction
takes: so the second sees what the first wrote. Then it locks the images, in the order in which all
do. What a worker could not do, or did not come to do, waits in `images_to_stack`.
"""

import logging
from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from sqlalchemy import BindParameter, Uuid, any_, delete, literal, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import aliased

from app.accounts.models import User
from app.database import db, set_short_lock_timeout
from app.images.models import Image, ImageState
from app.stacks.grouping import SAME_BURST_WITHIN, Candidate, Placed, stacks_to_make
from app.stacks.live_photos import join_live_photos, key_of_video
from app.stacks.members import lock_with_members, place_images, sizes_of, stacks_of
from app.stacks.models import ImageShot, ImageToStack
from app.stacks.names import shot_of

log = logging.getLogger(__name__)

MAX_OF_ONE = 50  # images of one person in one transaction, and in one turn of the sweep
MAX_IN_ONE_ROUND = 500
# Of one key within a burst's time of one image: there are more of files that all have one name.
_MAX_PARTNERS = 200
_MAX_STACKS = 200  # that the images of one turn and their partners are in
_TAKE_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:owner AS text), 8))")
# Of which a decoder has said when they were taken, if their files say so.
STACKABLE = (ImageState.READY, ImageState.DAMAGED)


def stack_arrived(owner_id: UUID, image_id: UUID) -> None:
    """Look for partners of an image that has just become ready; the sweep does if it cannot.

    Ends the transaction.
    """
    try:
        look_for_partners(owner_id, [image_id])
    except SQLAlchemyError as error:
        log.info("the sweep looks for partners of an image: %s", type(error).__name__)
        db.session.rollback()


def look_for_partners(owner_id: UUID, ids: Sequence[UUID]) -> None:
    """Stack images of one person with those of the same shots, and join Live Photos. Commits.

    Safe to repeat.

    See [Note: One after the other].
    """
    set_short_lock_timeout()
    db.session.execute(_TAKE_TURN, {"owner": str(owner_id)})
    _note_shots(owner_id, ids)
    join_live_photos(owner_id, ids)
    if db.session.scalar(select(User.stacks_images).where(User.id == owner_id)):
        partners = _partners(owner_id, ids)
        if partners:
            _stack(owner_id, sorted(partners))
    db.session.execute(
        delete(ImageToStack)
        .where(ImageToStack.image_id == any_(_array(ids)))
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def images_to_stack() -> list[tuple[UUID, list[UUID]]]:
    """Return some images for whose partners nobody has looked. Ends the transaction.

    However many there are of one person, few of them are read, and each has a turn.
    """
    queue = ImageToStack
    of_any = select(queue.owner_id).order_by(queue.owner_id).limit(1)
    owners = select(of_any.scalar_subquery().label("owner_id")).cte("owners", recursive=True)
    following = of_any.where(queue.owner_id > owners.c.owner_id).correlate(owners)
    owners = owners.union_all(
        select(following.scalar_subquery()).where(owners.c.owner_id.is_not(None))
    )
    few = (
        select(queue.image_id)
        .where(queue.owner_id == owners.c.owner_id)
        .order_by(queue.image_id)
        .limit(MAX_OF_ONE)
        .correlate(owners)
        .lateral("few")
    )
    rows = db.session.execute(
        select(owners.c.owner_id, few.c.image_id).join(few, true()).limit(MAX_IN_ONE_ROUND)
    ).all()
    db.session.rollback()
    return [
        (owner_id, [row.image_id for row in same])
        for owner_id, same in groupby(rows, key=lambda row: row.owner_id)
    ]


def _note_shots(owner_id: UUID, ids: Sequence[UUID]) -> None:
    """Note what names and times say of images, where they say anything."""
    rows = db.session.execute(
        select(Image.id, Image.name, Image.content_type, Image.taken_at).where(
            Image.owner_id == owner_id,
            Image.id == any_(_array(ids)),
            Image.state.in_(STACKABLE),
            Image.taken_at.is_not(None),
        )
    )
    keys = [(row.id, _key_of(row.name, row.content_type), row.taken_at) for row in rows]
    noted = [
        {"image_id": image_id, "owner_id": owner_id, "key": key, "taken_at": taken_at}
        for image_id, key, taken_at in keys
        if key is not None
    ]
    if noted:
        words = insert(ImageShot).values(noted)
        db.session.execute(
            words.on_conflict_do_update(
                index_elements=[ImageShot.image_id],
                set_={"key": words.excluded.key, "taken_at": words.excluded.taken_at},
            )
        )


def _key_of(name: str, content_type: str) -> str | None:
    """Return by what others find an image; a video is in no stack, and found by its still."""
    if content_type.startswith("video/"):
        return key_of_video(name)
    shot = shot_of(name, content_type)
    return shot.key if shot else None


def _partners(owner_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Return those of these images that may have partners, and their partners."""
    one, other = aliased(ImageShot), aliased(ImageShot)
    near = (
        select(other.image_id)
        .where(
            other.owner_id == owner_id,
            other.key == one.key,
            other.taken_at.between(
                one.taken_at - SAME_BURST_WITHIN, one.taken_at + SAME_BURST_WITHIN
            ),
            other.image_id != one.image_id,
        )
        .limit(_MAX_PARTNERS)
        .correlate(one)
        .lateral("near")
    )
    rows = db.session.execute(
        select(one.image_id, near.c.image_id.label("near_id"))
        .join(near, true())
        .where(one.owner_id == owner_id, one.image_id == any_(_array(ids)))
    ).all()
    return {image_id for row in rows for image_id in (row.image_id, row.near_id)}


def _stack(owner_id: UUID, ids: Sequence[UUID]) -> None:
    if len(stacks_of(owner_id, ids)) > _MAX_STACKS:
        return  # no camera makes so many at one moment, and all of their images would be locked
    locked = set(lock_with_members(owner_id, ids))
    rows = db.session.execute(
        select(
            Image.id,
            Image.name,
            Image.content_type,
            Image.taken_at,
            Image.camera_model,
            Image.stack_id,
            Image.stack_rank,
            Image.stack_reason,
        )
        .where(
            Image.owner_id == owner_id,
            # Others of their stacks stand where they stand: they are locked only.
            Image.id == any_(_array([each for each in ids if each in locked])),
            Image.state.in_(STACKABLE),
            Image.taken_at.is_not(None),
            ~Image.is_video(),
        )
        .order_by(Image.taken_at, Image.id)
    )
    candidates = [
        Candidate(
            id=row.id,
            shot=shot,
            taken_at=row.taken_at,
            camera=row.camera_model,
            placed=Placed(stack=row.stack_id, rank=row.stack_rank, reason=row.stack_reason),
        )
        for row in rows
        if (shot := shot_of(row.name, row.content_type)) is not None
    ]
    stacks = [each.placed.stack for each in candidates if each.placed.stack is not None]
    placed = stacks_to_make(candidates, sizes=sizes_of(owner_id, stacks))
    place_images(owner_id, placed)


def _array(ids: Sequence[UUID]) -> BindParameter[Sequence[UUID]]:
    return literal(list(ids), ARRAY(Uuid()))
