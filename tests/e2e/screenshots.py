"""Taking pictures of every screen, for people to look at.

Run by hand against `./scripts/start --demo`:

    python -m tests.e2e.screenshots FOLDER --password PASSWORD --mailbox ADDRESS

Both are what `./scripts/start` prints.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from scripts.embedded.demo import EMAIL
from tests.e2e.chromium import chromium
from tests.e2e.page_errors import Witness
from tests.e2e.page_objects import PATIENCE_MS, Screen
from tests.support.images import Picture, jpeg, jpeg_of_12_bits, not_a_picture

PAGES = (
    *(
        "/settings",
        "/settings/account",
        "/settings/preferences",
        "/settings/descriptions",
        "/settings/security",
    ),
    *("/settings/devices", "/settings/tokens", "/settings/ways-in", "/settings/activity"),
    *("/settings/data", "/admin", "/admin/people", "/admin/invites", "/admin/activity"),
)
LOOKS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
}


class Photographer:
    """Goes through the screens in one look and takes a picture of each."""

    def __init__(self, screen: Screen, shots: Callable[[str], Path], password: str) -> None:
        self._screen = screen
        self._page = screen.page
        self._shots = shots
        self._password = password

    def take_all(self) -> None:
        """Take them."""
        self._signed_out()
        self._timeline()
        self._viewer()
        self._settings()
        self._deleted()
        self._someone_new()

    def _shoot(self, name: str) -> None:
        self._page.wait_for_load_state("networkidle")
        self._page.screenshot(path=self._shots(name))

    def _signed_out(self) -> None:
        self._page.goto(f"{self._screen.site}/register")
        expect(self._page.get_by_role("heading", level=1)).to_be_visible()
        self._shoot("register")
        self._page.goto(self._screen.site)
        expect(self._page.get_by_role("heading", name="Sign in")).to_be_visible()
        self._shoot("sign-in")
        self._page.get_by_role("button", name="Sign in").click()
        self._shoot("sign-in-complaints")
        self._screen.sign_in(EMAIL, self._password)

    def _timeline(self) -> None:
        self._see_tiles()
        self._shoot("timeline")
        self._page.mouse.wheel(0, 700)
        self._see_tiles()
        self._shoot("timeline-further-down")
        self._page.evaluate("scrollTo(0, 0)")
        self._screen.tiles.first.hover()
        self._shoot("timeline-hover")
        self._screen.tiles.nth(1).focus()
        self._page.keyboard.press("Space")
        self._page.keyboard.press("Shift+ArrowRight")
        self._shoot("timeline-selection")
        self._page.get_by_role("button", name="Clear the selection").click()
        self._page.get_by_role("button", name="Account", exact=True).click()
        self._shoot("account-menu")
        self._page.keyboard.press("Escape")

    def _see_tiles(self) -> None:
        picture = self._screen.tiles.get_by_role("img").first
        expect(picture).not_to_have_js_property("naturalWidth", 0, timeout=PATIENCE_MS)

    def _viewer(self) -> None:
        self._screen.tiles.first.click()
        expect(self._screen.viewer.get_by_role("img").first).to_be_visible()
        self._shoot("viewer")
        self._screen.open_details()
        expect(self._screen.details).to_contain_text("SHA-256")
        self._shoot("viewer-details")
        edit = self._screen.details.get_by_role("button", name="Edit")
        if edit.count():
            edit.click()
            self._shoot("viewer-editing")
            self._screen.details.get_by_role("button", name="Cancel").click()
        self._page.keyboard.press("i")
        for _ in range(2):
            self._page.keyboard.press("ArrowRight")
        self._shoot("viewer-another")
        self._page.keyboard.press("+")
        self._page.keyboard.press("+")
        self._shoot("viewer-zoomed")
        self._page.keyboard.press("Escape")
        expect(self._screen.viewer).to_have_count(0)

    def _settings(self) -> None:
        for path in PAGES:
            self._page.goto(f"{self._screen.site}{path}")
            expect(self._page.get_by_role("heading", level=1)).to_be_visible()
            self._page.wait_for_load_state("networkidle")
            self._page.screenshot(path=self._shots(path[1:].replace("/", "-")), full_page=True)

    def _deleted(self) -> None:
        self._screen.go_to("Pictures")
        self._screen.tiles.first.focus()
        self._page.keyboard.press("Delete")
        expect(self._page.get_by_role("button", name="Undo")).to_be_visible()
        self._shoot("undo")
        self._screen.go_to("Recently deleted")
        self._shoot("recently-deleted")
        self._page.get_by_role("button", name="Select all", exact=True).click()
        self._shoot("recently-deleted-selection")
        self._page.get_by_role("button", name="Restore").click()
        self._shoot("recently-deleted-empty")
        self._page.goto(f"{self._screen.site}/no/such/page")
        self._shoot("not-found")

    def _someone_new(self) -> None:
        self._page.goto(self._screen.site)
        self._screen.sign_out()
        self._screen.register()
        self._shoot("empty")
        good = [jpeg(seed=n, size=(1200, 800), name=f"Holiday {n}.jpg") for n in range(500, 506)]
        wrong = Picture(name="Notes of a trip.txt", content_type="text/plain", content=b"Hello")
        unknown = jpeg_of_12_bits("Scan of 12 bits.jpg")
        self._screen.drop_made(*good, unknown, wrong, not_a_picture("Not really a picture.jpg"))
        self._shoot("upload-panel-at-first")
        self._screen.expect_phase("Not really a picture.jpg", "not a picture")
        self._screen.expect_added(*[picture.name for picture in good[:2]])
        self._shoot("upload-panel")
        self._screen.expect_added(*[picture.name for picture in good], unknown.name)
        self._screen.close_panel()
        expect(self._page.get_by_text("No preview yet")).to_be_visible()
        self._shoot("no-preview-yet")
        self._page.get_by_text("No preview yet").click()
        expect(self._page.get_by_role("button", name="Details", exact=True)).to_be_visible()
        self._shoot("viewer-no-preview-yet")
        self._page.keyboard.press("Escape")
        self._page.context.clear_cookies()
        self._screen.drop_made(jpeg(seed=520, name="After the session ended.jpg"))
        expect(self._page.get_by_role("dialog", name="Sign in to continue")).to_be_visible()
        self._shoot("signing-in-again")


def take(browser: Browser, folder: Path, *, site: str, password: str, mailbox: str) -> None:
    """Take every screen in every look."""
    for name, look in LOOKS.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(**look, color_scheme=scheme, locale="en-GB")
            witness = Witness(context, origins=[site])
            screen = Screen(page=context.new_page(), site=site, witness=witness)
            shots = _shots_in(folder, f"{name}-{scheme}")
            screen.page.goto(mailbox)  # so that this browser may read mails
            screen.page.wait_for_load_state("networkidle")
            try:
                Photographer(screen, shots, password).take_all()
            finally:
                context.close()


def _shots_in(folder: Path, look: str) -> Callable[[str], Path]:
    taken: list[str] = []

    def path(name: str) -> Path:
        taken.append(name)
        return folder / f"{look}-{len(taken):02}-{name}.png"

    return path


def main() -> None:
    """Read the command line and take them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--site", default="http://localhost:8000")
    parser.add_argument("--password", required=True, help="of the demo account")
    parser.add_argument("--mailbox", required=True, help="where mails are read, with its key")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        take(
            browser,
            options.folder,
            site=options.site,
            password=options.password,
            mailbox=options.mailbox,
        )


if __name__ == "__main__":
    main()
