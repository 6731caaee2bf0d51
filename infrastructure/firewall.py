"""A limit for each network address, in front of everything: CloudFront's firewall (AWS WAF).

Only with `-c rate=NUMBER`, since it costs by the month. A firewall of CloudFront's is made in
us-east-1 and nowhere else, so it is a stack of its own, whatever region the other is in; see
[Note: A stack beside it]. docs/decisions/0058-limits-by-address.md has the figures.

[Note: A stack beside it] What must be in another region (this, and the second copy in replica.py)
is in a small stack there. The main stack depends on it, so `cdk deploy Pinhole` deploys both, and
reads its output by Fn::GetStackOutput: no function carries it over, and nothing keeps either stack
from being deleted. It holds no files, so the CDK needs no bucket and no roles in that region
(LegacyStackSynthesizer): it is deployed with the rights of whoever deploys.
"""

from __future__ import annotations

import json

from aws_cdk import (
    CfnOutput,
    Environment,
    Fn,
    LegacyStackSynthesizer,
    Stack,
    Tags,
)
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from infrastructure.settings import CLOUDFRONT_REGION, TAG, TAG_VALUE

WINDOW_SECONDS = 60  # the shortest that there is: whoever goes beyond the rate is seen soonest
_TOO_MANY = {
    "title": "Too many requests",
    "status": 429,
    "code": "too_many_requests",
    "detail": "Too many requests come from this network. Wait a minute, then try again.",
}
_ARN = "Arn"


def firewall_stack_name(region: str) -> str:
    """Return the name of the firewall's stack for the Pinhole of a region."""
    return f"Pinhole-firewall-{region}"


class FirewallStack(Stack):
    """A web ACL with one rule."""

    def __init__(self, scope: Construct, *, region: str, requests_a_minute: int) -> None:
        super().__init__(
            scope,
            firewall_stack_name(region),
            description=f"Pinhole in {region}: how much one network address may ask for",
            env=Environment(region=CLOUDFRONT_REGION),
            synthesizer=LegacyStackSynthesizer(),
        )
        self._region_of_pinhole = region
        Tags.of(self).add(TAG, TAG_VALUE)
        acl = waf.CfnWebACL(
            self,
            "Firewall",
            name=f"pinhole-{region}",
            description="Pinhole: limits by network address",
            scope="CLOUDFRONT",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
            custom_response_bodies={
                "too-many": waf.CfnWebACL.CustomResponseBodyProperty(
                    content_type="APPLICATION_JSON", content=json.dumps(_TOO_MANY)
                )
            },
            rules=[
                waf.CfnWebACL.RuleProperty(
                    name="rate-by-address",
                    priority=0,
                    action=waf.CfnWebACL.RuleActionProperty(
                        block=waf.CfnWebACL.BlockActionProperty(
                            custom_response=waf.CfnWebACL.CustomResponseProperty(
                                response_code=429,
                                custom_response_body_key="too-many",
                                response_headers=[
                                    waf.CfnWebACL.CustomHTTPHeaderProperty(
                                        name="Retry-After", value=str(WINDOW_SECONDS)
                                    )
                                ],
                            )
                        )
                    ),
                    statement=waf.CfnWebACL.StatementProperty(
                        rate_based_statement=waf.CfnWebACL.RateBasedStatementProperty(
                            limit=requests_a_minute,
                            aggregate_key_type="IP",
                            evaluation_window_sec=WINDOW_SECONDS,
                        )
                    ),
                    visibility_config=_counted("PinholeRateByAddress"),
                )
            ],
            visibility_config=_counted("PinholeFirewall"),
        )
        CfnOutput(self, _ARN, value=acl.attr_arn)

    @property
    def arn_elsewhere(self) -> str:
        """Return the web ACL's ARN for a stack of any region."""
        return Fn.get_stack_output(
            firewall_stack_name(self._region_of_pinhole), _ARN, CLOUDFRONT_REGION
        )


def _counted(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    """Count, and keep no samples: they hold who asked for what from which address."""
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )
