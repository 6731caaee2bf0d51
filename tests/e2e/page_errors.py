"""Watching a browser for what must never happen on any page, whatever else a test is about."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Request, WebError

# Chromium tells of most violations on the console, but not of all.
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} refused ${event.blockedURI}`));
"""


class Witness:
    """Notes console errors, exceptions, CSP violations, dialogs and requests to strangers."""

    def __init__(self, context: BrowserContext, *, origins: Iterable[str]) -> None:
        """Watch all pages of a context; requests may go to these origins only."""
        self._origins = frozenset(origins)
        self._forgiven: list[str] = []
        self._seen: list[str] = []
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("dialog", self._on_dialog)
        context.on("request", self._on_request)

    def forgive(self, *patterns: str) -> None:
        """Expect these in this test: what it does on purpose makes the browser complain."""
        self._forgiven += patterns

    @property
    def complaints(self) -> list[str]:
        """What was seen and not forgiven."""
        return [
            line
            for line in self._seen
            if not any(re.search(pattern, line) for pattern in self._forgiven)
        ]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._seen.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _on_error(self, error: WebError) -> None:
        self._seen.append(f"exception: {error.error}")

    def _on_dialog(self, dialog: Dialog) -> None:
        if dialog.type != "beforeunload":
            self._seen.append(f"dialog: {dialog.type} {dialog.message}")
        dialog.accept()

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        is_inner = parts.scheme in {"data", "blob", "about", "chrome-error"}
        if not is_inner and f"{parts.scheme}://{parts.netloc}" not in self._origins:
            self._seen.append(f"request to a stranger: {request.method} {request.url}")
