"""The palette of commands: pages, dates, tags, albums and actions, by keyboard alone."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import Judge
from tests.e2e.library import draw_thumbnails, fill
from tests.e2e.page_objects import Screen
from tests.e2e.running_app import RunningProduct
from tests.e2e.test_tags import COUNT, DESK, add_pictures, expect_tags


def _open(page: Page) -> Locator:
    page.keyboard.press("ControlOrMeta+k")
    field = page.get_by_role("dialog", name="Go to").get_by_role("combobox")
    expect(field).to_be_focused()
    return field


def _marked(page: Page) -> Locator:
    return page.get_by_role("option", selected=True)


def test_pages_tags_albums_and_actions_by_keyboard(  # noqa: PLR0915 - one walk through all
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    add_pictures(screen, on_disk)
    images = screen.call("GET", "/api/images")["images"]
    body = {"action": "add_tag", "tag": "family/Oma", "images": {"ids": [images[0]["id"]]}}
    screen.call("POST", "/api/images/batch", body)
    screen.call("POST", "/api/albums", {"title": "By the sea"})

    _open(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    _open(page)
    page.keyboard.type("del")
    expect(_marked(page)).to_have_text("Recently deleted")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Recently deleted", level=1)).to_be_visible()

    _open(page)
    page.keyboard.type("oma")
    expect(_marked(page)).to_have_text("family/Oma")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Oma", level=1)).to_be_visible()

    _open(page)
    page.keyboard.type("sea")
    # The page of the search comes first.
    expect(page.get_by_role("option")).to_have_text(["Search", "By the sea", "Search for “sea”"])
    page.keyboard.press("ArrowDown")
    expect(_marked(page)).to_have_text("By the sea")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By the sea", level=1)).to_be_visible()

    _open(page)
    page.keyboard.type("oma")
    page.keyboard.press("ArrowUp")
    expect(_marked(page)).to_have_text("Search for “oma”")
    page.keyboard.press("Enter")
    chips = page.get_by_role("list", name="Understood as")
    expect(chips).to_have_text("Change oma")
    expect(page.get_by_text("Tag: family/Oma")).to_be_attached()
    chips.get_by_role("button", name="Remove oma").press("Enter")
    expect(page).to_have_url(re.compile("/search$"))

    # What can be done with a selection, without leaving the keyboard.
    screen.go_to("Pictures")
    screen.tab_to(screen.tiles.first)
    page.keyboard.press("Control+a")
    expect(page.get_by_text(f"{COUNT} selected")).to_be_visible()
    _open(page)
    page.keyboard.type("tags")
    expect(_marked(page)).to_have_text("Tags")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=f"Tags of {COUNT} pictures")
    expect(dialog.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("beach")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect_tags(screen, {"beach": COUNT, "family": 1, "family/Oma": 1})


def test_actions_on_the_selection_and_their_undo(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    add_pictures(screen, on_disk)

    def act(typed: str, name: str) -> None:
        screen.tiles.first.focus()
        page.keyboard.press("Control+a")
        expect(page.get_by_text(f"{COUNT} selected")).to_be_visible()
        _open(page)
        page.keyboard.type(typed)
        expect(_marked(page)).to_have_text(name)
        page.keyboard.press("Enter")

    act("favour", "Favourite")
    expect(screen.tiles.get_by_text("favourite")).to_have_count(COUNT)
    act("archive", "Archive")
    expect(screen.tiles).to_have_count(0)
    page.get_by_role("button", name="Undo").last.press("Enter")
    expect(screen.tiles).to_have_count(COUNT)
    act("delete", "Delete")
    expect(screen.tiles).to_have_count(0)
    page.get_by_role("button", name="Undo").last.press("Enter")
    expect(screen.tiles).to_have_count(COUNT)


def test_dates_move_the_timeline(
    new_screen: Callable[..., Screen], product: RunningProduct
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    fill(product, screen.register(), count=2000)
    draw_thumbnails(screen.context, product)
    page.reload()
    expect(screen.tiles.first).to_be_visible()
    _open(page)
    page.keyboard.type("2023-03")
    expect(_marked(page)).to_have_text("Go to March 2023")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("Mar(ch)? 2023")).first).to_be_in_viewport()
    # From another page as well.
    screen.go_to("Tags")
    _open(page)
    page.keyboard.type("june 2024")
    expect(_marked(page)).to_have_text("Go to June 2024")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("June? 2024")).first).to_be_in_viewport()


def test_palette_is_accessible(
    screen: Screen, judge: Judge, on_disk: Callable[..., list[Path]]
) -> None:
    page = screen.page
    add_pictures(screen, on_disk)
    screen.tab_to(screen.tiles.first)
    page.keyboard.press("Control+a")
    expect(page.get_by_text(f"{COUNT} selected")).to_be_visible()
    _open(page)
    judge.look_at("palette with a selection")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    _open(page)
    page.keyboard.type("2024")
    expect(_marked(page)).to_have_text("Go to 2024")
    judge.look_at("palette with a date")
    page.keyboard.press("Escape")
    # What else keys do is told by one of them, and by a command.
    keys = page.get_by_role("dialog", name="Keys")
    page.keyboard.press("?")
    expect(keys).to_contain_text("Go to a page, an album, a tag or a date")
    judge.look_at("keys")
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    _open(page)
    page.keyboard.type("keys")
    expect(_marked(page)).to_have_text("Keys")
    page.keyboard.press("Enter")
    expect(keys).to_be_visible()
    assert judge.sentence() == ""
