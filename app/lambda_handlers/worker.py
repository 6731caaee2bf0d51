"""The worker on AWS Lambda: handle messages; each that fails is delivered again.

[Note: Until nothing waits] An event of an image is only recorded. The function then processes the
image whose turn it is (see [Note: Rows are the queue] in app/processing/lease.py), and the next
one, until nothing waits or its time is nearly over. Between two images it empties the queue, since
users whose events are still in the queue have a turn that the rows do not show yet. A function that
stops while images wait sends a message that wakes the next one.
"""

import math
import time
from collections.abc import Mapping
from typing import Any, Protocol

from app.clients.aws.boto import AwsUnavailableError, make_client_later
from app.clients.aws.sqs import Message, Queue
from app.clients.outage import is_outage
from app.jobs.worker_context import WorkerContext
from app.lambda_handlers import start_collecting
from app.lambda_handlers.config import function_config, max_leases
from app.lambda_handlers.powertools import observe, trace
from app.media.sandbox.pool import TIMEOUT_SECONDS, DecoderPool
from app.media.sandbox.seccomp import disable_ptrace
from app.messages import RetryLaterError, pause_after

_known = function_config()
logger = observe("worker", level=_known.settings.log_level)
telling = trace("worker", _known.environment)
_worker_context = WorkerContext(
    _known.settings, pool_size=1, max_leases=max_leases(_known.environment)
)
_sqs = make_client_later("sqs", _known.settings)
_queues = {
    url.rpartition("/")[2]: Queue(sqs=_sqs, url=url)
    for url in (
        _known.settings.picture_queue_url,
        _known.settings.description_queue_url,
        _known.settings.export_queue_url,
        _known.settings.mail_queue_url,
    )
}
disable_ptrace()
# Warms up meanwhile. One, since messages are done one after the other, and so beside nothing.
_decoders = DecoderPool(
    children=1,
    has_background=False,
    unconfined_is_allowed=_known.settings.unconfined_decoders_are_allowed,
)
start_collecting()


# A picture is begun only with this much time left: more than the slowest takes, which is granted
# memory at the end of its time and has as much again. The rest is for the fetch and its storing.
_MIN_MILLISECONDS = round(1000 * (2 * TIMEOUT_SECONDS + 30))
# Before each picture, ten at a time.
_MAX_RECEIVES = 20
_MAX_RECEIVING_SECONDS = 5.0
_MAX_FINGERPRINTING_SECONDS = 60.0
_MAX_FAILURES = 5  # one after the other: it is not the pictures
_MAX_DELAY_SECONDS = 60
# What refuses writes may answer questions (app/clients/outage.py), and nobody waits in a function.
_OUTAGE_DELAY_SECONDS = 20
_BESIDE_OTHERS_DELAY_SECONDS = 10


class Context(Protocol):
    """What Lambda tells of a call."""

    def get_remaining_time_in_millis(self) -> int:
        """How long it may still take."""


def handler(event: Mapping[str, Any], context: Context) -> dict[str, list[dict[str, str]]]:
    """Do the messages of one batch; return those that must come back."""
    failed = [record["messageId"] for record in event["Records"] if not _do(record)]
    if any(_tells_of_pictures(record) for record in event["Records"]):
        try:
            _process_waiting(context)
        except Exception:  # what waits is not lost: the sweep wakes another one up
            logger.exception("what waits could not be processed")
    telling.flush()
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}


def _process_waiting(context: Context) -> None:
    """Process what waits. See [Note: Until nothing waits]."""
    failures, min_delay = 0, 0
    beside_until = time.monotonic() + _MAX_FINGERPRINTING_SECONDS
    while context.get_remaining_time_in_millis() > _MIN_MILLISECONDS:
        try:
            _note_arrivals()
            if not _worker_context.process_next(_decoders):
                # Of old pictures. The sweep wakes the next function.
                if time.monotonic() < beside_until and _worker_context.make_missing_fingerprint(
                    _decoders
                ):
                    continue
                # What still waits is of people whom other functions are at: see
                # [Note: Nobody has all functions] in app/processing/lease.py.
                min_delay = _BESIDE_OTHERS_DELAY_SECONDS
                break
            failures = 0
        except Exception as error:
            logger.exception("a picture is tried again")
            failures += 1
            if is_outage(error):
                min_delay = _OUTAGE_DELAY_SECONDS
                break
            if failures >= _MAX_FAILURES:
                break
    seconds = _seconds_until_next()
    if seconds is not None:
        delay = max(min_delay, min(math.ceil(seconds), _MAX_DELAY_SECONDS))
        _worker_context.wake(delay_seconds=delay)


def _seconds_until_next() -> float | None:
    """How soon a picture may be processed; as late as may be where nobody can say: some may."""
    try:
        return _worker_context.seconds_until_next()
    except Exception:
        logger.exception("nobody knows whether pictures wait; the next function looks")
        return _MAX_DELAY_SECONDS


def _note_arrivals() -> None:
    """Empty the queue of pictures, as far as that goes in seconds."""
    begun = time.monotonic()
    for _ in range(_MAX_RECEIVES):
        if not _worker_context.receive_arrivals(wait_seconds=0):
            return
        if time.monotonic() - begun > _MAX_RECEIVING_SECONDS:
            return


def _do(record: Mapping[str, Any]) -> bool:
    """Do one message; False when it must come back, and then its pause is set."""
    message = Message(
        body=record["body"],
        receipt=record["receiptHandle"],
        attempt=int(record["attributes"]["ApproximateReceiveCount"]),
    )
    try:
        if _tells_of_pictures(record):
            if _worker_context.note_arrivals([message.body]):  # not now
                _pause(record, message, seconds=pause_after(message.attempt))
                return False
        else:
            _worker_context.do(message.body, attempt=message.attempt, decoders=_decoders)
    except RetryLaterError as later:
        _pause(record, message, seconds=later.seconds)
        return False
    except Exception:
        logger.exception("a task failed at attempt %d; it comes back", message.attempt)
        _pause(record, message, seconds=pause_after(message.attempt))
        return False
    return True


def _pause(record: Mapping[str, Any], message: Message, *, seconds: int) -> None:
    """Make a message visible sooner than its timeout; without this it comes back later."""
    try:
        _queue_of(record).again_in(message, seconds=seconds)
    except AwsUnavailableError:
        logger.warning("a message keeps its time-out", exc_info=True)


def _tells_of_pictures(record: Mapping[str, Any]) -> bool:
    return _queue_of(record).url == _known.settings.picture_queue_url


def _queue_of(record: Mapping[str, Any]) -> Queue:
    return _queues[str(record["eventSourceARN"]).rpartition(":")[2]]
