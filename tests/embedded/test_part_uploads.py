"""Uploads in parts against the embedded S3: each part as promised, and nobody else's."""

from __future__ import annotations

import base64
import hashlib
import os
import signal
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from scripts.embedded.policies import BUCKET
from scripts.embedded.stack import EmbeddedStack
from tests.conftest import SITE_ORIGIN
from tests.embedded.raw_http import Answer, as_user, client, send
from tests.embedded.test_durability import part as service

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from botocore.client import BaseClient

USER, STRANGER = uuid.uuid4().hex, uuid.uuid4().hex
CONTENT = b"these are the bytes of a part"


@dataclass(frozen=True, kw_only=True)
class Open:
    """An upload that its person has begun."""

    s3: BaseClient | Any
    key: str
    upload_id: str

    @property
    def place(self) -> dict[str, str]:
        """How every later call names it."""
        return {"Bucket": BUCKET, "Key": self.key, "UploadId": self.upload_id}

    def address(self, *, number: int = 1, content: bytes = CONTENT) -> tuple[str, dict[str, str]]:
        """Sign a place for one part."""
        checksum = base64.b64encode(hashlib.sha256(content).digest()).decode()
        url = self.s3.generate_presigned_url(
            "upload_part",
            Params={
                **self.place,
                "PartNumber": number,
                "ContentLength": len(content),
                "ChecksumSHA256": checksum,
            },
            ExpiresIn=300,
        )
        return url, {"x-amz-checksum-sha256": checksum}

    def put(self, *, number: int = 1, content: bytes = CONTENT) -> Answer:
        """Send a part as promised."""
        url, headers = self.address(number=number, content=content)
        return send("PUT", url, headers=headers, body=content)

    def stored(self) -> list[int]:
        """The numbers of the parts that are there."""
        return [part["PartNumber"] for part in self.s3.list_parts(**self.place).get("Parts", [])]

    def complete(self) -> None:
        """Put together whatever is there."""
        parts = self.s3.list_parts(**self.place)["Parts"]
        named = [{name: part[name] for name in ("PartNumber", "ETag", "ChecksumSHA256")}
                 for part in parts]  # fmt: skip
        self.s3.complete_multipart_upload(
            **self.place, MultipartUpload={"Parts": named}, IfNoneMatch="*"
        )


def begin(stack: EmbeddedStack, *, user: str = USER) -> Open:
    s3 = client(stack, "s3", keys=as_user(stack, user))
    key = f"users/{user}/{uuid.uuid4().hex}/original"
    opened = s3.create_multipart_upload(
        Bucket=BUCKET, Key=key, ContentType="image/jpeg", ChecksumAlgorithm="SHA256"
    )
    return Open(s3=s3, key=key, upload_id=opened["UploadId"])


def test_a_part_as_promised_is_taken(stack: EmbeddedStack) -> None:
    opened = begin(stack)
    answer = opened.put()
    assert answer.status == 200
    assert opened.stored() == [1]


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        pytest.param({}, CONTENT.replace(b"bytes", b"other"), id="other bytes"),
        pytest.param({}, CONTENT + b"!", id="longer"),
        pytest.param({}, CONTENT[:-1], id="shorter"),
        pytest.param({}, b"", id="empty"),
        pytest.param({"x-amz-checksum-sha256": "A" * 43 + "="}, CONTENT, id="other checksum"),
        pytest.param({"x-amz-checksum-sha256": None}, CONTENT, id="no checksum"),
        pytest.param({"x-amz-copy-source": f"/{BUCKET}/x"}, CONTENT, id="a copy"),
        pytest.param({"x-amz-server-side-encryption": "aws:kms"}, CONTENT, id="another header"),
    ],
)
def test_anything_but_the_promised_part_is_refused(
    stack: EmbeddedStack, changed: dict[str, str | None], body: bytes
) -> None:
    opened = begin(stack)
    url, headers = opened.address()
    sent = {name: value for name, value in (headers | changed).items() if value is not None}
    assert send("PUT", url, headers=sent, body=body).status in {400, 403}
    assert opened.stored() == []


def test_an_address_is_for_one_part_of_one_upload(stack: EmbeddedStack) -> None:
    opened, other, theirs = begin(stack), begin(stack), begin(stack, user=STRANGER)
    url, headers = opened.address()
    for altered in (
        url.replace("partNumber=1", "partNumber=2"),
        url.replace("partNumber=1&", ""),
        url.replace(opened.upload_id, other.upload_id),
        url.replace(opened.upload_id, other.upload_id).replace(opened.key, other.key),
        url.replace(opened.upload_id, theirs.upload_id).replace(opened.key, theirs.key),
        url.partition("uploadId=")[0] + url.partition("uploadId=")[2].partition("&")[2],
    ):
        assert altered != url
        assert send("PUT", altered, headers=headers, body=CONTENT).status == 403, altered
    assert send("POST", url, headers=headers, body=CONTENT).status == 403
    assert send("DELETE", url, headers=headers).status == 403
    assert (opened.stored(), other.stored(), theirs.stored()) == ([], [], [])


def test_a_part_by_another_spelling_of_its_address_harms_no_original(
    stack: EmbeddedStack,
) -> None:
    opened = begin(stack)
    opened.s3.put_object(Bucket=BUCKET, Key=opened.key, Body=b"whole", IfNoneMatch="*")
    url, headers = opened.address()
    for spelt in ("upload%49d=", "%75ploadId="):
        altered = url.replace("uploadId=", spelt)
        assert altered != url
        send("PUT", altered, headers=headers, body=CONTENT)
        assert opened.s3.get_object(Bucket=BUCKET, Key=opened.key)["Body"].read() == b"whole"


def test_a_stolen_session_reaches_no_upload_of_others(stack: EmbeddedStack) -> None:
    theirs, mine = begin(stack, user=STRANGER), begin(stack)
    assert theirs.put().status == 200
    whole = begin(stack, user=STRANGER)
    assert whole.put().status == 200
    whole.complete()
    attempts: list[Callable[[], object]] = [
        lambda: mine.s3.list_parts(**theirs.place),
        lambda: mine.s3.abort_multipart_upload(**theirs.place),
        lambda: mine.s3.upload_part(**theirs.place, PartNumber=2, Body=CONTENT),
        lambda: mine.s3.complete_multipart_upload(
            **theirs.place, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": "x"}]}
        ),
        lambda: mine.s3.create_multipart_upload(Bucket=BUCKET, Key=theirs.key),
        lambda: mine.s3.create_multipart_upload(Bucket=BUCKET, Key=f"users/{USER}/x.html"),
        lambda: mine.s3.list_multipart_uploads(Bucket=BUCKET),
        lambda: mine.s3.upload_part_copy(
            **mine.place, PartNumber=1, CopySource={"Bucket": BUCKET, "Key": whole.key}
        ),
    ]
    for number, attempt in enumerate(attempts):
        with pytest.raises(mine.s3.exceptions.ClientError) as refused:
            attempt()
        code = refused.value.response["ResponseMetadata"]["HTTPStatusCode"]
        assert code == 403, (number, refused.value)
    assert theirs.stored() == [1]
    assert mine.stored() == []


def test_parts_outlive_kill_9_and_dropped_ones_stay_dropped(data_folder: Path) -> None:
    with EmbeddedStack(data=data_folder, site_origin=SITE_ORIGIN) as stack:
        opened, dropped = begin(stack), begin(stack)
        assert [opened.put(number=number).status for number in (1, 2)] == [200, 200]
        assert dropped.put().status == 200
        dropped.s3.abort_multipart_upload(**dropped.place)
        assert len(list((data_folder / "aws/parts").iterdir())) == 1
        os.kill(service(stack, "aws").process.pid, signal.SIGKILL)
    with EmbeddedStack(data=data_folder, site_origin=SITE_ORIGIN) as stack:
        s3 = client(stack, "s3", keys=as_user(stack, USER))
        again = Open(s3=s3, key=opened.key, upload_id=opened.upload_id)
        assert again.stored() == [1, 2]
        with pytest.raises(s3.exceptions.NoSuchUpload):
            Open(s3=s3, key=dropped.key, upload_id=dropped.upload_id).stored()
        again.complete()
        found = s3.get_object(Bucket=BUCKET, Key=opened.key)
        assert found["Body"].read() == CONTENT * 2
        assert found["ContentType"] == "image/jpeg"
        assert list((data_folder / "aws/parts").iterdir()) == []


def test_a_part_that_the_disk_refuses_is_not_acknowledged(data_folder: Path) -> None:
    with EmbeddedStack(data=data_folder, site_origin=SITE_ORIGIN, careless=True) as stack:
        opened = begin(stack)
        (folder,) = (data_folder / "aws/parts").iterdir()
        aside = folder.rename(folder.with_name("aside"))
        folder.touch()  # a file where the folder must be: no part can be written
        assert opened.put().status == 500
        assert opened.stored() == []
        folder.unlink()
        aside.rename(folder)
        assert opened.put().status == 200
        assert opened.stored() == [1]
