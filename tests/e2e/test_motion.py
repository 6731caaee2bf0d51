"""Motion photos in a browser: they play on hover, on a press, and in the viewer."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.e2e.page_objects import Screen, overlap
from tests.e2e.test_corrections import DESK, PHONE
from tests.media.motion_samples import VIDEO, of_samsung
from tests.media.samples import saved
from tests.support.images import Picture

PLAY = "Play the moving part"


def moving(video: bytes = VIDEO) -> Picture:
    still = saved(Image.new("RGB", (640, 480), (200, 120, 40)), "JPEG")
    content = of_samsung(video, picture=still)
    return Picture(name="fountain.jpg", content_type="image/jpeg", content=content)


@pytest.fixture
def shown(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> Callable[..., Screen]:
    def show(picture: Picture, *, motion: str = "no-preference", **options: object) -> Screen:
        screen = new_screen(**options)
        screen.page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
        screen.register()
        screen.choose(*on_disk(picture))
        screen.expect_added(picture.name)
        screen.close_panel()
        return screen

    return show


def badge(screen: Screen) -> Locator:
    return screen.page.locator("li[data-tile]").get_by_role("button", name=PLAY)


def expect_playing(video: Locator) -> None:
    expect(video).to_have_js_property("videoWidth", 64)
    expect(video).to_have_js_property("paused", value=False)
    expect(video).to_have_js_property("muted", value=True)


def test_it_plays_while_a_mouse_rests_on_it(shown: Callable[..., Screen]) -> None:
    screen = shown(moving())
    video = screen.page.locator("li[data-tile] video")
    expect(video).to_have_count(0)
    screen.tile("fountain.jpg").hover()
    expect_playing(video)
    screen.page.mouse.move(0, 0)
    expect(video).to_have_count(0)


def test_who_wants_less_motion_presses_for_it(shown: Callable[..., Screen]) -> None:
    screen = shown(moving(), motion="reduce")
    video = screen.page.locator("li[data-tile] video")
    asked: list[str] = []
    screen.page.on("request", lambda request: asked.append(request.url))
    screen.tile("fountain.jpg").hover()
    screen.page.mouse.move(0, 0)
    badge(screen).focus()
    screen.page.keyboard.press("Enter")
    expect_playing(video)
    # What the mouse alone would have asked for stands before it.
    assert len([url for url in asked if "motion.mp4" in url]) == 1
    screen.page.keyboard.press("Enter")
    expect(video).to_have_count(0)


def test_viewer_plays_it_once_and_shows_the_still_again(shown: Callable[..., Screen]) -> None:
    screen = shown(moving())
    screen.open("fountain.jpg")
    video = screen.viewer.locator("video")
    screen.viewer.get_by_role("button", name=PLAY).click()
    expect_playing(video)
    expect(video).to_have_count(0)  # it has ended
    expect(screen.viewer.get_by_role("button", name=PLAY)).to_be_visible()
    screen.page.keyboard.press("m")
    expect_playing(video)
    screen.page.keyboard.press("m")
    expect(video).to_have_count(0)


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_what_a_browser_cannot_play_is_told(
    shown: Callable[..., Screen], look: dict[str, object]
) -> None:
    # The same boxes, and a codec that nobody knows.
    screen = shown(moving(VIDEO.replace(b"vp09", b"xx99")), **look)
    screen.open("fountain.jpg")
    play = screen.viewer.get_by_role("button", name=PLAY)
    play.click()
    told = screen.viewer.get_by_text("play the moving part. Download the original")
    expect(told).to_be_visible()
    expect(screen.viewer.locator("video")).to_have_count(0)
    assert not overlap(told, screen.viewer.get_by_role("heading", name="fountain.jpg"))
    assert not overlap(told, play)
    play.click()
    expect(told).to_be_visible()


def test_visitors_play_it_where_they_may_save_originals(
    shown: Callable[..., Screen], new_screen: Callable[..., Screen]
) -> None:
    screen = shown(moving())
    (image,) = screen.page.request.get(f"{screen.site}/api/images").json()["images"]
    made = screen.page.request.post(
        f"{screen.site}/api/shares",
        data={"images": {"ids": [image["id"]]}, "allow_downloads": True},
        headers={"Origin": screen.site},
    )
    visitor = new_screen()
    visitor.page.goto(made.json()["url"])
    visitor.page.get_by_role("link").first.click()
    dialog = visitor.page.get_by_role("dialog")
    dialog.get_by_role("button", name=PLAY).click()
    video = dialog.locator("video")
    expect_playing(video)
    expect(video).to_have_count(0)
    expect(dialog.get_by_role("button", name=PLAY)).to_be_visible()
