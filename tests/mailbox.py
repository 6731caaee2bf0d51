"""Reading the mails that the local mailbox took in, as the people do whom they are for."""

import time
from collections.abc import Callable
from typing import Any

import httpx2

PATIENCE = 30.0

Mail = dict[str, Any]


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
