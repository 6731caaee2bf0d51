"""A library in which nothing waits. Other tests here have libraries of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.library import library_in_context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.library import Library


@pytest.fixture(scope="module")
def shared() -> Iterator[Library]:
    with library_in_context() as library:
        yield library


@pytest.fixture
def library(shared: Library) -> Library:
    """A library in which nothing waits and nobody has had anything."""
    shared.value("DELETE FROM images; DELETE FROM rate_limits; SELECT 1")
    return shared
