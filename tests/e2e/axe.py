"""Holding a page to the rules of accessibility, in every look that it has."""

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

from scripts.embedded.options import ROOT

AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
DESKTOP = {"width": 1440, "height": 900}
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


class SameSizeJudge(Judge):
    """A judge who leaves the page as large as it was."""

    def look_at(self, name: str) -> None:
        """Judge what is on the screen now."""
        size = self._page.viewport_size
        assert size
        super().look_at(name)
        self._page.set_viewport_size(size)
