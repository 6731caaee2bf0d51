"""A session that copies reads and writes the keys that it names, and no others (THREATS 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from app.clients.aws.boto import AwsUnavailableError
from app.clients.aws.copies import Copier, Copy
from app.clients.aws.image_store import key_of
from app.clients.aws.presigned_urls import UserAccess, bucket_at
from scripts.embedded.policies import BUCKET, REGION, USER_ROLE_ARN
from tests.embedded.raw_http import as_user, client

if TYPE_CHECKING:
    from typing import Any

    from scripts.embedded.stack import EmbeddedStack

ADA, BOB, CARL = uuid4(), uuid4(), uuid4()


def access(stack: EmbeddedStack) -> UserAccess:
    return UserAccess(
        sts=client(stack, "sts", keys=stack.environment("api")),
        role_arn=USER_ROLE_ARN,
        bucket_name=BUCKET,
        bucket=bucket_at(name=BUCKET, region=REGION, endpoint_url=stack.aws_endpoint_url),
    )


def of(stack: EmbeddedStack, person: UUID) -> Any:
    return client(stack, "s3", keys=as_user(stack, person.hex))


def put(stack: EmbeddedStack, person: UUID, image: UUID, content: bytes) -> None:
    of(stack, person).put_object(
        Bucket=BUCKET, Key=key_of(person, image, "original"), Body=content, IfNoneMatch="*"
    )


def copied(image: UUID, to: UUID) -> Copy:
    return Copy(image_id=image, part="original", etag="", to_image_id=to, content_type="image/jpeg")


def test_a_copy_is_made_once(stack: EmbeddedStack) -> None:
    source, target = uuid4(), uuid4()
    put(stack, ADA, source, b"a picture")
    copy = copied(source, target)
    copier = Copier(access(stack), ADA, BOB, [copy])
    assert copier.copy(copy)
    found = of(stack, BOB).get_object(Bucket=BUCKET, Key=key_of(BOB, target, "original"))
    assert (found["Body"].read(), found["ContentType"]) == (b"a picture", "image/jpeg")
    assert not copier.copy(copy)


def test_other_bytes_than_were_read_are_not_copied(stack: EmbeddedStack) -> None:
    source, target = uuid4(), uuid4()
    put(stack, ADA, source, b"a picture")
    copy = Copy(
        image_id=source,
        part="original",
        etag='"0123456789abcdef0123456789abcdef"',
        to_image_id=target,
        content_type="image/jpeg",
    )
    assert not Copier(access(stack), ADA, BOB, [copy]).copy(copy)


@pytest.mark.parametrize(
    "case", ["another source", "another target", "a third's", "a third's prefix"]
)
def test_nothing_else_is_copied(stack: EmbeddedStack, case: str) -> None:
    named, other, target = uuid4(), uuid4(), uuid4()
    for person in (ADA, CARL):
        for image in (named, other):
            put(stack, person, image, b"a picture")
    copier = Copier(access(stack), ADA, BOB, [copied(named, target)])
    tried = copied(named, target)
    if case == "another source":
        tried = copied(other, target)
    elif case == "another target":
        tried = copied(named, uuid4())
    elif case == "a third's":
        copier._owner_id = CARL  # noqa: SLF001 - as a fault of ours would
    else:
        copier._user_id = CARL  # noqa: SLF001
        tried = copied(named, uuid4())
    with pytest.raises(AwsUnavailableError, match="403"):
        copier.copy(tried)
