"""THREATS 8-12 and 17 against the embedded S3: what a signed PUT promises, and nothing else."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from app.clients.aws.presigned_urls import bucket_at
from app.clients.aws.sigv4 import Credentials, Presigner
from scripts.embedded.policies import BUCKET, REGION
from tests.embedded.raw_http import as_user, client, place, send

if TYPE_CHECKING:
    from scripts.embedded.stack import EmbeddedStack

CONTENT = b"\xff\xd8\xff the bytes that were promised"
USER, STRANGER = uuid.uuid4().hex, uuid.uuid4().hex


@pytest.fixture
def image() -> str:
    return uuid.uuid4().hex


def test_the_promised_bytes_are_taken_once(stack: EmbeddedStack, image: str) -> None:
    promised = place(stack, user=USER, image=image, content=CONTENT)
    first = send("PUT", promised.url, headers=promised.headers, body=CONTENT)
    second = send("PUT", promised.url, headers=promised.headers, body=CONTENT)
    assert (first.status, second.status) == (200, 412)
    s3 = client(stack, "s3", keys=stack.environment("worker"))
    head = s3.head_object(Bucket=BUCKET, Key=promised.key, ChecksumMode="ENABLED")
    assert head["ChecksumSHA256"] == promised.headers["x-amz-checksum-sha256"]
    assert head["ContentType"] == "image/jpeg"
    assert head["ContentLength"] == len(CONTENT)


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        pytest.param({}, CONTENT.replace(b"promised", b"smuggled"), id="other bytes"),
        pytest.param({}, CONTENT + b"!", id="longer"),
        pytest.param({}, CONTENT[:-1], id="shorter"),
        pytest.param({}, b"", id="empty"),
        pytest.param({"Content-Type": "text/html"}, CONTENT, id="other type"),
        pytest.param({"If-None-Match": ""}, CONTENT, id="overwrite"),
        pytest.param({"x-amz-checksum-sha256": "A" * 43 + "="}, CONTENT, id="other checksum"),
    ],
)
def test_anything_but_the_promised_is_refused(
    stack: EmbeddedStack, image: str, changed: dict[str, str], body: bytes
) -> None:
    promised = place(stack, user=USER, image=image, content=CONTENT)
    answer = send("PUT", promised.url, headers=promised.headers | changed, body=body)
    assert answer.status in {400, 403}
    assert _objects_under(stack, f"users/{USER}/{image}/") == []


@pytest.mark.parametrize(
    "name",
    [
        "x-amz-acl",
        "x-amz-meta-owner",
        "x-amz-object-lock-mode",
        "x-amz-server-side-encryption",
        "x-amz-storage-class",
        "x-amz-tagging",
        "x-amz-website-redirect-location",
    ],
)
def test_nothing_can_be_added_to_what_was_signed(
    stack: EmbeddedStack, image: str, name: str
) -> None:
    promised = place(stack, user=USER, image=image, content=CONTENT)
    headers = promised.headers | {name: "public-read"}
    assert send("PUT", promised.url, headers=headers, body=CONTENT).status == 403
    assert _objects_under(stack, f"users/{USER}/{image}/") == []


@pytest.mark.parametrize("missing", ["Content-Type", "If-None-Match", "x-amz-checksum-sha256"])
def test_a_signed_header_may_not_be_left_out(
    stack: EmbeddedStack, image: str, missing: str
) -> None:
    promised = place(stack, user=USER, image=image, content=CONTENT)
    headers = {name: value for name, value in promised.headers.items() if name != missing}
    assert send("PUT", promised.url, headers=headers, body=CONTENT).status in {400, 403}
    assert _objects_under(stack, f"users/{USER}/{image}/") == []


def test_a_body_without_length_is_refused(stack: EmbeddedStack, image: str) -> None:
    promised = place(stack, user=USER, image=image, content=CONTENT)
    headers = promised.headers | {"Transfer-Encoding": "chunked"}
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(CONTENT), CONTENT)
    assert send("PUT", promised.url, headers=headers, body=chunked).status == 411


def test_another_key_is_refused(stack: EmbeddedStack, image: str) -> None:
    promised = place(stack, user=USER, image=image, content=CONTENT)
    other = uuid.uuid4().hex
    for key in (
        f"users/{STRANGER}/{image}/original",
        f"users/{USER}/{other}/original",
        f"users/{USER}/../{STRANGER}/{image}/original",
        f"users/{USER}%2f..%2f{STRANGER}/{image}/original",
        f"users/{USER}/{image}/thumbnail.webp",
    ):
        url = promised.url.replace(promised.key, key)
        assert send("PUT", url, headers=promised.headers, body=CONTENT).status == 403
    assert _objects_under(stack, f"users/{STRANGER}/") == []
    assert _objects_under(stack, f"users/{USER}/{image}/") == []


@pytest.mark.parametrize(("age", "status"), [(290, 200), (310, 403)])
def test_an_address_dies_when_it_expires(
    stack: EmbeddedStack, image: str, age: int, status: int
) -> None:
    keys = as_user(stack, USER)
    signer = Presigner(
        "PUT",
        bucket=bucket_at(name=BUCKET, region=REGION, endpoint_url=stack.aws_endpoint_url),
        credentials=Credentials(
            access_key_id=keys["AWS_ACCESS_KEY_ID"],
            secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            session_token=keys["AWS_SESSION_TOKEN"],
            expires_at=datetime.now(UTC) + timedelta(hours=1),
        ),
        signed_at=datetime.now(UTC) - timedelta(seconds=age),
        seconds=300,
    )
    url = signer.url(f"users/{USER}/{image}/original")
    assert send("PUT", url, body=CONTENT).status == status


def test_a_stolen_session_reaches_one_person_only(stack: EmbeddedStack, image: str) -> None:
    s3 = client(stack, "s3", keys=as_user(stack, USER))
    theirs = place(stack, user=STRANGER, image=image, content=CONTENT)
    assert send("PUT", theirs.url, headers=theirs.headers, body=CONTENT).status == 200
    refused = s3.exceptions.ClientError
    with pytest.raises(refused, match=r"403|AccessDenied"):
        s3.get_object(Bucket=BUCKET, Key=theirs.key)
    with pytest.raises(refused, match=r"403|AccessDenied"):
        s3.put_object(Bucket=BUCKET, Key=theirs.key, Body=b"")
    with pytest.raises(refused, match=r"403|AccessDenied"):
        s3.put_object(Bucket=BUCKET, Key=f"users/{USER}/{image}/thumbnail.webp", Body=b"")
    with pytest.raises(refused, match=r"403|AccessDenied"):
        s3.delete_object(Bucket=BUCKET, Key=theirs.key)
    with pytest.raises(refused, match=r"403|AccessDenied"):
        s3.list_objects_v2(Bucket=BUCKET)


def test_without_a_signature_nothing_is_read(stack: EmbeddedStack, image: str) -> None:
    promised = place(stack, user=USER, image=image, content=CONTENT)
    assert send("PUT", promised.url, headers=promised.headers, body=CONTENT).status == 200
    bare = f"{stack.aws_endpoint_url}/{BUCKET}"
    for url in (f"{bare}/{promised.key}", bare, f"{bare}?list-type=2", f"{bare}?policy"):
        assert send("GET", url).status == 403
    assert send("DELETE", f"{bare}/{promised.key}").status == 403
    assert send("PUT", f"{bare}/{promised.key}", body=CONTENT).status == 403


def _objects_under(stack: EmbeddedStack, prefix: str) -> list[str]:
    s3 = client(stack, "s3", keys=stack.environment("worker"))
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    return [item["Key"] for item in found]
