"""All looks, in the order of the table.

A look that may not be made, or that AWS does not answer, says so and stops nothing.
docs/operations.md explains each line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.deployment.aws_errors import code_of, is_denied, is_of_aws
from scripts.deployment.preflight import (
    budget,
    domain,
    earlier,
    ipv6,
    mail,
    names,
    quotas,
    region,
    rights,
    zones,
)
from scripts.deployment.preflight.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from scripts.deployment.aws_account import AwsAccount
    from scripts.deployment.preflight.finding import Wanted


def examine(account: AwsAccount, wanted: Wanted) -> list[Finding]:
    """Make all looks; changes nothing."""
    findings = []
    for name, look in LOOKS.items():
        try:
            found = look(account, wanted)
        except Exception as error:
            if not is_of_aws(error):
                raise
            found = Finding(name=name, verdict="unknown", words=f"cannot be read: {_short(error)}")
        if found:
            findings.append(found)
    return findings


def _short(error: Exception) -> str:
    if is_denied(error):
        return f"these credentials may not ({code_of(error)})"
    return str(error)[:160]


LOOKS: dict[str, Callable[[AwsAccount, Wanted], Finding | None]] = {
    "Stack": earlier.look_at_stack,
    "Region": region.look_at_region,
    "Zones": zones.look_at_zones,
    "Second copy": region.look_at_second_copy,
    "Plan": quotas.look_at_plan,
    "Rights": rights.look_at_rights,
    "CDK": rights.look_at_cdk,
    "Lambda": quotas.look_at_executions,
    "Instances (vCPU)": quotas.look_at_processors,
    "Elastic addresses": quotas.look_at_addresses,
    "Networks (VPC)": quotas.look_at_networks,
    "Budget": budget.look_at_budget,
    "Names": names.look_at_names,
    "CloudFront": domain.look_at_cloudfront,
    "Domain": domain.look_at_domain,
    "Certificate": domain.look_at_certificate,
    "Mail": mail.look_at_mail,
    "IPv6": ipv6.look_at_ipv6,
    "Earlier library": earlier.look_at_earlier_library,
}
