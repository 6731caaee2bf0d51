"""Whether names that the templates fix are free: two things of one name cannot be.

A stack that is gone can have left them (a deletion that was forced, or done in the console). One
that is there has its own, and needs those of what it has not: another size, or what a deployment
that failed took back. tests/infrastructure/test_fixed_names.py finds all fixed names in the
templates, and fails when one is missing here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infrastructure.regions import WITHOUT_BUDGETS
from scripts.deployment.aws_errors import code_of, is_of_aws
from scripts.deployment.beside import FIREWALL_REGION, firewall_name
from scripts.deployment.preflight.finding import CLOUDFRONT_REGION, Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from scripts.deployment.aws_account import AwsAccount
    from scripts.deployment.preflight.finding import Wanted
    from scripts.deployment.stack import Stack


@dataclass(frozen=True, kw_only=True)
class FixedName:
    """A name that each stack of a region has, and where to find what has it already."""

    kind: str  # CloudFormation's
    name: str
    where: str  # in AWS's console
    is_taken: Callable[[AwsAccount, str], bool]


def look_at_names(account: AwsAccount, wanted: Wanted) -> Finding | None:
    """Look whether something has a name already that the stack is to give."""
    own = _kinds_of(account, wanted.stack)
    names = [
        each
        for each in fixed_names(
            account.region,
            budget=wanted.context.get("budget") or "product",
            has_proxy=wanted.size != "small",
            has_firewall=bool(wanted.context.get("rate")),
        )
        if each.kind not in own
    ]
    if not names:
        return None
    taken: list[FixedName] = []
    unread: list[str] = []
    for each in names:
        try:
            if each.is_taken(account, each.name):
                taken.append(each)
        except Exception as error:
            # One service that may not be read says nothing about the names of the others.
            if not is_of_aws(error):
                raise
            unread.append(f"{each.name} ({code_of(error)})")
    also = f"; not to be read: {', '.join(unread)}" if unread else ""
    if not taken:
        free = f"{len(names) - len(unread)} are free" if unread else f"all {len(names)} are free"
        return Finding(name="Names", verdict="unknown" if unread else "good", words=free + also)
    return Finding(
        name="Names",
        verdict="bad",
        words="taken, perhaps by an earlier stack: "
        + ", ".join(each.name for each in taken)
        + also,
        advice="\n".join(
            ["No stack has them. Delete them in the console, then run this again:"]
            + [f"{each.name}: {each.where}" for each in taken]
        ),
    )


def _kinds_of(account: AwsAccount, stack: Stack) -> set[str]:
    """Return the kinds of what a stack has; who has one of a kind is taken to have them all."""
    if stack.kind == "new":
        return set()
    found = account.stacks().resources(stack.stack_id)
    return {each.kind for each in found if each.status != "DELETE_COMPLETE"}


def fixed_names(
    region: str, *, budget: str, has_proxy: bool, has_firewall: bool
) -> list[FixedName]:
    """Return all that a stack in a region needs."""
    names = [
        FixedName(
            kind="AWS::CloudFront::ResponseHeadersPolicy",
            name=f"pinhole-headers-{region}",
            where="CloudFront, Policies, Response headers",
            is_taken=_is_headers_policy,
        ),
        FixedName(
            kind="AWS::CloudFront::OriginAccessControl",
            name=f"pinhole-site-{region}",
            where="CloudFront, Origin access",
            is_taken=_is_origin_access_control,
        ),
        *(
            FixedName(
                kind="AWS::CloudFront::Function",
                name=f"{region}{name}",
                where="CloudFront, Functions",
                is_taken=_is_function,
            )
            # The CDK makes them of the region and of where they are in the tree.
            for name in ("PinholeSiteOnePage2486EB10", "PinholeSiteViewerAddressC2068D02")
        ),
        FixedName(
            kind="AWS::CloudWatch::Dashboard",
            name=f"Pinhole-{region}",
            where="CloudWatch, Dashboards",
            is_taken=_is_dashboard,
        ),
    ]
    if region not in WITHOUT_BUDGETS and budget != "none":
        names.append(
            FixedName(
                kind="AWS::Budgets::Budget",
                name=f"pinhole-{budget}-{region}",
                where="Billing, Budgets",
                is_taken=_is_budget,
            )
        )
    if has_proxy:
        names.append(
            FixedName(
                kind="AWS::RDS::DBProxy",
                name="PinholeDatabaseProxy7273ABDD",
                where="RDS, Proxies",
                is_taken=_is_proxy,
            )
        )
    if has_firewall:
        names.append(
            FixedName(
                kind="AWS::WAFv2::WebACL",
                name=f"pinhole-{region}",
                where="WAF, Web ACLs, Global (CloudFront)",
                is_taken=_is_web_acl,
            )
        )
    return names


def _has_firewall(account: AwsAccount) -> bool:
    stack = account.stacks(FIREWALL_REGION).look(firewall_name(account.region))
    return stack.kind != "new"


def _is_headers_policy(account: AwsAccount, name: str) -> bool:
    client = account.session.client("cloudfront")
    found = _pages(
        client.list_response_headers_policies, "ResponseHeadersPolicyList", Type="custom"
    )
    return any(
        each["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]["Name"] == name
        for each in found
    )


def _is_origin_access_control(account: AwsAccount, name: str) -> bool:
    client = account.session.client("cloudfront")
    found = _pages(client.list_origin_access_controls, "OriginAccessControlList")
    return any(each["Name"] == name for each in found)


def _pages(call: Callable[..., Any], answer: str, **asked: str) -> list[dict[str, Any]]:
    """Return the items of all pages; botocore has a paginator for one of these only."""
    items: list[dict[str, Any]] = []
    marker: dict[str, str] = {}
    while True:
        page = call(**asked, **marker)[answer]
        items += page.get("Items", [])
        if not page.get("NextMarker"):
            return items
        marker = {"Marker": page["NextMarker"]}


def _is_function(account: AwsAccount, name: str) -> bool:
    client = account.session.client("cloudfront")
    try:
        client.describe_function(Name=name, Stage="DEVELOPMENT")
    except client.exceptions.NoSuchFunctionExists:
        return False
    return True


def _is_dashboard(account: AwsAccount, name: str) -> bool:
    pages = account.session.client("cloudwatch").get_paginator("list_dashboards")
    return any(
        each["DashboardName"] == name
        for page in pages.paginate(DashboardNamePrefix=name)
        for each in page["DashboardEntries"]
    )


def _is_proxy(account: AwsAccount, name: str) -> bool:
    client = account.session.client("rds")
    try:
        client.describe_db_proxies(DBProxyName=name)
    except client.exceptions.DBProxyNotFoundFault:
        return False
    return True


def _is_budget(account: AwsAccount, name: str) -> bool:
    client = account.session.client("budgets", region_name=CLOUDFRONT_REGION)
    try:
        client.describe_budget(AccountId=account.number, BudgetName=name)
    except client.exceptions.NotFoundException:
        return False
    return True


def _is_web_acl(account: AwsAccount, name: str) -> bool:
    if _has_firewall(account):
        return False  # its own
    client = account.session.client("wafv2", region_name=CLOUDFRONT_REGION)
    asked = {"Scope": "CLOUDFRONT"}
    while True:
        page = client.list_web_acls(**asked)
        if any(each["Name"] == name for each in page["WebACLs"]):
            return True
        if not page.get("NextMarker"):
            return False
        asked["NextMarker"] = page["NextMarker"]
