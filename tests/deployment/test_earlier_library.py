"""The line of ./scripts/deploy --check about a library that an earlier stack left."""

from __future__ import annotations

from typing import Any

from tests.deployment.conftest import BUCKET, Aws, bucket, look


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


def answer_of_cloudformation(aws: Aws, *, bucket_is: str, others_are: str) -> None:
    """Answer with all resources of the bucket's stack, as `DescribeStackResources` does."""
    resources = [
        {
            "StackName": "Pinhole",
            "LogicalResourceId": name,
            "PhysicalResourceId": physical_id,
            "ResourceType": kind,
            "Timestamp": "2026-11-28T00:00:00Z",
            "ResourceStatus": status,
        }
        for name, physical_id, kind, status in (
            ("Alarm", "alarm-1", "AWS::CloudWatch::Alarm", others_are),
            ("PicturesBucket1", BUCKET, "AWS::S3::Bucket", bucket_is),
            ("Topic", "topic-1", "AWS::SNS::Topic", others_are),
        )
    ]
    aws.session.stub("cloudformation").add_response(  # moto knows nothing by its physical id
        "describe_stack_resources", {"StackResources": resources}, {"PhysicalResourceId": BUCKET}
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
