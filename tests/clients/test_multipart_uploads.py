"""What S3 may answer about an upload in parts, and what is made of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from app.clients.aws.boto import AwsUnavailableError
from app.clients.aws.multipart_uploads import (
    NoSuchUploadError,
    OriginalThereError,
    PartPromise,
    PartUploads,
    StoredPart,
)
from app.clients.aws.presigned_urls import UserAccess, bucket_at

USER, IMAGE = uuid4(), uuid4()
PARTS = {1: StoredPart(etag='"a&b"', size=3, sha256=b"1" * 32)}
Answers = list[tuple[int, bytes]]


def error(code: str) -> bytes:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>".encode()


def uploads(address: str) -> PartUploads:
    given = {
        "AccessKeyId": "ASIA",
        "SecretAccessKey": "s",
        "SessionToken": "t",
        "Expiration": datetime.now(UTC) + timedelta(hours=1),
    }
    sts = SimpleNamespace(assume_role=lambda **_: {"Credentials": given})
    bucket = bucket_at(name="pictures", region="eu-central-1", endpoint_url=address)
    return PartUploads(
        access=UserAccess(sts=sts, role_arn="role", bucket_name="pictures", bucket=bucket)
    )


@contextmanager
def s3(answers: Answers, *, silent: Event | None = None) -> Iterator[tuple[str, list[Any]]]:
    """Answer one after the other; the address, and what was asked."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append((self.command, dict(self.headers), body))
            if silent is not None:
                silent.wait(20)
                return
            status, content = answers.pop(0)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}", asked
        if silent is not None:
            silent.set()
        running.shutdown()
        thread.join()


CALLS: dict[str, Callable[[PartUploads], object]] = {
    "open": lambda each: each.open(USER, IMAGE, content_type="image/jpeg"),
    "stored": lambda each: each.stored(USER, IMAGE, "id"),
    "complete": lambda each: each.complete(USER, IMAGE, "id", PARTS),
    "drop": lambda each: each.drop(USER, IMAGE, "id"),
    "has_original": lambda each: each.has_original(USER, IMAGE),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_what_s3_refuses_is_not_taken_for_done(call: Callable[[PartUploads], object]) -> None:
    with s3([(400, error("MalformedXML"))]) as (address, asked), pytest.raises(AwsUnavailableError):
        call(uploads(address))
    assert len(asked) == 1


@pytest.mark.parametrize("first", [(200, error("InternalError")), (503, error("SlowDown"))])
def test_an_error_is_one_whatever_its_status(first: tuple[int, bytes]) -> None:
    """S3 says 200 before it has put the parts together, and may have to take it back."""
    with s3([first, first, (200, b"<CompleteMultipartUploadResult/>")]) as (address, asked):
        CALLS["complete"](uploads(address))
    assert len(asked) == 3
    with s3([first] * 3) as (address, asked), pytest.raises(AwsUnavailableError):
        CALLS["complete"](uploads(address))


def test_parts_are_put_together_once_and_as_they_are() -> None:
    with s3([(200, b"<CompleteMultipartUploadResult/>")]) as (address, asked):
        CALLS["complete"](uploads(address))
    ((method, headers, body),) = asked
    assert method == "POST"
    assert headers["if-none-match"] == "*"
    assert b'<PartNumber>1</PartNumber><ETag>"a&amp;b"</ETag>' in body


def test_what_is_over_and_what_is_there_are_told_apart() -> None:
    with s3([(404, error("NoSuchUpload"))] * 3) as (address, _):
        for name in ("stored", "complete"):
            with pytest.raises(NoSuchUploadError):
                CALLS[name](uploads(address))
        CALLS["drop"](uploads(address))  # safe to repeat
    answers = [(412, error("PreconditionFailed")), (409, error("ConditionalRequestConflict"))]
    with s3(answers) as (address, _):
        with pytest.raises(OriginalThereError):
            CALLS["complete"](uploads(address))
        with pytest.raises(AwsUnavailableError):  # a race in S3: to be tried again from the start
            CALLS["complete"](uploads(address))


@pytest.mark.parametrize(("status", "expected"), [(200, True), (404, False), (403, False)])
def test_an_original_is_there_or_not(status: int, expected: bool) -> None:  # noqa: FBT001
    with s3([(status, b"")]) as (address, _):
        assert uploads(address).has_original(USER, IMAGE) is expected


def test_parts_are_read_as_s3_lists_them() -> None:
    listed = (
        b'<?xml version="1.0"?><ListPartsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        b"<Part><PartNumber>2</PartNumber><ETag>&quot;e&quot;</ETag><Size>5</Size>"
        b"<ChecksumSHA256>MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=</ChecksumSHA256></Part>"
        b"</ListPartsResult>"
    )
    with s3([(200, listed)]) as (address, _):
        stored = uploads(address).stored(USER, IMAGE, "id")
    assert stored == {2: StoredPart(etag='"e"', size=5, sha256=b"1" * 32)}


def test_who_asked_does_not_wait_three_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.clients.aws.multipart_uploads._PATIENCE_SECONDS", 0.2)
    with s3([], silent=Event()) as (address, asked):
        with pytest.raises(AwsUnavailableError):
            CALLS["complete"](uploads(address))
        assert len(asked) == 1


def test_what_does_not_answer_is_unavailable() -> None:
    with s3([]) as (address, _):
        pass
    with pytest.raises(AwsUnavailableError):
        CALLS["stored"](uploads(address))


def test_an_address_signs_number_length_and_checksum() -> None:
    part = PartPromise(number=7, offset=0, size=3, sha256=b"1" * 32)
    ((place,), _) = uploads("http://127.0.0.1:9").places(USER, IMAGE, "id", [part])
    assert "X-Amz-SignedHeaders=content-length%3Bhost%3Bx-amz-checksum-sha256&" in place.url
    assert "&partNumber=7&uploadId=id" in place.url
    assert "X-Amz-Expires=300&" in place.url
    assert list(place.headers) == ["x-amz-checksum-sha256"]
