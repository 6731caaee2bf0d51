"""Request ids: in each response, each error, and each log line of the request."""

import logging
import secrets
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("request_id", default="-")


def begin() -> str:
    """Name the request that begins now; never by what a caller says."""
    name = secrets.token_hex(8)
    _current.set(name)
    return name


def current() -> str:
    """The name of the request that is being served, "-" outside of one."""
    return _current.get()


def name_in_logs() -> None:
    """Give every line that is logged from now on the name of its request."""
    make = logging.getLogRecordFactory()

    def make_named(*args: object, **kwargs: object) -> logging.LogRecord:
        record = make(*args, **kwargs)
        record.request_id = _current.get()
        return record

    logging.setLogRecordFactory(make_named)
