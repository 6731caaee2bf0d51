"""Bare HTTP, so that a test sends exactly what it means to, and boto3 as one of the identities."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

import boto3
from botocore.config import Config

from app.clients.aws.session_policies import session_policy
from scripts.embedded.policies import BUCKET, REGION, USER_ROLE_ARN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.embedded.stack import EmbeddedStack


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def send(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> Answer:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        lowered = {name.lower(): value for name, value in response.getheaders()}
        return Answer(status=response.status, headers=lowered, body=response.read())
    finally:
        connection.close()


def client(stack: EmbeddedStack, service: str, *, keys: Mapping[str, str]) -> Any:
    return boto3.client(
        service,
        endpoint_url=stack.aws_endpoint_url,
        region_name=REGION,
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=keys.get("AWS_SESSION_TOKEN"),
        config=Config(
            signature_version="s3v4" if service == "s3" else None,
            s3={"addressing_style": "path"},
            retries={"total_max_attempts": 1, "mode": "standard"},
        ),
    )


def as_user(stack: EmbeddedStack, user: str) -> dict[str, str]:
    """Become a user as the API does: role, session tag, and a session policy for their prefix."""
    policy = session_policy(BUCKET, UUID(hex=user))
    answer = client(stack, "sts", keys=stack.environment("api")).assume_role(
        RoleArn=USER_ROLE_ARN,
        RoleSessionName=f"user-{user}",
        Tags=[{"Key": "user", "Value": user}],
        Policy=json.dumps(policy),
    )["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": answer["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": answer["SecretAccessKey"],
        "AWS_SESSION_TOKEN": answer["SessionToken"],
    }


@dataclass(frozen=True, kw_only=True)
class Place:
    """A signed PUT and the headers that its signature covers."""

    key: str
    url: str
    headers: dict[str, str]


def place(stack: EmbeddedStack, *, user: str, image: str, content: bytes) -> Place:
    key = f"users/{user}/{image}/original"
    checksum = base64.b64encode(hashlib.sha256(content).digest()).decode()
    url = client(stack, "s3", keys=as_user(stack, user)).generate_presigned_url(
        "put_object",
        Params={
            "Bucket": BUCKET,
            "Key": key,
            "ContentLength": len(content),
            "ContentType": "image/jpeg",
            "ChecksumSHA256": checksum,
            "IfNoneMatch": "*",
        },
        ExpiresIn=300,
    )
    return Place(
        key=key,
        url=url,
        headers={
            "Content-Type": "image/jpeg",
            "x-amz-checksum-sha256": checksum,
            "If-None-Match": "*",
        },
    )
