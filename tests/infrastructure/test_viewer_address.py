"""CloudFront's function tells the API who asks and in which shard, whatever the browser says."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.infrastructure.ways_out import references

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.infrastructure.conftest import Template

_CALL = """
const [code, events] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const handler = new Function(code + "; return handler")();
console.log(JSON.stringify(events.map((event) => handler(event))));
"""
_HOME = "2001:db8:7"  # 48 bits


def event(viewer: str, *, uri: str = "/api/images", **headers: str) -> dict[str, Any]:
    """Return what CloudFront tells its function of a request."""
    return {
        "version": "1.0",
        "context": {"eventType": "viewer-request"},
        "viewer": {"ip": viewer},
        "request": {
            "method": "GET",
            "uri": uri,
            "querystring": {},
            "headers": {name.replace("_", "-"): {"value": said} for name, said in headers.items()},
            "cookies": {},
        },
    }


def call(code: str, *events: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the function makes of each: a request that goes on, or an answer."""
    done = subprocess.run(
        [shutil.which("node") or "node", "-e", _CALL],
        input=json.dumps([code, events]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made: list[dict[str, Any]] = json.loads(done.stdout)
    return made


def shards_of(code: str, viewers: Iterable[str]) -> list[str]:
    return [each["uri"].split("/")[1] for each in call(code, *map(event, viewers))]


@pytest.fixture
def code(template: Template) -> str:
    (found,) = (
        function["FunctionCode"]
        for name, function in template.of_type("AWS::CloudFront::Function").items()
        if "ViewerAddress" in name
    )
    return str(found)


@pytest.mark.parametrize("viewer", ["198.51.100.7", "2001:db8::7"])
@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"x_forwarded_for": "10.0.0.1, 10.0.0.2"},
        {"x_pinhole_viewer_address": "10.0.0.1"},
        {"x_pinhole_viewer_address": "10.0.0.1, 198.51.100.7", "x_forwarded_for": "::1"},
    ],
)
def test_api_hears_the_viewers_own_address_whatever_was_forged(
    code: str, viewer: str, forged: dict[str, str]
) -> None:
    (heard,) = call(code, event(viewer, **forged))
    assert heard["headers"]["x-pinhole-viewer-address"] == {"value": viewer}


def test_everything_else_goes_on_as_it_came(code: str) -> None:
    asked = event("198.51.100.7", uri="/api/images/a%20b", authorization="Bearer x", origin="y")
    (heard,) = call(code, asked)
    assert heard["headers"].items() >= asked["request"]["headers"].items()
    assert heard["uri"].endswith("/api/images/a%20b")


def test_a_link_with_a_preview_is_the_apis_page_and_nothing_else_below_it_is(code: str) -> None:
    link = "0190a000-0000-7000-8000-0000000000c1"
    for written in (link, link.upper(), f"{link}/"):
        (page,) = call(code, event("198.51.100.7", uri=f"/s/{written}"))
        assert page["uri"].partition("/api")[1:] == ("/api", f"/shared/previews/{link}")
        assert page["headers"]["x-pinhole-viewer-address"] == {"value": "198.51.100.7"}
    others = ["/s/", "/s/x", f"/s/{link}/picture", f"/s/{link}/../../images", f"/s/{link}%2f.."]
    for answer in call(code, *(event("198.51.100.7", uri=other) for other in others)):
        assert (answer["statusCode"], answer["headers"]["location"]) == (302, {"value": "/s"})


def test_all_addresses_of_an_ipv6_customer_count_in_one_shard(code: str) -> None:
    held = [f"{_HOME}:{subnet:x}::{host:x}" for subnet in range(40) for host in range(1, 40)]
    held += [f"{_HOME}:1:2:3:4:5", "2001:0DB8:0007::1", "2001:db8:7::"]
    assert len(set(shards_of(code, held))) == 1
    # And with nothing but zeros between, in whatever form it is written.
    assert len(set(shards_of(code, ["1::2", "1:0:0:1::2", "1:0:0:9:8:7:6:5"]))) == 1


@pytest.mark.parametrize(
    "networks",
    [
        [f"{first}.{second}.113.7" for first in range(60, 124) for second in range(50)],
        [f"198.51.{third}.{fourth}" for third in range(16) for fourth in range(200)],
        [f"2a02:{second:x}:{third:x}::1" for second in range(64) for third in range(50)],
    ],
)
def test_networks_are_spread_evenly(code: str, template: Template, networks: list[str]) -> None:
    shards = len(template.only("AWS::ApiGatewayV2::Stage")["Properties"]["RouteSettings"])
    counted = Counter(shards_of(code, networks))
    assert len(counted) == shards
    fair = len(networks) / shards
    assert max(counted.values()) < 1.6 * fair, counted


@pytest.mark.parametrize(
    "uri",
    [
        "/shard-3/api/images",
        "/x/../api/images",
        "/api/../../shard-3/api/images",
        "/api/%2e%2E/%2e./shard-3/api/images",
        "/api/..%2F..%2fshard-3/api/images",
        "/api/..\\..\\shard-3/api/images",
        "/api/./images",
        "/api/images/..",
    ],
)
def test_nobody_chooses_their_shard(code: str, uri: str) -> None:
    (answer,) = call(code, event("198.51.100.7", uri=uri))
    assert answer["statusCode"] == 404
    assert answer["headers"]["cache-control"] == {"value": "private, no-store"}
    assert json.loads(answer["body"])["code"] == "not_found"


def test_names_with_dots_are_let_through(code: str) -> None:
    for uri in ("/api/images/.hidden", "/api/..x/y", "/api/openapi.json", "/api/a..b/c"):
        (heard,) = call(code, event("198.51.100.7", uri=uri))
        assert heard["uri"].endswith(uri)


def test_each_shard_has_its_own_route_and_its_own_limit(code: str, template: Template) -> None:
    stage = template.only("AWS::ApiGatewayV2::Stage")["Properties"]
    routes = {
        each["RouteKey"]: each for each in template.of_type("AWS::ApiGatewayV2::Route").values()
    }
    sharded = {key for key in routes if "/shard-" in key}
    reached = set(shards_of(code, (f"198.51.{at // 256}.{at % 256}" for at in range(2048))))
    assert sharded == {f"ANY /{shard}/api/{{proxy+}}" for shard in reached}
    assert stage["RouteSettings"].keys() == sharded
    rates = {each["ThrottlingRateLimit"] for each in stage["RouteSettings"].values()}
    assert len(rates) == 1
    assert max(rates) == stage["DefaultRouteSettings"]["ThrottlingRateLimit"]
    # What is refused counts there before; no more is let in by the route without a shard.
    assert set(routes) - sharded == {"ANY /api/{proxy+}"}


def test_api_gateway_is_asked_for_one_change_of_the_api_at_a_time(template: Template) -> None:
    """Two that meet are refused as a "concurrent modification", and CloudFormation asks at once."""
    resources = template.body["Resources"]
    kinds = {"AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Integration"}
    changes = {name for name, each in resources.items() if each["Type"] in kinds}

    def earlier(name: str) -> set[str]:
        found: set[str] = set()
        waiting = [name]
        while waiting:
            named = set(references(resources[waiting.pop()])) & resources.keys() - found
            found |= named
            waiting += named
        return found

    assert len(changes) > 32  # as many as there are shards
    assert sorted(len(earlier(name) & changes) for name in changes) == [*range(len(changes))]
