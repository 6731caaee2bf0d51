"""The line of ./scripts/deploy --check about a library that an earlier stack left."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.deployment.stack import Stack
from tests.deployment.conftest import BUCKET, Aws, bucket, look

MOMENT = "2026-11-28T00:00:00Z"


def snapshot(aws: Aws, instance: str = "pinhole-0a1b2c3d4e5f") -> str:
    rds = aws.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier=instance,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        MasterUsername="pinhole",
        MasterUserPassword="of no interest",
        AllocatedStorage=20,
    )
    name = f"pinhole-snapshot-{instance}"
    rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier=instance)
    return name


def test_earlier_library_is_left_alone_and_the_way_back_named(aws: Aws) -> None:
    assert look(aws, "Earlier library").verdict == "good"
    bucket(aws)
    name = snapshot(aws)
    found = look(aws, "Earlier library")
    assert found.verdict == "note"
    assert f"./scripts/deploy -c bucket={BUCKET} -c snapshot={name}" in found.advice


def test_earlier_library_that_is_there_is_taken_back(aws: Aws) -> None:
    bucket(aws)
    found = look(aws, "Earlier library", bucket=BUCKET, snapshot=snapshot(aws))
    assert found.verdict == "good"


def test_earlier_library_that_cannot_be_taken_back_is_bad(aws: Aws) -> None:
    name = snapshot(aws)
    bucket(aws, "pinhole-pictures-elsewhere", "eu-west-1")
    bucket(aws)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"bucket": "pinhole-pictures-none", "snapshot": name}, "there is no bucket"),
        ({"bucket": "pinhole-pictures-elsewhere", "snapshot": name}, "is in eu-west-1"),
        ({"bucket": BUCKET, "snapshot": "none"}, "there is no snapshot"),
    ]
    for said, why in cases:
        found = look(aws, "Earlier library", **said)
        assert found.verdict == "bad"
        assert why in found.words


def answer_of_cloudformation(
    aws: Aws, *, bucket_is: str, others_are: str, is_own: bool = False
) -> None:
    """Answer as CloudFormation does for a stack of 120 resources, of which the bucket is the last.

    By the name of one, `DescribeStackResources` gives the first 100 of its stack and no more pages.
    """
    others = [(f"Topic{at}", f"topic-{at}", "AWS::SNS::Topic", others_are) for at in range(119)]
    resources = [
        {
            "LogicalResourceId": name,
            "PhysicalResourceId": physical_id,
            "ResourceType": kind,
            "ResourceStatus": status,
        }
        for name, physical_id, kind, status in [
            *others,
            ("PicturesBucket1", BUCKET, "AWS::S3::Bucket", bucket_is),
        ]
    ]
    stub = aws.session.stub("cloudformation")  # moto knows nothing by its physical id
    stack = {"StackName": "Pinhole", "StackId": "id", "Timestamp": MOMENT}
    first = {"StackResources": [{**stack, **each} for each in resources[:100]]}
    stub.add_response("describe_stack_resources", first, {"PhysicalResourceId": BUCKET})
    if is_own:  # which is not looked at any further
        return
    summaries = [{**each, "LastUpdatedTimestamp": MOMENT} for each in resources]
    stub.add_response(
        "list_stack_resources",
        {"StackResourceSummaries": summaries[:100], "NextToken": "more"},
        {"StackName": "id"},
    )
    stub.add_response(
        "list_stack_resources",
        {"StackResourceSummaries": summaries[100:]},
        {"StackName": "id", "NextToken": "more"},
    )


def test_bucket_that_its_stack_has_let_go_of_is_taken_back(aws: Aws) -> None:
    bucket(aws)
    answer_of_cloudformation(aws, bucket_is="DELETE_SKIPPED", others_are="DELETE_COMPLETE")
    assert look(aws, "Earlier library", bucket=BUCKET, snapshot=snapshot(aws)).verdict == "good"


def test_bucket_of_a_stack_is_not_taken_from_it(aws: Aws) -> None:
    bucket(aws)
    answer_of_cloudformation(aws, bucket_is="CREATE_COMPLETE", others_are="DELETE_SKIPPED")
    found = look(aws, "Earlier library", bucket=BUCKET, snapshot="any")
    assert (found.verdict, found.words) == (
        "bad",
        f"the bucket {BUCKET} belongs to the stack Pinhole",
    )


@pytest.mark.parametrize("status", ["ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"])
def test_bucket_of_the_own_stack_that_is_deleted_first_is_taken_back(aws: Aws, status: str) -> None:
    bucket(aws)
    answer_of_cloudformation(
        aws, bucket_is="IMPORT_COMPLETE", others_are="DELETE_FAILED", is_own=True
    )
    failed = Stack(status=status, stack_id="id")
    name = snapshot(aws)
    assert (
        look(aws, "Earlier library", stack=failed, bucket=BUCKET, snapshot=name).verdict == "good"
    )


def test_bucket_of_another_stack_stays_with_it_when_the_own_one_failed(aws: Aws) -> None:
    bucket(aws)
    answer_of_cloudformation(aws, bucket_is="IMPORT_COMPLETE", others_are="CREATE_COMPLETE")
    failed = Stack(status="ROLLBACK_FAILED", stack_id="another")
    found = look(aws, "Earlier library", stack=failed, bucket=BUCKET, snapshot="any")
    assert found.verdict == "bad"
