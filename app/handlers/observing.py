"""How functions tell what they do: one JSON line an event, by AWS Lambda Powertools."""

import logging
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from app.logs import SECRET_QUERY


class Discreet(LambdaPowertoolsFormatter):  # type: ignore[misc]  # known in the package only
    """Cuts the query off addresses: what a signed one carries is a key to a picture."""

    def serialize(self, log: Any) -> str:  # noqa: ANN401 - Powertools' signature
        """Write one line of JSON."""
        return SECRET_QUERY.sub(r"\1?…", super().serialize(log))


def observe(service: str, *, level: str) -> Logger:
    """Send everything that is logged, by whichever module, to CloudWatch as JSON."""
    logger = Logger(service=service, level=level, logger_formatter=Discreet())
    root = logging.getLogger()
    # Its lines reach the root like everybody's, and are written there once.
    root.handlers[:] = list(logger.handlers)
    logging.getLogger(service).handlers.clear()
    root.setLevel(level)
    logging.getLogger("botocore").setLevel(logging.WARNING)  # it tells where its settings lie
    return logger
