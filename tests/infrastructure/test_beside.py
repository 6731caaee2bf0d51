"""What is in other regions when it is asked for: the firewall, and the second copy of pictures."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts.deployment.beside import firewall_name, replica_name
from tests.infrastructure.cfn_intrinsics import Resolver
from tests.infrastructure.conftest import ROOT, Template
from tests.infrastructure.iam_simulation import ALLOWED, SILENT, TLS, Case, ask
from tests.infrastructure.readable import readable

SNAPSHOTS = Path(__file__).with_name("snapshots")
NAMES = ("Pinhole", "Pinhole-firewall-eu-west-1", "Pinhole-replica-of-eu-west-1")


def body(beside: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((beside / f"{name}.template.json").read_text())
    return found


def only(template: dict[str, Any], kind: str, *, named: str = "") -> dict[str, Any]:
    (found,) = (
        each
        for name, each in template["Resources"].items()
        if each["Type"] == kind and name.startswith(named)
    )
    return dict(found)


@pytest.mark.parametrize("name", NAMES[1:])
def test_it_is_what_it_was(beside: Path, name: str) -> None:
    made = readable(body(beside, name))
    (beside / f"{name}.txt").write_text(made)
    path = SNAPSHOTS / f"{name}.txt"
    assert path.exists(), f"cp {beside}/{name}.txt {path}"
    assert made == path.read_text(), f"If that is meant: cp {beside}/{name}.txt {path}"


@pytest.mark.parametrize("name", NAMES)
def test_cloudformations_own_rules_hold(beside: Path, name: str) -> None:
    path = beside / f"{name}.template.json"
    done = subprocess.run(
        [ROOT / ".venv-deploy/bin/cfn-lint", "--ignore-checks", "W3005", "--", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_rules_of_aws_solutions_leave_no_finding(beside: Path) -> None:
    report = json.loads((beside / "validation-report.json").read_text())
    assert [each["violations"] for each in report["pluginReports"] if each["violations"]] == []
    # That there is no firewall is excused where there is none, and nowhere else.
    assert "AwsSolutions-CFR2" not in (beside / "Pinhole.metadata.json").read_text()


def test_each_stack_goes_to_its_region_before_the_main_one_as_who_deploys(beside: Path) -> None:
    artifacts = json.loads((beside / "manifest.json").read_text())["artifacts"]
    assert set(NAMES[1:]) < set(artifacts["Pinhole"]["dependencies"])
    regions = {name: artifacts[name]["environment"].rpartition("/")[2] for name in NAMES[1:]}
    assert list(regions.values()) == ["us-east-1", "eu-central-1"]
    for name in NAMES[1:]:
        # Neither a role nor a bucket of the CDK's, which are not there in another region.
        assert not {"assumeRoleArn", "stackTemplateAssetObjectUrl"} & set(
            artifacts[name]["properties"]
        )
    assert (firewall_name("eu-west-1"), replica_name("eu-west-1")) == NAMES[1:]


def test_cloudfront_asks_the_firewall_about_everything(beside: Path, small: Template) -> None:
    distribution = only(body(beside, "Pinhole"), "AWS::CloudFront::Distribution")
    assert distribution["Properties"]["DistributionConfig"]["WebACLId"] == {
        "Fn::GetStackOutput": {
            "StackName": "Pinhole-firewall-eu-west-1",
            "OutputName": "Arn",
            "Region": "us-east-1",
        }
    }
    acl = only(body(beside, "Pinhole-firewall-eu-west-1"), "AWS::WAFv2::WebACL")["Properties"]
    assert (acl["Scope"], acl["DefaultAction"]) == ("CLOUDFRONT", {"Allow": {}})
    (rule,) = acl["Rules"]
    assert rule["Statement"]["RateBasedStatement"] == {
        "AggregateKeyType": "IP",
        "EvaluationWindowSec": 60,
        "Limit": 2400,
    }
    answer = rule["Action"]["Block"]["CustomResponse"]
    assert answer["ResponseCode"] == 429
    assert {"Name": "Retry-After", "Value": "60"} in answer["ResponseHeaders"]
    problem = json.loads(acl["CustomResponseBodies"][answer["CustomResponseBodyKey"]]["Content"])
    assert problem["code"] == "too_many_requests"
    # An address is refused here before it uses up its network's shard of the API.
    shards = small.only("AWS::ApiGatewayV2::Stage")["Properties"]["RouteSettings"].values()
    assert min(each["ThrottlingRateLimit"] for each in shards) > 2400 / 60


def test_nobody_keeps_who_asked_the_firewall(beside: Path) -> None:
    template = body(beside, "Pinhole-firewall-eu-west-1")
    acl = only(template, "AWS::WAFv2::WebACL")["Properties"]
    for kept in (acl["VisibilityConfig"], acl["Rules"][0]["VisibilityConfig"]):
        assert kept["SampledRequestsEnabled"] is False
    assert {each["Type"] for each in template["Resources"].values()} == {"AWS::WAFv2::WebACL"}


def test_everything_and_what_hides_it_is_copied(beside: Path) -> None:
    bucket = only(body(beside, "Pinhole"), "AWS::S3::Bucket", named="PicturesBucket")
    (rule,) = bucket["Properties"]["ReplicationConfiguration"]["Rules"]
    assert (rule["Status"], rule["Filter"]) == ("Enabled", {"Prefix": "users/"})
    assert rule["DeleteMarkerReplication"] == {"Status": "Enabled"}
    assert rule["Destination"]["StorageClass"] == "GLACIER_IR"
    assert rule["Destination"]["Bucket"]["Fn::GetStackOutput"]["Region"] == "eu-central-1"


def test_the_second_copy_is_private_and_outlives_the_first(beside: Path) -> None:
    template = body(beside, "Pinhole-replica-of-eu-west-1")
    bucket = only(template, "AWS::S3::Bucket")
    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    properties = bucket["Properties"]
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert properties["BucketEncryption"]
    days = properties["LifecycleConfiguration"]["Rules"][0]["NoncurrentVersionExpiration"]
    assert days == {"NoncurrentDays": 14}
    policy = only(template, "AWS::S3::BucketPolicy")["Properties"]["PolicyDocument"]
    refused = {
        statement["Sid"]: statement["Action"]
        for statement in policy["Statement"]
        if statement["Effect"] == "Deny" and "Sid" in statement
    }
    assert refused == {"VersionsGoByLifecycle": "s3:DeleteObjectVersion"}


def test_stacks_beside_can_be_deleted_when_their_first_creation_fails(beside: Path) -> None:
    """The second copy's is protected once it is there: scripts/deployment/beside.py."""
    artifacts = json.loads((beside / "manifest.json").read_text())["artifacts"]
    assert artifacts["Pinhole"]["properties"]["terminationProtection"] is True
    for name in NAMES[1:]:
        assert not artifacts[name]["properties"].get("terminationProtection"), name


def test_s3_may_copy_and_nothing_else(beside: Path) -> None:
    there = "arn:aws:s3:::the-second-copy"
    template = _filled(body(beside, "Pinhole"), there)
    resolve = Resolver(template)
    given = only(template, "AWS::IAM::Policy", named="GrantsReplicationPolicy")["Properties"]
    policy = resolve(given)["PolicyDocument"]
    names = list(template["Resources"])
    (role,) = (name for name in names if name.startswith("PicturesReplicationRole"))
    (bucket,) = (
        name
        for name in names
        if name.startswith("PicturesBucket")
        and template["Resources"][name]["Type"] == "AWS::S3::Bucket"
    )
    here = resolve.arn(bucket)
    wanted = [
        ("s3:GetReplicationConfiguration", here, ALLOWED),
        ("s3:ListBucket", here, ALLOWED),
        ("s3:GetObjectVersionForReplication", f"{here}/users/x/y/original", ALLOWED),
        ("s3:ReplicateObject", f"{there}/users/x/y/original", ALLOWED),
        ("s3:ReplicateDelete", f"{there}/users/x/y/original", ALLOWED),
        ("s3:ReplicateObject", f"{here}/users/x/y/original", SILENT),
        ("s3:GetObject", f"{here}/users/x/y/original", SILENT),
        ("s3:PutObject", f"{there}/users/x/y/original", SILENT),
        ("s3:DeleteObject", f"{there}/users/x/y/original", SILENT),
        ("s3:DeleteObjectVersion", f"{there}/users/x/y/original", SILENT),
        ("s3:ReplicateObject", "arn:aws:s3:::another/users/x/y/original", SILENT),
    ]
    cases = [
        Case(
            name=f"{action} on {resource}",
            expected=expected,
            action=action,
            resource=resource,
            context=TLS,
            principal=resolve.arn(role),
            identity=policy,
        )
        for action, resource, expected in wanted
    ]
    assert dict(zip((case.name for case in cases), ask(cases), strict=True)) == {
        case.name: case.expected for case in cases
    }


def _filled(template: Any, arn: str) -> Any:
    """Return the template with what another stack says put in."""
    if isinstance(template, dict):
        if "Fn::GetStackOutput" in template:
            return arn
        return {name: _filled(each, arn) for name, each in template.items()}
    if isinstance(template, list):
        return [_filled(each, arn) for each in template]
    return template
