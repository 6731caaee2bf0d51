"""Correcting dates and stars, of one picture and of many."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.axe import Judge
from tests.e2e.page_objects import Screen
from tests.support.images import jpeg

COUNT = 3
DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def _add_pictures(screen: Screen, on_disk: Callable[..., list[Path]]) -> None:
    """Upload some that were taken on 3 May 2024."""
    screen.register()
    screen.drop(*on_disk(*[jpeg(seed=80 + n, name=f"picture {n}.jpg") for n in range(COUNT)]))
    expect(screen.panel.get_by_role("heading")).to_have_text(f"{COUNT} pictures added")
    screen.close_panel()
    expect(screen.tiles).to_have_count(COUNT)


def _dialog(screen: Screen) -> Locator:
    return screen.page.get_by_role("dialog").filter(has=screen.page.get_by_label("Set date and"))


def _open_for_all(screen: Screen) -> Locator:
    screen.tiles.first.focus()
    screen.page.keyboard.press("Control+a")
    bar = screen.page.get_by_role("toolbar", name="Selected pictures")
    bar.get_by_role("button", name="Change date").click()
    dialog = _dialog(screen)
    expect(dialog).to_be_visible()
    return dialog


@pytest.mark.parametrize("device", [DESK, PHONE])
def test_dates_of_many_are_changed_and_brought_back(
    new_screen: Callable[..., Screen],
    on_disk: Callable[..., list[Path]],
    device: dict[str, object],
) -> None:
    screen = new_screen(**device)
    page = screen.page
    _add_pictures(screen, on_disk)
    heading = page.get_by_role("heading", name="3 May 2024")
    expect(heading).to_be_visible()
    dialog = _open_for_all(screen)
    dialog.get_by_label("Shift date and time").check(force=True)
    dialog.get_by_label("Days").fill("2")
    dialog.get_by_label("Earlier").check()
    expect(dialog.get_by_role("status")).to_contain_text("→")
    dialog.get_by_role("button", name="Change date").click()
    expect(page.get_by_role("heading", name="1 May 2024")).to_be_visible()
    expect(heading).to_have_count(0)
    expect(page.get_by_role("toolbar", name="Selected pictures")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(heading).to_be_visible()
    expect(screen.tiles).to_have_count(COUNT)


def test_the_time_zone_of_many_is_set_and_brought_back(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(**DESK)
    page = screen.page
    _add_pictures(screen, on_disk)
    (known, *_) = screen.call("GET", "/api/images")["images"]
    was = known["taken_at"]
    dialog = _open_for_all(screen)
    dialog.get_by_label("Set time zone only").check(force=True)
    dialog.get_by_label("Time zone", exact=True).select_option("UTC+09:00")
    dialog.get_by_role("button", name="Change date").click()
    expect(page.get_by_role("toolbar", name="Selected pictures")).to_have_count(0)
    screen.open(known["name"])
    page.keyboard.press("i")
    expect(screen.details).to_contain_text("UTC+09:00")
    # The clock on the wall stays.
    assert screen.call("GET", f"/api/images/{known['id']}")["taken_at"][:19] == was[:19]
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo").click()
    screen.open(known["name"])
    page.keyboard.press("i")
    expect(screen.details).to_contain_text("Friday")
    expect(screen.details).not_to_contain_text("UTC+09:00")


def _open_places_for_all(screen: Screen) -> Locator:
    screen.tiles.first.focus()
    screen.page.keyboard.press("Control+a")
    bar = screen.page.get_by_role("toolbar", name="Selected pictures")
    bar.get_by_role("button", name="Change place").click()
    dialog = screen.page.get_by_role("dialog", name="Change place")
    expect(dialog.get_by_role("combobox")).to_be_focused()
    return dialog


@pytest.mark.parametrize("device", [DESK, PHONE])
def test_places_of_many_are_set_by_name_found_and_brought_back(
    new_screen: Callable[..., Screen],
    on_disk: Callable[..., list[Path]],
    device: dict[str, object],
) -> None:
    screen = new_screen(**device)
    page = screen.page
    _add_pictures(screen, on_disk)
    dialog = _open_places_for_all(screen)
    page.keyboard.type("tromso")
    expect(dialog.get_by_role("option", name="Tromsø")).to_contain_text("Troms, Norway")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("combobox")).to_have_value("Tromsø, Troms, Norway")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Place of {COUNT} pictures changed")).to_be_visible()
    expect(page.get_by_role("toolbar", name="Selected pictures")).to_have_count(0)
    screen.open("picture 1.jpg")
    page.keyboard.press("i")
    place = screen.details.get_by_role("region", name="Place")
    expect(place).to_contain_text("Tromsø, Troms, Norway")
    expect(place.get_by_role("link", name="GeoNames")).to_be_visible()

    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo").click()
    screen.open("picture 2.jpg")
    page.keyboard.press("i")
    expect(screen.details.get_by_role("region", name="Place")).to_contain_text("Not known")


def test_one_picture_is_placed_by_coordinates_and_found_by_words(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(**DESK)
    page = screen.page
    _add_pictures(screen, on_disk)
    screen.open("picture 1.jpg")
    page.keyboard.press("i")
    place = screen.details.get_by_role("region", name="Place")
    place.get_by_role("button", name="Change place").press("Enter")
    dialog = page.get_by_role("dialog", name="Change place")
    expect(dialog.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("48.8584, 2.2945")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(place).to_contain_text("Paris, Île-de-France, France")
    page.goto(f"{screen.site}/search?q=place:france")
    found = page.get_by_role("group", name="Pictures that were found").get_by_role("link")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("Place: Paris, Île-de-France, France")

    found.click()
    screen.open_details()
    place.get_by_role("button", name="Change place").press("Enter")
    dialog.get_by_label("No place").check(force=True)
    dialog.get_by_role("button", name="Change place").press("Enter")
    expect(place).to_contain_text("Not known")


@pytest.mark.parametrize("device", [DESK, PHONE])
def test_a_place_is_chosen_by_a_press_on_the_map(
    new_screen: Callable[..., Screen],
    on_disk: Callable[..., list[Path]],
    device: dict[str, object],
) -> None:
    screen = new_screen(**device)
    page = screen.page
    _add_pictures(screen, on_disk)
    dialog = _open_places_for_all(screen)
    field = dialog.get_by_role("combobox")
    page.keyboard.type("tromso")
    expect(dialog.get_by_role("option", name="Tromsø")).to_be_visible()
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Choose on a map").click()
    world_map = dialog.get_by_role("application", name="Map to choose a place on")
    expect(dialog.get_by_role("button", name="Choose the middle")).to_be_enabled()
    # It begins at the place that was chosen, so a press beside its middle is a place nearby.
    world_map.scroll_into_view_if_needed()
    box = world_map.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2 - 40)
    expect(field).to_have_value(re.compile(r"^69\.\d+° N, 1[89]\.\d+° E$"))
    dialog.get_by_role("button", name="Change place", exact=True).click()
    expect(page.get_by_text(f"Place of {COUNT} pictures changed")).to_be_visible()
    listed = screen.call("GET", "/api/images")["images"]
    (location,) = {
        (found["latitude"], found["longitude"])
        for each in listed
        if (found := screen.call("GET", f"/api/images/{each['id']}")["location"])
    }
    assert 69.65 < location[0] < 69.8
    assert 18.96 < location[1] < 19.3


def test_changing_places_is_accessible(
    screen: Screen, judge: Judge, on_disk: Callable[..., list[Path]]
) -> None:
    _add_pictures(screen, on_disk)
    dialog = _open_places_for_all(screen)
    dialog.get_by_role("button", name="Choose on a map").click()
    expect(dialog.get_by_role("button", name="Choose the middle")).to_be_enabled()
    judge.look_at("a place on the map")
    dialog.get_by_role("combobox").focus()
    screen.page.keyboard.type("par")
    expect(dialog.get_by_role("option").first).to_contain_text("Paris")
    judge.look_at("places that match")
    screen.page.keyboard.press("Enter")
    judge.look_at("a chosen place")
    dialog.get_by_label("No place").check(force=True)
    judge.look_at("no place")
    assert judge.sentence() == ""


def test_changing_dates_is_accessible(
    screen: Screen, judge: Judge, on_disk: Callable[..., list[Path]]
) -> None:
    _add_pictures(screen, on_disk)
    dialog = _open_for_all(screen)
    for mode in ("Set date and time", "Shift date and time", "Set time zone only", "Use what"):
        dialog.get_by_label(mode).check(force=True)
        judge.look_at(mode)
    screen.page.keyboard.press("Escape")
    screen.page.keyboard.press("Escape")
    screen.open("picture 1.jpg")
    screen.page.keyboard.press("i")
    expect(screen.details.get_by_role("region", name="Rating")).to_be_visible()
    judge.look_at("details")
    assert judge.sentence() == ""


def test_one_picture_is_dated_and_rated_by_keyboard(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(**DESK)
    page = screen.page
    _add_pictures(screen, on_disk)
    screen.open("picture 1.jpg")
    page.keyboard.press("i")
    expect(screen.details).to_contain_text("Friday")
    screen.details.get_by_role("button", name="Change date").press("Enter")
    dialog = _dialog(screen)
    dialog.get_by_label("Date", exact=True).fill("1985-07-14")
    dialog.get_by_label("Time", exact=True).fill("15:30:00")
    dialog.get_by_label("Time zone", exact=True).select_option("UTC+02:00")
    dialog.get_by_label("Time", exact=True).press("Enter")
    expect(screen.details).to_contain_text("1985")
    expect(screen.details).to_contain_text("UTC+02:00")

    stars = screen.details.get_by_role("region", name="Rating")
    stars.get_by_role("button", name="4 stars").press("Enter")
    expect(stars.get_by_role("button", name="4 stars", pressed=True)).to_be_visible()
    stars.get_by_role("button", name="Reset").press("Enter")
    expect(stars.get_by_role("button", pressed=True)).to_have_count(0)

    # The last one of the timeline now, and there after a reload.
    page.reload()
    expect(screen.viewer).to_be_visible()
    page.keyboard.press("Escape")
    expect(screen.viewer).to_have_count(0)
    expect(page.get_by_role("heading", name="14 Jul 1985")).to_be_visible()
    expect(screen.tiles.last.get_by_role("img", name="picture 1.jpg")).to_be_visible()
