"""Logs: one line an event, no secrets, no line breaks that a stranger could put in."""

import logging
import re
import traceback
from types import TracebackType

from sqlalchemy.exc import DBAPIError

OptExcInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)

# What a signed address or a token carries after its question mark is a key to a picture.
SECRET_QUERY = re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']+")


class OneLine(logging.Formatter):
    """Escapes control characters in messages and cuts the query off addresses."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Format the line itself: whatever a stranger put into it, it stays one line."""
        escaped = (c if c.isprintable() else repr(c)[1:-1] for c in record.message)
        record.message = "".join(escaped)
        return super().formatMessage(record)

    def formatException(self, ei: OptExcInfo) -> str:  # noqa: N802 - logging's name
        """Format a traceback; an error of the database without its words, which hold values."""
        error = ei[1]
        if not isinstance(error, DBAPIError):
            return super().formatException(ei)
        frames = "".join(traceback.format_tb(ei[2]))
        return f"{frames}{type(error).__name__}: SQLSTATE {getattr(error.orig, 'pgcode', None)}"

    def format(self, record: logging.LogRecord) -> str:
        """Format a record; a traceback keeps its lines, indented."""
        text = super().format(record)
        return "\n    ".join(SECRET_QUERY.sub(r"\1?…", text).splitlines())


def set_up_logging(level: str) -> None:
    """Send logs of this level and above to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # It tells at INFO where each of its keys came from.
    logging.getLogger("botocore").setLevel(logging.WARNING)
