"""An account that may have no budgets: the line of --check, and what is said after a failure.

The refusal is answered by botocore's Stubber, in the words that members of organizations report;
moto refuses no budget.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from scripts.deployment.deploy import Deployment
from scripts.deployment.preflight.names import fixed_names
from scripts.deployment.stack import STACK, Stack
from scripts.embedded.errors import StartError
from scripts.embedded.progress import Progress
from tests.deployment.conftest import NUMBER, REGION, look

if TYPE_CHECKING:
    from tests.deployment.conftest import Aws

REFUSED = (
    f"Account {NUMBER} is a linked account. To enable budgets for your account, ask the payer "
    "account to enable budgets first."
)
READY = Stack(status="UPDATE_COMPLETE", stack_id="id")


def refuse(aws: Aws, words: str) -> None:
    aws.session.stub("budgets").add_client_error(
        "describe_budgets",
        "AccessDeniedException",
        words,
        expected_params={"AccountId": NUMBER, "MaxResults": 1},
    )


def stack_has(aws: Aws, kind: str) -> None:
    """Answer with one resource, on the second page; moto's stacks have no budgets."""
    stub = aws.session.stub("cloudformation")
    resource = {
        "LogicalResourceId": "One",
        "ResourceType": kind,
        "ResourceStatus": "CREATE_COMPLETE",
        "LastUpdatedTimestamp": "2026-11-30T00:00:00Z",
    }
    empty = {"StackResourceSummaries": [], "NextToken": "more"}
    stub.add_response("list_stack_resources", empty, {"StackName": STACK})
    stub.add_response("list_stack_resources", {"StackResourceSummaries": [resource]})


def test_account_that_may_have_budgets_is_good(aws: Aws) -> None:
    assert look(aws, "Budget").verdict == "good"


def test_budgets_that_the_payer_has_not_enabled_stop_a_deployment(aws: Aws) -> None:
    refuse(aws, REFUSED)
    found = look(aws, "Budget")
    assert found.verdict == "bad"
    assert "-c budget=none" in found.advice


def test_credentials_that_may_not_read_budgets_stop_nothing(aws: Aws) -> None:
    # The budget is made by CloudFormation's role, which may have rights that these have not.
    refuse(aws, "User: operator is not authorized to perform: budgets:ViewBudget")
    found = look(aws, "Budget")
    assert found.verdict == "unknown"
    assert "-c budget=none" in found.advice


def test_no_budget_is_asked_about_where_none_is_made(aws: Aws) -> None:
    aws.session.stub("budgets")  # refuses whatever is asked
    assert look(aws, "Budget", budget="none") is None
    aws.account = replace(aws.account, region="eu-north-1")
    assert look(aws, "Budget") is None


def test_budget_that_the_stack_has_is_not_asked_about(aws: Aws) -> None:
    stack_has(aws, "AWS::Budgets::Budget")
    aws.session.stub("budgets")
    assert look(aws, "Budget", stack=READY) is None


def test_stack_made_without_a_budget_is_told_before_it_gets_one(aws: Aws) -> None:
    stack_has(aws, "AWS::SNS::Topic")
    refuse(aws, REFUSED)
    assert look(aws, "Budget", stack=READY).verdict == "bad"


def test_no_budget_has_no_name_that_must_be_free() -> None:
    for budget, has in (("account", True), ("none", False)):
        names = fixed_names(REGION, budget=budget, has_proxy=False, has_firewall=False)
        assert ("AWS::Budgets::Budget" in {each.kind for each in names}) is has


def test_failure_for_a_budget_is_explained_with_the_setting_that_needs_none(aws: Aws) -> None:
    event = {
        "StackId": "id",
        "EventId": "1",
        "StackName": STACK,
        "LogicalResourceId": "ObservabilityBudget",
        "ResourceType": "AWS::Budgets::Budget",
        "Timestamp": "2026-11-30T00:00:00Z",
        "ResourceStatus": "CREATE_FAILED",
        "ResourceStatusReason": f'Resource handler returned message: "{REFUSED}"',
    }
    aws.session.stub("cloudformation").add_response(
        "describe_stack_events", {"StackEvents": [event]}
    )
    deployment = Deployment(aws.account, [], asks=False, progress=Progress(io.StringIO()))
    with pytest.raises(StartError) as caught:
        deployment._explain(Stack(status="ROLLBACK_COMPLETE", stack_id="id"))  # noqa: SLF001
    said = str(caught.value)
    assert REFUSED in said
    assert "deploy with -c budget=none" in said
