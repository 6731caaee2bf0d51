"""Addresses that one file may be sent to: signed for its size, type and checksum, and once."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.clients.aws.sigv4 import Bucket, Credentials, Presigner


@dataclass(frozen=True, kw_only=True)
class Promise:
    """Which bytes may be sent to a place: an upload's signature covers all three."""

    size: int
    content_type: str
    sha256: bytes


@dataclass(frozen=True, kw_only=True)
class PresignedUpload:
    """Where a browser PUTs an original, with the headers it must send exactly."""

    url: str
    headers: dict[str, str]
    expires_at: datetime


def sign_place(
    key: str,
    promise: Promise,
    *,
    bucket: Bucket,
    by: Credentials,
    signed_at: datetime,
    seconds: int,
) -> PresignedUpload:
    """Sign a place: so S3 refuses other bytes, another size, another key and a second write."""
    headers = {
        "content-length": str(promise.size),
        "content-type": promise.content_type,
        "if-none-match": "*",
        "x-amz-checksum-sha256": base64.b64encode(promise.sha256).decode(),
    }
    url = Presigner(
        "PUT", bucket=bucket, credentials=by, signed_at=signed_at, seconds=seconds, headers=headers
    ).url(key)
    # The browser sets Content-Length itself and lets no script do so.
    del headers["content-length"]
    return PresignedUpload(
        url=url, headers=headers, expires_at=signed_at + timedelta(seconds=seconds)
    )
