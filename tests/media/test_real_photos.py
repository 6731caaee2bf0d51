"""Every real photo that is at hand, through a confined child: ready, but those with a reason."""

from collections.abc import Iterator

import pytest

from app.media.results import Rendered
from app.media.sandbox.pool import DecoderPool
from tests.support.real_photos import FOLDER, NO_PHOTOS, NOT_READY, PHOTOS


@pytest.fixture(scope="module")
def decoders() -> Iterator[DecoderPool]:
    with DecoderPool(children=1) as decoders:
        yield decoders


@pytest.mark.skipif(not PHOTOS, reason=NO_PHOTOS)
def test_every_real_photo_is_ready(decoders: DecoderPool) -> None:
    found = {}
    for photo in PHOTOS:
        outcome = decoders.render(photo)
        is_ready = isinstance(outcome, Rendered) and outcome.outcome == "ready"
        if not is_ready:
            found[str(photo.relative_to(FOLDER))] = str(outcome.reason)
    assert found == NOT_READY
