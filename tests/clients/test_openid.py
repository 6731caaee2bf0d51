"""What providers may say, and which addresses are asked, without any of them."""

import subprocess
import sys

import pytest

from app.clients.bounded_http import is_safe_address
from app.clients.openid.client import GOOGLE, claims_from


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
