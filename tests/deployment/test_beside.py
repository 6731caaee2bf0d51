"""What is left in other regions when an option is no longer said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from scripts.deployment.beside import FIREWALL_REGION, end_firewall, firewall_name, tell_of_replica
from tests.deployment.conftest import REGION

if TYPE_CHECKING:
    from tests.deployment.conftest import Aws

TEMPLATE = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})


def test_firewall_that_is_not_asked_for_is_deleted_in_its_region(aws: Aws) -> None:
    name = firewall_name(REGION)
    there = aws.session.client("cloudformation", region_name=FIREWALL_REGION)
    there.create_stack(StackName=name, TemplateBody=TEMPLATE)
    here = aws.session.client("cloudformation", region_name=REGION)
    here.create_stack(StackName=name, TemplateBody=TEMPLATE)
    said: list[str] = []
    end_firewall(aws.account, say=said.append)
    assert any("firewall" in line for line in said)
    with pytest.raises(there.exceptions.ClientError, match="does not exist"):
        there.describe_stacks(StackName=name)
    assert here.describe_stacks(StackName=name)["Stacks"]


def test_without_a_firewall_nothing_is_said(aws: Aws) -> None:
    said: list[str] = []
    end_firewall(aws.account, say=said.append)
    assert said == []


def test_second_copy_that_is_not_asked_for_is_said_to_stay(aws: Aws) -> None:
    said: list[str] = []
    tell_of_replica(aws.account, {}, say=said.append)
    assert said == []
    tell_of_replica(aws.account, {"ReplicaRegion": "eu-west-1"}, say=said.append)
    assert "eu-west-1 gets nothing new and stays" in said[0]
