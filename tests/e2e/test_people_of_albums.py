"""An album with its owner, a contributor, a viewer and a stranger (THREATS 1, 3, 4, 43)."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import Judge, SameSizeJudge
from tests.e2e.page_objects import Screen
from tests.support.images import jpeg

DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def _upload(screen: Screen, on_disk: Callable[..., list[Path]], *, seed: int, count: int) -> None:
    pictures = [jpeg(seed=seed + n, name=f"picture {seed + n}.jpg") for n in range(count)]
    screen.drop(*on_disk(*pictures, folder=str(seed)))
    expect(screen.panel.get_by_role("heading")).to_have_text(
        f"{count} picture{'s' if count > 1 else ''} added"
    )
    screen.close_panel()
    expect(screen.tiles).to_have_count(count)


def _select_and_add(screen: Screen, count: int) -> None:
    for index in range(count):
        screen.tiles.nth(index).focus()
        screen.page.keyboard.press("Space")
    bar = screen.page.get_by_role("toolbar", name="Selected pictures")
    bar.get_by_role("button", name="Add to album").click()


def _make_album(screen: Screen) -> str:
    _select_and_add(screen, 3)
    dialog = screen.page.get_by_role("dialog")
    dialog.get_by_label("Find an album").fill("Lisbon")
    dialog.get_by_role("button", name="New album “Lisbon”").click()
    expect(screen.page.get_by_text("Added 3 to Lisbon", exact=True)).to_be_visible()
    screen.page.goto(f"{screen.site}/albums")
    screen.page.get_by_role("link", name="Lisbon").click()
    expect(screen.page.get_by_role("heading", name="Lisbon")).to_be_visible()
    return screen.page.url.rpartition("/")[2]


def _invite(page: Page, email: str, role: str, judge: Judge) -> None:
    """By the keyboard."""
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_label("E-mail address")
    field.fill(email)
    dialog.get_by_label("May").select_option(role)
    field.press("Enter")
    row = dialog.get_by_role("listitem").filter(has_text=email)
    expect(row).to_contain_text("Invited")
    expect(field).to_have_value("")
    judge.look_at("people of an album")


def _accept(screen: Screen, owner: str, judge: Judge) -> None:
    page = screen.page
    page.goto(f"{screen.site}/albums")
    page.get_by_role("link", name="Shared with me").click()
    row = page.get_by_role("listitem").filter(has_text=owner)
    expect(row).to_contain_text("the album “Lisbon”")
    judge.look_at("invitations")
    row.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("heading", name="Lisbon")).to_be_visible()
    expect(page.get_by_text(f"of {owner}")).to_be_visible()


def _shown(screen: Screen) -> Locator:
    """The pictures of a shared album."""
    return screen.page.locator("main [data-image]")


def _picture_is_shown(page: Page) -> None:
    expect(page.locator("[data-tile] img").first).not_to_have_js_property("naturalWidth", 0)


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_an_album_is_shared_added_to_and_taken_back(
    new_screen: Callable[..., Screen],
    on_disk: Callable[..., list[Path]],
    look: dict[str, object],
) -> None:
    ada, bob, carl, stranger = (new_screen(**look) for _ in range(4))
    eyes = [SameSizeJudge(screen.page) for screen in (ada, bob, carl, stranger)]
    emails = [screen.register() for screen in (ada, bob, carl, stranger)]
    _upload(ada, on_disk, seed=360, count=3)
    album = _make_album(ada)
    ada.page.get_by_role("button", name="Share", exact=True).click()
    ada.page.get_by_role("dialog").get_by_role("button", name="With people here").click()
    _invite(ada.page, emails[1], "contributor", eyes[0])
    _invite(ada.page, emails[2], "viewer", eyes[0])

    _accept(bob, emails[0], eyes[1])
    expect(_shown(bob)).to_have_count(3)
    _picture_is_shown(bob.page)
    eyes[1].look_at("an album as its contributor")
    bob.page.goto(bob.site)
    _upload(bob, on_disk, seed=370, count=1)
    _select_and_add(bob, 1)
    albums = bob.page.get_by_role("dialog").get_by_role("list", name="Albums of others")
    expect(albums.get_by_role("button", name="Lisbon")).to_be_visible()
    eyes[1].look_at("adding to an album of others")
    albums.get_by_role("button", name="Lisbon").click()
    expect(bob.page.get_by_text("Added 1 to Lisbon", exact=True)).to_be_visible()

    _accept(carl, emails[0], eyes[2])
    expect(_shown(carl)).to_have_count(4)
    _picture_is_shown(carl.page)
    _save_all(carl, eyes[2])
    _look_through(carl.page, emails[1], eyes[2])

    stranger.witness.forgive(r"status of 404")
    stranger.page.goto(f"{stranger.site}/shared-with-me/{album}")
    nothing = "This album is not shared with you"
    expect(stranger.page.get_by_role("heading", name=nothing)).to_be_visible()
    eyes[3].look_at("an album that is not shared")

    bob.page.goto(f"{bob.site}/shared-with-me/{album}")
    expect(_shown(bob)).to_have_count(4)
    _picture_is_shown(bob.page)
    _remove_by_owner(ada.page, emails[1])
    bob.witness.forgive(r"status of 404")
    bob.page.reload()
    expect(bob.page.get_by_role("heading", name=nothing)).to_be_visible()
    carl.page.reload()
    expect(_shown(carl)).to_have_count(3)
    carl.page.get_by_role("button", name="More for Lisbon").click()
    carl.page.get_by_role("menuitem", name="Leave the album").click()
    carl.page.get_by_role("dialog").get_by_role("button", name="Leave", exact=True).click()
    expect(carl.page.get_by_text("Nobody shares an album with you yet")).to_be_visible()
    eyes[2].look_at("nothing is shared")
    carl.page.goto(carl.site)
    expect(carl.tiles).to_have_count(1)
    assert [each.sentence() for each in eyes] == [""] * 4


def _save_all(screen: Screen, judge: Judge) -> None:
    """By the keyboard; then it is taken back, and one is saved from the viewer."""
    page = screen.page
    page.locator("[data-image]").first.focus()
    page.keyboard.press("Control+a")
    bar = page.get_by_role("toolbar", name="Selected pictures")
    expect(bar.get_by_role("status")).to_have_text("4 selected")
    expect(bar.get_by_role("button", name="Remove from album")).to_have_count(0)
    judge.look_at("pictures to save")
    bar.get_by_role("button", name="Save to my library").click()
    saved = page.get_by_text("Saved 4 pictures to your library", exact=True)
    expect(saved).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("4 pictures moved to Recently deleted")).to_be_visible()
    page.locator("[data-image]").first.focus()
    page.keyboard.press("Enter")
    viewer = page.get_by_role("dialog")
    viewer.get_by_role("button", name="Save to my library").click()
    expect(page.get_by_text("1 picture restored from Recently deleted")).to_be_visible()
    page.keyboard.press("Escape")
    expect(viewer).to_have_count(0)


def _look_through(page: Page, contributor: str, judge: Judge) -> None:
    """By the keyboard, to the picture that another member added."""
    page.locator("[data-image]").first.focus()
    page.keyboard.press("Enter")
    viewer = page.get_by_role("dialog")
    expect(viewer.get_by_role("img")).not_to_have_js_property("naturalWidth", 0)
    expect(viewer.get_by_text(re.compile("^Added by "))).to_be_visible()
    for _ in range(3):
        if viewer.get_by_text(f"Added by {contributor}").count():
            break
        address = page.url
        page.keyboard.press("ArrowRight")
        expect(page).not_to_have_url(address)
        expect(viewer.get_by_role("img")).not_to_have_js_property("naturalWidth", 0)
        expect(viewer.get_by_text(re.compile("^Added by "))).to_be_visible()
    expect(viewer.get_by_text(f"Added by {contributor}")).to_be_visible()
    expect(viewer.get_by_role("button", name="Remove from album")).to_have_count(0)
    judge.look_at("a picture of a shared album")
    page.keyboard.press("Escape")
    expect(viewer).to_have_count(0)
    expect(page.locator("[data-image]:focus")).to_have_count(1)


def _remove_by_owner(page: Page, contributor: str) -> None:
    page.reload()
    page.get_by_role("button", name="Share", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="With people here").click()
    row = dialog.get_by_role("listitem").filter(has_text=contributor)
    expect(row).to_contain_text("added 1 picture")
    row.get_by_role("button", name=f"Remove {contributor}").click()
    expect(dialog).to_contain_text("What they added goes from the album, too: 1 picture.")
    dialog.get_by_role("button", name="Remove", exact=True).click()
    expect(dialog.get_by_role("button", name="With people here")).to_be_visible()
    expect(row).to_have_count(0)
