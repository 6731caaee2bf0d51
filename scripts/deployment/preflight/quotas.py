"""What the account may have at once: its plan, functions, instances, addresses, networks.

Numbers of quotas are those of Service Quotas.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scripts.deployment.preflight.finding import CLOUDFRONT_REGION, Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.deployment.aws_account import AwsAccount
    from scripts.deployment.preflight.finding import Wanted


# What each way out takes of elastic addresses; infrastructure/settings.py names the ways.
_ADDRESSES = {"gateway": 2}
# "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances"; Im and Is are of I.
_FAMILY = re.compile(r"(a|c|d|h|i|im|is|m|r|t|z)\d")
_VCPUS_OF_NAT_INSTANCE = 2  # a t4g.micro, see infrastructure/nat.py
# Four queues with two workers each at least, and the rest for people, sweep and migrations.
_MIN_EXECUTIONS = 10
# From here on no size is held back: three queues of twenty (and copies of everything
# with a tenth of that) are about six tenths of it.
_ENOUGH_EXECUTIONS = 100
# AWS refuses longer ones on free plans (FreeTierRestrictionError), of whatever database.
_FREE_PLAN_BACKUP_DAYS = "1"


def look_at_plan(account: AwsAccount, wanted: Wanted) -> Finding | None:
    """Look whether the account is on a free plan, and give the stack what that allows."""
    client = account.session.client("freetier", region_name=CLOUDFRONT_REGION)
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


def look_at_executions(account: AwsAccount, _: Wanted) -> Finding:
    """Look how many functions may run at once, and give the stack as many workers."""
    limit = account.session.client("lambda").get_account_settings()["AccountLimit"]
    allowed = limit["ConcurrentExecutions"]
    scale = {"executions": str(allowed)}
    more = (
        'More is free: Service Quotas, AWS Lambda, "Concurrent executions" (L-B99A9384), ask for\n'
        "1,000; then run this again."
    )
    if allowed < _MIN_EXECUTIONS:
        words = f"{allowed} functions at once, and {_MIN_EXECUTIONS} are needed"
        return Finding(name="Lambda", verdict="bad", words=words, advice=more)
    if allowed < _ENOUGH_EXECUTIONS:
        words = f"{allowed} functions at once, as new accounts have: fewer workers are given"
        return Finding(name="Lambda", verdict="note", words=words, advice=more, scale=scale)
    words = f"{allowed:,} functions at once"
    return Finding(name="Lambda", verdict="good", words=words, scale=scale)


def look_at_addresses(account: AwsAccount, wanted: Wanted) -> Finding | None:
    """Look whether NAT gateways would get their elastic addresses."""
    needed = _ADDRESSES.get(wanted.egress, 0) if wanted.is_new else 0
    if not needed:
        return None
    used = len(account.session.client("ec2").describe_addresses()["Addresses"])
    allowed = _quota(account, "ec2", "L-0263D0A3")
    return _room("Elastic addresses", used, allowed, needed, code="Amazon EC2, L-0263D0A3")


def look_at_processors(account: AwsAccount, wanted: Wanted) -> Finding | None:
    """Look whether the NAT instance would get its vCPUs."""
    if wanted.egress != "instance" or not wanted.is_new:
        return None
    states = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
    pages = account.session.client("ec2").get_paginator("describe_instances")
    used = sum(
        each["CpuOptions"]["CoreCount"] * each["CpuOptions"]["ThreadsPerCore"]
        for page in pages.paginate(Filters=states)
        for reservation in page["Reservations"]
        for each in reservation["Instances"]
        if "CpuOptions" in each and _is_standard_on_demand(each)
    )
    allowed = _quota(account, "ec2", "L-1216C47A")
    code = "Amazon EC2, L-1216C47A"
    return _room("Instances (vCPU)", used, allowed, _VCPUS_OF_NAT_INSTANCE, code=code)


def _is_standard_on_demand(instance: Mapping[str, Any]) -> bool:
    """Tell whether the quota counts it: Spot, accelerated and others have quotas of their own."""
    family = _FAMILY.match(instance.get("InstanceType", ""))
    return "InstanceLifecycle" not in instance and family is not None


def look_at_networks(account: AwsAccount, wanted: Wanted) -> Finding | None:
    """Look whether there is room for one more VPC."""
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
