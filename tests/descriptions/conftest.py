"""A site that describes pictures in batches. Other tests here have a library of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import running_stack
from tests.support.batches import Site, site_on
from tests.support.library import library_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.library import Library


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack, pool_size=2) as library:
        yield library


@pytest.fixture
def site(library: Library) -> Iterator[Site]:
    with site_on(library) as site:
        yield site
