"""./scripts/destroy, last of all (pytest takes files by their names): what goes, what stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.emulated.conftest import a_page, refused
from tests.emulated.emulator import STACK
from tests.emulated.users import InvitedScreen
from tests.support.images import jpeg

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.emulated.conftest import Deployment

NAMES = ("kept-1.jpg", "kept-2.jpg")


@pytest.fixture(scope="module")
def email(browser: Browser, deployment: Deployment, invitations: list[str]) -> str:
    """Whose pictures are to come back."""
    with a_page(browser, deployment) as (page, witness):
        screen = InvitedScreen(
            page=page, site=deployment.site, witness=witness, invitations=invitations
        )
        address = screen.register()
        for seed, name in enumerate(NAMES):
            path = deployment.account.folder / name
            path.write_bytes(jpeg(seed=seed, name=name).content)
            screen.choose(path)
            screen.expect_thumbnail(name)
    return address


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


def last_snapshot(deployment: Deployment, instance: str) -> str:
    """The one snapshot that was made when the stack went; those before migrations are others."""
    found = deployment.account.client("rds").describe_db_snapshots()["DBSnapshots"]
    (snapshot,) = (
        each["DBSnapshotIdentifier"]
        for each in found
        if each["DBInstanceIdentifier"] == instance
        and not each["DBSnapshotIdentifier"].startswith("pinhole-before-")
    )
    return str(snapshot)


def test_pictures_database_and_session_key_are_kept(deployment: Deployment, email: str) -> None:
    assert email
    account = deployment.account
    s3, bucket = account.client("s3"), account.outputs["PictureBucket"]
    instance, keys = account.outputs["DatabaseInstance"], account.outputs["KeysSecret"]
    held = {each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]}
    assert held

    done = account.type("./scripts/destroy", answers=f"{STACK}\n")
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert f"in the bucket {bucket}" in said
    assert f"as a last snapshot of {instance}" in said

    assert set(statuses(deployment)) == {"DELETE_COMPLETE"}
    assert {each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]} == held
    snapshot = last_snapshot(deployment, instance)
    assert account.client("rds").describe_db_instances()["DBInstances"] == []
    assert account.client("lambda").list_functions()["Functions"] == []
    names = [each["Name"] for each in s3.list_buckets()["Buckets"]]
    assert not any("sitebucket" in name for name in names)
    back = f"./scripts/deploy -c bucket={bucket} -c snapshot={snapshot}"
    assert f"{back} -c keys={keys}" in said


def way_back(before: dict[str, str], deployment: Deployment) -> str:
    snapshot = last_snapshot(deployment, before["DatabaseInstance"])
    return f"./scripts/deploy --yes -c bucket={before['PictureBucket']} -c snapshot={snapshot}"


def test_function_without_a_way_out_is_explained_and_what_was_kept_stays(
    deployment: Deployment, way: dict[str, str], email: str
) -> None:
    assert email
    account, before = deployment.account, deployment.account.outputs
    s3, rds = account.client("s3"), account.client("rds")
    held = s3.list_objects_v2(Bucket=before["PictureBucket"])["KeyCount"]
    said = refused(account, way_back(before, deployment), fault="no_way_out", **way)
    assert "Task timed out after" in said
    assert "has no public address" in said
    assert s3.list_objects_v2(Bucket=before["PictureBucket"])["KeyCount"] == held > 0
    assert last_snapshot(deployment, before["DatabaseInstance"])
    assert rds.describe_db_instances()["DBInstances"] == []


def test_what_was_kept_comes_back_with_every_picture_and_account(
    deployment: Deployment, way: dict[str, str], browser: Browser, email: str
) -> None:
    account = deployment.account
    before = account.outputs
    bucket = before["PictureBucket"]
    # The session key is found by the bucket that its secret is tagged with.
    done = account.type(way_back(before, deployment), **way)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    account.read_outputs()
    assert account.outputs["PictureBucket"] == bucket
    assert account.outputs["KeysSecret"] == before["KeysSecret"]
    assert account.outputs["Address"] != before["Address"]
    with a_page(browser, deployment) as (page, witness):
        screen = InvitedScreen(page=page, site=deployment.site, witness=witness, invitations=[])
        page.goto(deployment.site)
        screen.sign_in(email)
        for name in NAMES:
            screen.expect_thumbnail(name)
        # And it goes on: CORS and events of the bucket are those of the new stack.
        later = account.folder / "later.jpg"
        later.write_bytes(jpeg(seed=9, name="later.jpg").content)
        screen.choose(later)
        screen.expect_thumbnail("later.jpg")


def test_next_deployment_says_by_itself_what_was_taken_back(
    deployment: Deployment, way: dict[str, str]
) -> None:
    # Without the snapshot's name CloudFormation would replace the database by an empty one.
    done = deployment.account.type("./scripts/deploy --yes", **way)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "(no changes)" in done.stdout + done.stderr
