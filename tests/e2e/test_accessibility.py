"""Every screen in light and dark, on a desk and on a phone, as axe judges it."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.judge import Judge
from tests.e2e.pages import PATIENCE_MS, Screen
from tests.pictures import Picture, jpeg, png


def test_pages_of_someone_signed_out(screen: Screen, judge: Judge) -> None:
    screen.page.goto(screen.site)
    expect(screen.page.get_by_role("heading", name="Sign in")).to_be_visible()
    judge.look_at("signing in")
    screen.page.get_by_role("button", name="Sign in").click()
    judge.look_at("signing in, with complaints")
    screen.page.get_by_role("link", name="Make an account").click()
    expect(screen.page.get_by_role("heading", name="account")).to_be_visible()
    judge.look_at("registering")
    assert judge.sentence() == ""


def test_pages_of_someone_new(screen: Screen, judge: Judge) -> None:
    screen.register()
    judge.look_at("empty timeline")
    screen.page.get_by_role("button", name="Account").click()
    expect(screen.page.get_by_role("menuitem", name="Settings")).to_be_visible()
    judge.look_at("account menu")
    screen.page.get_by_role("menuitem", name="Settings").click()
    expect(screen.page.get_by_role("region", name="E-mail")).to_be_visible()
    judge.look_at("settings")
    screen.go_to("Recently deleted")
    expect(screen.page.get_by_text("Nothing was deleted lately")).to_be_visible()
    judge.look_at("nothing deleted")
    screen.page.goto(f"{screen.site}/no/such/page")
    expect(screen.page.get_by_text("There is nothing at this address")).to_be_visible()
    judge.look_at("not found")
    assert judge.sentence() == ""


def test_pages_with_pictures(
    screen: Screen, judge: Judge, on_disk: Callable[..., list[Path]]
) -> None:
    screen.register()
    pictures = [jpeg(seed=n, name=f"{n}.jpg") for n in (60, 61)] + [png(seed=62, name="62.png")]
    wrong = Picture(name="a text.txt", content_type="text/plain", content=b"Dear diary")
    screen.drop(*on_disk(*pictures, wrong))
    screen.expect_added(*[picture.name for picture in pictures])
    judge.look_at("upload panel")
    screen.close_panel()
    for picture in pictures:
        screen.expect_thumbnail(picture.name)
    judge.look_at("timeline")
    screen.tile("60.jpg").focus()
    screen.page.keyboard.press("Space")
    expect(screen.page.get_by_text("1 selected")).to_be_visible()
    judge.look_at("timeline with a selection")
    screen.page.get_by_role("button", name="Clear the selection").click()

    screen.open("60.jpg")
    expect(screen.viewer.get_by_role("img", name="60.jpg")).to_be_visible()
    judge.look_at("viewer")
    screen.open_details()
    expect(screen.details).to_contain_text("SHA-256")
    judge.look_at("details")
    screen.details.get_by_role("button", name="Write a description").click()
    expect(screen.details.get_by_label("Alt text")).to_be_visible()
    judge.look_at("writing a description")
    screen.details.get_by_role("button", name="Cancel").click()
    screen.viewer.get_by_role("button", name="Delete").click()
    screen.page.keyboard.press("Escape")
    expect(screen.page.get_by_role("button", name="Undo")).to_be_visible()
    judge.look_at("undo")
    screen.go_to("Recently deleted")
    expect(screen.page.get_by_text("30 days left")).to_be_visible(timeout=PATIENCE_MS)
    judge.look_at("recently deleted")
    assert judge.sentence() == ""
