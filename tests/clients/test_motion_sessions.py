"""Visitors who look at one picture again and again have one session made of it, not one each."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from app.clients.aws.presigned_urls import SESSIONS_OF_PARTS_KEPT, UserAccess, bucket_at

SHARE, OWNER, IMAGE, PART = uuid4(), uuid4(), uuid4(), uuid4()


class Sts:
    """Counts the sessions that it makes."""

    def __init__(self) -> None:
        self.policies: list[str] = []

    def assume_role(self, **asked: Any) -> dict[str, Any]:
        self.policies.append(asked["Policy"])
        given = {"AccessKeyId": f"ASIA{len(self.policies)}", "SecretAccessKey": "s"}
        ends = datetime.now(UTC) + timedelta(seconds=asked["DurationSeconds"])
        return {"Credentials": {**given, "SessionToken": "t", "Expiration": ends}}


def access_to(sts: Sts) -> UserAccess:
    bucket = bucket_at(name="pictures", region="eu-central-1", endpoint_url="http://localhost")
    return UserAccess(
        sts=SimpleNamespace(assume_role=sts.assume_role),
        role_arn="role",
        bucket_name="pictures",
        bucket=bucket,
    )


def play(access: UserAccess, part: UUID = PART, *, share: UUID = SHARE, may: bool = True) -> Any:
    return access.visitor_motion(
        share, OWNER, IMAGE, until=None, moving_part_id=part, may_begin=lambda: may
    )


def test_fifty_looks_at_one_live_photo_make_one_session() -> None:
    sts = Sts()
    access = access_to(sts)
    for _ in range(50):
        assert PART.hex in play(access)
    assert len(sts.policies) == 1
    # Which is for that part and that link alone.
    play(access, uuid4())
    play(access, share=uuid4())
    assert len(sts.policies) == 3
    assert [PART.hex in policy for policy in sts.policies] == [True, False, True]


def test_no_session_is_made_where_too_many_were() -> None:
    sts = Sts()
    access = access_to(sts)
    assert play(access, may=False) is None
    assert sts.policies == []
    play(access)
    assert play(access, may=False) is not None  # it is there already


def test_many_parts_push_out_no_session_of_a_person() -> None:
    sts = Sts()
    access = access_to(sts)
    access.credentials(OWNER)
    for _ in range(SESSIONS_OF_PARTS_KEPT + 1):
        play(access, uuid4())
    before = len(sts.policies)
    access.credentials(OWNER)
    assert len(sts.policies) == before
