"""The lines of ./scripts/deploy --check about what the account may have at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scripts.deployment.stack import Stack
from tests.deployment.conftest import NUMBER, look

if TYPE_CHECKING:
    from botocore.stub import Stubber

    from tests.deployment.conftest import Aws

READY = Stack(status="UPDATE_COMPLETE", stack_id="id")


def quota(aws: Aws, value: float) -> Stubber:
    stub = aws.session.stub("service-quotas")
    stub.add_response("get_service_quota", {"Quota": {"Value": value}})
    return stub


@pytest.mark.parametrize(
    ("allowed", "verdict", "scale"),
    [
        (9, "bad", {}),
        (10, "note", {"executions": "10"}),
        (99, "note", {"executions": "99"}),
        (1000, "good", {"executions": "1000"}),
    ],
)
def test_concurrency_is_read_and_the_stack_is_scaled_to_it(
    aws: Aws, allowed: int, verdict: str, scale: dict[str, str]
) -> None:
    limit = {"AccountLimit": {"ConcurrentExecutions": allowed}}
    aws.session.stub("lambda").add_response("get_account_settings", limit)
    found = look(aws, "Lambda")
    assert (found.verdict, found.scale) == (verdict, scale)


@pytest.mark.parametrize(
    ("name", "context", "allowed", "verdict"),
    [
        ("Elastic addresses", {"egress": "gateway"}, 2, "good"),
        ("Elastic addresses", {"size": "production"}, 1, "bad"),
        ("Networks (VPC)", {}, 2, "good"),  # moto has a default one
        ("Networks (VPC)", {}, 1, "bad"),
        ("Instances (vCPU)", {}, 2, "good"),
        ("Instances (vCPU)", {}, 1, "bad"),
    ],
)
def test_quotas_are_held_against_what_is_needed(
    aws: Aws, name: str, context: dict[str, Any], allowed: int, verdict: str
) -> None:
    quota(aws, allowed)
    found = look(aws, name, **context)
    assert found.verdict == verdict
    assert ("Service Quotas" in found.advice) == (verdict == "bad")


def test_addresses_in_use_count(aws: Aws) -> None:
    for _ in range(4):
        aws.client("ec2").allocate_address(Domain="vpc")
    quota(aws, 5)
    found = look(aws, "Elastic addresses", egress="gateway")
    assert (found.verdict, found.words) == ("bad", "4 of 5 in use, 2 more to come")


def test_instances_count_that_the_quota_of_standard_ones_counts(aws: Aws) -> None:
    """L-1216C47A is of running on-demand instances of A, C, D, H, I, M, R, T and Z."""
    cores = {"CoreCount": 1, "ThreadsPerCore": 2}
    instances = [
        {"InstanceType": kind, "CpuOptions": cores, **lifecycle}
        for kind, lifecycle in (
            *((each, {}) for each in ("t4g.micro", "c7gn.large", "im4gn.large", "z1d.large")),
            *((each, {}) for each in ("g5.xlarge", "p4d.24xlarge", "inf2.xlarge", "hpc7g.4xlarge")),
            *(
                (each, {})
                for each in ("x2idn.16xlarge", "dl1.24xlarge", "mac2.metal", "u-6tb1.metal")
            ),
            ("m7i.large", {"InstanceLifecycle": "spot"}),
            ("m7i.large", {"InstanceLifecycle": "capacity-block"}),
        )
    ]
    aws.session.stub("ec2").add_response(
        "describe_instances", {"Reservations": [{"Instances": instances}]}
    )
    quota(aws, 10)
    found = look(aws, "Instances (vCPU)")
    assert (found.verdict, found.words) == ("good", "8 of 10 in use, 2 more to come")


def test_quota_that_was_never_changed_is_that_of_everybody(aws: Aws) -> None:
    stub = aws.session.stub("service-quotas")
    stub.add_client_error("get_service_quota", "NoSuchResourceException")
    stub.add_response("get_aws_default_service_quota", {"Quota": {"Value": 5}})
    assert look(aws, "Elastic addresses", egress="gateway").verdict == "good"


@pytest.mark.parametrize("name", ["Elastic addresses", "Networks (VPC)", "Instances (vCPU)"])
def test_quotas_do_not_matter_to_what_stands(aws: Aws, name: str) -> None:
    assert look(aws, name, stack=READY, egress="gateway") is None


@pytest.mark.parametrize(
    ("plan", "size", "verdict", "scale"),
    [
        ("PAID", "small", None, {}),
        ("FREE", "small", "note", {"backups": "1"}),
        ("FREE", "production", "bad", {}),
    ],
)
def test_free_plan_gets_what_it_takes(
    aws: Aws, plan: str, size: str, verdict: str | None, scale: dict[str, str]
) -> None:
    state = {"accountId": NUMBER, "accountPlanType": plan, "accountPlanStatus": "ACTIVE"}
    aws.session.stub("freetier").add_response("get_account_plan_state", state)
    found = look(aws, "Plan", size=size)
    assert (found and found.verdict) == verdict
    assert (found.scale if found else {}) == scale
