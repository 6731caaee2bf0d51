"""What ./scripts/destroy says that it keeps is what the templates keep, and nothing else stays."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from scripts.deployment.destroy import _WHAT_STAYS, _say_what_stays
from scripts.deployment.keeping import Holdings
from scripts.deployment.stack import Resource, Stack
from scripts.embedded.install import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.infrastructure.conftest import Template

# The line about them in docs/operations.md says the same.
LOGS_OF_THE_CDK = 3
# How CloudFormation leaves something behind when a stack that had been made is deleted.
KEEPING = {"Retain", "RetainExceptOnCreate", "Snapshot"}
# Kinds that it keeps even if no policy says so ("DeletionPolicy attribute").
SNAPSHOT_BY_DEFAULT = {"AWS::RDS::DBCluster", "AWS::RDS::DBInstance"}


class Account:
    """An account in which the template is deployed."""

    number, region = "123456789012", "us-east-1"

    def __init__(self, body: dict[str, Any]) -> None:
        self._body = body

    def stacks(self) -> Account:
        return self

    def resources(self, _: str) -> list[Resource]:
        return every_resource(self._body)


def every_resource(body: dict[str, Any]) -> list[Resource]:
    """Return what CloudFormation would tell of the stack; a resource's id is its name."""
    return [
        Resource(
            name=name, kind=each["Type"], physical_id=name, status="CREATE_COMPLETE", reason=""
        )
        for name, each in body["Resources"].items()
    ]


def kept_in(body: dict[str, Any]) -> dict[str, str]:
    """Return what stays of a stack, with how it does."""
    policies = {
        name: resource.get(
            "DeletionPolicy",
            "Snapshot" if resource["Type"] in SNAPSHOT_BY_DEFAULT else "Delete",
        )
        for name, resource in body["Resources"].items()
    }
    return {name: policy for name, policy in policies.items() if policy in KEEPING}


def told_of(body: dict[str, Any]) -> set[str]:
    """Return the resources that ./scripts/destroy names as kept, of all that the stack has."""
    told = Holdings.of(every_resource(body), {})
    return {name for name in (told.bucket, told.database, told.keys) if name}


def test_what_destroy_says_it_keeps_is_all_that_the_template_keeps(template: Template) -> None:
    kept = kept_in(template.body)
    assert set(kept) == told_of(template.body)
    kinds = {template.body["Resources"][name]["Type"]: how for name, how in kept.items()}
    assert kinds == {
        "AWS::S3::Bucket": "RetainExceptOnCreate",
        "AWS::RDS::DBInstance": "Snapshot",
        "AWS::SecretsManager::Secret": "RetainExceptOnCreate",
    }


def test_stack_that_took_a_library_back_keeps_it_again(taken_back: Template) -> None:
    # Its keys are no resource of it: the stack before kept them, and its output names them.
    kept = kept_in(taken_back.body)
    assert set(kept) == told_of(taken_back.body)
    assert {taken_back.body["Resources"][name]["Type"] for name in kept} == {
        "AWS::S3::Bucket",
        "AWS::RDS::DBInstance",
    }
    assert "KeptKeys" in taken_back.body["Outputs"]


def test_of_stacks_beside_the_second_copy_alone_stays(beside: Path) -> None:
    def kept(name: str) -> set[str]:
        body = json.loads((beside / f"{name}-eu-west-1.template.json").read_text())
        return {body["Resources"][each]["Type"] for each in kept_in(body)}

    assert kept("Pinhole-firewall") == set()
    assert "AWS::S3::Bucket" in kept("Pinhole-replica-of")
    assert kept("Pinhole-replica-of") <= {"AWS::S3::Bucket", "AWS::S3::BucketPolicy"}


def test_logs_that_lambda_makes_by_itself_are_told_of(template: Template) -> None:
    # A function without a log group of the template's gets one from Lambda, which never ends.
    functions = template.of_type("AWS::Lambda::Function")
    own = {name for name, each in functions.items() if "LoggingConfig" not in each}
    # Made by the CDK for its custom resources, and by nobody else.
    assert all(name.startswith(("Custom", "AWSCDK")) for name in own)
    assert len(own) == LOGS_OF_THE_CDK
    assert "logs of its functions" in _WHAT_STAYS
    page = (ROOT / "docs/operations.md").read_text()
    assert "Three log groups of the CDK's own functions stay" in page


def test_all_that_stays_of_the_database_is_told(template: Template) -> None:
    roles = json.dumps(list(template.of_type("AWS::IAM::Policy").values()))
    assert "snapshot:pinhole-before-*" in roles  # made by the function, and no resource of ours
    said: list[str] = []
    stack = Stack(status="CREATE_COMPLETE", stack_id="id")
    _say_what_stays(Account(template.body), stack, said.append)  # type: ignore[arg-type]
    told = "\n".join(said)
    assert "copies from before migrations (pinhole-before-…)" in told
    (database,) = template.of_type("AWS::RDS::DBInstance").values()
    assert ("automated backups" in told) == (not database["DeleteAutomatedBackups"])
    for name in kept_in(template.body):
        assert name in told


@pytest.mark.parametrize(
    ("kind", "policy"),
    [("AWS::SecretsManager::Secret", "Delete"), ("AWS::SQS::Queue", "Retain")],
)
def test_other_policy_is_found(small: Template, kind: str, policy: str) -> None:
    body = copy.deepcopy(small.body)
    for each in body["Resources"].values():
        if each["Type"] == kind:
            each["DeletionPolicy"] = policy
    assert set(kept_in(body)) != told_of(body)
