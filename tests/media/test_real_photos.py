"""Every real photo that is at hand, through a confined child: ready, but those with a reason."""

from collections.abc import Iterator

import pytest

from app.media.results import Developed
from app.media.sandbox.pool import Darkroom
from tests.support.real_photos import FOLDER, NO_PHOTOS, NOT_READY, PHOTOS


@pytest.fixture(scope="module")
def darkroom() -> Iterator[Darkroom]:
    with Darkroom(children=1) as darkroom:
        yield darkroom


@pytest.mark.skipif(not PHOTOS, reason=NO_PHOTOS)
def test_every_real_photo_is_ready(darkroom: Darkroom) -> None:
    found = {}
    for photo in PHOTOS:
        outcome = darkroom.develop(photo)
        is_ready = isinstance(outcome, Developed) and outcome.outcome == "ready"
        if not is_ready:
            found[str(photo.relative_to(FOLDER))] = str(outcome.reason)
    assert found == NOT_READY
