"""Live Photos and videos in a browser: dropped in whatever order, they play."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.axe import Judge
from tests.e2e.page_objects import Screen, overlap
from tests.e2e.test_corrections import DESK, PHONE
from tests.media.live_samples import movie, one_frame, still
from tests.support.images import Picture

PLAY = "Play the moving part"
STILL = Picture(name="IMG_1234.JPG", content_type="image/jpeg", content=still())
VIDEO = Picture(name="IMG_1234.MOV", content_type="video/quicktime", content=movie())
UNKNOWN = Picture(
    name="odd.mov",
    content_type="video/quicktime",
    content=movie(None).replace(b"vp09", b"xx99"),
)
POSTER = Picture(name="hevc.mov", content_type="video/quicktime", content=one_frame())


@pytest.fixture
def signed_in(new_screen: Callable[..., Screen]) -> Callable[..., Screen]:
    def sign_in(**options: object) -> Screen:
        screen = new_screen(**options)
        screen.page.emulate_media(reduced_motion="no-preference")
        screen.register()
        return screen

    return sign_in


def tiles(screen: Screen) -> Locator:
    return screen.page.locator("li[data-tile]")


def open_video(screen: Screen, name: str) -> None:
    """It has no picture by which other tiles are known."""
    tile = screen.tiles.filter(has_text=name)
    expect(tile.get_by_text("0:02").or_(tile.get_by_text(name, exact=True)).first).to_be_visible()
    tile.click()
    expect(screen.viewer).to_be_visible()


def expect_playing(video: Locator, *, muted: bool) -> None:
    expect(video).to_have_js_property("videoWidth", 64)
    expect(video).to_have_js_property("paused", value=False)
    expect(video).to_have_js_property("muted", value=muted)


@pytest.mark.parametrize("is_at_once", [True, False])
def test_still_and_video_are_one_tile_that_plays(
    signed_in: Callable[..., Screen],
    on_disk: Callable[..., list[Path]],
    is_at_once: bool,  # noqa: FBT001
) -> None:
    screen = signed_in()
    if is_at_once:
        screen.choose(*on_disk(VIDEO, STILL))
    else:
        screen.choose(*on_disk(VIDEO))
        screen.expect_added(VIDEO.name)
        expect(tiles(screen)).to_have_count(1)
        # By itself it is a video, with its name and how long it plays.
        expect(tiles(screen).get_by_text("0:02")).to_be_visible()
        expect(tiles(screen).get_by_text(VIDEO.name, exact=True)).to_be_visible()
        screen.choose(*on_disk(STILL))
    screen.expect_added(STILL.name)
    screen.close_panel()
    screen.page.reload()
    expect(tiles(screen)).to_have_count(1)
    screen.tile(STILL.name).hover()
    expect_playing(tiles(screen).locator("video"), muted=True)
    screen.page.mouse.move(0, 0)
    screen.open(STILL.name)
    screen.viewer.get_by_role("button", name=PLAY).click()
    expect_playing(screen.viewer.locator("video"), muted=True)


def test_a_video_plays_in_the_viewer(
    signed_in: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = signed_in()
    screen.choose(*on_disk(VIDEO))
    screen.expect_added(VIDEO.name)
    screen.close_panel()
    open_video(screen, VIDEO.name)
    video = screen.viewer.locator("video")
    expect_playing(video, muted=False)
    expect(video).to_have_js_property("ended", value=True)
    # By the keyboard alone it plays again, and stops.
    screen.page.keyboard.press(" ")
    expect(video).to_have_js_property("paused", value=False)
    screen.page.keyboard.press(" ")
    expect(video).to_have_js_property("paused", value=True)
    judge = Judge(screen.page)
    judge.look_at("a video in the viewer")
    screen.page.keyboard.press("i")
    details = screen.page.get_by_role("complementary")
    expect(details.get_by_text("0:02")).to_be_visible()
    screen.page.keyboard.press("Escape")
    expect(tiles(screen)).to_have_count(1)
    judge.look_at("a video in the timeline")
    assert judge.sentence() == ""


def test_a_video_that_the_browser_cannot_play_is_told_and_downloaded(
    signed_in: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = signed_in()
    screen.choose(*on_disk(UNKNOWN))
    screen.expect_added(UNKNOWN.name)
    screen.close_panel()
    open_video(screen, UNKNOWN.name)
    expect(screen.viewer.get_by_text("play this video: it doesn")).to_be_visible()
    with screen.page.expect_download() as download:
        screen.viewer.get_by_role("button", name="Download").click()
    assert Path(download.value.path()).read_bytes() == UNKNOWN.content


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_a_phones_video_has_its_first_frame_as_a_poster(
    signed_in: Callable[..., Screen], on_disk: Callable[..., list[Path]], look: dict[str, object]
) -> None:
    screen = signed_in(**look)
    screen.choose(*on_disk(POSTER))
    screen.expect_added(POSTER.name)
    screen.close_panel()
    screen.expect_thumbnail(POSTER.name)
    expect(tiles(screen).get_by_text("0:02")).to_be_visible()
    screen.open(POSTER.name)
    # No browser here knows HEVC: the poster stays, with the words.
    told = screen.viewer.get_by_text("play this video: it doesn")
    expect(told).to_be_visible()
    assert not overlap(told, screen.viewer.get_by_role("heading", name=POSTER.name))
    expect(screen.viewer.get_by_role("img", name=POSTER.name).first).to_be_visible()


def test_videos_are_found_by_a_search(
    signed_in: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = signed_in()
    screen.choose(*on_disk(VIDEO))
    screen.expect_added(VIDEO.name)
    screen.page.goto(f"{screen.site}/search?q=is:video")
    expect(tiles(screen)).to_have_count(1)
