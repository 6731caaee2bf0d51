"""What can be known before anything is changed: each line a look, with the caller's credentials.

A look that may not be made, or that AWS does not answer, says so and stops nothing. Numbers of
quotas are those of Service Quotas; docs/operations.md explains each line.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from infrastructure.regions import COMMERCIAL
from scripts.deployment.keeping import kept_by_earlier_stacks, region_of_bucket, way_back
from scripts.deployment.stack import STACK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scripts.deployment.aws_account import AwsAccount
    from scripts.deployment.stack import Stack

Verdict = Literal["good", "note", "unknown", "bad"]
MARKS: dict[Verdict, str] = {"good": "\u2713", "note": "!", "unknown": "?", "bad": "\u2717"}
_PLAIN_MARKS: dict[Verdict, str] = {"good": "ok", "note": "!", "unknown": "?", "bad": "NO"}
BOOTSTRAP_NEEDED = 21  # of the CDK command line that package.json pins
_CDK_ROLES = ("deploy", "file-publishing", "lookup", "image-publishing")
_CLOUDFRONT_REGION = "us-east-1"
# What each way out takes of elastic addresses; infrastructure/settings.py names the ways.
_ADDRESSES = {"gateway": 2}
_VCPUS_OF_NAT_INSTANCE = 2  # a t4g.micro, see infrastructure/nat.py
_EGRESS_OF_SIZE = {"small": "instance", "production": "gateway", "large": "gateway"}
# Four queues with two workers each at least, and the rest for people, sweep and migrations.
_LEAST_EXECUTIONS = 10
# From here on no size is held back: three queues of twenty (and copies of everything
# with a tenth of that) are about six tenths of it.
_ENOUGH_EXECUTIONS = 100
# AWS refuses longer ones on free plans (FreeTierRestrictionError), of whatever database.
_FREE_PLAN_BACKUP_DAYS = "1"
# What functions call beside S3: through an IPv6-only way out each must have an AAAA record.
_HOSTS = (
    "secretsmanager.{region}.amazonaws.com",
    "sqs.{region}.api.aws",
    "sts.{region}.api.aws",
    "email.{region}.api.aws",
    "rds.{region}.api.aws",
    "api.openai.com",
    "accounts.google.com",
    "oauth2.googleapis.com",
    "www.googleapis.com",
)
_RIGHTS_TO_DEPLOY = (
    "cloudformation:DescribeStacks",
    "cloudformation:ListStackResources",
    "cloudformation:SetStackPolicy",
    "secretsmanager:GetSecretValue",
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


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the table; `scale` is what the stack is then given with `-c`."""

    name: str
    verdict: Verdict
    words: str
    advice: str = ""
    scale: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be deployed, as far as looks depend on it."""

    context: Mapping[str, str]
    stack: Stack
    resolves: Callable[[str], bool]  # whether a host has an IPv6 address, seen from here

    @property
    def is_new(self) -> bool:
        """Tell whether everything is made anew, and so counts against quotas."""
        return self.stack.kind in {"new", "failed", "half_gone"}

    @property
    def size(self) -> str:
        """Return the size's name."""
        return self.context.get("size") or "small"

    @property
    def egress(self) -> str:
        """Return by which way functions reach out."""
        return self.context.get("egress") or _EGRESS_OF_SIZE.get(self.size, "gateway")


def examine(account: AwsAccount, wanted: Wanted) -> list[Finding]:
    """Make all looks; changes nothing."""
    findings = []
    for name, look in LOOKS.items():
        try:
            found = look(account, wanted)
        except Exception as error:
            if not _is_of_aws(error):
                raise
            found = Finding(name=name, verdict="unknown", words=f"cannot be read: {_short(error)}")
        if found:
            findings.append(found)
    return findings


def table(findings: Sequence[Finding], *, plain: bool = False) -> list[str]:
    """Return the lines of the table: mark, name, what was seen, and below it what to do."""
    marks = _PLAIN_MARKS if plain else MARKS
    width = max(len(each.name) for each in findings)
    lines = []
    for each in findings:
        lines.append(f"    {marks[each.verdict]:2} {each.name:{width}}  {each.words}")
        if each.advice:
            lines += [f"       {'':{width}}  {line}" for line in each.advice.splitlines()]
    return lines


def has_ipv6(host: str) -> bool:
    """Tell whether a host has an AAAA record, as this machine's resolver sees it."""
    try:
        return bool(socket.getaddrinfo(host, 443, socket.AF_INET6, socket.SOCK_STREAM))
    except socket.gaierror:
        return False


def _is_of_aws(error: Exception) -> bool:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - only now at hand

    return isinstance(error, BotoCoreError | ClientError)


def _short(error: Exception) -> str:
    code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
    if "AccessDenied" in code or "Unauthorized" in code:
        return f"these credentials may not ({code})"
    return str(error)[:160]


def _region(account: AwsAccount, _: Wanted) -> Finding:
    ec2 = account.session.client("ec2", region_name=_CLOUDFRONT_REGION)
    (region, *_others) = ec2.describe_regions(RegionNames=[account.region], AllRegions=True)[
        "Regions"
    ] or [{}]
    status = region.get("OptInStatus", "")
    if status == "not-opted-in":
        return Finding(
            name="Region",
            verdict="bad",
            words=f"{account.region} is not switched on in this account",
            advice="Account settings, AWS Regions: enable it (takes minutes), or take another.",
        )
    if account.region not in COMMERCIAL:
        return Finding(
            name="Region",
            verdict="bad",
            words=f"{account.region} is none that Pinhole is held against",
            advice=f"Take one of: {', '.join(COMMERCIAL)}.",
        )
    return Finding(name="Region", verdict="good", words=account.region)


def _replica(account: AwsAccount, wanted: Wanted) -> Finding | None:
    """Look whether the second copy's region is switched on."""
    region = wanted.context.get("replica")
    if not region:
        return None
    ec2 = account.session.client("ec2", region_name=_CLOUDFRONT_REGION)
    names = {each["RegionName"]: each for each in ec2.describe_regions(AllRegions=True)["Regions"]}
    if region not in names or names[region].get("OptInStatus") == "not-opted-in":
        return Finding(
            name="Second copy",
            verdict="bad",
            words=f"{region} is not switched on in this account",
            advice="Account settings, AWS Regions: enable it (takes minutes), or take another.",
        )
    return Finding(name="Second copy", verdict="good", words=f"in {region}")


def _executions(account: AwsAccount, _: Wanted) -> Finding:
    limit = account.session.client("lambda").get_account_settings()["AccountLimit"]
    allowed = limit["ConcurrentExecutions"]
    scale = {"executions": str(allowed)}
    more = (
        'More is free: Service Quotas, AWS Lambda, "Concurrent executions" (L-B99A9384), ask for\n'
        "1,000; then run this again."
    )
    if allowed < _LEAST_EXECUTIONS:
        words = f"{allowed} functions at once, and {_LEAST_EXECUTIONS} are needed"
        return Finding(name="Lambda", verdict="bad", words=words, advice=more)
    if allowed < _ENOUGH_EXECUTIONS:
        words = f"{allowed} functions at once, as new accounts have: fewer workers are given"
        return Finding(name="Lambda", verdict="note", words=words, advice=more, scale=scale)
    words = f"{allowed:,} functions at once"
    return Finding(name="Lambda", verdict="good", words=words, scale=scale)


def _addresses(account: AwsAccount, wanted: Wanted) -> Finding | None:
    needed = _ADDRESSES.get(wanted.egress, 0) if wanted.is_new else 0
    if not needed:
        return None
    used = len(account.session.client("ec2").describe_addresses()["Addresses"])
    allowed = _quota(account, "ec2", "L-0263D0A3")
    return _room("Elastic addresses", used, allowed, needed, code="Amazon EC2, L-0263D0A3")


def _processors(account: AwsAccount, wanted: Wanted) -> Finding | None:
    if wanted.egress != "instance" or not wanted.is_new:
        return None
    states = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
    pages = account.session.client("ec2").get_paginator("describe_instances")
    used = sum(
        each["CpuOptions"]["CoreCount"] * each["CpuOptions"]["ThreadsPerCore"]
        for page in pages.paginate(Filters=states)
        for reservation in page["Reservations"]
        for each in reservation["Instances"]
        if "CpuOptions" in each
    )
    allowed = _quota(account, "ec2", "L-1216C47A")
    code = "Amazon EC2, L-1216C47A"
    return _room("Instances (vCPU)", used, allowed, _VCPUS_OF_NAT_INSTANCE, code=code)


def _networks(account: AwsAccount, wanted: Wanted) -> Finding | None:
    if not wanted.is_new:
        return None
    used = len(account.session.client("ec2").describe_vpcs()["Vpcs"])
    allowed = _quota(account, "vpc", "L-F678F1CE")
    return _room("Networks (VPC)", used, allowed, 1, code="Amazon VPC, L-F678F1CE")


def _quota(account: AwsAccount, service: str, code: str) -> int:
    """Return a quota of this account, or AWS's own for all where it has none of its own."""
    client = account.session.client("service-quotas")
    try:
        found = client.get_service_quota(ServiceCode=service, QuotaCode=code)
    except client.exceptions.NoSuchResourceException:
        found = client.get_aws_default_service_quota(ServiceCode=service, QuotaCode=code)
    return int(found["Quota"]["Value"])


def _room(name: str, used: int, allowed: int, needed: int, *, code: str) -> Finding:
    words = f"{used} of {allowed} in use, {needed} more to come"
    if used + needed <= allowed:
        return Finding(name=name, verdict="good", words=words)
    return Finding(
        name=name,
        verdict="bad",
        words=words,
        advice=f"Give one back, or ask for more: Service Quotas, {code}.",
    )


def _bootstrap(account: AwsAccount, _: Wanted) -> Finding:
    version = account.bootstrap_version()
    if version >= BOOTSTRAP_NEEDED:
        return Finding(name="CDK", verdict="good", words=f"prepared, version {version}")
    words = f"prepared by an older version ({version})" if version else "not prepared yet"
    return Finding(
        name="CDK", verdict="note", words=words, advice="You are asked, then cdk bootstrap is run."
    )


def _rights(account: AwsAccount, wanted: Wanted) -> Finding:
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


def _plan(account: AwsAccount, wanted: Wanted) -> Finding | None:
    client = account.session.client("freetier", region_name=_CLOUDFRONT_REGION)
    if client.get_account_plan_state().get("accountPlanType") != "FREE":
        return None
    upgrade = 'Billing, "Upgrade plan": credits stay, and what follows is lifted.'
    if wanted.size != "small":
        return Finding(
            name="Plan",
            verdict="bad",
            words=f"a free plan refuses the instances of size {wanted.size}",
            advice=upgrade,
        )
    return Finding(
        name="Plan",
        verdict="note",
        words="a free plan: the database keeps one day of backups, and ends with the plan",
        advice=upgrade,
        scale={"backups": _FREE_PLAN_BACKUP_DAYS},
    )


def _cloudfront(account: AwsAccount, wanted: Wanted) -> Finding:
    client = account.session.client("cloudfront")
    listed = client.list_distributions(MaxItems="100").get("DistributionList", {})
    domain = wanted.context.get("domain")
    own = wanted.stack.outputs.get("Distribution")
    for each in listed.get("Items", []):
        if domain and domain in each["Aliases"].get("Items", []) and each["Id"] != own:
            return Finding(
                name="CloudFront",
                verdict="bad",
                words=f"{domain} belongs to another distribution, {each['Id']}",
                advice="Take the name from it, or deploy with another -c domain=.",
            )
    if listed.get("Quantity"):
        return Finding(name="CloudFront", verdict="good", words="in use in this account already")
    return Finding(
        name="CloudFront",
        verdict="unknown",
        words="no distribution yet; whether AWS has verified this account, no API tells",
        advice='If it has not, the deployment stops with "Your account must be verified":\n'
        "write to AWS Support (free, hours to a day), then run this again.",
    )


def _mail(account: AwsAccount, wanted: Wanted) -> Finding:
    sender = wanted.context.get("mail")
    if not sender:
        return Finding(
            name="Mail",
            verdict="note",
            words="none is sent, so nobody can reset a password",
            advice='-c mail=pinhole@example.com; docs/operations.md, "Mail".',
        )
    client = account.session.client("sesv2")
    identity = _identity(client, sender)
    if not identity:
        return Finding(
            name="Mail",
            verdict="bad",
            words=f"SES in {account.region} knows neither {sender} nor its domain as verified",
            advice=f"aws sesv2 create-email-identity --email-identity {sender.partition('@')[2]}",
        )
    state = client.get_account()
    if not state.get("SendingEnabled", True):
        return Finding(
            name="Mail",
            verdict="bad",
            words="SES has paused sending for this account",
            advice='SES console, "Account dashboard", says why.',
        )
    if not state.get("ProductionAccessEnabled"):
        return Finding(
            name="Mail",
            verdict="note",
            words=f"from {identity}, in SES's sandbox: only to identities of yours, 200 a day",
            advice='SES console, "Get set up": ask for production access.',
        )
    return Finding(name="Mail", verdict="good", words=f"from {identity}")


def _identity(client: Any, sender: str) -> str:  # noqa: ANN401 - boto3's
    """Return the verified identity that mails may come from: the address, or a domain above it."""
    labels = sender.partition("@")[2].split(".")
    domains = [".".join(labels[at:]) for at in range(len(labels) - 1)]
    for name in (sender, *domains):
        try:
            if client.get_email_identity(EmailIdentity=name).get("VerifiedForSendingStatus"):
                return name
        except client.exceptions.NotFoundException:
            continue
    return ""


def _domain(account: AwsAccount, wanted: Wanted) -> Finding | None:
    domain, zone_id = wanted.context.get("domain"), wanted.context.get("zone")
    if not domain or not zone_id:
        return None
    client = account.session.client("route53")
    try:
        zone = client.get_hosted_zone(Id=zone_id)["HostedZone"]
    except client.exceptions.NoSuchHostedZone:
        return _bad_domain(f"there is no zone {zone_id} in this account")
    name = zone["Name"].rstrip(".")
    if zone["Config"].get("PrivateZone"):
        return _bad_domain(f"{zone_id} is a private zone, which the internet does not see")
    if domain != name and not domain.endswith(f".{name}"):
        return _bad_domain(f"{domain} does not lie in the zone {name}")
    taken = _records(client, zone_id, domain)
    if taken and wanted.is_new:
        return _bad_domain(f"{domain} has a record already ({', '.join(taken)}): delete it first")
    return Finding(name="Domain", verdict="good", words=f"{domain} in {name}")


def _bad_domain(words: str) -> Finding:
    return Finding(name="Domain", verdict="bad", words=words)


def _records(client: Any, zone_id: str, domain: str) -> list[str]:  # noqa: ANN401 - boto3's
    found = client.list_resource_record_sets(
        HostedZoneId=zone_id, StartRecordName=domain, MaxItems="10"
    )["ResourceRecordSets"]
    return [
        each["Type"]
        for each in found
        if each["Name"].rstrip(".") == domain and each["Type"] in {"A", "AAAA", "CNAME"}
    ]


def _certificate(account: AwsAccount, wanted: Wanted) -> Finding | None:
    arn, domain = wanted.context.get("certificate"), wanted.context.get("domain")
    if not domain or (not arn and account.region == _CLOUDFRONT_REGION):
        return None  # made by the stack
    if not arn or f":acm:{_CLOUDFRONT_REGION}:" not in arn:
        return _bad_certificate(
            f"CloudFront takes certificates from {_CLOUDFRONT_REGION} only: make one there, and "
            "say -c certificate=ARN"
        )
    return _fits(account, arn, domain)


def _fits(account: AwsAccount, arn: str, domain: str) -> Finding:
    client = account.session.client("acm", region_name=_CLOUDFRONT_REGION)
    try:
        found = client.describe_certificate(CertificateArn=arn)["Certificate"]
    except client.exceptions.ResourceNotFoundException:
        return _bad_certificate("there is no such certificate in this account")
    names = [found["DomainName"], *found.get("SubjectAlternativeNames", [])]
    if not any(_covers(name, domain) for name in names):
        return _bad_certificate(f"it is for {', '.join(dict.fromkeys(names))}, not for {domain}")
    if found["Status"] != "ISSUED":
        return _bad_certificate(f"it is {found['Status']}: add its records to the zone, and wait")
    return Finding(name="Certificate", verdict="good", words=f"issued, for {domain}")


def _bad_certificate(words: str) -> Finding:
    return Finding(name="Certificate", verdict="bad", words=words)


def _covers(name: str, domain: str) -> bool:
    """Tell whether a certificate's name is for a host; a star stands for one label (RFC 6125)."""
    return name == domain or (name.startswith("*.") and domain.partition(".")[2] == name[2:])


def _earlier(account: AwsAccount, wanted: Wanted) -> Finding | None:
    """Tell what an earlier stack kept; or, where it is taken back, whether it can be."""
    if not wanted.is_new:
        return None
    bucket, snapshot = wanted.context.get("bucket"), wanted.context.get("snapshot")
    if bucket and snapshot:
        return _taken_back(account, bucket, snapshot)
    buckets, snapshots = kept_by_earlier_stacks(account)
    if not buckets and not snapshots:
        return Finding(name="Earlier library", verdict="good", words="none was kept here")
    names = f"{len(buckets)} buckets and {len(snapshots)} snapshots were kept"
    if len(buckets) == 1 and len(snapshots) == 1:
        back = way_back(bucket=buckets[0], snapshot=snapshots[0], keys="")
        return Finding(
            name="Earlier library",
            verdict="note",
            words=f"{buckets[0]} was kept, and is left alone",
            advice=f"To come back with its pictures and accounts instead: {back}",
        )
    return Finding(
        name="Earlier library",
        verdict="note",
        words=f"{names}, and are left alone",
        advice="To come back with one: -c bucket=… -c snapshot=…; ./scripts/destroy lists them.",
    )


def _taken_back(account: AwsAccount, bucket: str, snapshot: str) -> Finding:
    def bad(words: str) -> Finding:
        return Finding(name="Earlier library", verdict="bad", words=words)

    s3, rds = account.session.client("s3"), account.session.client("rds")
    if bucket not in [each["Name"] for each in s3.list_buckets().get("Buckets", [])]:
        return bad(f"there is no bucket {bucket} in this account")
    where = region_of_bucket(account, bucket)
    if where != account.region:
        return bad(f"the bucket {bucket} is in {where}: deploy there")
    owner = _stack_of(account, bucket)
    if owner:
        return bad(f"the bucket {bucket} belongs to the stack {owner}")
    try:
        (found,) = rds.describe_db_snapshots(DBSnapshotIdentifier=snapshot)["DBSnapshots"]
    except rds.exceptions.DBSnapshotNotFoundFault:
        return bad(f"there is no snapshot {snapshot} in {account.region}")
    if found["Status"] != "available":
        return bad(f"the snapshot {snapshot} is {found['Status']}: wait until it is available")
    return Finding(
        name="Earlier library",
        verdict="good",
        words=f"{bucket} and {snapshot} are taken back",
    )


def _stack_of(account: AwsAccount, bucket: str) -> str:
    """Return the stack that a bucket belongs to; empty: none."""
    client = account.session.client("cloudformation")
    try:
        found = client.describe_stack_resources(PhysicalResourceId=bucket)["StackResources"]
    except client.exceptions.ClientError:
        return ""
    return (
        str(found[0]["StackName"])
        if found and found[0]["ResourceStatus"] != "DELETE_SKIPPED"
        else ""
    )


def _ipv6(account: AwsAccount, wanted: Wanted) -> Finding | None:
    if wanted.egress != "ipv6":
        return None
    hosts = [host.format(region=account.region) for host in _HOSTS]
    without = [host for host in hosts if not wanted.resolves(host)]
    if without:
        return Finding(
            name="IPv6",
            verdict="bad",
            words=f"no AAAA record, seen from here: {', '.join(without)}",
            advice="Functions would not reach them. Deploy without -c egress=ipv6.",
        )
    return Finding(name="IPv6", verdict="good", words=f"all {len(hosts)} hosts have AAAA records")


def _state(_: AwsAccount, wanted: Wanted) -> Finding:
    if wanted.stack.status in {None, "DELETE_COMPLETE"}:
        return Finding(name="Stack", verdict="good", words=f"{STACK} is not here yet")
    verdict: Verdict = "good" if wanted.stack.kind == "ready" else "note"
    return Finding(name="Stack", verdict=verdict, words=f"{STACK} is {wanted.stack.status}")


LOOKS: dict[str, Callable[[AwsAccount, Wanted], Finding | None]] = {
    "Stack": _state,
    "Region": _region,
    "Second copy": _replica,
    "Plan": _plan,
    "Rights": _rights,
    "CDK": _bootstrap,
    "Lambda": _executions,
    "Instances (vCPU)": _processors,
    "Elastic addresses": _addresses,
    "Networks (VPC)": _networks,
    "CloudFront": _cloudfront,
    "Domain": _domain,
    "Certificate": _certificate,
    "Mail": _mail,
    "IPv6": _ipv6,
    "Earlier library": _earlier,
}
