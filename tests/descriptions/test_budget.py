"""Money: no budget is ever exceeded, and nothing that may have been spent is forgotten."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, event

from app.clients.vision_errors import Usage
from app.database import db
from app.descriptions.budget import (
    ABANDONED_AFTER,
    Call,
    Refused,
    forget_old_calls,
    reserve,
    settle,
    settle_abandoned,
    standing_of,
)
from tests.conftest import running_stack
from tests.support.budgets import TARIFF, tariff
from tests.support.library import library_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.descriptions.budget import Standing
    from app.descriptions.tariff import Tariff
    from tests.support.library import Library

MOST = TARIFF.most_of_picture
USAGE = Usage(input_tokens=900, output_tokens=200)
COST = 900 * 100 + 200 * 500  # gpt-6-luna: 0.10 and 0.50 USD a million


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack, pool_size=2) as library:
        yield library


@pytest.fixture(autouse=True)
def _nothing_spent(library: Library) -> None:
    library.value("WITH gone AS (DELETE FROM model_calls) DELETE FROM model_spending RETURNING 1")


@pytest.fixture
def within(library: Library) -> Callable[..., object]:
    """Call a function as a worker does, and commit."""

    def run(function: Callable[..., object], *args: object, **kwargs: object) -> object:
        with library.worker_context.app.app_context():
            found = function(*args, **kwargs)
            db.session.commit()
            return found

    return run


def standing(library: Library, owner: UUID, at: Tariff = TARIFF) -> Standing:
    with library.worker_context.app.app_context():
        return standing_of(owner, tariff=at)


def take(within: Callable[..., object], owner: UUID, at: Tariff = TARIFF) -> Call | Refused:
    found = within(reserve, owner, uuid4(), tariff=at)
    assert isinstance(found, Call | Refused)
    return found


@pytest.mark.parametrize("whose", ["person", "site"])
def test_a_hundred_at_once_take_no_more_than_the_budget_holds(
    library: Library, within: Callable[..., object], whose: str
) -> None:
    room = 7
    budget = room * MOST + MOST // 2
    at = tariff(**{f"{whose}_budget": budget})
    people = [library.person() for _ in range(1 if whose == "person" else 10)]
    begin = threading.Barrier(10)

    def some(worker: int) -> list[Call | Refused]:
        begin.wait()
        return [take(within, people[worker % len(people)], at) for _ in range(10)]

    with ThreadPoolExecutor(10) as pool:
        found = [each for many in pool.map(some, range(10)) for each in many]
    calls = [each for each in found if isinstance(each, Call)]
    assert len(calls) == room
    assert {each.payer for each in found if isinstance(each, Refused)} == {whose}
    sums = standing(library, people[0], at)
    assert (sums.site.reserved, sums.site.spent) == (room * MOST, 0)

    # Settled at once as well: what is left then is taken by others, and no more.
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda call: within(settle, call, outcome="described", usage=USAGE), calls))
    sums = standing(library, people[0], at)
    assert (sums.site.reserved, sums.site.spent) == (0, room * COST)
    left = (budget - room * COST) // MOST
    with ThreadPoolExecutor(10) as pool:
        more = list(pool.map(lambda n: take(within, people[n % len(people)], at), range(20)))
    assert sum(isinstance(each, Call) for each in more) == left


def test_a_refused_reservation_leaves_nothing_behind(
    library: Library, within: Callable[..., object]
) -> None:
    owner = library.person()
    refused = take(within, owner, tariff(site_budget=MOST - 1))
    assert refused == Refused(payer="site")
    sums = standing(library, owner)
    assert (sums.person.reserved, sums.site.reserved) == (0, 0)
    assert library.value("SELECT count(*) FROM model_calls") == 0


def test_a_persons_own_budget_counts_below_the_operators(
    library: Library, within: Callable[..., object]
) -> None:
    owner = library.person()
    library.value(
        "UPDATE users SET description_budget = :most WHERE id = :id RETURNING 1",
        id=owner,
        most=MOST,
    )
    assert isinstance(take(within, owner, tariff(person_budget=5 * MOST)), Call)
    assert take(within, owner, tariff(person_budget=5 * MOST)) == Refused(payer="person")
    # And not above it.
    library.value(
        "UPDATE users SET description_budget = :most WHERE id = :id RETURNING 1",
        id=owner,
        most=100 * MOST,
    )
    assert take(within, owner, tariff(person_budget=MOST)) == Refused(payer="person")


@pytest.mark.parametrize(
    ("usage", "is_unbilled", "cost"),
    [
        (USAGE, False, COST),
        (None, True, 0),
        (None, False, MOST),  # nobody counted: it may have cost as much
        (Usage(input_tokens=10**6, output_tokens=0), False, 10**8),  # more than was reckoned
        (
            Usage(input_tokens=1000, output_tokens=0, cache_write_tokens=1000),
            False,
            125_000,  # a quarter more is asked for what is kept there
        ),
    ],
)
def test_what_a_call_cost_takes_the_place_of_what_was_reserved(
    library: Library,
    within: Callable[..., object],
    usage: Usage | None,
    cost: int,
    *,
    is_unbilled: bool,
) -> None:
    owner = library.person()
    call = take(within, owner)
    for _ in range(2):  # safe to repeat
        within(settle, call, outcome="x", usage=usage, is_unbilled=is_unbilled)
    sums = standing(library, owner)
    assert (sums.person.spent, sums.person.reserved) == (cost, 0)
    assert (sums.site.spent, sums.site.reserved) == (cost, 0)
    assert library.value("SELECT cost FROM model_calls") == cost


def test_what_a_dead_worker_reserved_is_kept_as_spent(
    library: Library, within: Callable[..., object]
) -> None:
    owner = library.person()
    call = take(within, owner)
    earlier = "UPDATE model_calls SET sent_at = now() - :ago RETURNING 1"
    library.value(earlier, ago=ABANDONED_AFTER - timedelta(seconds=30))
    within(settle_abandoned)
    assert standing(library, owner).person.reserved == MOST  # it may be answered still
    library.value(earlier, ago=ABANDONED_AFTER + timedelta(seconds=30))
    within(settle_abandoned)
    sums = standing(library, owner)
    assert (sums.person.spent, sums.person.reserved) == (MOST, 0)
    assert library.value("SELECT outcome FROM model_calls") == "unknown"
    # A worker that was only slow tells better.
    within(settle, call, outcome="described", usage=USAGE)
    sums = standing(library, owner)
    assert (sums.person.spent, sums.site.spent, sums.site.reserved) == (COST, COST, 0)
    assert library.value("SELECT outcome FROM model_calls") == "described"


def _abandon(library: Library) -> None:
    library.value(
        "WITH aged AS (UPDATE model_calls SET sent_at = now() - :ago RETURNING 1)"
        " SELECT count(*) FROM aged",
        ago=ABANDONED_AFTER + timedelta(seconds=30),
    )


def test_one_that_is_settled_during_the_sweep_is_not_settled_twice(
    library: Library, within: Callable[..., object]
) -> None:
    owner = library.person()
    calls = [take(within, owner) for _ in range(2)]
    assert all(isinstance(each, Call) for each in calls)
    _abandon(library)
    answered: list[Call] = []

    def slow_worker(_: object) -> None:
        """Right after the sweep's first commit of a settled one its worker settles the other."""
        open_ones = "SELECT count(*) FROM model_calls WHERE settled_at IS NULL"
        if answered or library.value(open_ones) != 1:
            return
        left = library.value("SELECT id FROM model_calls WHERE settled_at IS NULL")
        answered.extend(each for each in calls if isinstance(each, Call) and each.id == left)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(within, settle, answered[0], outcome="described", usage=USAGE).result()

    event.listen(db.session, "after_commit", slow_worker)
    try:
        within(settle_abandoned)
    finally:
        event.remove(db.session, "after_commit", slow_worker)
    assert len(answered) == 1
    sums = standing(library, owner)
    assert (sums.person.reserved, sums.site.reserved) == (0, 0)
    assert (sums.person.spent, sums.site.spent) == (MOST + COST, MOST + COST)


def test_one_that_cannot_be_settled_keeps_no_other_from_it(
    library: Library, within: Callable[..., object]
) -> None:
    broken, other = library.person(), library.person()
    first, second = take(within, broken), take(within, other)
    assert isinstance(first, Call)
    assert isinstance(second, Call)
    _abandon(library)
    library.value(
        "UPDATE model_calls SET sent_at = sent_at - interval '1 hour' WHERE id = :id RETURNING 1",
        id=first.id,
    )
    # As a sum that was released twice: `reserved` would be less than nothing.
    library.value(
        "UPDATE model_spending SET reserved = 0 WHERE owner_id = :id RETURNING 1", id=broken
    )
    within(settle_abandoned)
    assert standing(library, other).person.spent == MOST
    assert library.value("SELECT count(*) FROM model_calls WHERE settled_at IS NULL") == 1


def test_what_is_trimmed_holds_up_nobodys_reservation(
    library: Library, within: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.descriptions.budget._TRIM_EVERY", 1)
    owner, other = library.person(), library.person()
    found: list[Call | Refused] = []

    def meanwhile(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "DELETE FROM model_calls" in statement and not found:
            monkeypatch.setattr("app.descriptions.budget._TRIM_EVERY", 2**62)
            with ThreadPoolExecutor(1) as pool:
                found.append(pool.submit(take, within, other).result(timeout=5))

    event.listen(Engine, "before_cursor_execute", meanwhile)
    try:
        assert isinstance(take(within, owner), Call)
    finally:
        event.remove(Engine, "before_cursor_execute", meanwhile)
    assert [type(each) for each in found] == [Call]


def test_a_call_counts_in_the_month_in_which_it_was_sent(
    library: Library, within: Callable[..., object]
) -> None:
    owner = library.person()
    call = take(within, owner)
    library.value("UPDATE model_calls SET month = '2020-01-01' RETURNING 1")
    library.value("UPDATE model_spending SET month = '2020-01-01' RETURNING 1")
    within(settle, call, outcome="described", usage=USAGE)
    assert standing(library, owner).person.spent == 0
    spent = library.value("SELECT sum(spent) FROM model_spending WHERE month = '2020-01-01'")
    assert spent == 2 * COST  # the person's and everybody's


def test_old_sendings_are_forgotten_and_open_ones_never(
    library: Library, within: Callable[..., object]
) -> None:
    owner = library.person()
    settled, _open = take(within, owner), take(within, owner)
    within(settle, settled, outcome="described", usage=USAGE)
    library.value("UPDATE model_calls SET sent_at = now() - interval '401 days' RETURNING 1")
    within(forget_old_calls)
    assert library.value("SELECT count(*) FROM model_calls WHERE settled_at IS NULL") == 1
    assert library.value("SELECT count(*) FROM model_calls") == 1
    assert standing(library, owner).person.spent == COST


def test_of_a_person_the_last_sendings_are_kept(
    library: Library, within: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.descriptions.budget.MAX_CALLS_KEPT", 3)
    monkeypatch.setattr("app.descriptions.budget._TRIM_EVERY", 1)
    owner, other = library.person(), library.person()
    within(settle, take(within, other), outcome="described", usage=USAGE)
    for _ in range(6):
        within(settle, take(within, owner), outcome="described", usage=USAGE)
    count = "SELECT count(*) FROM model_calls WHERE owner_id = :owner"
    assert library.value(count, owner=owner) == 4  # those, and the one that was under way
    assert library.value(count, owner=other) == 1
