"""The timeline in a real browser: what it takes to show, scroll and search a library of one size.

CPU is the renderer's main thread (Chromium's own counters, in thread time). Nothing is asked of the
page while that is counted; what is painted is sampled in a second scroll.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, Playwright, sync_playwright

from tests.bench.listing.seed import TOKEN
from tests.e2e.chromium import QUIET, executable

WIDTH, HEIGHT = 1280, 800
SPEED, SECONDS = 4_000, 8  # px/s
LABELS = 20
_PATIENCE_MS = 60_000
# A browser is at rest that used so much of a processor for so long.
_STILL_S, _STILL_SHARE = 0.5, 0.05

# LCP is final once somebody acts; what is there after the last picture in view is what it was.
_LCP = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => {
    const last = list.getEntries().at(-1);
    resolve([last.startTime, last.element?.tagName ?? ""]);
  }).observe({ type: "largest-contentful-paint", buffered: true });
})"""
# How much of what is below the header is covered by tiles, and how much of these by their picture.
_PAINTED = """
  const painted = () => {
    let [tiles, pictures] = [0, 0];
    for (const tile of document.querySelectorAll("[data-tile]")) {
      const { top, bottom, width } = tile.getBoundingClientRect();
      const height = Math.min(bottom, innerHeight) - Math.max(top, 64);
      if (height <= 0) continue;
      tiles += width * height;
      const image = tile.querySelector("img");
      if (image?.complete && image.naturalWidth > 0) pictures += width * height;
    }
    for (const empty of document.querySelectorAll("[aria-busy=true] .grid-placeholder")) {
      const { top, bottom, width } = empty.getBoundingClientRect();
      tiles += width * Math.max(0, Math.min(bottom, innerHeight) - Math.max(top, 64));
    }
    return [tiles, pictures];
  };
"""
_SAMPLE = (
    "() => {"
    + _PAINTED
    + """
  window.samples = [];
  const look = () => {
    window.samples.push(painted());
    window.sampling = requestAnimationFrame(look);
  };
  look();
}"""
)
_STOP = "() => { cancelAnimationFrame(window.sampling); return window.samples; }"
# From the press until all that is in view has its picture, as the next frame shows it.
_JUMP = (
    "(share) => new Promise((resolve) => {"
    + _PAINTED
    + """
  const track = document.querySelector("[role=slider]");
  const { x, y, width, height } = track.getBoundingClientRect();
  const at = { clientX: x + width / 2, clientY: y + share * height, bubbles: true, button: 0 };
  const begun = performance.now();
  track.setPointerCapture = () => undefined;
  for (const type of ["pointerdown", "pointerup"])
    track.dispatchEvent(new PointerEvent(type, { ...at, pointerType: "mouse", pointerId: 1 }));
  const look = () => {
    const [tiles, pictures] = painted();
    if (tiles > 0 && tiles - pictures < 1) resolve(performance.now() - begun);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""
)
_SETTLED = "() => {" + _PAINTED + "const [a, b] = painted(); return a > 0 && a - b < 1; }"
# The sections that the middle of the window shows.
_SHOWN = """() => [...document.querySelectorAll("section[aria-label]")]
  .filter((each) => each.getBoundingClientRect().bottom > 120
    && each.getBoundingClientRect().top < innerHeight)
  .map((each) => each.getAttribute("aria-label"))"""


@dataclass(kw_only=True)
class Shown:
    """What a library of one size took, a value for each round."""

    lcp_ms: list[float] = field(default_factory=list)
    scroll_cpu_s: list[float] = field(default_factory=list)
    task_cpu_s: list[float] = field(default_factory=list)
    unpainted: list[float] = field(default_factory=list)
    jump_ms: list[float] = field(default_factory=list)
    heap_mb: list[float] = field(default_factory=list)

    def line(self) -> str:
        """Tell the medians."""
        return "  ".join(
            f"{name} {median(values):.2f}" for name, values in vars(self).items() if values
        )


@contextmanager
def browser_for(storage_port: int, thumbnails_port: int) -> Iterator[Browser]:
    """A browser that finds thumbnails where this bench has them."""
    rule = f"MAP 127.0.0.1:{storage_port} 127.0.0.1:{thumbnails_port}"
    with sync_playwright() as playwright:
        browser = _launch(playwright, f"--host-resolver-rules={rule}")
        try:
            yield browser
        finally:
            browser.close()


def _launch(playwright: Playwright, *more: str) -> Browser:
    args = [*QUIET, "--no-sandbox", *more]
    return playwright.chromium.launch(executable_path=executable(), args=args)


def _wait_for_idle(browser: Browser) -> None:
    """Let a new window come to rest: Chromium loads its own address bar's pages in it (0.8 s CPU).

    A person's window has been open for a while.
    """
    cdp = browser.new_browser_cdp_session()
    try:
        deadline = time.monotonic() + _PATIENCE_MS / 1e3
        used = _cpu_of_browser(cdp)
        while time.monotonic() < deadline:
            time.sleep(_STILL_S)
            before, used = used, _cpu_of_browser(cdp)
            if used - before < _STILL_S * _STILL_SHARE:
                return
        raise RuntimeError("The browser did not come to rest.")
    finally:
        cdp.detach()


def _cpu_of_browser(cdp: CDPSession) -> float:
    processes = cdp.send("SystemInfo.getProcessInfo")["processInfo"]
    return float(sum(each["cpuTime"] for each in processes))


@contextmanager
def timeline_page(browser: Browser, site: str) -> Iterator[Page]:
    """Somebody's timeline, opened with an empty cache by who was signed in before."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, locale="en-GB", timezone_id="UTC"
    )
    context.add_cookies([{"name": "session", "value": TOKEN, "url": site}])
    context.add_init_script("localStorage.setItem('pinhole.was-signed-in', 'yes')")
    context.add_init_script("delete Navigator.prototype.serviceWorker")
    page = context.new_page()
    _wait_for_idle(browser)
    try:
        page.goto(site)
        page.wait_for_function(_SETTLED, timeout=_PATIENCE_MS)
        yield page
    finally:
        context.close()


def look(browser: Browser, site: str, into: Shown) -> None:
    """Measure everything once, each on a page of its own where it matters."""
    with timeline_page(browser, site) as page:
        page.wait_for_load_state("networkidle")
        into.lcp_ms.append(page.evaluate(_LCP)[0])
        into.jump_ms.append(page.evaluate(_JUMP, 0.5))
    with timeline_page(browser, site) as page:
        page.wait_for_load_state("networkidle")
        cdp = page.context.new_cdp_session(page)
        cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        before = _counters(cdp)
        _scroll(cdp)
        after = _counters(cdp)
        used = {name: after[name] - before[name] for name in after}
        into.scroll_cpu_s.append(
            used["ScriptDuration"] + used["LayoutDuration"] + used["RecalcStyleDuration"]
        )
        into.task_cpu_s.append(used["TaskDuration"])
        cdp.send("HeapProfiler.collectGarbage")
        into.heap_mb.append(_counters(cdp)["JSHeapUsedSize"] / 1e6)
    with timeline_page(browser, site) as page:
        page.wait_for_load_state("networkidle")
        cdp = page.context.new_cdp_session(page)
        page.evaluate(_SAMPLE)
        _scroll(cdp)
        samples = page.evaluate(_STOP)
        tiles = sum(each[0] for each in samples)
        into.unpainted.append(1 - sum(each[1] for each in samples) / tiles)


def _counters(cdp: CDPSession) -> dict[str, float]:
    metrics = cdp.send("Performance.getMetrics")["metrics"]
    return {each["name"]: each["value"] for each in metrics}


def _scroll(cdp: CDPSession) -> None:
    gesture = {"x": WIDTH // 3, "y": HEIGHT // 2, "speed": SPEED, "yDistance": -SPEED * SECONDS}
    cdp.send("Input.synthesizeScrollGesture", {**gesture, "gestureSourceType": "mouse"})


def wrong_labels(browser: Browser, site: str, *, seed: int = 7) -> list[str]:
    """Drag the scrubber to random heights: what its label said that is not what is shown then."""
    chance = random.Random(seed)  # noqa: S311 - repeatable
    wrong: list[str] = []
    with timeline_page(browser, site) as page:
        box = page.get_by_role("slider", name="Timeline").bounding_box()
        assert box
        x = box["x"] + box["width"] / 2
        for _ in range(LABELS):
            y = box["y"] + box["height"] * chance.random()
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.move(x, y + 1)
            said = page.locator("[role=slider] > span.bg-ink").inner_text()
            page.mouse.up()
            page.wait_for_function(_SETTLED, timeout=_PATIENCE_MS)
            shown: list[str] = page.evaluate(_SHOWN)
            if not any(_is_of(said, each) for each in shown):
                wrong.append(f"{said}: {shown}")
            page.mouse.move(10, 300)
    return wrong


def _is_of(month: str, heading: str) -> bool:
    """Whether "Wed 3 Jun 2020" or "3 June" is of "June 2020"; a year is not said of this one."""
    name, year = month.split()
    return name[:3] in heading and (year in heading or int(year) == date.today().year)  # noqa: DTZ011


def reaches_bottom(browser: Browser, site: str, oldest: str) -> bool:
    """Press End; whether the oldest picture is in view then."""
    with timeline_page(browser, site) as page:
        page.keyboard.press("End")
        tile: Any = page.locator(f'[data-image="{oldest}"]')
        tile.wait_for(timeout=_PATIENCE_MS)
        page.wait_for_function(_SETTLED, timeout=_PATIENCE_MS)
        box = tile.bounding_box()
        return box is not None and 0 < box["y"] < HEIGHT
