"""The integrity check on AWS Lambda: one slice of the images for each call of ./scripts/doctor."""

from collections.abc import Mapping
from typing import Any

from app.cli.check_integrity import Asked, examine
from app.jobs.worker_context import Assembly
from app.lambda_handlers import start_collecting
from app.lambda_handlers.config import surroundings
from app.lambda_handlers.powertools import observe

_known = surroundings()
logger = observe("doctor", level=_known.settings.log_level)
_assembly = Assembly(_known.settings, pool_size=1)
start_collecting()


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Examine, and treat as far as the event asks for it. Safe to repeat."""
    del context
    return examine(Asked.model_validate(event), assembly=_assembly)
