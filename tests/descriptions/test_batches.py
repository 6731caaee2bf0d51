"""Descriptions in batches: each picture once, within the budget, and only as its person wants."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.clients.aws.image_store import UnreadableObjectError
from app.database import db
from app.descriptions.batches.ask import progress_of
from app.descriptions.batches.send import MAX_TRIES
from app.descriptions.budget import settle_abandoned
from app.descriptions.lease import begin_next
from app.images.description_batch_models import DescriptionBatch
from tests.support.batches import DESCRIPTIONS, Site, cost
from tests.support.budgets import TARIFF

HALF = TARIFF.in_batches()
MOST = HALF.most_of_picture


class Killed(BaseException):
    """As kill -9: nothing of ours runs any more."""


def test_a_batch_is_sent_looked_after_and_kept(site: Site) -> None:
    owner = site.person()
    ids = site.missing(owner, 3)
    batch = site.ask(owner, ids)
    site.tend(batch)
    assert site.of(batch, "state") == "open"
    assert site.sums(owner) == (0, 3 * MOST)
    assert site.states(ids) == ["waiting"] * 3
    site.until_done(batch)
    assert site.states(ids) == ["done"] * 3
    assert [site.library.value(DESCRIPTIONS, id=each) for each in ids] == [1, 1, 1]
    assert site.outcomes(owner) == ["described"] * 3
    assert site.sums(owner) == (3 * cost(site), 0)
    assert (site.of(batch, "described"), site.of(batch, "failed")) == (3, 0)
    assert site.server.batches.files == {}  # nothing of it stays there
    with site.library.worker_context.app.app_context():
        progress = progress_of(owner)
    assert progress is not None
    assert (progress.described, progress.waiting, progress.ended_at is None) == (3, 0, False)


def test_no_worker_asks_for_one_of_a_batch_alone(site: Site) -> None:
    owner = site.person()
    site.ask(owner, site.missing(owner, 2))
    with site.library.worker_context.app.app_context():
        assert begin_next() is None


def test_a_batch_has_pictures_of_one_person(site: Site) -> None:
    owner, other = site.person(), site.person()
    mine, theirs = site.missing(owner, 2), site.missing(other, 2)
    batch = site.ask(owner, mine)
    site.library.value(  # as no code of ours does
        "INSERT INTO description_batch_lines (image_id, batch_id) VALUES (:image, :batch)"
        " RETURNING 1",
        image=theirs[0],
        batch=batch,
    )
    site.until_done(batch)
    assert len(site.server.batches.questions) == 2
    assert site.library.value(DESCRIPTIONS, id=theirs[0]) == 0


def test_what_is_sent_has_no_word_of_the_picture_or_its_person(site: Site) -> None:
    owner = site.person()
    batch = site.ask(owner, site.missing(owner, 1))
    site.tend(batch)
    (asked,) = site.server.batches.questions
    assert set(asked) == {
        *("model", "instructions", "input", "text", "max_output_tokens", "store"),
    }
    (message,) = asked["input"]
    assert [part["type"] for part in message["content"]] == ["input_text", "input_image"]
    (remote,) = site.server.batches.batches.values()
    assert set(remote.said["metadata"]) == {"pinhole_batch"}
    assert str(owner) not in str(remote.said)
    assert owner.hex not in str(remote.said)


@pytest.mark.parametrize("payer", ["person", "site"])
def test_money_is_reserved_before_a_batch_is_made(site: Site, payer: str) -> None:
    owner = site.person()
    ids = site.missing(owner, 5)
    changed: dict[str, Any] = {f"{payer}_budget": 2 * MOST + 1}
    site.tariff = replace(site.tariff, **changed)
    batch = site.ask(owner, ids)
    site.tend(batch)
    assert len(site.server.batches.questions) == 2
    assert site.sums(owner) == (0, 2 * MOST)
    site.until_done(batch)
    assert sorted(site.states(ids)) == ["done", "done", "waiting", "waiting", "waiting"]
    spent, reserved = site.sums(owner)
    assert reserved == 0
    assert spent <= 2 * MOST
    # The others wait in a batch of their own, and not before the money rests.
    assert site.library.value("SELECT count(*) FROM description_batches") == 2
    assert site.due() == []
    other = site.library.value("SELECT id FROM description_batches WHERE state <> 'done'")
    changed = {f"{payer}_budget": 1}
    site.tariff = replace(site.tariff, **changed)
    site.tend(other)
    assert (site.of(other, "state"), site.of(other, "pictures")) == ("waiting", 3)
    assert site.library.value("SELECT count(*) FROM description_batches") == 2


POINTS = ["reserve", "upload", "create", "created", "answers", "forget"]


def _killing_host(site: Site, point: str) -> Any:
    """The host's client, in whose hands the worker dies once."""

    class Host(type(site.host)):  # type: ignore[misc]
        died = False

        def _die(self, where: str) -> None:
            if where == point and not Host.died:
                Host.died = True
                raise Killed

        def line(self, *args: Any) -> bytes:
            self._die("reserve")
            return super().line(*args)  # type: ignore[no-any-return]

        def upload(self, *args: Any) -> str:
            file_id: str = super().upload(*args)
            self._die("upload")
            return file_id

        def create(self, *args: Any, **more: Any) -> Any:
            self._die("create")
            remote = super().create(*args, **more)
            self._die("created")
            return remote

        def answers(self, *args: Any) -> Any:
            for count, each in enumerate(super().answers(*args)):
                if count == 1:
                    self._die("answers")
                yield each

        def forget(self, *args: Any) -> None:
            self._die("forget")
            super().forget(*args)

    return Host(site.host.settings)


@pytest.mark.parametrize("point", POINTS)
def test_whoever_is_killed_nothing_is_described_twice(site: Site, point: str) -> None:
    owner = site.person()
    ids = site.missing(owner, 3)
    batch = site.ask(owner, ids)
    host = _killing_host(site, point)
    died = 0
    for _ in range(20):
        try:
            site.tend(batch, host=host)
        except Killed:
            died += 1
            with site.library.worker_context.app.app_context():
                db.session.rollback()
            site.tend(batch, host=host)  # nobody takes it before the lease is over
            assert site.of(batch, "leased_until") is not None
            # Longer ago than anything of it may take.
            site.set(
                batch,
                "leased_until = now() - interval '1 s', sent_at = sent_at - interval '1 hour'",
            )
            site.library.value(
                "WITH aged AS (UPDATE model_calls SET sent_at = sent_at - interval '1 hour'"
                " RETURNING 1) SELECT count(*) FROM aged"
            )
        if site.of(batch, "state") == "done":
            break
    host.close()
    assert died == 1
    assert site.of(batch, "state") == "done"
    assert site.states(ids) == ["done"] * 3
    assert [site.library.value(DESCRIPTIONS, id=each) for each in ids] == [1, 1, 1]
    assert len(site.server.batches.batches) == 1
    assert site.server.asked == 3  # no picture was answered twice
    assert site.sums(owner) == (3 * cost(site), 0)
    assert site.outcomes(owner).count("described") == 3
    assert set(site.outcomes(owner)) <= {"described", "not_sent"}


@pytest.mark.parametrize("status", [500, 429, 401, 400])
def test_a_host_that_makes_no_batch_costs_nothing(site: Site, status: int) -> None:
    owner = site.person()
    ids = site.missing(owner, 2)
    batch = site.ask(owner, ids)
    site.server.batches.refusals = [status]
    site.tend(batch)
    if status == 500:  # who knows: it is looked for, and sent again when it is surely not there
        assert site.sums(owner) == (0, 2 * MOST)
        site.set(batch, "sent_at = sent_at - interval '1 hour'")
        site.library.value(
            "WITH aged AS (UPDATE model_calls SET sent_at = sent_at - interval '1 hour' RETURNING 1"
            ") SELECT count(*) FROM aged"
        )
        site.tend(batch)
    assert site.sums(owner) == (0, 0)
    assert site.server.batches.files == {}
    if status == 400:
        assert site.states(ids) == ["failed"] * 2
        return
    site.library.value("DELETE FROM rate_limits RETURNING 1")
    site.until_done(batch)
    assert site.states(ids) == ["done"] * 2


def test_a_full_queue_at_the_host_waits_and_costs_nothing(site: Site) -> None:
    owner = site.person()
    ids = site.missing(owner, 2)
    batch = site.ask(owner, ids)
    site.server.batches.go(end="failed", error="token_limit_exceeded")
    for _ in range(3 * MAX_TRIES):
        site.tend(batch)
    assert site.states(ids) == ["waiting"] * 2
    assert site.sums(owner)[0] == 0
    site.server.batches.go()
    site.until_done(batch)
    assert site.states(ids) == ["done"] * 2


def test_a_batch_that_the_host_never_begins_ends(site: Site) -> None:
    owner = site.person()
    ids = site.missing(owner, 2)
    batch = site.ask(owner, ids)
    site.server.batches.go(end="failed", error="invalid_json_line")
    site.until_done(batch)
    assert site.states(ids) == ["failed"] * 2
    assert site.sums(owner) == (0, 0)
    assert len(site.server.batches.batches) == MAX_TRIES


def test_refusals_are_final_and_overload_is_tried_again(site: Site) -> None:
    owner = site.person()
    ids = sorted(site.missing(owner, 3))
    batch = site.ask(owner, ids)
    for fault in ("refusal", "server_error"):
        site.server.fail_next(fault)
    site.until_done(batch)
    assert sorted(site.states(ids)) == ["done", "done", "failed"]
    assert site.outcomes(owner) == ["described", "described", "refused", "unreachable"]
    spent, reserved = site.sums(owner)
    assert reserved == 0
    assert spent > 2 * cost_of_cheapest(site)


def cost_of_cheapest(site: Site) -> int:
    tokens = site.library.value("SELECT min(output_tokens) FROM model_calls")
    return int(900 * HALF.price.input + tokens * HALF.price.output)


def test_what_always_fails_ends(site: Site) -> None:
    owner = site.person()
    ids = site.missing(owner, 1)
    batch = site.ask(owner, ids)
    site.server.fail_next("server_error", times=10)
    site.until_done(batch, most=20)
    assert site.states(ids) == ["failed"]
    assert site.sums(owner) == (0, 0)
    assert len(site.server.batches.batches) == MAX_TRIES


def test_a_preview_that_cannot_be_read_holds_up_no_other(site: Site) -> None:
    owner = site.person()
    ids = site.missing(owner, 3)
    batch = site.ask(owner, ids)
    bad = sorted(ids)[1]
    fetch = site.previews.fetch_preview

    def fail(*named: object) -> bytes:
        if named[1] == bad:
            raise UnreadableObjectError
        return fetch(*named)

    site.previews.fetch_preview = fail  # type: ignore[method-assign]
    site.until_done(batch)
    for _ in range(MAX_TRIES):
        other = site.library.value("SELECT id FROM description_batches WHERE state <> 'done'")
        if other is not None:
            site.until_done(other)
    assert {each: site.states([each])[0] for each in ids} == {
        each: "failed" if each == bad else "done" for each in ids
    }
    assert site.sums(owner) == (2 * cost(site), 0)


def test_a_persons_words_win(site: Site) -> None:
    owner = site.person()
    ids = site.missing(owner, 1)
    batch = site.ask(owner, ids)
    site.tend(batch)
    site.library.value(
        "WITH words AS (INSERT INTO descriptions (id, image_id, source, alt_text, text,"
        " visible_text, tags, created_at, is_demo)"
        " VALUES (gen_random_uuid(), :id, 'person', 'Mine', '', '', '{}', now(), false)"
        " RETURNING id)"
        " UPDATE images SET current_description_id = (SELECT id FROM words),"
        " description_state = 'done' WHERE id = :id RETURNING 1",
        id=ids[0],
    )
    site.until_done(batch)
    shown = (
        "SELECT alt_text FROM descriptions JOIN images ON current_description_id = descriptions.id"
        " WHERE images.id = :id"
    )
    assert site.library.value(shown, id=ids[0]) == "Mine"
    assert site.states(ids) == ["done"]


def test_what_is_reserved_for_a_batch_is_not_abandoned(site: Site) -> None:
    owner = site.person()
    batch = site.ask(owner, site.missing(owner, 2))
    site.tend(batch)
    site.library.value(
        "WITH aged AS (UPDATE model_calls SET sent_at = sent_at - interval '1 hour' RETURNING 1)"
        " SELECT count(*) FROM aged"
    )
    with site.library.worker_context.app.app_context():
        assert settle_abandoned() == 0
    assert site.sums(owner) == (0, 2 * MOST)


def test_an_account_that_is_deleted_leaves_no_rows(site: Site) -> None:
    owner = site.person()
    batch = site.ask(owner, site.missing(owner, 1))
    site.tend(batch)
    site.library.value("DELETE FROM users WHERE id = :id RETURNING 1", id=owner)
    site.tend(batch)
    with site.library.worker_context.app.app_context():
        assert db.session.get(DescriptionBatch, batch) is None
    assert site.library.value("SELECT count(*) FROM description_batch_lines") == 0


def test_another_host_is_not_asked_for_a_batch(site: Site) -> None:
    owner = site.person()
    batch = site.ask(owner, site.missing(owner, 1))
    site.tend(batch)
    site.tend(batch, tariff=replace(site.tariff, host="other.example.org"))
    (remote,) = site.server.batches.batches.values()
    assert remote.looks == 0
    assert site.of(batch, "state") == "open"


def test_batches_that_are_switched_off_are_not_sent(site: Site) -> None:
    owner = site.person()
    ids = site.missing(owner, 1)
    batch = site.ask(owner, ids)
    site.tend(batch, takes_batches=False)
    assert site.server.batches.questions == []
    assert (site.of(batch, "state"), site.states(ids)) == ("done", ["none"])


def test_one_person_takes_not_all_places(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.descriptions.batches.send.MAX_OPEN_OF_PERSON", 2)
    site.server.batches.go(looks=99)
    owner, other = site.person(), site.person()
    theirs = [site.ask(owner, site.missing(owner, 1)) for _ in range(4)]
    for each in theirs:
        site.tend(each)
    assert [site.of(each, "state") for each in theirs] == ["open", "open", "waiting", "waiting"]
    batch = site.ask(other, site.missing(other, 1))
    site.tend(batch)
    assert site.of(batch, "state") == "open"


def test_the_sweep_wakes_each_batch_once(site: Site) -> None:
    owner = site.person()
    batch = site.ask(owner, site.missing(owner, 1))
    site.set(batch, "next_look_at = now() - interval '1 s'")
    assert site.due() == [batch]
    assert site.due() == []
