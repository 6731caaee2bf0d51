"""Who may do what: every right in the stack is given here, and nowhere else.

tests/infrastructure/test_grants.py holds these lists against the calls that the code makes.
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infrastructure.compute import Compute, Secrets, Worker
from infrastructure.database import Database
from infrastructure.pictures import Pictures, WorkQueue
from infrastructure.user_access import UserAccess

# The longest that a signed address lives, app/clients/aws/presigned_urls.py's READ_SECONDS, in
# milliseconds.
OLDEST_SIGNATURE_MS = 1_200_000
_ONE_PERSON = "users/${aws:PrincipalTag/user}"
_COPIED_FROM = "users/${aws:PrincipalTag/from}"


class Grants(Construct):
    """One policy a function, one for the user role, and what the picture bucket refuses to all."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        compute: Compute,
        pictures: Pictures,
        database: Database,
        secrets: Secrets,
        users: UserAccess,
        mail_address: str | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._pictures = pictures
        reads = [secrets.keys.secret_arn, database.runtime_secret.secret_arn]
        self._give(
            "Api",
            compute.api,
            _allow("secretsmanager:GetSecretValue", on=[*reads, secrets.door.secret_arn]),
            _allow("sts:AssumeRole", "sts:TagSession", on=[users.role.role_arn]),
            _send(*pictures.queues),
        )
        self._give(
            "Worker",
            compute.worker,
            _allow("secretsmanager:GetSecretValue", on=reads),
            _consume(*pictures.queues),
            _send(pictures.queue, pictures.description_queue, pictures.export_queue),
            *self._render(),
            *self._write_to_people(mail_address),
        )
        self._give(
            "Sweep",
            compute.sweep,
            _allow("secretsmanager:GetSecretValue", on=reads),
            _send(*pictures.queues),
            # Whether descriptions that wait have messages still.
            _allow("sqs:GetQueueAttributes", on=[pictures.description_queue.queue.queue_arn]),
            _allow("s3:GetObject", on=[self._objects("users/*/original")]),
            *self._delete(),
            # See [Note: Who deletes versions] in app/clients/aws/image_store.py.
            _allow("s3:PutObject", on=[self._objects("users/*/deleted")]),  # a picture's too
            # The worker opens untrusted files: what is said of pictures is not for it to write.
            _allow("s3:PutObject", on=[self._objects("users/*/sidecar.json")]),
            _allow("s3:DeleteObjectVersion", on=[self._objects("users/*/exports/*")]),
        )
        self._give(
            "Migrate",
            compute.migrate,
            _allow("secretsmanager:GetSecretValue", on=[*reads, database.secret.secret_arn]),
            # It makes the setup code, once: what generates the secret makes one value only.
            _allow("secretsmanager:PutSecretValue", on=[secrets.keys.secret_arn]),
            *self._snapshot(database),
        )
        self._give(
            "Doctor",
            compute.doctor,
            _allow("secretsmanager:GetSecretValue", on=reads),
            _send(pictures.queue),
            # Earlier versions too, which it writes again where none is seen.
            _allow(
                "s3:GetObject",
                "s3:GetObjectVersion",
                "s3:PutObject",
                on=[self._objects("users/*/original")],
            ),
            *self._delete(),
            # A picture's tombstone and no whole person's: "*" passes slashes, so two are asked for.
            _allow("s3:PutObject", on=[self._objects("users/*/*/deleted")]),
        )
        self._act_for_one_person(users)
        self._replicate()
        self._refuse_to_all()

    def _give(self, name: str, worker: Worker, *statements: iam.PolicyStatement) -> None:
        policy = iam.Policy(
            self,
            f"{name}Policy",
            roles=[worker.role],
            statements=[*_run(worker), *statements],
        )
        worker.function.node.add_dependency(policy)

    def _render(self) -> list[iam.PolicyStatement]:
        """Read originals and previews, write what is derived and copies, delete what is gone."""
        return [
            _allow(
                "s3:GetObject",
                on=[self._objects("users/*/original"), *self._previews()],
            ),
            _allow(
                "s3:PutObject",
                on=[
                    self._objects("users/*/thumbnail.webp"),
                    self._objects("users/*/motion.mp4"),
                    self._objects("users/*/bare"),
                    *self._previews(),
                    self._objects("users/*/exports/*"),
                ],
            ),
            *self._delete(),
        ]

    def _previews(self) -> list[str]:
        return [self._objects("users/*/preview.jpg"), self._objects("users/*/preview.webp")]

    def _delete(self) -> list[iam.PolicyStatement]:
        return [
            _allow("s3:DeleteObject", "s3:AbortMultipartUpload", on=[self._objects("users/*")]),
            _allow(
                # Without ListBucket, S3 says "forbidden" of what is not there.
                "s3:ListBucket",
                "s3:ListBucketVersions",
                "s3:ListBucketMultipartUploads",
                on=[self._pictures.bucket.bucket_arn],
            ),
        ]

    def _write_to_people(self, sender: str | None) -> list[iam.PolicyStatement]:
        """Send mail as one address.

        Bound to the sender by a condition and not by its identity's ARN: the identity may be the
        address or its whole domain, and in SES's sandbox the recipients' identities are asked
        about too.
        """
        if sender is None:
            return []
        identities = Stack.of(self).format_arn(
            service="ses", resource="identity", resource_name="*"
        )
        statement = _allow("ses:SendEmail", on=[identities])
        statement.add_condition("StringEquals", {"ses:FromAddress": sender})
        return [statement]

    def _snapshot(self, database: Database) -> list[iam.PolicyStatement]:
        stack = Stack.of(self)
        snapshots = stack.format_arn(
            service="rds",
            resource="snapshot",
            resource_name="pinhole-before-*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        return [
            _allow(
                "rds:CreateDBSnapshot",
                "rds:DescribeDBSnapshots",
                on=[database.instance.instance_arn, snapshots],
            ),
            # The instance's tags are copied to it.
            _allow("rds:AddTagsToResource", on=[snapshots]),
        ]

    def _act_for_one_person(self, users: UserAccess) -> None:
        iam.Policy(
            self,
            "UserPolicy",
            roles=[users.role],
            statements=[
                _allow("s3:GetObject", on=[self._objects(f"{_ONE_PERSON}/*")], sid="ReadOwn"),
                _allow(
                    "s3:PutObject",  # its parts too
                    "s3:ListMultipartUploadParts",
                    "s3:AbortMultipartUpload",
                    on=[self._objects(f"{_ONE_PERSON}/*/original")],
                    sid="WriteOwnOriginals",
                ),
                # See [Note: Two people in one session] in app/clients/aws/copies.py. Whoever has
                # no such tag is allowed nothing by this.
                _allow(
                    "s3:GetObject",
                    on=[
                        self._objects(f"{_COPIED_FROM}/*/{part}")
                        for part in ("original", "preview.jpg", "preview.webp")
                    ],
                    sid="CopyFromAnother",
                ),
            ],
        )

    def _replicate(self) -> None:
        """What S3 does itself, as a role of its own: read every version, write to the second copy.

        The actions are those of S3's "Setting up permissions for live replication".
        """
        role, replica = self._pictures.replication_role, self._pictures.replica_arn
        if role is None or replica is None:
            return
        iam.Policy(
            self,
            "ReplicationPolicy",
            roles=[role],
            statements=[
                _allow(
                    "s3:GetReplicationConfiguration",
                    "s3:ListBucket",
                    on=[self._pictures.bucket.bucket_arn],
                ),
                _allow(
                    "s3:GetObjectVersionForReplication",
                    "s3:GetObjectVersionAcl",
                    "s3:GetObjectVersionTagging",
                    on=[self._objects("users/*")],
                ),
                _allow(
                    "s3:ReplicateObject",
                    "s3:ReplicateDelete",
                    "s3:ReplicateTags",
                    on=[f"{replica}/users/*"],
                ),
            ],
        )

    def _refuse_to_all(self) -> None:
        bucket = self._pictures.bucket
        bucket.add_to_resource_policy(
            _deny(
                "OldSignatures",
                "s3:*",
                on=[bucket.bucket_arn, self._objects("*")],
                conditions={"NumericGreaterThan": {"s3:signatureAge": str(OLDEST_SIGNATURE_MS)}},
            )
        )
        bucket.add_to_resource_policy(
            _deny(
                "OriginalsAreWrittenOnce",
                "s3:PutObject",
                on=[self._objects("users/*/original")],
                conditions={
                    "Null": {"s3:if-none-match": "true"},
                    # Opening an upload in parts and sending a part make no object, and cannot
                    # carry the header; putting the parts together does, and must.
                    "BoolIfExists": {"s3:ObjectCreationOperation": "true"},
                },
            )
        )
        # Not even an administrator of the account, unless they change this first. Lifecycle rules
        # are not bound by it (S3, "Managing the lifecycle of objects").
        bucket.add_to_resource_policy(
            _deny(
                "VersionsOfOriginalsGoByLifecycle",
                "s3:DeleteObjectVersion",
                on=[self._objects("users/*/original")],
                conditions={},
            )
        )

    def _objects(self, pattern: str) -> str:
        bucket: s3.IBucket = self._pictures.bucket
        return bucket.arn_for_objects(pattern)


def _run(worker: Worker) -> Sequence[iam.PolicyStatement]:
    """What every function needs to run: its log, its traces, its place in the network."""
    return [
        # CloudFormation's ARN of a log group ends in ":*": its streams.
        _allow("logs:CreateLogStream", "logs:PutLogEvents", on=[worker.log_group.log_group_arn]),
        _allow("xray:PutTraceSegments", "xray:PutTelemetryRecords", on=["*"]),
        _allow(
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
            on=["*"],
        ),
    ]


def _send(*queues: WorkQueue) -> iam.PolicyStatement:
    return _allow("sqs:SendMessage", on=[queue.queue.queue_arn for queue in queues])


def _consume(*queues: WorkQueue) -> iam.PolicyStatement:
    return _allow(
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ChangeMessageVisibility",
        on=[queue.queue.queue_arn for queue in queues],
    )


def _allow(*actions: str, on: list[str], sid: str | None = None) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid=sid, actions=list(actions), resources=on)


def _deny(
    sid: str, *actions: str, on: list[str], conditions: dict[str, object]
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=list(actions),
        resources=on,
        conditions=conditions,
    )
