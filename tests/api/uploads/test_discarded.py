"""Sending again and again what is cancelled or rejected, where no quota counts it (THREATS 16)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.accounts.rate_limits.limiter import _key
from app.accounts.rate_limits.policies import DISCARDED_MEGABYTES
from tests.api.conftest import until
from tests.support.images import Picture, jpeg
from tests.support.users import Person, put

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.jobs.worker_context import WorkerContext


# Worth a minute of the limit, which goes on emptying while a test runs.
JUNK = Picture(name="a.jpg", content_type="image/jpeg", content=b"<!doctype html>".ljust(8_000_000))


def reject(person: Person) -> int:
    """Send what is no picture."""
    picture = JUNK
    (place,) = person.promise(picture)
    put(place["upload"], picture.content).raise_for_status()
    until(lambda: person.detail(place["image"]["id"])["state"] == "rejected")
    return len(picture.content)


def ask(person: Person, picture: Picture) -> httpx2.Response:
    return person.http.post("/api/images", json={"images": [picture.announcement()]})


def cancel(person: Person) -> int:
    """Cancel, and send it all the same: the address lives on for some minutes."""
    picture = JUNK
    (place,) = person.promise(picture)
    person.http.delete(f"/api/images/{place['image']['id']}").raise_for_status()
    put(place["upload"], picture.content).raise_for_status()
    return len(picture.content)


def seconds_counted(database: Engine, person: Person) -> float:
    query = text("SELECT extract(epoch FROM empty_at - now()) FROM rate_limits WHERE key = :key")
    with database.connect() as connection:
        key = _key(DISCARDED_MEGABYTES, person.user_id)
        return float(connection.scalar(query, {"key": key}) or 0)


def as_if_sent_before(database: Engine, person: Person, *, megabytes: float) -> None:
    statement = text("INSERT INTO rate_limits VALUES (:key, now() + :by)")
    with database.begin() as connection:
        by = DISCARDED_MEGABYTES.every * megabytes
        key = _key(DISCARDED_MEGABYTES, person.user_id)
        connection.execute(statement, {"key": key, "by": by})


@pytest.mark.parametrize("send", [reject, cancel])
def test_places_after_too_much_was_sent_for_nothing_are_refused(
    ada: Person,
    bob: Person,
    database: Engine,
    worker_context: WorkerContext,
    send: Callable[[Person], int],
) -> None:
    # So close to the limit that one more file is too much.
    as_if_sent_before(database, ada, megabytes=DISCARDED_MEGABYTES.burst - 0.01)
    whole = (DISCARDED_MEGABYTES.every * DISCARDED_MEGABYTES.burst).total_seconds()
    send(ada)

    def is_counted() -> bool:
        worker_context.sweep()
        return seconds_counted(database, ada) > whole

    until(is_counted)
    refused = ask(ada, jpeg(seed=1502))
    assert (refused.status_code, refused.json()["code"]) == (429, "too_much_discarded")
    assert 0 < int(refused.headers["Retry-After"]) <= timedelta(days=1).total_seconds()
    assert ask(bob, jpeg(seed=1502)).status_code == 200


def test_what_is_counted_is_what_arrived(ada: Person, database: Engine) -> None:
    # Promised and cancelled, and never sent.
    (place,) = ada.promise(jpeg(seed=1503))
    ada.http.delete(f"/api/images/{place['image']['id']}").raise_for_status()
    ada.upload(jpeg(seed=1504))
    size = reject(ada)
    expected = DISCARDED_MEGABYTES.every.total_seconds() * size / (1024 * 1024)
    until(lambda: seconds_counted(database, ada))
    assert 0 < seconds_counted(database, ada) <= expected
