"""A stack of their own: no worker of other tests finds these mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.cli.migrate import migrate
from tests.conftest import running_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.embedded.stack import EmbeddedStack


@pytest.fixture(scope="session")
def stack() -> Iterator[EmbeddedStack]:
    """A stack that only these tests use."""
    with running_stack() as running:
        migrate(running.database_url)
        yield running
