"""Every real photo that is at hand, dropped into the running product."""

import time
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.page_objects import PATIENCE_MS, Screen
from tests.e2e.running_app import RunningProduct, product_in_a_folder_of_its_own
from tests.support.real_photos import FOLDER, NO_PHOTOS, NOT_READY, PHOTOS

_ENDS = {"ready", "damaged", "rejected"}
_LONGEST_SECONDS = 180


@pytest.fixture(scope="module")
def product() -> Iterator[RunningProduct]:
    """The product as it is, with its own limits."""
    with product_in_a_folder_of_its_own() as running:
        yield running


@pytest.mark.skipif(not PHOTOS, reason=NO_PHOTOS)
def test_every_real_photo_dropped_is_ready_and_shown(screen: Screen) -> None:
    different = {sha256(photo.read_bytes()).hexdigest() for photo in PHOTOS}
    screen.page.set_viewport_size({"width": 1280, "height": 4000})  # most of them are in view
    screen.register()
    screen.drop(*PHOTOS)
    images = _when_all_ended(screen, len(different))
    for photo in screen.tiles.get_by_role("img").all():
        expect(photo).not_to_have_js_property("naturalWidth", 0, timeout=PATIENCE_MS)
    not_ready = {image["name"] for image in images if image["state"] != "ready"}
    assert not_ready == {(FOLDER / path).name for path in NOT_READY}


def _when_all_ended(screen: Screen, count: int) -> list[Any]:
    deadline = time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < deadline:
        images: list[Any] = screen.call("GET", "/api/images?limit=100&stacks=open")["images"]
        if len(images) == count and all(image["state"] in _ENDS for image in images):
            return images
        screen.page.wait_for_timeout(500)
    raise AssertionError(f"{len(images)} of {count} arrived, or some are still under way")
