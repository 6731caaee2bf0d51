"""./scripts/deploy --check in an account that nobody has used, and with each thing in its way."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scripts.deployment.preflight.looks import LOOKS
from tests.emulated.conftest import new_account
from tests.emulated.emulator import ACCOUNT, REGION, STACK
from tests.emulated.strictness_names import FAULTS

DOMAIN = "example.org"
HOST = f"pictures.{DOMAIN}"

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.emulated.emulator import Account


def test_every_fault_of_the_emulated_account_is_used_by_a_test() -> None:
    folder = Path(__file__).parent
    used = "".join(path.read_text() for path in [*folder.glob("test_*.py"), folder / "conftest.py"])
    assert [name for name in FAULTS if not re.search(rf"""\b{name}(["']|=[\w\[])""", used)] == []


@pytest.fixture(scope="module")
def unused() -> Iterator[Account]:
    """Another account than the one that is deployed into."""
    with new_account() as running:
        yield running


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


# Each line of the table: what goes wrong in the account, what is said with it, and the line's mark.
IN_THE_WAY: list[tuple[str, dict[str, Any], str, str]] = [
    ("Stack", {"stack": "ROLLBACK_COMPLETE"}, "", "!"),
    ("Region", {"region_off": REGION}, "", "\u2717"),
    ("Zones", {"zone_ids": ["use1-az3", "use1-az1", "use1-az2"]}, "", "!"),
    ("Zones", {"zone_ids": ["use1-az3", "use1-az1"]}, "", "\u2717"),
    (
        "Zones",
        {"zone_ids": ["use1-az1", "use1-az3", "use1-az2"]},
        "-c zones=us-east-1a,us-east-1b",
        "\u2717",
    ),
    ("Second copy", {"region_off": "eu-west-1"}, "-c replica=eu-west-1", "\u2717"),
    ("Plan", {"plan": "FREE"}, "", "!"),
    ("Plan", {"plan": "FREE"}, "-c size=production", "\u2717"),
    ("CDK", {"bootstrap": 20}, "", "!"),
    ("Lambda", {"executions": 9}, "", "\u2717"),
    ("Lambda", {"executions": 10}, "", "!"),
    ("Instances", {"vcpus": 1}, "", "\u2717"),
    ("Elastic addresses", {"addresses": 1}, "-c egress=gateway", "\u2717"),
    ("Networks", {"networks": 0}, "", "\u2717"),
    ("Budget", {"budgets_refused": True}, "", "\u2717"),
    ("CloudFront", {"unreadable": ["cloudfront"]}, "", "?"),
    ("CloudFront", {"domain_taken": HOST}, f"-c domain={HOST} -c zone=ZONE", "\u2717"),
    ("Domain", {"zone_private": True}, f"-c domain={HOST} -c zone=ZONE", "\u2717"),
    (
        "Certificate",
        {"certificate": "PENDING_VALIDATION"},
        f"-c domain={HOST} -c zone=ZONE -c certificate=CERTIFICATE",
        "\u2717",
    ),
    ("Mail", {"mail_paused": True}, f"-c mail=pinhole@{DOMAIN}", "\u2717"),
]
# Rights, names and an earlier library have tests of their own. IPv6 asks this machine's resolver
# and not the account: tests/deployment has both of its answers.
ELSEWHERE = {"Rights", "Names", "Earlier library", "IPv6"}


def test_every_line_of_the_table_is_made_to_fail() -> None:
    names = {name.partition(" (")[0] for name in LOOKS}
    assert {name for name, *_ in IN_THE_WAY} | ELSEWHERE == names


@pytest.fixture(scope="module")
def made(unused: Account) -> Iterator[dict[str, str]]:
    """What settings name: a zone, a certificate, and an identity that mails come from."""
    zones, certificates = unused.client("route53"), unused.client("acm")
    mails = unused.client("sesv2")
    zone = zones.create_hosted_zone(Name=DOMAIN, CallerReference="1")["HostedZone"]["Id"]
    certificate = certificates.request_certificate(DomainName=f"*.{DOMAIN}")["CertificateArn"]
    mails.create_email_identity(EmailIdentity=DOMAIN)
    yield {"ZONE": zone.rpartition("/")[2], "CERTIFICATE": certificate}
    mails.delete_email_identity(EmailIdentity=DOMAIN)
    certificates.delete_certificate(CertificateArn=certificate)
    zones.delete_hosted_zone(Id=zone)


@pytest.mark.parametrize(("name", "fault", "settings", "mark"), IN_THE_WAY)
def test_fault_of_the_account_is_told_on_its_line(
    unused: Account,
    made: dict[str, str],
    name: str,
    fault: dict[str, Any],
    settings: str,
    mark: str,
) -> None:
    assert set(fault) <= set(FAULTS)
    for placeholder, value in made.items():
        settings = settings.replace(placeholder, value)
    with unused.faults(**fault):
        done = unused.type(f"./scripts/deploy --check {settings}")
    assert line(done.stdout, name).startswith(mark), done.stdout + done.stderr
    assert done.returncode == (1 if mark == "\u2717" else 0)


def test_what_settings_name_is_good_without_a_fault(unused: Account, made: dict[str, str]) -> None:
    done = unused.type(
        f"./scripts/deploy --check -c domain={HOST} -c zone={made['ZONE']} "
        f"-c certificate={made['CERTIFICATE']} -c mail=pinhole@{DOMAIN} -c replica=eu-west-1 "
        "-c egress=gateway"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("Domain", "Certificate", "Second copy", "Elastic addresses"):
        assert line(done.stdout, name).startswith("\u2713"), done.stdout


def test_bucket_of_an_earlier_library_is_told_and_not_taken_without_its_snapshot(
    unused: Account,
) -> None:
    s3, name = unused.client("s3"), "pinhole-pictures-0a1b2c3d4e5f"
    s3.create_bucket(Bucket=name)
    try:
        told = unused.type("./scripts/deploy --check")
        done = unused.type(
            f"./scripts/deploy --check -c bucket={name} -c snapshot=none -c keys=new"
        )
    finally:
        s3.delete_bucket(Bucket=name)
    assert line(told.stdout, "Earlier library").startswith("!"), told.stdout + told.stderr
    assert told.returncode == 0
    assert line(done.stdout, "Earlier library").startswith("\u2717"), done.stdout + done.stderr
    assert done.returncode == 1


def test_bucket_of_the_cdks_name_is_told_before_it_is_in_the_way(unused: Account) -> None:
    s3, name = unused.client("s3"), f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
    s3.create_bucket(Bucket=name)
    try:
        done = unused.type("./scripts/deploy --check")
    finally:
        s3.delete_bucket(Bucket=name)
    assert line(done.stdout, "CDK").startswith("\u2717"), done.stdout + done.stderr
    assert name in done.stdout
    assert done.returncode == 1


def test_names_that_an_earlier_stack_left_are_told(unused: Account) -> None:
    front, watch = unused.client("cloudfront"), unused.client("cloudwatch")
    control = front.create_origin_access_control(
        OriginAccessControlConfig={
            "Name": f"pinhole-site-{REGION}",
            "SigningProtocol": "sigv4",
            "SigningBehavior": "always",
            "OriginAccessControlOriginType": "s3",
        }
    )
    function = front.create_function(
        Name=f"{REGION}PinholeSiteOnePage2486EB10",
        FunctionConfig={"Comment": "", "Runtime": "cloudfront-js-2.0"},
        FunctionCode=b"function handler(event) { return event.request; }",
    )
    watch.put_dashboard(DashboardName=f"Pinhole-{REGION}", DashboardBody='{"widgets": []}')
    try:
        done = unused.type("./scripts/deploy --check")
    finally:
        watch.delete_dashboards(DashboardNames=[f"Pinhole-{REGION}"])
        front.delete_function(Name=f"{REGION}PinholeSiteOnePage2486EB10", IfMatch=function["ETag"])
        front.delete_origin_access_control(
            Id=control["OriginAccessControl"]["Id"], IfMatch=control["ETag"]
        )
    told = line(done.stdout, "Names")
    assert told.startswith("\u2717"), done.stdout + done.stderr
    for name, where in (
        (f"pinhole-site-{REGION}", "CloudFront, Origin access"),
        (f"{REGION}PinholeSiteOnePage2486EB10", "CloudFront, Functions"),
        (f"Pinhole-{REGION}", "CloudWatch, Dashboards"),
    ):
        assert name in told
        assert f"{name}: {where}" in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_region_in_one_variable_alone_is_where_everything_goes(
    unused: Account, variable: str
) -> None:
    # Everything else here is deployed with AWS_REGION alone, which boto3 does not read.
    assert "AWS_DEFAULT_REGION" not in unused.environment()
    regions = {"AWS_REGION": "", "AWS_DEFAULT_REGION": "", variable: "eu-west-1"}
    done = unused.type("./scripts/deploy --check", **regions)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Account {ACCOUNT}, region eu-west-1" in done.stdout
    assert line(done.stdout, "Region").endswith("eu-west-1")


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


@pytest.mark.parametrize("command", ["./scripts/deploy --check", "./scripts/destroy --yes"])
def test_call_that_is_refused_ends_in_a_sentence(unused: Account, command: str) -> None:
    with unused.faults(unreadable=["cloudformation"]):
        done = unused.type(command)
    assert "lack cloudformation:DescribeStacks" in done.stdout, done.stdout + done.stderr
    assert (done.returncode, done.stderr) == (1, "")


def test_what_is_in_the_way_stops_a_deployment_before_anything_is_changed(unused: Account) -> None:
    with unused.faults(vcpus=1):
        done = unused.type("./scripts/deploy --yes")
    assert done.returncode == 1
    assert "In the way: Instances (vCPU). Nothing was changed." in done.stdout
    assert unused.client("cloudformation").list_stacks()["StackSummaries"] == []
    assert STACK == "Pinhole"
