"""Every real photo that is at hand, through a confined child: ready, but those with a reason."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.images.darkroom import Darkroom
from app.images.outcome import Developed

CHECKOUT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("PINHOLE_PHOTOS", CHECKOUT.parent / "shared" / "photos"))
PHOTOS = sorted(path for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".md")
# Those that are not ready, and why.
NOT_READY: dict[str, str] = {}


@pytest.fixture(scope="module")
def darkroom() -> Iterator[Darkroom]:
    with Darkroom(children=1) as darkroom:
        yield darkroom


@pytest.mark.skipif(not PHOTOS, reason="no folder of real photos beside the checkout")
def test_every_real_photo_is_ready(darkroom: Darkroom) -> None:
    found = {}
    for photo in PHOTOS:
        outcome = darkroom.develop(photo)
        is_ready = isinstance(outcome, Developed) and outcome.outcome == "ready"
        if not is_ready:
            found[str(photo.relative_to(FOLDER))] = str(outcome.reason)
    assert found == NOT_READY
