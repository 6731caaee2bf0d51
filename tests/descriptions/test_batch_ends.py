"""Batches that wait for long, are withdrawn in part, or end as they should not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.descriptions.lease import begin_next, seconds_until_next
from tests.conftest import running_stack
from tests.support.batches import Site, site_on
from tests.support.library import library_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from tests.support.library import Library


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack, pool_size=2) as library:
        yield library


@pytest.fixture
def site(library: Library) -> Iterator[Site]:
    with site_on(library) as site:
        yield site


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
