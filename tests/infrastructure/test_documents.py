"""Costs and regions: what docs/operations.md says is what the templates say."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, get_args

import pytest

from app.observability.metrics import Counted, Timed
from infrastructure.costs import UnpricedError, monthly_costs, options_table, table
from infrastructure.regions import COMMERCIAL, SIZES_REFUSED, WITHOUT_BUDGETS
from scripts.embedded.install import ROOT
from scripts.generation.deployment import BUNDLE, PAGE, between, filled, metrics_of
from scripts.generation.regions import problems_by_region, regions_with_authority, sizes_refused

if TYPE_CHECKING:
    from pathlib import Path

    from tests.infrastructure.conftest import Template


def test_tables_of_the_guide_are_those_of_the_templates(
    small: Template, production: Template, large: Template, beside: Path
) -> None:
    page = PAGE.read_text()
    templates: dict[str, Path] = {
        "small": small.path,
        "production": production.path,
        "large": large.path,
    }
    firewall = beside / "Pinhole-firewall-eu-west-1.template.json"
    assert filled(page, templates, firewall) == page, (
        "run: .venv/bin/python -m scripts.generation.deployment"
    )


def test_what_is_said_before_deploying_is_what_the_templates_cost(
    small: Template, production: Template, large: Template
) -> None:
    said = (ROOT / "scripts/deployment/deploy.py").read_text()
    for size, template in (("small", small), ("production", production), ("large", large)):
        total = sum(monthly_costs(template.body).values())
        assert f'"{size}": "about {total:,.0f} USD a month"' in said
        if size == "small":
            assert f"about {total:.0f} USD a month idle" in (ROOT / "README.md").read_text()


def test_two_nat_gateways_cost_twice_as_much_as_one(large: Template) -> None:
    fewer = copy.deepcopy(large.body)
    gateway = next(iter(large.of_type("AWS::EC2::NatGateway")))
    del fewer["Resources"][gateway]
    whole, less = monthly_costs(large.body), monthly_costs(fewer)
    assert whole["way_out"] - less["way_out"] == pytest.approx(0.045 * 730)
    assert {part for part in whole if whole[part] != less[part]} == {"way_out"}


def test_ipv6_alone_costs_nothing_for_the_way_out(ipv6: Template, small: Template) -> None:
    assert monthly_costs(ipv6.body)["way_out"] == 0
    assert monthly_costs(small.body)["way_out"] > 5


def test_every_number_that_cloudwatch_is_told_is_priced(small: Template, beside: Path) -> None:
    told = set(get_args(Counted)) | set(get_args(Timed))
    for each in small.of_type("AWS::Logs::MetricFilter").values():
        told |= {made["MetricName"] for made in each["MetricTransformations"]}
    assert {"PicturesReady", "PictureSeconds", "MailsGivenUp"} <= told
    assert metrics_of(small.body) == len(told)
    firewall = json.loads((beside / "Pinhole-firewall-eu-west-1.template.json").read_text())
    (row,) = (
        line
        for line in options_table(firewall, metrics=len(told)).splitlines()
        if line.startswith(f"| {len(told)} numbers")
    )
    assert row.endswith(f"| {0.3 * len(told):.1f} | \u2013 |")


def test_a_resource_without_a_price_is_an_error(small: Template) -> None:
    body = copy.deepcopy(small.body)
    body["Resources"]["New"] = {"Type": "AWS::ElastiCache::ServerlessCache", "Properties": {}}
    with pytest.raises(UnpricedError, match="New: no price for AWS::ElastiCache"):
        monthly_costs(body)
    body = copy.deepcopy(small.body)
    (instance,) = small.of_type("AWS::RDS::DBInstance")
    body["Resources"][instance]["Properties"]["DBInstanceClass"] = "db.r9g.large"
    with pytest.raises(UnpricedError, match=r"db\.r9g\.large"):
        monthly_costs(body)


def test_totals_are_sums_of_their_parts() -> None:
    costs = {"a": dict.fromkeys(("database", "proxy", "way_out"), 10.0)}
    costs["a"] |= dict.fromkeys(("secrets", "alarms", "idle_work"), 0.0)
    assert table(costs).splitlines()[-1] == "| **in all** | **30** |"


def test_regions_without_budgets_are_those_of_cloudformations_schemas(small: Template) -> None:
    problems = problems_by_region(small.path)
    lacking = {name for name, missing in problems.items() if "AWS::Budgets::Budget" in missing}
    assert lacking == WITHOUT_BUDGETS
    assert set(problems) < set(COMMERCIAL)


def test_sizes_that_the_preflight_refuses_are_those_that_a_region_cannot_have(
    small: Template, production: Template, large: Template
) -> None:
    templates = {"small": small.path, "production": production.path, "large": large.path}
    assert sizes_refused(templates, bundle=BUNDLE) == SIZES_REFUSED


def test_a_stack_for_a_region_without_budgets_has_none(ipv6: Template, small: Template) -> None:
    assert ipv6.of_type("AWS::Budgets::Budget") == {}  # made for eu-north-1
    assert len(small.of_type("AWS::Budgets::Budget")) == 1


def test_a_stack_without_a_budget_tells_of_none(taken_back: Template, small: Template) -> None:
    """AWS refuses budgets to members of an organization whose payer has not allowed them."""
    assert taken_back.of_type("AWS::Budgets::Budget") == {}
    assert "budgets.amazonaws.com" not in json.dumps(taken_back.body)
    assert "budgets.amazonaws.com" in json.dumps(small.of_type("AWS::SNS::TopicPolicy"))


def test_authorities_of_most_regions_are_in_the_package(packages: dict[str, Path]) -> None:
    assert packages
    known = regions_with_authority(BUNDLE)
    assert {"us-east-1", "eu-central-1", "ap-northeast-1"} <= known


def test_a_place_that_is_missing_is_an_error() -> None:
    with pytest.raises(LookupError, match="0 places for costs"):
        between("no marks", "costs", "x")
