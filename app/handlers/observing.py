"""How functions tell what they do: one JSON line an event, by AWS Lambda Powertools."""

import logging
from typing import Any

from app.handlers.without import without
from app.logs import SECRET_QUERY, OptExcInfo, traceback_of

with without("botocore"):  # which Powertools would tell its name
    from aws_lambda_powertools import Logger, Metrics
    from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

__all__ = ["Logger", "Metrics", "observe"]


class Discreet(LambdaPowertoolsFormatter):  # type: ignore[misc]  # known in the package only
    """Leaves out what is a key to a picture or somebody's words: as app/logs.py does."""

    def formatException(self, ei: OptExcInfo) -> str:  # noqa: N802 - logging's name
        """Format a traceback; errors of the database without their words, which hold values."""
        return traceback_of(ei[1]) if ei[1] else ""

    def serialize(self, log: Any) -> str:  # noqa: ANN401 - Powertools' signature
        """Write one line of JSON; what follows an address's question mark is a key."""
        return SECRET_QUERY.sub(r"\1?…", super().serialize(log))


def observe(service: str, *, level: str) -> Logger:
    """Send everything that is logged, by whichever module, to CloudWatch as JSON."""
    # Powertools' own stack trace would tell an error's words a second time.
    formatter = Discreet(serialize_stacktrace=False)
    logger = Logger(service=service, level=level, logger_formatter=formatter)
    root = logging.getLogger()
    # Its lines reach the root like everybody's, and are written there once.
    root.handlers[:] = list(logger.handlers)
    logging.getLogger(service).handlers.clear()
    root.setLevel(level)
    logging.getLogger("botocore").setLevel(logging.WARNING)  # it tells where its settings lie
    return logger
