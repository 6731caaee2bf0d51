"""Sending the messages for all of a person's pictures that wait, a few at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select

from app.database import db
from app.descriptions.lease import is_in_batch
from app.images.models import DescriptionState, Image
from app.messages import DescribeAll, DescribePicture

# So that no request, and no message, sends a hundred thousand of them.
ASKED_AT_A_TIME = 20


def ask_for_next(
    task: DescribeAll,
    *,
    ask: Callable[[Sequence[DescribePicture]], None],
    go_on: Callable[[Mapping[str, str]], None],
) -> None:
    """Send a message for each of a person's pictures that wait since then, a few at a time.

    Safe to repeat: two messages of one picture are one call of the model.
    """
    query = select(Image.id).where(
        Image.owner_id == task.user_id,
        Image.description_state == DescriptionState.WAITING,
        Image.deleted_at.is_(None),  # else `ix_images_to_describe` cannot be used
        ~is_in_batch(),
    )
    if task.asked_at is not None:
        query = query.where(Image.description_asked_at == task.asked_at)
    if task.after is not None:
        query = query.where(Image.id > task.after)
    ids = list(db.session.scalars(query.order_by(Image.id).limit(ASKED_AT_A_TIME)))
    db.session.rollback()
    ask([DescribePicture(image_id=image_id) for image_id in ids])
    if len(ids) == ASKED_AT_A_TIME:
        go_on(replace(task, after=ids[-1]).message())
