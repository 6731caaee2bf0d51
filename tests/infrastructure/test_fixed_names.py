"""Names that every stack of a region would have: the preflight looks whether they are free."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from scripts.deployment.preflight.names import fixed_names
from tests.infrastructure.cfn_intrinsics import REGION, Resolver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.infrastructure.conftest import Template

_NAME = re.compile(r"(Name|Identifier)\Z")
# Members that say a name and give none that must be free: of another resource, of a metric, of
# something inside the resource, or a label that AWS lets many things have.
_NO_NAMES = {
    "AWS::ApiGatewayV2::Api": {"Name"},
    "AWS::ApiGatewayV2::Stage": {"StageName"},
    "AWS::CloudWatch::Alarm": {"MetricName"},
    "AWS::Lambda::Permission": {"FunctionName"},
    "AWS::EC2::VPCEndpoint": {"ServiceName"},
    "AWS::RDS::DBInstance": {"DBName", "CACertificateIdentifier"},
    "AWS::RDS::DBProxyTargetGroup": {"TargetGroupName"},
    "AWS::Route53::RecordSet": {"Name"},  # the line "Domain" looks for it
    "AWS::SNS::Topic": {"DisplayName"},
    "AWS::CertificateManager::Certificate": {"DomainName"},
    "AWS::IAM::Policy": {"PolicyName"},  # inside a role
    "AWS::WAFv2::WebACL": {"MetricName"},
}
# Values that differ from stack to stack.
_OWN = ("AWS::StackId", "AWS::StackName")


def names_in(body: dict[str, Any]) -> set[tuple[str, str]]:
    """Return kind and name of whatever is named by the template alone."""
    resolved = Resolver(body)
    found = set()
    for resource in body["Resources"].values():
        kind = resource["Type"]
        for member, value in _members(resource.get("Properties", {})):
            told = json.dumps(value)
            is_own = any(each in told for each in _OWN) or any(
                f'"{name}"' in told for name in body["Resources"]
            )
            if member not in _NO_NAMES.get(kind, ()) and not is_own:
                found.add((kind, str(resolved(value))))
    return found


def _members(properties: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for member, value in properties.items():
        if _NAME.search(member):
            yield member, value
        elif isinstance(value, dict) and member.endswith(("Config", "Budget")):
            yield from _members(value)


def looked_for(region: str, *, has_proxy: bool, has_firewall: bool) -> set[tuple[str, str]]:
    names = fixed_names(region, budget="product", has_proxy=has_proxy, has_firewall=has_firewall)
    return {(each.kind, each.name) for each in names}


def test_every_fixed_name_of_the_template_is_looked_for(template: Template) -> None:
    has_proxy = bool(template.of_type("AWS::RDS::DBProxy"))
    assert names_in(template.body) == looked_for(REGION, has_proxy=has_proxy, has_firewall=False)


def test_name_of_the_firewall_is_looked_for(beside: Path) -> None:
    firewall = json.loads((beside / "Pinhole-firewall-eu-west-1.template.json").read_text())
    (found,) = names_in(firewall)
    assert found in looked_for("eu-west-1", has_proxy=False, has_firewall=True)


def test_second_copy_has_no_fixed_name(beside: Path) -> None:
    replica = json.loads((beside / "Pinhole-replica-of-eu-west-1.template.json").read_text())
    assert names_in(replica) == set()


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::SSM::Parameter", {"Name": "/pinhole/settings"}),
        ("AWS::SQS::Queue", {"QueueName": {"Fn::Sub": "pinhole-${AWS::Region}"}}),
    ],
)
def test_new_fixed_name_is_found(small: Template, kind: str, properties: dict[str, Any]) -> None:
    body = copy.deepcopy(small.body)
    body["Resources"]["New"] = {"Type": kind, "Properties": properties}
    new = names_in(body) - looked_for(REGION, has_proxy=False, has_firewall=False)
    assert {each for each, _ in new} == {kind}
