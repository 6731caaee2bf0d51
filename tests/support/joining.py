"""Joining by mail, as people do who have no account yet."""

from uuid import uuid4

import httpx2

from scripts.embedded.stack import EmbeddedStack
from tests.support.mailbox import PATIENCE, next_mail, token_in


def fresh_address() -> str:
    return f"new-{uuid4().hex}@example.org"


def a_browser_at(address: str, stack: EmbeddedStack) -> httpx2.Client:
    """A browser of whoever is at this machine."""
    headers, cookies = {"Origin": stack.site_origin}, {"mailbox": stack.mailbox_key}
    return httpx2.Client(base_url=address, headers=headers, cookies=cookies, timeout=PATIENCE)


def join_token(http: httpx2.Client, email: str) -> str:
    """Ask to join and take the token out of the mail."""

    def ask() -> None:
        assert http.post("/api/auth/register", json={"email": email}).status_code == 202

    return token_in(next_mail(http, email, ask, about="link to join"))
