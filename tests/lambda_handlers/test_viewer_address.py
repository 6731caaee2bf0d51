"""On AWS nobody chooses the address that limits are counted by (THREATS 35)."""

import pytest
from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from app.lambda_handlers.viewer_address import VIEWER_HEADER, with_visitor_address

VISITOR, CLOUDFRONT = "198.51.100.7", "203.0.113.9"

FORGED = (
    {"x-forwarded-for": "10.0.0.1"},
    {"x-forwarded-for": f"10.0.0.1, {CLOUDFRONT}"},
    {"x-forwarded-for": "10.0.0.1, 10.0.0.2, 10.0.0.3,,"},
    {"cloudfront-viewer-address": "10.0.0.1:4711"},
    {"forwarded": "for=10.0.0.1", "x-real-ip": "10.0.0.1", "true-client-ip": "10.0.0.1"},
)


def address_seen(headers: dict[str, str]) -> str:
    """What the API takes for the visitor's address, behind its own ProxyFix."""
    app = Flask(__name__)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=2, x_proto=0)  # type: ignore[method-assign]
    app.add_url_rule("/", "echo", lambda: request.remote_addr or "")
    event = {"headers": headers, "requestContext": {"http": {"sourceIp": CLOUDFRONT}}}
    return app.test_client().get("/", headers=with_visitor_address(event)).text


def through_cloudfront(sent: dict[str, str], *, visitor: str, has_function: bool) -> dict[str, str]:
    """What reaches the function: CloudFront and the HTTP API add what they saw at the end."""
    told = [*filter(None, [sent.get("x-forwarded-for")]), visitor, CLOUDFRONT]
    headers = sent | {"x-forwarded-for": ", ".join(told)}
    return headers | {VIEWER_HEADER: visitor} if has_function else headers


@pytest.mark.parametrize("sent", FORGED)
@pytest.mark.parametrize("has_function", [True, False])
def test_forged_headers_choose_no_address(sent: dict[str, str], *, has_function: bool) -> None:
    headers = through_cloudfront(sent, visitor=VISITOR, has_function=has_function)
    assert address_seen(headers) == VISITOR


@pytest.mark.parametrize("sent", FORGED)
def test_what_cloudfront_says_goes_before_whatever_it_passed_on(sent: dict[str, str]) -> None:
    """Even if AWS did not add what it saw: then the last but one is the browser's own words."""
    assert address_seen(sent | {VIEWER_HEADER: VISITOR}) == VISITOR


def test_a_viewers_ipv6_address_is_whole() -> None:
    viewer = "2001:db8::7"
    headers = through_cloudfront(FORGED[0], visitor=viewer, has_function=True)
    assert address_seen(headers) == viewer


@pytest.mark.parametrize("odd", ["", "unknown", "198.51.100.7:443", "10.0.0.1, 10.0.0.2"])
def test_what_is_no_address_is_not_taken_for_one(odd: str) -> None:
    headers = through_cloudfront({}, visitor=VISITOR, has_function=False)
    assert address_seen(headers | {VIEWER_HEADER: odd}) == VISITOR


@pytest.mark.parametrize("said", [VISITOR, "10.0.0.1, 10.0.0.2", ""])
def test_header_that_tells_the_address_reaches_nothing_behind(said: str) -> None:
    """The API knows one way to learn who asks: what is left here can be believed by nobody."""
    headers = through_cloudfront({}, visitor=VISITOR, has_function=False) | {VIEWER_HEADER: said}
    event = {"headers": headers, "requestContext": {"http": {"sourceIp": CLOUDFRONT}}}
    assert VIEWER_HEADER not in with_visitor_address(event)


@pytest.mark.parametrize("forged", ["", "10.0.0.1, ", "10.0.0.1, 10.0.0.2, "])
def test_nobody_chooses_an_address_where_the_http_api_does_not_add_its_own(forged: str) -> None:
    """Nor does an older distribution say who asks: then the last one is what CloudFront added."""
    assert address_seen({"x-forwarded-for": f"{forged}{VISITOR}"}) == VISITOR
