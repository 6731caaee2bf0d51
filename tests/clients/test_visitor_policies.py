"""The session policies of share links name no more than visitors see (THREATS 8, 43)."""

import json
from typing import Any
from uuid import uuid4

from app.clients.aws.presigned_urls import (
    MAX_VISITOR_ORIGINALS,
    VISITOR_SECONDS,
    visitor_original_policy,
    visitor_policy,
)

OWNER, IMAGE = uuid4(), uuid4()
PREFIX = f"arn:aws:s3:::pictures/users/{OWNER.hex}/"


def test_a_links_session_reads_what_is_derived_and_no_original() -> None:
    allow, deny = statements(visitor_policy("pictures", OWNER))
    assert allow == {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": [
            f"{PREFIX}*/{part}" for part in ("thumbnail.webp", "preview.webp", "preview.jpg")
        ],
    }
    assert_old_signatures_are_refused(deny)


def test_a_session_for_an_original_reads_one_key() -> None:
    allow, deny = statements(visitor_original_policy("pictures", OWNER, IMAGE))
    assert (allow["Action"], allow["Resource"]) == (
        "s3:GetObject",
        [f"{PREFIX}{IMAGE.hex}/original"],
    )
    assert_old_signatures_are_refused(deny)


def test_policies_are_as_short_as_sts_wants_them() -> None:
    longest = "b" * 63  # of a bucket's name
    most = [uuid4() for _ in range(MAX_VISITOR_ORIGINALS)]
    for policy in (visitor_policy(longest, OWNER), visitor_original_policy(longest, OWNER, *most)):
        assert len(json.dumps(policy, separators=(",", ":"))) <= 2048


def statements(policy: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = policy["Statement"]
    return found


def assert_old_signatures_are_refused(statement: dict[str, object]) -> None:
    age = {"NumericGreaterThan": {"s3:signatureAge": str(VISITOR_SECONDS * 1000)}}
    assert statement == {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": age}
