"""Saved searches, which stand among the albums, and statistics, which lead to searches."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, expect

from tests.e2e.axe import Judge
from tests.e2e.page_objects import Screen
from tests.support.images import jpeg

DESK = {"width": 1280, "height": 800}


def _found(screen: Screen) -> Locator:
    return screen.page.get_by_role("group", name="Pictures that were found").get_by_role("link")


def _add_pictures(screen: Screen, on_disk: Callable[..., list[Path]], **words: Any) -> None:
    screen.register()
    screen.drop(*on_disk(*(jpeg(seed=95 + n, name=f"{n}.jpg") for n in range(2))))
    expect(screen.panel.get_by_role("heading")).to_have_text("2 pictures added")
    screen.close_panel()
    expect(screen.tiles).to_have_count(2)
    for n, image in enumerate(screen.call("GET", "/api/images")["images"]):
        said = {"alt_text": "", "text": f"A lagoon {'at dusk' if n else 'at noon'}"} | words
        screen.call("PATCH", f"/api/images/{image['id']}", {"description": said})


def test_search_is_saved_changed_and_deleted_with_undo(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page, judge = screen.page, Judge(screen.page)
    _add_pictures(screen, on_disk)
    page.keyboard.press("/")
    page.keyboard.type("lagoon may 2024")
    page.keyboard.press("Enter")
    expect(_found(screen)).to_have_count(2)
    page.get_by_role("button", name="Save search").press("Enter")
    dialog = page.get_by_role("dialog", name="Save this search")
    expect(dialog.get_by_label("Name")).to_be_focused()
    judge.look_at("saving a search")
    dialog.get_by_label("Name").fill("Lagoons")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Lagoons")).to_be_visible()
    judge.look_at("a saved search")

    # It stands among the albums, with its newest picture and how many there are.
    page.get_by_role("link", name="Albums", exact=True).first.click()
    card = page.get_by_role("link", name="Lagoons")
    expect(card).to_contain_text("2 pictures")
    expect(card.locator("img")).to_be_visible()
    judge.look_at("albums with a saved search")
    card.press("Enter")
    expect(_found(screen)).to_have_count(2)

    # Its parts are changed in place, and kept when that is said.
    page.get_by_role("button", name="Change may 2024").press("Enter")
    page.wait_for_function("window.getSelection().toString() === 'may 2024'")
    page.keyboard.type("dusk")
    page.keyboard.press("Enter")
    expect(_found(screen)).to_have_count(1)
    expect(page.get_by_role("heading", name="Lagoons")).to_be_visible()
    page.get_by_role("button", name="Save changes").press("Enter")
    expect(page.get_by_role("button", name="Save changes")).to_have_count(0)
    page.get_by_role("button", name="More for this saved search").press("Enter")
    page.get_by_role("menuitem", name="Rename").press("Enter")
    page.get_by_role("dialog").get_by_label("Name").fill("Evening lagoon")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Evening lagoon")).to_be_visible()

    page.get_by_role("button", name="More for this saved search").press("Enter")
    page.get_by_role("menuitem", name="Delete saved search").press("Enter")
    expect(page.get_by_role("heading", name="Albums", exact=True)).to_be_visible()
    expect(page.get_by_text("Evening lagoon was deleted")).to_be_visible()
    expect(page.get_by_role("link", name="Evening lagoon")).to_have_count(0)
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_role("link", name="Evening lagoon")).to_contain_text("1 picture")
    assert judge.sentence() == ""


def test_statistics_lead_to_the_pictures(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen(viewport=DESK)
    page, judge = screen.page, Judge(screen.page)
    screen.register()
    page.goto(f"{screen.site}/statistics")
    expect(page.get_by_role("heading", name="Nothing to count yet")).to_be_visible()
    screen.drop(*on_disk(*(jpeg(seed=97 + n, name=f"{n}.jpg") for n in range(2))))
    expect(screen.panel.get_by_role("heading")).to_have_text("2 pictures added")
    screen.close_panel()
    page.reload()
    years = page.get_by_role("list", name="Pictures by year")
    expect(years.get_by_role("link")).to_have_count(1, timeout=20_000)
    judge.look_at("statistics as charts")
    page.get_by_role("switch", name="Show as tables").press("Space")
    table = page.get_by_role("table", name="Pictures by year")
    expect(table.get_by_role("row")).to_have_count(2)
    expect(table.get_by_role("cell").first).to_have_text("2")
    judge.look_at("statistics as tables")
    page.get_by_role("switch", name="Show as tables").press("Space")
    years.get_by_role("link").press("Enter")
    expect(_found(screen)).to_have_count(2)
    page.go_back()
    page.get_by_role("list", name="Storage by format").get_by_role("link").press("Enter")
    expect(_found(screen)).to_have_count(2)
    assert judge.sentence() == ""
