"""CloudFront's function tells the API who asks, whatever the browser says."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.infrastructure.conftest import Template

_CALL = """
const [code, event] = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(new Function(code + "; return handler")()(event)));
"""


def call(code: str, headers: dict[str, str], *, viewer: str) -> dict[str, str]:
    """Return the headers that go on, when a viewer sends these."""
    event = {
        "version": "1.0",
        "context": {"eventType": "viewer-request"},
        "viewer": {"ip": viewer},
        "request": {
            "method": "GET",
            "uri": "/api/images",
            "querystring": {},
            "headers": {name: {"value": value} for name, value in headers.items()},
            "cookies": {},
        },
    }
    done = subprocess.run(
        [shutil.which("node") or "node", "-e", _CALL],
        input=json.dumps([code, event]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    sent = json.loads(done.stdout)["headers"]
    return {name: header["value"] for name, header in sent.items()}


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
        {"x-forwarded-for": "10.0.0.1, 10.0.0.2"},
        {"x-pinhole-viewer-address": "10.0.0.1"},
        {"x-pinhole-viewer-address": "10.0.0.1, 198.51.100.7", "x-forwarded-for": "::1"},
    ],
)
def test_api_hears_the_viewers_own_address_whatever_was_forged(
    code: str, viewer: str, forged: dict[str, str]
) -> None:
    assert call(code, forged, viewer=viewer)["x-pinhole-viewer-address"] == viewer


def test_everything_else_goes_on_as_it_came(code: str) -> None:
    sent = {"authorization": "Bearer x", "content-type": "application/json", "origin": "https://x"}
    heard = call(code, sent, viewer="198.51.100.7")
    assert {name: heard[name] for name in sent} == sent
