"""The mails of a product that runs on this machine, and joining by the link in one."""

import re
import time
from typing import Any

from playwright.sync_api import APIRequestContext

PATIENCE_SECONDS = 30


def post(request: APIRequestContext, url: str, body: Any) -> Any:
    """POST as one of the site's own pages does."""
    origin = re.match(r"https?://[^/]+", url)
    assert origin
    answer = request.post(url, data=body, headers={"Origin": origin[0]})
    assert answer.ok, answer.text()
    return answer.json()


def wait_for_mail(request: APIRequestContext, site: str, to: str, *, page: str) -> str:
    """Wait for a mail with a link to this page; return the link."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        mails = request.get(f"{site}/api/local/mails", params={"to": to}).json()["mails"]
        links = [link for mail in mails for link in mail["links"]]
        for link in links:
            if link.startswith(f"{site}{page}#"):
                return str(link)
        time.sleep(0.1)
    raise AssertionError(f"no mail to {to} leads to {page}")


def join(request: APIRequestContext, site: str, email: str, password: str) -> None:
    """Make an account by mail without any page; the browser behind `request` is signed in."""
    post(request, f"{site}/api/auth/register", {"email": email})
    token = wait_for_mail(request, site, email, page="/welcome").partition("#")[2]
    post(request, f"{site}/api/auth/welcome", {"token": token, "password": password})
