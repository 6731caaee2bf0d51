"""Favourites and the archive, by mouse, finger and keyboard."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.e2e.axe import Judge
from tests.e2e.page_objects import Screen
from tests.support.images import jpeg

COUNT = 4
DESK = {"width": 1280, "height": 800}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def _add_pictures(screen: Screen, on_disk: Callable[..., list[Path]]) -> None:
    screen.register()
    screen.drop(*on_disk(*[jpeg(seed=80 + n, name=f"picture {n}.jpg") for n in range(COUNT)]))
    expect(screen.panel.get_by_role("heading")).to_have_text(f"{COUNT} pictures added")
    screen.close_panel()
    expect(screen.tiles).to_have_count(COUNT)


def _tiles(screen: Screen, view: str) -> Locator:
    return screen.page.get_by_role("group", name=f"Your {view}").get_by_role("link")


def _bar(screen: Screen) -> Locator:
    return screen.page.get_by_role("toolbar", name="Selected pictures")


def test_favourites_and_archive_by_keyboard_alone(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    _add_pictures(screen, on_disk)
    screen.tab_to(screen.tiles.first)
    page.keyboard.press("Enter")
    expect(screen.viewer.get_by_text(f"1 of {COUNT}", exact=True)).to_be_visible()
    page.keyboard.press("f")
    heart = screen.viewer.get_by_role("button", name="Favourite", exact=True)
    expect(heart).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(screen.tiles.first.get_by_text("favourite")).to_be_attached()

    favourites = page.get_by_role("navigation", name="Main").get_by_role("link", name="Favourites")
    screen.tab_to(favourites, back=True)
    page.keyboard.press("Enter")
    expect(_tiles(screen, "favourites")).to_have_count(1)
    screen.tab_to(_tiles(screen, "favourites").first)
    page.keyboard.press("Enter")
    expect(screen.viewer.get_by_text("1 of 1", exact=True)).to_be_visible()
    assert re.search(r"/favourites/images/[0-9a-f-]+$", page.url)
    page.reload()
    expect(screen.viewer.get_by_text("1 of 1", exact=True)).to_be_visible()
    # Archived it stays among the favourites.
    page.keyboard.press("a")
    expect(page.get_by_text("Archived", exact=True)).to_be_visible()
    expect(screen.viewer.get_by_role("button", name="Back to the timeline")).to_be_visible()
    page.keyboard.press("Escape")
    expect(screen.viewer).to_have_count(0)
    expect(_tiles(screen, "favourites")).to_have_count(1)

    screen.go_to("Archive")
    expect(_tiles(screen, "archive")).to_have_count(1)
    screen.tab_to(_tiles(screen, "archive").first)
    page.keyboard.press("Enter")
    expect(screen.viewer.get_by_text("1 of 1", exact=True)).to_be_visible()
    page.keyboard.press("a")
    # The last one: the viewer closes.
    expect(screen.viewer).to_have_count(0)
    expect(page.get_by_role("heading", name="Nothing is archived")).to_be_visible()
    screen.go_to("Pictures")
    expect(screen.tiles).to_have_count(COUNT)


def test_several_are_archived_and_brought_back_on_a_phone(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(**PHONE)
    page = screen.page
    _add_pictures(screen, on_disk)
    day = page.get_by_role("checkbox", name="Select all of").first
    day.tap()
    selected = int((_bar(screen).get_by_role("status").text_content() or "").split()[0])
    _bar(screen).get_by_role("button", name="Favourite", exact=True).tap()
    expect(_bar(screen)).to_have_count(0)
    day.tap()
    _bar(screen).get_by_role("button", name="Archive", exact=True).tap()
    expect(screen.tiles).to_have_count(COUNT - selected)
    page.get_by_role("button", name="Undo").last.tap()
    expect(screen.tiles).to_have_count(COUNT)
    day.tap()
    _bar(screen).get_by_role("button", name="Archive", exact=True).tap()
    expect(screen.tiles).to_have_count(COUNT - selected)

    screen.go_to("Archive")
    expect(_tiles(screen, "archive")).to_have_count(selected)
    page.get_by_role("checkbox", name="Select all of").first.tap()
    _bar(screen).get_by_role("button", name="Unarchive").tap()
    expect(page.get_by_role("heading", name="Nothing is archived")).to_be_visible()
    screen.go_to("Favourites")
    expect(_tiles(screen, "favourites")).to_have_count(selected)
    screen.go_to("Pictures")
    expect(screen.tiles).to_have_count(COUNT)


def test_controls_of_the_viewer_hide_while_the_mouse_rests(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    _add_pictures(screen, on_disk)
    screen.open("picture 0.jpg")
    controls = screen.viewer.locator("header").locator("xpath=..")
    screen.page.mouse.move(600, 400)
    expect(controls).to_have_css("opacity", "1")
    expect(controls).to_have_css("opacity", "0")
    screen.page.mouse.move(620, 420)
    expect(controls).to_have_css("opacity", "1")
    # On a button it stays.
    screen.viewer.get_by_role("button", name="Details", exact=True).click()
    expect(screen.details).to_be_visible()


def test_the_viewer_has_its_neighbours_loaded_and_folds_what_few_look_for(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    _add_pictures(screen, on_disk)
    before, _, after, _ = (
        (tile.get_attribute("data-image") or "").replace("-", "") for tile in screen.tiles.all()
    )
    with (
        page.expect_request(re.compile(f"{before}/preview")),
        page.expect_request(re.compile(f"{after}/preview")),
    ):
        screen.tiles.nth(1).click()
    expect(screen.viewer.get_by_text(f"2 of {COUNT}", exact=True)).to_be_visible()
    screen.open_details()
    checksum = screen.details.get_by_text("SHA-256 of the original")
    expect(checksum).to_be_hidden()
    screen.details.get_by_text("File integrity").click()
    expect(checksum).to_be_visible()


def test_favourites_and_archive_are_accessible(
    screen: Screen, judge: Judge, on_disk: Callable[..., list[Path]]
) -> None:
    page = screen.page
    _add_pictures(screen, on_disk)
    for name, words in (("Favourites", "No favourites yet"), ("Archive", "Nothing is archived")):
        screen.go_to(name)
        expect(page.get_by_role("heading", name=words)).to_be_visible()
        judge.look_at(words)
    screen.go_to("Pictures")
    screen.tile("picture 0.jpg").focus()
    page.keyboard.press("Space")
    _bar(screen).get_by_role("button", name="Favourite", exact=True).click()
    expect(screen.tile("picture 0.jpg").get_by_text("favourite")).to_be_attached()
    screen.go_to("Favourites")
    expect(_tiles(screen, "favourites")).to_have_count(1)
    page.keyboard.press("Control+a")
    expect(_bar(screen)).to_be_visible()
    judge.look_at("a selection of favourites")
    page.keyboard.press("Escape")
    _tiles(screen, "favourites").first.click()
    expect(screen.viewer).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    judge.look_at("keys of the viewer")
    assert judge.sentence() == ""
