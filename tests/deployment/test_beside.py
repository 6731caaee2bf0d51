"""What is left in other regions when an option is no longer said."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from moto.backends import get_backend

from scripts.deployment.beside import (
    FIREWALL_REGION,
    end_firewall,
    firewall_name,
    protect_second_copy,
    replica_name,
    tell_of_replica,
    unfinished,
)
from scripts.deployment.deploy import Deployment
from scripts.deployment.destroy import destroy
from scripts.embedded.errors import StartError
from scripts.embedded.progress import Progress
from tests.deployment.conftest import BUCKET, NUMBER, REGION

if TYPE_CHECKING:
    from tests.deployment.conftest import Aws

ELSEWHERE = "eu-west-1"
TEMPLATE = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})


def test_firewall_that_is_not_asked_for_is_deleted_in_its_region(aws: Aws) -> None:
    name = firewall_name(REGION)
    there = aws.session.client("cloudformation", region_name=FIREWALL_REGION)
    there.create_stack(StackName=name, TemplateBody=TEMPLATE)
    here = aws.session.client("cloudformation", region_name=REGION)
    here.create_stack(StackName=name, TemplateBody=TEMPLATE)
    said: list[str] = []
    end_firewall(aws.account, say=said.append)
    assert any("firewall" in line for line in said)
    with pytest.raises(there.exceptions.ClientError, match="does not exist"):
        there.describe_stacks(StackName=name)
    assert here.describe_stacks(StackName=name)["Stacks"]


def test_without_a_firewall_nothing_is_said(aws: Aws) -> None:
    said: list[str] = []
    end_firewall(aws.account, say=said.append)
    assert said == []


def test_firewall_that_may_not_be_looked_for_is_told_and_ends_nothing(aws: Aws) -> None:
    """Organizations may keep their members to some regions, of which us-east-1 is none."""
    stub = aws.session.stub("cloudformation")
    stub.add_client_error("describe_stacks", "AccessDenied", "explicit deny in a policy")
    said: list[str] = []
    end_firewall(aws.account, say=said.append)
    assert firewall_name(REGION) in said[0]
    assert "AccessDenied" in said[0]


def test_failure_of_looking_for_a_firewall_is_told_as_it_is(aws: Aws) -> None:
    aws.session.stub("cloudformation").add_client_error("describe_stacks", "InternalFailure")
    with pytest.raises(ClientError, match="InternalFailure"):
        end_firewall(aws.account, say=lambda _: None)


def test_second_copy_that_is_not_asked_for_is_said_to_stay(aws: Aws) -> None:
    said: list[str] = []
    tell_of_replica(aws.account, {}, say=said.append)
    assert said == []
    tell_of_replica(aws.account, {"ReplicaRegion": "eu-west-1"}, say=said.append)
    assert "eu-west-1 gets nothing new and stays" in said[0]


def make(aws: Aws, name: str, region: str, *, status: str = "", reason: str = "") -> str:
    """Make a stack beside, bring it into a state with a cause, and return its id."""
    client = aws.session.client("cloudformation", region_name=region)
    made: str = client.create_stack(StackName=name, TemplateBody=TEMPLATE)["StackId"]
    if status:
        backend: Any = get_backend("cloudformation")[NUMBER][region]
        stack = backend.stacks[made]
        stack.status = status
        stack._add_stack_event("CREATE_IN_PROGRESS")  # noqa: SLF001 - moto fails by itself nowhere
        stack._add_stack_event("CREATE_FAILED", resource_status_reason=reason)  # noqa: SLF001
        stack.events[-1].logical_resource_id = "Topic"
        stack.events[-1].resource_type = "AWS::SNS::Topic"
    return made


def test_second_copy_is_protected_once_it_is_there(aws: Aws) -> None:
    name = replica_name(REGION)
    make(aws, name, ELSEWHERE)
    protect_second_copy(aws.account, {})
    assert not aws.account.stacks(ELSEWHERE).look(name).is_protected
    for _ in range(2):
        protect_second_copy(aws.account, {"replica": ELSEWHERE})
        assert aws.account.stacks(ELSEWHERE).look(name).is_protected


def test_second_copy_whose_creation_failed_can_be_deleted(aws: Aws) -> None:
    name = replica_name(REGION)
    made = make(aws, name, ELSEWHERE, status="ROLLBACK_COMPLETE")
    protect_second_copy(aws.account, {"replica": ELSEWHERE})
    aws.session.client("cloudformation", region_name=ELSEWHERE).delete_stack(StackName=made)
    assert aws.account.stacks(ELSEWHERE).look(name).status is None


@pytest.mark.parametrize(
    ("context", "name", "region"),
    [
        ({"replica": ELSEWHERE}, replica_name(REGION), ELSEWHERE),
        ({"rate": "2400"}, firewall_name(REGION), FIREWALL_REGION),
    ],
)
def test_failure_of_a_stack_beside_is_explained_with_its_name_and_cause(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, context: dict[str, str], name: str, region: str
) -> None:
    make(aws, name, region, status="ROLLBACK_COMPLETE", reason="Too many of them")
    words = [word for pair in context.items() for word in ("-c", "=".join(pair))]
    deployment = Deployment(aws.account, words, asks=False, progress=Progress(io.StringIO()))

    def refused(*_: str) -> None:
        raise StartError("cdk deploy did not succeed; its words are above.")

    monkeypatch.setattr(deployment, "_cdk", refused)
    with pytest.raises(StartError) as caught:
        deployment._deploy("made")  # noqa: SLF001
    said = str(caught.value)
    assert f"The stack {name} in {region} is ROLLBACK_COMPLETE." in said
    assert "Topic (AWS::SNS::Topic): Too many of them" in said


def test_stacks_beside_that_are_done_or_not_asked_for_are_not_named(aws: Aws) -> None:
    make(aws, replica_name(REGION), ELSEWHERE)
    make(aws, firewall_name(REGION), FIREWALL_REGION, status="ROLLBACK_COMPLETE")
    assert unfinished(aws.account, {"replica": ELSEWHERE}) == []


def test_destroy_of_nothing_ends_a_firewall_that_costs_by_the_month(aws: Aws) -> None:
    make(aws, firewall_name(REGION), FIREWALL_REGION)
    aws.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    said: list[str] = []
    destroy(aws.account, asks=False, say=said.append)
    assert aws.account.stacks(FIREWALL_REGION).look(firewall_name(REGION)).status is None
    (kept,) = (at for at, line in enumerate(said) if BUCKET in line)
    (ended,) = (at for at, line in enumerate(said) if "Deleting the firewall" in line)
    assert kept < ended


def test_way_back_is_said_before_a_firewall_that_does_not_go(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.make_stack()
    aws.client("rds").create_db_snapshot(  # which moto makes at no deletion
        DBSnapshotIdentifier="last", DBInstanceIdentifier="pinhole-database"
    )
    made = make(aws, firewall_name(REGION), FIREWALL_REGION)
    backend: Any = get_backend("cloudformation")[NUMBER][FIREWALL_REGION]

    def stay(*_: object, **__: object) -> None:
        backend.stacks[made].status = "DELETE_FAILED"

    monkeypatch.setattr(backend, "delete_stack", stay)
    said: list[str] = []
    with pytest.raises(StartError, match="DELETE_FAILED: look in CloudFormation there"):
        destroy(aws.account, asks=False, say=said.append)
    assert f"-c bucket={BUCKET} -c snapshot=last" in "\n".join(said)
