"""Logs: one line for each event, without secrets or injected line breaks."""

import logging
import re
import traceback
from types import TracebackType

import psycopg2
from sqlalchemy.exc import DBAPIError

from app.observability.request_ids import name_in_logs

OptExcInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)

# What a signed address or a token carries after its question mark is a key to a picture.
SECRET_QUERY = re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']+")


def traceback_of(error: BaseException) -> str:
    """Format a traceback; errors of the database without their words, which hold values.

    Those that it came from as well: a duplicate's words are `Key (email)=(ada@example.org)`.
    """
    told, earlier = "", error
    seen: list[BaseException] = []
    while earlier not in seen:
        seen.append(earlier)
        told = f"{''.join(traceback.format_tb(earlier.__traceback__))}{_line_of(earlier)}\n{told}"
        earlier = _what_led_to(earlier) or earlier
    return told.rstrip()


def _what_led_to(error: BaseException) -> BaseException | None:
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _line_of(error: BaseException) -> str:
    if isinstance(error, DBAPIError):
        error_of_driver: BaseException | None = error.orig
    elif isinstance(error, psycopg2.Error):
        error_of_driver = error
    else:
        return "".join(traceback.format_exception_only(error)).rstrip()
    return f"{type(error).__name__}: SQLSTATE {getattr(error_of_driver, 'pgcode', None)}"


class OneLine(logging.Formatter):
    """Escapes control characters in messages and cuts the query off addresses."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Format the line itself: whatever a stranger put into it, it stays one line."""
        escaped = (c if c.isprintable() else repr(c)[1:-1] for c in record.message)
        record.message = "".join(escaped)
        return super().formatMessage(record)

    def formatException(self, ei: OptExcInfo) -> str:  # noqa: N802 - logging's name
        """Format a traceback as `traceback_of` does."""
        return traceback_of(ei[1]) if ei[1] else super().formatException(ei)

    def format(self, record: logging.LogRecord) -> str:
        """Format a record; a traceback keeps its lines, indented."""
        text = super().format(record)
        return "\n    ".join(SECRET_QUERY.sub(r"\1?…", text).splitlines())


def set_up_logging(level: str) -> None:
    """Send logs of this level and above to standard error."""
    name_in_logs()
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s %(request_id)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # It tells at INFO where each of its keys came from.
    logging.getLogger("botocore").setLevel(logging.WARNING)
