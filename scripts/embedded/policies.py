"""Who may do what in the embedded AWS: as little as on AWS itself."""

from __future__ import annotations

from typing import Any

Policy = dict[str, Any]

REGION = "us-east-1"
ACCOUNT = "000000000000"
BUCKET = "pinhole-pictures"
PICTURE_QUEUE = "pinhole-pictures"
DESCRIPTION_QUEUE = "pinhole-descriptions"
EXPORT_QUEUE = "pinhole-exports"
MAIL_QUEUE = "pinhole-mails"
MAIL_ADDRESS = "pinhole@localhost"
USER_ROLE = "pinhole-user"
API_USER = "pinhole-api"
WORKER_USER = "pinhole-worker"

USER_ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/{USER_ROLE}"
_BUCKET_ARN = f"arn:aws:s3:::{BUCKET}"
# A user's id as 32 hexadecimal digits; policies have no better pattern.
_PREVIEWS = ("preview.jpg", "preview.webp")
_ANY_USER_ID = "?" * 32


def queue_arn(name: str) -> str:
    """Return the ARN of a queue."""
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def _queue_arns() -> list[str]:
    queues = (PICTURE_QUEUE, DESCRIPTION_QUEUE, EXPORT_QUEUE, MAIL_QUEUE)
    return [queue_arn(name) for name in queues]


def user_role_trust() -> Policy:
    """Only the API may become a user, by the tag that says which; `from` says whose is copied."""
    return _policy(
        {
            **_allow("sts:AssumeRole", "sts:TagSession"),
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/{API_USER}"},
            "Condition": {
                "StringLike": {"aws:RequestTag/user": _ANY_USER_ID},
                "StringLikeIfExists": {"aws:RequestTag/from": _ANY_USER_ID},
                "ForAllValues:StringEquals": {"aws:TagKeys": ["user", "from"]},
            },
        }
    )


def user_role() -> Policy:
    """What a user's session may do with pictures.

    Wider than on AWS, where the resource holds `${aws:PrincipalTag/user}`: ministack denies every
    resource with that variable. The session policy that the API sends narrows it to one user.
    """
    return _policy(
        _allow("s3:GetObject", on=f"{_BUCKET_ARN}/users/{_ANY_USER_ID}/*"),
        _allow(
            "s3:PutObject",  # its parts too
            "s3:ListMultipartUploadParts",
            "s3:AbortMultipartUpload",
            on=f"{_BUCKET_ARN}/users/{_ANY_USER_ID}/*/original",
        ),
    )


def api() -> Policy:
    """The API reaches pictures only as a user, and puts messages into all queues."""
    return _policy(
        _allow("sts:AssumeRole", "sts:TagSession", on=USER_ROLE_ARN),
        _allow("sqs:SendMessage", on=_queue_arns()),
    )


def worker() -> Policy:
    """The worker reads originals and previews, writes derived pictures, deletes what is gone."""
    return _policy(
        _allow(
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:DeleteMessageBatch",  # ministack's own: on AWS the one above covers it
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
            on=_queue_arns(),
        ),
        _allow("sqs:SendMessage", "sqs:SendMessageBatch", on=_queue_arns()),
        _allow(
            "s3:GetObject",
            on=[f"{_BUCKET_ARN}/users/*/{part}" for part in ("original", *_PREVIEWS)],
        ),
        _allow(
            "s3:PutObject",
            on=[
                f"{_BUCKET_ARN}/users/*/{part}"
                for part in (
                    *("thumbnail.webp", "motion.mp4", *_PREVIEWS, "bare"),
                    *("exports/*", "deleted", "sidecar.json"),
                )
            ],
        ),
        _allow("s3:DeleteObject", on=f"{_BUCKET_ARN}/users/*"),
        # The worker here sweeps too. So it leaves tombstones, which on AWS the sweep alone may.
        _allow("s3:DeleteObjectVersion", on=f"{_BUCKET_ARN}/users/*/exports/*"),
        _allow("s3:AbortMultipartUpload", on=f"{_BUCKET_ARN}/users/*"),
        _allow(
            "s3:ListBucket",
            "s3:ListBucketVersions",
            "s3:ListBucketMultipartUploads",
            on=_BUCKET_ARN,
        ),
        _allow("ses:SendEmail", on="*"),  # ministack sends as identities that are verified only
    )


def queue_takes_events(name: str) -> Policy:
    """The bucket's events, and nobody else's, may be put into a queue by S3."""
    return _policy(
        {
            **_allow("sqs:SendMessage", on=queue_arn(name)),
            "Principal": {"Service": "s3.amazonaws.com"},
            "Condition": {
                "ArnEquals": {"aws:SourceArn": _BUCKET_ARN},
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
            },
        }
    )


def _policy(*statements: Policy) -> Policy:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(*actions: str, on: str | list[str] | None = None) -> Policy:
    statement: Policy = {"Effect": "Allow", "Action": list(actions)}
    return {**statement, "Resource": on} if on else statement
