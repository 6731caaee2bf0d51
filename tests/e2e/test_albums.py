"""Albums, by mouse, finger and keyboard."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.axe import Judge
from tests.e2e.page_objects import Screen
from tests.support.images import jpeg

COUNT = 4
DESK = {"width": 1280, "height": 800}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def _add_pictures(screen: Screen, on_disk: Callable[..., list[Path]]) -> None:
    screen.register()
    screen.drop(*on_disk(*[jpeg(seed=60 + n, name=f"picture {n}.jpg") for n in range(COUNT)]))
    expect(screen.panel.get_by_role("heading")).to_have_text(f"{COUNT} pictures added")
    screen.close_panel()
    expect(screen.tiles).to_have_count(COUNT)


def _bar(screen: Screen) -> Locator:
    return screen.page.get_by_role("toolbar", name="Selected pictures")


def _in_album(screen: Screen) -> Locator:
    return screen.page.get_by_role("group", name="Pictures of the album").get_by_role("link")


def _press(screen: Screen, name: str) -> None:
    _bar(screen).get_by_role("button", name=name).click()


def _dialog(screen: Screen) -> Locator:
    return screen.page.get_by_role("dialog")


def _card(screen: Screen, title: str) -> Locator:
    return screen.page.get_by_role("list", name="Your albums").get_by_role("link", name=title)


def _select(screen: Screen, tiles: Locator, count: int) -> None:
    for index in range(count):
        tiles.nth(index).focus()
        screen.page.keyboard.press("Space")
    expect(_bar(screen).get_by_role("status")).to_have_text(f"{count} selected")


def _make_by_adding(screen: Screen, title: str, count: int) -> None:
    _select(screen, screen.tiles, count)
    _press(screen, "Add to album")
    dialog = _dialog(screen)
    dialog.get_by_label("Find an album").fill(title)
    dialog.get_by_role("button", name=f"New album “{title}”").click()
    expect(screen.page.get_by_text(f"Added {count} to {title}", exact=True)).to_be_visible()
    expect(_bar(screen)).to_have_count(0)


def test_an_album_is_made_filled_and_looked_through(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    _add_pictures(screen, on_disk)
    screen.go_to("Albums")
    expect(page.get_by_role("heading", name="No albums yet")).to_be_visible()
    page.get_by_role("button", name="New album").click()
    dialog = _dialog(screen)
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_label("Title")).to_have_accessible_description("Give the album a title.")
    dialog.get_by_label("Title").fill("Lisbon")
    dialog.get_by_label("Description").fill("Ten days in May")
    dialog.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Lisbon")).to_be_visible()
    expect(page.get_by_text("Ten days in May")).to_be_visible()
    expect(page.get_by_role("heading", name="This album is empty")).to_be_visible()

    page.get_by_role("link", name="To your pictures").click()
    _select(screen, screen.tiles, 3)
    _press(screen, "Add to album")
    _dialog(screen).get_by_role("button", name="Lisbon").click()
    expect(page.get_by_text("Added 3 to Lisbon", exact=True)).to_be_visible()
    expect(_bar(screen)).to_have_count(0)
    # The focus is not lost with the selection.
    expect(page.locator("main [data-image]:focus")).to_have_count(1)

    screen.go_to("Albums")
    expect(_card(screen, "Lisbon")).to_contain_text("3 pictures")
    _card(screen, "Lisbon").click()
    expect(_in_album(screen)).to_have_count(3)
    _in_album(screen).first.click()
    expect(screen.viewer.get_by_text("1 of 3", exact=True)).to_be_visible()
    assert re.search(r"/albums/[0-9a-f-]+/images/[0-9a-f-]+$", page.url)
    page.keyboard.press("ArrowRight")
    expect(screen.viewer.get_by_text("2 of 3", exact=True)).to_be_visible()
    page.reload()
    expect(screen.viewer.get_by_text("2 of 3", exact=True)).to_be_visible()
    page.go_back()
    expect(screen.viewer).to_have_count(0)
    assert re.search(r"/albums/[0-9a-f-]+$", page.url)
    expect(_in_album(screen)).to_have_count(3)


def test_pictures_are_removed_and_put_back(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    _add_pictures(screen, on_disk)
    _make_by_adding(screen, "Lisbon", 3)
    screen.go_to("Albums")
    _card(screen, "Lisbon").click()
    expect(_in_album(screen)).to_have_count(3)
    _select(screen, _in_album(screen), 2)
    _press(screen, "Remove from album")
    expect(page.get_by_text("2 pictures removed from Lisbon")).to_be_visible()
    expect(_in_album(screen)).to_have_count(1)
    expect(page.get_by_text(re.compile("^1 picture "))).to_be_visible()
    page.get_by_role("button", name="Undo").last.click()
    expect(_in_album(screen)).to_have_count(3)
    page.reload()
    expect(_in_album(screen)).to_have_count(3)
    # Deleted pictures leave it too, and come back to it.
    _select(screen, _in_album(screen), 1)
    page.keyboard.press("Delete")
    expect(_in_album(screen)).to_have_count(2)
    page.get_by_role("button", name="Undo").last.click()
    expect(_in_album(screen)).to_have_count(3)
    # Removed from an album they stay in the timeline.
    page.keyboard.press("Control+a")
    _press(screen, "Remove from album")
    expect(page.get_by_role("heading", name="This album is empty")).to_be_visible()
    screen.go_to("Pictures")
    expect(screen.tiles).to_have_count(COUNT)


def test_adding_to_a_new_album_is_taken_back(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    _add_pictures(screen, on_disk)
    _make_by_adding(screen, "Porto", 2)
    page.get_by_role("button", name="Undo").last.click()
    screen.go_to("Albums")
    expect(page.get_by_role("heading", name="No albums yet")).to_be_visible()


def test_an_album_is_renamed_gets_a_cover_and_is_deleted_and_restored(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    _add_pictures(screen, on_disk)
    _make_by_adding(screen, "Lisbon", 3)
    screen.go_to("Albums")
    cover = _card(screen, "Lisbon").locator("img")
    expect(cover).to_be_visible()
    before = (cover.get_attribute("src") or "").split("?", maxsplit=1)[0]
    _card(screen, "Lisbon").click()
    more = page.get_by_role("button", name="More for this album")
    more.click()
    page.get_by_role("menuitem", name="Edit title and description").click()
    _dialog(screen).get_by_label("Title").fill("Lisboa")
    _dialog(screen).get_by_role("button", name="Save").click()
    expect(_dialog(screen)).to_have_count(0)
    expect(page.get_by_role("heading", name="Lisboa")).to_be_visible()
    expect(more).to_be_focused()

    _in_album(screen).last.focus()
    page.keyboard.press("Space")
    _press(screen, "Use as cover")
    expect(page.get_by_text("The cover of Lisboa was changed")).to_be_visible()
    page.get_by_role("link", name="Albums").last.click()
    expect(cover.or_(_card(screen, "Lisboa").locator("img"))).not_to_have_attribute(
        "src", re.compile(re.escape(before))
    )

    _card(screen, "Lisboa").click()
    more.click()
    page.get_by_role("menuitem", name="Delete album").click()
    expect(page.get_by_text("Its pictures stay in your library")).to_be_visible()
    expect(page.get_by_role("heading", name="No albums yet")).to_be_visible()
    page.get_by_role("button", name="Undo").last.click()
    expect(_card(screen, "Lisboa")).to_contain_text("3 pictures")
    screen.go_to("Pictures")
    expect(screen.tiles).to_have_count(COUNT)


def test_a_picture_is_added_in_the_viewer_and_says_where_it_is(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    _add_pictures(screen, on_disk)
    screen.open("picture 0.jpg")
    page.keyboard.press("l")
    dialog = page.get_by_role("dialog", name="to an album")
    expect(dialog.get_by_label("Find an album")).to_be_focused()
    # The list of albums may not have come yet.
    page.keyboard.type("Lisbon")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Added 1 to Lisbon", exact=True)).to_be_visible()
    expect(dialog).to_have_count(0)
    screen.open_details()
    screen.details.get_by_role("link", name="Lisbon").click()
    expect(screen.viewer).to_have_count(0)
    expect(page.get_by_role("heading", name="Lisbon")).to_be_visible()
    expect(_in_album(screen)).to_have_count(1)


def test_a_picture_is_removed_in_the_viewer(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    _add_pictures(screen, on_disk)
    _make_by_adding(screen, "Lisbon", 3)
    screen.go_to("Albums")
    _card(screen, "Lisbon").click()
    _in_album(screen).first.click()
    expect(screen.viewer.get_by_text("1 of 3", exact=True)).to_be_visible()
    name = screen.viewer.get_by_role("heading").first.inner_text()
    screen.viewer.get_by_role("button", name="Remove from album").click()
    expect(page.get_by_text("Removed from Lisbon")).to_be_visible()
    expect(screen.viewer.get_by_text("1 of 2", exact=True)).to_be_visible()
    page.keyboard.press("u")
    expect(screen.viewer.get_by_role("heading", name=name)).to_be_visible()
    expect(screen.viewer.get_by_text("1 of 3", exact=True)).to_be_visible()
    # Among the details it works wherever the picture was opened.
    screen.open_details()
    screen.details.get_by_role("button", name="Remove from Lisbon").click()
    expect(screen.viewer.get_by_text("1 of 2", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(_in_album(screen)).to_have_count(2)
    page.reload()
    expect(_in_album(screen)).to_have_count(2)


def test_files_are_uploaded_straight_into_the_album_that_is_open(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    _add_pictures(screen, on_disk)
    album = screen.call("POST", "/api/albums", {"title": "Lisbon"})
    page.goto(f"{screen.site}/albums/{album['id']}")
    expect(page.get_by_role("heading", name="This album is empty")).to_be_visible()
    new, known = jpeg(seed=99, name="new.jpg"), jpeg(seed=60, name="picture 0.jpg")
    screen.drop(*on_disk(new, known))
    expect(screen.panel.get_by_role("heading")).to_have_text("1 picture added")
    expect(screen.panel).to_contain_text("In Lisbon")
    expect(_in_album(screen)).to_have_count(2)
    screen.close_panel()
    # The picker does the same.
    screen.choose(*on_disk(jpeg(seed=98, name="newest.jpg")))
    expect(_in_album(screen)).to_have_count(3)
    page.reload()
    expect(_in_album(screen)).to_have_count(3)
    # Elsewhere they go into the timeline alone.
    screen.go_to("Pictures")
    expect(screen.tiles).to_have_count(COUNT + 2)
    screen.drop(*on_disk(jpeg(seed=97, name="last.jpg")))
    expect(screen.tiles).to_have_count(COUNT + 3)
    screen.go_to("Albums")
    expect(_card(screen, "Lisbon")).to_contain_text("3 pictures")


def test_albums_by_keyboard_alone(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    _add_pictures(screen, on_disk)
    for title in ("Évora", "Lisbon"):
        screen.call("POST", "/api/albums", {"title": title})
    screen.tab_to(screen.tiles.first)
    page.keyboard.press("Space")
    add = _bar(screen).get_by_role("button", name="Add to album")
    screen.tab_to(add, back=True)
    page.keyboard.press("Enter")
    field = _dialog(screen).get_by_label("Find an album")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(_dialog(screen)).to_have_count(0)
    expect(add).to_be_focused()
    page.keyboard.press("Enter")
    expect(_dialog(screen).get_by_role("button", name="Lisbon")).to_be_visible()
    page.keyboard.type("evo")
    expect(_dialog(screen).get_by_role("button", name="Lisbon")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(_dialog(screen).get_by_role("button", name="Évora")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Added 1 to Évora", exact=True)).to_be_visible()

    albums = page.get_by_role("navigation", name="Main").get_by_role("link", name="Albums")
    screen.tab_to(albums, back=True)
    page.keyboard.press("Enter")
    screen.tab_to(_card(screen, "Évora"))
    page.keyboard.press("Enter")
    screen.tab_to(_in_album(screen).first)
    page.keyboard.press("Enter")
    expect(screen.viewer.get_by_text("1 of 1", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(_in_album(screen).first).to_be_focused()


def test_albums_on_a_phone(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(**PHONE)
    page = screen.page
    _add_pictures(screen, on_disk)
    page.get_by_role("checkbox", name="Select all of").first.tap()
    _bar(screen).get_by_role("button", name="Add to album").tap()
    _dialog(screen).get_by_role("button", name="New album").tap()
    _dialog(screen).get_by_label("Title").fill("Sintra")
    _dialog(screen).get_by_role("button", name="Create and add").tap()
    expect(page.get_by_text(re.compile(r"Added \d to Sintra"))).to_be_visible()
    screen.go_to("Albums")
    _card(screen, "Sintra").tap()
    expect(page.get_by_role("heading", name="Sintra")).to_be_visible()
    added = _in_album(screen)
    expect(added).not_to_have_count(0)
    page.get_by_role("checkbox", name="Select all of").first.tap()
    _bar(screen).get_by_role("button", name="Remove from album").tap()
    expect(page.get_by_role("heading", name="This album is empty")).to_be_visible()


def test_an_album_that_is_not_there_says_so(screen: Screen) -> None:
    screen.register()
    gone = "0190a000-0000-7000-8000-000000000001"
    # The browser tells of each answer that is an error.
    screen.witness.forgive(gone)
    screen.page.goto(f"{screen.site}/albums/{gone}")
    heading = screen.page.get_by_role("heading", name="There is nothing at this address")
    expect(heading).to_be_visible()


@pytest.mark.parametrize("width", [640, 768, 1024, 1280])
def test_the_header_fits_the_window(screen: Screen, width: int) -> None:
    screen.register()
    screen.page.set_viewport_size({"width": width, "height": 800})
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= width
    account = screen.page.get_by_role("button", name="Account", exact=True).bounding_box()
    assert account
    assert account["x"] + account["width"] <= width


def test_albums_are_accessible(
    screen: Screen, judge: Judge, on_disk: Callable[..., list[Path]]
) -> None:
    page = screen.page
    _add_pictures(screen, on_disk)
    screen.go_to("Albums")
    expect(page.get_by_role("heading", name="No albums yet")).to_be_visible()
    judge.look_at("no albums")
    page.get_by_role("button", name="New album").click()
    judge.look_at("a new album")
    page.keyboard.press("Escape")
    screen.go_to("Pictures")
    _make_by_adding(screen, "Lisbon", 2)
    _select(screen, screen.tiles, 1)
    _press(screen, "Add to album")
    expect(_dialog(screen).get_by_role("button", name="Lisbon")).to_be_visible()
    judge.look_at("add to an album")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    screen.go_to("Albums")
    expect(_card(screen, "Lisbon")).to_be_visible()
    judge.look_at("albums")
    _card(screen, "Lisbon").click()
    expect(_in_album(screen)).to_have_count(2)
    page.get_by_role("button", name="More for this album").click()
    judge.look_at("an album and its menu")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+a")
    expect(_bar(screen)).to_be_visible()
    judge.look_at("a selection in an album")
    assert judge.sentence() == ""
