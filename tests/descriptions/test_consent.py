"""Who agreed before the host was kept agreed to one host, and to none that comes later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.descriptions.consent import UNKNOWN_HOST, agreed_to, note_hosts
from tests.conftest import running_stack
from tests.support.library import Library, library_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

AGREE = "UPDATE users SET descriptions_enabled_at = now() WHERE id = :id RETURNING 1"
HOST = "SELECT descriptions_host FROM users WHERE id = :id"


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library:
        yield library


def _sweep(library: Library, owner: UUID, *, host: str | None) -> str | None:
    with library.worker_context.app.app_context():
        note_hosts(host)
    found: str | None = library.value(HOST, id=owner)
    return found


def test_a_former_consent_is_to_the_host_of_the_first_sweep(library: Library) -> None:
    former, off = library.person(), library.person()
    library.value(AGREE, id=former)
    assert _sweep(library, former, host="api.example.org:443") == "api.example.org:443"
    # The operator sends elsewhere.
    noted = _sweep(library, former, host="other.example.org")
    assert noted == "api.example.org:443"
    assert agreed_to("api.example.org", noted)
    assert not agreed_to("other.example.org", noted)
    assert library.value(HOST, id=off) is None


def test_a_former_consent_without_a_model_is_to_no_host(library: Library) -> None:
    former = library.person()
    library.value(AGREE, id=former)
    noted = _sweep(library, former, host=None)
    assert noted == UNKNOWN_HOST
    assert not agreed_to("api.openai.com", noted)


def test_the_sweep_of_the_worker_notes_it(library: Library) -> None:
    former = library.person()
    library.value(AGREE, id=former)
    library.worker_context.sweep()
    model = library.worker_context.settings.model
    assert library.value(HOST, id=former) == (model.host if model else UNKNOWN_HOST)
