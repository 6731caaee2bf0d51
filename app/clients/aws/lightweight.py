"""Single calls to AWS without boto3, for the calls of a cold start.

Importing boto3 and making a client take 0.2 s of CPU, twice what the rest of a first request needs
beside Flask and SQLAlchemy. A function calls Secrets Manager when it starts, and STS when somebody
first views images: two requests, signed here (docs/decisions/0014). All other calls to AWS use
boto3.

Sources: "Create a signed AWS API request" (Signature Version 4, header form), AWS JSON 1.1 and AWS
Query protocols (smithy.io), and "Retry behavior" of the AWS SDKs.
"""

import hmac
import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from app.clients.aws.boto import TOO_LARGE, AwsUnavailableError, PolicyTooLargeError
from app.clients.aws.sigv4 import signing_key

_ATTEMPTS = 3
_PATIENCE_SECONDS = 5
_LONGEST_PAUSE_SECONDS = 0.2
# What may go well the next time; a clock that is wrong or a right that lacks will not.
_WORTH_ANOTHER = {429, 500, 502, 503, 504}
_THROTTLED = ("Throttl", "TooManyRequests", "SlowDown", "RequestLimitExceeded")
# Services whose one name has addresses of both kinds.
_DUAL_STACK_BY_PLAIN_NAME = {"secretsmanager"}
_FORM = "application/x-www-form-urlencoded; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Whoever signs: AWS Lambda puts a function's credentials into its environment."""

    region: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    endpoint_url: str | None = None
    is_dual_stack: bool = False  # asks hosts that have IPv6 addresses too

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Caller":
        """Read who calls, from where, and which AWS.

        Raises:
            KeyError: the environment names no credentials.
        """
        return cls(
            region=environment["AWS_REGION"],
            access_key_id=environment["AWS_ACCESS_KEY_ID"],
            secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            session_token=environment.get("AWS_SESSION_TOKEN") or None,
            endpoint_url=environment.get("AWS_ENDPOINT_URL") or None,
            # botocore's own name for it, so that boto3's clients do the same.
            is_dual_stack=environment.get("AWS_USE_DUALSTACK_ENDPOINT") == "true",
        )

    def host_of(self, service: str) -> str:
        """Return the host that a service is asked at, as botocore's endpoint rules have it."""
        if self.is_dual_stack and service not in _DUAL_STACK_BY_PLAIN_NAME:
            return f"{service}.{self.region}.api.aws"
        return f"{service}.{self.region}.amazonaws.com"

    def json_call(self, service: str, target: str, body: Mapping[str, object]) -> Any:
        """Call an operation of a service that speaks JSON 1.1.

        Raises:
            AwsUnavailableError: it did not answer, or refused.
        """
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": target}
        return json.loads(self._send(service, json.dumps(body).encode(), headers))

    def query_call(self, service: str, parameters: Mapping[str, str]) -> bytes:
        """Call an operation of a service that hears a form and answers with XML.

        Raises:
            AwsUnavailableError: it did not answer, or refused.
        """
        return self._send(service, urlencode(parameters).encode(), {"content-type": _FORM})

    def signed(
        self, service: str, *, host: str, body: bytes, headers: Mapping[str, str], at: datetime
    ) -> dict[str, str]:
        """Return the headers of a POST to `/`, with its signature."""
        timestamp = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        sent = {**headers, "host": host, "x-amz-date": timestamp}
        if self.session_token:
            sent["x-amz-security-token"] = self.session_token
        names = ";".join(sorted(sent))
        lines = "".join(f"{name}:{sent[name].strip()}\n" for name in sorted(sent))
        request = f"POST\n/\n\n{lines}\n{names}\n{sha256(body).hexdigest()}"
        scope = f"{timestamp[:8]}/{self.region}/{service}/aws4_request"
        digest = sha256(request.encode()).hexdigest()
        key = signing_key(self.secret_access_key, timestamp[:8], self.region, service)
        text = f"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{digest}"
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        sent["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.access_key_id}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        return sent

    def _send(self, service: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        base = self.endpoint_url or f"https://{self.host_of(service)}"
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                status, answer = self._try(service, base, body, headers)
            except (OSError, HTTPException) as error:
                problem, again = f"{service}: {type(error).__name__}", True
            else:
                if status == 200:  # noqa: PLR2004 - HTTP's own
                    return answer
                code = _code_of(answer)
                if code == TOO_LARGE:
                    raise PolicyTooLargeError(code)
                problem = f"{service}: {status} {code}"
                again = status in _WORTH_ANOTHER or code.startswith(_THROTTLED)
            if attempt == _ATTEMPTS or not again:
                break
            time.sleep(random.uniform(0, _LONGEST_PAUSE_SECONDS * attempt))  # noqa: S311 - no secret
        raise AwsUnavailableError(problem)

    def _try(
        self, service: str, base: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        at = urlsplit(base)
        # Signed anew each time: a signature is of its second.
        sent = self.signed(
            service, host=at.netloc, body=body, headers=headers, at=datetime.now(UTC)
        )
        kind: Callable[..., HTTPConnection]
        kind = HTTPSConnection if at.scheme == "https" else HTTPConnection
        connection = kind(at.hostname or "", at.port, timeout=_PATIENCE_SECONDS)
        try:
            connection.request("POST", "/", body=body, headers=sent)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


class SecretsManager:
    """What of Secrets Manager is used, spelled as boto3 spells it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def get_secret_value(self, *, SecretId: str) -> Any:  # noqa: N803 - boto3's
        """Return the secret, its text as `SecretString`."""
        body = {"SecretId": SecretId}
        return self._caller.json_call("secretsmanager", "secretsmanager.GetSecretValue", body)


class SecurityTokenService:
    """What of STS is used, spelled as boto3 spells it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def assume_role(  # the names are boto3's
        self,
        *,
        RoleArn: str,  # noqa: N803
        RoleSessionName: str,  # noqa: N803
        DurationSeconds: int,  # noqa: N803
        Tags: list[Mapping[str, str]],  # noqa: N803
        Policy: str,  # noqa: N803
    ) -> Any:
        """Return `Credentials`, with `Expiration` as a moment, and `PackedPolicySize`."""
        parameters = {
            "Action": "AssumeRole",
            "Version": "2011-06-15",
            "RoleArn": RoleArn,
            "RoleSessionName": RoleSessionName,
            "DurationSeconds": str(DurationSeconds),
            "Policy": Policy,
        }
        for number, tag in enumerate(Tags, 1):
            parameters[f"Tags.member.{number}.Key"] = tag["Key"]
            parameters[f"Tags.member.{number}.Value"] = tag["Value"]
        found = _texts(self._caller.query_call("sts", parameters))
        return {
            "Credentials": {
                "AccessKeyId": found["AccessKeyId"],
                "SecretAccessKey": found["SecretAccessKey"],
                "SessionToken": found["SessionToken"],
                "Expiration": datetime.fromisoformat(found["Expiration"]),
            },
            # In percent of what STS takes.
            "PackedPolicySize": int(found.get("PackedPolicySize", 0)),
        }


def _texts(xml: bytes) -> dict[str, str]:
    """Return the text of each element by its name."""
    from xml.etree import ElementTree as ET  # noqa: PLC0415 - a cold start needs none

    # AWS's own answer, over TLS: nothing that a stranger wrote.
    root = ET.fromstring(xml)  # noqa: S314
    return {each.tag.rpartition("}")[2]: (each.text or "").strip() for each in root.iter()}


def _code_of(answer: bytes) -> str:
    """Return the code of an error, in JSON or XML, and nothing else of it: it may quote."""
    text = answer.decode(errors="replace")
    try:
        told = json.loads(text)
        return str(told.get("__type", "")).rpartition("#")[2] if isinstance(told, dict) else ""
    except ValueError:
        return text.partition("<Code>")[2].partition("</Code>")[0]
