"""Set up boto3, and translate its errors."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.clients.lazy_client import LazyClient
from app.settings import Settings

_SERVERS_FAULT = 500
_SLOWER = {"RequestTimeout", "SlowDown", "Throttling", "ThrottlingException", "RequestThrottled"}


class AwsUnavailableError(Exception):
    """AWS did not answer, or refused what it should have allowed."""


class AwsUnreachableError(AwsUnavailableError):
    """AWS did not answer, or said that the fault is its own: trying later helps."""


def make_client(service: str, settings: Settings) -> Any:
    """Make a client for where the settings say."""
    return make_client_in(settings.aws_region, service, endpoint_url=settings.aws_endpoint_url)


def make_client_later(service: str, settings: Settings) -> Any:
    """Return such a client that is made when it is first used, for a start that must be quick."""
    return LazyClient(lambda: make_client(service, settings))


def make_client_in(region: str, service: str, *, endpoint_url: str | None = None) -> Any:
    """Make a client that gives up in seconds and tries three times in all."""
    import boto3  # noqa: PLC0415 - 0.3 s of CPU that `--help` and migrations need not pay
    from botocore.config import Config  # noqa: PLC0415

    # A session of its own: the default one would keep the first credentials it ever saw.
    return boto3.Session().client(
        service,
        region_name=region,
        endpoint_url=endpoint_url,
        config=Config(
            signature_version="s3v4" if service == "s3" else None,
            s3={"addressing_style": "path" if endpoint_url else "virtual"},
            # By its gateway endpoint, which is IPv4's, also where all else goes out by IPv6; for
            # other services botocore reads AWS_USE_DUALSTACK_ENDPOINT.
            use_dualstack_endpoint=False if service == "s3" else None,
            connect_timeout=3,
            # Of silence, and longer than a queue is waited at. What hangs at the end of an outage
            # is tried again soon after.
            read_timeout=15,
            tcp_keepalive=True,
            retries={"total_max_attempts": 3, "mode": "standard"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


@contextmanager
def translated() -> Iterator[None]:
    """Turn boto3's errors into ours."""
    try:
        yield
    except Exception as error:
        # Unless botocore is imported, none of its errors can have been raised.
        known = sys.modules.get("botocore.exceptions")
        if known and isinstance(error, (known.BotoCoreError, known.ClientError)):
            kind = AwsUnreachableError if _is_out_of_reach(known, error) else AwsUnavailableError
            raise kind(str(error)) from error
        raise


def _is_out_of_reach(known: Any, error: Any) -> bool:
    if isinstance(error, known.ClientError):
        answer = error.response
        status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        return status >= _SERVERS_FAULT or answer["Error"]["Code"] in _SLOWER
    # A body that breaks off is no HTTPClientError.
    return isinstance(error, known.HTTPClientError | known.IncompleteReadError)
