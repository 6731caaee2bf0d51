"""Sending a batch: making its pictures ready, reserving money, and uploading a file of them."""

import logging
import math
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO, Literal, Protocol, cast
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.rate_limits import limiter
from app.accounts.rate_limits.policies import PICTURES_SHOWN_ALL, PICTURES_SHOWN_OF_PERSON
from app.clients.aws.boto import AwsUnavailableError
from app.clients.aws.image_store import PREVIEWS, PictureStore
from app.clients.openai_batches import Answered, Remote
from app.clients.outage import is_outage
from app.clients.prompt_options import PromptOptions
from app.clients.vision_errors import AWAY, VisionError
from app.database import db
from app.descriptions.batches.rows import (
    Batch,
    Line,
    drop_lines,
    fail_line,
    finish,
    lines_of,
    note,
    renew_leases,
    rest,
    rest_unsent,
    split_off,
)
from app.descriptions.budget import Refused, give_back_batch, reserve
from app.descriptions.circuit_breaker import rest_model, seconds_of_rest
from app.descriptions.generate import RendersVisionInput
from app.descriptions.preferences import prompt_options_of
from app.descriptions.tariff import Tariff
from app.errors import TooManyRequestsError
from app.images.description_batch_models import BatchState, DescriptionBatch
from app.integrity.one_step import try_step
from app.media.sandbox.decoder_time import DecoderTime
from app.media.sandbox.pool import DecoderPoolError
from app.processing.yielding import GiveWay
from app.stacks.automatic import stack_arrived

log = logging.getLogger(__name__)

# At the host at once: others' batches are to come to it, and it bounds what waits there.
MAX_OPEN_OF_PERSON, MAX_OPEN = 6, 40
# The host takes 200 MB (https://developers.openai.com/api/docs/guides/batch); an upload takes a
# minute at most here, and a function has half a GB of disk.
MAX_FILE_BYTES = 64 << 20
MAX_SECONDS = 90.0  # of making pictures ready: a function has four minutes for all
MAX_TRIES = 3
FULL_REST_SECONDS = 5 * 60
MONEY_REST_SECONDS = 60 * 60
PARTNERS_REST_SECONDS = 60
LOOK_EVERY_SECONDS = 60
UNSURE_REST_SECONDS = 2 * 60


class SendsBatches(Protocol):
    """What is needed of the host; see `Batches`, also for what is raised."""

    def line(self, name: str, picture: bytes, options: PromptOptions) -> bytes:
        """Make a line of a file of questions."""

    def upload(self, file: BinaryIO) -> str:
        """Send a file."""

    def create(self, file_id: str, *, mark: str) -> Remote:
        """Have its questions answered."""

    def find(self, mark: str, *, since: float) -> Remote | None:
        """Look for a batch by its mark."""

    def look(self, batch_id: str) -> Remote | None:
        """Ask how far one is."""

    def cancel(self, batch_id: str) -> None:
        """Have no more answered."""

    def answers(self, file_id: str) -> Iterable[Answered]:
        """Read a file of answers."""

    def forget(self, file_id: str) -> None:
        """Delete a file."""


@dataclass(frozen=True, kw_only=True)
class Means:
    """What batches are sent and looked after with.

    Attributes:
        store: where previews are.
        decoders: makes them small.
        host: has them described; None: there is no model any more.
        tariff: what single pictures cost; None: nobody said.
        takes_batches: whether the operator wants batches to be sent.
        is_demo: whether the model is a stand-in.
        give_way: see [Note: Long work gives way].
    """

    store: PictureStore
    decoders: RendersVisionInput
    host: SendsBatches | None
    tariff: Tariff | None
    takes_batches: bool
    is_demo: bool
    give_way: GiveWay


def mark_of(batch: Batch) -> str:
    """Return what a batch is made with at the host, so that it can be found there.

    Each sending has a file of its own, so none is taken for one before it, which may have failed.
    """
    return f"{batch.id.hex}-{batch.file_id}"


def send(batch: Batch, *, host: SendsBatches, tariff: Tariff, means: Means) -> None:
    """Send a batch that is ours and was not sent yet, as far as money and limits go. Commits.

    Raises:
        AwsUnavailableError, DecoderPoolError, SQLAlchemyError: an outage. Nothing is reserved any
            more, or the batch's lease says that it is to be taken back.
    """
    if (seconds := seconds_of_rest()) > 0:
        rest(batch, seconds=seconds + 1)
        return
    if _is_full(batch):
        rest(batch, seconds=FULL_REST_SECONDS)
        rest_unsent(batch.owner_id, seconds=FULL_REST_SECONDS)
        return
    lines = lines_of(batch, host=tariff.host)
    drop_lines(batch.id, [each.image_id for each in lines if not each.is_ours])
    wanted = [each for each in lines if each.is_ours]
    options = prompt_options_of(batch.owner_id)
    priced = tariff.in_batches().with_options(options)
    batch = note(
        batch,
        state=BatchState.SENDING,
        tries=DescriptionBatch.tries + 1,
        sent_at=func.now(),
        host=tariff.host[:255],
        model=tariff.model[:100],
        file_id=None,
        remote_id=None,
        answered=0,
        input_price=priced.price.input,
        output_price=priced.price.output,
        cache_write_price=priced.price.cache_write,
    )
    try:
        with TemporaryFile() as file:
            ready = _write_lines(
                batch, wanted, file, host=host, tariff=priced, options=options, means=means
            )
            _send_file(batch, file, ready, host=host, tariff=priced)
    except NoRoomError as full:
        take_back(batch, tariff=priced, seconds=full.seconds, counts=False)
        rest_unsent(batch.owner_id, seconds=full.seconds)
    except (AwsUnavailableError, DecoderPoolError, OSError) as error:
        take_back(batch, tariff=priced, seconds=FULL_REST_SECONDS, counts=not is_outage(error))
        if is_outage(error):
            raise
        log.exception("a batch could not be made ready")
    except SQLAlchemyError:
        db.session.rollback()
        try_step(lambda: take_back(batch, tariff=priced, seconds=FULL_REST_SECONDS, counts=False))
        raise


def _is_full(batch: Batch) -> bool:
    """Whether enough batches are under way, of this person or of all together."""
    under_way = select(DescriptionBatch.id).where(
        DescriptionBatch.state.in_((BatchState.SENDING, BatchState.CREATING, BatchState.OPEN)),
        DescriptionBatch.id != batch.id,
    )
    of_person = under_way.where(DescriptionBatch.owner_id == batch.owner_id)
    full = [
        db.session.scalar(select(func.count()).select_from(each.limit(most).subquery())) == most
        for each, most in ((of_person, MAX_OPEN_OF_PERSON), (under_way, MAX_OPEN))
    ]
    db.session.rollback()
    return any(full)


class NoRoomError(Exception):
    """Not one picture has room, in a budget or a limit, for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"none for {seconds} s")
        self.seconds = seconds


_Ready = dict[UUID, tuple[int, int]]  # where in the file each picture's line begins and ends


def _write_lines(
    batch: Batch,
    lines: list[Line],
    file: BinaryIO,
    *,
    host: SendsBatches,
    tariff: Tariff,
    options: PromptOptions,
    means: Means,
) -> _Ready:
    """Make pictures ready, reserve money for each, and write its question into a file.

    What has no room waits in a batch of its own.

    Raises:
        NoRoomError: nothing has.
    """
    ready: _Ready = {}
    later: dict[_Later, list[UUID]] = {"partners": [], "unread": []}
    ends, owner_id = time.monotonic() + MAX_SECONDS, batch.owner_id
    for place, line in enumerate(lines):
        if file.tell() > MAX_FILE_BYTES or time.monotonic() > ends:
            split_off(batch, [each.image_id for each in lines[place:]], seconds=0)
            break
        decoder_time, started = DecoderTime(), time.monotonic()
        vision_input = _render_vision_input(
            batch, line, host=tariff.host, means=means, decoder_time=decoder_time
        )
        if not isinstance(vision_input, bytes):
            if vision_input is not None:
                later[vision_input].append(line.image_id)
            continue
        seconds = _seconds_until_room(batch, line.image_id, tariff=tariff)
        if seconds is not None and not ready:
            raise NoRoomError(seconds)
        if seconds is not None:
            split_off(batch, [each.image_id for each in lines[place:]], seconds=seconds)
            break
        begins = file.tell()
        file.write(host.line(line.image_id.hex, vision_input, options))
        ready[line.image_id] = (begins, file.tell())
        means.give_way(owner_id, time.monotonic() - started - decoder_time.waited)
    split_off(batch, later["partners"], seconds=PARTNERS_REST_SECONDS)
    split_off(batch, later["unread"], seconds=FULL_REST_SECONDS, tries=batch.tries)
    return ready


_Later = Literal["partners", "unread"]


def _render_vision_input(
    batch: Batch, line: Line, *, host: str, means: Means, decoder_time: DecoderTime
) -> bytes | _Later | None:
    """Make a picture ready; else say why it waits, or None: it waits no more.

    Raises:
        AwsUnavailableError, DecoderPoolError, OSError: an outage.
    """
    if line.is_to_stack:
        stack_arrived(batch.owner_id, line.image_id)
        now_is = lines_of(batch, host=host, only=line.image_id)
        if not now_is or not now_is[0].is_ours:
            drop_lines(batch.id, [line.image_id])
            return None
        if now_is[0].is_to_stack:
            return "partners"
    try:
        preview = PREVIEWS[cast("str", line.preview_format)]
        stored = means.store.fetch_preview(batch.owner_id, line.image_id, preview)
        vision_input = means.decoders.render_vision_input(
            stored, owner=batch.owner_id, decoder_time=decoder_time
        )
    except (AwsUnavailableError, DecoderPoolError, OSError) as error:
        if is_outage(error):
            raise
        log.warning("a preview could not be read: %s", type(error).__name__)
        if batch.tries < MAX_TRIES:
            return "unread"
        vision_input = None
    if vision_input is None:
        fail_line(batch, line.image_id, code="preview_unreadable")
    return vision_input


def _seconds_until_room(batch: Batch, image_id: UUID, *, tariff: Tariff) -> float | None:
    """Count a picture and reserve money for it; return the seconds to wait where there is none."""
    try:
        limiter.take_each((PICTURES_SHOWN_OF_PERSON, str(batch.owner_id)), (PICTURES_SHOWN_ALL, ""))
    except TooManyRequestsError as error:
        return error.retry_after
    call = reserve(batch.owner_id, image_id, tariff=tariff, batch_id=batch.id)
    if isinstance(call, Refused):
        _give_back_shown(batch.owner_id)
        return MONEY_REST_SECONDS
    return None


def _send_file(
    batch: Batch,
    file: BinaryIO,
    ready: _Ready,
    *,
    host: SendsBatches,
    tariff: Tariff,
) -> None:
    """Upload what was made ready and may still be sent, and have a batch made of it."""
    # Minutes may have gone by: what was decided at the beginning is asked again.
    batch = note(batch, state=BatchState.SENDING)
    lines = lines_of(batch, host=tariff.host)
    withdrawn = [each.image_id for each in lines if batch.is_cancelled or not each.is_ours]
    # First, and while it is sending: whoever dies in between, all of it is given back.
    _give_back(batch, outcome="not_sent", tariff=tariff, only=withdrawn)
    drop_lines(batch.id, withdrawn)
    sent = {each.image_id for each in lines} - set(withdrawn)
    kept = [place for image_id, place in ready.items() if image_id in sent]
    if not kept or seconds_of_rest() > 0:
        take_back(batch, tariff=tariff, seconds=max(1.0, seconds_of_rest()), counts=False)
        return
    try:
        if len(kept) == len(ready):
            file.seek(0)
            file_id = host.upload(file)
        else:
            with TemporaryFile() as fewer:
                for begins, ends in kept:
                    file.seek(begins)
                    fewer.write(file.read(ends - begins))
                fewer.seek(0)
                file_id = host.upload(fewer)
    except VisionError as error:
        _settle_refusal(batch, error, tariff=tariff)
        return
    batch = note(batch, state=BatchState.CREATING, file_id=file_id)
    if not any(each.is_ours for each in lines_of(batch, host=tariff.host)):
        host.forget(file_id)
        take_back(batch, tariff=tariff, seconds=0, counts=False)
        return
    try:
        remote = host.create(file_id, mark=mark_of(batch))
    except VisionError as error:
        if error.is_unbilled:
            host.forget(file_id)
            _settle_refusal(batch, error, tariff=tariff)
            return
        # It may have been made: see `find_what_was_made`.
        log.warning("whether a batch was made is not known: %s", error.code)
        rest(batch, seconds=UNSURE_REST_SECONDS)
        return
    rest(batch, seconds=LOOK_EVERY_SECONDS, state=BatchState.OPEN, remote_id=remote.id)


def _settle_refusal(batch: Batch, error: VisionError, *, tariff: Tariff) -> None:
    """Wait for a host that is away, or give up where it wants no batches of ours."""
    if error.code in AWAY:
        resting = rest_model(retry_after=error.retry_after, code=error.code)
        log.warning("the model is away, so a batch waits: %s", error.code)
        take_back(batch, tariff=tariff, seconds=math.ceil(resting.seconds) + 1, counts=False)
        return
    log.error("the model's host took no batch: %s", error.code)
    if error.retryable and batch.tries < MAX_TRIES:
        take_back(batch, tariff=tariff, seconds=FULL_REST_SECONDS, counts=True)
        return
    give_up(batch, code=error.code, tariff=tariff)


def take_back(
    batch: Batch, *, tariff: Tariff, seconds: float, counts: bool, code: str = "not_sent"
) -> None:
    """Let a batch wait that cost nothing, and give back what is reserved for it; commits.

    Args:
        batch: which is ours.
        tariff: of it.
        seconds: until it is sent.
        counts: whether this was one of its tries.
        code: what the log says of its pictures.
    """
    _give_back(batch, outcome=code, tariff=tariff)
    if not lines_of(batch, host=None):
        finish(batch)
        return
    renew_leases(batch)
    less = {} if counts else {"tries": func.greatest(DescriptionBatch.tries - 1, 0)}
    rest(batch, seconds=seconds, state=BatchState.WAITING, **less)


def give_up(batch: Batch, *, code: str, tariff: Tariff) -> None:
    """Let no picture of a batch wait any more that cost nothing, and say why; commits."""
    give_back_batch(batch.id, outcome=code, tariff=tariff)
    for line in lines_of(batch, host=None):
        fail_line(batch, line.image_id, code=code)
    finish(batch)


def _give_back(
    batch: Batch, *, outcome: str, tariff: Tariff, only: Collection[UUID] | None = None
) -> None:
    """Give back money and turns of pictures that the host was not shown; commits."""
    for _ in range(give_back_batch(batch.id, outcome=outcome, tariff=tariff, only=only)):
        _give_back_shown(batch.owner_id)


def _give_back_shown(owner_id: UUID) -> None:
    limiter.give_each_back((PICTURES_SHOWN_OF_PERSON, str(owner_id)), (PICTURES_SHOWN_ALL, ""))
    db.session.commit()
