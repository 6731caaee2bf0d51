"""The operator's one page: how much there is to do, how it goes, and what was given up."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infrastructure.compute import Compute
from infrastructure.database import Database
from infrastructure.names import regional_name
from infrastructure.pictures import Pictures

NAMESPACE = "Pinhole"
# Decoders that Lambda did not let give up system calls: app/media/sandbox/pool.py.
UNCONFINED = "UnconfinedChildren"
# How long the oldest picture waits that is not processed yet: app/processing/lease.py.
OLDEST = "OldestPictureSeconds"
_PICTURES = ("PicturesReady", "PicturesDamaged", "PicturesRejected")
_WORDS = ("MailsSent", "DescriptionsMade", "DescriptionsFailed")
_GIVEN_UP = ("PicturesGivenUp", "MailsGivenUp", "OriginalsMissing")


def show(
    scope: Construct,
    alarms: Sequence[cloudwatch.Alarm],
    *,
    compute: Compute,
    database: Database,
    pictures: Pictures,
) -> None:
    """Show it on one page."""
    functions = [worker.function for worker in compute.every]
    instance = database.instance
    cloudwatch.Dashboard(
        scope,
        "Dashboard",
        dashboard_name=regional_name(scope, Stack.of(scope).stack_name),
        default_interval=Duration.days(1),
        widgets=[
            [cloudwatch.AlarmStatusWidget(title="Alarms", alarms=list(alarms), width=24)],
            [
                _graph("Calls of the API", compute.http_api.metric_count()),
                _graph("Its answers, 95 of 100 within", compute.http_api.metric_latency()),
                _graph(
                    "Its errors",
                    compute.http_api.metric_client_error(),
                    compute.http_api.metric_server_error(),
                    *told("api", "ServerErrors"),
                ),
            ],
            [
                _graph(
                    "Waiting",
                    *told("sweep", "PicturesWaiting", statistic="Maximum"),
                    pictures.description_queue.queue.metric_approximate_number_of_messages_visible(),
                    pictures.export_queue.queue.metric_approximate_number_of_messages_visible(),
                    pictures.mail_queue.queue.metric_approximate_number_of_messages_visible(),
                ),
                _graph("Time of functions", *[each.metric_duration() for each in functions]),
                _graph("Errors of functions", *[each.metric_errors() for each in functions]),
            ],
            [
                _graph("Pictures", *told("worker", *_PICTURES)),
                _graph(
                    "Seconds a picture takes, and the oldest waits",
                    *told("worker", "PictureSeconds", statistic="p90"),
                    *told("sweep", OLDEST, statistic="Maximum"),
                ),
                _graph("Mails and descriptions", *told("worker", *_WORDS)),
            ],
            [
                _graph(
                    "Given up",
                    *[_given_up(name) for name in _GIVEN_UP],
                    *told("worker", UNCONFINED),
                ),
                _graph("Uploads promised", *told("api", "UploadsPromised")),
                _graph("Sign-ins refused", *told("api", "SignInsRefused")),
            ],
            [
                _graph("Database: CPU", instance.metric_cpu_utilization()),
                _graph("Database: connections", instance.metric_database_connections()),
                _graph("Database: free storage", instance.metric_free_storage_space()),
            ],
        ],
    )


def told(service: str, *names: str, statistic: str = "Sum") -> list[cloudwatch.Metric]:
    """Return what a function counts itself: app/observability/metrics.py."""
    return [
        cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=name,
            dimensions_map={"service": service},
            statistic=statistic,
        )
        for name in names
    ]


def _given_up(name: str) -> cloudwatch.IMetric:
    return cloudwatch.Metric(namespace=NAMESPACE, metric_name=name, statistic="Sum")


def _graph(title: str, *metrics: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=8)
