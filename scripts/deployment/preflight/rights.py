"""What the caller may do, and whether the CDK has prepared the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scripts.deployment.preflight.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.deployment.aws_account import AwsAccount
    from scripts.deployment.preflight.finding import Wanted


BOOTSTRAP_NEEDED = 21  # of the CDK command line that package.json pins
_CDK_ROLES = ("deploy", "file-publishing", "lookup", "image-publishing")
_RIGHTS_TO_DEPLOY = (
    "cloudformation:DescribeStacks",
    "cloudformation:ListStackResources",
    "cloudformation:SetStackPolicy",
    "secretsmanager:GetSecretValue",
    "secretsmanager:TagResource",
    "ssm:GetParameter",
)
_RIGHTS_TO_BOOTSTRAP = (
    "cloudformation:CreateChangeSet",
    "cloudformation:ExecuteChangeSet",
    "ecr:CreateRepository",
    "iam:CreateRole",
    "iam:PutRolePolicy",
    "s3:CreateBucket",
    "ssm:PutParameter",
)
# Stacks beside the main one are deployed as the caller, and not by the CDK's roles.
_RIGHTS_BESIDE = {
    "rate": ("wafv2:CreateWebACL", "wafv2:GetWebACL", "wafv2:TagResource", "wafv2:UpdateWebACL"),
    "replica": (
        "cloudformation:UpdateTerminationProtection",
        "s3:CreateBucket",
        "s3:PutBucketPolicy",
        "s3:PutBucketTagging",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
    ),
}
_RIGHTS_TO_DEPLOY_BESIDE = (
    "cloudformation:CreateChangeSet",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeChangeSet",
    "cloudformation:ExecuteChangeSet",
)


def look_at_cdk(account: AwsAccount, _: Wanted) -> Finding:
    """Look whether the account was prepared by a CDK that is new enough."""
    version = account.bootstrap_version()
    if version >= BOOTSTRAP_NEEDED:
        return Finding(name="CDK", verdict="good", words=f"prepared, version {version}")
    # The CDK's stack leaves its bucket behind when it is deleted, and cannot be made beside it.
    bucket = f"cdk-hnb659fds-assets-{account.number}-{account.region}"
    names = [
        each["Name"] for each in account.session.client("s3").list_buckets().get("Buckets", [])
    ]
    if not version and bucket in names:
        return Finding(
            name="CDK",
            verdict="bad",
            words=f"not prepared, but the bucket {bucket} of an earlier time is there",
            advice="If nothing else uses it, empty and delete it in S3; cdk bootstrap makes it.",
        )
    words = f"prepared by an older version ({version})" if version else "not prepared yet"
    return Finding(
        name="CDK", verdict="note", words=words, advice="You are asked, then cdk bootstrap is run."
    )


def look_at_rights(account: AwsAccount, wanted: Wanted) -> Finding:
    """Ask IAM's simulator whether the caller may deploy."""
    if account.caller.endswith(":root"):
        return Finding(
            name="Rights",
            verdict="note",
            words="the account's root user, who may do everything",
            advice="Better a person of IAM Identity Center with AdministratorAccess.",
        )
    iam = account.session.client("iam")
    principal = _principal(iam, account.caller)
    is_prepared = account.bootstrap_version() >= BOOTSTRAP_NEEDED
    refused = _refused(iam, principal, _RIGHTS_TO_DEPLOY, ["*"])
    if is_prepared:
        roles = [
            f"arn:aws:iam::{account.number}:role/cdk-hnb659fds-{name}-role-{account.number}-"
            f"{account.region}"
            for name in _CDK_ROLES[:2]
        ]
        refused += _refused(iam, principal, ("sts:AssumeRole",), roles)
    else:
        refused += _refused(iam, principal, _RIGHTS_TO_BOOTSTRAP, ["*"])
    if beside := [each for name, each in _RIGHTS_BESIDE.items() if wanted.context.get(name)]:
        actions = [*_RIGHTS_TO_DEPLOY_BESIDE, *(action for each in beside for action in each)]
        refused += _refused(iam, principal, actions, ["*"])
    if refused:
        return Finding(
            name="Rights",
            verdict="bad",
            words=f"{principal} lacks {', '.join(sorted(set(refused)))}",
            advice="Deploy as somebody with AdministratorAccess, or have these rights added.",
        )
    return Finding(name="Rights", verdict="good", words="enough, as IAM's simulator says")


def _principal(iam: Any, caller: str) -> str:  # noqa: ANN401 - boto3's
    """Return whose policies count: of a session, its role, which may lie under a path."""
    kind, _, rest = caller.rpartition(":")[2].partition("/")
    if kind == "assumed-role":
        return str(iam.get_role(RoleName=rest.partition("/")[0])["Role"]["Arn"])
    return caller


def _refused(iam: Any, principal: str, actions: Sequence[str], resources: list[str]) -> list[str]:  # noqa: ANN401
    pages = iam.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn=principal, ActionNames=list(actions), ResourceArns=resources
    )
    return [
        each["EvalActionName"]
        for page in pages
        for each in page["EvaluationResults"]
        if each["EvalDecision"] != "allowed"
    ]
