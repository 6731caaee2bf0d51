"""The line of ./scripts/deploy --check about availability zones, and what the stack is given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scripts.deployment.stack import Stack
from tests.deployment.conftest import Aws, look

ZONE = {"State": "available", "ZoneType": "availability-zone", "OptInStatus": "opt-in-not-required"}
FAILED = Stack(status="ROLLBACK_FAILED", stack_id="id", outputs={"Zones": "us-east-1e,us-east-1f"})


@pytest.fixture
def virginia(aws: Aws) -> Aws:
    """us-east-1, which has the zone use1-az3."""
    aws.account = replace(aws.account, region="us-east-1")
    return aws


def answer(aws: Aws, **ids: str) -> None:
    """Answer with these zones, by their last letters, in no order."""
    zones = [{**ZONE, "ZoneName": f"us-east-1{letter}", "ZoneId": ids[letter]} for letter in ids]
    local = {**ZONE, "ZoneName": "us-east-1-aaa-1a", "ZoneId": "l", "ZoneType": "local-zone"}
    broken = {**ZONE, "ZoneName": "us-east-10", "ZoneId": "b", "State": "impaired"}
    aws.session.stub("ec2").add_response(
        "describe_availability_zones", {"AvailabilityZones": [local, broken, *reversed(zones)]}
    )


def test_first_two_zones_are_taken_by_name_and_said_to_the_stack(aws: Aws) -> None:
    found = look(aws, "Zones")
    assert found.verdict == "good"
    assert found.scale == {"zones": "eu-central-1a,eu-central-1b"}


def test_zone_without_lambda_is_passed_over(virginia: Aws) -> None:
    answer(virginia, a="use1-az3", b="use1-az1", c="use1-az2")
    found = look(virginia, "Zones")
    assert (found.verdict, found.scale) == ("note", {"zones": "us-east-1b,us-east-1c"})
    assert "us-east-1a is use1-az3, which lacks Lambda and RDS Proxy" in found.words


def test_one_zone_that_can_be_used_is_too_few(virginia: Aws) -> None:
    answer(virginia, a="use1-az3", b="use1-az1")
    found = look(virginia, "Zones")
    assert (found.verdict, found.scale) == ("bad", {})
    assert "has 1 zones for this account that can be used, and 2 are needed" in found.words
    assert "us-east-1a is use1-az3" in found.words


@pytest.mark.parametrize("old", ["usw1-az2", "cac1-az3", "apne1-az3"])
def test_zone_that_lacks_services_is_taken_where_there_is_no_other(virginia: Aws, old: str) -> None:
    answer(virginia, a=old, b="az1", c="az4")
    assert look(virginia, "Zones").scale == {"zones": "us-east-1b,us-east-1c"}
    answer(virginia, a=old, b="az1")
    assert look(virginia, "Zones").scale == {"zones": "us-east-1a,us-east-1b"}


@pytest.mark.parametrize(
    ("zones", "verdict", "words"),
    [
        ("us-east-1b,us-east-1f", "good", "us-east-1b (use1-az1), us-east-1f (use1-az5)"),
        ("us-east-1a,us-east-1e", "bad", "us-east-1e is use1-az3"),
        ("us-east-1a,us-east-1x", "bad", "this account has no zone us-east-1x"),
        ("us-east-1b", "bad", "two different zones are needed"),
        ("us-east-1b,us-east-1b", "bad", "two different zones are needed"),
        ("us-east-1a,us-east-1b,us-east-1f", "bad", "two different zones are needed"),
    ],
)
def test_zones_that_are_said_are_looked_at(
    virginia: Aws, zones: str, verdict: str, words: str
) -> None:
    answer(virginia, a="use1-az6", b="use1-az1", e="use1-az3", f="use1-az5")
    found = look(virginia, "Zones", zones=zones)
    assert (found.verdict, found.scale) == (verdict, {})
    assert words in found.words
    assert ("Say -c zones=us-east-1a,us-east-1b" in found.advice) == (verdict == "bad")


def test_stack_keeps_its_zones_whatever_aws_answers(virginia: Aws) -> None:
    has = "us-east-1e,us-east-1f"
    stack = Stack(status="UPDATE_COMPLETE", stack_id="id", outputs={"Zones": has})
    virginia.session.stub("ec2")  # refuses whatever is asked
    assert look(virginia, "Zones", stack=stack).scale == {"zones": has}
    assert look(virginia, "Zones", stack=stack, zones=has).verdict == "good"
    other = look(virginia, "Zones", stack=stack, zones="us-east-1a,us-east-1b")
    assert other.verdict == "bad"
    assert "does not move" in other.words


def test_stack_whose_zones_cloudformation_chose_is_left_alone(aws: Aws) -> None:
    stack = Stack(status="CREATE_COMPLETE", stack_id="id")
    assert look(aws, "Zones", stack=stack) is None
    found = look(aws, "Zones", stack=stack, zones="eu-central-1a,eu-central-1b")
    assert (found.verdict, found.advice) == ("bad", "Leave -c zones= out.")


def test_stack_that_is_made_anew_chooses_anew(virginia: Aws) -> None:
    answer(virginia, a="use1-az6", b="use1-az1")
    assert look(virginia, "Zones", stack=FAILED).scale == {"zones": "us-east-1a,us-east-1b"}
