"""Having a model describe the pictures that wait for it, one person after the other."""

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from app.accounts import limits
from app.accounts.limit_table import PICTURES_SHOWN_ALL, PICTURES_SHOWN_OF_PERSON
from app.accounts.models import User
from app.clients.aws import AwsUnavailableError
from app.clients.storage import PREVIEWS, PictureStore, Preview
from app.clients.vision import Sighting, VisionError
from app.database import db
from app.errors import TooManyRequestsError
from app.images.darkroom import DarkroomError
from app.images.description_turns import (
    Begun,
    begin_next,
    let_go,
    rest_person,
    seconds_until_next,
)
from app.images.descriptions import by, record, record_failure
from app.images.giving_way import GiveWay
from app.images.models import DescriptionSource, DescriptionState, Image
from app.outages import is_outage
from app.tasks import (
    MOST_ATTEMPTS,
    DescribeAll,
    DescribePicture,
    RetryLaterError,
    pause_after,
)
from app.telling import count

log = logging.getLogger(__name__)

LONGEST_PAUSE = 600
# So that no request, and no message, sends a hundred thousand of them.
ASKED_AT_A_TIME = 20
MOST_BEGINNINGS = 2 * MOST_ATTEMPTS


class Describes(Protocol):
    """What is needed of a vision model."""

    def describe(self, preview: bytes) -> Sighting:
        """Describe a WebP; raises VisionError."""


class Sketches(Protocol):
    """What is needed of a darkroom."""

    def sketch(self, preview: bytes, *, owner: UUID | None = None) -> bytes | None:
        """Make a preview of this person small and bare; None when it cannot be opened."""


def describe_next(
    attempt: int,
    *,
    store: PictureStore,
    darkroom: Sketches,
    vision: Describes | None,
    is_demo: bool,
    give_way: GiveWay,
    ask: Callable[[DescribePicture, int], None],
) -> None:
    """Describe the picture whose turn it is. Safe to repeat.

    Args:
        attempt: how often the message came that says that one waits.
        store: where previews are.
        darkroom: makes them small.
        vision: the model; None: there is none, so nothing waits for it any more.
        is_demo: whether it is a stand-in.
        give_way: see [Note: Long work gives way].
        ask: sends the message for a description, to arrive after so many seconds.

    Raises:
        RetryLaterError: the message came before, and somebody else has the only picture that waits;
            the message comes back.
        AwsUnavailableError, DarkroomError: the preview could not be read; try again.
    """
    while (begun := begin_next()) is not None:
        preview = _preview_to_show(begun, has_model=vision is not None)
        if preview is not None and vision is not None:
            _show(
                begun,
                preview,
                store=store,
                darkroom=darkroom,
                vision=vision,
                is_demo=is_demo,
                give_way=give_way,
                ask=ask,
            )
            return
    # Who had this message before may have died of it, and of its picture's lease nobody tells.
    if 1 < attempt < MOST_ATTEMPTS and (seconds := seconds_until_next()) is not None:
        raise RetryLaterError(math.ceil(seconds) + 1)


def _show(
    begun: Begun,
    preview: Preview,
    *,
    store: PictureStore,
    darkroom: Sketches,
    vision: Describes,
    is_demo: bool,
    give_way: GiveWay,
    ask: Callable[[DescribePicture, int], None],
) -> None:
    """Have the model describe a picture that is ours, and keep what it says."""
    image_id = begun.image_id
    started = time.monotonic()
    try:
        # What leaves the house is no larger than a model needs, and nothing but pixels.
        stored = store.fetch_preview(begun.owner_id, image_id, preview)
        sketched = darkroom.sketch(stored, owner=begun.owner_id)
        if sketched is None:
            record_failure(image_id, code="preview_unreadable")
            db.session.commit()
            return
        give_way(begun.owner_id, time.monotonic() - started)
        sighting = vision.describe(sketched)
    except (AwsUnavailableError, DarkroomError) as error:
        if is_outage(error):
            let_go(image_id, counts=False)  # not the picture's fault, however long it lasts
            raise
        if begun.attempts < MOST_ATTEMPTS:
            let_go(image_id, counts=True, rest=timedelta(seconds=pause_after(begun.attempts)))
            raise
        log.exception("no preview of %s to describe", image_id)
        record_failure(image_id, code="preview_unreadable")
    except VisionError as error:
        if error.retryable and begun.attempts < MOST_ATTEMPTS:
            pause = min(round(error.retry_after or 5 * 2**begun.attempts), LONGEST_PAUSE)
            let_go(image_id, counts=True, rest=timedelta(seconds=pause))
            ask(DescribePicture(image_id=image_id), pause)
            return
        log.warning("no description of %s: %s", image_id, error.code)
        record_failure(image_id, code=error.code)
        count("DescriptionsFailed")
    else:
        record(image_id, sighting, is_demo=is_demo)
        count("DescriptionsMade")
    db.session.commit()


def _preview_to_show(begun: Begun, *, has_model: bool) -> Preview | None:
    """Return which part of a picture the model may be shown now; None: not this picture.

    Consent is asked for here as well: the person may have turned descriptions off, or deleted the
    picture, since it was asked for.
    """
    row = db.session.execute(
        select(
            Image.preview_format,
            Image.deleted_at,
            User.descriptions_enabled_at,
            by(DescriptionSource.PERSON).label("by_person"),
        )
        .join(User, User.id == Image.owner_id)
        .where(Image.id == begun.image_id, Image.description_state == DescriptionState.WAITING)
    ).one_or_none()
    db.session.rollback()
    if row is None:
        return None
    if row.deleted_at is not None:
        let_go(begun.image_id, counts=False)  # it goes on waiting, in case it is brought back
    elif row.by_person:
        _stop_waiting(Image.id == begun.image_id, state=DescriptionState.DONE)
    elif row.descriptions_enabled_at is None or not has_model:
        _stop_waiting(Image.owner_id == begun.owner_id, state=DescriptionState.NONE)
    elif begun.attempts > MOST_BEGINNINGS:
        # Not even an exception came of it so often: the machine went down with it each time.
        log.error("gave up describing %s", begun.image_id)
        record_failure(begun.image_id, code="preview_unreadable")
        db.session.commit()
    elif _may_show(begun):
        return PREVIEWS[row.preview_format]
    return None


def _may_show(begun: Begun) -> bool:
    """Count a picture that the model is shown; False when that is enough for now.

    Then the picture goes on waiting, and the sweep asks again.
    """
    try:
        limits.take_each((PICTURES_SHOWN_OF_PERSON, str(begun.owner_id)), (PICTURES_SHOWN_ALL, ""))
    except TooManyRequestsError as error:
        log.info("a description waits: enough pictures were shown to the model for now")
        rest_person(begun.owner_id, seconds=error.retry_after)
        let_go(begun.image_id, counts=False)
        return False
    return True


def ask_for_next(
    task: DescribeAll,
    *,
    ask: Callable[[Sequence[DescribePicture]], None],
    go_on: Callable[[Mapping[str, str]], None],
) -> None:
    """Send a message for each of a person's pictures that wait, a few at a time.

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


def _stop_waiting(which: ColumnElement[bool], *, state: DescriptionState) -> None:
    db.session.execute(
        update(Image)
        .where(which, Image.description_state == DescriptionState.WAITING)
        .values(description_state=state)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
