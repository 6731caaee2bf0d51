"""The link for the first account: by the first run that ends well, and never again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from scripts.deployment.setup_link import show_setup_link

if TYPE_CHECKING:
    from tests.deployment.conftest import Aws

ADDRESS, CODE = "https://pictures.example.org", "a-code-of-a-test"


@pytest.fixture
def outputs(aws: Aws) -> dict[str, str]:
    made = aws.client("secretsmanager").create_secret(
        Name="keys", SecretString=json.dumps({"session_key": "x", "setup_code": CODE})
    )
    return {"Address": ADDRESS, "KeysSecret": made["ARN"]}


def told(aws: Aws, outputs: dict[str, str]) -> str:
    said: list[str] = []
    show_setup_link(aws.account, outputs, say=said.append)
    return "".join(said)


def test_link_is_shown_whichever_run_is_the_first_to_end_well(
    aws: Aws, outputs: dict[str, str]
) -> None:
    # Nothing tells this run whether it made the stack, or one before that failed later on.
    assert f"{ADDRESS}/setup#{CODE}" in told(aws, outputs)


def test_link_is_shown_once(aws: Aws, outputs: dict[str, str]) -> None:
    assert told(aws, outputs)
    assert told(aws, outputs) == ""


def test_library_that_came_back_has_its_accounts(aws: Aws, outputs: dict[str, str]) -> None:
    assert told(aws, {**outputs, "KeptBucket": "pinhole-pictures-0a1b2c3d4e5f"}) == ""


def test_without_a_code_there_is_no_link(aws: Aws, outputs: dict[str, str]) -> None:
    secret = json.dumps({"session_key": "x"})
    aws.client("secretsmanager").put_secret_value(
        SecretId=outputs["KeysSecret"], SecretString=secret
    )
    assert told(aws, outputs) == ""
