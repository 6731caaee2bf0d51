"""Whether CloudFront can serve the domain: its distribution, zone and certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scripts.deployment.preflight.finding import CLOUDFRONT_REGION, Finding

if TYPE_CHECKING:
    from scripts.deployment.aws_account import AwsAccount
    from scripts.deployment.preflight.finding import Wanted


def look_at_cloudfront(account: AwsAccount, wanted: Wanted) -> Finding:
    """Look whether the domain belongs to another distribution."""
    client = account.session.client("cloudfront")
    pages = client.get_paginator("list_distributions").paginate()
    listed = [each for page in pages for each in page["DistributionList"].get("Items", [])]
    domain = wanted.context.get("domain")
    own = wanted.stack.outputs.get("Distribution")
    for each in listed:
        if domain and domain in each["Aliases"].get("Items", []) and each["Id"] != own:
            return Finding(
                name="CloudFront",
                verdict="bad",
                words=f"{domain} belongs to another distribution, {each['Id']}",
                advice="Take the name from it, or deploy with another -c domain=.",
            )
    if listed:
        return Finding(name="CloudFront", verdict="good", words="in use in this account already")
    return Finding(
        name="CloudFront",
        verdict="unknown",
        words="no distribution yet; whether AWS has verified this account, no API tells",
        advice='If it has not, the deployment stops with "Your account must be verified":\n'
        "write to AWS Support (free, hours to a day), then run this again.",
    )


def look_at_domain(account: AwsAccount, wanted: Wanted) -> Finding | None:
    """Look whether the domain lies in its zone, and no other record has its name."""
    domain, zone_id = wanted.context.get("domain"), wanted.context.get("zone")
    if not domain or not zone_id:
        return None
    client = account.session.client("route53")
    try:
        zone = client.get_hosted_zone(Id=zone_id)["HostedZone"]
    except client.exceptions.NoSuchHostedZone:
        return _bad_domain(f"there is no zone {zone_id} in this account")
    name = zone["Name"].rstrip(".")
    if zone["Config"].get("PrivateZone"):
        return _bad_domain(f"{zone_id} is a private zone, which the internet does not see")
    if domain != name and not domain.endswith(f".{name}"):
        return _bad_domain(f"{domain} does not lie in the zone {name}")
    taken = _records(client, zone_id, domain)
    if taken and wanted.is_new:
        return _bad_domain(f"{domain} has a record already ({', '.join(taken)}): delete it first")
    return Finding(name="Domain", verdict="good", words=f"{domain} in {name}")


def _bad_domain(words: str) -> Finding:
    return Finding(name="Domain", verdict="bad", words=words)


def _records(client: Any, zone_id: str, domain: str) -> list[str]:  # noqa: ANN401 - boto3's
    found = client.list_resource_record_sets(
        HostedZoneId=zone_id, StartRecordName=domain, MaxItems="10"
    )["ResourceRecordSets"]
    return [
        each["Type"]
        for each in found
        if each["Name"].rstrip(".") == domain and each["Type"] in {"A", "AAAA", "CNAME"}
    ]


def look_at_certificate(account: AwsAccount, wanted: Wanted) -> Finding | None:
    """Look whether the certificate is issued, for the domain, where CloudFront reads it."""
    arn, domain = wanted.context.get("certificate"), wanted.context.get("domain")
    if not domain or (not arn and account.region == CLOUDFRONT_REGION):
        return None  # made by the stack
    if not arn or f":acm:{CLOUDFRONT_REGION}:" not in arn:
        return _bad_certificate(
            f"CloudFront takes certificates from {CLOUDFRONT_REGION} only: make one there, and "
            "say -c certificate=ARN"
        )
    return _fits(account, arn, domain)


def _fits(account: AwsAccount, arn: str, domain: str) -> Finding:
    client = account.session.client("acm", region_name=CLOUDFRONT_REGION)
    try:
        found = client.describe_certificate(CertificateArn=arn)["Certificate"]
    except client.exceptions.ResourceNotFoundException:
        return _bad_certificate("there is no such certificate in this account")
    names = [found["DomainName"], *found.get("SubjectAlternativeNames", [])]
    if not any(_covers(name, domain) for name in names):
        return _bad_certificate(f"it is for {', '.join(dict.fromkeys(names))}, not for {domain}")
    if found["Status"] != "ISSUED":
        return _bad_certificate(f"it is {found['Status']}: add its records to the zone, and wait")
    return Finding(name="Certificate", verdict="good", words=f"issued, for {domain}")


def _bad_certificate(words: str) -> Finding:
    return Finding(name="Certificate", verdict="bad", words=words)


def _covers(name: str, domain: str) -> bool:
    """Tell whether a certificate's name is for a host; a star stands for one label (RFC 6125)."""
    return name == domain or (name.startswith("*.") and domain.partition(".")[2] == name[2:])
