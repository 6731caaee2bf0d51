"""Demo ID: keeps what an OpenID provider must, and is there only where no real one is."""

from __future__ import annotations

import threading
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from app.settings import Settings
from scripts.embedded.demo_id import CLIENT_ID, DemoIdServer
from scripts.embedded.folder import DataFolder
from scripts.embedded.providers import DemoId, providers_of_person
from tests.conftest import SITE_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERIFIER = "v" * 43
WISHES = {
    "client_id": CLIENT_ID,
    "response_type": "code",
    "redirect_uri": f"{SITE_ORIGIN}/api/auth/openid/demo/callback",
    "state": "the state",
    "nonce": "the nonce",
    "code_challenge_method": "S256",
    "code_challenge": urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("="),
}
YES = {"answer": "yes", "email": "ada@example.org"}


@pytest.fixture
def browser() -> Iterator[httpx2.Client]:
    with DemoIdServer(0, site_origin=SITE_ORIGIN, client_secret="secret") as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        with httpx2.Client(base_url=server.origin, headers={"Origin": server.origin}) as client:
            yield client
        server.shutdown()
        thread.join()


def back_from(answer: httpx2.Response) -> dict[str, str]:
    assert answer.status_code == 303
    location = answer.headers["location"]
    assert location.startswith(f"{SITE_ORIGIN}/api/auth/openid/demo/callback?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def redeem(browser: httpx2.Client, code: str, **changed: str) -> httpx2.Response:
    form = {"code": code, "code_verifier": VERIFIER, "redirect_uri": WISHES["redirect_uri"]}
    secret = changed.pop("secret", "secret")
    basic = b64encode(f"{CLIENT_ID}:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}"}
    return browser.post("/token", data=form | changed, headers=headers)


def test_its_page_says_that_it_is_for_trying_out(browser: httpx2.Client) -> None:
    answer = browser.get("/authorize", params=WISHES | {"login_hint": '"><b>x@example.org'})
    assert answer.status_code == 200
    assert "For trying out on this machine" in answer.text
    assert "<b>" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_code_is_good_once_for_whoever_asked(browser: httpx2.Client) -> None:
    back = back_from(browser.post("/decide", data=WISHES | YES))
    assert back["state"] == "the state"
    assert back["iss"] == str(browser.base_url).rstrip("/")
    assert redeem(browser, back["code"]).json()["id_token"]
    assert redeem(browser, back["code"]).status_code == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"code_verifier": "w" * 43},
        {"redirect_uri": f"{SITE_ORIGIN}/elsewhere"},
        {"secret": "another"},
    ],
)
def test_a_code_is_worth_nothing_to_others(browser: httpx2.Client, changed: dict[str, str]) -> None:
    code = back_from(browser.post("/decide", data=WISHES | YES))["code"]
    assert redeem(browser, code, **changed).status_code == 400


def test_whoever_says_no_brings_no_code(browser: httpx2.Client) -> None:
    back = back_from(browser.post("/decide", data=WISHES | {"answer": "no"}))
    assert back["error"] == "access_denied"
    assert "code" not in back


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "http://evil.example/api/auth/openid/demo/callback"},
        {"client_id": "another"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
        {"nonce": ""},
    ],
)
def test_it_leads_nowhere_but_to_the_site(browser: httpx2.Client, changed: dict[str, str]) -> None:
    assert browser.get("/authorize", params=WISHES | changed).status_code == 400
    answer = browser.post("/decide", data=WISHES | YES | changed)
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_other_pages_cannot_decide_for_a_person(browser: httpx2.Client) -> None:
    for origin in ("http://evil.example", "null"):
        answer = browser.post("/decide", data=WISHES | YES, headers={"Origin": origin})
        assert answer.status_code == 404
    answer = browser.get("/.well-known/openid-configuration", headers={"Host": "evil.example"})
    assert answer.status_code == 421


def test_it_is_told_to_the_product_as_demo(data_folder: Path) -> None:
    demo_id = DemoId.of(DataFolder(data_folder), site_origin=SITE_ORIGIN, but=8000)
    assert providers_of_person({"OIDC_DEMO_LABEL": "x", "PATH": "/bin"}) == {}
    told = _required() | demo_id.settings() | {"MAILBOX_DIR": str(data_folder)}
    (provider,) = Settings.from_environment(told).providers
    assert provider.is_demo
    assert provider.label == "Demo ID"
    assert demo_id.secret_file.stat().st_mode & 0o077 == 0
    again = DemoId.of(DataFolder(data_folder), site_origin=SITE_ORIGIN, but=8000)
    assert again.port == demo_id.port  # its people are known again
    assert again.secret != demo_id.secret


def test_a_persons_own_provider_takes_its_place(data_folder: Path) -> None:
    own = {"GOOGLE_CLIENT_ID": "id", "GOOGLE_CLIENT_SECRET": "secret"}
    assert providers_of_person(own | {"PATH": "/bin"}) == own
    # And should both be told: people never meet one beside the other.
    demo_id = DemoId.of(DataFolder(data_folder), site_origin=SITE_ORIGIN, but=8000)
    told = _required() | demo_id.settings() | own | {"MAILBOX_DIR": str(data_folder)}
    assert [each.name for each in Settings.from_environment(told).providers] == ["google"]


def _required() -> dict[str, str]:
    return {
        "DATABASE_URL": "postgresql://app@127.0.0.1/app",
        "SITE_ORIGIN": SITE_ORIGIN,
        "PICTURE_BUCKET": "bucket",
        "PICTURE_QUEUE_URL": "http://127.0.0.1/pictures",
        "DESCRIPTION_QUEUE_URL": "http://127.0.0.1/descriptions",
        "EXPORT_QUEUE_URL": "http://127.0.0.1/exports",
        "MAIL_QUEUE_URL": "http://127.0.0.1/letters",
        "USER_ROLE_ARN": "arn",
        "AWS_REGION": "us-east-1",
        "SECRET_KEY": "k" * 32,
    }
