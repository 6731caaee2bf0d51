"""The sweep on AWS Lambda: what fell through is put back into the queue, for the worker to do."""

from collections.abc import Mapping

from app.assembly import Assembly
from app.clients.storage import key_of
from app.handlers.observing import observe
from app.handlers.surroundings import surroundings
from app.tasks import PictureStored

_known = surroundings()
logger = observe("sweep", level=_known.settings.log_level)
_assembly = Assembly(_known.settings, pool_size=1)


def handler(event: Mapping[str, object], context: object) -> dict[str, str]:
    """Settle what is overdue. Safe to repeat."""
    del event, context
    _assembly.sweep(_ring_again)
    return {"status": "swept"}


def _ring_again(task: PictureStored) -> None:
    """Send the event that S3 sent, or should have."""
    stored = {
        "bucket": {"name": _known.settings.picture_bucket},
        "object": {"key": key_of(task.user_id, task.image_id, "original")},
    }
    _assembly.pictures.send({"Records": [{"eventName": "ObjectCreated:Sweep", "s3": stored}]})
