"""Log groups that end: each has a retention, and goes with the stack."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

_BY_DAYS = {30: logs.RetentionDays.ONE_MONTH, 180: logs.RetentionDays.SIX_MONTHS}


def retention_of(days: int) -> logs.RetentionDays:
    """Return CloudWatch's name for so many days."""
    return _BY_DAYS[days]


def make_log_group(
    scope: Construct, construct_id: str, *, retention: logs.RetentionDays, name: str | None = None
) -> logs.LogGroup:
    """Make a log group that is deleted with the stack."""
    return logs.LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        retention=retention,
        removal_policy=RemovalPolicy.DESTROY,
    )
