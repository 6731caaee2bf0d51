"""Finding a Chromium on this machine and starting it so that it talks to nobody by itself."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


def executable() -> Path | None:
    """The Chromium to use: $CHROMIUM, or one of the system's; None leaves it to Playwright."""
    names = (os.environ.get("CHROMIUM", ""), *NAMES)
    found = next(filter(None, (shutil.which(name) for name in names if name)), None)
    return Path(found) if found else None


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = _launch(playwright)
        try:
            yield browser
        finally:
            browser.close()


def _launch(playwright: Playwright) -> Browser:
    # Chromium refuses to sandbox itself for root. The pages it opens here are all our own.
    for_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=executable(), args=[*QUIET, *for_root])
