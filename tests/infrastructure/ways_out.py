"""A walk over the template's network: what keeps a function from reaching the internet.

An emulator lets everything out. AWS does not: a packet needs a route, what the route names needs a
public address and must take packets that are not for itself, and each security group on the way
must let it through.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

HTTPS = 443
EVERYWHERE = {"0.0.0.0/0": "DestinationCidrBlock", "::/0": "DestinationIpv6CidrBlock"}


class Network:
    """The network of one template."""

    def __init__(self, template: dict[str, Any]) -> None:
        self._resources: dict[str, dict[str, Any]] = template["Resources"]

    def functions(self) -> dict[str, dict[str, Any]]:
        """Return the properties of all functions in the network, by name."""
        return {
            name: function
            for name, function in self._of_type("AWS::Lambda::Function")
            if "VpcConfig" in function
        }

    def problems(self, function: str) -> list[str]:
        """Return why a function does not get out from each of its subnets; empty if it does."""
        properties = self._properties(function)
        groups = [_target(each) for each in properties["VpcConfig"]["SecurityGroupIds"]]
        found: list[str] = []
        for subnet in map(_target, properties["VpcConfig"]["SubnetIds"]):
            ways = list(self._default_routes(subnet))
            if not ways:
                found.append(f"{subnet}: no route out")
            for name, route in ways:
                found += [
                    f"{subnet}: {name}: {problem}"
                    for problem in (
                        *self._of_route(route, subnet, properties),
                        *self._of_leaving(groups, route),
                        *self._of_order(function, name),
                    )
                ]
        return found

    def subnets_without_s3(self, function: str) -> list[str]:
        """Return the function's subnets from which S3 is reached by no gateway endpoint."""
        endpoints = [
            {_target(table) for table in endpoint["RouteTableIds"]}
            for _, endpoint in self._of_type("AWS::EC2::VPCEndpoint")
            if endpoint["VpcEndpointType"] == "Gateway" and "s3" in str(endpoint["ServiceName"])
        ]
        subnets = map(_target, self._properties(function)["VpcConfig"]["SubnetIds"])
        return [
            subnet
            for subnet in subnets
            if not any(self._table_of(subnet) in tables for tables in endpoints)
        ]

    def needs(self, name: str) -> set[str]:
        """Return all that CloudFormation has made before it makes this."""
        known: set[str] = set()
        waiting = [name]
        while waiting:
            for other in references(self._resources[waiting.pop()]):
                if other in self._resources and other not in known:
                    known.add(other)
                    waiting.append(other)
        return known

    def _of_route(
        self, route: dict[str, Any], subnet: str, function: dict[str, Any]
    ) -> Iterator[str]:
        if "DestinationIpv6CidrBlock" in route:
            yield from self._of_ipv6(route, subnet, function)
        elif "NatGatewayId" in route:
            yield from self._of_gateway(_target(route["NatGatewayId"]))
        elif "InstanceId" in route:
            yield from self._of_instance(_target(route["InstanceId"]), subnet)
        else:
            # An internet gateway carries public addresses only, and functions have none.
            yield f"functions do not get out by {sorted(route)}"

    def _of_gateway(self, gateway: str) -> Iterator[str]:
        properties = self._properties(gateway)
        if "AllocationId" not in properties:
            yield f"{gateway} has no public address"
        yield from self._of_public_subnet(_target(properties["SubnetId"]))

    def _of_instance(self, instance: str, subnet: str) -> Iterator[str]:
        properties = self._properties(instance)
        interfaces = properties.get("NetworkInterfaces", [{}])
        if not interfaces[0].get("AssociatePublicIpAddress") and instance not in self._addressed():
            yield f"{instance} has no public address"
        if properties.get("SourceDestCheck") is not False:
            yield f"{instance} drops what is not addressed to itself"
        if "ResourceSignal" not in self._resources[instance].get("CreationPolicy", {}):
            yield f"{instance} is not waited for"
        groups = properties.get("SecurityGroupIds") or interfaces[0].get("GroupSet", [])
        names = [_target(group) for group in groups]
        sent_from = ipaddress.ip_network(self._properties(subnet)["CidrBlock"])
        if not any(self._lets_in(name, sent_from) for name in names):
            yield f"{instance} lets nothing in from {sent_from}"
        if not any(self._lets_out(name, "0.0.0.0/0") for name in names):
            yield f"{instance} lets nothing out"
        at = properties.get("SubnetId") or interfaces[0]["SubnetId"]
        yield from self._of_public_subnet(_target(at))

    def _of_public_subnet(self, subnet: str) -> Iterator[str]:
        routes = [route for _, route in self._default_routes(subnet)]
        gateways = [_target(route["GatewayId"]) for route in routes if "GatewayId" in route]
        attached = {
            _target(each["InternetGatewayId"])
            for _, each in self._of_type("AWS::EC2::VPCGatewayAttachment")
        }
        if not gateways or not set(gateways) <= attached:
            yield f"{subnet} has no internet gateway"

    def _of_ipv6(
        self, route: dict[str, Any], subnet: str, function: dict[str, Any]
    ) -> Iterator[str]:
        if "EgressOnlyInternetGatewayId" not in route:
            yield f"IPv6 does not get out by {sorted(route)}"
        if "Ipv6CidrBlock" not in self._properties(subnet):
            yield f"{subnet} has no IPv6 addresses"
        if not function["VpcConfig"].get("Ipv6AllowedForDualStack"):
            yield "the function is not allowed IPv6"
        variables = function["Environment"]["Variables"]
        if variables.get("AWS_USE_DUALSTACK_ENDPOINT") != "true":
            yield "the function asks for names of AWS that have no IPv6 address"

    def _of_leaving(self, groups: list[str], route: dict[str, Any]) -> Iterator[str]:
        to = next(cidr for cidr, key in EVERYWHERE.items() if route.get(key) == cidr)
        if not any(self._lets_out(group, to) for group in groups):
            yield f"its security group lets nothing out to {to}"

    def _of_order(self, function: str, route: str) -> Iterator[str]:
        if route not in self.needs(function):
            yield f"{function} may be made, and called, before the route is there"

    def _lets_in(self, group: str, sent_from: Any) -> bool:
        rules = list(self._properties(group).get("SecurityGroupIngress", []))
        rules += [
            rule
            for _, rule in self._of_type("AWS::EC2::SecurityGroupIngress")
            if _target(rule["GroupId"]) == group
        ]
        return any(
            _takes_https(rule) and sent_from.subnet_of(range_)
            for rule in rules
            for range_ in self._ranges(rule.get("CidrIp"))
        )

    def _lets_out(self, group: str, to: str) -> bool:
        key = "CidrIpv6" if ":" in to else "CidrIp"
        rules = self._properties(group).get("SecurityGroupEgress", [])
        return any(_takes_https(rule) and rule.get(key) == to for rule in rules)

    def _ranges(self, cidr: Any) -> list[Any]:
        if isinstance(cidr, dict):  # the network's own, as `Fn::GetAtt: [Vpc, CidrBlock]`
            cidr = self._properties(_target(cidr)).get("CidrBlock")
        return [ipaddress.ip_network(cidr)] if cidr else []

    def _addressed(self) -> set[str]:
        """Return the instances that have an elastic address."""
        kinds = ("AWS::EC2::EIP", "AWS::EC2::EIPAssociation")
        return {
            _target(each["InstanceId"])
            for kind in kinds
            for _, each in self._of_type(kind)
            if "InstanceId" in each
        }

    def _default_routes(self, subnet: str) -> Iterator[tuple[str, dict[str, Any]]]:
        table = self._table_of(subnet)
        for name, route in self._of_type("AWS::EC2::Route"):
            leads_out = any(route.get(key) == cidr for cidr, key in EVERYWHERE.items())
            if leads_out and _target(route["RouteTableId"]) == table:
                yield name, route

    def _table_of(self, subnet: str) -> str:
        (table,) = (
            _target(each["RouteTableId"])
            for _, each in self._of_type("AWS::EC2::SubnetRouteTableAssociation")
            if _target(each["SubnetId"]) == subnet
        )
        return table

    def _properties(self, name: str) -> dict[str, Any]:
        return dict(self._resources[name]["Properties"])

    def _of_type(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, resource in self._resources.items():
            if resource["Type"] == kind:
                yield name, resource.get("Properties", {})


def _takes_https(rule: dict[str, Any]) -> bool:
    if rule["IpProtocol"] == "-1":
        return True
    return bool(rule["IpProtocol"] == "tcp" and rule["FromPort"] <= HTTPS <= rule["ToPort"])


def _target(value: Any) -> str:
    """Return the name of the resource that a value refers to."""
    if "Ref" in value:
        return str(value["Ref"])
    return str(value["Fn::GetAtt"][0])


def references(value: Any) -> Iterator[str]:
    """Name what CloudFormation makes before a resource: all that it refers to, or depends on."""
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            match key:
                case "Ref":
                    yield each
                case "Fn::GetAtt":
                    yield each[0]
                case "DependsOn":
                    yield from [each] if isinstance(each, str) else each
                case _:
                    yield from references(each)
