"""What a stack costs in a month in which nobody uses it, added up from its template.

Prices are those of prices.json, with their date and source. A kind of resource that is neither
priced nor known to be free is an error, so that nothing new is forgotten.

What functions count (app/observability/metrics.py) and what is counted in their logs are custom
metrics of CloudWatch, which cost by the hour in which a number comes. Nobody counts zeros, so an
idle stack has none; `options_table` says what all of them come to.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_PRICES: dict[str, Any] = json.loads(Path(__file__).with_name("prices.json").read_text())
_HOURS: int = _PRICES["hours_a_month"]
# What an idle stack does by itself. Lambda asks each queue with five long polls of 20 s at a time
# (AWS Lambda, "Using Lambda with Amazon SQS"); a sweep that finds nothing takes about a second.
_POLLS_A_MONTH = 5 * 3 * 60 * _HOURS
_SWEEP_SECONDS = 1.0
# Assumed: what strangers' refused packets and the sweep's own lines come to.
_LOGS_GB = 0.5
# A stack pays for these by use only, or not at all.
_FREE_WHEN_IDLE = frozenset(
    {
        "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::Stage", "AWS::Budgets::Budget", "AWS::CDK::Metadata",
        "AWS::CertificateManager::Certificate", "AWS::CloudFront::Distribution",
        "AWS::CloudFront::Function", "AWS::CloudFront::OriginAccessControl",
        "AWS::CloudFront::ResponseHeadersPolicy", "AWS::EC2::EgressOnlyInternetGateway",
        "AWS::EC2::FlowLog", "AWS::EC2::InternetGateway", "AWS::EC2::LaunchTemplate",
        "AWS::EC2::Route", "AWS::EC2::RouteTable", "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::Subnet",
        "AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::VPC", "AWS::EC2::VPCCidrBlock",
        "AWS::EC2::VPCEndpoint", "AWS::EC2::VPCGatewayAttachment", "AWS::IAM::Policy",
        "AWS::IAM::Role", "AWS::Lambda::EventSourceMapping", "AWS::Lambda::Function",
        "AWS::Lambda::LayerVersion", "AWS::Lambda::Permission", "AWS::Lambda::Version",
        "AWS::Logs::LogGroup", "AWS::Logs::MetricFilter", "AWS::RDS::DBParameterGroup",
        "AWS::RDS::DBProxyTargetGroup", "AWS::RDS::DBSubnetGroup", "AWS::Route53::RecordSet",
        "AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::SNS::Subscription", "AWS::SNS::Topic",
        "AWS::SNS::TopicPolicy", "AWS::SQS::Queue", "AWS::SQS::QueuePolicy",
        "AWS::SecretsManager::SecretTargetAttachment", "Custom::CDKBucketDeployment",
        "Custom::S3AutoDeleteObjects", "Custom::Trigger",
    }
)  # fmt: skip
# Kinds of which each costs the same: the part that it belongs to, its price, and how often a month.
_EACH = {
    "AWS::CloudWatch::Alarm": ("alarms", "alarm", 1),
    "AWS::CloudWatch::Dashboard": ("alarms", "dashboard", 1),
    "AWS::EC2::EIP": ("way_out", "public_ipv4_hour", _HOURS),
    "AWS::EC2::NatGateway": ("way_out", "nat_gateway_hour", _HOURS),
    "AWS::SecretsManager::Secret": ("secrets", "secret", 1),
}
PARTS = {
    "database": "database (RDS, with its storage)",
    "proxy": "RDS Proxy",
    "way_out": "way out (NAT, with disks and addresses)",
    "secrets": "secrets",
    "alarms": "alarms and dashboard",
    "idle_work": "asking queues, sweeps, logs",
    "firewall": "firewall",
}
# What a picture leaves in the bucket (docs/scale.md): its original, and two objects that are billed
# as larger ones.
_ORIGINAL_GB = 0.003
_SMALL_OBJECTS = 2
_KB_A_GB = 1024**2


class UnpricedError(LookupError):
    """A resource whose price nobody wrote down."""


def monthly_costs(template: Mapping[str, Any]) -> dict[str, float]:
    """Return USD a month by the parts of PARTS.

    Raises:
        UnpricedError: something in the template is neither priced nor known to be free.
    """
    costs = dict.fromkeys(PARTS, 0.0)
    costs["idle_work"] = _LOGS_GB * _PRICES["logs_gb"]
    for name, resource in template["Resources"].items():
        for part, cost in _of(name, resource, template["Resources"]):
            costs[part] += cost
    return costs


def table(costs_of: Mapping[str, Mapping[str, float]]) -> str:
    """Return the table of docs/operations.md: a column for each name, a row for each part."""
    lines = [
        f"| part | {' | '.join(costs_of)} |",
        f"|---|{'---:|' * len(costs_of)}",
    ]
    for part, title in PARTS.items():
        values = [costs.get(part, 0.0) for costs in costs_of.values()]
        if not any(values):
            continue
        cells = (f"{value:.1f}" if value else "\u2013" for value in values)
        lines.append(f"| {title} | {' | '.join(cells)} |")
    totals = (f"**{sum(costs.values()):.0f}**" for costs in costs_of.values())
    lines.append(f"| **in all** | {' | '.join(totals)} |")
    return "\n".join(lines)


def counted_in_logs(template: Mapping[str, Any]) -> int:
    """Return how many metrics are made of lines of logs."""
    return sum(
        len(each["Properties"]["MetricTransformations"])
        for each in template["Resources"].values()
        if each["Type"] == "AWS::Logs::MetricFilter"
    )


def options_table(firewall: Mapping[str, Any], *, metrics: int) -> str:
    """Return the table of what costs extra: metrics, the firewall, a second copy of libraries.

    Args:
        firewall: the template of its stack.
        metrics: how many numbers CloudWatch may be told.
    """
    idle = monthly_costs(firewall)["firewall"]
    use = f"{_PRICES['waf_million_requests']:.2f} per million requests"
    told = (
        f"{metrics} numbers that CloudWatch is told, if each is counted in every hour; and "
        f"{_PRICES['metric']:.2f} for each cause of pictures that could not be decoded"
    )
    lines = [
        "| what | a month | once |",
        "|---|---:|---:|",
        f"| {told} | {metrics * _PRICES['metric']:.1f} | \u2013 |",
        f"| `-c rate=`: the firewall, and {use} | {idle:.1f} | \u2013 |",
    ]
    for pictures, words in _LIBRARIES.items():
        stored = pictures * (
            _ORIGINAL_GB + _SMALL_OBJECTS * _PRICES["s3_least_billed_kb"] / _KB_A_GB
        )
        month = stored * _PRICES["s3_glacier_ir_gb"]
        puts = pictures * (1 + _SMALL_OBJECTS) / 1000 * _PRICES["s3_glacier_ir_thousand_puts"]
        once = puts + pictures * _ORIGINAL_GB * _PRICES["s3_other_region_gb"]
        lines.append(f"| `-c replica=`: {words} | {month:,.1f} | {once:,.1f} |")
    return "\n".join(lines)


_LIBRARIES = {
    30_000: "a family, 30,000 pictures, 90 GB",
    1_000_000: "site A of [scale.md](scale.md), 1 million pictures, 3 TB",
    100_000_000: "site B, 100 million pictures, 300 TB",
}


def dated() -> str:
    """Return when and where from the prices are."""
    return f"Prices of {_PRICES['region']}, {_PRICES['read']}. {_PRICES['source']}"


def _of(
    name: str, resource: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, float]]:
    kind: str = resource["Type"]
    properties: Mapping[str, Any] = resource.get("Properties", {})
    if kind in _FREE_WHEN_IDLE:
        if kind == "AWS::Lambda::EventSourceMapping":
            yield "idle_work", _POLLS_A_MONTH / 1e6 * _PRICES["sqs_million_requests"]
        if kind == "AWS::EC2::VPCEndpoint" and properties["VpcEndpointType"] != "Gateway":
            raise UnpricedError(f"{name}: only gateway endpoints are free")
        return
    if kind in _EACH:
        part, price, times = _EACH[kind]
        yield part, _PRICES[price] * times
    elif kind == "AWS::RDS::DBInstance":
        yield "database", _database(properties)
    elif kind == "AWS::RDS::DBProxy":
        yield "proxy", max(_vcpus(others)) * _PRICES["rds_proxy_vcpu_hour"] * _HOURS
    elif kind == "AWS::EC2::Instance":
        yield "way_out", _instance(properties)
    elif kind == "AWS::WAFv2::WebACL":
        yield "firewall", _PRICES["waf_web_acl"] + len(properties["Rules"]) * _PRICES["waf_rule"]
    elif kind == "AWS::Events::Rule":
        yield "idle_work", _scheduled(properties, others)
    else:
        raise UnpricedError(f"{name}: no price for {kind}")


def _database(properties: Mapping[str, Any]) -> float:
    copies = 2 if properties.get("MultiAZ") else 1
    hour = _price("rds_instance_hour", properties["DBInstanceClass"])
    storage = int(properties["AllocatedStorage"]) * _PRICES["rds_storage_gb"]
    return copies * float(hour * _HOURS + storage)


def _vcpus(others: Mapping[str, Mapping[str, Any]]) -> list[int]:
    return [
        int(_price("rds_vcpus", each["Properties"]["DBInstanceClass"]))
        for each in others.values()
        if each["Type"] == "AWS::RDS::DBInstance"
    ]


def _instance(properties: Mapping[str, Any]) -> float:
    hour = _price("ec2_instance_hour", properties["InstanceType"])
    if any(each.get("AssociatePublicIpAddress") for each in properties["NetworkInterfaces"]):
        hour += _PRICES["public_ipv4_hour"]
    disks = sum(each["Ebs"]["VolumeSize"] for each in properties["BlockDeviceMappings"])
    return float(hour * _HOURS + disks * _PRICES["ebs_gp3_gb"])


def _scheduled(properties: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]]) -> float:
    minutes = re.fullmatch(r"rate\((\d+) minutes\)", properties["ScheduleExpression"])
    if not minutes:
        raise UnpricedError(f"no price for {properties['ScheduleExpression']}")
    calls = _HOURS * 60 / int(minutes[1])
    functions = [
        others[target["Arn"]["Fn::GetAtt"][0]]["Properties"] for target in properties["Targets"]
    ]
    seconds = calls * _SWEEP_SECONDS * sum(each["MemorySize"] / 1024 for each in functions)
    # X-Ray keeps the first trace of each second, and so all of these.
    traced = [each for each in functions if each["TracingConfig"]["Mode"] == "Active"]
    return float(
        calls / 1e6 * _PRICES["lambda_million_requests"]
        + seconds * _PRICES["lambda_arm_gb_second"]
        + calls / 1e6 * _PRICES["xray_million_traces"] * len(traced)
    )


def _price(of: str, kind: str) -> float:
    found: dict[str, float] = defaultdict(lambda: -1.0, _PRICES[of])
    if found[kind] < 0:
        raise UnpricedError(f"no {of} for {kind}")
    return found[kind]
