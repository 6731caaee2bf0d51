"""Decoding in this very process, set up as a child of the darkroom sets it up."""

import pytest

from app.images import decoding


@pytest.fixture(scope="session", autouse=True)
def decoders() -> None:
    decoding.prepare()
