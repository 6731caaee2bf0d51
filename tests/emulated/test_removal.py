"""./scripts/destroy, last of all (pytest takes files by their names): what goes, what stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.emulated.surroundings import STACK

if TYPE_CHECKING:
    from tests.emulated.conftest import Deployment


def statuses(deployment: Deployment) -> list[str]:
    stacks = deployment.account.client("cloudformation").list_stacks()["StackSummaries"]
    return [stack["StackStatus"] for stack in stacks if stack["StackName"] == STACK]


@pytest.mark.parametrize("answer", ["", "\n", "yes\n", "pinhole\n"])
def test_nothing_goes_without_its_name(deployment: Deployment, answer: str) -> None:
    done = deployment.account.type("./scripts/destroy", answers=answer)
    assert done.returncode == 1
    assert statuses(deployment)[0] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


def test_the_cdk_alone_cannot_take_it_away(deployment: Deployment) -> None:
    done = deployment.account.cdk("destroy", STACK, "--force", check=False)
    assert done.returncode != 0
    assert "TerminationProtection" in done.stdout + done.stderr
    assert statuses(deployment)[0] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


def test_pictures_database_and_logs_are_kept(deployment: Deployment) -> None:
    account = deployment.account
    s3, bucket = account.client("s3"), account.outputs["PictureBucket"]
    instance = account.outputs["DatabaseInstance"]
    held = {each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    assert held

    done = account.type("./scripts/destroy", answers=f"{STACK}\n")
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert f"in the bucket {bucket}" in said
    assert f"as a last snapshot of {instance}" in said

    assert set(statuses(deployment)) == {"DELETE_COMPLETE"}
    assert {each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]} == held
    snapshots = account.client("rds").describe_db_snapshots()["DBSnapshots"]
    assert [each for each in snapshots if each["DBInstanceIdentifier"] == instance]
    assert account.client("rds").describe_db_instances()["DBInstances"] == []
    assert account.client("lambda").list_functions()["Functions"] == []
    names = [each["Name"] for each in s3.list_buckets()["Buckets"]]
    assert any("accesslogs" in name for name in names)
    assert not any("sitebucket" in name for name in names)
