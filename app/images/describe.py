"""Having a model describe a picture that waits for it."""

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import func, select, update

from app.accounts import limits
from app.accounts.limit_table import PICTURES_SHOWN_ALL, PICTURES_SHOWN_OF_PERSON
from app.accounts.models import User
from app.clients.aws import AwsUnavailableError
from app.clients.storage import PREVIEWS, PictureStore, Preview
from app.clients.vision import Sighting, VisionError
from app.database import db
from app.errors import TooManyRequestsError
from app.images.darkroom import DarkroomError
from app.images.descriptions import by, record, record_failure
from app.images.giving_way import GiveWay
from app.images.models import DescriptionSource, DescriptionState, Image
from app.tasks import MOST_ATTEMPTS, DescribeAll, DescribePicture, RetryLaterError
from app.telling import count

log = logging.getLogger(__name__)

LONGEST_PAUSE = 600
# Of one person's pictures. What others ask for meanwhile waits behind so many, and not behind all.
ASKED_AT_A_TIME = 20
# Longer than a call of the model lasts with its retries (clients/vision.py).
LEASE = timedelta(minutes=4)


class Describes(Protocol):
    """What is needed of a vision model."""

    def describe(self, preview: bytes) -> Sighting:
        """Describe a WebP; raises VisionError."""


class Sketches(Protocol):
    """What is needed of a darkroom."""

    def sketch(self, preview: bytes, *, owner: UUID | None = None) -> bytes | None:
        """Make a preview of this person small and bare; None when it cannot be opened."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Whose picture waits, and which of its parts is shown to the model."""

    owner_id: UUID
    preview: Preview


def describe_picture(
    task: DescribePicture,
    attempt: int,
    *,
    store: PictureStore,
    darkroom: Sketches,
    vision: Describes | None,
    is_demo: bool,
    give_way: GiveWay,
) -> None:
    """Describe a picture that waits for it. Safe to repeat.

    Raises:
        RetryLaterError: the model is busy or away, or somebody else asks it about this picture;
            the message comes back.
        AwsUnavailableError, DarkroomError: the preview could not be read; try again.
    """
    waiting = _begin(task.image_id, attempt)
    if waiting is None:
        return
    if vision is None:
        _stop_waiting(task.image_id, state=DescriptionState.NONE)
        return
    if not _may_show(waiting.owner_id):
        log.info("a description waits: enough pictures were shown to the model for now")
        _let_go(task.image_id)
        return  # it goes on waiting, and the sweep asks again
    begun = time.monotonic()
    try:
        # What leaves the house is no larger than a model needs, and nothing but pixels.
        preview = store.fetch_preview(waiting.owner_id, task.image_id, waiting.preview)
        sketched = darkroom.sketch(preview, owner=waiting.owner_id)
        if sketched is None:
            record_failure(task.image_id, code="preview_unreadable")
            db.session.commit()
            return
        give_way(waiting.owner_id, time.monotonic() - begun)
        sighting = vision.describe(sketched)
    except (AwsUnavailableError, DarkroomError):
        if attempt < MOST_ATTEMPTS:
            _let_go(task.image_id)
            raise
        log.exception("no preview of %s to describe", task.image_id)
        record_failure(task.image_id, code="preview_unreadable")
    except VisionError as error:
        if error.retryable and attempt < MOST_ATTEMPTS:
            pause = error.retry_after or 5 * 2**attempt
            _let_go(task.image_id)
            raise RetryLaterError(min(round(pause), LONGEST_PAUSE)) from error
        log.warning("no description of %s: %s", task.image_id, error.code)
        record_failure(task.image_id, code=error.code)
        count("DescriptionsFailed")
    else:
        record(task.image_id, sighting, is_demo=is_demo)
        count("DescriptionsMade")
    db.session.commit()


def _may_show(owner_id: UUID) -> bool:
    """Count a picture that the model is shown; False when that is enough for now."""
    try:
        limits.take_each((PICTURES_SHOWN_OF_PERSON, str(owner_id)), (PICTURES_SHOWN_ALL, ""))
    except TooManyRequestsError:
        return False
    return True


def _begin(image_id: UUID, attempt: int) -> Waiting | None:
    """Take a picture that waits and may be sent; None: nothing to do.

    Raises:
        RetryLaterError: somebody else has it.
    """
    waiting = _waiting(image_id)
    if waiting is None:
        return None
    seconds = _seconds_until_ours(image_id)
    if seconds is None:
        return waiting
    if attempt < MOST_ATTEMPTS:
        raise RetryLaterError(seconds)  # they may die of it
    return None


def _waiting(image_id: UUID) -> Waiting | None:
    """Return whose picture waits and may be sent, or None: nothing to do.

    Consent is asked for here as well: the person may have turned descriptions off, or deleted the
    picture, after the message was sent.
    """
    row = db.session.execute(
        select(
            Image.owner_id,
            Image.preview_format,
            Image.deleted_at,
            User.descriptions_enabled_at,
            by(DescriptionSource.PERSON).label("by_person"),
        )
        .join(User, User.id == Image.owner_id)
        .where(Image.id == image_id, Image.description_state == DescriptionState.WAITING)
    ).one_or_none()
    db.session.rollback()
    if row is None or row.deleted_at is not None:
        return None  # deleted: it goes on waiting, and the sweep asks again if it is brought back
    if row.by_person:
        _stop_waiting(image_id, state=DescriptionState.DONE)
        return None
    if row.descriptions_enabled_at is None:
        _stop_waiting(image_id, state=DescriptionState.NONE)
        return None
    return Waiting(owner_id=row.owner_id, preview=PREVIEWS[row.preview_format])


def _seconds_until_ours(image_id: UUID) -> int | None:
    """Take the picture, and return None; or how long somebody else's lease lasts.

    So that two messages of one picture are not two calls of the model.
    """
    is_free = Image.description_leased_until.is_(None) | (
        Image.description_leased_until < func.now()
    )
    waits = (Image.id == image_id, Image.description_state == DescriptionState.WAITING)
    taken = db.session.scalar(
        update(Image)
        .where(*waits, is_free)
        .values(description_leased_until=func.now() + LEASE)
        .returning(Image.id)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    if taken is not None:
        return None
    left = func.extract("epoch", Image.description_leased_until - func.now())
    seconds = db.session.scalar(select(func.coalesce(left, 0)).where(*waits))
    db.session.rollback()
    return max(0, math.ceil(seconds or 0)) + 1


def _let_go(image_id: UUID) -> None:
    db.session.execute(
        update(Image)
        .where(Image.id == image_id)
        .values(description_leased_until=None)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def ask_for_next(
    task: DescribeAll,
    *,
    ask: Callable[[Sequence[DescribePicture]], None],
    go_on: Callable[[Mapping[str, str]], None],
) -> None:
    """Send the messages of a person's pictures that wait, a few at a time.

    The message for the next ones comes behind those, and behind what others asked for meanwhile.

    Safe to repeat: two messages of one picture are one call of the model.
    """
    query = select(Image.id).where(
        Image.owner_id == task.user_id, Image.description_state == DescriptionState.WAITING
    )
    if task.after is not None:
        query = query.where(Image.id > task.after)
    ids = list(db.session.scalars(query.order_by(Image.id).limit(ASKED_AT_A_TIME)))
    db.session.rollback()
    ask([DescribePicture(image_id=image_id) for image_id in ids])
    if len(ids) == ASKED_AT_A_TIME:
        go_on(DescribeAll(user_id=task.user_id, after=ids[-1]).message())


def _stop_waiting(image_id: UUID, *, state: DescriptionState) -> None:
    db.session.execute(
        update(Image)
        .where(Image.id == image_id, Image.description_state == DescriptionState.WAITING)
        .values(description_state=state)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
