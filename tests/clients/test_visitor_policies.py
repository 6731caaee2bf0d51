"""The session policies of share links name no more than visitors see (THREATS 8, 43)."""

import json
from fnmatch import fnmatchcase
from typing import Any
from uuid import uuid4

from app.clients.aws.copies import MAX_COPIED
from app.clients.aws.image_store import SIDECAR, key_of
from app.clients.aws.session_policies import (
    MAX_VISITOR_ORIGINALS,
    VISITOR_SECONDS,
    copying_policy,
    guest_policy,
    visitor_motion_policy,
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


def test_a_session_for_moving_parts_reads_those_alone() -> None:
    allow, deny = statements(visitor_motion_policy("pictures", OWNER))
    assert (allow["Action"], allow["Resource"]) == ("s3:GetObject", [f"{PREFIX}*/motion.mp4"])
    assert_old_signatures_are_refused(deny)


def test_no_session_of_others_reaches_sidecars() -> None:
    """They say where a picture was taken, and all that its person wrote of it (row 8)."""
    key = f"arn:aws:s3:::pictures/{key_of(OWNER, IMAGE, SIDECAR)}"
    copied = [key_of(OWNER, IMAGE, "original")]
    for policy in (
        visitor_policy("pictures", OWNER),
        visitor_motion_policy("pictures", OWNER),
        visitor_original_policy("pictures", OWNER, IMAGE),
        visitor_original_policy("pictures", OWNER, IMAGE, part="bare"),
        guest_policy("pictures", OWNER, IMAGE),
        copying_policy("pictures", sources=copied, targets=copied),
    ):
        allowed = [each["Resource"] for each in statements(policy) if each["Effect"] == "Allow"]
        patterns = [one for each in allowed for one in ([each] if isinstance(each, str) else each)]
        assert patterns
        assert not any(fnmatchcase(key, pattern) for pattern in patterns)


def test_policies_are_as_short_as_sts_wants_them() -> None:
    longest = "b" * 63  # of a bucket's name
    most = [uuid4() for _ in range(MAX_VISITOR_ORIGINALS)]
    for policy in (visitor_policy(longest, OWNER), visitor_original_policy(longest, OWNER, *most)):
        assert len(json.dumps(policy, separators=(",", ":"))) <= 2048


def test_a_session_that_copies_names_its_keys_and_as_many_as_sts_takes() -> None:
    longest = "b" * 63
    sources = [key_of(OWNER, uuid4(), "preview.webp") for _ in range(MAX_COPIED)]
    targets = [key_of(uuid4(), uuid4(), "original") for _ in range(MAX_COPIED)]
    policy = copying_policy(longest, sources=sources, targets=targets)
    assert len(json.dumps(policy, separators=(",", ":"))) <= 2048
    read, write = statements(policy)
    assert (read["Action"], write["Action"]) == ("s3:GetObject", "s3:PutObject")
    assert read["Resource"] == [f"arn:aws:s3:::{longest}/{key}" for key in sources]
    assert write["Resource"] == [f"arn:aws:s3:::{longest}/{key}" for key in targets]


def statements(policy: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = policy["Statement"]
    return found


def assert_old_signatures_are_refused(statement: dict[str, object]) -> None:
    age = {"NumericGreaterThan": {"s3:signatureAge": str(VISITOR_SECONDS * 1000)}}
    assert statement == {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": age}
