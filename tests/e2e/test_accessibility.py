"""Every screen in light and dark, on a desk and on a phone, as axe judges it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from scripts.embedded.options import ROOT
from tests.e2e.conftest import DESKTOP
from tests.e2e.pages import PATIENCE_MS, Screen
from tests.pictures import Picture, jpeg, png

AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 360, "height": 740}
GRAVE = {"serious", "critical"}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# What is still fading from one colour to another has the contrast of a ghost. A colour that is
# inherited fades level by level, so one end is followed by the next beginning.
STAND_STILL = """
async () => {
  const isPassing = (one) => one.effect.getComputedTiming().endTime !== Infinity;
  for (let still = 0; still < 4; still += 1) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const passing = document.getAnimations().filter(isPassing);
    if (passing.length > 0) still = -1;
    await Promise.all(passing.map((one) => one.finished.catch(() => null)));
  }
}
"""


class Judge:
    """Holds a page to the rules in every look that it has."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._found: list[str] = []

    def look_at(self, name: str) -> None:
        """Judge what is on the screen now."""
        for size in (DESKTOP, PHONE):
            self._page.set_viewport_size(size)  # type: ignore[arg-type]
            for scheme in ("light", "dark"):
                self._page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                self._found += [f"{name}, {scheme}, {size}: {what}" for what in self._grave()]
        self._page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        self._page.evaluate(STAND_STILL)
        width = self._page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW["width"]:
            self._found.append(f"{name} is {width} wide on a screen of {NARROW['width']}")
        self._page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]

    def sentence(self) -> str:
        """What was found, line by line."""
        return "\n".join(self._found)

    def _grave(self) -> Iterator[str]:
        # Evaluated by the debugger, which no content security policy binds: that of the page stays.
        if not self._page.evaluate("'axe' in window"):
            self._page.evaluate(AXE.read_text())
        run = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"
        self._page.evaluate(STAND_STILL)
        violations: list[Any] = self._page.evaluate(run, RULES)["violations"]
        for violation in violations:
            if violation["impact"] in GRAVE:
                places = [
                    f"{node['html'][:160]} ({node['any'] and node['any'][0]['message']})"
                    for node in violation["nodes"][:3]
                ]
                yield f"{violation['id']}: {places}"


@pytest.fixture
def judge(screen: Screen) -> Judge:
    return Judge(screen.page)


def test_pages_of_someone_signed_out(screen: Screen, judge: Judge) -> None:
    screen.page.goto(screen.site)
    expect(screen.page.get_by_role("heading", name="Sign in")).to_be_visible()
    judge.look_at("signing in")
    screen.page.get_by_role("button", name="Sign in").click()
    judge.look_at("signing in, with complaints")
    screen.page.get_by_role("link", name="Make an account").click()
    expect(screen.page.get_by_role("heading", name="account")).to_be_visible()
    judge.look_at("registering")
    assert judge.sentence() == ""


def test_pages_of_someone_new(screen: Screen, judge: Judge) -> None:
    screen.register()
    judge.look_at("empty timeline")
    screen.page.get_by_role("button", name="Account").click()
    expect(screen.page.get_by_role("menuitem", name="Settings")).to_be_visible()
    judge.look_at("account menu")
    screen.page.get_by_role("menuitem", name="Settings").click()
    expect(screen.page.get_by_role("region", name="E-mail")).to_be_visible()
    judge.look_at("settings")
    screen.go_to("Recently deleted")
    expect(screen.page.get_by_text("Nothing was deleted lately")).to_be_visible()
    judge.look_at("nothing deleted")
    screen.page.goto(f"{screen.site}/no/such/page")
    expect(screen.page.get_by_text("There is nothing at this address")).to_be_visible()
    judge.look_at("not found")
    assert judge.sentence() == ""


def test_pages_with_pictures(
    screen: Screen, judge: Judge, on_disk: Callable[..., list[Path]]
) -> None:
    screen.register()
    pictures = [jpeg(seed=n, name=f"{n}.jpg") for n in (60, 61)] + [png(seed=62, name="62.png")]
    wrong = Picture(name="a text.txt", content_type="text/plain", content=b"Dear diary")
    screen.drop(*on_disk(*pictures, wrong))
    screen.expect_added(*[picture.name for picture in pictures])
    judge.look_at("upload panel")
    screen.close_panel()
    for picture in pictures:
        screen.expect_thumbnail(picture.name)
    judge.look_at("timeline")
    screen.tile("60.jpg").focus()
    screen.page.keyboard.press("Space")
    expect(screen.page.get_by_text("1 selected")).to_be_visible()
    judge.look_at("timeline with a selection")
    screen.page.get_by_role("button", name="Clear the selection").click()

    screen.open("60.jpg")
    expect(screen.viewer.get_by_role("img", name="60.jpg")).to_be_visible()
    judge.look_at("viewer")
    screen.open_details()
    expect(screen.details).to_contain_text("SHA-256")
    judge.look_at("details")
    screen.details.get_by_role("button", name="Write a description").click()
    expect(screen.details.get_by_label("Alt text")).to_be_visible()
    judge.look_at("writing a description")
    screen.details.get_by_role("button", name="Cancel").click()
    screen.viewer.get_by_role("button", name="Delete").click()
    screen.page.keyboard.press("Escape")
    expect(screen.page.get_by_role("button", name="Undo")).to_be_visible()
    judge.look_at("undo")
    screen.go_to("Recently deleted")
    expect(screen.page.get_by_text("30 days left")).to_be_visible(timeout=PATIENCE_MS)
    judge.look_at("recently deleted")
    assert judge.sentence() == ""
