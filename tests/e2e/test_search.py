"""Search: by keyboard at a desk and with a finger on a phone, by words that people corrected."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.api.conftest import until
from tests.e2e.axe import Judge
from tests.e2e.page_objects import Screen
from tests.support.images import jpeg

DESK = {"width": 1280, "height": 800}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "color_scheme": "dark",
}
# By the names of the files. All are of 3 May 2024.
WORDS: dict[str, dict[str, Any]] = {
    "pier.jpg": {"text": "Two people in red coats walk along the pier at dusk.", "tags": ["sea"]},
    "market.jpg": {"text": "A market by the sea.", "visible_text": "FRESH MACKEREL"},
    "cat.jpg": {"text": "Eine Katze schläft auf der Straße."},
    "tower.jpg": {"text": "夕暮れの東京タワー"},
}

SIMILAR = "Similar in meaning"


def _add_pictures(screen: Screen, on_disk: Callable[..., list[Path]]) -> None:
    """Upload real files, and correct what is said of them."""
    screen.register()
    made = [jpeg(seed=60 + n, name=name) for n, name in enumerate(WORDS)]
    screen.drop(*on_disk(*made))
    expect(screen.panel.get_by_role("heading")).to_have_text(f"{len(WORDS)} pictures added")
    screen.close_panel()
    expect(screen.tiles).to_have_count(len(WORDS))
    for image in screen.call("GET", "/api/images")["images"]:
        words = {"alt_text": "", **WORDS[image["name"]]}
        screen.call("PATCH", f"/api/images/{image['id']}", {"description": words})


def _box(screen: Screen) -> Locator:
    return screen.page.get_by_role("combobox", name="Search your pictures")


def _found(screen: Screen) -> Locator:
    """Return what has the words."""
    group = screen.page.get_by_role("group", name="Pictures that were found")
    return group.locator(f"section:not([aria-label='{SIMILAR}'])").get_by_role("link")


def _near(screen: Screen) -> Locator:
    """Return what means nearly the same, which stands below it."""
    return screen.page.get_by_role("region", name=SIMILAR).get_by_role("link")


def _status(screen: Screen) -> Locator:
    return screen.page.get_by_role("main").get_by_role("status").first


def _search(screen: Screen, q: str) -> None:
    _box(screen).fill(q)
    screen.page.keyboard.press("Enter")


def test_search_by_keyboard_alone(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page = screen.page
    _add_pictures(screen, on_disk)
    page.keyboard.press("/")
    expect(_box(screen)).to_be_focused()
    expect(_box(screen)).to_have_value("")
    page.keyboard.type("SEA may 2024")
    page.keyboard.press("Enter")
    expect(_status(screen)).to_have_text("2 pictures")
    expect(_found(screen)).to_have_count(2)
    assert page.url.endswith("/search?q=SEA%20may%202024")
    why = _found(screen).filter(has_text="A market by the sea")
    expect(why.locator("mark")).to_have_text("sea")
    expect(page).to_have_title(re.compile("SEA may 2024"))

    # One of them in the viewer, which goes through what was found and comes back to it.
    screen.tab_to(_found(screen).first)
    page.keyboard.press("Enter")
    expect(screen.viewer.get_by_text("1 of 2", exact=True)).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(screen.viewer.get_by_text("2 of 2", exact=True)).to_be_visible()
    page.reload()
    expect(screen.viewer.get_by_text("2 of 2", exact=True)).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_text("Archived", exact=True)).to_be_visible()
    expect(screen.viewer.get_by_text("2 of 2", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(screen.viewer).to_have_count(0)
    expect(_found(screen)).to_have_count(2)

    # The date is a chip; without it the words stay. Back leads to the search before.
    page.get_by_role("button", name="Remove may 2024").press("Enter")
    expect(_box(screen)).to_have_value("SEA")
    expect(_status(screen)).to_have_text("2 pictures")
    page.keyboard.press("/")
    page.keyboard.type("mackerel -pier")
    page.keyboard.press("Enter")
    expect(_found(screen)).to_have_count(1)
    expect(_found(screen)).to_contain_text("In the picture: FRESH MACKEREL")
    page.go_back()
    expect(_box(screen)).to_have_value("SEA")
    expect(_found(screen)).to_have_count(2)


def test_what_was_found_can_be_changed(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page, judge = screen.page, Judge(screen.page)
    _add_pictures(screen, on_disk)
    _search(screen, "sea")
    expect(_found(screen)).to_have_count(2)
    # What is deleted is gone, and comes back.
    screen.tab_to(_found(screen).first)
    page.keyboard.press("Delete")
    expect(_found(screen)).to_have_count(1)
    page.get_by_role("button", name="Undo").press("Enter")
    expect(_found(screen)).to_have_count(2)
    judge.look_at("what was found")
    page.get_by_role("checkbox", name="Select all of").first.press("Space")
    page.get_by_role("toolbar", name="Selected pictures").get_by_role(
        "button", name="Delete"
    ).click()
    expect(_found(screen)).to_have_count(0)
    _search(screen, "is:deleted sea")
    expect(_found(screen)).to_have_count(2)
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="Restore").click()
    expect(_found(screen)).to_have_count(0)
    _search(screen, "xylophone")
    expect(page.get_by_role("heading", name="No pictures found")).to_be_visible()
    judge.look_at("nothing was found")
    page.goto(f"{screen.site}/search")
    expect(_box(screen)).to_be_focused()
    judge.look_at("how to search")
    assert judge.sentence() == ""


def test_search_on_a_phone_in_the_dark(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(**PHONE)
    page = screen.page
    _add_pictures(screen, on_disk)
    page.get_by_role("link", name="Search", exact=True).tap()
    expect(_box(screen)).to_be_focused()
    expect(page.get_by_role("heading", name="Search your pictures")).to_be_visible()
    # As people type: without marks, in other forms, and in languages without spaces.
    asked = {"strasse katze": "Straße", "東京": "東京", "coat": "coats", "mark": "market"}
    for q, said in asked.items():
        _search(screen, q)
        expect(_found(screen)).to_have_count(1)
        expect(_found(screen).locator("mark").last).to_have_text(said)
    _search(screen, "red coats last week")
    expect(page.get_by_role("heading", name="No pictures found")).to_be_visible()
    page.get_by_role("button", name="Remove last week").tap()
    expect(_found(screen)).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["viewport"]["width"]


@pytest.mark.parametrize("kind", ["desk", "phone"])
def test_what_means_nearly_the_same_stands_below_what_has_the_words(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]], kind: str
) -> None:
    screen = new_screen(**(PHONE if kind == "phone" else {"viewport": DESK}))
    page, judge = screen.page, Judge(screen.page)
    _add_pictures(screen, on_disk)
    # Vectors are made by the sweep, every 20 seconds: until then the words alone are asked.
    until(lambda: screen.call("GET", "/api/search/meaning?q=sleeping%20cat")["images"])
    page.goto(f"{screen.site}/search?q=sleeping%20cat")
    expect(_near(screen)).to_have_count(1)
    expect(_near(screen)).to_contain_text("Means nearly: Eine Katze schläft auf der Straße.")
    expect(_status(screen)).to_have_text(
        "No picture has these words. These mean something similar."
    )
    judge.look_at("what means nearly the same")

    page.goto(f"{screen.site}/search?q=coats")
    expect(_found(screen)).to_have_count(1)
    expect(_status(screen)).to_have_text("1 picture")
    page.goto(f"{screen.site}/search?q=fish")
    expect(_near(screen).first).to_contain_text("market")
    page.goto(f"{screen.site}/search?q=market")
    expect(_found(screen)).to_have_count(1)

    # The viewer and the keyboard go through both.
    page.goto(f"{screen.site}/search?q=sleeping%20cat")
    expect(_near(screen)).to_have_count(1)
    screen.tab_to(_near(screen).first)
    page.keyboard.press("Enter")
    expect(screen.viewer.get_by_text("1 of 1", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(screen.viewer).to_have_count(0)
    page.get_by_role("checkbox", name=f"Select all of {SIMILAR}").press("Space")
    toolbar = page.get_by_role("toolbar", name="Selected pictures")
    toolbar.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="No pictures found")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    assert judge.sentence() == ""
