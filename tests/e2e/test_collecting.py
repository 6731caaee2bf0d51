"""Guests add pictures to an album by a link, and its owner looks at them (issue 14)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import Judge, SameSizeJudge
from tests.e2e.page_objects import Screen
from tests.support.images import jpeg, not_a_picture

DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def _make_link(page: Page, judge: Judge) -> str:
    """By the keyboard."""
    page.get_by_role("button", name="Share", exact=True).press("Enter")
    dialog = page.get_by_role("dialog")
    guests = dialog.get_by_role("switch", name="Guests may add pictures")
    expect(guests).not_to_be_checked()
    guests.focus()
    page.keyboard.press("Space")
    expect(dialog.get_by_role("switch", name="I look at them first")).to_be_checked()
    expect(dialog.get_by_role("switch", name="Guests see the album")).to_be_checked()
    # Until when is always said.
    expect(dialog.get_by_label("Works")).to_have_value("30")
    judge.look_at("sharing with guests who add pictures")
    dialog.get_by_role("button", name="Create link").click()
    address: str = dialog.get_by_text("/s#").inner_text()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog.get_by_role("button", name="Copy the link").click()
    dialog.get_by_role("button", name="Done").click()
    return address


def _choose(guest: Page, *paths: Path) -> None:
    with guest.expect_file_chooser() as chosen:
        guest.get_by_role("button", name="Choose pictures").or_(
            guest.get_by_role("button", name="Add more")
        ).click()
    assert chosen.value.is_multiple()
    chosen.value.set_files(list(paths))


def _send(guest: Page, eyes: Judge, *paths: Path) -> None:
    """Three pictures, and what is none."""
    expect(guest.get_by_role("heading", name="Add your pictures")).to_be_visible()
    eyes.look_at("where guests add pictures")
    guest.get_by_label("Your name (optional)").fill("Anna")
    _choose(guest, *paths)
    expect(guest.get_by_role("heading", name="Thank you")).to_be_visible()
    section = guest.get_by_role("region", name="Add pictures")
    expect(section).to_contain_text("3 pictures were sent")
    expect(section).to_contain_text("1 picture could not be sent")
    row = guest.get_by_role("listitem").filter(has_text="cake.jpg")
    expect(row).to_contain_text("not a picture")
    eyes.look_at("thanks to a guest")
    # Nothing of them shows before the owner has looked at them.
    guest.reload()
    expect(guest.get_by_text("There are no pictures here yet.")).to_be_visible()
    expect(guest.get_by_label("Your name (optional)")).to_have_value("Anna")


def _review(page: Page, judge: Judge) -> None:
    """From the album to the review: one is declined and brought back, then all are accepted."""
    expect(page.get_by_text("3 pictures of guests wait for you.")).to_be_visible()
    judge.look_at("an album for which pictures of guests wait")
    page.get_by_role("link", name="Review").click()
    review = page.get_by_role("region", name="Sent by guests")
    expect(review.get_by_text("3 pictures wait for you")).to_be_visible()
    expect(review.get_by_text("Added by Anna")).to_have_count(3)
    judge.look_at("what guests sent")
    review.get_by_role("button", name="Decline guest 0.jpg by Anna").click()
    expect(page.get_by_text("1 picture declined")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(review.get_by_text("3 pictures wait for you")).to_be_visible()
    review.get_by_role("button", name="Accept all").click()
    expect(review.get_by_text("Nothing waits for you.")).to_be_visible()


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_a_guest_sends_pictures_and_the_owner_accepts_them(
    look: dict[str, object],
    new_screen: Callable[..., Screen],
    on_disk: Callable[..., list[Path]],
) -> None:
    owner = new_screen(**DESK)
    owner.register()
    album = owner.call("POST", "/api/albums", {"title": "Wedding"})
    page, judge = owner.page, SameSizeJudge(owner.page)
    page.goto(f"{owner.site}/albums/{album['id']}")
    address = _make_link(page, judge)

    stranger = new_screen(**look)
    stranger.witness.forgive(r"status of 404")  # once the link has ended
    guest, eyes = stranger.page, SameSizeJudge(stranger.page)
    guest.goto(address)
    pictures = [jpeg(seed=260 + n, name=f"guest {n}.jpg") for n in range(3)]
    _send(guest, eyes, *on_disk(*pictures, not_a_picture("cake.jpg")))

    page.goto(f"{owner.site}/albums/{album['id']}")
    _review(page, judge)
    page.goto(f"{owner.site}/albums/{album['id']}")
    expect(page.locator("[data-tile]")).to_have_count(3)

    guest.reload()
    expect(guest.locator("[data-tile]")).to_have_count(3)
    page.goto(f"{owner.site}/shared")
    page.get_by_role("button", name="End Wedding").click()
    page.get_by_role("dialog").get_by_role("button", name="End the link").click()
    expect(page.get_by_text("Nothing is shared by links")).to_be_visible()
    _choose(guest, *on_disk(jpeg(seed=270, name="late.jpg")))
    expect(guest.get_by_role("heading", name="This link has ended")).to_be_visible()
    assert (judge.sentence(), eyes.sentence()) == ("", "")
