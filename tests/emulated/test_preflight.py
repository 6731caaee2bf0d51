"""./scripts/deploy --check in an account that nobody has used, and with each thing in its way."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.emulated.strictness_names import FAULTS
from tests.emulated.surroundings import STACK, Account

DOMAIN = "example.org"

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_every_fault_of_the_emulated_account_is_used_by_a_test() -> None:
    folder = Path(__file__).parent
    used = "".join(path.read_text() for path in [*folder.glob("test_*.py"), folder / "conftest.py"])
    assert [name for name in FAULTS if not re.search(rf"""\b{name}(["']|=[\w\[])""", used)] == []


@pytest.fixture(scope="module")
def unused() -> Iterator[Account]:
    """Another account than the one that is deployed into."""
    folder = Path(tempfile.mkdtemp(prefix="pinhole-account-"))
    try:
        with Account(folder) as running:
            yield running
    finally:
        shutil.rmtree(folder)


def line(said: str, name: str) -> str:
    (found,) = [each.strip() for each in said.splitlines() if re.match(rf"    \S +{name}\b", each)]
    return found


def test_check_of_an_unused_account_finds_nothing_in_the_way_and_changes_nothing(
    unused: Account,
) -> None:
    done = unused.type("./scripts/deploy --check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\u2717" not in done.stdout
    assert unused.client("cloudformation").list_stacks()["StackSummaries"] == []
    assert unused.client("s3").list_buckets()["Buckets"] == []


@pytest.mark.parametrize(
    ("fault", "name", "mark"),
    [
        ({"region_off": True}, "Region", "\u2717"),
        ({"executions": 9}, "Lambda", "\u2717"),
        ({"executions": 10}, "Lambda", "!"),
        ({"vcpus": 1}, "Instances", "\u2717"),
        ({"networks": 0}, "Networks", "\u2717"),
        ({"plan": "FREE"}, "Plan", "!"),
        ({"unreadable": ["cloudfront"]}, "CloudFront", "?"),
    ],
)
def test_fault_of_the_account_is_told_on_its_line(
    unused: Account, fault: dict[str, Any], name: str, mark: str
) -> None:
    assert set(fault) <= set(FAULTS)
    with unused.faults(**fault):
        done = unused.type("./scripts/deploy --check")
    assert line(done.stdout, name).startswith(mark), done.stdout + done.stderr
    assert done.returncode == (1 if mark == "\u2717" else 0)


def test_rights_that_the_caller_lacks_are_named(unused: Account) -> None:
    iam = unused.client("iam")
    iam.create_user(UserName="deployer")
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    iam.put_user_policy(UserName="deployer", PolicyName="all", PolicyDocument=document)
    key = iam.create_access_key(UserName="deployer")["AccessKey"]
    caller = {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }
    allowed = unused.type("./scripts/deploy --check", **caller)
    assert line(allowed.stdout, "Rights").startswith("\u2713"), allowed.stdout + allowed.stderr
    with unused.faults(refused=["ssm:GetParameter"]):
        done = unused.type("./scripts/deploy --check", **caller)
    told = line(done.stdout, "Rights")
    assert told.startswith("\u2717"), done.stdout + done.stderr
    assert told.endswith("user/deployer lacks ssm:GetParameter")
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("fault", "setting", "name"),
    [
        ({"addresses": 1}, "egress=gateway", "Elastic addresses"),
        ({"mail_paused": True}, f"mail=pinhole@{DOMAIN}", "Mail"),
    ],
)
def test_fault_that_one_setting_meets_is_told_with_that_setting_only(
    unused: Account, fault: dict[str, Any], setting: str, name: str
) -> None:
    unused.client("sesv2").create_email_identity(EmailIdentity=DOMAIN)
    try:
        assert (
            line(unused.type(f"./scripts/deploy --check -c {setting}").stdout, name)[0] != "\u2717"
        )
        with unused.faults(**fault):
            done = unused.type(f"./scripts/deploy --check -c {setting}")
            without = unused.type("./scripts/deploy --check")
    finally:
        unused.client("sesv2").delete_email_identity(EmailIdentity=DOMAIN)
    assert line(done.stdout, name).startswith("\u2717"), done.stdout + done.stderr
    assert done.returncode == 1
    assert without.returncode == 0, without.stdout


def test_what_is_in_the_way_stops_a_deployment_before_anything_is_changed(unused: Account) -> None:
    with unused.faults(vcpus=1):
        done = unused.type("./scripts/deploy --yes")
    assert done.returncode == 1
    assert "In the way: Instances (vCPU). Nothing was changed." in done.stdout
    assert unused.client("cloudformation").list_stacks()["StackSummaries"] == []
    assert STACK == "Pinhole"
