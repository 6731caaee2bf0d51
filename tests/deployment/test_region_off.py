"""A region that is not switched on refuses good keys; which of the two it is, is told.

A server on this machine answers as STS and EC2 do, by the region that a request is signed for: moto
takes any key in any region. The words are those that AWS's users report.
"""

from __future__ import annotations

import re
import threading
import urllib.parse
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from scripts.deployment.aws_account import AwsAccount
from scripts.embedded.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Iterator

OFF = "ap-east-1"
NUMBER = "123456789012"
_REFUSED = (
    "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>The "
    "security token included in the request is invalid.</Message></Error></ErrorResponse>"
)
_CALLER = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult>"
    f"<Arn>arn:aws:iam::{NUMBER}:user/operator</Arn><Account>{NUMBER}</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)
_UNAUTHORIZED = (
    "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>not authorized</Message>"
    "</Error></Errors></Response>"
)


@dataclass
class Aws:
    """What the account answers with; `calls` are the actions and regions that were asked."""

    takes_in: set[str] = field(default_factory=lambda: {"us-east-1"})
    status: str | None = "not-opted-in"  # of the region; None: the caller may not ask
    calls: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, action: str, region: str) -> tuple[int, str]:
        self.calls.append((action, region))
        if region not in self.takes_in:
            return 403, _REFUSED
        if action == "GetCallerIdentity":
            return 200, _CALLER
        if self.status is None:
            return 403, _UNAUTHORIZED
        item = f"<regionName>{OFF}</regionName><optInStatus>{self.status}</optInStatus>"
        info = f"<regionInfo><item>{item}</item></regionInfo>"
        return 200, f"<DescribeRegionsResponse>{info}</DescribeRegionsResponse>"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    account = Aws()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = urllib.parse.parse_qs(
                self.rfile.read(int(self.headers["Content-Length"])).decode()
            )
            scope = re.search(r"Credential=\w+/\d+/([\w-]+)/", self.headers["Authorization"])
            assert scope
            status, content = account.answer(asked["Action"][0], scope[1])
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIATEST",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": OFF,
        "AWS_DEFAULT_REGION": OFF,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    }.items():
        monkeypatch.setenv(name, value)
    yield account
    server.shutdown()
    server.server_close()


def test_region_that_is_off_is_told_and_where_to_switch_it_on(aws: Aws) -> None:
    with pytest.raises(StartError) as caught:
        AwsAccount.of_this_shell()
    said = str(caught.value)
    assert f"{OFF} is not switched on in account {NUMBER}" in said
    assert "AWS Regions" in said
    assert "credentials" not in said
    assert aws.calls[-1] == ("DescribeRegions", "us-east-1")


def test_caller_who_may_not_ask_for_regions_is_told_what_it_is_most_likely(aws: Aws) -> None:
    aws.status = None
    with pytest.raises(StartError, match=f"{OFF} does not take these credentials, and us-east-1"):
        AwsAccount.of_this_shell()


def test_token_that_a_region_does_not_take_though_it_is_on_is_told(aws: Aws) -> None:
    aws.status = "opted-in"
    with pytest.raises(StartError, match="session token"):
        AwsAccount.of_this_shell()


def test_wrong_keys_are_wrong_keys_wherever_they_are_tried(aws: Aws) -> None:
    aws.takes_in = set()
    with pytest.raises(StartError, match="AWS does not take these credentials"):
        AwsAccount.of_this_shell()


def test_region_that_is_on_is_asked_once(aws: Aws) -> None:
    aws.takes_in = {OFF}
    assert AwsAccount.of_this_shell().number == NUMBER
    assert aws.calls == [("GetCallerIdentity", OFF)]


def test_region_that_cannot_be_reached_is_no_fault_of_the_credentials(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(StartError, match=f"cannot be reached in {OFF}"):
        AwsAccount.of_this_shell()
    assert aws.calls == []
