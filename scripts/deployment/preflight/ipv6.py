"""Whether functions reach every host by IPv6 alone."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from scripts.deployment.preflight.finding import Finding

if TYPE_CHECKING:
    from scripts.deployment.aws_account import AwsAccount
    from scripts.deployment.preflight.finding import Wanted


# What functions call beside S3: through an IPv6-only way out each must have an AAAA record.
_HOSTS = (
    "secretsmanager.{region}.amazonaws.com",
    "sqs.{region}.api.aws",
    "sts.{region}.api.aws",
    "email.{region}.api.aws",
    "rds.{region}.api.aws",
    "api.openai.com",
    "accounts.google.com",
    "oauth2.googleapis.com",
    "www.googleapis.com",
)


def look_at_ipv6(account: AwsAccount, wanted: Wanted) -> Finding | None:
    """Look whether every host that functions call has an AAAA record."""
    if wanted.egress != "ipv6":
        return None
    hosts = hosts_of(account.region)
    without = [host for host in hosts if not wanted.resolves(host)]
    if without:
        return Finding(
            name="IPv6",
            verdict="bad",
            words=f"no AAAA record, seen from here: {', '.join(without)}",
            advice="Functions would not reach them. Deploy without -c egress=ipv6.",
        )
    return Finding(name="IPv6", verdict="good", words=f"all {len(hosts)} hosts have AAAA records")


def hosts_of(region: str) -> list[str]:
    """Return all hosts that functions in a region call by the way out."""
    return [host.format(region=region) for host in _HOSTS]


def has_ipv6(host: str) -> bool:
    """Tell whether a host has an AAAA record, as this machine's resolver sees it."""
    try:
        return bool(socket.getaddrinfo(host, 443, socket.AF_INET6, socket.SOCK_STREAM))
    except socket.gaierror:
        return False
