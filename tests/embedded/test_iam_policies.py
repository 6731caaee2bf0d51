"""Least privilege, as the embedded AWS enforces it: each identity can do its work and no more."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from app.messages import MAX_ATTEMPTS
from scripts.embedded.policies import BUCKET, MAIL_ADDRESS, USER_ROLE_ARN
from tests.embedded.raw_http import as_user, client

if TYPE_CHECKING:
    from collections.abc import Callable

    from scripts.embedded.stack import EmbeddedStack

USER = uuid.uuid4().hex


@pytest.fixture
def api(stack: EmbeddedStack) -> Callable[[str], Any]:
    return lambda service: client(stack, service, keys=stack.environment("api"))


@pytest.fixture
def worker(stack: EmbeddedStack) -> Callable[[str], Any]:
    return lambda service: client(stack, service, keys=stack.environment("worker"))


def refused(call: Callable[..., Any], /, **arguments: object) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        status: int = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return status == 403
    return False


def test_settings_differ_by_part(stack: EmbeddedStack) -> None:
    keys = {
        stack.environment(part).get("AWS_ACCESS_KEY_ID") for part in ("api", "worker", "migrate")
    }
    assert len(keys) == 3
    assert None in keys  # migrations reach the database only


def test_the_api_reaches_no_picture_by_itself(api: Callable[[str], Any]) -> None:
    s3 = api("s3")
    key = f"users/{USER}/{uuid.uuid4().hex}/original"
    assert refused(s3.get_object, Bucket=BUCKET, Key=key)
    assert refused(s3.put_object, Bucket=BUCKET, Key=key, Body=b"")
    assert refused(s3.delete_object, Bucket=BUCKET, Key=key)
    for part in ("sidecar.json", "original"):
        assert refused(s3.put_object, Bucket=BUCKET, Key=f"users/{USER}/{USER}/{part}", Body=b"")
    assert refused(s3.list_objects_v2, Bucket=BUCKET)


def test_the_api_sends_and_does_not_receive(
    stack: EmbeddedStack, api: Callable[[str], Any], worker: Callable[[str], Any]
) -> None:
    sqs = api("sqs")
    for name in ("PICTURE_QUEUE_URL", "DESCRIPTION_QUEUE_URL"):
        url = stack.environment("api")[name]
        _hide_all(worker("sqs"), url)
        sent = sqs.send_message(QueueUrl=url, MessageBody="{}")["MessageId"]
        assert refused(sqs.receive_message, QueueUrl=url)
        assert refused(sqs.purge_queue, QueueUrl=url)
        assert refused(sqs.delete_queue, QueueUrl=url)
        _take(worker("sqs"), url, sent)
    assert refused(api("iam").list_users)


def test_the_worker_does_its_work_and_no_more(worker: Callable[[str], Any]) -> None:
    s3 = worker("s3")
    folder = f"users/{USER}/{uuid.uuid4().hex}"
    for part in ("thumbnail.webp", "preview.webp"):
        s3.put_object(Bucket=BUCKET, Key=f"{folder}/{part}", Body=b"webp")
    assert s3.get_object(Bucket=BUCKET, Key=f"{folder}/preview.webp")["Body"].read() == b"webp"
    assert refused(s3.put_object, Bucket=BUCKET, Key=f"{folder}/original", Body=b"")
    assert refused(s3.put_object, Bucket=BUCKET, Key="elsewhere/thumbnail.webp", Body=b"")
    assert refused(s3.delete_object, Bucket=BUCKET, Key="elsewhere/thumbnail.webp")
    assert refused(s3.put_bucket_policy, Bucket=BUCKET, Policy="{}")
    s3.delete_object(Bucket=BUCKET, Key=f"{folder}/thumbnail.webp")
    s3.delete_object(Bucket=BUCKET, Key=f"{folder}/preview.webp")
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET, Prefix=folder)
    assert refused(worker("sts").assume_role, RoleArn=USER_ROLE_ARN, RoleSessionName="attack")


def test_no_part_of_the_product_deletes_a_version_of_a_picture(
    stack: EmbeddedStack, api: Callable[[str], Any], worker: Callable[[str], Any]
) -> None:
    root = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), stack.aws.root_key)
    owner = client(stack, "s3", keys=root)
    folder = f"users/{USER}/{uuid.uuid4().hex}"
    for part in ("original", "preview.webp", "deleted"):
        key = f"{folder}/{part}"
        owner.put_object(Bucket=BUCKET, Key=key, Body=b"precious")
        for s3 in (api("s3"), worker("s3")):
            assert refused(s3.delete_object, Bucket=BUCKET, Key=key, VersionId="null")
            many = {"Objects": [{"Key": f"{key}-2"}, {"Key": key, "VersionId": "null"}]}
            try:
                assert s3.delete_objects(Bucket=BUCKET, Delete=many)["Errors"]
            except ClientError as error:
                assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403  # noqa: PT017
        assert owner.get_object(Bucket=BUCKET, Key=key)["Body"].read() == b"precious"
    # Copies of everything are deleted for good by the sweep, which the worker is here.
    copy = f"users/{USER}/exports/{uuid.uuid4().hex}/1-0a.zip"
    owner.put_object(Bucket=BUCKET, Key=copy, Body=b"zip")
    worker("s3").delete_object(Bucket=BUCKET, Key=copy, VersionId="null")
    assert refused(api("s3").delete_object, Bucket=BUCKET, Key=copy, VersionId="null")


def test_a_person_writes_no_sidecar(stack: EmbeddedStack, worker: Callable[[str], Any]) -> None:
    key = f"users/{USER}/{uuid.uuid4().hex}/sidecar.json"
    worker("s3").put_object(Bucket=BUCKET, Key=key, Body=b"{}")
    mine = client(stack, "s3", keys=as_user(stack, USER))
    other = client(stack, "s3", keys=as_user(stack, uuid.uuid4().hex))
    assert refused(mine.put_object, Bucket=BUCKET, Key=key, Body=b"")
    assert refused(mine.delete_object, Bucket=BUCKET, Key=key)
    assert refused(other.get_object, Bucket=BUCKET, Key=key)
    assert mine.get_object(Bucket=BUCKET, Key=key)["Body"].read() == b"{}"


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param([], id="no tag"),
        pytest.param([{"Key": "user", "Value": "*"}], id="a pattern"),
        pytest.param([{"Key": "user", "Value": "short"}], id="no user id"),
        pytest.param([{"Key": "other", "Value": USER}], id="another tag"),
        pytest.param(
            [{"Key": "user", "Value": USER}, {"Key": "admin", "Value": "yes"}], id="one more tag"
        ),
    ],
)
def test_a_user_is_assumed_with_one_tag_only(
    api: Callable[[str], Any], tags: list[dict[str, str]]
) -> None:
    sts = api("sts")
    arguments = {"RoleArn": USER_ROLE_ARN, "RoleSessionName": "attack"}
    assert refused(sts.assume_role, **arguments, Tags=tags)
    assert not refused(sts.assume_role, **arguments, Tags=[{"Key": "user", "Value": USER}])


@pytest.mark.parametrize("name", ["PICTURE_QUEUE_URL", "DESCRIPTION_QUEUE_URL"])
def test_a_message_that_keeps_failing_goes_to_the_dead_letter_queue(
    stack: EmbeddedStack, api: Callable[[str], Any], worker: Callable[[str], Any], name: str
) -> None:
    url = stack.environment("worker")[name]
    _hide_all(worker("sqs"), url)
    sent = api("sqs").send_message(QueueUrl=url, MessageBody="poison")["MessageId"]
    seen = 0
    for _ in range(MAX_ATTEMPTS + 1):
        answer = worker("sqs").receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        seen += sum(message["MessageId"] == sent for message in answer.get("Messages", []))
    assert seen == MAX_ATTEMPTS
    assert refused(worker("sqs").receive_message, QueueUrl=f"{url}-dead")
    root = {"AWS_ACCESS_KEY_ID": stack.aws.root_key, "AWS_SECRET_ACCESS_KEY": "never checked"}
    _take(client(stack, "sqs", keys=root), f"{url}-dead", sent)


def _hide_all(sqs: Any, url: str) -> None:
    """Receive what other tests have left, so that a message sent next is the only one to see."""
    while sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        pass


def _take(sqs: Any, url: str, message_id: str) -> None:
    """Receive and delete the only visible message, which must be this one."""
    (message,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert message["MessageId"] == message_id
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def test_the_worker_alone_sends_mail_and_as_one_address(
    api: Callable[[str], Any], worker: Callable[[str], Any]
) -> None:
    words = {"Data": "x"}
    mail = {
        "Destination": {"ToAddresses": ["ada@example.org"]},
        "Content": {"Simple": {"Subject": words, "Body": {"Text": words}}},
    }
    assert worker("sesv2").send_email(FromEmailAddress=f"Pinhole <{MAIL_ADDRESS}>", **mail)
    assert refused(api("sesv2").send_email, FromEmailAddress=MAIL_ADDRESS, **mail)
    with pytest.raises(ClientError, match="MessageRejected"):
        worker("sesv2").send_email(FromEmailAddress="boss@example.org", **mail)
