"""The sweep on AWS Lambda: what fell through is put back into the queue, for the worker to do."""

from collections.abc import Mapping

from app.assembly import Assembly
from app.handlers import start_collecting
from app.handlers.observing import observe, trace
from app.handlers.surroundings import surroundings
from app.telling import step

_known = surroundings()
logger = observe("sweep", level=_known.settings.log_level)
telling = trace("sweep", _known.environment)
_assembly = Assembly(_known.settings, pool_size=1)
start_collecting()


def handler(event: Mapping[str, object], context: object) -> dict[str, str]:
    """Settle what is overdue. Safe to repeat."""
    del event, context
    with step("sweep"):
        _assembly.sweep()
    telling.flush()
    return {"status": "swept"}
