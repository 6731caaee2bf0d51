"""Secrets in AWS Secrets Manager, each a JSON object of names and values."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from app.clients.aws.lightweight import SecretsManager


def read_secret(secrets_manager: SecretsManager, secret_id: str) -> Mapping[str, str]:
    """Return a secret's values.

    Raises:
        AwsUnavailableError: it cannot be read.
    """
    answer = secrets_manager.get_secret_value(SecretId=secret_id)
    values = json.loads(answer["SecretString"])
    return {str(name): str(value) for name, value in values.items()}


def keep_if_missing(
    secrets_manager: Any,
    secret_id: str,
    name: str,
    *,
    make: Callable[[], str],
) -> bool:
    """Add a value to a secret that has none of this name; whether one was made. Safe to repeat."""
    values = json.loads(secrets_manager.get_secret_value(SecretId=secret_id)["SecretString"])
    if values.get(name):
        return False
    secrets_manager.put_secret_value(
        SecretId=secret_id, SecretString=json.dumps(values | {name: make()})
    )
    return True
