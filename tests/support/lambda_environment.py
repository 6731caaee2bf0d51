"""The environment of a Lambda function in the embedded AWS, with its secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

import boto3

from scripts.embedded.policies import API_USER, REGION, WORKER_USER
from scripts.embedded.stack import EmbeddedStack

DOOR = "the-door"
SITE_ORIGIN = "https://pictures.example.org"
# By the variable that names each.
_SECRETS = {"KEYS_SECRET_ARN": "keys", "DATABASE_SECRET_ARN": "database"}
_READS_SECRETS = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"},
    ],
}


def function_environment(
    stack: EmbeddedStack, part: Literal["api", "worker"], *, door_before: str | None = None
) -> dict[str, str]:
    """Put a function's secrets into the embedded AWS; return the environment it starts with.

    `door_before`: also the door that is still open while it is changed.
    """
    database = urlsplit(stack.runtime_database_url)
    keys = {
        "session_key": "k" * 48,
        "openai_api_key": "",
        "openai_base_url": "",
        "google_client_id": "pinhole-at-google",
        "google_client_secret": "g" * 24,
        "oidc_providers": "work",
        "oidc_work_client_id": "pinhole-at-work",
        "oidc_work_client_secret": "w" * 24,
        "oidc_work_discovery_url": "https://id.example.org/.well-known/openid-configuration",
    }
    role = {
        "username": database.username,
        "password": database.password,
        "port": str(database.port),
    }
    doors = {"door": DOOR} | ({"door_before": door_before} if door_before else {})
    # In a secret of its own: another function may be about to read the other one.
    door_secret = "doors" if door_before else "door"
    _keep(stack, {"keys": keys, door_secret: doors, "database": role})
    _let_read(stack, WORKER_USER if part == "worker" else API_USER)
    settings = stack.environment(part)
    # A function finds secrets in Secrets Manager, and mails are read in local mode alone.
    for name in ("DATABASE_URL", "SECRET_KEY", "MAILBOX_DIR"):
        settings.pop(name, None)
    return (
        settings
        | _SECRETS
        | {
            "DOOR_SECRET_ARN": door_secret,
            "SITE_ORIGIN": SITE_ORIGIN,
            "TRUSTED_PROXIES": "2",
            "DATABASE_HOST": str(database.hostname),
            "DATABASE_NAME": database.path.strip("/"),
        }
    )


def _keep(stack: EmbeddedStack, secrets: Mapping[str, Mapping[str, str | None]]) -> None:
    manager = _as_root(stack, "secretsmanager")
    for name, values in secrets.items():
        try:
            manager.create_secret(Name=name, SecretString=json.dumps(values))
        except manager.exceptions.ResourceExistsException:
            manager.put_secret_value(SecretId=name, SecretString=json.dumps(values))


def _let_read(stack: EmbeddedStack, user: str) -> None:
    _as_root(stack, "iam").put_user_policy(
        UserName=user, PolicyName="reads-secrets", PolicyDocument=json.dumps(_READS_SECRETS)
    )


def _as_root(stack: EmbeddedStack, service: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - boto3's
    key = stack.aws.root_key  # both halves of it
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=stack.aws_endpoint_url,
        aws_access_key_id=key,
        aws_secret_access_key=key,
    )
