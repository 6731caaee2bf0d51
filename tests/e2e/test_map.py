"""The map: clusters, what is in view, the viewer and back; by pointer, by keys, on a phone."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import Judge
from tests.e2e.page_objects import Screen
from tests.support.images import Picture, jpeg

LISBON, BELEM, SYDNEY = (38.7223, -9.1393), (38.6979, -9.2065), (-33.8568, 151.2153)
DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
AT = re.compile(r"/map\?at=(-?\d+\.\d+),(-?\d+\.\d+),(\d+\.\d+)")


def _shoot(page: Page, name: str) -> None:
    """Keep pictures of the screens for people, where PINHOLE_SHOTS says so."""
    folder = os.environ.get("PINHOLE_SHOTS")
    if not folder:
        return
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(600)
        page.screenshot(path=Path(folder) / f"{name}-{theme}.png")
    page.emulate_media(color_scheme="light")


def _upload(screen: Screen, on_disk: Callable[..., list[Path]], *pictures: Picture) -> None:
    screen.register()
    screen.drop(*on_disk(*pictures))
    expect(screen.panel.get_by_role("heading")).to_contain_text("added")
    screen.close_panel()


def _placed() -> list[Picture]:
    return [
        jpeg(seed=5710, name="tram.jpg", place=LISBON),
        jpeg(seed=5711, name="square.jpg", place=LISBON),
        jpeg(seed=5712, name="tower.jpg", place=BELEM),
        jpeg(seed=5713, name="opera.jpg", place=SYDNEY),
        jpeg(seed=5714, name="nowhere.jpg"),
    ]


def _zoom(page: Page) -> float:
    found = AT.search(page.url)
    assert found, page.url
    return float(found[3])


@pytest.mark.parametrize("device", [DESK, PHONE], ids=["desk", "phone"])
def test_from_the_world_to_a_picture_and_back(
    new_screen: Callable[..., Screen],
    on_disk: Callable[..., list[Path]],
    device: dict[str, object],
    request: pytest.FixtureRequest,
) -> None:
    screen = new_screen(**device)
    page = screen.page
    _upload(screen, on_disk, *_placed())
    page.get_by_role("button", name="More pages").locator("visible=true").click()
    page.get_by_role("menuitem", name="Map").click()
    lisbon = page.get_by_role("button", name="3 pictures near Lisbon")
    expect(lisbon).to_be_visible()
    expect(page.get_by_role("button", name="1 picture near Sydney")).to_be_visible()
    expect(page.get_by_role("heading", name="4 pictures in view")).to_be_visible()
    expect(page.get_by_text("1 picture has no place.")).to_be_visible()
    expect(page).to_have_url(AT)
    _shoot(page, f"map-{request.node.callspec.id}")

    world = page.url
    lisbon.click()
    expect(page.get_by_role("button", name="2 pictures near Lisbon")).to_be_visible()
    expect(page.get_by_role("heading", name="3 pictures in view")).to_be_visible()
    expect(page).not_to_have_url(world)
    _shoot(page, f"lisbon-{request.node.callspec.id}")
    # They cannot be seen apart: they are listed alone.
    page.get_by_role("button", name="2 pictures near Lisbon").click()
    expect(page.get_by_role("heading", name="2 pictures near Lisbon")).to_be_visible()
    beside = page.get_by_role("region", name="Pictures in view").get_by_role("listitem")
    expect(beside).to_have_count(2)
    page.get_by_role("button", name="Show all pictures in view").click()
    expect(beside).to_have_count(3)

    close = page.url
    beside.first.get_by_role("button").click()
    expect(page).to_have_url(re.compile(r"/map/images/[^?]+\?at="))
    expect(screen.viewer).to_be_visible()
    page.go_back()
    expect(screen.viewer).to_have_count(0)
    expect(page).to_have_url(close)
    page.reload()
    expect(page.get_by_role("heading", name="3 pictures in view")).to_be_visible()
    page.go_back()
    page.go_back()
    page.go_back()
    expect(page).to_have_url(world)
    expect(page.get_by_role("button", name="1 picture near Sydney")).to_be_visible()


def test_the_map_is_moved_by_keys_wheel_and_buttons(
    screen: Screen, on_disk: Callable[..., list[Path]]
) -> None:
    page = screen.page
    _upload(screen, on_disk, *_placed())
    page.goto(f"{screen.site}/map?at=38.72230,-9.13930,6.00")
    expect(page.get_by_role("heading", name="3 pictures in view")).to_be_visible()
    page.get_by_role("button", name="Zoom in").click()
    expect(page).to_have_url(re.compile(r",7\.00$"))
    world_map = page.get_by_role("application", name="Map of your pictures")
    world_map.focus()
    page.keyboard.press("-")
    expect(page).to_have_url(re.compile(r",6\.00$"))
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"at=38\.7223\d,-[67]\."))
    # A wheel zooms at the pointer, and scrolls no page.
    box = world_map.bounding_box()
    assert box
    page.mouse.move(box["x"] + 50, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, -300)
    expect(page).to_have_url(re.compile(r",7\.00$"))
    before = page.url
    page.mouse.down()
    page.mouse.move(box["x"] + 350, box["y"] + box["height"] / 2 + 40, steps=5)
    page.mouse.up()
    expect(page).not_to_have_url(before)
    # A drag that begins on a cluster opens nothing.
    page.goto(f"{screen.site}/map?at=-33.85680,151.21530,9.00")
    sydney = page.get_by_role("button", name="1 picture near Sydney")
    expect(sydney).to_be_visible()
    place = sydney.bounding_box()
    assert place
    before = page.url
    page.mouse.move(place["x"] + 20, place["y"] + 20)
    page.mouse.down()
    page.mouse.move(place["x"] + 120, place["y"] + 60, steps=4)
    page.mouse.up()
    expect(page).not_to_have_url(before)
    expect(page).to_have_url(AT)
    sydney.focus()
    page.keyboard.press("Enter")
    expect(screen.viewer).to_be_visible()
    page.keyboard.press("Escape")
    expect(screen.viewer).to_have_count(0)
    expect(page).to_have_url(AT)


def test_where_nothing_has_a_place_the_map_says_how_to_give_one(
    screen: Screen, judge: Judge, on_disk: Callable[..., list[Path]]
) -> None:
    page = screen.page
    _upload(screen, on_disk, jpeg(seed=5720, name="nowhere.jpg"))
    page.goto(f"{screen.site}/map")
    expect(page.get_by_role("heading", name="No picture has a place yet")).to_be_visible()
    _shoot(page, "empty")
    judge.look_at("the empty map")
    page.get_by_role("link", name="Show pictures without a place").click()
    expect(page).to_have_url(re.compile(r"/search\?q=-is%3Aplaced"))
    found = page.get_by_role("group", name="Pictures that were found")
    expect(found.get_by_role("link")).to_have_count(1)
    assert judge.sentence() == ""


def test_the_map_keeps_to_the_rules_of_accessibility(
    screen: Screen, judge: Judge, on_disk: Callable[..., list[Path]]
) -> None:
    _upload(screen, on_disk, *_placed())
    screen.page.goto(f"{screen.site}/map")
    expect(screen.page.get_by_role("button", name="3 pictures near Lisbon")).to_be_visible()
    judge.look_at("the map")
    assert judge.sentence() == ""
