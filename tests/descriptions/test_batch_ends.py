"""Batches that wait for long, are withdrawn in part, or end as they should not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.exc import OperationalError

from app.clients.openai_batches import Batches, Remote
from app.database import db
from app.descriptions.batches.ask import cancel_all
from app.descriptions.batches.rows import drop_lines
from app.descriptions.budget import mean_cost, settle_abandoned
from app.descriptions.lease import begin_next, seconds_until_next
from tests.support.batches import Site
from tests.support.budgets import TARIFF

if TYPE_CHECKING:
    from uuid import UUID


MOST = TARIFF.in_batches().most_of_picture


def test_a_picture_whose_batch_waits_for_months_is_not_sent_alone(site: Site) -> None:
    owner = site.person()
    ids = site.missing(owner, 2)
    site.tariff = replace(site.tariff, person_budget=1)
    batch = site.ask(owner, ids)
    site.tend(batch)
    _a_month_later(site, owner)
    with site.library.worker_context.app.app_context():
        assert begin_next() is None
        assert seconds_until_next() is None
    site.tend(batch)
    # Its lease is renewed for those who look at nothing else.
    leased = (
        "SELECT bool_and(least({}) > now() + interval '29 days') FROM images WHERE owner_id = :id"
    )
    both = "description_asked_at, description_leased_until"
    assert site.library.value(leased.format(both), id=owner)
    _a_month_later(site, owner)
    site.tariff = replace(site.tariff, person_budget=None)
    site.until_done(batch)
    assert site.states(ids) == ["done"] * 2
    assert site.server.asked == 2


def _a_month_later(site: Site, owner: UUID) -> None:
    site.library.value(
        "WITH aged AS (UPDATE images SET description_asked_at = description_asked_at"
        " - interval '31 days', description_leased_until = description_leased_until"
        " - interval '31 days' WHERE owner_id = :id RETURNING 1) SELECT count(*) FROM aged",
        id=owner,
    )


def test_a_cancel_that_breaks_off_lets_no_picture_wait_on(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = site.person()
    ids = site.missing(owner, 4)
    for each in (ids[:2], ids[2:]):
        site.ask(owner, each)
    broken: list[int] = []

    def break_off(*named: Any) -> None:
        if not broken:
            broken.append(1)
            raise OperationalError("the database went away", None, Exception())
        drop_lines(*named)

    monkeypatch.setattr("app.descriptions.batches.ask.drop_lines", break_off)
    with pytest.raises(OperationalError):
        _cancel(site, owner)
    assert _cancel(site, owner) == 0
    assert site.states(ids) == ["none"] * 4


def test_what_a_cancel_has_not_come_to_is_ended_by_the_worker(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = site.person()
    ids = site.missing(owner, 4)
    batches = [site.ask(owner, each) for each in (ids[:2], ids[2:])]
    monkeypatch.setattr("app.descriptions.batches.ask.MAX_SECONDS_OF_CANCEL", -1.0, raising=False)
    assert _cancel(site, owner) == 1
    for each in site.due():
        site.tend(each)
    assert [site.of(each, "state") for each in batches] == ["done"] * 2
    assert site.states(ids) == ["none"] * 4


def _cancel(site: Site, owner: UUID) -> int:
    class Person:
        id = owner

    with site.library.worker_context.app.app_context():
        try:
            return cancel_all(Person())  # type: ignore[arg-type]
        finally:
            db.session.rollback()


@pytest.mark.parametrize("how", ["never sent", "deleted"])
def test_what_is_reserved_for_some_that_are_withdrawn_before_upload_is_given_back(
    site: Site, how: str
) -> None:
    owner = site.person()
    ids = sorted(site.missing(owner, 3))
    batch = site.ask(owner, ids)
    made: list[int] = []

    def withdraw() -> None:
        made.append(1)
        if len(made) == 3:
            _withdraw(site, owner, ids[0], how)

    site.previews.on_render = withdraw
    site.tend(batch)
    assert len(site.server.batches.questions) == 2
    assert site.sums(owner) == (0, 2 * MOST)
    site.until_done(batch)
    assert site.sums(owner)[1] == 0
    assert site.outcomes(owner) == ["described", "described", "not_sent"]


def _withdraw(site: Site, owner: UUID, image_id: UUID, how: str) -> None:
    never = "INSERT INTO unsent_images (image_id, owner_id) VALUES (:id, :owner) RETURNING 1"
    if how == "never sent":
        site.library.value(never, id=image_id, owner=owner)
    else:
        site.library.value("DELETE FROM images WHERE id = :id RETURNING 1", id=image_id)


def test_what_a_batch_that_is_over_left_reserved_is_kept_as_spent(site: Site) -> None:
    owner = site.person()
    batch = site.ask(owner, site.missing(owner, 2))
    site.tend(batch)
    site.library.value(  # as no code of ours does
        "UPDATE description_batches SET state = 'done', ended_at = now() WHERE id = :id"
        " RETURNING 1",
        id=batch,
    )
    site.library.value(
        "WITH aged AS (UPDATE model_calls SET sent_at = sent_at - interval '1 hour' RETURNING 1)"
        " SELECT count(*) FROM aged"
    )
    with site.library.worker_context.app.app_context():
        assert settle_abandoned() == 2
    assert site.sums(owner) == (2 * MOST, 0)


def test_what_batches_cost_is_estimated_from_what_they_cost(site: Site) -> None:
    owner = site.person()
    site.until_done(site.ask(owner, site.missing(owner, 5)))
    spent, _ = site.sums(owner)
    with site.library.worker_context.app.app_context():
        mean = mean_cost(owner, tariff=site.tariff)
    assert mean is not None
    assert abs(5 * mean // 2 - spent) <= 5


def test_batches_at_the_host_are_looked_at_before_those_that_wait(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.descriptions.batches.send.MAX_OPEN_OF_PERSON", 1)
    monkeypatch.setattr("app.descriptions.batches.rows.MAX_DUE", 1)
    site.server.batches.go(looks=99)
    owner, other = site.person(), site.person()
    at_host = site.ask(owner, site.missing(owner, 1))
    site.tend(at_host)
    waiting = [site.ask(owner, site.missing(owner, 1)) for _ in range(4)]
    theirs = site.ask(other, site.missing(other, 1))
    for each in waiting:
        site.set(each, "next_look_at = now() - interval '9 hours'")
    site.set(theirs, "next_look_at = now() - interval '2 minutes'")
    site.set(at_host, "next_look_at = now() - interval '1 s'")
    assert site.due() == [at_host]
    (first,) = site.due()
    assert first in waiting
    site.tend(first)
    # One was refused, so all of theirs would be, and nobody waits behind them.
    assert site.due() == [theirs]
    assert site.due() == []


@pytest.mark.parametrize("how", ["goes on", "401", "401 where it may be made"])
def test_a_batch_that_the_host_never_ends_is_ended_after_three_days(site: Site, how: str) -> None:
    owner = site.person()
    ids = site.missing(owner, 2)
    batch = site.ask(owner, ids)
    site.server.batches.go(looks=9999)
    if "made" in how:
        site.server.batches.refusals = [500]
    site.tend(batch)
    site.server.batches.closed = 401 if "401" in how else None
    site.tend(batch)
    assert site.of(batch, "state") != "done"
    site.set(batch, "sent_at = sent_at - interval '73 hours', leased_until = NULL")
    site.library.value(
        "WITH aged AS (UPDATE model_calls SET sent_at = sent_at - interval '73 hours' RETURNING 1)"
        " SELECT count(*) FROM aged"
    )
    site.tend(batch)
    if how == "goes on":
        (remote,) = site.server.batches.batches.values()
        assert remote.said["status"] == "cancelling"
    assert site.of(batch, "state") == "done"
    assert site.states(ids) == ["failed"] * 2
    # Whether it was answered is not known, so all of it is kept as spent.
    assert site.sums(owner) == (2 * MOST, 0)
    assert site.outcomes(owner) == ["unknown"] * 2


def test_a_batch_that_failed_is_not_taken_for_the_one_made_after_it(site: Site) -> None:
    owner = site.person()
    ids = site.missing(owner, 2)
    batch = site.ask(owner, ids)
    site.server.batches.go(end="failed", error="token_limit_exceeded")
    site.tend(batch)
    site.tend(batch)
    assert (site.of(batch, "state"), site.of(batch, "tries")) == ("waiting", 0)
    # The next one is made, its worker dies before it hears so, and it is not listed at once.
    site.server.batches.go()
    host = _Unheard(site.host.settings)
    with pytest.raises(Killed):
        site.tend(batch, host=host)
    host.close()
    site.set(batch, "leased_until = NULL")
    made = dict(site.server.batches.batches)
    unlisted = made.pop(list(made)[-1])
    site.server.batches.batches = made
    site.tend(batch)
    assert site.of(batch, "state") == "creating"
    assert site.sums(owner) == (0, 2 * MOST)
    site.server.batches.batches = {**made, unlisted.said["id"]: unlisted}
    site.until_done(batch)
    assert site.states(ids) == ["done"] * 2
    assert len(site.server.batches.batches) == 2
    assert site.server.asked == 2
    assert site.outcomes(owner) == ["described", "described", *["token_limit_exceeded"] * 2]


class Killed(BaseException):
    """As kill -9: nothing of ours runs any more."""


class _Unheard(Batches):
    """The host's client, whose worker dies right after a batch was made."""

    def create(self, file_id: str, *, mark: str) -> Remote:
        super().create(file_id, mark=mark)
        raise Killed
