"""Where pictures are kept, and the queues that say what there is to do about them."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infrastructure.names import picture_bucket_name
from infrastructure.private_bucket import make_private_bucket
from infrastructure.replica import replicate
from infrastructure.working_hours import HIDDEN, MAX_ATTEMPTS

_MIN_TIERED_BYTES = 128 * 1024


class Pictures(Construct):
    """The bucket, private and kept on removal, and its queues."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        site_origin: str,
        tiers: bool,
        kept_bucket: str | None,
        is_first: bool,
        replica_arn: str | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.queue = WorkQueue(self, "Arrived")
        self.description_queue = WorkQueue(self, "Descriptions")
        self.export_queue = WorkQueue(self, "Exports")
        self.mail_queue = WorkQueue(self, "Mails")
        name = picture_bucket_name(self, kept_bucket)
        # See [Note: Taken back] in kept.py.
        is_imported = kept_bucket is not None and is_first
        self.bucket = make_private_bucket(
            self,
            "Bucket",
            bucket_name=name,
            more_rules=(_tiering(),) if tiers else (),
            cors=None
            if is_imported
            else [
                s3.CorsRule(
                    allowed_origins=[site_origin],
                    allowed_methods=[s3.HttpMethods.GET, s3.HttpMethods.PUT],
                    allowed_headers=[
                        "content-type",
                        "x-amz-checksum-sha256",
                        "if-none-match",
                        "range",
                    ],
                    exposed_headers=["ETag", "x-amz-checksum-sha256"],
                    max_age=3000,
                )
            ],
            # An empty one goes when the deployment that makes it fails; one with pictures never.
            removal_policy=RemovalPolicy.RETAIN
            if kept_bucket
            else RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        if tiers:
            self._say_sizes_as_text()
        self.replica_arn = replica_arn
        self.replication_role: iam.Role | None = None
        if not is_imported:
            self._ring_when_originals_arrive(name)
        if replica_arn and not is_imported:
            self.replication_role = iam.Role(
                self,
                "ReplicationRole",
                description="Pinhole: S3 keeps the second copy as this role",
                assumed_by=iam.ServicePrincipal("s3.amazonaws.com"),
            )
            replicate(self.bucket, to=replica_arn, role=self.replication_role)

    @property
    def queues(self) -> tuple[WorkQueue, ...]:
        """All of them; the worker takes from each."""
        return (self.queue, self.description_queue, self.export_queue, self.mail_queue)

    def _say_sizes_as_text(self) -> None:
        # CloudFormation's type of it; the CDK writes a number.
        resource = self.bucket.node.default_child
        if not isinstance(resource, s3.CfnBucket):
            raise TypeError("a bucket is made of a CfnBucket")
        resource.add_property_override(
            "LifecycleConfiguration.Rules.2.ObjectSizeGreaterThan", str(_MIN_TIERED_BYTES)
        )

    def _ring_when_originals_arrive(self, bucket_name: str) -> None:
        # Set on the bucket itself: CDK's own way brings a function with rights on every bucket.
        # S3 tries the queue when it is told, so the queue must let it in before.
        stack = Stack.of(self)
        entrance = self.queue.let_bucket_in(
            bucket_arn=f"arn:{stack.partition}:s3:::{bucket_name}", account=stack.account
        )
        resource = self.bucket.node.default_child
        if not isinstance(resource, s3.CfnBucket):
            raise TypeError("a bucket is made of a CfnBucket")
        resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            queue_configurations=[
                s3.CfnBucket.QueueConfigurationProperty(
                    event="s3:ObjectCreated:*",
                    queue=self.queue.queue.queue_arn,
                    filter=s3.CfnBucket.NotificationFilterProperty(
                        s3_key=s3.CfnBucket.S3KeyFilterProperty(
                            rules=[
                                s3.CfnBucket.FilterRuleProperty(name="suffix", value="/original")
                            ]
                        )
                    ),
                )
            ]
        )
        resource.node.add_dependency(entrance)


def _tiering() -> s3.LifecycleRule:
    """Let S3 find out what is looked at: nothing read costs more, and nothing waits.

    Smaller objects, thumbnails among them, are never moved (S3, "Intelligent-Tiering").
    """
    return s3.LifecycleRule(
        id="tiers",
        object_size_greater_than=_MIN_TIERED_BYTES,
        transitions=[
            s3.Transition(
                storage_class=s3.StorageClass.INTELLIGENT_TIERING,
                transition_after=Duration.days(0),
            )
        ],
    )


class WorkQueue(Construct):
    """A queue, and where messages go that failed too often."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.dead = sqs.Queue(
            self,
            "Dead",
            enforce_ssl=True,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            retention_period=Duration.days(14),
        )
        self.queue = sqs.Queue(
            self,
            "Queue",
            enforce_ssl=True,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            retention_period=Duration.days(14),
            visibility_timeout=HIDDEN,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead, max_receive_count=MAX_ATTEMPTS),
        )

    def let_bucket_in(self, *, bucket_arn: str, account: str) -> Construct:
        """Let one bucket of this account, and nothing else of S3, send; return the policy."""
        self.queue.add_to_resource_policy(
            iam.PolicyStatement(
                sid="EventsOfThePictureBucket",
                principals=[iam.ServicePrincipal("s3.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[self.queue.queue_arn],
                conditions={
                    "ArnEquals": {"aws:SourceArn": bucket_arn},
                    "StringEquals": {"aws:SourceAccount": account},
                },
            )
        )
        policy = self.queue.node.try_find_child("Policy")
        if not isinstance(policy, Construct):
            raise TypeError("a queue with statements has a policy")
        return policy
