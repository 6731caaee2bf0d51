"""What tells the operator how it goes: a dashboard, alarms, a budget, and mail about both."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infrastructure.compute import Compute, Worker
from infrastructure.dashboard import NAMESPACE, OLDEST, UNCONFINED, show, told
from infrastructure.database import Database
from infrastructure.names import regional_name
from infrastructure.pictures import Pictures
from infrastructure.settings import TAG, TAG_VALUE, Settings

_GB = 1024**3
_FIVE_MINUTES = Duration.minutes(5)
# Of what a t4g.micro allows (112, by RDS's formula for 1 GB); larger ones allow more.
_MANY_CONNECTIONS = 80
_SLOW_QUEUE_SECONDS = 900
_BUSY_PERCENT = 85
_MIN_FREE_STORAGE = 4 * _GB


@dataclass(frozen=True, kw_only=True)
class Watch:
    """One thing that is worth an alarm."""

    name: str
    what: str
    metric: cloudwatch.IMetric
    threshold: float
    periods: int = 1
    below: bool = False


class Observability(Construct):
    """All of it, told to `address` if there is one."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        compute: Compute,
        database: Database,
        pictures: Pictures,
        settings: Settings,
    ) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Notices", display_name="Pinhole", enforce_ssl=True)
        for service in ("cloudwatch", *(["budgets"] if settings.has_budget else [])):
            self.topic.grant_publish(iam.ServicePrincipal(f"{service}.amazonaws.com"))
        if settings.alarm_address:
            self.topic.add_subscription(subscriptions.EmailSubscription(settings.alarm_address))
        watches = [
            *_watch_compute(compute),
            *_watch_queues(pictures),
            *_watch_database(database),
            *(_watch_mails() if settings.mail_address else []),
        ]
        alarms = [self._alarm(watch) for watch in watches]
        if settings.has_budget:
            self._limit_costs(settings)
        show(self, alarms, compute=compute, database=database, pictures=pictures)

    def _alarm(self, watch: Watch) -> cloudwatch.Alarm:
        operator = cloudwatch.ComparisonOperator
        alarm = cloudwatch.Alarm(
            self,
            watch.name,
            alarm_description=f"Pinhole: {watch.what} See docs/operations.md.",
            metric=watch.metric,
            threshold=watch.threshold,
            evaluation_periods=watch.periods,
            comparison_operator=operator.LESS_THAN_THRESHOLD
            if watch.below
            else operator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        alarm.add_ok_action(actions.SnsAction(self.topic))
        return alarm

    def _limit_costs(self, settings: Settings) -> None:
        """Tell when the month is dearer than planned: at 80 % spent, and at 100 % foreseen.

        [Note: What a budget counts] What has the tag that stack.py gives to everything. AWS counts
        by a tag only once the operator (in an organization: its payer) made it a cost allocation
        tag; `-c budget=account` counts the whole account, and needs none. `-c budget=none` is for
        accounts that may have no budget: docs/decisions/0093-accounts-of-an-organization.md.
        """
        subscriber = budgets.CfnBudget.SubscriberProperty(
            subscription_type="SNS", address=self.topic.topic_arn
        )
        budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_name=regional_name(self, f"pinhole-{settings.budget}"),
                budget_type="COST",
                cost_filters=None
                if settings.budget == "account"
                else {"TagKeyValue": [f"user:{TAG}${TAG_VALUE}"]},
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(
                    amount=settings.size.monthly_budget_usd, unit="USD"
                ),
            ),
            notifications_with_subscribers=[
                budgets.CfnBudget.NotificationWithSubscribersProperty(
                    notification=budgets.CfnBudget.NotificationProperty(
                        comparison_operator="GREATER_THAN",
                        notification_type=kind,
                        threshold=percent,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=[subscriber],
                )
                for kind, percent in (("ACTUAL", 80), ("FORECASTED", 100))
            ],
        )


def _watch_compute(compute: Compute) -> list[Watch]:
    return [
        Watch(
            name="ApiErrors",
            what="the API answered 5xx.",
            metric=compute.http_api.metric_server_error(period=_FIVE_MINUTES, statistic="Sum"),
            threshold=5,
        ),
        *(
            Watch(
                name=f"{name}Errors",
                what=f"the function '{name.lower()}' failed.",
                metric=worker.function.metric_errors(period=_FIVE_MINUTES),
                threshold=threshold,
            )
            for name, worker, threshold in (
                ("Worker", compute.worker, 5),
                ("Sweep", compute.sweep, 2),
                ("Migrate", compute.migrate, 1),
            )
        ),
        Watch(
            name="MailsGivenUp",
            what="a mail was given up: SES refused it, or was away for long.",
            # app/accounts/emails/sender.py writes it; nobody else hears of it.
            metric=_counted(compute.worker, "MailsGivenUp", begins="gave up mail"),
            threshold=1,
        ),
        Watch(
            name="PicturesGivenUp",
            what="a picture could not be processed, often enough; its person sees it as damaged.",
            # app/processing/process_image.py
            metric=_counted(compute.worker, "PicturesGivenUp", begins="gave up on picture"),
            threshold=1,
        ),
        Watch(
            name="OriginalsMissing",
            what="there are pictures whose original is gone.",
            # app/integrity/orphans.py
            metric=_counted(compute.sweep, "OriginalsMissing", begins="missing originals"),
            threshold=1,
        ),
        Watch(
            name="DecodersUnconfined",
            what="a decoder runs without its system calls taken away.",
            metric=told("worker", UNCONFINED)[0].with_(period=_FIVE_MINUTES),
            threshold=1,
        ),
        Watch(
            name="Throttled",
            what="the API's function was refused more concurrency.",
            metric=compute.api.function.metric_throttles(period=_FIVE_MINUTES),
            threshold=1,
        ),
    ]


def _counted(worker: Worker, name: str, *, begins: str) -> cloudwatch.Metric:
    """Count the lines of a function's log that begin so."""
    counted = logs.MetricFilter(
        worker.log_group,
        name,
        log_group=worker.log_group,
        filter_pattern=logs.FilterPattern.string_value("$.message", "=", f"{begins}*"),
        metric_namespace=NAMESPACE,
        metric_name=name,
    )
    return counted.metric(period=_FIVE_MINUTES, statistic="Sum")


def _watch_queues(pictures: Pictures) -> list[Watch]:
    watches = []
    for name, queue in (
        ("Pictures", pictures.queue),
        ("Descriptions", pictures.description_queue),
        ("Exports", pictures.export_queue),
        ("Mails", pictures.mail_queue),
    ):
        watches += [
            Watch(
                name=f"{name}Dead",
                what=f"a message of '{name.lower()}' failed five times.",
                metric=queue.dead.metric_approximate_number_of_messages_visible(
                    period=_FIVE_MINUTES, statistic="Maximum"
                ),
                threshold=1,
            ),
            Watch(
                name=f"{name}Late",
                what=f"one of '{name.lower()}' waits longer than a quarter of an hour.",
                metric=_oldest_picture()
                if queue is pictures.queue
                else queue.queue.metric_approximate_age_of_oldest_message(
                    period=_FIVE_MINUTES, statistic="Maximum"
                ),
                threshold=_SLOW_QUEUE_SECONDS,
                periods=2,
            ),
        ]
    return watches


def _watch_mails() -> list[Watch]:
    """Watch what receivers think of the mails of this account and region.

    SES looks at an account from these rates on, and stops its sending at twice the bounces or five
    times the complaints ("Monitoring your sender reputation"). It tells them when they change.
    """
    return [
        Watch(
            name=f"Mails{name}",
            what=what,
            metric=cloudwatch.Metric(
                namespace="AWS/SES",
                metric_name=f"Reputation.{rate}",
                period=Duration.hours(1),
                statistic="Maximum",
            ),
            threshold=threshold,
        )
        for name, rate, threshold, what in (
            ("Bounced", "BounceRate", 0.05, "one mail in twenty came back."),
            ("Complained", "ComplaintRate", 0.001, "one mail in a thousand was called spam."),
        )
    ]


def _oldest_picture() -> cloudwatch.Metric:
    """What waits are rows: the queue's own age is that of events not yet noted in them.

    The sweep tells it every five minutes; two of them lie in any ten.
    """
    (metric,) = told("sweep", OLDEST, statistic="Maximum")
    return metric.with_(period=_FIVE_MINUTES)


def _watch_database(database: Database) -> list[Watch]:
    instance = database.instance
    return [
        Watch(
            name="DatabaseCpu",
            what="the database's CPU is busy.",
            metric=instance.metric_cpu_utilization(period=_FIVE_MINUTES),
            threshold=_BUSY_PERCENT,
            periods=3,
        ),
        Watch(
            name="DatabaseStorage",
            what="the database's storage runs out.",
            metric=instance.metric_free_storage_space(period=_FIVE_MINUTES, statistic="Minimum"),
            threshold=_MIN_FREE_STORAGE,
            below=True,
        ),
        Watch(
            name="DatabaseConnections",
            what="the database has nearly as many connections as it takes.",
            metric=instance.metric_database_connections(period=_FIVE_MINUTES, statistic="Maximum"),
            threshold=_MANY_CONNECTIONS,
            periods=2,
        ),
    ]
