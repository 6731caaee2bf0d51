"""Making what the product finds in the embedded AWS: bucket, queues, role and identities.

Every step can be repeated at every start: it makes what is missing and sets what differs.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from typing import Any

import boto3
from botocore.config import Config

from scripts.embedded import policies
from scripts.embedded.policies import API_USER, BUCKET, REGION, USER_ROLE, WORKER_USER

# A message that failed this often goes to its dead-letter queue. app/messages.py counts the same.
_MAX_ATTEMPTS = 5
# The worker hides what it has in hand itself, for as long as it says that it is still at it; this
# is for whoever else receives a message.
_HIDDEN_SECONDS = 30
_KEPT_SECONDS = 14 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The credentials of one identity."""

    access_key_id: str
    secret_access_key: str


@dataclass(frozen=True, kw_only=True)
class Provision:
    """What the API and the worker must be told."""

    picture_queue_url: str
    description_queue_url: str
    export_queue_url: str
    mail_queue_url: str
    api_keys: Keys
    worker_keys: Keys

    def keys_by_user(self) -> dict[str, dict[str, str]]:
        """Return the keys as they are kept for the next start."""
        return {API_USER: asdict(self.api_keys), WORKER_USER: asdict(self.worker_keys)}


class Provisioner:
    """Makes it all, as the embedded AWS's root."""

    def __init__(self, *, endpoint_url: str, root_key: str) -> None:
        """Connect to an embedded AWS that answers at `endpoint_url`."""
        session = boto3.Session(
            aws_access_key_id=root_key, aws_secret_access_key=root_key, region_name=REGION
        )
        config = Config(
            s3={"addressing_style": "path"},
            proxies={},
            retries={"total_max_attempts": 2, "mode": "standard"},
            connect_timeout=5,
            read_timeout=20,
        )

        def client(service: str) -> Any:  # noqa: ANN401 - boto3 makes its classes at run time
            return session.client(service, endpoint_url=endpoint_url, config=config)

        self._s3, self._sqs, self._iam = client("s3"), client("sqs"), client("iam")
        self._ses = client("ses")

    def provide(self, *, site_origin: str, known_keys: dict[str, Keys]) -> Provision:
        """Make everything; `known_keys` are those of an earlier start, by user name."""
        picture_queue_url = self._provide_queue(policies.PICTURE_QUEUE, takes_events=True)
        description_queue_url = self._provide_queue(policies.DESCRIPTION_QUEUE, takes_events=False)
        export_queue_url = self._provide_queue(policies.EXPORT_QUEUE, takes_events=False)
        mail_queue_url = self._provide_queue(policies.MAIL_QUEUE, takes_events=False)
        self._provide_bucket(site_origin)
        self._ses.verify_email_identity(EmailAddress=policies.MAIL_ADDRESS)
        api_keys = self._provide_user(API_USER, policies.api(), known_keys.get(API_USER))
        worker_keys = self._provide_user(
            WORKER_USER, policies.worker(), known_keys.get(WORKER_USER)
        )
        self._provide_role()
        return Provision(
            picture_queue_url=picture_queue_url,
            description_queue_url=description_queue_url,
            export_queue_url=export_queue_url,
            mail_queue_url=mail_queue_url,
            api_keys=api_keys,
            worker_keys=worker_keys,
        )

    def _provide_queue(self, name: str, *, takes_events: bool) -> str:
        dead = f"{name}-dead"
        self._make_queue(dead, {"MessageRetentionPeriod": str(_KEPT_SECONDS)})
        redrive = {
            "deadLetterTargetArn": policies.queue_arn(dead),
            "maxReceiveCount": _MAX_ATTEMPTS,
        }
        attributes = {
            "VisibilityTimeout": str(_HIDDEN_SECONDS),
            "MessageRetentionPeriod": str(_KEPT_SECONDS),
            "RedrivePolicy": json.dumps(redrive),
        }
        if takes_events:
            attributes["Policy"] = json.dumps(policies.queue_takes_events(name))
        return self._make_queue(name, attributes)

    def _make_queue(self, name: str, attributes: dict[str, str]) -> str:
        # Made bare: making a queue that exists with other attributes is an error.
        url: str = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        self._sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
        return url

    def _provide_bucket(self, site_origin: str) -> None:
        s3 = self._s3
        s3.create_bucket(Bucket=BUCKET)  # in us-east-1 safe to repeat
        s3.put_public_access_block(
            Bucket=BUCKET,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": True,
            },
        )
        s3.put_bucket_cors(
            Bucket=BUCKET,
            CORSConfiguration={
                "CORSRules": [
                    {
                        "AllowedOrigins": [site_origin],
                        "AllowedMethods": ["GET", "PUT"],
                        "AllowedHeaders": [
                            "content-type",
                            "x-amz-checksum-sha256",
                            "if-none-match",
                            "range",
                        ],
                        "ExposeHeaders": ["ETag", "x-amz-checksum-sha256"],
                        "MaxAgeSeconds": 3000,
                    }
                ]
            },
        )
        wanted = {
            "Id": "originals",
            "QueueArn": policies.queue_arn(policies.PICTURE_QUEUE),
            "Events": ["s3:ObjectCreated:*"],
            "Filter": {"Key": {"FilterRules": [{"Name": "Suffix", "Value": "/original"}]}},
        }
        present = s3.get_bucket_notification_configuration(Bucket=BUCKET)
        if present.get("QueueConfigurations") != [wanted]:  # each time it is set, S3 sends a test
            s3.put_bucket_notification_configuration(
                Bucket=BUCKET, NotificationConfiguration={"QueueConfigurations": [wanted]}
            )

    def _provide_user(self, name: str, policy: policies.Policy, known: Keys | None) -> Keys:
        iam = self._iam
        with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
            iam.create_user(UserName=name)
        iam.put_user_policy(
            UserName=name, PolicyName="least-privilege", PolicyDocument=json.dumps(policy)
        )
        listed = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
        present = [key["AccessKeyId"] for key in listed]
        if known and known.access_key_id in present:
            return known
        for access_key_id in present:
            iam.delete_access_key(UserName=name, AccessKeyId=access_key_id)
        made = iam.create_access_key(UserName=name)["AccessKey"]
        return Keys(access_key_id=made["AccessKeyId"], secret_access_key=made["SecretAccessKey"])

    def _provide_role(self) -> None:
        iam = self._iam
        trust = json.dumps(policies.user_role_trust())
        try:
            iam.create_role(RoleName=USER_ROLE, AssumeRolePolicyDocument=trust)
        except iam.exceptions.EntityAlreadyExistsException:
            iam.update_assume_role_policy(RoleName=USER_ROLE, PolicyDocument=trust)
        iam.put_role_policy(
            RoleName=USER_ROLE,
            PolicyName="pictures",
            PolicyDocument=json.dumps(policies.user_role()),
        )
