"""What the embedded AWS turns away before ministack sees it.

ministack is made for tests: it has doors that need no key (a reset that wipes the disk), keys
that are root without a check of the secret, and it listens to any Host. Whoever can reach the
port could use them, and every page in the person's browser can reach the port. So requests are
let through by a list of what the product needs, and refused otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping, Sequence
    from typing import Any

READY_PATH = "/_ministack/ready"
MAIL_PATH = "/v2/email/outbound-emails"

# Bodies are held in memory, twice over while they are checked.
MAX_BODY_BYTES = 512 * 1024 * 1024

# The whole header and nothing else, so that ministack's own looser search finds the same key.
# Keys of 16 letters and digits or more leave out its root aliases: "", "test" and 12 digits.
_CREDENTIAL = r"(?P<key>\w{16,128})/\d{8}/[\w-]+/(?P<service>[\w-]+)/aws4_request"
_AUTHORIZATION = re.compile(
    rf"AWS4-HMAC-SHA256 Credential={_CREDENTIAL}"
    r", ?SignedHeaders=[a-z0-9;-]+, ?Signature=[0-9a-f]{64}",
    re.ASCII,
)
_QUERY_CREDENTIAL = re.compile(_CREDENTIAL, re.ASCII)
_ALL_DIGITS = re.compile(r"[0-9]+")
_QUEUE_PATH = re.compile(r"/\d{12}/[A-Za-z0-9_-]{1,80}")
_OTHER_SIGNATURES = {"awsaccesskeyid", "signature", "x-amz-region-set"}


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """An answer given instead of passing a request on."""

    status: int
    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Admission:
    """A request that may pass, and the service that its signature names ("" without one)."""

    service: str


@dataclass(frozen=True, kw_only=True)
class Door:
    """The rules for one embedded AWS: its port, its one bucket and its root key."""

    port: int
    bucket: str
    root_key: str

    def judge(self, scope: MutableMapping[str, Any]) -> Admission | Refusal:
        """Admit or refuse a request by everything but its body."""
        if scope["type"] != "http":
            return _denied("Only HTTP is served here.")
        headers = _headers(scope["headers"])
        path: str = scope["path"]
        if headers.get("host", []) not in ([f"127.0.0.1:{self.port}"], [f"localhost:{self.port}"]):
            return _denied("Unknown Host.")
        if path == READY_PATH and scope["method"] == "GET":
            return Admission(service="")
        if not self._is_served(scope["method"], path):
            return Refusal(status=404, code="NotFound", message="Nothing is served at this path.")
        if scope["method"] == "OPTIONS":  # a browser's preflight: answered by the bucket's CORS
            return Admission(service="")
        return _judge_body(scope["method"], headers) or self._judge_key(
            headers, scope["query_string"].decode("latin-1")
        )

    def _is_served(self, method: str, path: str) -> bool:
        if path == f"/{self.bucket}" or path.startswith(f"/{self.bucket}/"):
            return True
        return method == "POST" and (
            path in {"/", MAIL_PATH} or _QUEUE_PATH.fullmatch(path) is not None
        )

    def _judge_key(self, headers: Mapping[str, list[str]], query: str) -> Admission | Refusal:
        authorization = headers.get("authorization", [])
        parameters = parse_qsl(query, keep_blank_values=True)
        names = {name.lower() for name, _ in parameters}
        in_query = [value for name, value in parameters if name.lower() == "x-amz-credential"]
        if _OTHER_SIGNATURES & names or len(authorization) + len(in_query) != 1:
            return _denied("A request carries exactly one signature, of Version 4.")
        if authorization:
            match = _AUTHORIZATION.fullmatch(authorization[0])
        # AWS reads query credentials without an algorithm as none at all; ministack does not.
        elif ("X-Amz-Algorithm", "AWS4-HMAC-SHA256") in parameters:
            match = _QUERY_CREDENTIAL.fullmatch(in_query[0])
        else:
            match = None
        if match is None or _ALL_DIGITS.fullmatch(match["key"]):
            return _denied("The signature cannot be read.")
        if in_query and (match["service"] != "s3" or match["key"] == self.root_key):
            return _denied("Only S3 takes signatures in an address, and none of root's.")
        if in_query and not _amz_headers(headers) <= _signed_headers(parameters):
            # As S3 does, and ministack does not: else a client could add x-amz-acl or a redirect.
            return _denied("There were headers present in the request which were not signed.")
        return Admission(service=match["service"])


def _amz_headers(headers: Mapping[str, list[str]]) -> set[str]:
    return {name for name in headers if name.startswith("x-amz-")}


def _signed_headers(parameters: list[tuple[str, str]]) -> set[str]:
    lists = [value for name, value in parameters if name == "X-Amz-SignedHeaders"]
    return set(lists[0].split(";")) if len(lists) == 1 else set()


def _judge_body(method: str, headers: Mapping[str, list[str]]) -> Refusal | None:
    if method not in ("PUT", "POST"):
        return None
    length = headers.get("content-length", [])
    if len(length) != 1 or _ALL_DIGITS.fullmatch(length[0]) is None:
        return Refusal(status=411, code="MissingContentLength", message="Say the length first.")
    if len(length[0]) > len(str(MAX_BODY_BYTES)) or int(length[0]) > MAX_BODY_BYTES:
        return Refusal(status=413, code="EntityTooLarge", message="The body is too large.")
    return None


def _headers(raw: Sequence[tuple[bytes, bytes]]) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for name, value in raw:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return headers


def _denied(message: str) -> Refusal:
    return Refusal(status=403, code="AccessDenied", message=message)
