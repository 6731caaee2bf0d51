"""Descriptions within a day: what they cost, how far they are, and how they are cancelled."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, text

from scripts.embedded.models import StandIn
from scripts.embedded.stack import EmbeddedStack
from tests.api.conftest import _browser, api_settings, running_api
from tests.support.users import Person

PRICE = {"OPENAI_PRICES": "pinhole-demo=0.10/0.50"}
MISSING = (
    "INSERT INTO images (id, owner_id, name, byte_size, sha256, content_type, state,"
    " created_at, stored_at, timeline_at, has_preview, attempts, description_state)"
    " SELECT gen_random_uuid(), :owner, 'a.jpg', 1,"
    " sha256(gen_random_uuid()::text::bytea), 'image/jpeg', 'ready', now(), now(), now(),"
    " true, 0, 'none' FROM generate_series(1, :count) RETURNING id"
)


@pytest.fixture(scope="module")
def priced(stack: EmbeddedStack, model: StandIn, database: Engine) -> Iterator[str]:  # noqa: ARG001 - migrated
    """An API with batches whose model costs something."""
    with running_api(api_settings(stack, model) | PRICE | {"OPENAI_BATCH": "on"}) as address:
        yield address


@pytest.fixture(scope="module")
def without(stack: EmbeddedStack, model: StandIn, database: Engine) -> Iterator[str]:  # noqa: ARG001 - migrated
    """An API whose operator has not switched batches on."""
    with running_api(api_settings(stack, model) | PRICE | {"OPENAI_BATCH": ""}) as address:
        yield address


@pytest.fixture
def person(stack: EmbeddedStack, database: Engine) -> Iterator[Callable[[str], Person]]:
    opened = []

    def join(address: str) -> Person:
        browser = _browser(address, stack)
        opened.append(browser)
        found = Person(http=browser.__enter__()).join(database)
        found.switch_descriptions_on()
        return found

    yield join
    for browser in opened:
        browser.__exit__(None, None, None)


def missing(database: Engine, owner: Person, count: int) -> list[str]:
    """Add pictures that could be described, of which there are no bytes."""
    with database.begin() as rows:
        found = rows.execute(text(MISSING), {"owner": owner.user_id, "count": count})
        return [str(row.id) for row in found]


def not_before_tomorrow(database: Engine, owner: Person) -> None:
    """Let the stack's worker leave the batches alone."""
    later = (
        "UPDATE description_batches SET next_look_at = now() + interval '1 day'"
        " WHERE owner_id = :owner"
    )
    with database.begin() as rows:
        rows.execute(text(later), {"owner": owner.user_id})


def test_without_the_operators_word_there_are_no_batches(
    without: str, person: Callable[[str], Person], database: Engine
) -> None:
    eve = person(without)
    ids = missing(database, eve, 2)
    estimate = eve.http.post("/api/descriptions/estimate", json={"ids": ids}).json()
    assert estimate["batch"] is None
    for refused in (
        eve.http.post("/api/descriptions/ask", json={"ids": ids, "batch": True}),
        eve.http.post("/api/images/describe?batch=true"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "batches_unavailable")
    assert eve.http.get("/api/descriptions/batches").json() == {
        "available": False,
        "batches": None,
    }


def test_batches_cost_half_and_say_how_far_they_are(
    priced: str, person: Callable[[str], Person], database: Engine
) -> None:
    eve = person(priced)
    ids = missing(database, eve, 5)
    estimate = eve.http.post("/api/descriptions/estimate", json={"ids": ids}).json()
    assert estimate["batch"]["most_usd"] == pytest.approx(estimate["most_usd"] / 2, rel=0.01)
    answer = eve.http.post("/api/descriptions/ask", json={"ids": ids[:3], "batch": True})
    assert (answer.status_code, answer.json()) == (202, {"queued": 3})
    not_before_tomorrow(database, eve)
    found = eve.http.get("/api/descriptions/batches").json()
    assert found["available"]
    batches = found["batches"]
    assert (batches["pictures"], batches["waiting"], batches["ended_at"]) == (3, 3, None)
    # Asked for again, alone or in a batch, they go on waiting as they do.
    again = eve.http.post("/api/descriptions/ask", json={"ids": ids})
    assert again.json() == {"queued": 2}
    alone = eve.http.post(f"/api/images/{ids[0]}/describe")
    assert alone.status_code == 202
    assert eve.http.get("/api/descriptions/batches").json()["batches"]["waiting"] == 3


def test_batches_that_wait_for_money_are_looked_at_once_a_budget_is_raised(
    priced: str, person: Callable[[str], Person], database: Engine
) -> None:
    eve = person(priced)
    ids = missing(database, eve, 2)
    eve.http.post("/api/descriptions/ask", json={"ids": ids, "batch": True}).raise_for_status()
    eve.http.patch("/api/descriptions", json={"own_budget_usd": 0.5}).raise_for_status()
    not_before_tomorrow(database, eve)
    soon = (
        "SELECT bool_and(next_look_at < now() + interval '2 hours') FROM description_batches"
        " WHERE owner_id = :owner"
    )
    with database.connect() as rows:
        assert not rows.scalar(text(soon), {"owner": eve.user_id})
    eve.http.patch("/api/descriptions", json={"own_budget_usd": 2}).raise_for_status()
    with database.connect() as rows:
        assert rows.scalar(text(soon), {"owner": eve.user_id})


def test_what_was_not_sent_is_cancelled_at_once(
    priced: str, person: Callable[[str], Person], database: Engine
) -> None:
    eve = person(priced)
    missing(database, eve, 310)
    queued = eve.http.post("/api/images/describe?batch=true").json()["queued"]
    assert queued == 310
    not_before_tomorrow(database, eve)
    with database.begin() as rows:
        sizes = rows.execute(
            text("SELECT pictures FROM description_batches WHERE owner_id = :owner ORDER BY 1"),
            {"owner": eve.user_id},
        )
        assert [row.pictures for row in sizes] == [10, 300]
    answer = eve.http.post("/api/descriptions/batches/cancel")
    assert answer.status_code == 200
    assert answer.json()["batches"]["waiting"] == 0
    waiting = eve.http.post("/api/descriptions/estimate", json={"ids": None}).json()
    assert waiting["pictures"] == 310


def test_a_picture_of_a_batch_that_is_being_cancelled_waits_for_its_end(
    priced: str, person: Callable[[str], Person], database: Engine
) -> None:
    eve = person(priced)
    ids = missing(database, eve, 2)
    eve.http.post("/api/descriptions/ask", json={"ids": ids, "batch": True})
    not_before_tomorrow(database, eve)
    with database.begin() as rows:  # as if the host had it
        sent = "UPDATE description_batches SET state = 'open' WHERE owner_id = :owner"
        rows.execute(text(sent), {"owner": eve.user_id})
    eve.http.patch("/api/account", json={"descriptions_enabled": False}).raise_for_status()
    eve.switch_descriptions_on()
    not_before_tomorrow(database, eve)
    assert eve.http.post("/api/descriptions/ask", json={"ids": ids}).json() == {"queued": 0}
    alone = eve.http.post(f"/api/images/{ids[0]}/describe")
    assert (alone.status_code, "Retry-After" in alone.headers) == (429, True)


def test_batches_of_others_are_nobodys_business(
    priced: str, person: Callable[[str], Person], database: Engine
) -> None:
    eve, mallory = person(priced), person(priced)
    ids = missing(database, eve, 2)
    assert mallory.http.post("/api/descriptions/ask", json={"ids": ids, "batch": True}).json() == {
        "queued": 0
    }
    eve.http.post("/api/descriptions/ask", json={"ids": ids, "batch": True})
    not_before_tomorrow(database, eve)
    assert mallory.http.get("/api/descriptions/batches").json()["batches"] is None
    mallory.http.post("/api/descriptions/batches/cancel").raise_for_status()
    assert eve.http.get("/api/descriptions/batches").json()["batches"]["waiting"] == 2
