"""What the operator is told of: alarms, the budget and the dashboard."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, get_args

import pytest

from app.observability.metrics import Counted, Timed

if TYPE_CHECKING:
    from tests.infrastructure.conftest import Template


@pytest.mark.parametrize(
    "name",
    [
        "ApiErrors", "WorkerErrors", "SweepErrors", "MigrateErrors", "Throttled", "PicturesDead",
        "PicturesLate", "DescriptionsDead", "DescriptionsLate", "ExportsDead", "ExportsLate",
        "MailsDead", "MailsLate",
        "MailsGivenUp", "PicturesGivenUp", "OriginalsMissing", "DecodersUnconfined",
        "DatabaseCpu",
        "DatabaseStorage", "DatabaseConnections",
    ],
)  # fmt: skip
def test_trouble_is_told(template: Template, name: str) -> None:
    alarm = template.only("AWS::CloudWatch::Alarm", named=f"Observability{name}")["Properties"]
    assert alarm["AlarmActions"] == [{"Ref": next(iter(template.of_type("AWS::SNS::Topic")))}]


@pytest.mark.parametrize(
    ("name", "metric", "threshold"),
    [
        ("MailsBounced", "Reputation.BounceRate", 0.05),
        ("MailsComplained", "Reputation.ComplaintRate", 0.001),
    ],
)
def test_mails_that_come_back_are_told_before_ses_stops_them(
    production: Template, small: Template, name: str, metric: str, threshold: float
) -> None:
    alarm = production.only("AWS::CloudWatch::Alarm", named=f"Observability{name}")["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/SES", metric)
    assert "Dimensions" not in alarm  # SES tells them for the account
    assert alarm["Threshold"] == threshold
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert alarm["AlarmActions"] == [{"Ref": next(iter(production.of_type("AWS::SNS::Topic")))}]
    # A site that sends no mail has none.
    assert not [each for each in small.of_type("AWS::CloudWatch::Alarm") if name in each]


def test_a_dear_month_is_told(template: Template) -> None:
    budget = template.only("AWS::Budgets::Budget")["Properties"]
    assert budget["Budget"]["TimeUnit"] == "MONTHLY"
    assert len(budget["NotificationsWithSubscribers"]) == 2


def test_pictures_that_wait_in_rows_are_told(template: Template) -> None:
    alarm = template.only("AWS::CloudWatch::Alarm", named="ObservabilityPicturesLate")["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("Pinhole", "OldestPictureSeconds")
    assert alarm["Dimensions"] == [{"Name": "service", "Value": "sweep"}]
    assert (alarm["Statistic"], alarm["Threshold"], alarm["Period"]) == ("Maximum", 900, 300)


def test_the_dashboard_shows_what_functions_count(template: Template) -> None:
    page = json.dumps(template.only("AWS::CloudWatch::Dashboard")["Properties"])
    counted = {*get_args(Counted), *get_args(Timed)}
    assert {name for name in counted if name not in page} == set()
