"""Who may say that a picture, or all that a person has, was deleted on purpose.

Each function's policy, as it is in the template, is tried against the embedded S3.
"""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from botocore.exceptions import ClientError

from app.clients.aws.image_store import SIDECAR, PictureStore
from scripts.embedded.policies import BUCKET
from tests.conftest import running_stack
from tests.embedded.raw_http import client
from tests.infrastructure.cfn_intrinsics import Resolver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.embedded.stack import EmbeddedStack
    from tests.infrastructure.conftest import Template

PERSON, IMAGE = uuid4().hex, uuid4().hex
OF_PERSON, OF_PICTURE = f"users/{PERSON}/deleted", f"users/{PERSON}/{IMAGE}/deleted"
MAY_WRITE: dict[str, set[str]] = {
    "Api": set(),
    "Worker": set(),
    "Doctor": {OF_PICTURE},
    "Sweep": {OF_PERSON, OF_PICTURE},
    "Migrate": set(),
}


@pytest.fixture(scope="module")
def stack() -> Iterator[EmbeddedStack]:
    with running_stack() as running:
        yield running


def as_function(stack: EmbeddedStack, template: Template, name: str) -> Any:
    """S3 with the rights on the bucket that a function has; they do not depend on its name."""
    root = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), stack.aws.root_key)
    policy = template.only("AWS::IAM::Policy", named=f"Grants{name}Policy")["Properties"]
    resolve = Resolver(template.body)
    (bucket,) = (
        each for each in template.of_type("AWS::S3::Bucket") if each.startswith("PicturesBucket")
    )
    document = json.dumps(resolve(policy["PolicyDocument"]))
    document = document.replace(resolve.arn(bucket), f"arn:aws:s3:::{BUCKET}")
    user = f"{name}-{uuid4().hex}"
    with closing(client(stack, "iam", keys=root)) as iam:
        iam.create_user(UserName=user)
        iam.put_user_policy(UserName=user, PolicyName="deployed", PolicyDocument=document)
        made = iam.create_access_key(UserName=user)["AccessKey"]
    keys = {
        "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
    }
    return client(stack, "s3", keys=keys)


def writes(s3: Any, key: str) -> bool:
    try:
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"")
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403  # noqa: PT017
        return False
    return True


@pytest.mark.parametrize("function", MAY_WRITE)
def test_tombstones_are_written_by_who_deletes_for_people(
    stack: EmbeddedStack, small: Template, function: str
) -> None:
    s3 = as_function(stack, small, function)
    assert {key for key in (OF_PERSON, OF_PICTURE) if writes(s3, key)} == MAY_WRITE[function]
    # It is in force: the worker writes what it derives.
    derived = f"users/{PERSON}/{IMAGE}/thumbnail.webp"
    assert writes(s3, derived) == (function == "Worker")


@pytest.mark.parametrize("function", MAY_WRITE)
def test_sidecars_are_written_by_the_sweep_alone(
    stack: EmbeddedStack, small: Template, function: str
) -> None:
    """What opens untrusted files says nothing of anybody's pictures."""
    s3 = as_function(stack, small, function)
    key = f"users/{PERSON}/{IMAGE}/{SIDECAR}"
    assert writes(s3, key) == (function == "Sweep")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.get_object(Bucket=BUCKET, Key=key)


def test_the_worker_removes_all_the_same(stack: EmbeddedStack, small: Template) -> None:
    s3 = as_function(stack, small, "Worker")
    key = f"users/{PERSON}/{IMAGE}/preview.webp"
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"RIFF")
    store = PictureStore(s3=s3, bucket_name=BUCKET)
    assert store.discard_upload(UUID(PERSON), UUID(IMAGE)).size > 0
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET, Prefix=key)
