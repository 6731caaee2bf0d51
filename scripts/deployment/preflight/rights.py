"""What the caller may do, and whether the CDK has prepared the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scripts.deployment.aws_account import BOOTSTRAP_VERSION
from scripts.deployment.beside import FIREWALL_REGION, firewall_name, replica_name
from scripts.deployment.preflight.finding import Finding
from scripts.deployment.stack import STACK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.deployment.aws_account import AwsAccount
    from scripts.deployment.preflight.finding import Wanted


BOOTSTRAP_NEEDED = 21  # of the CDK command line that package.json pins
_CDK_ROLES = ("deploy", "file-publishing")  # that a deployment without containers assumes
_ANY_ID = "00000000-0000-0000-0000-000000000000"
# Of what CloudFormation or the CDK makes; whoever deploys may have rights over just these.
_OF_STACK = (
    "cloudformation:DescribeStacks",
    "cloudformation:ListStackResources",
    "cloudformation:SetStackPolicy",
)
_OF_SECRET = ("secretsmanager:GetSecretValue", "secretsmanager:TagResource")
# Stacks beside the main one are deployed as the caller, and not by the CDK's roles.
_OF_STACK_BESIDE = (
    "cloudformation:CreateChangeSet",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeChangeSet",
    "cloudformation:ExecuteChangeSet",
)
_OF_FIREWALL = (
    "wafv2:CreateWebACL",
    "wafv2:GetWebACL",
    "wafv2:TagResource",
    "wafv2:UpdateWebACL",
)
_OF_SECOND_COPY = (
    "s3:CreateBucket",
    "s3:PutBucketPolicy",
    "s3:PutBucketTagging",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
)
Rights = list[tuple[str, tuple[str, ...]]]  # a resource's ARN, and what is done with it


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
    """Ask IAM's simulator whether the caller may deploy.

    Each right is asked for with the resource that it is needed for: who is let do things with these
    alone would be refused for all (`*`).
    """
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
    needed = _to_deploy(account, wanted) + _to_deploy_beside(account, wanted)
    needed += _to_use_the_cdk(account) if is_prepared else _to_prepare(account)
    refused: set[str] = set()
    unsure: set[str] = set()
    for resource, actions in needed:
        lacks, hangs = _refused(iam, principal, actions, resource)
        refused |= lacks
        unsure |= hangs
    if refused:
        return Finding(
            name="Rights",
            verdict="bad",
            words=f"{principal} lacks {', '.join(sorted(refused))}",
            advice="Deploy as somebody with AdministratorAccess, or have these rights added.",
        )
    if unsure:
        return Finding(
            name="Rights",
            verdict="unknown",
            words=f"depend on conditions: {', '.join(sorted(unsure))}",
            advice="IAM's simulator does not know what they ask for (a second factor, an address).",
        )
    return Finding(name="Rights", verdict="good", words="enough, as IAM's simulator says")


def _stack_arn(account: AwsAccount, name: str, *, region: str = "") -> str:
    where = f"{region or account.region}:{account.number}"
    return f"arn:aws:cloudformation:{where}:stack/{name}/{_ANY_ID}"


def _to_deploy(account: AwsAccount, wanted: Wanted) -> Rights:
    here = f"{account.region}:{account.number}"
    # CloudFormation names a secret by its name in the template.
    secret = f"arn:aws:secretsmanager:{here}:secret:SecretsKeys"
    return [
        (_stack_arn(account, STACK), _OF_STACK),
        (wanted.stack.outputs.get("KeysSecret", secret), _OF_SECRET),
        (f"arn:aws:ssm:{here}:parameter{BOOTSTRAP_VERSION}", ("ssm:GetParameter",)),
    ]


def _to_deploy_beside(account: AwsAccount, wanted: Wanted) -> Rights:
    rights: Rights = []
    if wanted.context.get("rate"):
        name, web_acl = firewall_name(account.region), f"webacl/pinhole-{account.region}/{_ANY_ID}"
        rights += [
            (_stack_arn(account, name, region=FIREWALL_REGION), _OF_STACK_BESIDE),
            (f"arn:aws:wafv2:{FIREWALL_REGION}:{account.number}:global/{web_acl}", _OF_FIREWALL),
        ]
    if region := wanted.context.get("replica"):
        name = replica_name(account.region)
        protect = "cloudformation:UpdateTerminationProtection"
        rights += [
            (_stack_arn(account, name, region=region), (*_OF_STACK_BESIDE, protect)),
            (f"arn:aws:s3:::{name.lower()}-bucket", _OF_SECOND_COPY),
        ]
    return rights


def _to_use_the_cdk(account: AwsAccount) -> Rights:
    return [(_cdk_role(account, name), ("sts:AssumeRole",)) for name in _CDK_ROLES]


def _to_prepare(account: AwsAccount) -> Rights:
    here, suffix = f"{account.region}:{account.number}", f"{account.number}-{account.region}"
    repository = f"cdk-hnb659fds-container-assets-{suffix}"
    return [
        (
            _stack_arn(account, "CDKToolkit"),
            ("cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"),
        ),
        (f"arn:aws:ecr:{here}:repository/{repository}", ("ecr:CreateRepository",)),
        (_cdk_role(account, "cfn-exec"), ("iam:CreateRole", "iam:PutRolePolicy")),
        (f"arn:aws:s3:::cdk-hnb659fds-assets-{suffix}", ("s3:CreateBucket",)),
        (f"arn:aws:ssm:{here}:parameter{BOOTSTRAP_VERSION}", ("ssm:PutParameter",)),
    ]


def _cdk_role(account: AwsAccount, name: str) -> str:
    role = f"cdk-hnb659fds-{name}-role-{account.number}-{account.region}"
    return f"arn:aws:iam::{account.number}:role/{role}"


def _principal(iam: Any, caller: str) -> str:  # noqa: ANN401 - boto3's
    """Return whose policies count: of a session, its role, which may lie under a path."""
    kind, _, rest = caller.rpartition(":")[2].partition("/")
    if kind == "assumed-role":
        return str(iam.get_role(RoleName=rest.partition("/")[0])["Role"]["Arn"])
    return caller


def _refused(
    iam: Any,  # noqa: ANN401 - boto3's
    principal: str,
    actions: Sequence[str],
    resource: str,
) -> tuple[set[str], set[str]]:
    """Return what is refused, and what is only because a condition's value was not given."""
    pages = iam.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn=principal, ActionNames=list(actions), ResourceArns=[resource]
    )
    refused: set[str] = set()
    unsure: set[str] = set()
    for page in pages:
        for each in page["EvaluationResults"]:
            if each["EvalDecision"] != "allowed":
                hangs = bool(each.get("MissingContextValues"))
                (unsure if hangs else refused).add(each["EvalActionName"])
    return refused, unsure
