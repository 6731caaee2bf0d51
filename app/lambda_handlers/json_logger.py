"""Log lines as JSON, by Powertools, which is imported with this module."""

from typing import Any

from app.lambda_handlers.import_stubs import without
from app.observability.logging import SECRET_QUERY, OptExcInfo, traceback_of

with without("botocore"):  # which Powertools would tell its name
    from aws_lambda_powertools import Logger, Metrics, single_metric
    from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

__all__ = ["Logger", "Metrics", "RedactingFormatter", "make_logger", "single_metric"]


class RedactingFormatter(LambdaPowertoolsFormatter):  # type: ignore[misc]  # known in the package only
    """Removes signatures of URLs and values in database errors, as the other formatter does."""

    def formatException(self, ei: OptExcInfo) -> str:  # noqa: N802 - logging's name
        """Format a traceback; errors of the database without their words, which hold values."""
        return traceback_of(ei[1]) if ei[1] else ""

    def serialize(self, log: Any) -> str:  # noqa: ANN401 - Powertools' signature
        """Write one line of JSON; what follows an address's question mark is a key."""
        return SECRET_QUERY.sub(r"\1?…", super().serialize(log))


def make_logger(service: str, *, level: str) -> Logger:
    """Make a logger; its one handler writes to standard output."""
    # Powertools' own stack trace would tell an error's words a second time.
    return Logger(
        service=service,
        level=level,
        logger_formatter=RedactingFormatter(serialize_stacktrace=False),
    )
