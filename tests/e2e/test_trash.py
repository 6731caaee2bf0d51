"""Recently deleted: opened, restored and deleted for good, by mouse, finger and keyboard."""

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.axe import Judge
from tests.e2e.page_objects import Screen
from tests.e2e.running_app import RunningProduct
from tests.support.images import jpeg
from tests.support.users import PASSWORD

COUNT = 4
DESK = {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def _delete_pictures(screen: Screen, on_disk: Callable[..., list[Path]]) -> str:
    """Upload some pictures, delete all, and go to where they are now; return whose they are."""
    email = screen.register()
    screen.drop(*on_disk(*[jpeg(seed=90 + n, name=f"picture {n}.jpg") for n in range(COUNT)]))
    expect(screen.panel.get_by_role("heading")).to_have_text(f"{COUNT} pictures added")
    screen.close_panel()
    expect(screen.tiles).to_have_count(COUNT)
    ids = [image["id"] for image in screen.call("GET", "/api/images")["images"]]
    body = {"action": "delete", "images": {"ids": ids}}
    screen.call("POST", "/api/images/batch", body)
    screen.page.goto(f"{screen.site}/deleted")
    expect(_tiles(screen)).to_have_count(COUNT)
    return email


def _tiles(screen: Screen) -> Locator:
    return screen.page.get_by_role("group", name="Deleted pictures").get_by_role("link")


def _question(screen: Screen) -> Locator:
    return screen.page.get_by_role("dialog", name=re.compile("for good"))


def _grow_old(product: RunningProduct, email: str) -> None:
    """Let the last proof of who is there be too long ago."""
    statement = (
        "UPDATE sessions SET fresh_at = now() - interval '11 minutes'"
        " WHERE user_id = (SELECT id FROM users WHERE email = %s)"
    )
    with (
        closing(psycopg2.connect(product.database)) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [email])


def test_deleted_pictures_open_and_go_for_good_by_keyboard_alone(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]], product: RunningProduct
) -> None:
    screen = new_screen(**DESK)
    page, judge = screen.page, Judge(screen.page)
    email = _delete_pictures(screen, on_disk)
    judge.look_at("pictures in the trash")

    # The viewer goes through what is there; R restores, Delete asks first.
    screen.tab_to(_tiles(screen).first)
    page.keyboard.press("Enter")
    expect(screen.viewer.get_by_text(f"1 of {COUNT}", exact=True)).to_be_visible()
    assert re.search(r"/deleted/images/[0-9a-f-]+$", page.url)
    page.reload()
    expect(screen.viewer.get_by_text(f"1 of {COUNT}", exact=True)).to_be_visible()
    judge.look_at("a deleted picture in the viewer")
    page.keyboard.press("r")
    expect(screen.viewer.get_by_text(f"1 of {COUNT - 1}", exact=True)).to_be_visible()
    page.keyboard.press("Delete")
    expect(_question(screen)).to_be_visible()
    page.keyboard.press("Escape")
    expect(_question(screen)).to_have_count(0)
    page.keyboard.press("Delete")
    _question(screen).get_by_role("button", name="Delete for good").press("Enter")
    expect(page.get_by_text("1 picture deleted for good")).to_be_visible()
    expect(screen.viewer.get_by_text(f"1 of {COUNT - 2}", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(_tiles(screen)).to_have_count(COUNT - 2)

    # Whoever signed in a while ago is asked who they are.
    _grow_old(product, email)
    screen.witness.forgive("status of 401")
    page.get_by_role("button", name="Delete all for good").press("Enter")
    expect(_question(screen)).to_contain_text(f"{COUNT - 2} pictures, ")
    judge.look_at("emptying the trash")
    _question(screen).get_by_role("button", name="Delete for good").press("Enter")
    proof = page.get_by_role("dialog", name="Confirm that it")
    proof.get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 pictures deleted for good")).to_be_visible()
    expect(page.get_by_text("No deleted pictures")).to_be_visible()
    screen.go_to("Pictures")
    expect(screen.tiles).to_have_count(1)
    assert screen.call("GET", "/api/account")["pictures"] == 1
    assert judge.sentence() == ""


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_some_go_for_good_on_a_phone(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]], color_scheme: str
) -> None:
    screen = new_screen(**PHONE, color_scheme=color_scheme)
    page, judge = screen.page, Judge(screen.page)
    _delete_pictures(screen, on_disk)
    bar = page.get_by_role("toolbar", name="Selected pictures")
    page.get_by_role("button", name="Select all", exact=True).tap()
    _tiles(screen).first.tap()
    expect(bar).to_contain_text(f"{COUNT - 1} selected")
    bar.get_by_role("button", name="Delete for good").tap()
    expect(_question(screen)).to_contain_text(f"{COUNT - 1} pictures, ")
    judge.look_at("deleting some for good")
    # Whoever thinks better of it has their selection still.
    _question(screen).get_by_role("button", name="Cancel").tap()
    expect(bar).to_contain_text(f"{COUNT - 1} selected")
    bar.get_by_role("button", name="Delete for good").tap()
    _question(screen).get_by_role("button", name="Delete for good").tap()
    expect(page.get_by_text(f"{COUNT - 1} pictures deleted for good")).to_be_visible()
    expect(_tiles(screen)).to_have_count(1)
    judge.look_at("the trash on a phone")
    _tiles(screen).first.tap()
    screen.viewer.get_by_role("button", name="Restore").tap()
    expect(screen.viewer).to_have_count(0)
    expect(page.get_by_text("No deleted pictures")).to_be_visible()
    assert judge.sentence() == ""
