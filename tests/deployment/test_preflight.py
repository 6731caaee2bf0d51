"""Each line of ./scripts/deploy --check: what makes it good, and what makes it stop."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.deployment.deploy import Deployment, read_context
from scripts.deployment.preflight import looks
from scripts.deployment.preflight.finding import Finding, Wanted
from scripts.deployment.preflight.ipv6 import has_ipv6
from scripts.deployment.preflight.looks import LOOKS, examine
from scripts.deployment.preflight.report import table
from scripts.deployment.stack import Stack
from scripts.embedded.errors import StartError
from scripts.embedded.progress import Progress
from tests.deployment.conftest import NEW, NUMBER, REGION, Aws, bucket, look

READY = Stack(status="UPDATE_COMPLETE", stack_id="id", outputs={"Distribution": "E1"})


def test_region_that_is_on_is_good(aws: Aws) -> None:
    assert look(aws, "Region").verdict == "good"


@pytest.mark.parametrize(
    ("region", "size", "verdict"),
    [
        ("ca-west-1", "small", "bad"),
        ("ap-east-2", "small", "bad"),
        ("eu-west-3", "small", "good"),
        ("eu-west-3", "large", "bad"),
    ],
)
def test_region_that_cannot_have_the_size_is_refused(
    aws: Aws, region: str, size: str, verdict: str
) -> None:
    aws.account = replace(aws.account, region=region)
    found = look(aws, "Region", size=size)
    assert found.verdict == verdict
    if verdict == "bad":
        assert f"{region} lacks what size {size} needs" in found.words
        assert region not in found.advice.removesuffix(".").partition(": ")[2].split(", ")
        assert "eu-central-1" in found.advice


def test_region_that_is_off_says_where_to_switch_it_on(aws: Aws) -> None:
    regions = {"Regions": [{"RegionName": REGION, "OptInStatus": "not-opted-in"}]}
    aws.session.stub("ec2").add_response("describe_regions", regions)
    found = look(aws, "Region")
    assert found.verdict == "bad"
    assert "Account settings" in found.advice


@pytest.mark.parametrize(("version", "verdict"), [(None, "note"), ("20", "note"), ("21", "good")])
def test_bootstrap_version(aws: Aws, version: str | None, verdict: str) -> None:
    if version:
        name = "/cdk-bootstrap/hnb659fds/version"
        aws.client("ssm").put_parameter(Name=name, Value=version, Type="String")
    assert look(aws, "CDK").verdict == verdict


def test_bucket_that_an_earlier_cdk_left_behind_is_in_the_way(aws: Aws) -> None:
    bucket(aws, f"cdk-hnb659fds-assets-{NUMBER}-{REGION}")
    found = look(aws, "CDK")
    assert found.verdict == "bad"
    assert "delete it in S3" in found.advice


@pytest.mark.parametrize(
    ("region", "verdict"), [("eu-west-1", "good"), ("ap-east-1", "bad"), ("mars-1", "bad")]
)
def test_second_copy_needs_a_region_that_is_switched_on(
    aws: Aws, region: str, verdict: str
) -> None:
    regions = [
        {"RegionName": "eu-west-1", "OptInStatus": "opt-in-not-required"},
        {"RegionName": "ap-east-1", "OptInStatus": "not-opted-in"},
    ]
    aws.session.stub("ec2").add_response("describe_regions", {"Regions": regions})
    assert look(aws, "Second copy", replica=region).verdict == verdict
    assert look(aws, "Second copy") is None


def distributions(aws: Aws, *items: dict[str, Any], more: bool = False) -> None:
    listed = {"Marker": "", "MaxItems": 100, "IsTruncated": more, "Quantity": len(items)}
    listed |= {"NextMarker": "next"} if more else {}
    stub = aws.session.stub("cloudfront")
    listed_items = {"Items": [{**_distribution(), **item} for item in items]} if items else {}
    stub.add_response("list_distributions", {"DistributionList": {**listed, **listed_items}})


def _distribution() -> dict[str, Any]:
    return {"Id": "E9", "Aliases": {"Quantity": 0, "Items": []}}


def aliased(name: str, identifier: str) -> dict[str, Any]:
    return {"Id": identifier, "Aliases": {"Quantity": 1, "Items": [name]}}


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A distribution has thirty members that say nothing here."""
    monkeypatch.setattr("botocore.validate.ParamValidator.validate", lambda *_: _NoErrors())


class _NoErrors:
    def has_errors(self) -> bool:
        return False


@pytest.mark.usefixtures("lenient")
def test_cloudfront_in_use_is_good_and_unused_unknown(aws: Aws) -> None:
    distributions(aws, {})
    assert look(aws, "CloudFront").verdict == "good"
    distributions(aws)
    found = look(aws, "CloudFront")
    assert found.verdict == "unknown"
    assert "must be verified" in found.advice


@pytest.mark.usefixtures("lenient")
def test_domain_of_another_distribution_is_bad_and_of_the_own_good(aws: Aws) -> None:
    name = "pictures.example.org"
    distributions(aws, aliased(name, "E2"))
    assert look(aws, "CloudFront", domain=name).verdict == "bad"
    distributions(aws, aliased(name, "E1"))
    assert look(aws, "CloudFront", stack=READY, domain=name).verdict == "good"


@pytest.mark.usefixtures("lenient")
def test_domain_of_a_distribution_beyond_the_first_page_is_found(aws: Aws) -> None:
    name = "pictures.example.org"
    distributions(aws, {}, more=True)
    distributions(aws, aliased(name, "E2"))
    found = look(aws, "CloudFront", domain=name)
    assert (found.verdict, found.words) == ("bad", f"{name} belongs to another distribution, E2")


def test_no_mail_is_noted(aws: Aws) -> None:
    assert look(aws, "Mail").verdict == "note"


@pytest.mark.parametrize(
    ("identity", "account", "verdict"),
    [
        (None, None, "bad"),
        ("pinhole@example.org", {"SendingEnabled": True, "ProductionAccessEnabled": True}, "good"),
        ("example.org", {"SendingEnabled": True, "ProductionAccessEnabled": True}, "good"),
        ("example.org", {"SendingEnabled": True, "ProductionAccessEnabled": False}, "note"),
        ("example.org", {"SendingEnabled": False, "ProductionAccessEnabled": True}, "bad"),
    ],
)
def test_mail_needs_a_verified_identity_and_an_account_that_sends(
    aws: Aws, identity: str | None, account: dict[str, bool] | None, verdict: str
) -> None:
    stub = aws.session.stub("sesv2")
    for name in ("pinhole@example.org", "example.org"):
        if name == identity:
            stub.add_response(
                "get_email_identity", {"VerifiedForSendingStatus": True}, {"EmailIdentity": name}
            )
            break
        stub.add_client_error("get_email_identity", "NotFoundException")
    if account:
        stub.add_response("get_account", account)
    assert look(aws, "Mail", mail="pinhole@example.org").verdict == verdict


def zone(aws: Aws, *, name: str = "example.org", private: bool = False) -> str:
    more = {"VPC": {"VPCRegion": REGION, "VPCId": "vpc-1"}} if private else {}
    made = aws.client("route53").create_hosted_zone(
        Name=name,
        CallerReference="1",
        HostedZoneConfig={"PrivateZone": private, "Comment": ""},
        **more,
    )
    return str(made["HostedZone"]["Id"]).rpartition("/")[2]


@pytest.mark.parametrize(
    ("name", "private", "verdict"),
    [
        ("example.org", False, "good"),
        ("other.org", False, "bad"),
        ("xample.org", False, "bad"),
        ("example.org", True, "bad"),
    ],
)
def test_domain_lies_in_its_public_zone(
    aws: Aws,
    name: str,
    private: bool,  # noqa: FBT001 - pytest hands them on so
    verdict: str,
) -> None:
    found = look(
        aws, "Domain", domain="pictures.example.org", zone=zone(aws, name=name, private=private)
    )
    assert found.verdict == verdict


def test_domain_without_its_zone_is_bad(aws: Aws) -> None:
    assert look(aws, "Domain", domain="pictures.example.org", zone="Z1").verdict == "bad"


def test_domain_that_has_a_record_is_bad_until_the_stack_has_made_it(aws: Aws) -> None:
    name, made = "pictures.example.org", zone(aws)
    record = {"Name": name, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    aws.client("route53").change_resource_record_sets(
        HostedZoneId=made,
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]},
    )
    assert look(aws, "Domain", domain=name, zone=made).verdict == "bad"
    assert look(aws, "Domain", stack=READY, domain=name, zone=made).verdict == "good"


@pytest.mark.parametrize(
    ("names", "status", "verdict"),
    [
        (["pictures.example.org"], "ISSUED", "good"),
        (["example.org", "*.example.org"], "ISSUED", "good"),
        (["*.example.org"], "PENDING_VALIDATION", "bad"),
        (["*.org"], "ISSUED", "bad"),
        (["example.org"], "ISSUED", "bad"),
    ],
)
def test_certificate_is_issued_for_the_domain(
    aws: Aws, names: list[str], status: str, verdict: str
) -> None:
    known = {"DomainName": names[0], "SubjectAlternativeNames": names, "Status": status}
    aws.session.stub("acm").add_response("describe_certificate", {"Certificate": known})
    arn = f"arn:aws:acm:us-east-1:{NUMBER}:certificate/1"
    found = look(aws, "Certificate", domain="pictures.example.org", certificate=arn)
    assert found.verdict == verdict


@pytest.mark.parametrize("arn", ["", f"arn:aws:acm:eu-central-1:{NUMBER}:certificate/1"])
def test_certificate_from_elsewhere_is_bad(aws: Aws, arn: str) -> None:
    found = look(aws, "Certificate", domain="pictures.example.org", certificate=arn)
    assert found.verdict == "bad"
    assert "us-east-1" in found.words


def test_ipv6_needs_an_address_of_every_host(aws: Aws) -> None:
    assert look(aws, "IPv6") is None
    assert look(aws, "IPv6", egress="ipv6").verdict == "good"
    for host in ("api.openai.com", f"sqs.{REGION}.api.aws"):
        found = look(aws, "IPv6", without_ipv6=host, egress="ipv6")
        assert found.verdict == "bad"
        assert found.words.endswith(f": {host}")


def test_ipv6_address_of_a_host_is_found_and_no_other() -> None:
    assert has_ipv6("::1")
    assert not has_ipv6("127.0.0.1")


def test_state_of_the_stack_is_told(aws: Aws) -> None:
    assert look(aws, "Stack").verdict == "good"
    assert look(aws, "Stack", stack=READY).verdict == "good"
    assert look(aws, "Stack", stack=Stack(status="ROLLBACK_FAILED")).verdict == "note"


def test_look_that_is_refused_stops_nothing(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> Finding:
        error = {"Error": {"Code": "AccessDeniedException", "Message": "may not"}}
        raise ClientError(error, "GetServiceQuota")

    monkeypatch.setattr(looks, "LOOKS", {"Networks (VPC)": refused, "Stack": LOOKS["Stack"]})
    wanted = Wanted(context={}, stack=NEW, resolves=lambda _: True)
    first, second = examine(aws.account, wanted)
    assert (first.verdict, second.verdict) == ("unknown", "good")
    assert "these credentials may not" in first.words


def test_a_mistake_of_ours_is_no_unknown(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Finding:
        raise KeyError("a member that AWS never had")

    monkeypatch.setattr(looks, "LOOKS", {"Stack": broken})
    with pytest.raises(KeyError):
        examine(aws.account, Wanted(context={}, stack=NEW, resolves=lambda _: True))


def test_bad_line_stops_before_anything_is_changed(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.StringIO()
    bad = Finding(name="Lambda", verdict="bad", words="9 at once", advice="Ask\nfor more")
    monkeypatch.setattr(looks, "LOOKS", {"Lambda": lambda *_: bad})
    for only_looks in (False, True):
        with pytest.raises(StartError, match=r"In the way: Lambda\. Nothing was changed\."):
            Deployment(aws.account, [], asks=False, progress=Progress(out)).run(
                only_looks=only_looks
            )
    assert aws.account.stacks().look().status is None
    assert "Lambda  9 at once" in out.getvalue()


def test_table_lines_up_and_puts_advice_below() -> None:
    lines = table(
        [
            Finding(name="A", verdict="good", words="fine"),
            Finding(name="Longer", verdict="bad", words="not fine", advice="Do this.\nOr that."),
        ]
    )
    assert lines == [
        "    \u2713  A       fine",
        "    \u2717  Longer  not fine",
        "               Do this.",
        "               Or that.",
    ]


def test_context_is_read_as_the_cdk_reads_it() -> None:
    words = ["-c", "size=small", "--context", "mail=a@b.c", "--context=domain=x", "-calarms=d@e.f"]
    assert read_context(words) == {
        "size": "small",
        "mail": "a@b.c",
        "domain": "x",
        "alarms": "d@e.f",
    }
