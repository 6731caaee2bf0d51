"""Sign S3 URLs without boto3, since a page of images needs 200 of them.

boto3 takes 0.20 ms of CPU for one, this 0.002 (tests/bench/signing.py); a test compares the two
parameter by parameter. Source: "Authenticating Requests: Using Query Parameters (AWS Signature
Version 4)".
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal
from urllib.parse import quote, urlsplit


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Temporary credentials of one session."""

    access_key_id: str
    secret_access_key: str
    session_token: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class SignedUrl:
    """An address that works without further credentials until `expires_at`."""

    url: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class SharedAddress:
    """What many signed addresses have in common: each is base + its own + "&" + query."""

    base: str
    query: str


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """Where a bucket answers: `base_url` is everything of an address before the key."""

    base_url: str
    region: str


class Presigner:
    """Signs requests that differ in their key only: what they share is worked out once.

    Args:
        method: the only method that the addresses work for.
        bucket: where the objects are.
        credentials: whose rights the addresses carry.
        signed_at: start of validity, in UTC; may lie a little in the past.
        seconds: length of validity, at most 604,800.
        headers: lower-case names and values that the request must send exactly as given.
        query: further parameters that the signature covers, such as response-content-type.
    """

    def __init__(
        self,
        method: Literal["GET", "HEAD", "PUT", "POST", "DELETE"],
        *,
        bucket: Bucket,
        credentials: Credentials,
        signed_at: datetime,
        seconds: int,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> None:
        base = urlsplit(bucket.base_url)
        signed_headers = {"host": base.netloc, **(headers or {})}
        names = ";".join(sorted(signed_headers))
        timestamp = signed_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{timestamp[:8]}/{bucket.region}/s3/aws4_request"
        parameters = {
            **(query or {}),
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"{credentials.access_key_id}/{scope}",
            "X-Amz-Date": timestamp,
            "X-Amz-Expires": str(seconds),
            "X-Amz-Security-Token": credentials.session_token,
            "X-Amz-SignedHeaders": names,
        }
        self._query = "&".join(
            f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
            for name, value in sorted(parameters.items())
        )
        canonical_headers = "".join(
            f"{name}:{' '.join(value.split())}\n" for name, value in sorted(signed_headers.items())
        )
        self._origin = f"{base.scheme}://{base.netloc}"
        self._path = base.path
        self._method = method
        self._after_path = f"\n{self._query}\n{canonical_headers}\n{names}\nUNSIGNED-PAYLOAD"
        self._before_digest = f"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n".encode()
        self._signing_key = signing_key(
            credentials.secret_access_key, timestamp[:8], bucket.region, "s3"
        )

    def url(self, key: str) -> str:
        """Return the address of one object; `key` is unescaped."""
        return self.between(key, "")("")

    def shared(self, start: str) -> SharedAddress:
        """Return what all addresses of keys below `start` have in common."""
        return SharedAddress(
            base=f"{self._origin}{self._path}/{_escaped(start)}", query=self._query
        )

    def between(self, start: str, end: str, *, is_relative: bool = False) -> Callable[[str], str]:
        """Return a function that signs keys which differ between `start` and `end`.

        What it is given must be letters and digits, which need no escaping. All that such
        addresses share is put together here, so that one costs little more than its two hashes;
        with is_relative, it is left out: see SharedAddress.
        """
        start, end = f"{self._path}/{_escaped(start)}", _escaped(end)
        before_it = f"{self._method}\n{start}".encode()
        after_it = f"{end}{self._after_path}".encode()
        # HMAC (RFC 2104) in its two hashes: what they begin with is hashed here and not each time,
        # which takes a third of the CPU of hmac.digest.
        block = self._signing_key.ljust(sha256().block_size, b"\0")
        inner = sha256(bytes(byte ^ 0x36 for byte in block) + self._before_digest)
        outer = sha256(bytes(byte ^ 0x5C for byte in block))
        address, rest = f"{self._origin}{start}", f"{end}?{self._query}&X-Amz-Signature="
        if is_relative:
            address, rest = "", f"{end}?X-Amz-Signature="

        def url(it: str) -> str:
            text, signature = inner.copy(), outer.copy()
            text.update(sha256(before_it + it.encode() + after_it).hexdigest().encode())
            signature.update(text.digest())
            return f"{address}{it}{rest}{signature.hexdigest()}"

        return url


def _escaped(text: str) -> str:
    return quote(text, safe="/-_.~")


def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """Return the key that signs one day's requests to one service of one region."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
