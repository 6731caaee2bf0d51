"""Pictures of batches that somebody takes back, before and after they were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.descriptions.batches.ask import cancel_all
from tests.support.batches import DESCRIPTIONS, Site, cost

if TYPE_CHECKING:
    from uuid import UUID


def _withdraw(site: Site, owner: UUID, ids: list[UUID], how: str) -> None:
    for each in ids:
        if how == "never":
            site.library.value(
                "INSERT INTO unsent_images (image_id, owner_id) VALUES (:id, :owner) RETURNING 1",
                id=each,
                owner=owner,
            )
        if how == "deleted":
            site.library.value(
                "UPDATE images SET deleted_at = now() WHERE id = :id RETURNING 1", id=each
            )
    consent = "UPDATE users SET {} WHERE id = :id RETURNING 1"
    changes = {
        "off": "descriptions_enabled_at = NULL",
        "elsewhere": "descriptions_host = 'other.example.org'",
        "anew": "descriptions_enabled_at = now() + interval '1 s'",
        "disabled": "disabled_at = now()",
    }
    if how in changes:
        site.library.value(consent.format(changes[how]), id=owner)


WAYS = ["never", "deleted", "off", "elsewhere", "anew", "disabled"]


@pytest.mark.parametrize("how", WAYS)
def test_what_is_withdrawn_before_is_not_sent(site: Site, how: str) -> None:
    owner = site.person()
    ids = site.missing(owner, 2)
    batch = site.ask(owner, ids)
    _withdraw(site, owner, ids, how)
    site.until_done(batch)
    assert site.server.batches.questions == []
    assert site.states(ids) == ["none"] * 2
    assert site.outcomes(owner) == []


@pytest.mark.parametrize("how", WAYS)
def test_what_is_withdrawn_while_it_is_made_ready_is_not_sent(site: Site, how: str) -> None:
    owner = site.person()
    ids = site.missing(owner, 3)
    batch = site.ask(owner, ids)
    made: list[int] = []

    def withdraw() -> None:
        made.append(1)
        if len(made) == 3:
            _withdraw(site, owner, ids, how)

    site.previews.on_render = withdraw
    site.until_done(batch)
    assert site.server.batches.questions == []
    assert site.states(ids) == ["none"] * 3
    assert site.sums(owner) == (0, 0)
    assert site.outcomes(owner) == ["not_sent"] * 3


@pytest.mark.parametrize("how", WAYS)
def test_a_batch_of_which_nothing_is_wanted_is_cancelled(site: Site, how: str) -> None:
    owner = site.person()
    ids = site.missing(owner, 3)
    batch = site.ask(owner, ids)
    site.server.batches.go(looks=20, answered=1)
    site.tend(batch)
    _withdraw(site, owner, ids, how)
    site.until_done(batch)
    (remote,) = site.server.batches.batches.values()
    assert remote.said["status"] == "cancelled"
    assert [site.library.value(DESCRIPTIONS, id=each) for each in ids] == [0, 0, 0]
    assert site.states(ids) == ["none"] * 3
    # One was answered by then, which costs money; of the others the log says that nothing came.
    assert site.outcomes(owner) == ["withdrawn"] * 3
    assert site.sums(owner) == (cost(site), 0)
    assert site.server.batches.files == {}


def test_of_a_batch_that_goes_on_what_is_withdrawn_is_not_kept(site: Site) -> None:
    owner = site.person()
    ids = site.missing(owner, 3)
    batch = site.ask(owner, ids)
    site.tend(batch)
    _withdraw(site, owner, ids[:1], "never")
    site.until_done(batch)
    assert site.states(ids) == ["none", "done", "done"]
    assert site.library.value(DESCRIPTIONS, id=ids[0]) == 0
    assert site.outcomes(owner) == ["described", "described", "withdrawn"]
    assert site.sums(owner) == (3 * cost(site), 0)


def test_a_picture_that_is_gone_for_good_is_settled(site: Site) -> None:
    owner = site.person()
    ids = site.missing(owner, 2)
    batch = site.ask(owner, ids)
    site.tend(batch)
    site.library.value("DELETE FROM images WHERE id = :id RETURNING 1", id=ids[0])
    site.until_done(batch)
    assert site.outcomes(owner) == ["described", "withdrawn"]
    assert site.sums(owner)[1] == 0


@pytest.mark.parametrize("end", ["cancel", "expired"])
def test_of_a_batch_that_ends_early_what_came_is_kept(site: Site, end: str) -> None:
    owner = site.person()
    ids = site.missing(owner, 4)
    batch = site.ask(owner, ids)
    site.server.batches.go(looks=0 if end == "expired" else 9, end="expired", answered=1)
    site.tend(batch)
    if end == "cancel":
        _cancel(site, owner)
        site.until_done(batch)
        assert sorted(site.states(ids)) == ["done", "none", "none", "none"]
        assert site.outcomes(owner) == ["cancelled"] * 3 + ["described"]
        assert site.sums(owner) == (cost(site), 0)
        return
    site.tend(batch)  # what came is kept, and the others wait to be sent again
    assert sorted(site.states(ids)) == ["done", "waiting", "waiting", "waiting"]
    assert site.sums(owner) == (cost(site), 0)
    site.server.batches.go()
    site.until_done(batch)
    assert site.states(ids) == ["done"] * 4
    assert [site.library.value(DESCRIPTIONS, id=each) for each in ids] == [1] * 4
    assert site.outcomes(owner) == ["described"] * 4 + ["expired"] * 3
    assert site.sums(owner) == (4 * cost(site), 0)


def _cancel(site: Site, owner: UUID) -> int:
    class Person:
        id = owner

    with site.library.worker_context.app.app_context():
        return cancel_all(Person())  # type: ignore[arg-type]


def test_what_was_not_sent_is_cancelled_at_once(site: Site) -> None:
    owner = site.person()
    ids = site.missing(owner, 2)
    batch = site.ask(owner, ids)
    assert _cancel(site, owner) == 0
    assert site.of(batch, "state") == "done"
    assert site.states(ids) == ["none"] * 2
