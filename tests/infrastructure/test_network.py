"""Every function reaches the internet and S3, and nothing is made before there is a way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.infrastructure.ways_out import Network

if TYPE_CHECKING:
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
