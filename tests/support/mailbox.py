"""Reading the mails that the local mailbox took in, as the people do whom they are for."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import httpx2

from tests.support.users import PASSWORD

PATIENCE = 30.0

Mail = dict[str, Any]


def open_mailbox(http: httpx2.Client, key: str) -> None:
    """Let this browser read the machine's mails, as the page of the printed address does."""
    http.post("/api/local/mailbox", json={"key": key}).raise_for_status()


def mails_to(http: httpx2.Client, email: str) -> list[Mail]:
    """All mails to an address, the newest first."""
    answer = http.get("/api/local/mails", params={"to": email})
    answer.raise_for_status()
    found: list[Mail] = answer.json()["mails"]
    return found


def next_mail(http: httpx2.Client, email: str, ask: Callable[[], object], *, about: str) -> Mail:
    """Ask for a mail and wait until one comes whose subject says what it is about."""
    before = {mail["id"] for mail in mails_to(http, email)}
    ask()
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for mail in mails_to(http, email):
            if mail["id"] not in before and about in mail["subject"]:
                return mail
        time.sleep(0.05)
    raise AssertionError(f"no mail about {about!r} came")


def token_in(mail: Mail) -> str:
    """What stands behind the # of the one link that carries a token."""
    (link,) = (each for each in mail["links"] if "#" in each)
    token: str = link.partition("#")[2]
    return token


def join_by_mail(http: httpx2.Client, email: str = "", password: str = PASSWORD) -> str:
    """Join a local site as people do, and be signed in; return the address."""
    email = email or f"person-{uuid4().hex}@example.org"
    ask = partial(http.post, "/api/auth/register", json={"email": email})
    token = token_in(next_mail(http, email, ask, about="link to join"))
    http.post("/api/auth/welcome", json={"token": token, "password": password}).raise_for_status()
    return email
