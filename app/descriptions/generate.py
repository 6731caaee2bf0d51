"""Have a model describe the images that wait, one user after the other."""

import logging
import math
import random
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from app.accounts.rate_limits import limiter
from app.accounts.rate_limits.policies import (
    MODEL_RESTS_OF_PERSON,
    PICTURES_SHOWN_ALL,
    PICTURES_SHOWN_OF_PERSON,
)
from app.clients.aws.boto import AwsUnavailableError
from app.clients.aws.image_store import PictureStore, Preview
from app.clients.openai_vision import GeneratedDescription
from app.clients.outage import OUTAGE_REST, is_blameless, is_outage
from app.clients.prompt_options import NO_OPTIONS, PromptOptions
from app.clients.vision_errors import AWAY, OPERATORS, VisionError
from app.database import db, is_contention
from app.descriptions.budget import DESCRIBED, Call, Refused, reserve, settle
from app.descriptions.circuit_breaker import (
    MAX_REST_ASKED_SECONDS,
    MAX_REST_SECONDS,
    note_answer,
    rest_model,
    seconds_of_rest,
)
from app.descriptions.consent import preview_of
from app.descriptions.lease import (
    Begun,
    begin_next,
    charge,
    extend,
    let_go,
    rest_person,
    seconds_until,
    seconds_until_next,
)
from app.descriptions.preferences import prompt_options_of
from app.descriptions.tariff import Tariff
from app.descriptions.versions import record, record_failure
from app.errors import TooManyRequestsError
from app.media.sandbox.decoder_time import DecoderTime
from app.media.sandbox.pool import DecoderPoolError
from app.messages import (
    MAX_ATTEMPTS,
    DescribePicture,
    RetryLaterError,
    pause_after,
)
from app.observability.metrics import count
from app.processing.yielding import GiveWay

log = logging.getLogger(__name__)

EARLY_SECONDS = 5  # that a message may come before its picture's rest is over
MAX_BEGINNINGS = 2 * MAX_ATTEMPTS
STALL_REST_SECONDS = 15 * 60  # twice that after the first, then longer: hours in all
KEEP_SECONDS, KEEP_PAUSE_SECONDS = 60.0, 1.0  # the lease lasts longer
MONEY_REST_SECONDS = 60 * 60
MAX_DELAY_SECONDS = 900  # of a message, in SQS


class Describes(Protocol):
    """What is needed of a vision model."""

    def describe(
        self, preview: bytes, *, options: PromptOptions = NO_OPTIONS
    ) -> GeneratedDescription:
        """Describe a WebP; raises VisionError."""


class Timed:
    """A vision model, and how many seconds it took."""

    def __init__(self, vision: Describes) -> None:
        self._vision = vision
        self.seconds = 0.0

    def describe(
        self, preview: bytes, *, options: PromptOptions = NO_OPTIONS
    ) -> GeneratedDescription:
        """Describe a WebP; raises VisionError."""
        started = time.monotonic()
        try:
            return self._vision.describe(preview, options=options)
        finally:
            self.seconds += time.monotonic() - started


class RendersVisionInput(Protocol):
    """What is needed of a decoder pool."""

    def render_vision_input(
        self,
        preview: bytes,
        *,
        owner: UUID | None = None,
        decoder_time: DecoderTime | None = None,
    ) -> bytes | None:
        """Make a preview of this person small and bare; None when it cannot be opened."""


def describe_next(
    task: DescribePicture,
    attempt: int,
    *,
    store: PictureStore,
    decoders: RendersVisionInput,
    vision: Describes | None,
    tariff: Tariff | None,
    is_demo: bool,
    give_way: GiveWay,
    ask: Callable[[DescribePicture, int], None],
) -> None:
    """Describe the picture whose turn it is. Safe to repeat.

    Args:
        task: the message that says that one waits.
        attempt: how often it came.
        store: where previews are.
        decoders: makes them small.
        vision: the model; None: there is none, so nothing waits for it any more.
        tariff: what it costs; None: nobody said, so everything waits until somebody does.
        is_demo: whether it is a stand-in.
        give_way: see [Note: Long work gives way].
        ask: sends the message for a description, to arrive after so many seconds.

    Raises:
        RetryLaterError: the message came before, and somebody else has the only picture that waits;
            the message comes back.
        AwsUnavailableError, DecoderPoolError: an outage; try again.
    """
    if vision is not None and tariff is None and seconds_of_rest() == 0:
        log.error("nobody said what the model costs, so descriptions wait: set OPENAI_PRICES")
        rest_model(retry_after=MAX_REST_ASKED_SECONDS, code="price_unknown")
    if vision is not None and (rest := seconds_of_rest()) > 0:
        # Not raised instead: a message that comes back five times is given up. Spread, so that not
        # all come back at once.
        spread = random.uniform(1, 1 + rest)  # noqa: S311 - guards nothing
        if seconds_until(task.image_id) is not None:
            ask(task, min(math.ceil(rest + spread), MAX_DELAY_SECONDS))
        return
    host = None if vision is None or tariff is None else tariff.host
    while (begun := begin_next()) is not None:
        preview = _preview_to_show(begun, host=host)
        if preview is not None and vision is not None and tariff is not None:
            timed = Timed(vision)
            _show(
                begun,
                preview,
                task=task,
                store=store,
                decoders=decoders,
                vision=timed,
                tariff=tariff,
                is_demo=is_demo,
                give_way=give_way,
                ask=ask,
            )
            charge(begun.owner_id, seconds=timed.seconds)
            seconds = seconds_until(task.image_id)
            if seconds == 0:
                # This message went to another picture. A message of that one may have been lost,
                # and then this picture would have none until the sweep.
                ask(task, 0)
            elif begun.image_id != task.image_id:
                _ask_again_if_early(task, seconds, ask=ask)
            return
    if _ask_again_if_early(task, seconds_until(task.image_id), ask=ask):
        return
    # Who had this message before may have died of it, and of its picture's lease nobody tells.
    if 1 < attempt < MAX_ATTEMPTS and (seconds := seconds_until_next()) is not None:
        raise RetryLaterError(math.ceil(seconds) + 1)


def _ask_again_if_early(
    task: DescribePicture, seconds: float | None, *, ask: Callable[[DescribePicture, int], None]
) -> bool:
    """Send the message again when its picture rests for a moment still; say whether it was.

    The queue counts a delay by its own clock, and the database a rest by another. `seconds` is how
    long it rests, None where it does not wait.
    """
    if seconds is None or not 0 < seconds <= EARLY_SECONDS:
        return False
    ask(task, math.ceil(seconds) + 1)
    return True


def _show(
    begun: Begun,
    preview: Preview,
    *,
    task: DescribePicture,
    store: PictureStore,
    decoders: RendersVisionInput,
    vision: Describes,
    tariff: Tariff,
    is_demo: bool,
    give_way: GiveWay,
    ask: Callable[[DescribePicture, int], None],
) -> None:
    """Have the model describe a picture that is ours, and keep what it says."""
    image_id = begun.image_id
    decoder_time, started = DecoderTime(), time.monotonic()
    try:
        # What leaves the house is no larger than a model needs, and nothing but pixels.
        stored = store.fetch_preview(begun.owner_id, image_id, preview)
        vision_input = decoders.render_vision_input(
            stored, owner=begun.owner_id, decoder_time=decoder_time
        )
        if vision_input is None:
            _give_back_shown(begun)
            record_failure(image_id, code="preview_unreadable")
            db.session.commit()
            return
        # Time spent waiting is not counted as use.
        give_way(begun.owner_id, time.monotonic() - started - decoder_time.waited)
        # Minutes may have gone by: what was decided at the beginning is asked again.
        extended = extend(begun)
        begun = extended or begun
        if extended is None or preview_of(begun, host=tariff.host) is None:
            _give_back_shown(begun)
            return
        if (rest := seconds_of_rest()) > 0:  # others were told so meanwhile
            _give_back_shown(begun)
            _try_later(begun, min(math.ceil(rest) + 1, MAX_DELAY_SECONDS), ask=ask, counts=False)
            return
        paid = _ask_model(begun, vision_input, vision=vision, tariff=tariff)
        if paid is None:
            return
    except (AwsUnavailableError, DecoderPoolError, OSError) as error:  # a full disk above all
        _settle_without_preview(begun, error, ask=ask)
    except SQLAlchemyError as error:
        if is_blameless(error):
            _let_go_uncounted(begun)
        raise
    except VisionError as error:
        _settle_without_description(begun, error, task=task, ask=ask)
        return
    else:
        sighting, call = paid
        _keep(image_id, sighting, call=call, is_demo=is_demo)
        _note_answer()
        count("DescriptionsMade")


def _let_go_uncounted(begun: Begun) -> None:
    """Let a picture go whose row could not be written: it was shown to nobody."""
    try:
        db.session.rollback()
        _give_back_shown(begun)
        let_go(begun, counts=False, rest=OUTAGE_REST)
    except SQLAlchemyError as error:
        db.session.rollback()
        log.warning("a lease runs out by itself: %s", type(error).__name__)


def _settle_without_preview(
    begun: Begun, error: Exception, *, ask: Callable[[DescribePicture, int], None]
) -> None:
    """Try a picture later that could not be read, or raise what is nobody's fault."""
    _give_back_shown(begun)
    if is_outage(error):
        # Not the picture's fault, however long it lasts.
        let_go(begun, counts=False, rest=OUTAGE_REST)
        raise error
    if begun.attempts < MAX_ATTEMPTS:
        _try_later(begun, pause_after(begun.attempts), ask=ask)
        return
    log.error("no preview of %s to describe", begun.image_id, exc_info=error)
    record_failure(begun.image_id, code="preview_unreadable")
    db.session.commit()


def _ask_model(
    begun: Begun, vision_input: bytes, *, vision: Describes, tariff: Tariff
) -> tuple[GeneratedDescription, Call] | None:
    """Have a picture described within the budgets; None: it waits for them.

    Raises:
        VisionError: no description came; what that cost is settled.
    """
    options = prompt_options_of(begun.owner_id)
    call = reserve(begun.owner_id, begun.image_id, tariff=tariff.with_options(options))
    if isinstance(call, Refused):
        _wait_for_money(begun, call)
        return None
    try:
        return vision.describe(vision_input, options=options), call
    except VisionError as error:
        settle(call, outcome=error.code, usage=error.usage, is_unbilled=error.is_unbilled)
        db.session.commit()
        raise


def _wait_for_money(begun: Begun, refused: Refused) -> None:
    """Let the pictures of a person wait whose budget, or everybody's, is used up.

    Their messages end: the sweep asks again, and whoever raises a budget does.
    """
    log.info("a description waits: the budget of the %s is used up", refused.payer)
    _give_back_shown(begun)
    rest_person(begun.owner_id, seconds=MONEY_REST_SECONDS)
    let_go(begun, counts=False)


def _keep(image_id: UUID, sighting: GeneratedDescription, *, call: Call, is_demo: bool) -> None:
    """Keep an answer, and what it cost. Rows that are locked or away are waited for.

    Raises:
        SQLAlchemyError: they are for longer than that.
    """
    ends = time.monotonic() + KEEP_SECONDS
    while True:
        try:
            record(image_id, sighting, is_demo=is_demo)
            settle(call, outcome=DESCRIBED, usage=sighting.usage)
            db.session.commit()
        except SQLAlchemyError as error:
            db.session.rollback()
            if not is_blameless(error) or time.monotonic() > ends:
                raise
            log.warning("an answer cannot be kept yet: %s", type(error).__name__)
            if is_outage(error):  # a lock has been waited for already
                time.sleep(KEEP_PAUSE_SECONDS)
        else:
            return


def _note_answer() -> None:
    """Note that the model answers; commits, since what all workers read is locked meanwhile.

    Where others have it locked, they note it, or the next answer does.
    """
    try:
        note_answer()
        db.session.commit()
    except SQLAlchemyError as error:
        db.session.rollback()
        if not is_contention(error):
            raise


def _settle_without_description(
    begun: Begun,
    error: VisionError,
    *,
    task: DescribePicture,
    ask: Callable[[DescribePicture, int], None],
) -> None:
    """Keep what a model said instead of a description, or wait for it to say anything."""
    if error.code in AWAY:
        _wait_for_model(begun, error, task=task, ask=ask)
        return
    _note_answer()
    if error.retryable and begun.attempts < MAX_ATTEMPTS:
        _try_later(begun, 5 * 2**begun.attempts, ask=ask)
        return
    log.warning("no description of %s: %s", begun.image_id, error.code)
    record_failure(begun.image_id, code=error.code)
    db.session.commit()
    count("DescriptionsFailed")


def _wait_for_model(
    begun: Begun,
    error: VisionError,
    *,
    task: DescribePicture,
    ask: Callable[[DescribePicture, int], None],
) -> None:
    """Let the model rest and the picture wait: nothing was said of it, so it counts nowhere.

    But for a picture that makes the model's host fail or refuse each time, which would have
    everybody's wait. So no answer right after the model had answered others is a try of the
    picture: it rests longer than the model, so that others go first and show whose fault it is.
    Too many requests are nobody's fault. A person whose pictures do this again and again waits
    alone. And a minute's silence is a try as well, after hours: it may cost as much as an answer,
    and where no other picture waits nothing else would end it.
    """
    _give_back_shown(begun)
    rest = rest_model(retry_after=error.retry_after, code=error.code)
    level = logging.ERROR if error.code in OPERATORS else logging.WARNING
    log.log(level, "the model is away, so descriptions wait: %s", error.code)
    count("DescriptionsFailed")
    is_suspect = rest.is_first and error.code != "rate_limited"
    counts = is_suspect or error.has_stalled
    if is_suspect and limiter.count_within(MODEL_RESTS_OF_PERSON, of=str(begun.owner_id)) is None:
        note_answer()  # of others, a moment ago
        rest_person(begun.owner_id, seconds=MAX_REST_SECONDS)
    db.session.commit()
    if counts and begun.attempts >= MAX_ATTEMPTS:
        record_failure(begun.image_id, code=error.code)
        db.session.commit()
        return
    seconds = 2 * rest.seconds if is_suspect else rest.seconds
    if counts and not is_suspect:
        seconds = STALL_REST_SECONDS * 2**begun.attempts
    pause = math.ceil(seconds)
    let_go(begun, counts=counts, rest=timedelta(seconds=pause))
    # Another picture's own message is in the queue still: one more each time would never end.
    if begun.image_id == task.image_id:
        ask(task, min(pause, MAX_DELAY_SECONDS))


def _try_later(
    begun: Begun,
    pause: int,
    *,
    ask: Callable[[DescribePicture, int], None],
    counts: bool = True,
) -> None:
    """Let a picture rest, and send a message of its own for after that.

    Not raised instead: the message in hand may be another picture's, which would wait, too.
    """
    let_go(begun, counts=counts, rest=timedelta(seconds=pause))
    ask(DescribePicture(image_id=begun.image_id), pause)


def _preview_to_show(begun: Begun, *, host: str | None) -> Preview | None:
    """Return which part of a picture the model is shown, and count it; None: not this picture."""
    preview = preview_of(begun, host=host)
    if preview is None:
        return None
    if begun.attempts > MAX_BEGINNINGS:
        # No exception was recorded: the process of the worker died each time.
        log.error("gave up describing %s", begun.image_id)
        record_failure(begun.image_id, code="preview_unreadable")
        db.session.commit()
        return None
    return preview if _may_show(begun) else None


def _may_show(begun: Begun) -> bool:
    """Count a picture that the model is shown; False when that is enough for now.

    Then the picture goes on waiting, and the sweep asks again.
    """
    try:
        limiter.take_each((PICTURES_SHOWN_OF_PERSON, str(begun.owner_id)), (PICTURES_SHOWN_ALL, ""))
    except TooManyRequestsError as error:
        log.info("a description waits: enough pictures were shown to the model for now")
        rest_person(begun.owner_id, seconds=error.retry_after)
        let_go(begun, counts=False)
        return False
    return True


def _give_back_shown(begun: Begun) -> None:
    """Count a picture no more of which the model has said nothing."""
    limiter.give_each_back(
        (PICTURES_SHOWN_OF_PERSON, str(begun.owner_id)), (PICTURES_SHOWN_ALL, "")
    )
    db.session.commit()
