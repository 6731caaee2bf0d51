"""Set up boto3, and translate its errors."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.clients.lazy_client import LazyClient
from app.errors import OutageError
from app.settings import Settings

_SERVERS_FAULT = 500
TOO_LARGE = "PackedPolicyTooLarge"
_SLOWER = {"SlowDown", "Throttling", "ThrottlingException", "RequestThrottled"}
_THEIRS = {"InternalError", "RequestTimeout", "ServiceUnavailable"}
# Said of whoever asks, whatever for (S3's "List of error codes"). A HEAD has a status alone.
_REFUSED = {
    "403",
    "AccessDenied",
    "AccessDeniedException",
    "AccountProblem",
    "AllAccessDisabled",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidToken",
    "NoSuchBucket",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
}


class AwsUnavailableError(Exception):
    """AWS did not answer, or refused what it should have allowed."""


class PolicyTooLargeError(AwsUnavailableError):
    """STS compresses a session's policy and tags, and what came of it was more than it takes."""


class AwsUnreachableError(AwsUnavailableError, OutageError):
    """AWS did not answer, or said that the fault is its own: trying later helps."""


class AwsBusyError(AwsUnreachableError):
    """AWS asks for fewer requests."""


class AwsRefusedError(AwsUnavailableError, OutageError):
    """AWS refuses this program: its keys, its rights or its bucket are wrong."""

    is_operators = True


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
            # botocore's own names this machine, anew for each request.
            user_agent="Pinhole",
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
            raise _translation(known, error)(str(error)) from error
        raise


def kind_of(code: str, *, status: int = 0) -> type[AwsUnavailableError]:
    """Return what an error code of AWS means, by the HTTP status too where there is one."""
    if code == TOO_LARGE:
        return PolicyTooLargeError
    if code in _SLOWER:
        return AwsBusyError
    if code in _REFUSED:
        return AwsRefusedError
    is_theirs = status >= _SERVERS_FAULT or code in _THEIRS
    return AwsUnreachableError if is_theirs else AwsUnavailableError


def _translation(known: Any, error: Any) -> type[AwsUnavailableError]:
    if isinstance(error, known.ClientError):
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        return kind_of(error.response["Error"]["Code"], status=status)
    if isinstance(error, known.NoCredentialsError | known.CredentialRetrievalError):
        return AwsRefusedError
    # Neither a connection that is refused nor a body that breaks off is an HTTPClientError.
    if isinstance(error, known.HTTPClientError | known.ConnectionError | known.IncompleteReadError):
        return AwsUnreachableError
    return AwsUnavailableError
