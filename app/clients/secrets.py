"""Secrets in AWS Secrets Manager, each a JSON object of names and values."""

import json
from collections.abc import Mapping

from app.clients.calls import SecretsManager


def read_secret(secrets_manager: SecretsManager, secret_id: str) -> Mapping[str, str]:
    """Return a secret's values.

    Raises:
        AwsUnavailableError: it cannot be read.
    """
    answer = secrets_manager.get_secret_value(SecretId=secret_id)
    values = json.loads(answer["SecretString"])
    return {str(name): str(value) for name, value in values.items()}
