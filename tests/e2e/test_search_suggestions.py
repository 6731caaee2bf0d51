"""Suggestions while one types a search: by keyboard at a desk, with a finger on a phone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, expect

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


def _box(screen: Screen) -> Locator:
    return screen.page.get_by_role("combobox", name="Search your pictures")


def _options(screen: Screen) -> Locator:
    return screen.page.get_by_role("listbox", name="Suggestions").get_by_role("option")


def _add_pictures(screen: Screen, on_disk: Callable[..., list[Path]]) -> None:
    """Upload two pictures, one of them in an album, both with a tag and a description."""
    screen.register()
    screen.drop(*on_disk(*(jpeg(seed=90 + n, name=f"{n}.jpg") for n in range(2))))
    expect(screen.panel.get_by_role("heading")).to_have_text("2 pictures added")
    screen.close_panel()
    images = screen.call("GET", "/api/images")["images"]
    ids = [image["id"] for image in images]
    for image_id in ids:
        words = {"alt_text": "", "text": "A lagoon at dusk, by a lamp"}
        screen.call("PATCH", f"/api/images/{image_id}", {"description": words})
    album = screen.call("POST", "/api/albums", {"title": "Lakes of Garda"})
    batch = {"action": "add_to_album", "album_id": album["id"], "images": {"ids": ids[:1]}}
    screen.call("POST", "/api/images/batch", batch)
    tagged = {"action": "add_tag", "tag": "family/Laura", "images": {"ids": ids}}
    screen.call("POST", "/api/images/batch", tagged)


def test_suggestions_by_keyboard_alone(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page, judge = screen.page, Judge(screen.page)
    _add_pictures(screen, on_disk)
    page.keyboard.press("/")
    expect(_box(screen)).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("la")
    expect(_options(screen).filter(has_text="Laura")).to_be_visible()
    expect(_options(screen).filter(has_text="Lakes of Garda")).to_be_visible()
    expect(_options(screen).filter(has_text="lagoon")).to_be_visible()
    expect(_box(screen)).to_have_attribute("aria-expanded", "true")
    judge.look_at("suggestions")
    page.keyboard.press("/")  # a narrow window hid it
    expect(_options(screen).first).to_be_visible()

    # Escape closes the list, and leaves what is typed; an arrow opens it again.
    page.keyboard.press("Escape")
    expect(_options(screen)).to_have_count(0)
    expect(_box(screen)).to_have_value("la")
    page.keyboard.press("ArrowDown")
    expect(_options(screen).first).to_be_visible()
    # Arrows mark, from the first to the last and back to what was typed.
    expect(page.get_by_role("option", selected=True)).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(_options(screen).first).to_have_attribute("aria-selected", "true")
    marked = _options(screen).first.get_attribute("id")
    expect(_box(screen)).to_have_attribute("aria-activedescendant", marked or "")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("option", selected=True)).to_have_count(0)
    page.keyboard.press("ArrowUp")
    expect(_options(screen).last).to_have_attribute("aria-selected", "true")

    # Enter takes what is marked.
    page.keyboard.press("End")
    page.keyboard.type("ke")
    expect(_options(screen)).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").get_by_role("status").first).to_have_text("1 picture")
    expect(_box(screen)).to_have_value('album:"Lakes of Garda"')
    expect(_options(screen)).to_have_count(0)
    expect(page.get_by_role("button", name='Remove album:"Lakes of Garda"')).to_be_visible()

    # What was searched for is offered, until it is cleared.
    page.goto(f"{screen.site}/search")
    expect(_box(screen)).to_be_focused()
    expect(_options(screen)).to_have_text(['album:"Lakes of Garda"'])
    judge.look_at("recent searches")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(_options(screen)).to_have_count(0)
    page.reload()
    expect(_box(screen)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(_options(screen)).to_have_count(0)
    assert judge.sentence() == ""


def test_suggestions_on_a_phone_and_nothing_after_signing_out(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(**PHONE)
    page = screen.page
    _add_pictures(screen, on_disk)
    page.get_by_role("link", name="Search", exact=True).tap()
    _box(screen).fill("laur")
    _options(screen).first.tap()
    expect(page.get_by_role("main").get_by_role("status").first).to_have_text("2 pictures")
    expect(_box(screen)).to_have_value("tag:family/Laura")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["viewport"]["width"]
    assert page.evaluate("JSON.stringify(localStorage).includes('Laura')")
    page.get_by_role("button", name="Account").tap()
    page.get_by_role("menuitem", name="Sign out").tap()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert not page.evaluate("JSON.stringify(localStorage).includes('Laura')")
