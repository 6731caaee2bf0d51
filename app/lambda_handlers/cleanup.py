"""The sweep on AWS Lambda: runs all periodic jobs."""

from collections.abc import Mapping

from app.jobs.worker_context import WorkerContext
from app.lambda_handlers import start_collecting
from app.lambda_handlers.config import function_config
from app.lambda_handlers.powertools import observe, trace
from app.observability.metrics import step

_known = function_config()
logger = observe("sweep", level=_known.settings.log_level)
telling = trace("sweep", _known.environment)
_worker_context = WorkerContext(_known.settings, pool_size=1)
start_collecting()


def handler(event: Mapping[str, object], context: object) -> dict[str, str]:
    """Settle what is overdue. Safe to repeat."""
    del event, context
    with step("sweep"):
        _worker_context.sweep()
    telling.flush()
    return {"status": "swept"}
