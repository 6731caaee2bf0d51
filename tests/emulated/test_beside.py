"""The stacks in other regions, deployed by the real CDK, and S3's copying between two of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from scripts.deployment.beside import firewall_name, replica_name
from tests.api.conftest import until
from tests.emulated.surroundings import ACCOUNT, REGION, STACK

if TYPE_CHECKING:
    from pathlib import Path

    from tests.emulated.surroundings import Account

REPLICA_REGION = "eu-central-1"
EXTRACT = "Extract"
# What of the main stack the copying needs, and what of these resources needs others.
_KEPT = ("PicturesBucket", "PicturesReplicationRole", "GrantsReplicationPolicy")
_NOT_HERE = ("BucketName", "CorsConfiguration", "NotificationConfiguration")
ORIGINAL = "users/ada/one/original"


def client(account: Account, service: str, region: str = REGION) -> Any:
    session = boto3.Session(
        aws_access_key_id=ACCOUNT, aws_secret_access_key="none", region_name=region
    )
    return session.client(
        service,
        endpoint_url=f"http://127.0.0.1:{account.port}",
        config=Config(s3={"addressing_style": "path"}, proxies={}),
    )


def outputs(account: Account, name: str, region: str) -> dict[str, str]:
    stacks = client(account, "cloudformation", region).describe_stacks(StackName=name)["Stacks"]
    (stack,) = stacks
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


@pytest.fixture(scope="module")
def beside(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both stacks, deployed into regions in which the CDK was never prepared."""
    out = tmp_path_factory.mktemp("beside") / "cdk.out"
    account.synthesize(out, "rate=2400", f"replica={REPLICA_REGION}")
    names = (firewall_name(REGION), replica_name(REGION))
    account.cdk("deploy", *names, "-a", str(out), "--require-approval", "never")
    return out


@pytest.mark.usefixtures("beside")
def test_the_firewall_is_made_where_cloudfront_finds_it(account: Account) -> None:
    arn = outputs(account, firewall_name(REGION), "us-east-1")["Arn"]
    waf = client(account, "wafv2", "us-east-1")
    (acl,) = waf.list_web_acls(Scope="CLOUDFRONT")["WebACLs"]
    assert acl["ARN"] == arn
    found = waf.get_web_acl(Name=acl["Name"], Id=acl["Id"], Scope="CLOUDFRONT")["WebACL"]
    (rule,) = found["Rules"]
    assert rule["Statement"]["RateBasedStatement"]["Limit"] == 2400


def test_pictures_and_their_deletions_are_copied_and_deleted_versions_are_not(
    account: Account, beside: Path
) -> None:
    template = json.loads((beside / f"{STACK}.template.json").read_text())
    resources = {
        name: _alone(each)
        for name, each in template["Resources"].items()
        if name.startswith(_KEPT) and not each["Type"].endswith("BucketPolicy")
    }
    assert len(resources) == 3
    client(account, "cloudformation").create_stack(
        StackName=EXTRACT,
        TemplateBody=json.dumps(
            {
                "Resources": resources,
                "Outputs": {"Bucket": {"Value": {"Ref": _bucket_of(resources)}}},
            }
        ),
        Capabilities=["CAPABILITY_IAM"],
    )
    until(lambda: _is_made(account))
    first = outputs(account, EXTRACT, REGION)["Bucket"]
    second = outputs(account, replica_name(REGION), REPLICA_REGION)["Bucket"]
    here, there = client(account, "s3"), client(account, "s3", REPLICA_REGION)

    version = here.put_object(Bucket=first, Key=ORIGINAL, Body=b"precious")["VersionId"]
    here.put_object(Bucket=first, Key="elsewhere", Body=b"no picture")
    until(lambda: _keys(there, second) == [ORIGINAL])
    assert there.get_object(Bucket=second, Key=ORIGINAL)["Body"].read() == b"precious"

    here.delete_object(Bucket=first, Key=ORIGINAL)
    until(lambda: _keys(there, second) == [])
    here.delete_object(Bucket=first, Key=ORIGINAL, VersionId=version)
    kept = there.list_object_versions(Bucket=second)["Versions"]
    assert [each["Key"] for each in kept] == [ORIGINAL]
    refused = there.get_bucket_policy(Bucket=second)["Policy"]
    assert "s3:DeleteObjectVersion" in refused


def _alone(resource: dict[str, Any]) -> dict[str, Any]:
    properties = {
        name: each for name, each in resource["Properties"].items() if name not in _NOT_HERE
    }
    return {"Type": resource["Type"], "Properties": properties}


def _bucket_of(resources: dict[str, Any]) -> str:
    (name,) = (name for name, each in resources.items() if each["Type"] == "AWS::S3::Bucket")
    return str(name)


def _is_made(account: Account) -> bool:
    (stack,) = client(account, "cloudformation").describe_stacks(StackName=EXTRACT)["Stacks"]
    return str(stack["StackStatus"]) != "CREATE_IN_PROGRESS"


def _keys(s3: Any, bucket: str) -> list[str]:
    return [each["Key"] for each in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
