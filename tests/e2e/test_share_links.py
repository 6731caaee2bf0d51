"""Share links with an owner and a stranger, on a desk and on a phone (THREATS 26, 34, 43)."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.axe import Judge, SameSizeJudge
from tests.e2e.page_objects import Screen
from tests.support.images import jpeg

COUNT = 4
PASSWORD = "two herons at low tide"
DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def _owner_with_an_album(screen: Screen, on_disk: Callable[..., list[Path]]) -> None:
    screen.register()
    screen.drop(*on_disk(*[jpeg(seed=160 + n, name=f"picture {n}.jpg") for n in range(COUNT)]))
    expect(screen.panel.get_by_role("heading")).to_have_text(f"{COUNT} pictures added")
    screen.close_panel()
    expect(screen.tiles).to_have_count(COUNT)
    for index in range(3):
        screen.tiles.nth(index).focus()
        screen.page.keyboard.press("Space")
    bar = screen.page.get_by_role("toolbar", name="Selected pictures")
    bar.get_by_role("button", name="Add to album").click()
    dialog = screen.page.get_by_role("dialog")
    dialog.get_by_label("Find an album").fill("Lisbon")
    dialog.get_by_role("button", name="New album “Lisbon”").click()
    expect(screen.page.get_by_text("Added 3 to Lisbon", exact=True)).to_be_visible()
    screen.page.goto(f"{screen.site}/albums")
    screen.page.get_by_role("link", name="Lisbon").click()
    expect(screen.page.get_by_role("heading", name="Lisbon")).to_be_visible()


def _copy_link(page: Page) -> str:
    dialog = page.get_by_role("dialog")
    link = dialog.get_by_text("/s#")
    expect(link).to_be_visible()
    # Escape does not lose what is never shown again.
    page.keyboard.press("Escape")
    expect(dialog.get_by_role("alert")).to_contain_text("not shown again")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog.get_by_role("button", name="Copy the link").click()
    expect(dialog.get_by_role("button", name="Copied")).to_be_visible()
    address: str = page.evaluate("navigator.clipboard.readText()")
    assert address == link.inner_text()
    dialog.get_by_role("button", name="Done").click()
    expect(dialog).to_have_count(0)
    return address


def _shown(page: Page) -> None:
    picture = page.locator("[data-tile] img").first
    expect(picture).not_to_have_js_property("naturalWidth", 0)


def _make_a_link(page: Page, judge: Judge) -> str:
    """By the keyboard, with a password that is too short at first."""
    share = page.get_by_role("button", name="Share", exact=True)
    dialog = page.get_by_role("dialog")
    share.press("Enter")
    expect(dialog.get_by_label("Title (optional)")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(share).to_be_focused()
    share.press("Enter")
    dialog.get_by_label("Password (optional)").fill("short")
    dialog.get_by_role("button", name="Create link").click()
    expect(dialog.get_by_label("Password (optional)")).to_be_focused()
    judge.look_at("sharing, with complaints")
    dialog.get_by_label("Password (optional)").fill(PASSWORD)
    dialog.get_by_role("switch", name="Dates").check()
    dialog.get_by_label("Password (optional)").press("Enter")
    expect(dialog.get_by_role("button", name="Copy the link")).to_be_focused()
    judge.look_at("a link that was made")
    address = _copy_link(page)
    expect(share).to_be_focused()
    return address


def _come_by_it(visitor: Page, address: str, judge: Judge) -> None:
    visitor.goto(address)
    expect(visitor.get_by_label("Password", exact=True)).to_be_visible()
    judge.look_at("a link with a password")
    visitor.get_by_label("Password", exact=True).fill("two herons at high tide")
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("alert")).to_contain_text("does not open with this password")
    visitor.get_by_label("Password", exact=True).fill(PASSWORD)
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("heading", name="Lisbon")).to_be_visible()
    expect(visitor.locator("[data-tile]")).to_have_count(3)
    _shown(visitor)
    expect(visitor.get_by_role("checkbox")).to_have_count(0)
    expect(visitor.get_by_role("heading", name="May 2024")).to_have_count(1)
    judge.look_at("what a link shows")
    # The tests' own, with which they read mails.
    assert {cookie.get("name") for cookie in visitor.context.cookies()} <= {"mailbox"}


def _look_around(visitor: Page, judge: Judge) -> None:
    """By the keyboard alone, and back by the history."""
    visitor.locator("[data-image]").first.focus()
    visitor.keyboard.press("Enter")
    viewer = visitor.get_by_role("dialog")
    expect(viewer.get_by_role("img")).not_to_have_js_property("naturalWidth", 0)
    expect(viewer.get_by_text("3 May 2024")).to_be_visible()
    judge.look_at("one picture of a link")
    visitor.keyboard.press("ArrowRight")
    expect(visitor).to_have_url(re.compile(r"#[\w-]+/images/"))
    expect(viewer.get_by_role("button", name="Download")).to_have_count(0)
    visitor.keyboard.press("Escape")
    expect(viewer).to_have_count(0)
    expect(visitor.locator("[data-image]:focus")).to_have_count(1)
    # A reload asks for no password again.
    visitor.reload()
    expect(visitor.locator("[data-tile]")).to_have_count(3)


def _change_and_end(page: Page, site: str, judge: Judge) -> None:
    page.goto(f"{site}/shared")
    row = page.get_by_role("listitem").filter(has_text="Lisbon")
    expect(row).to_contain_text("opened once")
    judge.look_at("what is shared")
    row.get_by_role("button", name="More for Lisbon").click()
    page.get_by_role("menuitem", name="Edit").click()
    page.get_by_role("switch", name="Downloads of the originals").check()
    judge.look_at("editing a link")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The link was changed")).to_be_visible()
    row.get_by_role("button", name="End Lisbon").click()
    page.get_by_role("dialog").get_by_role("button", name="End the link").click()
    expect(page.get_by_text("Nothing is shared")).to_be_visible()


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_an_album_is_shown_to_a_stranger_until_its_link_ends(
    new_screen: Callable[..., Screen],
    on_disk: Callable[..., list[Path]],
    look: dict[str, object],
) -> None:
    owner, stranger = new_screen(**look), new_screen(**look)
    visitor = stranger.page
    judge, visitor_judge = SameSizeJudge(owner.page), SameSizeJudge(visitor)
    _owner_with_an_album(owner, on_disk)
    owner.witness.forgive(r"status of 422")
    address = _make_a_link(owner.page, judge)
    stranger.witness.forgive(r"status of 40[34]")
    _come_by_it(visitor, address, visitor_judge)
    _look_around(visitor, visitor_judge)
    _change_and_end(owner.page, owner.site, judge)
    visitor.locator("[data-image]").first.click()
    expect(visitor.get_by_role("heading", name="This link has ended")).to_be_visible()
    expect(visitor.get_by_role("img")).to_have_count(0)
    visitor_judge.look_at("a link that has ended")
    visitor.reload()
    expect(visitor.get_by_label("Password", exact=True)).to_be_visible()
    visitor.goto(address[:-1])
    expect(visitor.get_by_role("heading", name="This link is incomplete")).to_be_visible()
    assert judge.sentence() == ""
    assert visitor_judge.sentence() == ""


def test_a_selection_is_shared_and_all_links_end_at_once(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    owner, stranger = new_screen(**DESK), new_screen(**DESK)
    page = owner.page
    _owner_with_an_album(owner, on_disk)
    page.goto(owner.site)
    for index in range(2):
        owner.tiles.nth(index).focus()
        page.keyboard.press("Space")
    bar = page.get_by_role("toolbar", name="Selected pictures")
    bar.get_by_role("button", name="Share").click()
    page.get_by_role("dialog").get_by_role("button", name="Create link").click()
    address = _copy_link(page)
    visitor = stranger.page
    visitor.goto(address)
    expect(visitor.get_by_role("heading", name="Shared pictures")).to_be_visible()
    expect(visitor.locator("[data-tile]")).to_have_count(2)
    expect(visitor.get_by_role("heading", name="2024")).to_have_count(0)
    _shown(visitor)
    page.goto(f"{owner.site}/shared")
    page.get_by_role("button", name="End all").click()
    page.get_by_role("dialog").get_by_role("button", name="End all").click()
    expect(page.get_by_text("Nothing is shared")).to_be_visible()
    stranger.witness.forgive(r"status of 404")
    visitor.reload()
    expect(visitor.get_by_label("Password", exact=True)).to_be_visible()


def _og(page: str) -> dict[str, str]:
    return dict(re.findall(r'<meta property="(og:[^"]+)" content="([^"]*)"', page))


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_a_messenger_is_shown_the_picture_that_the_owner_saw(
    new_screen: Callable[..., Screen],
    on_disk: Callable[..., list[Path]],
    look: dict[str, object],
) -> None:
    owner, stranger = new_screen(**look), new_screen(**look)
    page, visitor, judge = owner.page, stranger.page, SameSizeJudge(owner.page)
    _owner_with_an_album(owner, on_disk)
    page.get_by_role("button", name="Share", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("switch", name="Preview in messengers").check()
    picture = dialog.get_by_role("img", name="Preview that messengers show")
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    judge.look_at("a link with a preview")
    dialog.get_by_role("button", name="Create link").click()
    address = dialog.get_by_text("/s/").inner_text()
    dialog.get_by_role("button", name="Copy the link").click()
    dialog.get_by_role("button", name="Done").click()
    # As messengers do: without what stands behind the #, and without a script.
    told = _og(httpx2.get(address.partition("#")[0]).text)
    assert told["og:title"] == "Lisbon"
    with Image.open(io.BytesIO(httpx2.get(told["og:image"]).content)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (1200, 630))
        assert len(shown.getcolors(1_000_000) or []) > 1
    visitor.goto(address)
    expect(visitor.get_by_role("heading", name="Lisbon")).to_be_visible()
    expect(visitor).to_have_url(re.compile("/s#"))
    _shown(visitor)
    page.goto(f"{owner.site}/shared")
    page.get_by_role("button", name="More for Lisbon").click()
    page.get_by_role("menuitem", name="Edit").click()
    dialog.get_by_role("switch", name="Preview in messengers").uncheck()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The link was changed")).to_be_visible()
    assert "og:image" not in _og(httpx2.get(address.partition("#")[0]).text)
    assert httpx2.get(told["og:image"]).status_code == 404
    visitor.goto("about:blank")
    visitor.goto(address)
    expect(visitor.get_by_role("heading", name="Lisbon")).to_be_visible()
    assert judge.sentence() == ""
