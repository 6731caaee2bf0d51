"""What never gets through to ministack: admin paths, foreign hosts, root's aliases."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from scripts.embedded.aws_server.refusals import READY_PATH, Admission, Door, Refusal
from scripts.embedded.policies import BUCKET
from tests.embedded.raw_http import client, send

if TYPE_CHECKING:
    from scripts.embedded.stack import EmbeddedStack

SCOPE = "20261122/us-east-1/s3/aws4_request"
DOOR = Door(port=9000, bucket=BUCKET, root_key="f" * 32)


def signed_by(key: str, *, scope: str = SCOPE) -> str:
    return f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders=host, Signature={'0' * 64}"


def judge(
    path: str = f"/{BUCKET}/x",
    *,
    method: str = "GET",
    query: str = "",
    headers: list[tuple[str, str]] | None = None,
    host: str = "127.0.0.1:9000",
) -> Admission | Refusal:
    raw = [("host", host), *(headers or [])]
    return DOOR.judge(
        {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in raw],
        }
    )


def test_a_signed_request_passes_with_the_service_it_names() -> None:
    verdict = judge(headers=[("authorization", signed_by("A" * 20))])
    assert verdict == Admission(service="s3")


@pytest.mark.parametrize("key", ["", "test", "000000000000", "123456789012", "1" * 20])
def test_aliases_of_root_are_refused(key: str) -> None:
    in_query = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={key}/{SCOPE}"
    assert isinstance(judge(headers=[("authorization", signed_by(key))]), Refusal)
    assert isinstance(judge(query=in_query), Refusal)


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        pytest.param("", [], id="none"),
        pytest.param("", ["Basic dGVzdDp0ZXN0"], id="another scheme"),
        pytest.param("", [f"AWS {'A' * 20}:c2lnbmF0dXJl"], id="version 2"),
        pytest.param("", [signed_by("A" * 20), signed_by("B" * 20)], id="two headers"),
        pytest.param(
            f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={'A' * 20}/{SCOPE}",
            [signed_by("A" * 20)],
            id="header and address",
        ),
        pytest.param(f"X-Amz-Credential={'A' * 20}/{SCOPE}", [], id="no algorithm"),
        pytest.param(f"AWSAccessKeyId={'A' * 20}&Signature=x&Expires=9", [], id="version 2 query"),
        pytest.param(
            f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={'f' * 32}/{SCOPE}",
            [],
            id="root in an address",
        ),
        pytest.param("", [f"{signed_by('A' * 20)}, Credential=test/{SCOPE}"], id="two credentials"),
    ],
)
def test_signatures_that_could_be_read_in_two_ways_are_refused(
    query: str, headers: list[str]
) -> None:
    verdict = judge(query=query, headers=[("authorization", value) for value in headers])
    assert isinstance(verdict, Refusal)
    assert verdict.status == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_ministack/reset"),
        ("POST", "/_ministack/config"),
        ("GET", "/_ministack/health"),
        ("GET", "/_ministack/sqs/messages"),
        ("POST", READY_PATH),
        ("GET", "/_localstack/health"),
        ("GET", "/_aws/sqs/messages"),
        ("GET", "/health"),
        ("GET", "/"),
        ("GET", "/another-bucket/x"),
        ("PUT", "/another-bucket"),
        ("GET", f"/{BUCKET}-2/x"),
        ("GET", "/iceberg/v1/config"),
        ("POST", "/2015-03-31/functions"),
    ],
)
def test_only_what_the_product_needs_is_served(method: str, path: str) -> None:
    verdict = judge(path, method=method, headers=[("authorization", signed_by("A" * 20))])
    assert isinstance(verdict, Refusal)
    assert verdict.status == 404


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:9000", "127.0.0.1", "127.0.0.1:9001", "0.0.0.0:9000", ""],
)
def test_a_foreign_host_is_refused(host: str) -> None:
    assert isinstance(judge(READY_PATH, host=host), Refusal)
    headers = [("authorization", signed_by("A" * 20))]
    assert isinstance(judge(host=host, headers=headers), Refusal)


def test_bodies_have_a_length_within_bounds() -> None:
    signed = ("authorization", signed_by("A" * 20))

    def status(*lengths: str) -> int | None:
        headers = [signed, *(("content-length", value) for value in lengths)]
        verdict = judge(method="PUT", headers=headers)
        return verdict.status if isinstance(verdict, Refusal) else None

    assert status() == 411
    assert status("-1") == 411
    assert status("1", "2") == 411
    assert status(str(2**40)) == 413
    assert status("9" * 400) == 413
    assert status("104857600") is None


def test_websockets_are_refused() -> None:
    assert isinstance(DOOR.judge({"type": "websocket"}), Refusal)


def test_the_running_door_keeps_the_same_rules(stack: EmbeddedStack) -> None:
    url = stack.aws_endpoint_url
    assert send("GET", f"{url}{READY_PATH}").status == 200
    assert send("POST", f"{url}/_ministack/reset", body=b"").status == 404
    assert send("GET", f"{url}{READY_PATH}", headers={"Host": "evil.example"}).status == 403
    as_test = {"Authorization": signed_by("test")}
    assert send("GET", f"{url}/{BUCKET}", headers=as_test).status == 403


def test_a_wrong_secret_is_refused(stack: EmbeddedStack) -> None:
    keys = {**stack.environment("worker"), "AWS_SECRET_ACCESS_KEY": "guessed"}
    s3 = client(stack, "s3", keys=keys)
    with pytest.raises(s3.exceptions.ClientError, match="SignatureDoesNotMatch"):
        s3.list_objects_v2(Bucket=BUCKET)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the kernel's list of sockets")
def test_only_loopback_is_listened_on(stack: EmbeddedStack) -> None:
    port = f":{urlsplit(stack.aws_endpoint_url).port:04X}"
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    rows = [row.split() for table in tables for row in table.read_text().splitlines()[1:]]
    listening = "0A"
    assert [row[1] for row in rows if row[1].endswith(port) and row[3] == listening] == [
        f"0100007F{port}"
    ]
