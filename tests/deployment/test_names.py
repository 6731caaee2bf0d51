"""The line of ./scripts/deploy --check about names that an earlier stack left behind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from scripts.deployment.preflight.names import fixed_names
from scripts.deployment.stack import Stack
from tests.deployment.conftest import NUMBER, REGION, Aws, look

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

POLICY = f"pinhole-headers-{REGION}"
CONTROL = f"pinhole-site-{REGION}"
FUNCTIONS = (f"{REGION}PinholeSiteOnePage2486EB10", f"{REGION}PinholeSiteViewerAddressC2068D02")
MOMENT = "2026-11-28T00:00:00Z"


def cloudfront(
    aws: Aws, *, policies: Sequence[str] = (), controls: Sequence[str] = (), function: str = ""
) -> None:
    """Answer as CloudFront does, with one name a page; moto has no list of headers policies."""
    stub = aws.session.stub("cloudfront")
    for at, name in enumerate(policies or [""]):
        config = {"Name": name}
        policy = {"Id": "1", "LastModifiedTime": MOMENT, "ResponseHeadersPolicyConfig": config}
        items = [{"Type": "custom", "ResponseHeadersPolicy": policy}] if name else []
        stub.add_response(
            "list_response_headers_policies",
            {"ResponseHeadersPolicyList": _page(items, at, len(policies))},
            {"Type": "custom", **_asked(at)},
        )
    for at, name in enumerate(controls or [""]):
        control = {
            "Id": "1",
            "Description": "",
            "Name": name,
            "SigningProtocol": "sigv4",
            "SigningBehavior": "always",
            "OriginAccessControlOriginType": "s3",
        }
        page = _page([control] if name else [], at, len(controls))
        listed = {"OriginAccessControlList": {"Marker": "", "IsTruncated": False, **page}}
        stub.add_response("list_origin_access_controls", listed, _asked(at))
    for name in FUNCTIONS:
        if name == function:
            stub.add_response("describe_function", {}, {"Name": name, "Stage": "DEVELOPMENT"})
        else:
            stub.add_client_error("describe_function", "NoSuchFunctionExists")


def _page(items: list[Any], at: int, pages: int) -> dict[str, Any]:
    more = {"NextMarker": str(at + 1)} if at + 1 < pages else {}
    return {"MaxItems": 1, "Quantity": len(items), "Items": items, **more}


def _asked(at: int) -> dict[str, str]:
    return {"Marker": str(at)} if at else {}


def leave_dashboard(aws: Aws, name: str = f"Pinhole-{REGION}") -> None:
    body = json.dumps({"widgets": []})
    aws.client("cloudwatch").put_dashboard(DashboardName=name, DashboardBody=body)


def leave_budget(aws: Aws) -> None:
    aws.session.client("budgets", region_name="us-east-1").create_budget(
        AccountId=NUMBER,
        Budget={
            "BudgetName": f"pinhole-product-{REGION}",
            "TimeUnit": "MONTHLY",
            "BudgetType": "COST",
            "BudgetLimit": {"Amount": "1", "Unit": "USD"},
        },
    )


def leave_proxy(aws: Aws) -> None:
    aws.client("rds").create_db_proxy(
        DBProxyName="PinholeDatabaseProxy7273ABDD",
        EngineFamily="POSTGRESQL",
        Auth=[{"SecretArn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-abcdef"}],
        RoleArn=f"arn:aws:iam::{NUMBER}:role/proxy",
        VpcSubnetIds=_two_subnets(aws),
    )


def _two_subnets(aws: Aws) -> list[str]:
    found = aws.client("ec2").describe_subnets()["Subnets"]
    return [str(each["SubnetId"]) for each in found[:2]]


def leave_firewall(aws: Aws) -> None:
    visibility = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False}
    aws.session.client("wafv2", region_name="us-east-1").create_web_acl(
        Name=f"pinhole-{REGION}",
        Scope="CLOUDFRONT",
        DefaultAction={"Allow": {}},
        VisibilityConfig={**visibility, "MetricName": "m"},
    )


def test_free_names_are_good(aws: Aws) -> None:
    # Its name begins as one that is looked for.
    leave_dashboard(aws, f"Pinhole-{REGION}-of-mine")
    cloudfront(aws, policies=["pinhole-headers-us-east-1"], controls=["pinhole-site-us-east-1"])
    found = look(aws, "Names")
    assert (found.verdict, found.words) == ("good", "all 6 are free")


@pytest.mark.parametrize(
    ("leave", "context", "name", "where"),
    [
        (leave_dashboard, {}, f"Pinhole-{REGION}", "CloudWatch, Dashboards"),
        (leave_budget, {}, f"pinhole-product-{REGION}", "Billing, Budgets"),
        (leave_proxy, {"size": "large"}, "PinholeDatabaseProxy7273ABDD", "RDS, Proxies"),
        (leave_firewall, {"rate": "2400"}, f"pinhole-{REGION}", "WAF, Web ACLs"),
    ],
)
def test_name_that_is_taken_is_told_with_where_to_delete_it(
    aws: Aws, leave: Callable[[Aws], None], context: dict[str, Any], name: str, where: str
) -> None:
    leave(aws)
    cloudfront(aws)
    found = look(aws, "Names", **context)
    assert found.verdict == "bad"
    assert found.words.endswith(f": {name}")
    assert f"{name}: {where}" in found.advice


@pytest.mark.parametrize(
    ("here", "name", "where"),
    [
        ({"policies": ["a", "b", POLICY]}, POLICY, "CloudFront, Policies, Response headers"),
        ({"controls": ["a", CONTROL]}, CONTROL, "CloudFront, Origin access"),
        ({"function": FUNCTIONS[0]}, FUNCTIONS[0], "CloudFront, Functions"),
        ({"function": FUNCTIONS[1]}, FUNCTIONS[1], "CloudFront, Functions"),
    ],
)
def test_name_of_cloudfront_is_found_on_whichever_page(
    aws: Aws, here: dict[str, Any], name: str, where: str
) -> None:
    cloudfront(aws, **here)
    found = look(aws, "Names")
    assert found.verdict == "bad"
    assert found.words.endswith(f": {name}")
    assert f"{name}: {where}" in found.advice


def test_name_of_a_firewall_is_found_on_whichever_page(aws: Aws) -> None:
    cloudfront(aws)
    stub = aws.session.stub("wafv2")
    asked = {"Scope": "CLOUDFRONT"}
    # WAF gives a marker with a page that is empty, too.
    for marker, names in (("", ["of-others"]), ("1", []), ("2", [f"pinhole-{REGION}"])):
        stub.add_response(
            "list_web_acls",
            {
                "NextMarker": str(int(marker or 0) + 1),
                "WebACLs": [{"Name": each} for each in names],
            },
            {**asked, **({"NextMarker": marker} if marker else {})},
        )
    found = look(aws, "Names", rate="2400")
    assert found.words.endswith(f": pinhole-{REGION}")


@pytest.mark.parametrize("leave", [leave_firewall, leave_proxy])
def test_name_matters_only_where_it_will_be_given(aws: Aws, leave: Callable[[Aws], None]) -> None:
    leave(aws)
    cloudfront(aws)
    assert look(aws, "Names").verdict == "good"


def deny(aws: Aws, service: str, *operations: str) -> None:
    for operation in operations:
        aws.session.stub(service).add_client_error(operation, "AccessDeniedException", "may not")


def test_names_that_may_not_be_read_hide_no_name_that_is_taken(aws: Aws) -> None:
    leave_dashboard(aws)
    cloudfront(aws, function=FUNCTIONS[0])
    deny(aws, "budgets", "describe_budget")
    found = look(aws, "Names")
    assert found.verdict == "bad"
    assert f": {FUNCTIONS[0]}, Pinhole-{REGION}; not" in found.words
    assert found.words.endswith(
        f"; not to be read: pinhole-product-{REGION} (AccessDeniedException)"
    )


def test_names_that_may_not_be_read_are_named(aws: Aws) -> None:
    deny(aws, "cloudfront", "list_response_headers_policies", "list_origin_access_controls")
    deny(aws, "cloudfront", "describe_function", "describe_function")
    found = look(aws, "Names")
    assert found.verdict == "unknown"
    assert found.words.startswith("2 are free; not to be read: ")
    for name in (POLICY, CONTROL, *FUNCTIONS):
        assert f"{name} (AccessDeniedException)" in found.words


def test_firewall_whose_stack_may_not_be_read_is_not_to_be_read_alone(aws: Aws) -> None:
    leave_dashboard(aws)
    cloudfront(aws)
    deny(aws, "cloudformation", "describe_stacks")
    found = look(aws, "Names", rate="2400")
    assert found.verdict == "bad"
    assert f": Pinhole-{REGION}; not to be read: pinhole-{REGION} (" in found.words


def test_firewall_of_its_own_stack_is_no_other(aws: Aws) -> None:
    # A first deployment that failed may leave it; the next one updates it.
    leave_firewall(aws)
    cloudfront(aws)
    aws.session.client("cloudformation", region_name="us-east-1").create_stack(
        StackName=f"Pinhole-firewall-{REGION}",
        TemplateBody=json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}),
    )
    assert look(aws, "Names", rate="2400").verdict == "good"


def stack_has(aws: Aws, status: str, *kinds: str, resources_are: str = "CREATE_COMPLETE") -> Stack:
    """Answer with these resources of the stack, and return it."""
    resources = [
        {
            "LogicalResourceId": f"Resource{at}",
            "ResourceType": kind,
            "ResourceStatus": resources_are,
            "LastUpdatedTimestamp": MOMENT,
        }
        for at, kind in enumerate(kinds)
    ]
    aws.session.stub("cloudformation").add_response(
        "list_stack_resources", {"StackResourceSummaries": resources}, {"StackName": "id"}
    )
    return Stack(status=status, stack_id="id")


SMALL = {
    each.kind for each in fixed_names(REGION, budget="none", has_proxy=False, has_firewall=False)
}


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"])
def test_names_of_a_stack_that_is_there_are_its_own(aws: Aws, status: str) -> None:
    leave_dashboard(aws)
    stack = stack_has(aws, status, *SMALL)
    assert look(aws, "Names", stack=stack, budget="none") is None


def test_name_that_a_change_of_the_size_gives_is_looked_up(aws: Aws) -> None:
    leave_proxy(aws)
    stack = stack_has(aws, "UPDATE_COMPLETE", *SMALL, "AWS::Budgets::Budget")
    found = look(aws, "Names", stack=stack, size="production")
    assert (found.verdict, "RDS, Proxies" in found.advice) == ("bad", True)


def test_names_that_failed_a_first_deployment_are_told_at_the_next(aws: Aws) -> None:
    leave_dashboard(aws)
    cloudfront(aws)
    stack = stack_has(aws, "ROLLBACK_COMPLETE", *SMALL, resources_are="DELETE_COMPLETE")
    found = look(aws, "Names", stack=stack)
    assert found.words.endswith(f": Pinhole-{REGION}")


def test_region_without_budgets_needs_no_name_of_one() -> None:
    names = fixed_names("eu-north-1", budget="product", has_proxy=False, has_firewall=False)
    assert "AWS::Budgets::Budget" not in {each.kind for each in names}
