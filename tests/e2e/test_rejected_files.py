"""Files that cannot be taken: each is refused in words, and the good ones beside them come in."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.conftest import MAX_BYTES
from tests.e2e.page_objects import Screen
from tests.support.images import Picture, jpeg, not_a_picture

REFUSED = {
    "fake.jpg": "not a picture",
    "drawing.svg": "This file type is not supported. Choose JPEG, PNG",
    "notes.txt": "This file type is not supported.",
    "empty.jpg": "The file is empty.",
    "huge.jpg": "The file is larger than 2 MB.",
}


def _files(tmp: Callable[..., list[Path]]) -> list[Path]:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    return tmp(
        not_a_picture("fake.jpg"),
        Picture(name="drawing.svg", content_type="image/svg+xml", content=svg),
        Picture(name="notes.txt", content_type="text/plain", content=b"Dear diary"),
        Picture(name="empty.jpg", content_type="image/jpeg", content=b""),
        Picture(name="huge.jpg", content_type="image/jpeg", content=b"\xff" * (MAX_BYTES + 1)),
        jpeg(seed=30, name="good.jpg"),
        jpeg(seed=31, name="fine.jpg"),
    )


def test_wrong_files_are_refused_and_the_others_come_in(
    screen: Screen, on_disk: Callable[..., list[Path]]
) -> None:
    screen.register()
    screen.drop(*_files(on_disk))
    screen.expect_added("good.jpg", "fine.jpg")
    for name, words in REFUSED.items():
        screen.expect_phase(name, words)
        expect(screen.row(name).get_by_role("button", name="again")).to_have_count(0)
    expect(screen.panel.get_by_role("heading")).to_have_text("2 pictures added")
    expect(screen.panel.get_by_text("5 not uploaded").first).to_be_visible()
    screen.panel.get_by_role("button", name="Show 5 not uploaded").click()
    expect(screen.panel.get_by_role("listitem")).to_have_count(5)

    screen.page.reload()
    screen.expect_thumbnail("good.jpg")
    screen.expect_thumbnail("fine.jpg")


def test_what_is_no_picture_can_be_told_from_what_is_and_thrown_away(
    screen: Screen, on_disk: Callable[..., list[Path]]
) -> None:
    screen.register()
    screen.drop(*on_disk(not_a_picture("fake.jpg")))
    screen.expect_phase("fake.jpg", "not a picture")
    screen.page.reload()
    expect(screen.page.get_by_role("button", name="Account", exact=True)).to_be_visible()
    page_of_pictures = screen.call("GET", "/api/images")
    assert [image["name"] for image in page_of_pictures["images"]] == []


def test_a_wrong_password_is_said_in_words(new_screen: Callable[..., Screen]) -> None:
    screen = new_screen()
    email = screen.register()
    screen.sign_out()
    screen.witness.forgive(r"status of 401")
    screen.page.get_by_label("E-mail").fill(email)
    screen.page.get_by_label("Password", exact=True).fill("not the password at all")
    screen.page.get_by_role("button", name="Sign in").click()
    expect(screen.page.get_by_role("alert")).to_contain_text("password is wrong")
