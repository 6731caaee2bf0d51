"""Devices that prove who somebody is: Chromium's own authenticator of software, and a code app."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pyotp
from playwright.sync_api import Page

_STEP_SECONDS = 30


@contextmanager
def passkey_device(page: Page) -> Iterator[None]:
    """Give a page a device that keeps passkeys and knows its person at once."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield
    session.send("WebAuthn.removeVirtualAuthenticator", made)
    session.detach()


class CodeApp:
    """An authenticator app, which never shows a code that it has shown."""

    def __init__(self, secret: str) -> None:
        self._codes = pyotp.TOTP(secret.replace(" ", ""))
        self._next = 0

    def code(self) -> str:
        """A code that is good for half a minute or more: this step's, or else the next one's.

        Codes count for a step of 30 seconds and its neighbours, so two can be shown at once.
        """
        step = max(self._next, int(time.time()) // _STEP_SECONDS)
        self._next = step + 1
        return self._codes.generate_otp(step)
