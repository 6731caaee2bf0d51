"""The rules of AWS Solutions, and those that do not fit here, each with the reason."""

from __future__ import annotations

import json

from aws_cdk import Acknowledgment, App, CfnElement, Validations
from cdk_nag import AwsSolutionsChecks
from constructs import IConstruct

from infrastructure.stack import Beside, PinholeStack

_NAT_INSTANCE = {
    "EC28": "Detailed monitoring costs half of what the NAT instance costs; alarms on the API and "
    "the queues tell when it is gone.",
    "EC29": "The NAT instance keeps nothing and is made anew; protecting it from termination would "
    "stand in the way of its replacement.",
}
_PASSWORDS_STAY = {
    "SMG4": "Changed by the operator as docs/operations.md says: rotation by a function would "
    "need another function in the network with the right to change the password.",
}
_DATABASE = {
    "RDS11": "Only the functions reach the database; another port would hide it from nobody.",
}
_SINGLE_ZONE = {
    "RDS3": "The small size costs a third of one in two zones and comes back from its backup; the "
    "size 'production' is in two zones.",
}
_FIRST = {
    "RDS10": "A first deployment that fails must be rolled back whole; ./scripts/deploy deploys "
    "once more right after it, with deletion protection (docs/decisions/0036).",
}
_NO_ACCESS_LOGS = {
    "S1": "Logs of the buckets would hold who looked at which picture from which address, which "
    "nobody keeps (docs/security.md).",
}
_DISTRIBUTION = {
    "CFR1": "A family's library is looked at from wherever the family is.",
    "CFR3": "Who looked at what from which address is not kept on purpose; calls of the API are "
    "logged by its stage, without addresses.",
}
_NO_FIREWALL = {
    "CFR2": "A firewall costs a fifth of what the small size costs: -c rate= adds one. The API is "
    "throttled by shards of networks, and limits people by itself (docs/decisions/0058).",
}
_NO_DOMAIN = {
    "CFR4": "Without a domain of one's own CloudFront's certificate is used, for which it takes "
    "older TLS too; browsers speak 1.2 or newer, and HSTS keeps them to HTTPS.",
}
_API = {
    "APIG4": "People sign in to the product itself: each route names its guard, and a test walks "
    "all routes. What did not come through CloudFront is refused before that.",
}
_RUNTIME = {
    "L1": "The runtime is that of the Python which compiled the package's bytecode "
    "(docs/decisions/0012); AWS supports it.",
}
_CDK_ASSETS = "arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*"
_CDK_DEPLOYMENT = dict.fromkeys(
    (
        "L1",
        "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]",
        "IAM5[Action::s3:GetBucket*]",
        "IAM5[Action::s3:GetObject*]",
        "IAM5[Action::s3:List*]",
        "IAM5[Action::s3:Abort*]",
        "IAM5[Action::s3:DeleteObject*]",
        "IAM5[Resource::*]",
        f"IAM5[Resource::{_CDK_ASSETS}]",
    ),
    "CDK's own function that uploads the site: it reads CDK's assets, writes the site's bucket and "
    "asks CloudFront to forget.",
)


def check_by_rules(app: App, stack: PinholeStack, beside: Beside) -> None:
    """Fail the synthesis for each finding that is not acknowledged."""
    nat = _find(stack, "Network/Nat")
    if nat:
        _acknowledge(nat, _NAT_INSTANCE)
    for path, reasons in {
        "Secrets": _PASSWORDS_STAY,
        "Database": _PASSWORDS_STAY | _DATABASE,
        "Site/Distribution": _DISTRIBUTION,
        "Site/Bucket": _NO_ACCESS_LOGS,
        "Pictures/Bucket": _NO_ACCESS_LOGS,
        "Compute/HttpApi": _API,
        "Compute/Shards": _API,
        "Compute": _RUNTIME,
        "Grants": _wildcards(stack, beside),
        _CDK_DEPLOYMENT_ID: _CDK_DEPLOYMENT
        | {f"IAM5[Resource::<{_id(stack, 'Site/Bucket')}.Arn>/*]": "Fills the site's bucket."},
    }.items():
        _acknowledge(_found(stack, path), reasons)
    if not stack.settings.size.database_in_two_zones:
        _acknowledge(_found(stack, "Database"), _SINGLE_ZONE)
    if stack.settings.is_first:
        _acknowledge(_found(stack, "Database"), _FIRST)
    if beside.firewall is None:
        _acknowledge(_found(stack, "Site/Distribution"), _NO_FIREWALL)
    if beside.replica:
        _acknowledge(beside.replica.bucket, _NO_ACCESS_LOGS)
    if not stack.settings.domain:
        _acknowledge(_found(stack, "Site/Distribution"), _NO_DOMAIN)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))


_ONE_PERSON = "users/<aws:PrincipalTag/user>"
_COPIED_FROM = "users/<aws:PrincipalTag/from>"
_CDK_DEPLOYMENT_ID = "Custom::CDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C"


def _wildcards(stack: PinholeStack, beside: Beside) -> dict[str, str]:
    """Return why each wildcard in grants.py is as narrow as it can be."""
    reasons = {
        "*": "Network interfaces and traces have no resource to name.",
        "arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/*": (
            "A condition names the one address that sends; grants.py says why not the resource."
        ),
        "arn:<AWS::Partition>:rds:<AWS::Region>:<AWS::AccountId>:snapshot:pinhole-before-*": (
            "Each snapshot before a migration has a name of its own."
        ),
    }
    everyone = "Everyone's pictures pass through it; the part of the picture is named."
    one_person = "One person's pictures: the session's tag is part of the resource."
    bucket = f"<{_id(stack, 'Pictures/Bucket')}.Arn>"
    reasons |= {
        f"{bucket}/{pattern}": why
        for pattern, why in {
            "users/*": "What is deleted is deleted with all its parts.",
            "users/*/original": everyone,
            "users/*/motion.mp4": everyone,
            "users/*/bare": everyone,
            "users/*/preview.jpg": everyone,
            "users/*/preview.webp": everyone,
            "users/*/thumbnail.webp": everyone,
            "users/*/exports/*": "Copies of everything, of whoever asks for one.",
            "users/*/deleted": everyone,
            "users/*/sidecar.json": everyone,
            "users/*/*/deleted": everyone,
            f"{_ONE_PERSON}/*": one_person,
            f"{_ONE_PERSON}/*/original": one_person,
            **dict.fromkeys(
                (
                    f"{_COPIED_FROM}/*/{part}"
                    for part in ("original", "preview.jpg", "preview.webp")
                ),
                "What is copied from one person to another: its session names the keys.",
            ),
        }.items()
    }
    if beside.replica:
        arn = json.dumps(stack.resolve(beside.replica.bucket_arn_elsewhere), separators=(",", ":"))
        reasons[f"{arn}/users/*"] = "S3 copies everyone's pictures."
    return {f"IAM5[Resource::{pattern}]": why for pattern, why in reasons.items()}


def _id(stack: PinholeStack, path: str) -> str:
    """Return the name in the template of what is at `path`."""
    resource = _found(stack, path).node.default_child
    if not isinstance(resource, CfnElement):
        raise TypeError(f"{path} is made of one resource")
    return str(stack.resolve(resource.logical_id))


def _acknowledge(construct: IConstruct, reasons: dict[str, str]) -> None:
    for rule, reason in reasons.items():
        Validations.of(construct).acknowledge(
            Acknowledgment(id=f"AwsSolutions-{rule}", reason=reason)
        )


def _found(stack: PinholeStack, path: str) -> IConstruct:
    construct = _find(stack, path)
    if construct is None:
        raise LookupError(f"no construct at {path}: the rules' exceptions are out of date")
    return construct


def _find(stack: PinholeStack, path: str) -> IConstruct | None:
    construct: IConstruct | None = stack
    for name in path.split("/"):
        if construct is not None:
            construct = construct.node.try_find_child(name)
    return construct
