"""Retry images whose processing failed."""

from uuid import UUID

from sqlalchemy import select, update

from app.accounts.models import User
from app.accounts.rate_limits import limiter
from app.accounts.rate_limits.policies import RETRIES
from app.accounts.rate_limits.seats import take_seat
from app.database import db, now
from app.errors import NotDamagedError, NotFoundError, TooManyAtOnceError
from app.images.models import Image, ImageState
from app.messages import PictureStored


def process_again(user: User, image_id: UUID) -> PictureStored:
    """Let a damaged picture be processed again; the caller commits and sends the task.

    Raises:
        TooManyRequestsError: they had enough of them tried again.
        TooManyAtOnceError: several writes of theirs are under way; nothing was counted.
        NotFoundError: there is none with this id, or it is somebody else's.
        NotDamagedError: there is nothing to be tried again.
    """
    mine = (Image.owned_by(user), Image.id == image_id)
    again = (
        update(Image)
        .where(*mine, Image.state == ImageState.DAMAGED)
        .values(state=ImageState.PROCESSING, stored_at=now(), attempts=0, failure_code=None)
        .returning(Image.id)
        .execution_options(synchronize_session=False)
    )
    limiter.take(RETRIES, of=str(user.id))
    try:
        take_seat(user.id)
    except TooManyAtOnceError:
        limiter.give_back(RETRIES, of=str(user.id))
        db.session.commit()
        raise
    if db.session.scalar(again) is None:
        if db.session.scalar(select(Image.id).where(*mine)) is None:
            raise NotFoundError
        raise NotDamagedError
    return PictureStored(user_id=user.id, image_id=image_id)
