"""What guests sent has arrived: it becomes an image of the album's owner, or goes.

See [Note: Sent by guests] in app/images/collected_models.py. A link that was ended, or is over by
the database's clock, takes nothing in any more, whatever addresses were given before.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

import app.sharing.models  # noqa: F401 - what keys point to
from app.accounts.audit.log import Event, record_by_another
from app.accounts.models import User
from app.accounts.rate_limits.limiter import give_several_back
from app.accounts.rate_limits.policies import PICTURES_OF_GUESTS
from app.albums.entries import add_images, lock_albums_of, require_album
from app.clients.aws.image_store import PictureStore
from app.database import db, now, set_short_lock_timeout
from app.errors import ConflictError, NotFoundError
from app.images.collected_models import (
    HELD_UNTIL_REVIEWED,
    CollectedImage,
    CollectedState,
    ShareCollection,
)
from app.images.models import Image, ImageState
from app.images.turns import TURN_EACH_BATCH, move_turn
from app.integrity.in_time import in_time
from app.integrity.one_step import try_step
from app.messages import PictureStored
from app.sharing.visits import OpenShare, hold_open
from app.uploads.cancelled import note_cancelled

log = logging.getLogger(__name__)

# Addresses live for a minute; sending 200 MB over a slow line takes the rest.
FORGOTTEN_AFTER = timedelta(hours=1)
LOOKED_AT_AGAIN_AFTER = timedelta(minutes=5)
KEPT_FOR = timedelta(days=3)  # once there is no image: as long as its bytes may be looked for
_MOST = 200
_MAX_OF_ONE = 40
_OLD = 1_000
# As of cancelled uploads: one probe of the index for each owner, and a few of each.
_DUE = text("""
WITH RECURSIVE owners (owner_id) AS (
  (SELECT owner_id FROM collected_images WHERE state = 'arriving' ORDER BY owner_id LIMIT 1)
  UNION ALL
  SELECT (
    SELECT owner_id FROM collected_images
    WHERE state = 'arriving' AND owner_id > owners.owner_id ORDER BY owner_id LIMIT 1
  )
  FROM owners WHERE owner_id IS NOT NULL
)
SELECT due.owner_id, due.id FROM owners CROSS JOIN LATERAL (
  SELECT held.owner_id, held.id, held.look_at, row_number() OVER (ORDER BY look_at) AS place
  FROM collected_images AS held
  WHERE state = 'arriving' AND owner_id = owners.owner_id AND look_at < :moment
  ORDER BY look_at LIMIT :max_of_one
) AS due
ORDER BY place, look_at LIMIT :most
""").bindparams(most=_MOST, max_of_one=_MAX_OF_ONE)


def take_in(
    owner_id: UUID, tasks: Sequence[PictureStored], *, links_are_allowed: bool
) -> list[PictureStored]:
    """Take in what guests sent of these originals, which have arrived; commits. Safe to repeat.

    Returns:
        Those that are nothing of guests'.

    Raises:
        OperationalError: somebody has locked one of the rows for longer than a moment.
    """
    ids = sorted(task.image_id for task in tasks)
    theirs = set(
        db.session.scalars(
            select(CollectedImage.id).where(
                CollectedImage.owner_id == owner_id, CollectedImage.id.in_(ids)
            )
        )
    )
    db.session.rollback()
    added: dict[UUID, int] = {}
    for collected_id in sorted(theirs):
        share_id = _take_in(owner_id, collected_id, links_are_allowed=links_are_allowed)
        if share_id is not None:
            added[share_id] = added.get(share_id, 0) + 1
    if added:
        for share_id, pictures in added.items():
            record_by_another(
                Event.GUEST_PICTURES_ADDED,
                user_id=owner_id,
                share=str(share_id),
                pictures=pictures,
            )
        move_turn(owner_id, by=TURN_EACH_BATCH)
        db.session.commit()
    # What was not taken in is among the cancelled uploads: the sweep deletes it.
    gone = _gone_of(theirs)
    return [task for task in tasks if task.image_id not in theirs or task.image_id in gone]


def _gone_of(ids: set[UUID]) -> set[UUID]:
    if not ids:
        return set()
    found = set(
        db.session.scalars(
            select(CollectedImage.id).where(
                CollectedImage.id.in_(ids), CollectedImage.state == CollectedState.GONE
            )
        )
    )
    db.session.rollback()
    return found


def _take_in(
    owner_id: UUID, collected_id: UUID, *, links_are_allowed: bool, is_held: bool = False
) -> UUID | None:
    """Make an image of one, if its link is open at this moment; commits.

    Args:
        owner_id: whose the album is.
        collected_id: which.
        links_are_allowed: by the site.
        is_held: for its owner's review, whatever the link says.

    Returns:
        By which link it was taken in; None: it was not.
    """
    set_short_lock_timeout()
    share = _hold_share_of(owner_id, collected_id) if links_are_allowed else None
    collected = _hold(owner_id, collected_id)
    if collected is None:
        db.session.rollback()
        return None
    if share is None or share.collects_into is None:
        _drop(collected)
        db.session.commit()
        return None
    is_held = is_held or bool(share.is_reviewed)
    image = _image_for(collected, is_held=is_held)
    if image.state == ImageState.UPLOADING:
        # The owner's own upload of the same bytes is under way: what comes of it is seen later.
        collected.look_at = now() + LOOKED_AT_AGAIN_AFTER
        db.session.commit()
        return None
    collected.image_id = image.id
    if image.state == ImageState.REJECTED:
        # These very bytes were looked at before. What was counted for them is not free again.
        collected.state = CollectedState.GONE
        note_cancelled(owner_id, collected.id)
        db.session.commit()
        return None
    if image.id != collected.id:
        note_cancelled(owner_id, collected.id)  # one copy of the bytes is enough
        # What its owner has deleted is for them to take back.
        is_held = is_held or image.deleted_at is not None
    collected.state = CollectedState.WAITING if is_held else CollectedState.ACCEPTED
    db.session.flush()
    if not is_held:
        try:
            _put_into_album(collected)
        except ConflictError:  # it was rolled back: the album is full
            return _take_in(
                owner_id, collected_id, links_are_allowed=links_are_allowed, is_held=True
            )
    give_several_back(PICTURES_OF_GUESTS, of=str(owner_id), amount=1)
    db.session.commit()
    return share.id


def _hold_share_of(owner_id: UUID, collected_id: UUID) -> OpenShare | None:
    """Hold the open link that one was sent by: before the row, as whoever ends a link does."""
    share_id = db.session.scalar(
        select(CollectedImage.share_id).where(
            CollectedImage.id == collected_id, CollectedImage.owner_id == owner_id
        )
    )
    return None if share_id is None else hold_open(share_id)


def _hold(owner_id: UUID, collected_id: UUID) -> CollectedImage | None:
    found: CollectedImage | None = db.session.scalar(
        select(CollectedImage)
        .where(
            CollectedImage.id == collected_id,
            CollectedImage.owner_id == owner_id,
            CollectedImage.state == CollectedState.ARRIVING,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found


def _image_for(collected: CollectedImage, *, is_held: bool) -> Image:
    """Make the image of what has arrived, or find that its owner has the same bytes; locked."""
    moment = now()
    row = insert(Image).values(
        id=collected.id,
        owner_id=collected.owner_id,
        name=collected.name,
        byte_size=collected.byte_size,
        sha256=collected.sha256,
        content_type=collected.content_type,
        taken_hint=collected.taken_hint,
        state=ImageState.PROCESSING,
        stored_at=moment,
        created_at=moment,
        timeline_at=moment.replace(tzinfo=None),
        deleted_at=HELD_UNTIL_REVIEWED if is_held else None,
    )
    # As for uploads: an update that changes nothing locks the row and returns it in one step.
    found_or_added = row.on_conflict_do_update(
        index_elements=[Image.owner_id, Image.sha256], set_={"sha256": row.excluded.sha256}
    ).returning(Image)
    image: Image = db.session.scalars(
        select(Image).from_statement(found_or_added), execution_options={"populate_existing": True}
    ).one()
    return image


def _put_into_album(collected: CollectedImage) -> None:
    """Put an image, which is locked, into the album that it was sent to.

    Raises:
        ConflictError: it is full; the transaction was rolled back.
    """
    owner = db.session.get_one(User, collected.owner_id)
    assert collected.image_id is not None  # noqa: S101 - for the type checker
    lock_albums_of(owner.id)
    try:
        album = require_album(owner, collected.album_id)
    except NotFoundError:
        return  # it is in the library
    added = add_images(owner, album, [collected.image_id])
    collected.was_in_album = not added


def _drop(collected: CollectedImage) -> None:
    """Take it in no more; the caller commits. What was counted for it is free again."""
    collected.state = CollectedState.GONE
    note_cancelled(collected.owner_id, collected.id)
    db.session.execute(
        update(ShareCollection)
        .where(ShareCollection.share_id == collected.share_id)
        .values(
            taken_pictures=ShareCollection.taken_pictures - 1,
            taken_bytes=ShareCollection.taken_bytes - collected.byte_size,
        )
        .execution_options(synchronize_session=False)
    )


def look_for_arrivals(store: PictureStore, *, links_are_allowed: bool) -> None:
    """Take in what arrived without an event, and forget what never came."""
    due = db.session.execute(_DUE, {"moment": now()}).all()
    db.session.rollback()
    for owner_id, collected_id in in_time(due):
        try_step(_looking(owner_id, collected_id, store, links_are_allowed=links_are_allowed))


def _looking(
    owner_id: UUID, collected_id: UUID, store: PictureStore, *, links_are_allowed: bool
) -> Callable[[], None]:
    def look() -> None:
        if store.look(owner_id, collected_id) is not None:
            task = PictureStored(user_id=owner_id, image_id=collected_id)
            take_in(owner_id, [task], links_are_allowed=links_are_allowed)
            return
        set_short_lock_timeout()
        collected = _hold(owner_id, collected_id)
        if collected is None:
            db.session.rollback()
            return
        if collected.share_id is None or _is_late(collected.created_at):
            _drop(collected)
        else:
            collected.look_at = now() + LOOKED_AT_AGAIN_AFTER
        db.session.commit()

    return look


def _is_late(created_at: datetime) -> bool:
    return created_at < now() - FORGOTTEN_AFTER


def forget_what_is_over() -> None:
    """Delete rows of what is no image any more, and never will be."""
    over = (
        select(CollectedImage.id)
        .where(
            CollectedImage.image_id.is_(None),
            CollectedImage.state != CollectedState.ARRIVING,
            CollectedImage.created_at < now() - KEPT_FOR,
        )
        .limit(_OLD)
    )
    db.session.execute(delete(CollectedImage).where(CollectedImage.id.in_(over)))
    db.session.commit()
