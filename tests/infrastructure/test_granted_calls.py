"""Each action that a function may do belongs to a call that the code really makes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from app.clients.aws.bucket_versions import ObjectVersions, Place
from app.clients.aws.export_store import ExportStore, export_prefix
from app.clients.aws.image_store import PictureStore, key_of
from app.clients.aws.presigned_urls import UserAccess, bucket_at
from app.clients.aws.rds_snapshots import Snapshots
from app.clients.aws.secrets_manager import keep_if_missing
from app.clients.aws.ses import Mail, Mailer
from app.clients.aws.sqs import Queue
from tests.infrastructure.test_grants import CONSUMES, MAIL, MAY

REGION = "eu-central-1"
BUCKET = "pictures"
SNAPSHOT = {"rds:CreateDBSnapshot", "rds:AddTagsToResource"}  # the instance's tags are copied
# What AWS asks for beside or instead of the action that is named as the operation. See "Actions,
# resources, and condition keys" of each service in AWS's Service Authorization Reference.
ACTIONS = {
    # ListBucket: so that an object that does not exist is "not found" and not "forbidden".
    "s3:HeadObject": {"s3:GetObject", "s3:ListBucket"},
    "s3:GetObject": {"s3:GetObject", "s3:ListBucket"},
    "s3:DeleteObjects": {"s3:DeleteObject"},
    "s3:ListObjectsV2": {"s3:ListBucket"},
    "s3:ListObjectVersions": {"s3:ListBucketVersions"},
    "s3:ListMultipartUploads": {"s3:ListBucketMultipartUploads"},
    "s3:CreateMultipartUpload": {"s3:PutObject"},
    "s3:UploadPart": {"s3:PutObject"},
    "s3:CompleteMultipartUpload": {"s3:PutObject"},
    "sesv2:SendEmail": {"ses:SendEmail"},
    "rds:CreateDBSnapshot": SNAPSHOT,
}
OF_A_VERSION = {
    "s3:HeadObject": {"s3:GetObjectVersion"},
    "s3:GetObject": {"s3:GetObjectVersion"},
    "s3:DeleteObjects": {"s3:DeleteObjectVersion"},
}


def actions_of(service: str, operation: str, parameters: dict[str, Any]) -> set[str]:
    called = f"{service}:{operation}"
    if "VersionId" in json.dumps(parameters, default=str):
        return OF_A_VERSION.get(called, {called})
    tags = {"sts:TagSession"} if called == "sts:AssumeRole" and parameters["Tags"] else set()
    return ACTIONS.get(called, {called}) | tags


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield


class Recorder:
    """Makes clients whose calls are recorded as the actions that they need."""

    def __init__(self) -> None:
        self.actions: set[str] = set()

    def client(self, service: str) -> Any:
        client = boto3.client(service, region_name=REGION)
        client.meta.events.register("provide-client-params", self._note)
        return client

    def _note(self, *, params: dict[str, Any], model: Any, **_: object) -> None:
        self.actions |= actions_of(model.service_model.service_name, model.name, params)


def use_pictures(recorder: Recorder) -> None:
    s3 = boto3.client("s3", region_name=REGION)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    user, image = uuid4(), uuid4()
    place = Place(user_id=user, image_id=image)
    store = PictureStore(s3=recorder.client("s3"), bucket_name=BUCKET)
    archive = ObjectVersions(s3=recorder.client("s3"), bucket_name=BUCKET)

    s3.put_object(Bucket=BUCKET, Key=key_of(user, image, "original"), Body=b"original")
    assert store.look(user, image) is not None
    store.fetch_original(user, image, size=8, into=BytesIO())
    store.put_derived(user, image, "thumbnail.webp", content=b"thumbnail")
    (version,) = s3.list_object_versions(Bucket=BUCKET, Prefix=place.key)["Versions"]
    assert archive.look(place, version=version["VersionId"]) is not None
    archive.read(place, version=version["VersionId"])
    s3.create_multipart_upload(Bucket=BUCKET, Key=place.key)
    store.delete_image(user, image)

    exports, export = ExportStore(s3=recorder.client("s3"), bucket_name=BUCKET), uuid4()
    s3.put_object(Bucket=BUCKET, Key=f"{export_prefix(user, export)}1.zip", Body=b"zip")
    exports.delete(user, export)


def use_queues_and_mail(recorder: Recorder) -> None:
    url = boto3.client("sqs", region_name=REGION).create_queue(QueueName="pictures")["QueueUrl"]
    queue = Queue(sqs=recorder.client("sqs"), url=url)
    queue.send({})
    assert queue.length() == 1
    (message,) = queue.receive(wait_seconds=0)
    queue.again_in(message, seconds=1)

    sender = "pinhole@example.org"
    boto3.client("sesv2", region_name=REGION).create_email_identity(EmailIdentity=sender)
    mail = Mail(to="ada@example.org", subject="Hello", text="Hello", html="Hello")
    Mailer(ses=recorder.client("sesv2"), sender=sender).send(mail)


def use_secrets_and_role(recorder: Recorder) -> None:
    secrets = boto3.client("secretsmanager", region_name=REGION)
    secrets.create_secret(Name="setup", SecretString="{}")
    assert keep_if_missing(recorder.client("secretsmanager"), "setup", "code", make=lambda: "1234")
    access = UserAccess(
        sts=recorder.client("sts"),
        role_arn="arn:aws:iam::123456789012:role/user",
        bucket_name=BUCKET,
        bucket=bucket_at(name=BUCKET, region=REGION, endpoint_url=None),
    )
    access.credentials(uuid4())


def use_snapshots(recorder: Recorder) -> None:
    boto3.client("rds", region_name=REGION).create_db_instance(
        DBInstanceIdentifier="database",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        MasterUsername="owner",
        MasterUserPassword="a-password-for-moto",
    )
    Snapshots(rds=recorder.client("rds"), instance="database").take(before="a migration")


@pytest.mark.usefixtures("aws")
def test_every_action_that_is_granted_is_used_by_a_call() -> None:
    recorder = Recorder()
    use_pictures(recorder)
    use_queues_and_mail(recorder)
    use_secrets_and_role(recorder)
    use_snapshots(recorder)
    granted = set().union(MAIL, *MAY.values())
    assert granted - CONSUMES == recorder.actions - CONSUMES
