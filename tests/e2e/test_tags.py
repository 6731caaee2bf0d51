"""Tags: given and taken away, in the viewer and from a selection, by keyboard, mouse and finger."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import Judge
from tests.e2e.page_objects import Screen
from tests.support.images import jpeg

COUNT = 4
DESK = {"width": 1280, "height": 800}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def add_pictures(screen: Screen, on_disk: Callable[..., list[Path]]) -> None:
    """Upload four pictures and wait until the timeline has them."""
    screen.register()
    screen.drop(*on_disk(*[jpeg(seed=300 + n, name=f"picture {n}.jpg") for n in range(COUNT)]))
    expect(screen.panel.get_by_role("heading")).to_have_text(f"{COUNT} pictures added")
    screen.close_panel()
    expect(screen.tiles).to_have_count(COUNT)


def expect_tags(screen: Screen, wanted: dict[str, int]) -> None:
    """Wait until the API says that so many pictures have each tag."""
    address = f"{screen.site}/api/tags"
    screen.page.wait_for_function(_HAS_TAGS, arg=[address, sorted(wanted.items())])


_HAS_TAGS = """
async ([address, wanted]) => {
  const { tags } = await (await fetch(address)).json();
  const found = new Map(tags.map(({ path, count }) => [path, count]));
  return found.size === wanted.length && wanted.every(([path, count]) => found.get(path) === count);
}
"""


def _bar(page: Page) -> Locator:
    return page.get_by_role("toolbar", name="Selected pictures")


def _chips(page: Page) -> Locator:
    return page.get_by_role("dialog").get_by_role("list", name="Tags of the pictures")


def test_tags_by_keyboard_alone(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    add_pictures(screen, on_disk)
    screen.tab_to(screen.tiles.first)
    # Of two that are selected.
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(_bar(page).get_by_role("status")).to_have_text("2 selected")
    page.keyboard.press("t")
    dialog = page.get_by_role("dialog", name="Tags of 2 pictures")
    field = dialog.get_by_role("combobox", name="Add a tag")
    expect(field).to_be_focused()
    expect(dialog.get_by_text("No tags yet.")).to_be_visible()
    page.keyboard.type(" family / Oma")
    expect(dialog.get_by_text("Enter makes the tag “family/Oma”.")).to_be_visible()
    page.keyboard.press("Enter")
    expect(_chips(page)).to_have_text("family/Omaadded")
    page.keyboard.type("beach")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Tags of 2 pictures changed")).to_be_visible()
    # The way of the arrow keys goes on.
    expect(_bar(page)).to_have_count(0)
    expect(screen.tiles.nth(1)).to_be_focused()
    expect_tags(screen, {"beach": 2, "family": 2, "family/Oma": 2})

    # Of one, in the viewer: completed by a part of its name.
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(screen.viewer.get_by_text(f"3 of {COUNT}", exact=True)).to_be_visible()
    page.keyboard.press("t")
    dialog = page.get_by_role("dialog", name="Tags of this picture")
    expect(dialog.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("om")
    expect(dialog.get_by_role("option", selected=True)).to_have_text("family/Oma2")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Tag family/Oma added to 1 picture")).to_be_visible()
    page.keyboard.press("e")
    link = screen.details.get_by_role("link", name="family/Oma")
    expect(link).to_be_visible()
    expect(link).to_have_attribute("href", re.compile("^/tags/[0-9a-f-]{36}$"))
    expect_tags(screen, {"beach": 2, "family": 3, "family/Oma": 3})
    screen.tab_to(page.get_by_role("button", name="Undo").last)
    page.keyboard.press("Enter")
    expect(link).to_have_count(0)
    expect_tags(screen, {"beach": 2, "family": 2, "family/Oma": 2})
    expect(screen.details.get_by_role("button", name="Add tags")).to_be_visible()


def test_tags_of_many_are_changed_by_mouse_and_taken_back(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    add_pictures(screen, on_disk)
    images = screen.call("GET", "/api/images")["images"]
    first = {"ids": [images[0]["id"]]}
    for tag in ("beach", "family/Oma"):
        body = {"action": "add_tag", "tag": tag, "images": first}
        screen.call("POST", "/api/images/batch", body)

    screen.tiles.first.hover()
    page.get_by_role("checkbox").first.click()
    page.keyboard.press("ControlOrMeta+a")
    expect(_bar(page).get_by_role("status")).to_have_text(f"{COUNT} selected")
    _bar(page).get_by_role("button", name="Tags").click()
    expect(_chips(page).get_by_role("listitem")).to_have_text(["beachon 1", "family/Omaon 1"])
    # One goes, one comes to all of them, and one is new.
    _chips(page).get_by_role("button", name="Remove beach").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("option", name="family/Oma").click()
    dialog.get_by_role("combobox").fill("Winter")
    dialog.get_by_role("option", name="New tag “Winter”").click()
    expect(_chips(page).get_by_role("listitem")).to_have_text(
        ["beachwill be removed", "family/Omaadded", "Winteradded"]
    )
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"Tags of {COUNT} pictures changed")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    wanted = {"beach": 0, "family": COUNT, "family/Oma": COUNT, "Winter": COUNT}
    expect_tags(screen, wanted)
    page.get_by_role("button", name="Undo").click()
    expect_tags(screen, {"beach": 1, "family": 1, "family/Oma": 1})


def test_selection_is_tagged_with_a_finger(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(**PHONE, color_scheme="dark")
    page = screen.page
    add_pictures(screen, on_disk)
    page.get_by_role("checkbox", name="Select all of").first.tap()
    expect(_bar(page).get_by_role("status")).to_have_text(f"{COUNT} selected")
    for button in _bar(page).get_by_role("button").all():
        box = button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44, button
        assert 0 <= box["x"] <= 390 - box["width"]
    _bar(page).get_by_role("button", name="Tags").tap()
    dialog = page.get_by_role("dialog", name=f"Tags of {COUNT} pictures")
    dialog.get_by_role("combobox").fill("Oma")
    dialog.get_by_role("option", name="New tag “Oma”").tap()
    dialog.get_by_role("button", name="Save").tap()
    expect(page.get_by_text(f"Tag Oma added to {COUNT} pictures")).to_be_visible()
    expect_tags(screen, {"Oma": COUNT})


def test_tag_dialog_is_accessible(
    screen: Screen, judge: Judge, on_disk: Callable[..., list[Path]]
) -> None:
    page = screen.page
    add_pictures(screen, on_disk)
    images = screen.call("GET", "/api/images")["images"]
    for tag in ("beach", "family/Oma", "family/Opa"):
        images_of = {"ids": [image["id"] for image in images[: len(tag) // 3]]}
        body = {"action": "add_tag", "tag": tag, "images": images_of}
        screen.call("POST", "/api/images/batch", body)
    screen.tab_to(screen.tiles.first)
    page.keyboard.press("Control+a")
    expect(_bar(page)).to_be_visible()
    judge.look_at("selection bar with tags")
    page.keyboard.press("t")
    dialog = page.get_by_role("dialog", name=f"Tags of {COUNT} pictures")
    expect(_chips(page).get_by_role("listitem")).to_have_count(3)
    judge.look_at("tags of a selection")
    dialog.get_by_role("button", name="Remove beach").click()
    dialog.get_by_role("combobox").fill("Winter in the mountains")
    page.keyboard.press("Enter")
    dialog.get_by_role("combobox").fill("fam")
    judge.look_at("tags being changed")
    dialog.get_by_role("combobox").fill("fam//x")
    judge.look_at("no tag")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("Escape")
    screen.tiles.first.click()
    expect(screen.viewer).to_be_visible()
    page.keyboard.press("e")
    expect(screen.details.get_by_role("list", name="Tags", exact=True)).to_be_visible()
    screen.details.get_by_role("button", name="Change tags").scroll_into_view_if_needed()
    judge.look_at("tags in the viewer")
    assert judge.sentence() == ""
