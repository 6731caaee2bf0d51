"""Titles in the details, the filmstrip, and the same actions on every page with pictures."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.api.images.test_titles import titled
from tests.e2e.axe import Judge
from tests.e2e.page_objects import Screen
from tests.e2e.test_corrections import COUNT, DESK, PHONE
from tests.support.images import jpeg

# On every page where pictures are selected.
ACTIONS = (
    *("Favourite", "Add to album", "Tags", "Share", "Archive", "Change date", "Change place"),
    "Delete",
)


def _add_pictures(screen: Screen, on_disk: Callable[..., list[Path]]) -> None:
    screen.register()
    pictures = [jpeg(seed=180 + n, name=f"picture {n}.jpg") for n in range(COUNT - 1)]
    screen.drop(*on_disk(*pictures, titled("By the sea", seed=190, name="inside.jpg")))
    expect(screen.panel.get_by_role("heading")).to_have_text(f"{COUNT} pictures added")
    screen.close_panel()
    expect(_tiles(screen)).to_have_count(COUNT)


def _tiles(screen: Screen) -> Locator:
    """Those of any page."""
    return screen.page.locator("main [data-image]")


def _select_all(screen: Screen) -> Locator:
    _tiles(screen).first.focus()
    screen.page.keyboard.press("Control+a")
    return screen.page.get_by_role("toolbar", name="Selected pictures")


def test_a_title_is_written_found_and_taken_back_by_keyboard(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(**DESK)
    page = screen.page
    _add_pictures(screen, on_disk)
    screen.open("By the sea")
    page.keyboard.press("e")
    heading = screen.viewer.get_by_role("heading", level=2).first
    expect(heading).to_have_text("By the sea")
    # While the details load it is disabled, and Enter is lost.
    expect(screen.details.get_by_role("button", name="Edit title")).to_be_enabled()
    screen.details.get_by_role("button", name="Edit title").press("Enter")
    field = screen.details.get_by_role("textbox", name="Title")
    expect(field).to_be_focused()
    field.fill("Oma 80th at the lake")
    page.keyboard.press("Enter")
    expect(heading).to_have_text("Oma 80th at the lake")
    expect(screen.details.get_by_role("button", name="Edit title")).to_be_focused()

    page.keyboard.press("Enter")
    expect(screen.details.get_by_text("In the file: By the sea")).to_be_visible()
    screen.details.get_by_role("button", name="Reset").press("Enter")
    expect(heading).to_have_text("By the sea")
    page.get_by_role("button", name="Undo").last.press("Enter")
    expect(heading).to_have_text("Oma 80th at the lake")

    page.goto(f"{screen.site}/search?q=80th")
    found = page.get_by_role("group", name="Pictures that were found").get_by_role("link")
    expect(found).to_contain_text("Oma 80th at the lake")


@pytest.mark.parametrize("device", [DESK, PHONE])
def test_the_filmstrip_goes_where_one_presses(
    new_screen: Callable[..., Screen],
    on_disk: Callable[..., list[Path]],
    device: dict[str, object],
) -> None:
    screen = new_screen(**device)
    _add_pictures(screen, on_disk)
    _tiles(screen).first.click()
    strip = screen.viewer.get_by_role("navigation", name="Filmstrip")
    frames = strip.get_by_role("button")
    expect(frames).to_have_count(COUNT)
    expect(frames.first).to_have_attribute("aria-current", "true")
    frames.last.click()
    expect(screen.viewer.get_by_text(f"{COUNT} of {COUNT}", exact=True)).to_be_visible()
    expect(frames.last).to_have_attribute("aria-current", "true")


def test_titles_and_the_filmstrip_are_accessible(
    screen: Screen, judge: Judge, on_disk: Callable[..., list[Path]]
) -> None:
    _add_pictures(screen, on_disk)
    screen.open("By the sea")
    screen.page.keyboard.press("e")
    expect(screen.details.get_by_role("button", name="Edit title")).to_be_enabled()
    judge.look_at("a title and the filmstrip")
    screen.details.get_by_role("button", name="Edit title").press("Enter")
    judge.look_at("a title that is edited")
    assert judge.sentence() == ""


@pytest.mark.parametrize("device", [DESK, PHONE])
def test_actions_are_the_same_on_every_page_and_fit(
    new_screen: Callable[..., Screen],
    on_disk: Callable[..., list[Path]],
    device: dict[str, object],
) -> None:
    screen = new_screen(**device)
    page = screen.page
    _add_pictures(screen, on_disk)
    ids = [image["id"] for image in screen.call("GET", "/api/images")["images"]]
    album = screen.call("POST", "/api/albums", {"title": "Ours"})["id"]
    images = {"ids": ids}
    for body in (
        {"action": "add_to_album", "album_id": album},
        {"action": "add_tag", "tag": "ours"},
        {"action": "favourite"},
    ):
        screen.call("POST", "/api/images/batch", body | {"images": images})
    (tag,) = screen.call("GET", "/api/tags")["tags"]
    width = page.viewport_size["width"] if page.viewport_size else 0
    for path in ("", f"albums/{album}", f"tags/{tag['id']}", "favourites", "search?q=2024"):
        page.goto(f"{screen.site}/{path}")
        expect(_tiles(screen).first).to_be_visible()
        bar = _select_all(screen)
        expect(bar).to_contain_text(f"{COUNT} selected")
        for action in ACTIONS:
            name = "Unfavourite" if action == "Favourite" else action
            button = bar.get_by_role("button", name=name, exact=True)
            expect(button).to_be_visible()
            box = button.bounding_box()
            assert box is not None, (path, action)
            assert box["x"] >= 0, (path, action)
            assert box["x"] + box["width"] <= width, (path, action)
    # In the last of them, from an album: it is placed there as well as from the timeline.
    page.goto(f"{screen.site}/albums/{album}")
    expect(_tiles(screen).first).to_be_visible()
    _select_all(screen).get_by_role("button", name="Change place").click()
    expect(page.get_by_role("dialog", name="Change place")).to_be_visible()
    page.keyboard.type("60.39, 5.32")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Place of {COUNT} pictures changed")).to_be_visible()


def test_a_phone_has_a_button_for_going_anywhere(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(**PHONE)
    page = screen.page
    _add_pictures(screen, on_disk)
    page.get_by_role("button", name="Go to page, album, tag or date").click()
    dialog = page.get_by_role("dialog", name="Go to")
    dialog.get_by_role("combobox").fill("without a place")
    dialog.get_by_role("option", name="Pictures without a place").click()
    expect(page.get_by_role("group", name="Pictures that were found")).to_be_visible()
    expect(_tiles(screen)).to_have_count(COUNT)
