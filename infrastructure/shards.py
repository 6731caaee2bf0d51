"""Shards of the HTTP API, so that one network uses up its own and leaves the others theirs.

[Note: Shards] The HTTP API counts what it lets through before a function is asked, and knows no
callers: only routes have limits of their own (API Gateway, "Throttle requests to your HTTP APIs").
So each shard is a route, `/shard-N/api/...`. A function at CloudFront's edge (viewer_address.js)
chooses it by the viewer's network: an IPv4 address, or 48 bits of an IPv6 one. Whoever floods fills
one shard, which one in SHARDS of all others share. app/lambda_handlers/shards.py takes the shard
off the path again. docs/decisions/0058-limits-by-address.md has the figures.

[Note: One change at a time] API Gateway refuses two changes of one API that meet ("Unable to
complete operation due to concurrent modification"), and takes ten calls a second of an account.
CloudFormation makes at once what does not depend on each other, and does not always try again. So
each route waits for the one before it.

[Note: The route without a shard] CloudFront's function of the version before still asks for
`/api/...` while it is replaced. Whoever calls around CloudFront may use it too, and is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct, IDependable

if TYPE_CHECKING:
    from collections.abc import Sequence

SHARDS = 32  # of the 300 routes that an API may have (API Gateway, "HTTP API quotas")
_BURST_SECONDS = 4  # how long the full rate was saved up for


class Shards(Construct):
    """One route for each shard, all to one function."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        api: apigateway.HttpApi,
        function: lambda_.IFunction,
        after: Sequence[IDependable],
    ) -> None:
        super().__init__(scope, construct_id)
        integration = apigateway.CfnIntegration(
            self,
            "Integration",
            api_id=api.api_id,
            integration_type="AWS_PROXY",
            integration_uri=function.function_arn,
            payload_format_version="2.0",
        )
        integration.node.add_dependency(*after)
        before: Construct = integration
        for shard in range(SHARDS):
            route = apigateway.CfnRoute(
                self,
                f"Route{shard}",
                api_id=api.api_id,
                route_key=_route_key(shard),
                authorization_type="NONE",  # the function asks for CloudFront's secret
                target=f"integrations/{integration.ref}",
            )
            route.node.add_dependency(before)  # see [Note: One change at a time]
            before = route
        function.add_permission(
            "InvokedByShards",
            scope=self,
            principal=iam.ServicePrincipal("apigateway.amazonaws.com"),
            source_arn=api.arn_for_execute_api(path="/*/api/{proxy+}"),
        )


def limits_of_shards(requests_a_second: int) -> dict[str, dict[str, int]]:
    """Return what each shard's route lets through, as the stage's route settings say it."""
    return {_route_key(shard): limits(requests_a_second) for shard in range(SHARDS)}


def limits(requests_a_second: int) -> dict[str, int]:
    """Return a limit as CloudFormation names it."""
    return {
        "ThrottlingRateLimit": requests_a_second,
        "ThrottlingBurstLimit": _BURST_SECONDS * requests_a_second,
    }


def _route_key(shard: int) -> str:
    return f"ANY /shard-{shard}/api/{{proxy+}}"
