"""AWS refuses the first deployment; the same command once more deploys.

Of the three refusals that are induced, the quota is here, where a migration fails in test_large.py,
and where functions have no way out in test_removal.py: each before a deployment that is made there
anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.emulated.conftest import command_of_readme, refused
from tests.emulated.emulator import STACK

if TYPE_CHECKING:
    import subprocess

    from tests.emulated.emulator import Account


@pytest.fixture(scope="module")
def attempts(
    another: tuple[Account, dict[str, str]],
) -> tuple[Account, str, subprocess.CompletedProcess[str]]:
    """What was said by the refused attempt, and how the one after it went."""
    account, way = another
    said = refused(account, command_of_readme(), fault="quota_refused", **way)
    # The first zone that this account has is one that functions cannot be in.
    with account.faults(zone_ids=["use1-az3", "use1-az1", "use1-az2"]):
        again = account.type(command_of_readme(), answers="y\n", **way)
    return account, said, again


def test_refusal_is_explained(
    attempts: tuple[Account, str, subprocess.CompletedProcess[str]],
) -> None:
    _, said, _ = attempts
    assert "Make them now (cdk bootstrap)? [y/N]" in said
    assert "more vCPU capacity than your current vCPU limit" in said
    assert "L-1216C47A" in said


def test_one_command_more_deploys(
    attempts: tuple[Account, str, subprocess.CompletedProcess[str]],
) -> None:
    account, _, again = attempts
    assert again.returncode == 0, again.stdout + again.stderr
    assert "The first deployment failed (" in again.stdout
    assert "Deleting what is left ..." in again.stdout
    (stack,) = account.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    assert stack["EnableTerminationProtection"] is True


def test_zone_that_functions_cannot_be_in_is_passed_over(
    attempts: tuple[Account, str, subprocess.CompletedProcess[str]],
) -> None:
    account, _, again = attempts
    assert "us-east-1a is use1-az3, which lacks Lambda and RDS Proxy" in again.stdout
    account.read_outputs()
    assert account.outputs["Zones"] == "us-east-1b,us-east-1c"


def test_refused_attempt_leaves_nothing_that_costs(
    attempts: tuple[Account, str, subprocess.CompletedProcess[str]],
) -> None:
    account, _, _ = attempts
    expect_one_library(account)


def expect_one_library(account: Account) -> None:
    """No attempt before left a bucket, a database or a copy of one behind."""
    account.read_outputs()
    buckets = [each["Name"] for each in account.client("s3").list_buckets()["Buckets"]]
    assert [name for name in buckets if name.startswith("pinhole-pictures-")] == [
        account.outputs["PictureBucket"]
    ]
    rds = account.client("rds")
    assert len(rds.describe_db_instances()["DBInstances"]) == 1
    assert rds.describe_db_snapshots()["DBSnapshots"] == []
