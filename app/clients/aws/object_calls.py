"""Single requests to S3 for objects, by presigned URLs and without boto3.

Like app/clients/aws/lightweight.py: the API makes a few such calls, of a few hundred bytes each,
and need not import boto3 for them. Each is a presigned URL that is valid for a minute.
"""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Literal
from urllib.parse import urlsplit

from app.clients.aws.boto import AwsUnavailableError
from app.clients.aws.sigv4 import Bucket, Credentials, Presigner

_ATTEMPTS = 3
_LONGEST_PAUSE_SECONDS = 0.3
_LEAST_PATIENCE_SECONDS = 0.05  # 0 is no patience but a socket that does not block
# Putting parts together may take S3 a while; API Gateway waits 30 s in all.
PATIENCE_SECONDS = 20
_CALL_LIVES_SECONDS = 60
_WORTH_ANOTHER = {"InternalError", "SlowDown", "ServiceUnavailable", "RequestTimeout"}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What S3 said."""

    status: int
    body: bytes
    etag: str = ""

    @property
    def code(self) -> str:
        """The code of an error; "" where there is none. S3 may send one with status 200."""
        return self.body.decode(errors="replace").partition("<Code>")[2].partition("</Code>")[0]


def call(
    method: Literal["GET", "HEAD", "PUT", "POST", "DELETE"],
    key: str,
    *,
    bucket: Bucket,
    credentials: Credentials,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    patience: float = PATIENCE_SECONDS,
    signed_at: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Answer:
    """Ask S3, and again where that may help, for `patience` seconds in all.

    Raises:
        AwsUnavailableError: it did not answer.
    """
    problem = ""
    ends = time.monotonic() + patience
    for attempt in range(1, _ATTEMPTS + 1):
        url = Presigner(
            method,
            bucket=bucket,
            credentials=credentials,
            signed_at=signed_at(),
            seconds=_CALL_LIVES_SECONDS,
            headers=headers,
            query=query,
        ).url(key)
        try:
            left = max(ends - time.monotonic(), _LEAST_PATIENCE_SECONDS)
            answer = _send(method, url, headers=headers or {}, body=body, patience=left)
        except TimeoutError as error:  # who asked us waits no longer either
            raise AwsUnavailableError("s3: TimeoutError") from error
        except (OSError, HTTPException) as error:
            problem = f"s3: {type(error).__name__}"
        else:
            is_trouble = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
            if not is_trouble and answer.code not in _WORTH_ANOTHER:
                return answer
            problem = f"s3: {answer.status} {answer.code}"
        if time.monotonic() >= ends:
            break
        if attempt < _ATTEMPTS:
            time.sleep(random.uniform(0, _LONGEST_PAUSE_SECONDS * attempt))  # noqa: S311 - no secret
    raise AwsUnavailableError(problem)


def expect_success(answer: Answer) -> Answer:
    """Return an answer that is a success.

    Raises:
        AwsUnavailableError: it is none.
    """
    if answer.status >= HTTPStatus.MULTIPLE_CHOICES or answer.code:
        raise AwsUnavailableError(f"s3: {answer.status} {answer.code}")
    return answer


def _send(
    method: str, url: str, *, headers: Mapping[str, str], body: bytes, patience: float
) -> Answer:
    at = urlsplit(url)
    kind: Callable[..., HTTPConnection]
    kind = HTTPSConnection if at.scheme == "https" else HTTPConnection
    connection = kind(at.hostname or "", at.port, timeout=patience)
    try:
        connection.request(method, f"{at.path}?{at.query}", body=body, headers=dict(headers))
        response = connection.getresponse()
        etag = response.getheader("ETag") or ""
        return Answer(status=response.status, body=response.read(), etag=etag)
    finally:
        connection.close()
