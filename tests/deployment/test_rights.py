"""The line of ./scripts/deploy --check about rights, with a policy instead of IAM's simulator.

moto has no simulator. What is asked reaches the policy as botocore would send it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from scripts.deployment.preflight.rights import _principal
from scripts.deployment.stack import Stack
from tests.deployment.conftest import NUMBER, REGION, Aws, look

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = f"{REGION}:{NUMBER}"
ROLES = f"arn:aws:iam::{NUMBER}:role/cdk-hnb659fds-*-{NUMBER}-{REGION}"
ASSETS = f"cdk-hnb659fds-assets-{NUMBER}-{REGION}"
# Actions and resources, as somebody writes them who gives no more than is needed.
DEPLOYING = {
    "cloudformation:DescribeStacks": f"arn:aws:cloudformation:{HERE}:stack/Pinhole/*",
    "cloudformation:ListStackResources": f"arn:aws:cloudformation:{HERE}:stack/Pinhole/*",
    "cloudformation:SetStackPolicy": f"arn:aws:cloudformation:{HERE}:stack/Pinhole/*",
    "secretsmanager:GetSecretValue": f"arn:aws:secretsmanager:{HERE}:secret:SecretsKeys*",
    "secretsmanager:TagResource": f"arn:aws:secretsmanager:{HERE}:secret:SecretsKeys*",
    "ssm:GetParameter": f"arn:aws:ssm:{HERE}:parameter/cdk-bootstrap/*",
}
BOOTSTRAPPING = {
    "cloudformation:CreateChangeSet": f"arn:aws:cloudformation:{HERE}:stack/CDKToolkit/*",
    "cloudformation:ExecuteChangeSet": f"arn:aws:cloudformation:{HERE}:stack/CDKToolkit/*",
    "ecr:CreateRepository": f"arn:aws:ecr:{HERE}:repository/cdk-hnb659fds-*",
    "iam:CreateRole": ROLES,
    "iam:PutRolePolicy": ROLES,
    "s3:CreateBucket": f"arn:aws:s3:::{ASSETS}",
    "ssm:PutParameter": f"arn:aws:ssm:{HERE}:parameter/cdk-bootstrap/*",
}
FIREWALL = f"arn:aws:cloudformation:us-east-1:{NUMBER}:stack/Pinhole-firewall-{REGION}/*"
WEB_ACL = f"arn:aws:wafv2:us-east-1:{NUMBER}:global/webacl/pinhole-{REGION}/*"
RATE = {
    **dict.fromkeys(
        (
            "cloudformation:CreateChangeSet",
            "cloudformation:DeleteStack",
            "cloudformation:DescribeChangeSet",
            "cloudformation:ExecuteChangeSet",
        ),
        FIREWALL,
    ),
    **dict.fromkeys(
        ("wafv2:CreateWebACL", "wafv2:GetWebACL", "wafv2:TagResource", "wafv2:UpdateWebACL"),
        WEB_ACL,
    ),
}
COPY = f"arn:aws:cloudformation:eu-west-1:{NUMBER}:stack/Pinhole-replica-of-{REGION}/*"
REPLICA = {
    **dict.fromkeys(
        (
            "cloudformation:CreateChangeSet",
            "cloudformation:DeleteStack",
            "cloudformation:DescribeChangeSet",
            "cloudformation:ExecuteChangeSet",
            "cloudformation:UpdateTerminationProtection",
        ),
        COPY,
    ),
    **dict.fromkeys(
        (
            "s3:CreateBucket",
            "s3:PutBucketPolicy",
            "s3:PutBucketTagging",
            "s3:PutBucketVersioning",
            "s3:PutEncryptionConfiguration",
            "s3:PutLifecycleConfiguration",
        ),
        f"arn:aws:s3:::pinhole-replica-of-{REGION}-*",
    ),
}


@dataclass(frozen=True)
class Policy:
    """What the caller may; statements are pairs of an action and a resource, both with stars."""

    statements: tuple[tuple[str, str], ...]
    conditioned: frozenset[str] = frozenset()  # refused for a context key that was not given

    def apply(self, aws: Aws) -> None:
        """Answer IAM's simulator with it."""
        aws.session.answer("iam.SimulatePrincipalPolicy", self._simulate)

    def _simulate(self, params: Mapping[str, Any], **_: object) -> tuple[SimpleNamespace, Any]:
        asked = params["body"]
        actions = [value for key, value in asked.items() if key.startswith("ActionNames.")]
        resources = [value for key, value in asked.items() if key.startswith("ResourceArns.")]
        results = [
            {
                "EvalActionName": action,
                "EvalDecision": "allowed" if self._allows(action, resources) else "implicitDeny",
                "MissingContextValues": ["aws:MultiFactorAuthPresent"]
                if action in self.conditioned
                else [],
            }
            for action in actions
        ]
        return SimpleNamespace(status_code=200), {"EvaluationResults": results}

    def _allows(self, action: str, resources: list[str]) -> bool:
        return action not in self.conditioned and all(
            any(
                fnmatchcase(action, allowed) and fnmatchcase(resource, where)
                for allowed, where in self.statements
            )
            for resource in resources
        )


def prepare(aws: Aws) -> None:
    name = "/cdk-bootstrap/hnb659fds/version"
    aws.client("ssm").put_parameter(Name=name, Value="21", Type="String")


NEEDED: list[tuple[dict[str, str], bool, list[tuple[str, str]]]] = [
    ({}, False, [*DEPLOYING.items(), *BOOTSTRAPPING.items()]),
    ({}, True, [*DEPLOYING.items(), ("sts:AssumeRole", ROLES)]),
    ({"rate": "2400"}, True, [*DEPLOYING.items(), ("sts:AssumeRole", ROLES), *RATE.items()]),
    (
        {"replica": "eu-west-1"},
        True,
        [*DEPLOYING.items(), ("sts:AssumeRole", ROLES), *REPLICA.items()],
    ),
]


@pytest.mark.parametrize(("context", "is_prepared", "needed"), NEEDED)
def test_rights_over_what_is_deployed_alone_are_enough_and_each_is_needed(
    aws: Aws,
    context: dict[str, Any],
    is_prepared: bool,  # noqa: FBT001 - pytest hands them on so
    needed: list[tuple[str, str]],
) -> None:
    if is_prepared:
        prepare(aws)
    Policy(tuple(needed)).apply(aws)
    assert look(aws, "Rights", **context).verdict == "good"
    for left_out in needed:
        Policy(tuple(each for each in needed if each != left_out)).apply(aws)
        found = look(aws, "Rights", **context)
        assert found.verdict == "bad"
        assert found.words.endswith(f" lacks {left_out[0]}")


def test_rights_over_another_stack_are_none(aws: Aws) -> None:
    elsewhere = {**DEPLOYING, **BOOTSTRAPPING}
    elsewhere["cloudformation:SetStackPolicy"] = f"arn:aws:cloudformation:{HERE}:stack/Other/*"
    Policy(tuple(elsewhere.items())).apply(aws)
    assert look(aws, "Rights").words.endswith(" lacks cloudformation:SetStackPolicy")


def test_administrators_have_enough(aws: Aws) -> None:
    Policy((("*", "*"),)).apply(aws)
    found = look(aws, "Rights", rate="2400", replica="eu-west-1")
    assert (found.verdict, found.words) == ("good", "enough, as IAM's simulator says")


def test_rights_of_the_secret_that_is_there_are_asked_for(aws: Aws) -> None:
    prepare(aws)
    arn = f"arn:aws:secretsmanager:{HERE}:secret:of-an-earlier-stack-AbCdEf"
    secret = {"secretsmanager:GetSecretValue": arn, "secretsmanager:TagResource": arn}
    Policy((*(DEPLOYING | secret).items(), ("sts:AssumeRole", ROLES))).apply(aws)
    stack = Stack(status="UPDATE_COMPLETE", stack_id="id", outputs={"KeysSecret": arn})
    assert look(aws, "Rights", stack=stack).verdict == "good"
    assert look(aws, "Rights").verdict == "bad"


def test_right_that_hangs_on_what_the_simulator_is_not_told_stops_nothing(aws: Aws) -> None:
    Policy((("*", "*"),), frozenset({"iam:CreateRole"})).apply(aws)
    found = look(aws, "Rights")
    assert found.verdict == "unknown"
    assert "iam:CreateRole" in found.words
    Policy((("s*", "*"),), frozenset({"iam:CreateRole"})).apply(aws)
    found = look(aws, "Rights")
    assert found.verdict == "bad"
    assert "ecr:CreateRepository" in found.words
    assert "iam:CreateRole" not in found.words


def test_root_user_is_noted_and_not_asked_about(aws: Aws) -> None:
    aws.session.stub("iam")  # refuses whatever is asked
    aws.account = replace(aws.account, caller=f"arn:aws:iam::{NUMBER}:root")
    assert look(aws, "Rights").verdict == "note"


def test_rights_of_a_session_are_those_of_its_role_under_its_path(aws: Aws) -> None:
    role = "AWSReservedSSO_AdministratorAccess_1"
    arn = f"arn:aws:iam::{NUMBER}:role/aws-reserved/sso.amazonaws.com/{role}"
    stub = aws.session.stub("iam")
    stub.add_response(
        "get_role",
        {
            "Role": {
                "Arn": arn,
                "Path": "/aws-reserved/sso.amazonaws.com/",
                "RoleName": role,
                "RoleId": "AROA1234567890123456",
                "CreateDate": "2026-11-28T00:00:00Z",
            }
        },
        {"RoleName": role},
    )
    iam = aws.client("iam")
    caller = f"arn:aws:sts::{NUMBER}:assumed-role/{role}/person@example.org"
    assert _principal(iam, caller) == arn
