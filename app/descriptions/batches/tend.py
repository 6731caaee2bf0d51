"""One step of one batch: sending it, finding it again, looking after it, or ending it."""

import logging
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from app.clients.vision_errors import OPERATORS, VisionError
from app.database import db
from app.descriptions.batches.fetch import (
    CANCELLED,
    end_lost,
    find_what_was_made,
    is_lost,
    look_after,
)
from app.descriptions.batches.rows import (
    Batch,
    LostBatchError,
    claim,
    drop_lines,
    finish,
    lines_of,
    rest,
)
from app.descriptions.batches.send import (
    FULL_REST_SECONDS,
    LOOK_EVERY_SECONDS,
    MAX_TRIES,
    Means,
    give_up,
    send,
    take_back,
)
from app.descriptions.budget import give_back_batch
from app.images.description_batch_models import BatchState
from app.integrity.one_step import try_step

log = logging.getLogger(__name__)

_HOUR_SECONDS = 3600


def tend(batch_id: UUID, *, means: Means) -> None:
    """Do the next step of a batch; see [Note: Batches]. Safe to repeat, and at once with others.

    Raises:
        AwsUnavailableError, DecoderPoolError, SQLAlchemyError: an outage; try again.
    """
    batch = claim(batch_id)
    if batch is None:
        return
    try:
        _try_step(batch, means=means)
    except LostBatchError:
        log.warning("another worker has a batch by now")
    except SQLAlchemyError:
        db.session.rollback()
        # Else nobody looks at it until the lease is over.
        try_step(lambda: rest(batch, seconds=LOOK_EVERY_SECONDS))
        raise


def _try_step(batch: Batch, *, means: Means) -> None:
    try:
        _step(batch, means=means)
    except VisionError as error:
        level = logging.ERROR if error.code in OPERATORS else logging.WARNING
        log.log(level, "a batch waits, since the model is away: %s", error.code)
        if batch.state in {BatchState.CREATING, BatchState.OPEN} and is_lost(batch):
            end_lost(batch)  # a key that was withdrawn, say, tells nothing for ever
            return
        rest(batch, seconds=error.retry_after or LOOK_EVERY_SECONDS)


def _step(batch: Batch, *, means: Means) -> None:
    host = means.host
    if batch.state in {BatchState.WAITING, BatchState.SENDING}:
        if batch.state == BatchState.SENDING:  # its worker died before anything was made of it
            _take_back_of_dead(batch)
            return
        if host is None or means.tariff is None or not means.takes_batches or batch.is_cancelled:
            _drop_unsent(batch, means=means)
            return
        send(batch, host=host, tariff=means.tariff, means=means)
    elif host is None or means.tariff is None or means.tariff.host != batch.host:
        # Only who it was sent to knows of it.
        if is_lost(batch):
            end_lost(batch)
        else:
            rest(batch, seconds=_HOUR_SECONDS)
    elif batch.state == BatchState.CREATING:
        find_what_was_made(batch, host=host)
    else:
        look_after(batch, host=host, means=means)


def _take_back_of_dead(batch: Batch) -> None:
    if batch.tries > 2 * MAX_TRIES:
        log.error("gave up sending a batch, at which workers died again and again")
        give_up(batch, code="preview_unreadable", tariff=batch.tariff)
        return
    take_back(batch, tariff=batch.tariff, seconds=0, counts=True)


def _drop_unsent(batch: Batch, *, means: Means) -> None:
    """Let pictures wait no more that were never sent: nobody wants it, or nobody sends batches."""
    if not batch.is_cancelled and means.host is not None and means.tariff is None:
        rest(batch, seconds=FULL_REST_SECONDS)  # until somebody says what the model costs
        return
    give_back_batch(batch.id, outcome=CANCELLED, tariff=batch.tariff)
    drop_lines(batch.id, [each.image_id for each in lines_of(batch, host=None)])
    finish(batch)
