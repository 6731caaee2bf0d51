"""Every real photo that is at hand, dropped into the running product."""

from hashlib import sha256

import pytest
from playwright.sync_api import expect

from tests.e2e.pages import PATIENCE_MS, Screen
from tests.real_photos import FOLDER, NO_PHOTOS, NOT_READY, PHOTOS

_ENDED = """
async count => {
  const { images } = await (await fetch("/api/images?limit=100")).json();
  const ends = ["ready", "damaged", "rejected"];
  return images.length === count && images.every(({ state }) => ends.includes(state));
}
"""


@pytest.mark.skipif(not PHOTOS, reason=NO_PHOTOS)
def test_every_real_photo_dropped_is_ready_and_shown(screen: Screen) -> None:
    different = {sha256(photo.read_bytes()).hexdigest() for photo in PHOTOS}
    screen.page.set_viewport_size({"width": 1280, "height": 4000})  # most of them are in view
    screen.register()
    screen.drop(*PHOTOS)
    screen.page.wait_for_function(_ENDED, arg=len(different), timeout=4 * PATIENCE_MS)
    for photo in screen.tiles.get_by_role("img").all():
        expect(photo).not_to_have_js_property("naturalWidth", 0, timeout=PATIENCE_MS)
    images = screen.call("GET", "/api/images?limit=100")["images"]
    assert len(images) == len(different)
    not_ready = {image["name"] for image in images if image["state"] != "ready"}
    assert not_ready == {(FOLDER / path).name for path in NOT_READY}
