"""Finding what fell through: lost events, uploads never made, and what is due to go.

Run every minute. Each part takes a bounded number of rows and is safe to repeat.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select

from app.accounts.sessions import delete_dead_sessions
from app.clients.storage import PictureStore
from app.database import db, now
from app.images.models import DescriptionState, Image, ImageState
from app.tasks import DescribePicture, PictureStored

log = logging.getLogger(__name__)

MOST_ROWS = 500
EVENT_EXPECTED_WITHIN = timedelta(seconds=30)
PROCESSING_EXPECTED_WITHIN = timedelta(minutes=10)
DESCRIPTION_EXPECTED_WITHIN = timedelta(hours=1)
UPLOAD_FORGOTTEN_AFTER = timedelta(days=1)
REJECTION_FORGOTTEN_AFTER = timedelta(days=1)
DELETED_KEPT_FOR = timedelta(days=30)


def sweep(
    *,
    store: PictureStore,
    develop: Callable[[PictureStored], None],
    ask: Callable[[DescribePicture], None],
) -> None:
    """Settle what is overdue.

    Args:
        store: the bucket, with the worker's rights.
        develop: takes up a picture whose event was lost or whose worker died.
        ask: sends the message for a description that waits too long.
    """
    moment = now()
    for user_id, image_id in _overdue_uploads(moment):
        if store.look(user_id, image_id) is not None:
            log.info("taking up a picture whose event did not come")
            develop(PictureStored(user_id=user_id, image_id=image_id))
    for user_id, image_id in _stuck_in_processing(moment):
        develop(PictureStored(user_id=user_id, image_id=image_id))
    for image_id in _waiting_for_description(moment):
        ask(DescribePicture(image_id=image_id))
    _purge_deleted(moment, store=store)
    _forget_unfinished(moment, store=store)
    delete_dead_sessions()
    db.session.commit()


def _overdue_uploads(moment: datetime) -> list[tuple[UUID, UUID]]:
    return _ids(
        Image.state == ImageState.UPLOADING, Image.created_at < moment - EVENT_EXPECTED_WITHIN
    )


def _stuck_in_processing(moment: datetime) -> list[tuple[UUID, UUID]]:
    return _ids(
        Image.state == ImageState.PROCESSING,
        Image.stored_at < moment - PROCESSING_EXPECTED_WITHIN,
    )


def _waiting_for_description(moment: datetime) -> list[UUID]:
    overdue = _ids(
        Image.description_state == DescriptionState.WAITING,
        Image.stored_at < moment - DESCRIPTION_EXPECTED_WITHIN,
    )
    return [image_id for _, image_id in overdue]


def _purge_deleted(moment: datetime, *, store: PictureStore) -> None:
    """Objects first, then the row: a crash in between is found again by the row."""
    due = (Image.deleted_at < moment - DELETED_KEPT_FOR,)
    for user_id, image_id in _ids(*due):
        store.delete_image(user_id, image_id)
        db.session.execute(delete(Image).where(Image.id == image_id, *due))
        db.session.commit()


def _forget_unfinished(moment: datetime, *, store: PictureStore) -> None:
    never_made = (Image.state == ImageState.UPLOADING) & (
        Image.created_at < moment - UPLOAD_FORGOTTEN_AFTER
    )
    rejected = (Image.state == ImageState.REJECTED) & (
        Image.created_at < moment - REJECTION_FORGOTTEN_AFTER
    )
    for user_id, image_id in _ids(never_made | rejected):
        store.delete_image(user_id, image_id)
        db.session.execute(delete(Image).where(Image.id == image_id, never_made | rejected))
        db.session.commit()


def _ids(*conditions: ColumnElement[bool]) -> list[tuple[UUID, UUID]]:
    """Owner and id of matching rows, oldest first; ends the transaction, for what follows waits."""
    query = (
        select(Image.owner_id, Image.id)
        .where(*conditions)
        .order_by(Image.created_at)
        .limit(MOST_ROWS)
    )
    rows = [(owner_id, image_id) for owner_id, image_id in db.session.execute(query)]
    db.session.rollback()
    return rows
