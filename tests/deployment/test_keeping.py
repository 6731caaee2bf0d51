"""Finding again what an earlier stack kept, and refusing what would lose it."""

from __future__ import annotations

import json

import pytest

from scripts.deployment.keeping import Holdings, keys_of_bucket, taken_back, way_back
from scripts.deployment.stack import Resource
from scripts.embedded.errors import StartError
from tests.deployment.conftest import BUCKET, Aws

SAID = {"bucket": BUCKET, "snapshot": "pinhole-snapshot-x"}


def secret(aws: Aws, name: str, bucket: str) -> str:
    made: str = aws.client("secretsmanager").create_secret(
        Name=name,
        SecretString=json.dumps({"session_key": name}),
        Tags=[{"Key": "pinhole:bucket", "Value": bucket}],
    )["ARN"]
    return made


def test_session_key_is_found_by_its_bucket_among_many(aws: Aws) -> None:
    for at in range(120):  # more than a page
        secret(aws, f"other-{at}", f"{BUCKET}-{at}")
    assert keys_of_bucket(aws.account, BUCKET) == ""
    own = secret(aws, "own", BUCKET)
    assert keys_of_bucket(aws.account, BUCKET) == own


def test_bucket_and_snapshot_bring_the_session_key(aws: Aws) -> None:
    own = secret(aws, "own", BUCKET)
    assert taken_back(aws.account, SAID, {}) == {**SAID, "keys": own}


def test_without_the_session_key_nothing_is_taken_back_unless_that_is_said(aws: Aws) -> None:
    with pytest.raises(StartError, match="-c keys=ARN"):
        taken_back(aws.account, SAID, {})
    assert taken_back(aws.account, {**SAID, "keys": "new"}, {}) == SAID


@pytest.mark.parametrize("name", ["bucket", "snapshot"])
def test_half_of_a_library_is_not_taken_back(aws: Aws, name: str) -> None:
    with pytest.raises(StartError, match="taken back together"):
        taken_back(aws.account, {name: SAID[name]}, {})


def test_stack_that_took_back_is_told_the_same_each_time(aws: Aws) -> None:
    outputs = {"KeptBucket": BUCKET, "KeptSnapshot": "s", "KeptKeys": "arn", "Size": "small"}
    known = {"bucket": BUCKET, "snapshot": "s", "keys": "arn"}
    assert taken_back(aws.account, {}, outputs) == known
    assert taken_back(aws.account, {"snapshot": "s"}, outputs) == known


def test_stack_that_stands_takes_no_other_library(aws: Aws) -> None:
    for outputs in ({"Size": "small"}, {"KeptSnapshot": "another", "Size": "small"}):
        with pytest.raises(StartError, match="can only be said for a stack that is made anew"):
            taken_back(aws.account, SAID, outputs)


def test_library_that_begins_takes_nothing(aws: Aws) -> None:
    assert taken_back(aws.account, {"size": "small"}, {}) == {}


def test_holdings_are_found_among_resources_and_outputs() -> None:
    def resource(name: str, kind: str, status: str = "CREATE_COMPLETE") -> Resource:
        return Resource(name=name, kind=kind, physical_id=name.lower(), status=status, reason="")

    every = [
        resource("SiteBucket1", "AWS::S3::Bucket"),
        resource("PicturesBucket1", "AWS::S3::Bucket"),
        resource("DatabaseInstance1", "AWS::RDS::DBInstance"),
        resource("DatabaseInstanceSecret1", "AWS::SecretsManager::Secret"),
        resource("SecretsKeys1", "AWS::SecretsManager::Secret"),
    ]
    assert Holdings.of(every, {}) == Holdings(
        bucket="picturesbucket1", database="databaseinstance1", keys="secretskeys1"
    )
    gone = [resource("DatabaseInstance1", "AWS::RDS::DBInstance", "DELETE_COMPLETE")]
    assert Holdings.of(gone, {"KeptKeys": "arn"}) == Holdings(keys="arn")


def test_way_back_is_a_command() -> None:
    assert (
        way_back(bucket="b", snapshot="s", keys="") == "./scripts/deploy -c bucket=b -c snapshot=s"
    )
