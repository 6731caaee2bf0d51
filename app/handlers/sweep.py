"""The sweep on AWS Lambda: what fell through is put back into the queue, for the worker to do."""

from collections.abc import Mapping

from app.assembly import Assembly
from app.handlers import start_collecting
from app.handlers.observing import observe
from app.handlers.surroundings import surroundings

_known = surroundings()
logger = observe("sweep", level=_known.settings.log_level)
_assembly = Assembly(_known.settings, pool_size=1)
start_collecting()


def handler(event: Mapping[str, object], context: object) -> dict[str, str]:
    """Settle what is overdue. Safe to repeat."""
    del event, context
    _assembly.sweep()
    return {"status": "swept"}
