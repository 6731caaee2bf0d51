"""The worker on AWS Lambda: does what messages ask for; each that fails comes back by itself."""

from collections.abc import Mapping
from typing import Any

from app.assembly import Assembly
from app.clients.aws import AwsUnavailableError, make_client_later
from app.clients.queue import Message, Queue
from app.handlers import start_collecting
from app.handlers.observing import observe, trace
from app.handlers.surroundings import surroundings
from app.images.darkroom import Darkroom
from app.tasks import RetryLaterError, pause_after

_known = surroundings()
logger = observe("worker", level=_known.settings.log_level)
telling = trace("worker", _known.environment)
_assembly = Assembly(_known.settings, pool_size=1)
_sqs = make_client_later("sqs", _known.settings)
_queues = {
    url.rpartition("/")[2]: Queue(sqs=_sqs, url=url)
    for url in (
        _known.settings.picture_queue_url,
        _known.settings.description_queue_url,
        _known.settings.letter_queue_url,
    )
}
# Warms up meanwhile. One, since messages are done one after the other.
_darkroom = Darkroom(
    children=1, unconfined_is_allowed=_known.settings.unconfined_decoders_are_allowed
)
start_collecting()


def handler(event: Mapping[str, Any], context: object) -> dict[str, list[dict[str, str]]]:
    """Do the messages of one batch; return those that must come back."""
    del context
    failed = [record["messageId"] for record in event["Records"] if not _do(record)]
    telling.flush()
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}


def _do(record: Mapping[str, Any]) -> bool:
    """Do one message; False when it must come back, and then its pause is set."""
    message = Message(
        body=record["body"],
        receipt=record["receiptHandle"],
        attempt=int(record["attributes"]["ApproximateReceiveCount"]),
    )
    try:
        _assembly.do(message.body, attempt=message.attempt, darkroom=_darkroom)
    except RetryLaterError as later:
        _pause(record, message, seconds=later.seconds)
        return False
    except Exception:
        logger.exception("a task failed at attempt %d; it comes back", message.attempt)
        _pause(record, message, seconds=pause_after(message.attempt))
        return False
    return True


def _pause(record: Mapping[str, Any], message: Message, *, seconds: int) -> None:
    """Let a message come back sooner than its time-out; it comes back anyway if this fails."""
    try:
        _queue_of(record).again_in(message, seconds=seconds)
    except AwsUnavailableError:
        logger.warning("a message keeps its time-out", exc_info=True)


def _queue_of(record: Mapping[str, Any]) -> Queue:
    return _queues[str(record["eventSourceARN"]).rpartition(":")[2]]
