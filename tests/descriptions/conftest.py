"""A site that describes pictures in batches. Other tests here have a library of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, event

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


@pytest.fixture
def changed() -> Iterator[list[int]]:
    """How many rows each statement changed that begins or ends the waiting for descriptions."""
    counts: list[int] = []

    def note(_: object, cursor: object, statement: str, *__: object) -> None:
        if statement.startswith("UPDATE images SET description_state"):
            counts.append(cursor.rowcount)  # type: ignore[attr-defined]

    event.listen(Engine, "after_cursor_execute", note)
    yield counts
    event.remove(Engine, "after_cursor_execute", note)
