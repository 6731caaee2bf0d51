"""Adding a value to a secret that the deployment made: once, and nothing else is touched."""

import json

import boto3

from app.clients.aws.secrets_manager import keep_if_missing
from scripts.embedded.policies import REGION
from scripts.embedded.stack import EmbeddedStack


def test_a_value_is_made_once_and_the_others_stay(stack: EmbeddedStack) -> None:
    key = stack.aws.root_key
    manager = boto3.client(
        "secretsmanager",
        region_name=REGION,
        endpoint_url=stack.aws_endpoint_url,
        aws_access_key_id=key,
        aws_secret_access_key=key,
    )
    manager.create_secret(Name="made-once", SecretString=json.dumps({"session_key": "k"}))
    codes = iter(("first", "second"))
    made = [
        keep_if_missing(manager, "made-once", "setup_code", make=lambda: next(codes))
        for _ in range(2)
    ]
    assert made == [True, False]
    kept = json.loads(manager.get_secret_value(SecretId="made-once")["SecretString"])
    assert kept == {"session_key": "k", "setup_code": "first"}
