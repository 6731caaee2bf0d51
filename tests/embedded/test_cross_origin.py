"""Which web pages a browser lets at the bucket: the site's own, and no other."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from tests.embedded.raw_http import place, send

if TYPE_CHECKING:
    from scripts.embedded.stack import EmbeddedStack

UPLOAD_HEADERS = "content-type,if-none-match,x-amz-checksum-sha256"


def preflight(
    stack: EmbeddedStack, *, origin: str, method: str = "PUT", headers: str = UPLOAD_HEADERS
) -> tuple[int, dict[str, str]]:
    promised = place(stack, user=uuid.uuid4().hex, image=uuid.uuid4().hex, content=b"x")
    answer = send(
        "OPTIONS",
        promised.url,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": headers,
        },
    )
    return answer.status, answer.headers


def test_the_site_may_upload(stack: EmbeddedStack) -> None:
    status, headers = preflight(stack, origin=stack.site_origin)
    assert status == 200
    assert headers["access-control-allow-origin"] == stack.site_origin
    assert "PUT" in headers["access-control-allow-methods"]
    allowed = {name.strip() for name in headers["access-control-allow-headers"].lower().split(",")}
    assert allowed == set(UPLOAD_HEADERS.split(","))


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://localhost:9", "http://127.0.0.1:8000", "null"],
)
def test_other_origins_may_not(stack: EmbeddedStack, origin: str) -> None:
    status, headers = preflight(stack, origin=origin)
    assert status == 403
    assert "access-control-allow-origin" not in headers


def test_other_methods_and_headers_may_not(stack: EmbeddedStack) -> None:
    site = stack.site_origin
    assert preflight(stack, origin=site, method="DELETE")[0] == 403
    assert preflight(stack, origin=site, method="POST")[0] == 403
    assert preflight(stack, origin=site, headers="x-amz-acl")[0] == 403


@pytest.mark.parametrize("ours", [True, False])
def test_the_answer_to_an_upload_is_shown_to_the_site_only(
    stack: EmbeddedStack, *, ours: bool
) -> None:
    content = b"seen by the site"
    promised = place(stack, user=uuid.uuid4().hex, image=uuid.uuid4().hex, content=content)
    origin = stack.site_origin if ours else "https://evil.example"
    answer = send("PUT", promised.url, headers=promised.headers | {"Origin": origin}, body=content)
    assert answer.status == 200
    assert answer.headers.get("access-control-allow-origin") == (origin if ours else None)
    if ours:
        exposed = answer.headers["access-control-expose-headers"].lower()
        assert {name.strip() for name in exposed.split(",")} == {"etag", "x-amz-checksum-sha256"}
