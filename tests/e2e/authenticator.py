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
        # Codes count for a step of 30 seconds and its neighbours: beginning with the one before,
        # three can be shown without waiting.
        self._next = int(time.time()) // _STEP_SECONDS - 1

    def code(self) -> str:
        """The next code."""
        shown = self._codes.generate_otp(self._next)
        self._next += 1
        return shown
