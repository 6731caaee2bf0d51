"""From an account to a described picture and out again, as somebody new does it."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.e2e.conftest import Gate
from tests.e2e.page_objects import PATIENCE_MS, Screen
from tests.e2e.running_app import RunningProduct
from tests.support.images import heic, jpeg, png

TAKEN_DAY = "Fri, 3 May 2024"
WORDS = "A lighthouse that I painted over."


def test_register_upload_look_describe_delete_undo_and_sign_out(
    new_screen: Callable[..., Screen], product: RunningProduct, on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen()
    email = screen.register()
    _upload_three(screen, product, on_disk(jpeg(), heic(), png()))

    for name in ("beach.jpg", "IMG_1.HEIC", "chart.png"):
        screen.expect_thumbnail(name)
    assert _names(_day(screen, TAKEN_DAY)) == ["beach.jpg"]
    assert sorted(_names(_day(screen, "Today"))) == ["IMG_1.HEIC", "chart.png"]

    address = _look_at_details(screen)
    _have_described(screen)
    _correct(screen)
    _delete_and_undo(screen)
    screen.sign_out()

    stranger = new_screen()
    stranger.register()
    expect(stranger.tiles).to_have_count(0)
    stranger.witness.forgive(r"status of 404")
    stranger.page.goto(address)
    expect(stranger.page.get_by_role("alert")).to_contain_text("There is no such picture")
    assert "beach.jpg" not in stranger.page.content()

    stranger.page.get_by_role("button", name="Back to your pictures").click()
    stranger.sign_out()
    stranger.sign_in(email)
    stranger.expect_thumbnail(WORDS)


def _upload_three(screen: Screen, product: RunningProduct, files: list[Path]) -> None:
    sending, processing = Gate(), Gate()
    screen.page.route(f"{product.storage}/**", sending)
    screen.page.route("**/api/images?ids=*", processing)
    screen.choose(*files)
    for file in files:
        screen.expect_phase(file.name, re.compile(r"Uploading \d+ %"))
    expect(screen.panel.get_by_role("heading")).to_have_text("Uploading 0 of 3")
    sending.open()
    for file in files:
        screen.expect_phase(file.name, "Processing")
    processing.open()
    screen.expect_added(*[file.name for file in files])
    expect(screen.panel.get_by_role("heading")).to_have_text("3 pictures added")
    screen.page.unroute_all()
    screen.close_panel()


def _look_at_details(screen: Screen) -> str:
    screen.open("beach.jpg")
    shown = screen.viewer.get_by_role("img", name="beach.jpg")
    expect(shown).to_be_visible()
    expect(shown).not_to_have_js_property("naturalWidth", 0)
    screen.open_details()
    for words in (
        "Pinhole Works Box One",
        "1/125 s · ISO 200",
        "Friday, 3 May 2024 at 14:05",
        "UTC+02:00",
        "640 \N{MULTIPLICATION SIGN} 480",
        "JPEG",
        "KB",
    ):
        expect(screen.details).to_contain_text(words)
    expect(screen.details).to_contain_text("Descriptions by AI are off")
    return screen.page.url


def _have_described(screen: Screen) -> None:
    page = screen.page
    screen.details.get_by_role("link", name="turn them on in Settings").click()
    section = page.get_by_role("region", name="Descriptions")
    # What is sent, and to whom, is there to be read before anything is sent.
    expect(section).to_contain_text("127.0.0.1")
    expect(section).to_contain_text("A reduced preview of the picture, without its location")
    expect(section).to_contain_text("Demo")
    expect(section.get_by_role("button", name="Describe older pictures")).to_have_count(0)
    switch = section.get_by_role("switch", name="Describe my pictures")
    switch.click()
    expect(switch).to_be_checked()
    section.get_by_role("button", name="Describe older pictures").click()
    dialog = page.get_by_role("dialog", name="Describe pictures")
    expect(dialog).to_contain_text("Cost, at most")
    dialog.get_by_role("button", name="Describe 3 pictures").click()
    expect(page.get_by_text("3 pictures wait for a description")).to_be_visible()
    all_done = re.compile(r"described\s*3\s*waiting\s*0\s*failed\s*0\s*without one\s*0")
    expect(section).to_contain_text(all_done, timeout=PATIENCE_MS)
    screen.go_to("Pictures")


def _correct(screen: Screen) -> None:
    described = _day(screen, TAKEN_DAY).get_by_role("link")
    expect(described.get_by_role("img")).to_have_accessible_name(
        re.compile("demo description", re.IGNORECASE), timeout=PATIENCE_MS
    )
    described.click()
    screen.open_details()
    expect(screen.details.get_by_text("Demo description", exact=True)).to_be_visible()
    screen.details.get_by_role("button", name="Edit").click()
    screen.details.get_by_label("Alt text").fill(WORDS)
    screen.details.get_by_role("button", name="Save").click()
    expect(screen.details.get_by_text("Written by you")).to_be_visible()

    screen.page.reload()
    screen.open_details()
    expect(screen.details.get_by_text(WORDS)).to_be_visible()
    expect(screen.details.get_by_text("Written by you")).to_be_visible()
    screen.page.keyboard.press("Escape")
    expect(screen.viewer).to_have_count(0)


def _delete_and_undo(screen: Screen) -> None:
    screen.open(WORDS)
    screen.viewer.get_by_role("button", name="Delete").click()
    screen.page.keyboard.press("Escape")
    expect(screen.tiles).to_have_count(2)
    screen.page.get_by_role("button", name="Undo").click()
    expect(screen.tiles).to_have_count(3)
    screen.expect_thumbnail(WORDS)


def _day(screen: Screen, title: str) -> Locator:
    return screen.page.get_by_role("region", name=title)


def _names(day: Locator) -> list[str]:
    alternatives = [str(picture.get_attribute("alt")) for picture in day.get_by_role("img").all()]
    return [re.findall(r"\((.+)\)$", words)[0] for words in alternatives]
