"""A library shared one way, with its owner and a partner (THREATS 1, 3, 4, 43)."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import SameSizeJudge
from tests.e2e.page_objects import Screen
from tests.e2e.test_people_of_albums import DESK, PHONE
from tests.support.images import Picture, jpeg


def _of_year(year: int, *, seed: int) -> Picture:
    picture = jpeg(seed=seed, name=f"{year}-{seed}.jpg")
    dated = picture.content.replace(b"2024:05:03", f"{year}:05:03".encode())
    assert year == 2024 or dated != picture.content
    return replace(picture, content=dated)


def _upload(screen: Screen, on_disk: Callable[..., list[Path]]) -> None:
    """Two pictures of 2024, one of 2023 and one of 2019."""
    years = (2024, 2024, 2023, 2019)
    pictures = [_of_year(year, seed=380 + n) for n, year in enumerate(years)]
    screen.drop(*on_disk(*pictures, folder="years"))
    expect(screen.panel.get_by_role("heading")).to_have_text("4 pictures added")
    screen.close_panel()
    expect(screen.tiles).to_have_count(4)


def _share(page: Page, site: str, email: str, eyes: SameSizeJudge) -> None:
    """By the keyboard, from 2020 on, with originals."""
    page.goto(f"{site}/shared")
    page.get_by_role("button", name="Share your library").press("Enter")
    dialog = page.get_by_role("dialog", name="Share your library")
    expect(dialog.get_by_label("E-mail address")).to_be_focused()
    dialog.get_by_label("E-mail address").fill(email)
    dialog.get_by_label("All pictures").press("ArrowDown")
    dialog.get_by_label("Taken on or after").fill("2020-01-01")
    dialog.get_by_label("Originals").press("Space")
    eyes.look_at("sharing a library")
    dialog.get_by_label("E-mail address").press("Enter")
    row = page.get_by_role("listitem").filter(has_text=email)
    expect(row).to_contain_text("Invited")
    expect(row).to_contain_text("Pictures from 1 January 2020 on · dates, originals")
    eyes.look_at("whom a library is shared with")


def _accept(screen: Screen, owner: str, eyes: SameSizeJudge) -> None:
    page = screen.page
    page.goto(f"{screen.site}/shared-with-me")
    row = page.get_by_role("listitem").filter(has_text=owner)
    expect(row).to_contain_text("their library: pictures from 1 January 2020 on")
    eyes.look_at("an invitation to a library")
    row.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("heading", name=f"Library of {owner}")).to_be_visible()


def _look_through(page: Page, eyes: SameSizeJudge) -> None:
    """By the keyboard, from the newest picture to the oldest, which another month has."""
    page.locator("main [data-image]").first.focus()
    page.keyboard.press("Enter")
    viewer = page.get_by_role("dialog")
    for day in ("3 May 2024", "3 May 2024", "3 May 2023"):
        expect(viewer.get_by_role("img")).not_to_have_js_property("naturalWidth", 0)
        expect(viewer.get_by_text(day)).to_be_visible()
        address = page.url
        if day.endswith("2024"):
            page.keyboard.press("ArrowRight")
            expect(page).not_to_have_url(address)
    expect(viewer.get_by_label("Next picture")).to_be_disabled()
    expect(viewer.get_by_role("button", name="Download the original")).to_be_visible()
    eyes.look_at("a picture of a library")
    page.reload()  # by its address alone
    expect(viewer.get_by_text("3 May 2023")).to_be_visible()
    expect(viewer.get_by_label("Previous picture")).to_be_enabled()
    page.keyboard.press("Escape")
    expect(viewer).to_have_count(0)


def _save_two(page: Page) -> None:
    page.locator("main [data-image]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    bar = page.get_by_role("toolbar", name="Selected pictures")
    bar.get_by_role("button", name="Save to my library").click()
    expect(page.get_by_text("Saved 2 pictures to your library", exact=True)).to_be_visible()


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_a_library_is_shared_looked_through_saved_from_and_ended(
    new_screen: Callable[..., Screen],
    on_disk: Callable[..., list[Path]],
    look: dict[str, object],
) -> None:
    ada, bob = (new_screen(**look) for _ in range(2))
    eyes = [SameSizeJudge(screen.page) for screen in (ada, bob)]
    emails = [screen.register() for screen in (ada, bob)]
    _upload(ada, on_disk)
    _share(ada.page, ada.site, emails[1], eyes[0])

    _accept(bob, emails[0], eyes[1])
    shown = bob.page.locator("main [data-image]")
    expect(shown).to_have_count(3)  # and not the one of 2019
    expect(bob.page.locator("[data-tile] img").first).not_to_have_js_property("naturalWidth", 0)
    eyes[1].look_at("a library of somebody else's")
    _look_through(bob.page, eyes[1])
    _save_two(bob.page)
    bob.page.goto(f"{bob.site}/shared-with-me")
    bob.page.get_by_role("link", name=emails[0]).click()
    expect(shown).to_have_count(3)

    ada.page.reload()
    ada.page.get_by_role("button", name=f"End sharing with {emails[1]}").click()
    ada.page.get_by_role("dialog").get_by_role("button", name="Stop sharing").click()
    expect(ada.page.get_by_text("Your library is shared with nobody.")).to_be_visible()
    bob.witness.forgive(r"status of 404")
    bob.page.reload()
    nothing = "This library is not shared with you"
    expect(bob.page.get_by_role("heading", name=nothing)).to_be_visible()
    eyes[1].look_at("a library that is not shared")
    bob.page.goto(bob.site)
    expect(bob.tiles).to_have_count(2)
    assert [each.sentence() for each in eyes] == [""] * 2
