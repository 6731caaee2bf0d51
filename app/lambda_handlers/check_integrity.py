"""The integrity check on AWS Lambda: one slice of the images for each call of ./scripts/doctor."""

from collections.abc import Mapping
from typing import Any

from app.cli.check_integrity import Asked, examine
from app.jobs.worker_context import WorkerContext
from app.lambda_handlers import start_collecting
from app.lambda_handlers.config import function_config
from app.lambda_handlers.powertools import observe

_known = function_config()
logger = observe("doctor", level=_known.settings.log_level)
_worker_context = WorkerContext(_known.settings, pool_size=1)
start_collecting()


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Examine, and treat as far as the event asks for it. Safe to repeat."""
    del context
    return examine(Asked.model_validate(event), worker_context=_worker_context)
