"""Looking after batches that the host has: how far they are, and what came of them."""

import logging
from datetime import timedelta
from uuid import UUID

from app.clients.openai_batches import Answered, Remote
from app.clients.openai_vision import GeneratedDescription
from app.clients.vision_errors import VisionError
from app.database import db, now
from app.descriptions.batches.rows import (
    Batch,
    drop_lines,
    end_line,
    fail_line,
    finish,
    lines_of,
    note,
    rest,
)
from app.descriptions.batches.send import (
    FULL_REST_SECONDS,
    LOOK_EVERY_SECONDS,
    MAX_TRIES,
    Means,
    SendsBatches,
    give_up,
    mark_of,
    take_back,
)
from app.descriptions.budget import DESCRIBED, UNKNOWN, Call, call_of_batch, settle
from app.descriptions.versions import record
from app.images.description_batch_models import BatchState
from app.observability.metrics import count

log = logging.getLogger(__name__)

# A batch that was made is in the list at once; and whoever asked for it has stopped waiting.
SURELY_NOT_MADE = timedelta(minutes=10)
# The host ends it after a day, and then has its answers for two.
LOST_AFTER = timedelta(days=3)
LOOK_SOON_SECONDS = 20
_MAX_LOOK_EVERY_SECONDS = 10 * 60
WITHDRAWN, CANCELLED, EXPIRED = "withdrawn", "cancelled", "expired"
_TOO_MANY = "token_limit_exceeded"  # of all batches of this account that are under way
_TOO_MANY_REST_SECONDS = 30 * 60


def find_what_was_made(batch: Batch, *, host: SendsBatches) -> None:
    """Go on with a batch whose worker died, or heard nothing, when it had it made. Commits."""
    sent_at = batch.sent_at or batch.created_at
    remote = host.find(mark_of(batch), since=(sent_at - timedelta(hours=1)).timestamp())
    if remote is not None:
        rest(batch, seconds=0, state=BatchState.OPEN, remote_id=remote.id)
        return
    if now() - sent_at < SURELY_NOT_MADE:
        rest(batch, seconds=LOOK_EVERY_SECONDS)
        return
    if batch.file_id is not None:
        host.forget(batch.file_id)  # and nothing can be made of it any more
    take_back(batch, tariff=batch.tariff, seconds=0, counts=True)


def look_after(batch: Batch, *, host: SendsBatches, means: Means) -> None:
    """Ask how far a batch is, and keep what came once it is over. Commits.

    Raises:
        VisionError: the host is away; the same is asked later.
    """
    remote = host.look(batch.remote_id) if batch.remote_id is not None else None
    if remote is None:
        end_lost(batch)
        return
    if not remote.is_over:
        batch = note(batch, answered=remote.answered)
        _wait(batch, remote, host=host)
    elif remote.status == "failed":
        _settle_failed(batch, remote, host=host)
    else:
        _keep_all(batch, remote, host=host, means=means)


def _wait(batch: Batch, remote: Remote, *, host: SendsBatches) -> None:
    """Let the host go on, unless nobody wants anything of it any more, or it never ends."""
    if is_lost(batch):
        host.cancel(remote.id)
        end_lost(batch)
        return
    is_wanted = not batch.is_cancelled and any(
        each.is_ours for each in lines_of(batch, host=batch.host)
    )
    if remote.status == "cancelling":
        rest(batch, seconds=LOOK_SOON_SECONDS)
    elif not is_wanted:
        host.cancel(remote.id)
        rest(batch, seconds=LOOK_SOON_SECONDS)
    else:
        age = (now() - (batch.sent_at or batch.created_at)).total_seconds()
        rest(batch, seconds=min(LOOK_EVERY_SECONDS + age / 20, _MAX_LOOK_EVERY_SECONDS))


def _settle_failed(batch: Batch, remote: Remote, *, host: SendsBatches) -> None:
    """Send a batch again that the host did not begin, which costs nothing, or give up."""
    _forget_files(batch, remote, host=host)
    if batch.is_cancelled:
        take_back(batch, tariff=batch.tariff, seconds=0, counts=False, code=CANCELLED)
    elif remote.error == _TOO_MANY:
        take_back(
            batch, tariff=batch.tariff, seconds=_TOO_MANY_REST_SECONDS, counts=False, code=_TOO_MANY
        )
    elif batch.tries < MAX_TRIES:
        log.warning("the host began no batch: %s", remote.error)
        take_back(batch, tariff=batch.tariff, seconds=FULL_REST_SECONDS, counts=True)
    else:
        log.error("the host began no batch: %s", remote.error)
        give_up(batch, code="misconfigured", tariff=batch.tariff)


def _keep_all(batch: Batch, remote: Remote, *, host: SendsBatches, means: Means) -> None:
    """Keep each answer of a batch that is over, settle its money, and end the batch or send it on.

    Safe to repeat: what was kept has no line any more.
    """
    waiting = {each.image_id.hex: each.image_id for each in lines_of(batch, host=None)}
    if waiting:
        for file_id in remote.file_ids:
            for answered in host.answers(file_id):
                image_id = waiting.get(answered.name)
                if image_id is not None and answered.was_asked:
                    _keep(batch, image_id, answered, means=means)
    _settle_unanswered(batch, remote)
    _forget_files(batch, remote, host=host)
    left = lines_of(batch, host=batch.host)
    withdrawn = [each.image_id for each in left if batch.is_cancelled or not each.is_ours]
    drop_lines(batch.id, withdrawn)
    if len(withdrawn) == len(left):
        finish(batch)
    elif batch.tries < MAX_TRIES:
        rest(batch, seconds=LOOK_EVERY_SECONDS * batch.tries, state=BatchState.WAITING)
    else:
        for line in left:
            if line.image_id not in withdrawn:
                fail_line(batch, line.image_id, code="unusable_answer")
        finish(batch)


def _keep(batch: Batch, image_id: UUID, answered: Answered, *, means: Means) -> None:
    """Keep what came for one picture, if its person still wants it, and what it cost; commits."""
    found = lines_of(batch, host=batch.host, only=image_id)
    if not found:
        return  # it came twice, or was kept before a worker died
    (line,), said = found, answered.said
    call = _call_of(batch, image_id)
    if isinstance(said, GeneratedDescription):
        if line.is_ours:
            record(image_id, said, is_demo=means.is_demo)
            end_line(batch, image_id, is_described=True)
            count("DescriptionsMade")
        outcome = DESCRIBED if line.is_ours else WITHDRAWN
        if call is not None:
            settle(call, outcome=outcome, usage=said.usage)
        db.session.commit()
        if not line.is_ours:
            drop_lines(batch.id, [image_id])
        return
    if call is not None:
        settle(call, outcome=said.code, usage=said.usage, is_unbilled=said.is_unbilled)
        db.session.commit()
    if not line.is_ours:
        drop_lines(batch.id, [image_id])
    elif not _is_tried_again(said) or batch.tries >= MAX_TRIES:
        fail_line(batch, image_id, code=said.code)
        count("DescriptionsFailed")


def _call_of(batch: Batch, image_id: UUID) -> Call | None:
    since = batch.sent_at or batch.created_at
    return call_of_batch(batch.id, image_id, since=since, tariff=batch.tariff)


def _is_tried_again(error: VisionError) -> bool:
    return error.retryable or error.code == "quota_exceeded"


def _settle_unanswered(batch: Batch, remote: Remote) -> None:
    """Settle what a batch that is over has no answer for: it cost nothing if it was ended early."""
    outcome, is_unbilled = {
        "expired": (EXPIRED, True),
        "cancelled": (CANCELLED if batch.is_cancelled else WITHDRAWN, True),
    }.get(remote.status, (UNKNOWN, False))
    for line in lines_of(batch, host=None):
        call = _call_of(batch, line.image_id)
        if call is not None:
            settle(call, outcome=outcome, usage=None, is_unbilled=is_unbilled)
            db.session.commit()


def is_lost(batch: Batch) -> bool:
    """Whether no answer of a batch is to come any more, whatever the host says."""
    return now() - (batch.sent_at or batch.created_at) > LOST_AFTER


def end_lost(batch: Batch) -> None:
    """End a batch that the host has no answer for: what it cost is not known, so all is kept."""
    log.error("the host has lost a batch, or never ended it")
    for line in lines_of(batch, host=None):
        call = _call_of(batch, line.image_id)
        if call is not None:
            settle(call, outcome=UNKNOWN, usage=None)
            db.session.commit()
        fail_line(batch, line.image_id, code="unreachable")
    finish(batch)


def _forget_files(batch: Batch, remote: Remote, *, host: SendsBatches) -> None:
    for file_id in (batch.file_id, *remote.file_ids):
        if file_id is not None:
            host.forget(file_id)
