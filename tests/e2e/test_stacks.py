"""Stacks of real files: one tile with a count, and a strip in the viewer, with keys."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.axe import Judge
from tests.e2e.page_objects import Screen
from tests.media.raw_samples import RAW
from tests.support.images import Picture, jpeg

DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
CR3 = "image/x-canon-cr3"
BURST = [f"IMG_20240503_140506_BURST{n:03}.jpg" for n in range(1, 5)]
PICTURES = [
    jpeg(seed=9001, name="IMG_0001.JPG"),
    Picture(name="IMG_0001.CR3", content_type=CR3, content=RAW[CR3]),
    *(jpeg(seed=9010 + n, name=name) for n, name in enumerate(BURST)),
    jpeg(seed=9002, name="IMG_0009.JPG"),
]


def _add_pictures(screen: Screen, on_disk: Callable[..., list[Path]]) -> None:
    screen.register()
    screen.drop(*on_disk(*PICTURES))
    expect(screen.panel.get_by_role("heading")).to_have_text(f"{len(PICTURES)} pictures added")
    screen.close_panel()
    # Each is stacked a moment after it is ready; a page that is open looks once a minute.
    _wait_for_tiles(screen, 3)
    screen.page.reload()
    expect(screen.tiles).to_have_count(3)


def _wait_for_tiles(screen: Screen, count: int) -> None:
    """Wait until the server has so many: what is on the screen already may be on its way."""
    for _ in range(300):
        if screen.call("GET", "/api/timeline")["count"] == count:
            return
        screen.page.wait_for_timeout(100)
    raise AssertionError(f"there are never {count} tiles")


def _stack(screen: Screen, size: int) -> Locator:
    return screen.tiles.filter(has_text=f"stack of {size} pictures")


def _strip(screen: Screen) -> Locator:
    return screen.viewer.get_by_role("navigation", name=re.compile("Stack"))


def _bar(screen: Screen) -> Locator:
    return screen.page.get_by_role("toolbar", name="Selected pictures")


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["1280", "390"])
def test_stack_is_gone_through_by_its_strip_and_by_keys(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]], look: dict[str, object]
) -> None:
    screen = new_screen(**look)
    page = screen.page
    _add_pictures(screen, on_disk)
    _stack(screen, 2).click()
    expect(screen.viewer.get_by_role("heading", name="IMG_0001.JPG")).to_be_visible()
    position = screen.viewer.get_by_text("of 3", exact=False).first
    place = position.text_content()
    shown = _strip(screen).get_by_role("button")
    expect(shown).to_have_count(2)
    expect(shown.first).to_have_attribute("aria-current", "true")
    page.keyboard.press("]")
    expect(screen.viewer.get_by_role("heading", name="IMG_0001.CR3")).to_be_visible()
    expect(shown.last).to_have_attribute("aria-current", "true")
    # It stands where its cover does, and the pictures around are the same.
    assert position.text_content() == place
    expect(screen.viewer.locator(".pswp__img").first).to_be_visible()
    page.reload()
    expect(screen.viewer.get_by_role("heading", name="IMG_0001.CR3")).to_be_visible()
    expect(shown.last).to_have_attribute("aria-current", "true")
    expect(position).to_have_text(place or "")
    page.keyboard.press("[")
    expect(screen.viewer.get_by_role("heading", name="IMG_0001.JPG")).to_be_visible()
    shown.last.click()
    expect(screen.viewer.get_by_role("heading", name="IMG_0001.CR3")).to_be_visible()
    page.keyboard.press("Escape")
    expect(screen.viewer).to_have_count(0)
    expect(_stack(screen, 2)).to_be_focused()


def test_cover_is_changed_and_a_stack_is_taken_apart_and_undone(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(**DESK)
    page = screen.page
    _add_pictures(screen, on_disk)
    _stack(screen, 4).click()
    expect(_strip(screen)).to_be_visible()
    page.keyboard.press("]")
    page.keyboard.press("i")
    expect(screen.details.get_by_text("Frames of one burst")).to_be_visible()
    screen.details.get_by_role("button", name="Make cover").click()
    expect(page.get_by_text("Cover of the stack changed")).to_be_visible()
    first = _strip(screen).get_by_role("button").first
    expect(first).to_have_accessible_name(f"1 of 4: {BURST[1]}, cover")
    screen.details.get_by_role("button", name="Take out of the stack").click()
    expect(_strip(screen)).to_have_count(0)
    expect(screen.viewer.get_by_role("heading", name=BURST[1])).to_be_visible()
    page.get_by_role("button", name="Undo").last.click()
    expect(first).to_have_accessible_name(f"1 of 4: {BURST[1]}, cover")
    page.keyboard.press("Escape")
    expect(screen.tiles).to_have_count(3)
    # Reviewed one by one: the next of the stack follows.
    _stack(screen, 4).click()
    expect(screen.viewer.get_by_role("heading", name=BURST[1])).to_be_visible()
    expect(_strip(screen).get_by_role("button")).to_have_count(4)
    page.keyboard.press("Delete")
    expect(screen.viewer.get_by_role("heading", name=BURST[0])).to_be_visible()
    expect(_strip(screen).get_by_role("button")).to_have_count(3)
    page.keyboard.press("u")
    expect(_strip(screen).get_by_role("button")).to_have_count(4)
    page.keyboard.press("Escape")
    expect(_stack(screen, 4)).to_have_count(1)


def test_tiles_are_stacked_and_deleted_as_a_whole(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(**DESK)
    page = screen.page
    _add_pictures(screen, on_disk)
    _stack(screen, 2).focus()
    page.keyboard.press("Space")
    _bar(screen).get_by_role("button", name="Delete").click()
    message = "2 pictures moved to Recently deleted, stacks as a whole"
    expect(page.get_by_text(message)).to_be_visible()
    expect(screen.tiles).to_have_count(2)
    _wait_for_tiles(screen, 2)
    screen.page.goto(f"{screen.site}/deleted")
    page.get_by_role("button", name="Select all", exact=True).click()
    expect(_bar(screen).get_by_role("status")).to_have_text("2 selected")
    _bar(screen).get_by_role("button", name="Restore").click()
    screen.go_to("Pictures")
    expect(_stack(screen, 2)).to_have_count(1)

    _stack(screen, 2).focus()
    page.keyboard.press("Space")
    screen.tile("IMG_0009.JPG").focus()
    page.keyboard.press("Space")
    _bar(screen).get_by_role("button", name="Stack", exact=True).click()
    expect(page.get_by_text("3 pictures stacked")).to_be_visible()
    expect(_stack(screen, 3)).to_have_count(1)
    expect(screen.tiles).to_have_count(2)
    _stack(screen, 3).focus()
    page.keyboard.press("Space")
    _bar(screen).get_by_role("button", name="Unstack").click()
    expect(screen.tiles).to_have_count(4)
    expect(_stack(screen, 3)).to_have_count(0)
    page.get_by_role("button", name="Undo").last.click()
    expect(_stack(screen, 3)).to_have_count(1)
    expect(screen.tiles).to_have_count(2)


def test_stacks_are_accessible(
    screen: Screen, judge: Judge, on_disk: Callable[..., list[Path]]
) -> None:
    page = screen.page
    _add_pictures(screen, on_disk)
    judge.look_at("a timeline with stacks")
    _stack(screen, 4).focus()
    page.keyboard.press("Space")
    screen.tile("IMG_0009.JPG").focus()
    page.keyboard.press("Space")
    expect(_bar(screen).get_by_role("button", name="Stack", exact=True)).to_be_visible()
    judge.look_at("a selection of stacks")
    page.keyboard.press("Escape")
    _stack(screen, 4).click()
    expect(_strip(screen)).to_be_visible()
    screen.open_details()
    expect(screen.details.get_by_text("Frames of one burst")).to_be_visible()
    judge.look_at("a stack in the viewer")
    assert judge.sentence() == ""
