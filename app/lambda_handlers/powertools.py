"""Logs, metrics and traces of Lambda functions, by AWS Lambda Powertools."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from app.observability.metrics import Counted, Timed, listen
from app.observability.request_ids import name_in_logs

if TYPE_CHECKING:
    from app.lambda_handlers.json_logger import Logger

# By it the X-Ray SDK knows as well, and elsewhere asks for sampling rules.
_IN_LAMBDA = "LAMBDA_TASK_ROOT"


def observe(service: str, *, level: str) -> "Logger":
    """Send everything that is logged, by whichever module, to CloudWatch as JSON."""
    from app.lambda_handlers.json_logger import make_logger  # noqa: PLC0415 - see observe_later

    _set_levels(level)
    logger = make_logger(service, level=level)
    logging.getLogger().handlers[:] = list(logger.handlers)
    logging.getLogger(service).handlers.clear()  # its lines reach the root like everybody's
    return logger


def observe_later(service: str, *, level: str) -> None:
    """Do the same from the first line on: Powertools is a 20th of a start that logs nothing.

    Not where lines are written by a process that may not import, as the decoder's is.
    """
    _set_levels(level)
    logging.getLogger().handlers[:] = [_FromFirstLineOn(service, level)]


def _set_levels(level: str) -> None:
    name_in_logs()
    logging.getLogger().setLevel(level)
    logging.getLogger("botocore").setLevel(logging.WARNING)  # it tells where its settings lie


class _FromFirstLineOn(logging.Handler):
    def __init__(self, service: str, level: str) -> None:
        super().__init__()
        self._service = service
        self._level = level

    @cached_property
    def _logger(self) -> "Logger":
        from app.lambda_handlers.json_logger import make_logger  # noqa: PLC0415 - see observe_later

        logger = make_logger(self._service, level=self._level)
        logger.propagate = False  # records would be written twice
        return logger

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, by the handlers that Powertools made."""
        for handler in self._logger.handlers:
            handler.handle(record)


class MetricsSink:
    """Hands what is counted to CloudWatch, as lines of its log (EMF), and steps to X-Ray."""

    def __init__(self, service: str, *, tracer: Any = None) -> None:  # noqa: ANN401 - Powertools'
        self._service = service
        self._tracer = tracer
        self._has_news = False

    @cached_property
    def _metrics(self) -> Any:  # noqa: ANN401 - Powertools'
        from app.lambda_handlers.json_logger import Metrics  # noqa: PLC0415 - most starts count nothing

        return Metrics(namespace="Pinhole", service=self._service)

    def count(self, name: Counted, number: int) -> None:
        """Keep a number until `flush`."""
        self._add(name, "Count", number)

    def took(self, name: Timed, seconds: float) -> None:
        """Keep a time until `flush`."""
        self._add(name, "Seconds", seconds)

    def undecodable(self, error: str) -> None:
        """Write down at once, as a metric with a dimension of its own."""
        from app.lambda_handlers.json_logger import single_metric  # noqa: PLC0415 - see _metrics

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


def trace(service: str, environment: Mapping[str, str]) -> MetricsSink:
    """Listen to all that is told in this function; on Lambda, steps included.

    Not for the API's function, whose cold start would read the X-Ray SDK (docs/decisions/0014).
    """
    telling = MetricsSink(service, tracer=_tracer(service) if _IN_LAMBDA in environment else None)
    listen(telling)
    return telling


def _tracer(service: str) -> Any:  # noqa: ANN401 - Powertools'
    from aws_lambda_powertools import Tracer  # noqa: PLC0415 - see above

    # Nothing is patched: calls to S3 would be noted with their keys, which say whose they are.
    return Tracer(service=service, auto_patch=False)
