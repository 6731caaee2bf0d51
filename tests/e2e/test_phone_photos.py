"""Photos as phones make them, dropped into the running product."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.page_objects import Screen
from tests.support.images import Picture
from tests.support.phone_photos import phone_photos


def test_phone_photos_are_all_shown_and_upright(
    screen: Screen, on_disk: Callable[..., list[Path]]
) -> None:
    photos: list[Picture] = phone_photos()
    screen.register()
    screen.drop(*on_disk(*photos))
    screen.expect_added(*(photo.name for photo in photos))
    for photo in photos:
        screen.expect_thumbnail(photo.name)
    expect(screen.page.get_by_text("No preview yet")).to_have_count(0)
    shown = screen.call("GET", "/api/images")["images"]
    assert {image["name"]: image["state"] for image in shown} == {
        photo.name: "ready" for photo in photos
    }
    assert {image["name"]: (image["width"], image["height"]) for image in shown} == {
        photo.name: (480, 640) if photo.name.startswith("2024") else (640, 480) for photo in photos
    }
