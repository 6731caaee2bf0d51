"""The embedded services by themselves: no worker of other tests takes their messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import running_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.embedded.stack import EmbeddedStack


@pytest.fixture(scope="session")
def stack() -> Iterator[EmbeddedStack]:
    """A stack that only these tests use."""
    with running_stack() as running:
        yield running
