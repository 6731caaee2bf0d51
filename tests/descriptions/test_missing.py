"""A person asks for descriptions of a large library: by the thousand, and each picture once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.accounts.models import User
from app.database import db, now
from app.descriptions.asking import MAX_MISSING_AT_ONCE, ask_for_missing
from app.model_prices import FREE
from app.settings import ModelSettings
from tests.conftest import running_stack
from tests.support.library import library_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.library import Library

PICTURES = 2 * MAX_MISSING_AT_ONCE + 1
MISSING = (
    "INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state, created_at,"
    " stored_at, timeline_at, has_preview, attempts, description_state)"
    " SELECT gen_random_uuid(), :owner, 'a.jpg', 1, sha256(gen_random_uuid()::text::bytea),"
    " 'image/jpeg', 'ready', now(), now(), now(), true, 0, 'none'"
    " FROM generate_series(1, :count) AS n RETURNING 1"
)
WAITING = (
    "SELECT count(*) FROM images WHERE description_state = 'waiting' AND description_asked_at = :at"
)


@pytest.fixture
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library:
        yield library


def test_no_statement_asks_for_more_than_a_thousand(
    library: Library, changed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slow the machine is.
    monkeypatch.setattr("app.descriptions.asking.MAX_SECONDS_OF_MISSING", 3600.0)
    owner = library.person()
    library.value(MISSING, owner=owner, count=PICTURES)
    model = ModelSettings(
        api_key="x", base_url=None, model="x", effort=None, is_demo=True, price=FREE
    )
    with library.worker_context.app.app_context():
        user = db.session.get_one(User, owner)
        user.descriptions_enabled_at = now()
        db.session.commit()
        asked, moment = ask_for_missing(user, model=model)
    assert asked == PICTURES
    assert library.value(WAITING, at=moment) == PICTURES
    assert changed == [MAX_MISSING_AT_ONCE, MAX_MISSING_AT_ONCE, 1]
