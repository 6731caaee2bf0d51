"""Inline policies of the sessions that sign addresses: what each may do, and nothing else."""

import json
from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from app.clients.aws.boto import PolicyTooLargeError
from app.clients.aws.image_store import MOTION, PREVIEWS, Part, key_of, prefix_of_user

Item = TypeVar("Item")
Session = TypeVar("Session")

# [Note: Addresses of visitors] What a share link shows is dead within a minute of its end: so its
# addresses live no longer, and pages ask for others. Session policies say it, too. They name kinds
# of objects and not keys: of keys one holds a dozen, and a page shows hundreds of images. An
# original that visitors may save is a key by itself. docs/decisions/0104-share-links.md.
VISITOR_SECONDS = 60
# Of keys of originals, a session policy of 2,048 characters holds so many, whatever the bucket's
# name: 10 x 161 (a bucket of 63 letters) and 250 around them.
MAX_VISITOR_ORIGINALS = 10


def session_policy(bucket_name: str, user_id: UUID) -> dict[str, object]:
    """The inline policy of one person's session: read all of theirs, write originals only.

    The right to write one covers its parts; to look at them and to drop them takes two more.
    """
    mine = f"arn:aws:s3:::{bucket_name}/{prefix_of_user(user_id)}"
    writes = ["s3:PutObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{mine}*"},
            {"Effect": "Allow", "Action": writes, "Resource": f"{mine}*/original"},
        ],
    }


def visitor_policy(bucket_name: str, owner_id: UUID) -> dict[str, object]:
    """The inline policy of a share link's session: read what is derived, of one owner."""
    theirs = f"arn:aws:s3:::{bucket_name}/{prefix_of_user(owner_id)}*/"
    return _read_briefly(*(f"{theirs}{part}" for part in ("thumbnail.webp", *PREVIEWS.values())))


def visitor_original_policy(
    bucket_name: str, owner_id: UUID, *image_ids: UUID, part: Part = "original"
) -> dict[str, object]:
    """The inline policy of a session that reads these originals and nothing else."""
    return _read_briefly(
        *(f"arn:aws:s3:::{bucket_name}/{key_of(owner_id, each, part)}" for each in image_ids)
    )


def guest_policy(bucket_name: str, owner_id: UUID, *image_ids: UUID) -> dict[str, object]:
    """The inline policy of a session by which guests write these originals and nothing else."""
    keys = (key_of(owner_id, each, "original") for each in image_ids)
    return _briefly("s3:PutObject", *(f"arn:aws:s3:::{bucket_name}/{key}" for key in keys))


def visitor_motion_policy(bucket_name: str, owner_id: UUID) -> dict[str, object]:
    """The inline policy of a share link's session: read moving parts, of one owner."""
    return _read_briefly(f"arn:aws:s3:::{bucket_name}/{prefix_of_user(owner_id)}*/{MOTION}")


def copying_policy(
    bucket_name: str, *, sources: Sequence[str], targets: Sequence[str]
) -> dict[str, object]:
    """The inline policy of a session that copies these keys to those and does nothing else."""

    def allow(action: str, keys: Sequence[str]) -> dict[str, object]:
        on = [f"arn:aws:s3:::{bucket_name}/{key}" for key in keys]
        return {"Effect": "Allow", "Action": action, "Resource": on}

    return {
        "Version": "2012-10-17",
        "Statement": [allow("s3:GetObject", sources), allow("s3:PutObject", targets)],
    }


def _read_briefly(*resources: str) -> dict[str, object]:
    return _briefly("s3:GetObject", *resources)


def _briefly(action: str, *resources: str) -> dict[str, object]:
    too_old = {"NumericGreaterThan": {"s3:signatureAge": str(VISITOR_SECONDS * 1000)}}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": action, "Resource": list(resources)},
            {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": too_old},
        ],
    }


# [Note: How many keys fit] Beside the 2,048 characters, STS limits what a policy and its tags
# come to once it has compressed them, by a way that it does not tell. Ids hardly compress, so a
# policy of many keys may be refused though it is short enough. Then half as many are asked for,
# down to one.
def as_many_as_fit(
    items: Sequence[Item], ask: Callable[[Sequence[Item]], Session]
) -> tuple[int, Session]:
    """Ask for a session for all of them, or for as many of the first as STS takes.

    Returns:
        How many it is for, and what `ask` returned.

    Raises:
        AwsUnavailableError: as `ask` does; PolicyTooLargeError where even one is too much.
    """
    count = len(items)
    while True:
        try:
            return count, ask(items[:count])
        except PolicyTooLargeError:
            if count <= 1:
                raise
            count //= 2


def written(policy: dict[str, object]) -> str:
    """A policy as STS is given it."""
    return json.dumps(policy, separators=(",", ":"))
