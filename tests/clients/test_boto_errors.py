"""Errors of AWS are told apart: out of reach, refused to this program, or of one request."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from app.clients.aws.boto import (
    AwsBusyError,
    AwsRefusedError,
    AwsUnavailableError,
    AwsUnreachableError,
    kind_of,
    make_client_in,
    translated,
)
from app.clients.outage import is_outage

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "eu-central-1"


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    # botocore's own pauses between tries.
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)


@contextmanager
def answering(status: int, code: str) -> Iterator[str]:
    """A server that answers everything by one error; gives its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def met(address: str) -> AwsUnavailableError:
    s3 = make_client_in(REGION, "s3", endpoint_url=address)
    with pytest.raises(AwsUnavailableError) as told, translated():
        s3.get_object(Bucket="bucket", Key="key")
    return told.value


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (500, "InternalError", AwsUnreachableError),
        (503, "SlowDown", AwsBusyError),
        (400, "RequestTimeout", AwsUnreachableError),
        (403, "AccessDenied", AwsRefusedError),
        (403, "InvalidAccessKeyId", AwsRefusedError),
        (404, "NoSuchBucket", AwsRefusedError),
        (403, "InvalidObjectState", AwsUnavailableError),
        (404, "NoSuchKey", AwsUnavailableError),
    ],
)
def test_answers_are_told_apart_by_code(
    status: int, code: str, kind: type[AwsUnavailableError]
) -> None:
    with answering(status, code) as address:
        error = met(address)
    assert type(error) is kind
    assert is_outage(error) == (kind is not AwsUnavailableError)


def test_connection_that_is_refused_is_an_outage() -> None:
    """So it is while the embedded AWS starts anew."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        error = met(f"http://127.0.0.1:{closed.getsockname()[1]}")
    assert type(error) is AwsUnreachableError
    assert is_outage(error)


def test_program_without_keys_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    assert type(met("http://127.0.0.1:9")) is AwsRefusedError


def test_objects_that_may_not_be_deleted_are_a_refusal_of_this_program() -> None:
    """S3 says so of each, in an answer of 200."""
    assert kind_of("AccessDenied") is AwsRefusedError
    assert kind_of("InternalError") is AwsUnreachableError
    assert kind_of("MethodNotAllowed") is AwsUnavailableError
