"""What providers may say, which addresses are asked, and how often one is that failed."""

import subprocess
import sys
from dataclasses import dataclass

import pytest

from app.clients.bounded_http import is_safe_address
from app.clients.openid.client import GOOGLE, AuthorizationParameters, OpenIDClient, claims_from
from app.clients.openid.discovery import ProviderError
from app.clients.openid.failures import REMEMBERED_SECONDS
from app.settings import ProviderSettings
from tests.oidc.fake_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    Provider,
    Reply,
    running_provider,
)


@pytest.mark.parametrize(
    ("email", "more"),
    [
        ("ada@gmail.com", {}),
        ("Ada@GoogleMail.com", {}),
        ("ada@example.org", {"hd": "example.org"}),
    ],
)
def test_google_speaks_for_its_own_addresses(email: str, more: dict[str, object]) -> None:
    found = {"sub": "1", "email": email, "email_verified": True, **more}
    assert claims_from(found, issuer=GOOGLE).email_is_proved
    assert not claims_from(found | {"email_verified": False}, issuer=GOOGLE).email_is_proved


@pytest.mark.parametrize(
    ("email", "more"),
    [
        ("ada@example.org", {}),
        ("ada@example.org", {"hd": ""}),
        ("ada@example.org", {"hd": None}),
        ("ada@example.org", {"hd": True}),
        ("ada@notgmail.com", {}),
        ("ada@gmail.com.example.org", {}),
        ("gmail.com", {}),
    ],
)
def test_google_does_not_know_who_reads_other_mail(email: str, more: dict[str, object]) -> None:
    found = {"sub": "1", "email": email, "email_verified": True, **more}
    assert not claims_from(found, issuer=GOOGLE).email_is_proved
    # What holds for Google holds for no provider that runs at an address like its.
    assert claims_from(found, issuer="https://id.example.org").email_is_proved


@pytest.mark.parametrize(
    "address",
    ["https://id.example.org/keys", "http://127.0.0.1:9/", "http://localhost", "http://[::1]:80/x"],
)
def test_what_is_asked_is_behind_tls_or_on_this_machine(address: str) -> None:
    assert is_safe_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://id.example.org/keys",
        "http://127.0.0.1.example.org/",
        "http://localhost.example.org/",
        "http://169.254.169.254/latest/meta-data",
        "https:///keys",
        "https://user@id.example.org/",
        "https://user:secret@id.example.org/",
        "https://id.example.org:port/",
        "https://id.example.org/\r\nHost: x",
        "https://id.ex\N{CYRILLIC SMALL LETTER A}mple.org/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "//id.example.org/",
        "https://[::1",
    ],
)
def test_nothing_else_is_asked(address: str) -> None:
    assert not is_safe_address(address)


def test_whoever_signs_in_by_no_provider_does_not_wait_for_authlib() -> None:
    code = (
        "import sys, app.api.app;"
        "print([n for n in sys.modules if n.partition('.')[0] in {'authlib', 'joserfc'}])"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert said.strip() == "[]"


@dataclass
class Clock:
    """Seconds that pass when told."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


TRIP = AuthorizationParameters(state="state", nonce="nonce", code_verifier="verifier" * 8)


def client_of(provider: Provider, name: str, clock: Clock) -> OpenIDClient:
    address = provider.issuers[name].address
    settings = ProviderSettings(
        name=name,
        label=name,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        discovery_url=f"{address}/.well-known/openid-configuration",
    )
    return OpenIDClient(settings, redirect_uri="http://localhost/callback", clock=clock)


def test_provider_that_failed_is_not_asked_again_for_ten_seconds() -> None:
    with running_provider("127.0.0.1", "failing") as provider:
        issuer, clock = provider.issuers["failing"], Clock()
        issuer.metadata = {"issuer": "https://id.example.org"}
        client = client_of(provider, "failing", clock)
        for _ in range(5):
            with pytest.raises(ProviderError):
                client.address(TRIP)
        assert issuer.asked == [".well-known/openid-configuration"]
        issuer.metadata = {}
        clock.now += REMEMBERED_SECONDS + 1
        assert client.address(TRIP).startswith(f"{issuer.address}/authorize?")


def test_code_is_not_redeemed_where_nobody_answered_a_moment_ago() -> None:
    with running_provider("127.0.0.1", "plain") as provider:
        issuer, clock = provider.issuers["plain"], Clock()
        issuer.reply = lambda _: Reply(body=b"{", hangs_up=True)
        client = client_of(provider, "plain", clock)
        for _ in range(3):
            code = issuer.authorize(client.address(TRIP))
            with pytest.raises(ProviderError):
                client.claims(code, TRIP, issuer=None)
        assert issuer.asked.count("token") == 1
        issuer.be_honest()
        clock.now += REMEMBERED_SECONDS + 1
        code = issuer.authorize(client.address(TRIP))
        assert client.claims(code, TRIP, issuer=None).subject == "somebody"


def test_nobody_keeps_others_out_by_codes_that_are_none() -> None:
    with running_provider("127.0.0.1", "plain") as provider:
        issuer = provider.issuers["plain"]
        client = client_of(provider, "plain", Clock())
        code = issuer.authorize(client.address(TRIP))
        with pytest.raises(ProviderError):
            client.claims("nonsense", TRIP, issuer=None)
        assert client.claims(code, TRIP, issuer=None).subject == "somebody"
