"""How functions tell what they do, by AWS Lambda Powertools: lines of JSON, metrics, traces."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from app.handlers.without import without
from app.logs import SECRET_QUERY, OptExcInfo, traceback_of
from app.request_ids import name_in_logs
from app.telling import Counted, Timed, listen

with without("botocore"):  # which Powertools would tell its name
    from aws_lambda_powertools import Logger, Metrics, single_metric
    from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

__all__ = ["Logger", "Telling", "observe", "trace"]

# By it the X-Ray SDK knows as well, and elsewhere asks for sampling rules.
_IN_LAMBDA = "LAMBDA_TASK_ROOT"


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
    name_in_logs()
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


class Telling:
    """Hands what is counted to CloudWatch, as lines of its log (EMF), and steps to X-Ray."""

    def __init__(self, service: str, *, tracer: Any = None) -> None:  # noqa: ANN401 - Powertools'
        self._metrics = Metrics(namespace="Pinhole", service=service)
        self._service = service
        self._tracer = tracer
        self._has_news = False

    def count(self, name: Counted, number: int) -> None:
        """Keep a number until `flush`."""
        self._add(name, "Count", number)

    def took(self, name: Timed, seconds: float) -> None:
        """Keep a time until `flush`."""
        self._add(name, "Seconds", seconds)

    def undecodable(self, error: str) -> None:
        """Write down at once, as a metric with a dimension of its own."""
        with single_metric(
            name="PicturesUndecodable", unit="Count", value=1, namespace="Pinhole"
        ) as metric:
            metric.add_dimension("service", self._service)
            metric.add_dimension("exception", error)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Put a step into the trace of this call; of what it raises, only that it did."""
        if self._tracer is None:
            yield
            return
        failure = None
        with self._tracer.provider.in_subsegment(name) as part:
            try:
                yield
            except Exception as error:  # noqa: BLE001 - raised below: X-Ray would keep its words
                failure = error
                if part is not None:
                    part.add_fault_flag()
        if failure is not None:
            raise failure

    def flush(self) -> None:
        """Write down what was counted, if anything was."""
        if self._has_news:
            self._metrics.flush_metrics()
            self._has_news = False

    def _add(self, name: str, unit: str, value: float) -> None:
        self._metrics.add_metric(name=name, unit=unit, value=value)
        self._has_news = True


def trace(service: str, environment: Mapping[str, str]) -> Telling:
    """Listen to all that is told in this function; on Lambda, steps included.

    Not for the API's function, whose cold start would read the X-Ray SDK (docs/decisions/0014).
    """
    telling = Telling(service, tracer=_tracer(service) if _IN_LAMBDA in environment else None)
    listen(telling)
    return telling


def _tracer(service: str) -> Any:  # noqa: ANN401 - Powertools'
    from aws_lambda_powertools import Tracer  # noqa: PLC0415 - see above

    # Nothing is patched: calls to S3 would be noted with their keys, which say whose they are.
    return Tracer(service=service, auto_patch=False)
