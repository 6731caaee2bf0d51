"""The tree of tags and the page of each: renamed, merged, deleted and brought back."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import Judge
from tests.e2e.page_objects import Screen
from tests.e2e.test_tags import COUNT, DESK, PHONE, add_pictures, expect_tags


def _tag(screen: Screen, **tags: int) -> None:
    """Give the first so many pictures each tag; "__" stands for the slash."""
    images = screen.call("GET", "/api/images")["images"]
    for name, count in tags.items():
        ids = [image["id"] for image in images[:count]]
        body = {"action": "add_tag", "tag": name.replace("__", "/"), "images": {"ids": ids}}
        screen.call("POST", "/api/images/batch", body)


def _pictures(page: Page) -> Locator:
    return page.get_by_role("group", name="Pictures with the tag").get_by_role("link")


def _link(page: Page, name: str) -> Locator:
    tree = page.get_by_role("list", name="Your tags")
    return tree.get_by_role("link", name=re.compile(f"^{name} ?[0-9]"))


def _menu(screen: Screen, item: str) -> None:
    """Choose an item of the tag's menu by keyboard."""
    page = screen.page
    page.get_by_role("button", name="More for this tag").focus()
    page.keyboard.press("Enter")
    entry = page.get_by_role("menuitem", name=item)
    expect(page.get_by_role("menuitem").first).to_be_focused()
    while not entry.evaluate("element => element === document.activeElement"):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def test_tags_are_looked_through_renamed_and_deleted_by_keyboard(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    add_pictures(screen, on_disk)
    screen.go_to("Tags")
    expect(page.get_by_role("heading", name="No tags yet")).to_be_visible()
    _tag(screen, family__Oma=2, family__Opa=1, beach=COUNT)
    page.reload()
    expect(_link(page, "Oma")).to_be_visible()
    closer = page.get_by_role("button", name="Tags below family")
    screen.tab_to(closer)
    page.keyboard.press("Enter")
    expect(_link(page, "Oma")).to_have_count(0)
    expect(closer).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")

    screen.tab_to(_link(page, "Oma"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Oma", level=1)).to_be_visible()
    expect(_pictures(page)).to_have_count(2)
    screen.tab_to(_pictures(page).first)
    page.keyboard.press("Enter")
    expect(screen.viewer.get_by_text("1 of 2", exact=True)).to_be_visible()
    page.reload()
    expect(screen.viewer.get_by_text("1 of 2", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(screen.viewer).to_have_count(0)

    _menu(screen, "Rename or move")
    field = page.get_by_label("Path")
    expect(field).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("people/Gerda")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Gerda", level=1)).to_be_visible()
    expect(page.get_by_role("navigation", name="Above this tag")).to_have_text("Tags/people")
    expect_tags(
        screen, {"beach": COUNT, "family": 1, "family/Opa": 1, "people": 2, "people/Gerda": 2}
    )

    page.get_by_role("navigation", name="Above this tag").get_by_role("link", name="people").click()
    expect(page.get_by_role("list", name="Below this tag")).to_have_text("Gerda2")
    _menu(screen, "Delete tag")
    expect(page.get_by_text("people was deleted with 1 tag below it.")).to_be_visible()
    expect(_link(page, "people")).to_have_count(0)
    expect_tags(screen, {"beach": COUNT, "family": 1, "family/Opa": 1})
    screen.tab_to(page.get_by_role("button", name="Undo").last)
    page.keyboard.press("Enter")
    expect(_link(page, "Gerda")).to_be_visible()


def test_tags_are_merged_only_after_a_question(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    add_pictures(screen, on_disk)
    _tag(screen, Oma__young=1, family__Oma=3, beach=1)
    screen.go_to("Tags")
    page.get_by_role("list", name="Your tags").get_by_role("link").last.click()
    expect(page.get_by_role("heading", name="young", level=1)).to_be_visible()
    page.get_by_role("navigation", name="Above this tag").get_by_role("link", name="Oma").click()
    expect(page.get_by_role("heading", name="Oma", level=1)).to_be_visible()

    _menu(screen, "Merge into another")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("combobox", name="The tag that stays")).to_be_focused()
    page.keyboard.type("om")
    expect(dialog.get_by_role("option")).to_have_text(["family/Oma3"])
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("with “Oma” (1 picture) get “family/Oma” (3 pictures)")
    expect(dialog).to_contain_text("1 tag below it moves below “family/Oma”")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    tags = {"beach": 1, "family": 3, "family/Oma": 3}
    expect_tags(screen, tags | {"Oma": 1, "Oma/young": 1})

    # A path that another tag has leads to the same question.
    _menu(screen, "Rename or move")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Family/oma")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("navigation", name="Above this tag")).to_have_text("Tags/family")
    expect_tags(screen, tags | {"family/Oma/young": 1})
    expect(_pictures(page)).to_have_count(3)


def test_pictures_lose_a_tag_on_its_page(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(**PHONE)
    page = screen.page
    add_pictures(screen, on_disk)
    _tag(screen, beach=2)
    screen.go_to("Tags")
    _link(page, "beach").tap()
    expect(_pictures(page)).to_have_count(2)
    page.get_by_role("checkbox", name="Select all of").first.tap()
    bar = page.get_by_role("toolbar", name="Selected pictures")
    for button in bar.get_by_role("button").all():
        box = button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
    bar.get_by_role("button", name="Remove tag").tap()
    expect(page.get_by_text("Tag beach removed from 2 pictures")).to_be_visible()
    expect(page.get_by_role("heading", name="No picture has this tag")).to_be_visible()
    page.get_by_role("button", name="Undo").last.tap()
    expect(_pictures(page)).to_have_count(2)
    expect_tags(screen, {"beach": 2})
    screen.go_to("Recently deleted")
    expect(page.get_by_text("No deleted pictures")).to_be_visible()


def test_address_of_no_tag_says_so(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen(viewport=DESK)
    screen.register()
    screen.witness.forgive(r"status of 404")
    screen.page.goto(f"{screen.site}/tags/00000000-0000-4000-8000-000000000000")
    nothing = screen.page.get_by_role("heading", name="There is nothing at this address")
    expect(nothing).to_be_visible()


def test_tag_pages_are_accessible(
    screen: Screen, judge: Judge, on_disk: Callable[..., list[Path]]
) -> None:
    page = screen.page
    add_pictures(screen, on_disk)
    screen.go_to("Tags")
    expect(page.get_by_role("heading", name="No tags yet")).to_be_visible()
    judge.look_at("no tags yet")
    _tag(screen, family__Oma__young=1, family__Opa=2, beach=COUNT)
    _tag(screen, **{"Winter in the mountains of the far north": 1})
    page.reload()
    expect(_link(page, "young")).to_be_visible()
    judge.look_at("tree of tags")
    _link(page, "family").click()
    expect(_pictures(page)).to_have_count(2)
    judge.look_at("a tag")
    page.get_by_role("button", name="More for this tag").click()
    judge.look_at("menu of a tag")
    page.get_by_role("menuitem", name="Rename or move").click()
    expect(page.get_by_label("Path")).to_be_visible()
    judge.look_at("renaming a tag")
    page.get_by_label("Path").fill("beach")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Merge")).to_be_visible()
    judge.look_at("question before a merge")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More for this tag").click()
    page.get_by_role("menuitem", name="Merge into another").click()
    expect(page.get_by_role("dialog").get_by_role("combobox")).to_be_visible()
    judge.look_at("choosing a tag to merge into")
    page.keyboard.press("Escape")
    for width in (390, 640, 768, 1024, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        # The grid is laid out anew first.
        page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)
    assert judge.sentence() == ""
