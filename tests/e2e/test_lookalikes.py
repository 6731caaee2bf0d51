"""Copies of pictures are found, one of them is kept, and that is undone: by keys and by finger."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.axe import Judge
from tests.e2e.page_objects import Screen
from tests.media.samples import saved
from tests.support.edited_photos import edited, scene
from tests.support.images import Picture

DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "color_scheme": "dark",
}
# New pictures are compared by the sweep, every 20 seconds.
FOUND_WITHIN_MS = 60_000


def _upload_copies(screen: Screen, on_disk: Callable[..., list[Path]]) -> None:
    """Upload a photo twice, and another one; go to where look-alikes are."""
    screen.register()
    photo = scene(80)
    copy = edited(photo, "half as large", seed=1)
    pictures = [
        Picture(name="beach.jpg", content_type="image/jpeg", content=saved(photo, "JPEG")),
        Picture(name="beach (1).webp", content_type="image/webp", content=saved(copy, "WEBP")),
        Picture(name="hill.jpg", content_type="image/jpeg", content=saved(scene(81), "JPEG")),
    ]
    screen.drop(*on_disk(*pictures))
    expect(screen.panel.get_by_role("heading")).to_have_text("3 pictures added")
    screen.close_panel()


def _group(screen: Screen) -> Locator:
    return screen.page.get_by_role("form", name="2 pictures that look alike")


def _shoot(screen: Screen, name: str) -> None:
    """Take a picture of the page for people to look at, where a folder is named for them."""
    if folder := os.environ.get("PINHOLE_SCREENSHOTS"):
        screen.page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.parametrize(("look", "name"), [(DESK, "desk"), (PHONE, "phone")])
def test_one_of_two_copies_is_kept_and_that_is_undone(
    new_screen: Callable[..., Screen],
    on_disk: Callable[..., list[Path]],
    look: dict[str, Any],
    name: str,
) -> None:
    screen = new_screen(**look)
    page = screen.page
    _upload_copies(screen, on_disk)
    page.get_by_role("button", name="More pages").filter(visible=True).click()
    page.get_by_role("menuitem", name="Look-alikes").click()
    expect(page.get_by_role("heading", name="Look-alikes", level=1)).to_be_visible()
    expect(_group(screen)).to_be_visible(timeout=FOUND_WITHIN_MS)
    choices = _group(screen).get_by_role("radio")
    expect(choices.first).to_be_checked()
    expect(choices.first).to_have_accessible_name(re.compile(r"beach\.jpg"))
    expect(page.get_by_text(re.compile("^640 . 480$"))).to_be_visible()
    expect(page.get_by_text(re.compile("^320 . 240$"))).to_be_visible()
    _shoot(screen, f"look-alikes-{name}")

    if name == "desk":
        choices.first.focus()
        page.keyboard.press("2")
        expect(choices.last).to_be_checked()
        page.keyboard.press("1")
        page.keyboard.press("Enter")
    else:
        page.get_by_role("button", name="Keep 1, delete 1").tap()
    expect(page.get_by_role("heading", name="No look-alikes")).to_be_visible()
    deleted = screen.call("GET", "/api/images?deleted=true")["images"]
    assert [image["name"] for image in deleted] == ["beach (1).webp"]
    page.get_by_role("button", name="Undo").click()
    expect(_group(screen)).to_be_visible()
    assert screen.call("GET", "/api/images?deleted=true")["images"] == []

    page.get_by_role("button", name="Not alike").click()
    expect(page.get_by_role("heading", name="No look-alikes")).to_be_visible()
    _shoot(screen, f"look-alikes-none-{name}")
    assert len(screen.call("GET", "/api/images")["images"]) == 3


def test_page_is_accessible(
    screen: Screen, on_disk: Callable[..., list[Path]], judge: Judge
) -> None:
    _upload_copies(screen, on_disk)
    screen.page.goto(f"{screen.site}/look-alikes")
    expect(screen.page.get_by_role("heading", name="Nothing found yet")).to_be_visible()
    judge.look_at("nothing found yet")
    expect(_group(screen)).to_be_visible(timeout=FOUND_WITHIN_MS)
    judge.look_at("pictures that look alike")
    assert judge.sentence() == ""
    screen.page.set_viewport_size({"width": 1280, "height": 800})
    for scheme in ("light", "dark"):
        screen.page.emulate_media(color_scheme=scheme)
        _shoot(screen, f"look-alikes-1280-{scheme}")
