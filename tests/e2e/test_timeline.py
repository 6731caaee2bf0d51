"""A timeline of some thousand images: scrubbing, links far down, the place one was at."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.axe import Judge
from tests.e2e.library import draw_thumbnails, fill
from tests.e2e.page_objects import Screen
from tests.e2e.running_app import RunningProduct
from tests.support.images import jpeg

COUNT = 2_000
# By tests/e2e/library.py: eight every fifth day.
FAR = "seeded 1203.jpg"
ITS_MONTH = "2023-10"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def _scrubber(screen: Screen) -> Locator:
    return screen.page.get_by_role("slider", name="Timeline")


def _show_library(screen: Screen, product: RunningProduct) -> None:
    email = screen.register()
    fill(product, email, count=COUNT)
    draw_thumbnails(screen.context, product)
    screen.page.reload()
    expect(screen.tile("seeded 0.jpg")).to_be_visible()


@pytest.fixture
def library(new_screen: Callable[..., Screen], product: RunningProduct) -> Screen:
    """Somebody with a large library, at its top; dates are English whatever the browser's are."""
    screen = new_screen(locale="de-DE")
    _show_library(screen, product)
    return screen


def _press_track(screen: Screen, share: float) -> None:
    box = _scrubber(screen).bounding_box()
    assert box
    screen.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * share)


def _topmost(screen: Screen) -> Locator:
    """The first tile that the header leaves free."""
    names = screen.page.evaluate(_FREE_TILES)
    assert names
    return screen.page.locator(f'[data-image="{names[0]}"]')


_FREE_TILES = """
() => [...document.querySelectorAll("[data-image]")]
  .filter((tile) => tile.getBoundingClientRect().top > 120)
  .map((tile) => tile.dataset.image)
"""


def _top_of(tile: Locator) -> float:
    box = tile.bounding_box()
    assert box
    return box["y"]


def _id_of(screen: Screen, name: str, month: str) -> str:
    ids = screen.call("GET", f"/api/timeline/{month}")["ids"]
    images = screen.call("GET", f"/api/images?limit=100&ids={','.join(ids[:100])}")["images"]
    return str(next(image["id"] for image in images if image["name"] == name))


def test_scrubbing_leads_to_a_month_and_the_place_is_kept(library: Screen) -> None:
    screen = library
    _press_track(screen, 0.5)
    expect(_scrubber(screen)).not_to_have_attribute("aria-valuetext", "October 2025")
    month = _scrubber(screen).get_attribute("aria-valuetext") or ""
    year = month[-4:]
    expect(screen.tiles.filter(has=screen.page.get_by_role("img")).first).to_be_visible()
    headings = screen.page.get_by_role("heading", name=re.compile(rf"\d {month[:3]}.* {year}$"))
    expect(headings.first).to_be_attached()
    tile = _topmost(screen)
    name = tile.get_by_role("img").get_attribute("alt") or ""
    before = _top_of(tile)
    screen.page.wait_for_function("() => history.state?.gridPlace?.kind === 'image'")

    screen.page.reload()
    expect(screen.tile(name)).to_be_in_viewport()
    assert abs(_top_of(screen.tile(name)) - before) <= 1

    # Back from another page, too; a link to the timeline begins at its top.
    screen.go_to("Settings")
    expect(screen.page.get_by_role("region", name="E-mail")).to_be_visible()
    screen.page.go_back()
    expect(screen.tile(name)).to_be_in_viewport()
    assert abs(_top_of(screen.tile(name)) - before) <= 1
    screen.go_to("Recently deleted")
    expect(screen.page.get_by_text("No deleted pictures")).to_be_visible()
    screen.go_to("Pictures")
    expect(screen.tile("seeded 0.jpg")).to_be_in_viewport()

    # Another width lays all out anew around what is looked at.
    screen.page.go_back()
    screen.page.go_back()
    expect(screen.tile(name)).to_be_in_viewport()
    screen.page.set_viewport_size({"width": 800, "height": 700})
    expect(screen.tile(name)).to_be_in_viewport()


def test_a_link_far_down_opens_among_its_neighbours(library: Screen) -> None:
    screen = library
    page = screen.page
    image_id = _id_of(screen, FAR, "2023-10")
    page.goto(f"{screen.site}/images/{image_id}")
    expect(screen.viewer.get_by_role("heading", name=FAR)).to_be_visible()
    expect(screen.viewer.get_by_text(f"1,204 of {COUNT:,}", exact=True)).to_be_visible()
    # More than a month has: over the border of the bucket.
    for number in range(1204, 1264):
        page.keyboard.press("ArrowRight")
        expect(screen.viewer.get_by_role("heading", name=f"seeded {number}.jpg")).to_be_visible()
    page.reload()
    expect(screen.viewer.get_by_text(f"1,264 of {COUNT:,}", exact=True)).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(screen.viewer.get_by_role("heading", name="seeded 1262.jpg")).to_be_visible()
    page.keyboard.press("Escape")
    expect(screen.viewer).to_have_count(0)
    expect(screen.tile("seeded 1262.jpg")).to_be_focused()
    expect(screen.tile("seeded 1262.jpg")).to_be_in_viewport()
    # The place that the viewer led to is kept, though nobody scrolled.
    page.wait_for_function("() => history.state?.gridPlace?.kind === 'image'")
    page.reload()
    expect(screen.tile("seeded 1262.jpg")).to_be_in_viewport()


def test_by_keyboard_alone(library: Screen) -> None:
    screen = library
    page = screen.page
    scrubber = _scrubber(screen)
    scrubber.focus()
    page.keyboard.press("ArrowDown")
    expect(scrubber).to_have_attribute("aria-valuetext", "September 2025")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(scrubber).to_have_attribute("aria-valuetext", "June 2025")
    page.keyboard.press("PageDown")
    expect(scrubber).to_have_attribute("aria-valuetext", "December 2024")
    expect(page.get_by_role("heading", name=re.compile(r" Dec 2024$")).first).to_be_in_viewport()
    page.keyboard.press("End")
    expect(screen.tile(f"seeded {COUNT - 1}.jpg")).to_be_in_viewport()
    page.keyboard.press("Home")
    expect(screen.tile("seeded 0.jpg")).to_be_in_viewport()

    page.keyboard.press("g")
    dialog = page.get_by_role("dialog", name="Go to date")
    dialog.get_by_label("Date").fill("2023-10-12")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    # The next older day with pictures.
    heading = page.get_by_role("heading", name="12 Oct 2023")
    expect(heading).to_be_in_viewport()
    first = page.get_by_role("region", name="12 Oct 2023").get_by_role("link").first
    screen.tab_to(first, back=True)
    page.keyboard.press("End")
    expect(screen.tile(f"seeded {COUNT - 1}.jpg")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(screen.tile(f"seeded {COUNT - 2}.jpg")).to_be_focused()
    page.keyboard.press("Home")
    expect(screen.tile("seeded 0.jpg")).to_be_focused()


def test_arrivals_do_not_shift_what_is_looked_at(
    library: Screen, on_disk: Callable[..., list[Path]]
) -> None:
    screen = library
    _press_track(screen, 0.4)
    expect(_scrubber(screen)).not_to_have_attribute("aria-valuetext", "October 2025")
    expect(screen.tiles.filter(has=screen.page.get_by_role("img")).first).to_be_visible()
    tile = _topmost(screen)
    name = tile.get_by_role("img").get_attribute("alt") or ""
    before = _top_of(tile)
    screen.drop(*on_disk(jpeg(seed=91, name="fresh.jpg")))
    screen.expect_added("fresh.jpg")
    expect(screen.tile(name)).to_be_in_viewport()
    assert abs(_top_of(screen.tile(name)) - before) <= 1


def test_a_mouse_drags_the_scrubber_and_the_day_stays_in_sight(library: Screen) -> None:
    screen = library
    page = screen.page
    track = page.locator(".scrubber")
    label = track.get_by_text(re.compile(r"^[A-Z][a-z]+ 202\d$"))
    expect(track.get_by_text("2024", exact=True)).to_be_visible()
    expect(label).to_have_count(0)
    box = _scrubber(screen).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.1
    page.mouse.move(x, y)
    expect(label).to_be_visible()
    page.mouse.down()
    page.mouse.move(x, y + box["height"] * 0.5, steps=8)
    # It says where one is while one drags.
    expect(label).to_have_text(_scrubber(screen).get_attribute("aria-valuetext") or "")
    page.mouse.up()
    expect(_scrubber(screen)).not_to_have_attribute("aria-valuetext", "October 2025")
    expect(screen.tiles.filter(has=page.get_by_role("img")).first).to_be_visible()

    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("window.scrollTo(0, 0)")
    day = page.get_by_role("heading", name=re.compile("31 Oct 2025"))
    expect(day).to_be_in_viewport()
    before = _top_of(day)
    page.evaluate("window.scrollTo(0, 250)")
    expect(screen.tile("seeded 0.jpg")).not_to_be_in_viewport()
    expect(day).to_be_in_viewport()
    assert 0 < _top_of(day) <= before


def test_a_phone_scrubs_by_its_handle(
    new_screen: Callable[..., Screen], product: RunningProduct
) -> None:
    screen = new_screen(**PHONE)
    _show_library(screen, product)
    page = screen.page
    # The handle is there while the page moves, and for a moment after that.
    page.evaluate("window.scrollBy({ top: 600 })")
    moving = page.evaluate("setInterval(() => window.scrollBy({ top: 1 }), 100)")
    handle = page.locator(".scrubber-thumb[data-moving] .scrubber-handle")
    expect(handle).to_have_css("opacity", "1")
    box = handle.bounding_box()
    assert box
    touch = screen.context.new_cdp_session(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for kind, to in (("touchStart", y), ("touchMove", y + 150), ("touchMove", y + 320)):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": to}]})
    page.evaluate("timer => clearInterval(timer)", moving)
    label = page.locator(".scrubber").get_by_text(re.compile(r"^[A-Z][a-z]+ 202\d$"))
    expect(label).to_be_visible()
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(_scrubber(screen)).not_to_have_attribute("aria-valuetext", "October 2025")
    expect(screen.tile("seeded 0.jpg")).to_have_count(0)
    expect(screen.tiles.filter(has=page.get_by_role("img")).first).to_be_visible()


def test_the_timeline_with_its_scrubber_is_accessible(library: Screen) -> None:
    judge = Judge(library.page)
    judge.look_at("timeline with a scrubber")
    library.page.keyboard.press("g")
    expect(library.page.get_by_role("dialog", name="Go to date")).to_be_visible()
    judge.look_at("go to date")
    assert judge.sentence() == ""
