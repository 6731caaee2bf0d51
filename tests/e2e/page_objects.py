"""The product's screens as a person finds their way on them: by what is written there."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.mailbox import join
from tests.e2e.page_errors import Witness
from tests.support.images import Picture
from tests.support.users import PASSWORD

# The worker shares two cores with the browser that waits for it.
PATIENCE_MS = 30_000


def new_address() -> str:
    """Return an e-mail address that nobody has."""
    return f"person-{uuid4().hex[:12]}@example.org"


@dataclass(frozen=True, kw_only=True)
class Screen:
    """One person's page."""

    page: Page
    site: str
    witness: Witness

    @property
    def context(self) -> BrowserContext:
        """The browser profile behind the page."""
        return self.page.context

    # Accounts

    def register(self) -> str:
        """Have an account and be signed in; return its e-mail address.

        How people do it by hand is test_sign_in.py's.
        """
        email = new_address()
        join(self.context.request, self.site, email, PASSWORD)
        self.page.goto(self.site)
        # The heading beside it is another one where nothing can be dropped.
        expect(self.page.get_by_role("button", name="Choose pictures")).to_be_visible()
        return email

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """Sign in through the form that is on the screen."""
        self._fill_credentials(email, password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        expect(self.page.get_by_role("button", name="Account", exact=True)).to_be_visible()

    def sign_out(self) -> None:
        """Sign out through the menu."""
        self.page.get_by_role("button", name="Account", exact=True).click()
        self.page.get_by_role("menuitem", name="Sign out").click()
        expect(self.page.get_by_role("heading", name="Sign in")).to_be_visible()

    def _fill_credentials(self, email: str, password: str = PASSWORD) -> None:
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)

    # Uploading

    def choose(self, *files: Path) -> None:
        """Upload through the file picker."""
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_role("button", name="Upload", exact=True).first.click()
        chooser.value.set_files(files)

    def choose_folder(self, folder: Path) -> None:
        """Upload through the folder picker."""
        self.page.get_by_role("button", name="More ways to upload").click()
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_role("menuitem", name="Choose a folder").click()
        chooser.value.set_files(folder)

    def drag(self, *paths: Path) -> None:
        """Drag files and folders over the window, as a file manager does."""
        self._drag_events(paths, "dragEnter", "dragOver")

    def drop(self, *paths: Path) -> None:
        """Drop files and folders on the window, as a file manager does."""
        self._wait_until_it_takes_files()
        self._drag_events(paths, "dragEnter", "dragOver", "drop")

    def _drag_events(self, paths: Sequence[Path], *types: str) -> None:
        session = self.context.new_cdp_session(self.page)
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in types:
            event = {"type": kind, "x": 300, "y": 300, "data": data}
            session.send("Input.dispatchDragEvent", event)
        session.detach()

    def drop_made(self, *pictures: Picture) -> None:
        """Drop files that are on no disk, so that they may be called anything."""
        self._dispatch("drop", pictures)

    def paste(self, *pictures: Picture) -> None:
        """Paste pictures from the clipboard."""
        self._dispatch("paste", pictures)

    def _wait_until_it_takes_files(self) -> None:
        """A page that has only just been drawn does not listen: what is dropped on it is gone."""
        self.page.wait_for_function(_TAKES_FILES)

    def _dispatch(self, kind: str, pictures: Sequence[Picture]) -> None:
        self._wait_until_it_takes_files()
        files = [
            (picture.name, picture.content_type, base64.b64encode(picture.content).decode())
            for picture in pictures
        ]
        self.page.evaluate(_DISPATCH, [kind, files])

    @property
    def panel(self) -> Locator:
        """The panel of uploads."""
        return self.page.get_by_role("region", name="Uploads")

    def row(self, name: str) -> Locator:
        """A file in the panel."""
        its_name = self.page.get_by_text(name, exact=True)
        return self.panel.get_by_role("listitem").filter(has=its_name)

    def expect_phase(self, name: str, words: str | re.Pattern[str]) -> None:
        """Wait until the panel says this of a file."""
        expect(self.row(name)).to_contain_text(words, timeout=PATIENCE_MS)

    def expect_added(self, *names: str) -> None:
        """Wait until these are in the library."""
        for name in names:
            self.expect_phase(name, "Added")

    def close_panel(self) -> None:
        """Put the panel away."""
        self.panel.get_by_role("button", name="Close").click()
        expect(self.panel).to_have_count(0)

    # Looking

    @property
    def tiles(self) -> Locator:
        """The pictures of the timeline."""
        return self.page.get_by_role("group", name="Your pictures").get_by_role("link")

    def tile(self, words: str) -> Locator:
        """A picture of the timeline, by a part of what is said of it."""
        return self.tiles.filter(has=self.page.get_by_role("img", name=words))

    def expect_thumbnail(self, words: str) -> None:
        """Wait until a picture can be seen in the timeline."""
        picture = self.tile(words).get_by_role("img")
        expect(picture).to_be_visible(timeout=PATIENCE_MS)
        expect(picture).not_to_have_js_property("naturalWidth", 0, timeout=PATIENCE_MS)

    @property
    def viewer(self) -> Locator:
        """The viewer, while a picture is open."""
        return self.page.get_by_role("dialog", name="Picture")

    @property
    def details(self) -> Locator:
        """What is known of the picture in the viewer."""
        return self.viewer.get_by_role("complementary", name="Details")

    def open(self, words: str) -> None:
        """Open a picture in the viewer."""
        self.tile(words).click()
        expect(self.viewer).to_be_visible()

    def open_details(self) -> None:
        """Show what is known of the picture."""
        self.viewer.get_by_role("button", name="Details", exact=True).click()
        expect(self.details).to_be_visible()

    def go_to(self, name: str) -> None:
        """Go to one of the main pages, by its link or by the menu of the others."""
        main = self.page.get_by_role("navigation", name="Main").filter(visible=True)
        if name == "Settings":
            self.page.get_by_role("button", name="Account", exact=True).click()
            self.page.get_by_role("menuitem", name=name).click()
            return
        link = main.get_by_role("link", name=name, exact=True).filter(visible=True)
        if link.count() > 0:
            link.click()
            return
        main.get_by_role("button", name="More pages").filter(visible=True).click()
        main.get_by_role("menuitem", name=name).click()

    def tab_to(self, target: Locator, *, back: bool = False) -> None:
        """Press Tab until the focus is there."""
        for _ in range(40):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"Tab never reaches {target}")

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the API what this page may ask it, with this person's cookie."""
        answer = self.context.request.fetch(
            f"{self.site}{path}", method=method, data=body, headers={"Origin": self.site}
        )
        assert answer.ok, answer.text()
        return answer.json() if answer.body() else None


def overlap(one: Locator, other: Locator) -> bool:
    """Whether two things on the screen cover each other, even in part."""
    a, b = one.bounding_box(), other.bounding_box()
    assert a, one
    assert b, other
    return (
        a["x"] < b["x"] + b["width"]
        and b["x"] < a["x"] + a["width"]
        and a["y"] < b["y"] + b["height"]
        and b["y"] < a["y"] + a["height"]
    )


_TAKES_FILES = """
() => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([], "any"));
  const over = new DragEvent("dragover", {
    dataTransfer: transfer, bubbles: true, cancelable: true,
  });
  const isTaken = !document.body.dispatchEvent(over);
  document.body.dispatchEvent(new DragEvent("dragleave", { bubbles: true }));
  return isTaken;
}
"""
_DISPATCH = """
([kind, files]) => {
  const transfer = new DataTransfer();
  for (const [name, type, base64] of files) {
    const bytes = Uint8Array.from(atob(base64), (mail) => mail.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
  }
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true });
  document.body.dispatchEvent(event);
}
"""
