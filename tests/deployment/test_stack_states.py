"""./scripts/destroy and what ./scripts/deploy does first, on a stack in each state."""

from __future__ import annotations

import json
from collections import deque
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.deployment import destroy as destroying
from scripts.deployment.destroy import destroy
from scripts.deployment.keeping import Holdings
from scripts.deployment.removal import remove
from scripts.deployment.stack import STACK, Stack
from scripts.embedded.errors import StartError
from tests.deployment.conftest import BUCKET, NUMBER, REGION, TEMPLATE, Aws

# Of CloudFormation's API reference, "StackStatus", all of them.
READY = ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"]
FAILED = ["CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"]
STUCK = ["UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"]
BUSY = [
    "CREATE_IN_PROGRESS",
    "ROLLBACK_IN_PROGRESS",
    "DELETE_IN_PROGRESS",
    "UPDATE_IN_PROGRESS",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_ROLLBACK_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    "IMPORT_IN_PROGRESS",
    "IMPORT_ROLLBACK_IN_PROGRESS",
]


def said_by_destroy(aws: Aws) -> str:
    said: list[str] = []
    destroy(aws.account, asks=False, say=said.append)
    return "\n".join(said)


@pytest.mark.parametrize("status", [*READY, *FAILED, *STUCK, "DELETE_FAILED"])
def test_destroy_takes_away_a_stack_in_any_state_and_keeps_what_it_says(
    aws: Aws, status: str
) -> None:
    aws.make_stack(status=status)
    said = said_by_destroy(aws)
    assert f"in the bucket {BUCKET}" in said
    assert "as a last snapshot of pinhole-database" in said
    assert "Pinhole is gone from this account." in said
    assert aws.account.stacks().look().status is None
    buckets = [each["Name"] for each in aws.client("s3").list_buckets()["Buckets"]]
    assert BUCKET in buckets
    if status not in READY:
        assert status in said


def test_destroy_needs_no_outputs(aws: Aws) -> None:
    # What a first deployment that failed has not; it raised KeyError once.
    template = {"Resources": TEMPLATE["Resources"]}
    aws.make_stack(template, status="ROLLBACK_FAILED")
    assert "Its first deployment failed (ROLLBACK_FAILED)" in said_by_destroy(aws)


@pytest.mark.parametrize("status", BUSY)
def test_destroy_waits_for_whoever_changes_the_stack(aws: Aws, status: str) -> None:
    aws.make_stack(status=status)
    aws.to_come = deque([status, "CREATE_COMPLETE"])
    said = said_by_destroy(aws)
    assert f"Somebody is changing the stack ({status})" in said
    assert len(aws.pauses) == 2
    assert aws.account.stacks().look().status is None


def test_destroy_of_nothing_says_what_earlier_ones_kept(aws: Aws) -> None:
    assert "There is no Pinhole in account 123456789012, region eu-central-1." in said_by_destroy(
        aws
    )
    aws.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    assert BUCKET in said_by_destroy(aws)


def test_destroy_when_not_agreed_to_changes_nothing(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.make_stack()
    monkeypatch.setattr("builtins.input", lambda _: "pinhole")
    with pytest.raises(StartError, match="Nothing was changed"):
        destroying.destroy(aws.account, asks=True, say=lambda _: None)
    assert aws.account.stacks().look() == Stack(
        status="CREATE_COMPLETE",
        stack_id=next(iter(aws.stacks)),
        is_protected=True,
        outputs={"PictureBucket": BUCKET, "Size": "small"},
    )
    (database,) = aws.client("rds").describe_db_instances()["DBInstances"]
    assert database["DeletionProtection"] is True


def test_protection_stands_until_it_is_taken_off(aws: Aws) -> None:
    """What this account must refuse, for the tests above to mean anything."""
    aws.make_stack()
    with pytest.raises(ClientError, match="TerminationProtection"):
        aws.client("cloudformation").delete_stack(StackName=STACK)
    with pytest.raises(ClientError, match="disable deletion protection"):
        aws.client("rds").delete_db_instance(
            DBInstanceIdentifier="pinhole-database", SkipFinalSnapshot=True
        )


def test_shell_of_a_change_set_is_new_and_goes(aws: Aws) -> None:
    aws.make_stack(
        {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}, status="REVIEW_IN_PROGRESS"
    )
    stack = aws.account.stacks().look()
    assert (stack.kind, stack.is_shell) == ("new", True)
    assert "It was never made (REVIEW_IN_PROGRESS)" in said_by_destroy(aws)


def stubbed_deletion(aws: Aws, *ends: str) -> None:
    """Answer as CloudFormation does for a stack whose deletion ends so, once after the other."""
    stub = aws.session.stub("cloudformation")
    stack = {"StackName": STACK, "StackId": "id", "CreationTime": "2026-11-28T00:00:00Z"}
    summary = {
        "LogicalResourceId": "NetworkFunctions",
        "ResourceType": "AWS::EC2::SecurityGroup",
        "PhysicalResourceId": "sg-1",
        "ResourceStatus": "DELETE_FAILED",
        "ResourceStatusReason": "has a dependent object",
        "LastUpdatedTimestamp": "2026-11-28T00:00:00Z",
    }
    page = {"StackResourceSummaries": [summary]}
    stub.add_response("list_stack_resources", page, {"StackName": "id"})
    for at, end in enumerate(ends):
        mode = {"DeletionMode": "FORCE_DELETE_STACK"} if at == 2 else {}
        if at == 2:
            stub.add_response("list_stack_resources", page, {"StackName": "id"})
        stub.add_response("delete_stack", {}, {"StackName": "id", **mode})
        stub.add_response("describe_stacks", {"Stacks": [{**stack, "StackStatus": end}]})


def test_deletion_that_fails_once_is_tried_again(aws: Aws) -> None:
    stubbed_deletion(aws, "DELETE_FAILED", "DELETE_COMPLETE")
    removed = remove(
        aws.account,
        Stack(status="CREATE_COMPLETE", stack_id="id"),
        may_leave=lambda _: False,
        say=lambda _: None,
    )
    assert removed.holdings == Holdings()


def test_deletion_that_fails_twice_leaves_behind_what_is_agreed_to(aws: Aws) -> None:
    stubbed_deletion(aws, "DELETE_FAILED", "DELETE_FAILED", "DELETE_COMPLETE")
    asked: list[str] = []

    def may_leave(left: list[Any]) -> bool:
        asked.extend(each.physical_id for each in left)
        return True

    said: list[str] = []
    stack = Stack(status="DELETE_FAILED", stack_id="id")
    remove(aws.account, stack, may_leave=may_leave, say=said.append)
    assert asked == ["sg-1"]
    assert any("has a dependent object" in line for line in said)


def test_deletion_that_fails_twice_says_what_is_in_the_way(aws: Aws) -> None:
    stubbed_deletion(aws, "DELETE_FAILED", "DELETE_FAILED")
    page: dict[str, Any] = {"StackResourceSummaries": []}
    aws.session.stub("cloudformation").add_response("list_stack_resources", page)
    with pytest.raises(StartError, match="is in the way"):
        remove(
            aws.account,
            Stack(status="DELETE_FAILED", stack_id="id"),
            may_leave=lambda _: False,
            say=lambda _: None,
        )


def test_resources_beyond_a_hundred_are_all_listed(aws: Aws) -> None:
    """AWS gives 100 a page, and `DescribeStackResources` no second one."""

    def page(first: int, count: int) -> list[dict[str, str]]:
        return [
            {
                "LogicalResourceId": f"Topic{at}",
                "PhysicalResourceId": f"arn:{at}",
                "ResourceType": "AWS::SNS::Subscription" if at == 119 else "AWS::SNS::Topic",
                "ResourceStatus": "CREATE_COMPLETE",
                "LastUpdatedTimestamp": "2026-11-28T00:00:00Z",
            }
            for at in range(first, first + count)
        ]

    stub = aws.session.stub("cloudformation")
    for _ in range(2):
        stub.add_response(
            "list_stack_resources",
            {"StackResourceSummaries": page(0, 100), "NextToken": "more"},
            {"StackName": STACK},
        )
        stub.add_response(
            "list_stack_resources",
            {"StackResourceSummaries": page(100, 20)},
            {"StackName": STACK, "NextToken": "more"},
        )
    assert len(aws.account.stacks().resources()) == 120
    assert aws.account.alarm_addresses() == ["arn:119"]


def test_failed_update_is_taken_back_by_the_way_that_its_state_allows(aws: Aws) -> None:
    stub = aws.session.stub("cloudformation")
    done = {
        "Stacks": [
            {
                "StackName": STACK,
                "StackId": "id",
                "CreationTime": "2026-11-28T00:00:00Z",
                "StackStatus": "UPDATE_ROLLBACK_COMPLETE",
            }
        ]
    }
    for status, operation in (
        ("UPDATE_ROLLBACK_FAILED", "continue_update_rollback"),
        ("UPDATE_FAILED", "rollback_stack"),
    ):
        stub.add_response(operation, {}, {"StackName": "id"})
        stub.add_response("describe_stacks", done, {"StackName": "id"})
        stack = Stack(status=status, stack_id="id")
        assert aws.account.stacks().go_back(stack, say=lambda _: None).kind == "ready"


def test_failures_begin_with_the_cause_and_end_with_the_operation(aws: Aws) -> None:
    def event(name: str, status: str, reason: str = "", kind: str = "AWS::EC2::EIP") -> Any:
        return {
            "StackId": "id",
            "EventId": name + status,
            "StackName": STACK,
            "LogicalResourceId": name,
            "ResourceType": kind,
            "Timestamp": "2026-11-28T00:00:00Z",
            "ResourceStatus": status,
            "ResourceStatusReason": reason,
        }

    whole = "AWS::CloudFormation::Stack"
    events = [  # the newest first, as CloudFormation gives them
        event("Other", "CREATE_FAILED", "Resource creation cancelled"),
        event("Address", "CREATE_FAILED", "The maximum number of addresses has been reached."),
        event(STACK, "CREATE_IN_PROGRESS", "User Initiated", whole),
        event("Older", "CREATE_FAILED", "of an earlier operation"),
    ]
    stub = aws.session.stub("cloudformation")
    stub.add_response("describe_stack_events", {"StackEvents": events[:1], "NextToken": "more"})
    stub.add_response("describe_stack_events", {"StackEvents": events[1:]})
    assert aws.account.stacks().failures("id") == [
        "Address (AWS::EC2::EIP): The maximum number of addresses has been reached."
    ]


def test_failures_name_what_cloudformation_found_before_it_began(aws: Aws) -> None:
    # CloudFormation's pre-deployment validation: the stack's events only say where to look.
    event = {
        "StackId": "id",
        "EventId": "1",
        "StackName": STACK,
        "LogicalResourceId": STACK,
        "ResourceType": "AWS::CloudFormation::Stack",
        "Timestamp": "2026-11-28T00:00:00Z",
        "ResourceStatus": "CREATE_FAILED",
        "ResourceStatusReason": "Validation failed with 1 error(s). Call DescribeEvents to retrieve"
        " the full list of issues with resource and property details.",
    }
    found = {
        "EventId": "2",
        "EventType": "VALIDATION_ERROR",
        "LogicalResourceId": "PicturesBucket",
        "ResourceType": "AWS::S3::Bucket",
        "ValidationName": "NAME_CONFLICT_VALIDATION",
        "ValidationStatus": "FAILED",
        "ValidationStatusReason": "Resource of type 'AWS::S3::Bucket' already exists.",
    }
    stub = aws.session.stub("cloudformation")
    stub.add_response("describe_stack_events", {"StackEvents": [event]})
    stub.add_response(
        "describe_events",
        {"OperationEvents": [found, {"EventId": "3", "EventType": "STACK_EVENT"}]},
        {"StackName": "id", "Filters": {"FailedEvents": True}},
    )
    assert aws.account.stacks().failures("id") == [
        "PicturesBucket (AWS::S3::Bucket): Resource of type 'AWS::S3::Bucket' already exists."
    ]


def test_replacing_database_or_bucket_is_refused_by_policy(aws: Aws) -> None:
    aws.make_stack()
    aws.account.stacks().refuse_replacements(["DatabaseInstance24D16791", "PicturesBucket93B3B90B"])
    policy = json.loads(
        aws.client("cloudformation").get_stack_policy(StackName=STACK)["StackPolicyBody"]
    )
    (denied,) = [each for each in policy["Statement"] if each["Effect"] == "Deny"]
    assert set(denied["Action"]) == {"Update:Replace", "Update:Delete"}
    assert denied["Resource"] == [
        "LogicalResourceId/DatabaseInstance24D16791",
        "LogicalResourceId/PicturesBucket93B3B90B",
    ]


def test_every_state_of_cloudformation_has_a_kind() -> None:
    import botocore.session  # noqa: PLC0415

    model = botocore.session.get_session().get_service_model("cloudformation")
    every: list[str] = model.shape_for("StackStatus").enum
    kinds = {status: Stack(status=status, stack_id="id").kind for status in every}
    assert {s for s, kind in kinds.items() if kind == "busy"} == {
        s for s in every if s.endswith("_IN_PROGRESS") and s != "REVIEW_IN_PROGRESS"
    }
    assert NUMBER
