"""Every function reaches the internet and S3, and nothing is made before there is a way out."""

from __future__ import annotations

import copy
import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from tests.infrastructure.ways_out import EVERYWHERE, Network

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.infrastructure.conftest import Template


@pytest.fixture(params=["small", "production", "large", "ipv6"])
def template(request: pytest.FixtureRequest) -> Template:
    found: Template = request.getfixturevalue(request.param)
    return found


def test_each_function_reaches_the_internet_from_each_of_its_subnets(template: Template) -> None:
    network = Network(template.body)
    functions = network.functions()
    assert len(functions) >= 5
    assert {name: network.problems(name) for name in functions} == {name: [] for name in functions}


def test_each_function_reaches_s3_by_the_gateway_endpoint(template: Template) -> None:
    network = Network(template.body)
    for name in network.functions():
        assert network.subnets_without_s3(name) == [], name


def test_ipv6_alone_pays_for_no_way_out(ipv6: Template) -> None:
    kinds = {resource["Type"] for resource in ipv6.body["Resources"].values()}
    assert kinds.isdisjoint({"AWS::EC2::Instance", "AWS::EC2::NatGateway", "AWS::EC2::EIP"})
    assert "AWS::EC2::EgressOnlyInternetGateway" in kinds


def test_zones_that_are_said_are_taken(small: Template, ipv6: Template) -> None:
    def zones(template: Template) -> set[str]:
        subnets = template.of_type("AWS::EC2::Subnet").values()
        return {str(subnet["AvailabilityZone"]) for subnet in subnets}

    assert zones(ipv6) == {"eu-north-1a", "eu-north-1b"}
    assert all("Fn::GetAZs" in zone for zone in zones(small))
    # By which ./scripts/deploy knows them the next time.
    assert ipv6.body["Outputs"]["Zones"]["Value"] == "eu-north-1a,eu-north-1b"
    assert "Zones" not in small.body["Outputs"]


RULES = {
    "AWS::EC2::SecurityGroupIngress": "SecurityGroupIngress",
    "AWS::EC2::SecurityGroupEgress": "SecurityGroupEgress",
}


def rules(template: Template) -> Counter[str]:
    """Count security groups' rules by what EC2 takes for the same: all but the description."""
    found: Counter[str] = Counter()
    for kind, inline in RULES.items():
        every = [(rule["GroupId"], rule) for rule in template.of_type(kind).values()]
        for name, group in template.of_type("AWS::EC2::SecurityGroup").items():
            own = {"Fn::GetAtt": [name, "GroupId"]}
            every += [(own, rule) for rule in group.get(inline, [])]
        for group_id, rule in every:
            same = {key: each for key, each in rule.items() if key != "Description"}
            same = {**same, "GroupId": group_id, "Kind": kind}
            for end in ("FromPort", "ToPort"):
                port = same.get(end)
                if isinstance(port, dict) and port["Fn::GetAtt"][1] == "Endpoint.Port":
                    same[end] = 5432
            found[json.dumps(same, sort_keys=True)] += 1
    return found


def test_no_rule_of_a_security_group_is_made_twice(template: Template) -> None:
    """EC2 answers InvalidPermission.Duplicate; RDS says of PostgreSQL's port that it is 5432."""
    found = rules(template)
    assert any('"FromPort": 5432' in rule for rule in found)
    assert [rule for rule, times in found.items() if times > 1] == []


def test_change_of_the_way_out_updates_a_route_and_makes_no_second(
    small: Template, production: Template, large: Template, ipv6: Template
) -> None:
    """Under another logical id the new route comes before the old goes: EC2 says AlreadyExists."""
    names: dict[str, set[str]] = defaultdict(set)
    for template in (small, production, large, ipv6):
        for name, route in template.of_type("AWS::EC2::Route").items():
            where = [route["RouteTableId"], *(route.get(each) for each in EVERYWHERE.values())]
            names[json.dumps(where)].add(name)
    assert len(names) >= 6  # two public and two private subnets, these also by IPv6
    assert {where: found for where, found in names.items() if len(found) > 1} == {}


def test_migrations_run_once_their_function_may_send_to_the_database(template: Template) -> None:
    network = Network(template.body)
    (trigger,) = template.of_type("Custom::Trigger")
    (migrate,) = (name for name in network.functions() if name.startswith("ComputeMigrate"))
    groups = network.functions()[migrate]["VpcConfig"]["SecurityGroupIds"]
    (database,) = template.of_type("AWS::RDS::DBInstance").values()
    (rule,) = (
        name
        for name, rule in template.of_type("AWS::EC2::SecurityGroupEgress").items()
        if rule["GroupId"] in groups
        and rule["DestinationSecurityGroupId"] in database["VPCSecurityGroups"]
    )
    assert rule in network.needs(trigger)


def instance(body: dict[str, Any]) -> dict[str, Any]:
    """Return the NAT instance of a template, whole."""
    (found,) = (each for each in body["Resources"].values() if each["Type"] == "AWS::EC2::Instance")
    return dict(found)


def take_public_address(body: dict[str, Any]) -> None:
    instance(body)["Properties"]["NetworkInterfaces"][0]["AssociatePublicIpAddress"] = False


def check_destinations(body: dict[str, Any]) -> None:
    del instance(body)["Properties"]["SourceDestCheck"]


def wait_for_no_signal(body: dict[str, Any]) -> None:
    instance(body)["CreationPolicy"].clear()


def let_nothing_in(body: dict[str, Any]) -> None:
    (group,) = instance(body)["Properties"]["NetworkInterfaces"][0]["GroupSet"]
    del body["Resources"][group["Fn::GetAtt"][0]]["Properties"]["SecurityGroupIngress"]


def detach_internet_gateway(body: dict[str, Any]) -> None:
    remove(body, "AWS::EC2::VPCGatewayAttachment")


def take_routes(body: dict[str, Any]) -> None:
    remove(body, "AWS::EC2::Route")


def remove(body: dict[str, Any], kind: str) -> None:
    for name in [name for name, each in body["Resources"].items() if each["Type"] == kind]:
        del body["Resources"][name]


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (take_public_address, "has no public address"),
        (check_destinations, "drops what is not addressed to itself"),
        (wait_for_no_signal, "is not waited for"),
        (let_nothing_in, "lets nothing in from"),
        (detach_internet_gateway, "has no internet gateway"),
        (take_routes, "no route out"),
    ],
)
def test_network_without_one_part_of_the_way_is_found(
    small: Template, spoil: Callable[[dict[str, Any]], None], problem: str
) -> None:
    body = copy.deepcopy(small.body)
    spoil(body)
    network = Network(body)
    for name in network.functions():
        assert any(problem in each for each in network.problems(name)), name


def test_nat_gateway_without_an_address_is_found(production: Template) -> None:
    body = copy.deepcopy(production.body)
    for each in body["Resources"].values():
        if each["Type"] == "AWS::EC2::NatGateway":
            del each["Properties"]["AllocationId"]
    network = Network(body)
    for name in network.functions():
        assert any("has no public address" in each for each in network.problems(name)), name


def test_function_that_may_not_use_ipv6_is_found(ipv6: Template) -> None:
    body = copy.deepcopy(ipv6.body)
    for each in body["Resources"].values():
        each.get("Properties", {}).get("VpcConfig", {}).pop("Ipv6AllowedForDualStack", None)
    network = Network(body)
    for name in network.functions():
        assert "the function is not allowed IPv6" in str(network.problems(name)), name
