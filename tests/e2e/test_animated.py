"""A picture that moves, in a browser: fetched from the storage, shown, stopped."""

import re
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

from tests.e2e.page_objects import Screen
from tests.media.samples import saved
from tests.support.images import Picture

FILM = re.compile(r"/original\?.*response-content-type=image%2Fgif")
STILL = re.compile(r"/preview\.webp\?")


def film() -> Picture:
    frames = [Image.new("RGB", (320, 200), colour) for colour in ("red", "green", "blue")]
    content = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=200, loop=0)
    return Picture(name="dance.gif", content_type="image/gif", content=content)


def test_a_film_moves_and_stops(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen()
    screen.page.emulate_media(reduced_motion="no-preference")
    screen.register()
    screen.choose(*on_disk(film()))
    screen.expect_added("dance.gif")
    screen.close_panel()
    expect(screen.tile("dance.gif")).to_contain_text("Moving picture")
    screen.open("dance.gif")
    shown = screen.viewer.get_by_role("img", name=re.compile("dance.gif")).last
    expect(shown).to_have_attribute("src", FILM)
    expect(shown).to_have_js_property("naturalWidth", 320)

    screen.viewer.get_by_role("button", name="Pause animation").click()
    expect(shown).to_have_attribute("src", STILL)
    expect(shown).to_have_js_property("complete", value=True)


def test_a_film_waits_for_who_wants_less_motion(
    new_screen: Callable[..., Screen], on_disk: Callable[..., list[Path]]
) -> None:
    screen = new_screen()
    screen.page.emulate_media(reduced_motion="reduce")
    screen.register()
    screen.choose(*on_disk(film()))
    screen.expect_added("dance.gif")
    screen.close_panel()
    screen.open("dance.gif")
    shown = screen.viewer.get_by_role("img", name=re.compile("dance.gif")).last
    play = screen.viewer.get_by_role("button", name="Play")
    expect(play).to_be_visible()
    expect(shown).to_have_attribute("src", STILL)
    play.click()
    expect(shown).to_have_attribute("src", FILM)
