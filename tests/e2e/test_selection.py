"""Selecting pictures by mouse, finger and keyboard, and what is done with them."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.axe import Judge
from tests.e2e.library import draw_thumbnails, fill
from tests.e2e.page_objects import PATIENCE_MS, Screen
from tests.e2e.running_app import RunningProduct
from tests.support.images import jpeg

COUNT = 6
LIBRARY = 600
# By tests/e2e/library.py, about ten months further down than the newest.
FAR = 480
DESK = {"width": 1280, "height": 800}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def _bar(screen: Screen) -> Locator:
    return screen.page.get_by_role("toolbar", name="Selected pictures")


def _add_pictures(screen: Screen, on_disk: Callable[..., list[Path]]) -> list[Locator]:
    """Upload six; return their tiles, newest first."""
    screen.register()
    screen.drop(*on_disk(*[jpeg(seed=70 + n, name=f"picture {n}.jpg") for n in range(COUNT)]))
    expect(screen.panel.get_by_role("heading")).to_have_text(f"{COUNT} pictures added")
    screen.close_panel()
    expect(screen.tiles).to_have_count(COUNT)
    return [
        screen.page.locator(f'[data-image="{tile.get_attribute("data-image")}"]')
        for tile in screen.tiles.all()
    ]


def _middle(tile: Locator) -> tuple[float, float]:
    box = tile.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _wait_for_stored(screen: Screen, count: int) -> None:
    """Wait until the server counts so many.

    The page shows a deletion before the server has answered. `wait_for_function` cannot ask the
    server: it takes the promise of an asynchronous predicate for a true answer.
    """
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while (stored := screen.call("GET", "/api/timeline")["count"]) != count:
        assert time.monotonic() < deadline, f"{stored} pictures, not {count}"
        screen.page.wait_for_timeout(100)


def test_a_range_over_months_is_deleted_and_brought_back(
    new_screen: Callable[..., Screen], product: RunningProduct
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    email = screen.register()
    fill(product, email, count=LIBRARY)
    draw_thumbnails(screen.context, product)
    page.reload()
    screen.tile("seeded 0.jpg").hover()
    page.locator("[data-tile]").first.get_by_role("checkbox").click()
    expect(_bar(screen)).to_contain_text("1 selected")
    expect(_bar(screen)).to_contain_text("1 MB")

    # What lies between has never been in view.
    page.keyboard.press("g")
    page.get_by_role("dialog", name="Go to date").get_by_label("Date").fill("2025-01-04")
    page.keyboard.press("Enter")
    expect(screen.tile(f"seeded {FAR}.jpg")).to_be_in_viewport()
    screen.tile(f"seeded {FAR}.jpg").click(modifiers=["Shift"])
    expect(_bar(screen)).to_contain_text(f"{FAR + 1} selected")

    # It survives scrolling, and pictures that arrive meanwhile.
    page.keyboard.press("Home")
    page.evaluate("window.scrollTo(0, 0)")
    expect(screen.tile("seeded 0.jpg")).to_be_in_viewport()
    screen.drop_made(jpeg(seed=69, name="fresh.jpg"))
    screen.expect_added("fresh.jpg")
    screen.close_panel()
    expect(_bar(screen)).to_contain_text(f"{FAR + 1} selected")

    _bar(screen).get_by_role("button", name="Delete").click()
    expect(_bar(screen)).to_have_count(0)
    expect(screen.tile("seeded 0.jpg")).to_have_count(0)
    expect(page.get_by_text(f"{FAR + 1} pictures moved to Recently deleted")).to_be_visible()
    _wait_for_stored(screen, LIBRARY - FAR)
    page.get_by_role("button", name="Undo").click()
    expect(screen.tile("seeded 0.jpg")).to_be_visible()
    _wait_for_stored(screen, LIBRARY + 1)


def test_dragging_across_selects_and_opens_nothing(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    tiles = _add_pictures(screen, on_disk)
    page.mouse.move(*_middle(tiles[0]))
    page.mouse.down()
    for tile in tiles[1:5]:
        page.mouse.move(*_middle(tile), steps=4)
    expect(_bar(screen)).to_contain_text("5 selected")
    # Back: what was passed is given up.
    page.mouse.move(*_middle(tiles[2]), steps=4)
    expect(_bar(screen)).to_contain_text("3 selected")
    page.mouse.up()
    expect(_bar(screen)).to_contain_text("3 selected")
    expect(screen.viewer).to_have_count(0)
    # While something is selected a click selects.
    tiles[5].click()
    expect(_bar(screen)).to_contain_text("4 selected")
    page.keyboard.press("Escape")
    expect(_bar(screen)).to_have_count(0)
    tiles[5].click()
    expect(screen.viewer).to_be_visible()


def test_a_long_press_selects_on_a_phone(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(**PHONE)
    page = screen.page
    tiles = _add_pictures(screen, on_disk)
    finger = screen.context.new_cdp_session(page)
    x, y = _middle(tiles[0])
    points = [{"x": x, "y": y}]
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points})
    expect(_bar(screen)).to_contain_text("1 selected")
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    tiles[1].tap()
    expect(_bar(screen)).to_contain_text("2 selected")
    expect(screen.viewer).to_have_count(0)
    _bar(screen).get_by_role("button", name="Delete").tap()
    expect(screen.tiles).to_have_count(COUNT - 2)

    screen.go_to("Recently deleted")
    expect(page.get_by_text("30 days left").first).to_be_visible()
    page.get_by_role("button", name="Select all", exact=True).tap()
    expect(_bar(screen)).to_contain_text("2 selected")
    _bar(screen).get_by_role("button", name="Restore").tap()
    expect(page.get_by_text("No deleted pictures")).to_be_visible()
    screen.go_to("Pictures")
    expect(screen.tiles).to_have_count(COUNT)


def test_all_by_keyboard_alone(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    tiles = _add_pictures(screen, on_disk)
    screen.tab_to(tiles[0])
    page.keyboard.press("Control+a")
    expect(_bar(screen)).to_contain_text(f"{COUNT} selected")
    page.keyboard.press("Space")
    expect(_bar(screen)).to_contain_text(f"{COUNT - 1} selected")
    # Enter opens also while something is selected, and the selection is there afterwards.
    page.keyboard.press("Enter")
    expect(screen.viewer).to_be_visible()
    page.keyboard.press("Escape")
    expect(screen.viewer).to_have_count(0)
    expect(_bar(screen)).to_contain_text(f"{COUNT - 1} selected")
    page.keyboard.press("Escape")
    expect(_bar(screen)).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(tiles[1]).to_be_focused()
    # The whole day, from its heading.
    day = screen.page.get_by_role("checkbox", name="Select all of").first
    screen.tab_to(day, back=True)
    page.keyboard.press("Space")
    expect(_bar(screen)).to_contain_text("selected")
    screen.tab_to(_bar(screen).get_by_role("button", name="Delete"), back=True)
    page.keyboard.press("Enter")
    expect(screen.tiles).not_to_have_count(COUNT)
    screen.tab_to(page.get_by_role("button", name="Undo"))
    page.keyboard.press("Enter")
    expect(screen.tiles).to_have_count(COUNT)


def test_a_selection_is_accessible(
    screen: Screen, judge: Judge, on_disk: Callable[..., list[Path]]
) -> None:
    tiles = _add_pictures(screen, on_disk)
    tiles[0].focus()
    screen.page.keyboard.press("Space")
    expect(tiles[0]).to_have_accessible_description("Selected")
    expect(_bar(screen)).to_contain_text("1 selected")
    judge.look_at("a selection in the timeline")
    screen.page.keyboard.press("Delete")
    screen.go_to("Recently deleted")
    screen.page.get_by_role("button", name="Select all", exact=True).click()
    expect(_bar(screen)).to_be_visible()
    judge.look_at("a selection in Recently deleted")
    assert judge.sentence() == ""


@pytest.mark.parametrize("status", [404, 503])
def test_a_refusal_changes_nothing(
    screen: Screen, on_disk: Callable[..., list[Path]], status: int
) -> None:
    screen.witness.forgive(rf"status of {status}")
    tiles = _add_pictures(screen, on_disk)
    detail = "1 of these pictures are not there, or not yours. Nothing was changed."
    refusal = {"code": "refused", "detail": detail, "status": status}
    screen.page.route(
        "**/api/images/batch", lambda route: route.fulfill(status=status, json=refusal)
    )
    tiles[0].focus()
    screen.page.keyboard.press("Space")
    expect(_bar(screen)).to_be_visible()
    screen.page.keyboard.press("Delete")
    expect(screen.page.get_by_text("Nothing was changed.")).to_be_visible()
    expect(screen.tiles).to_have_count(COUNT)
    expect(_bar(screen)).to_contain_text("1 selected")
    _wait_for_stored(screen, COUNT)
