"""Nothing acknowledged is lost, twice or back, whatever dies: a few of the bench's rounds.

All of them, twenty times: `./scripts/bench faults`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults import kill_points
from tests.faults.duplicate_messages import every_message_three_times
from tests.faults.proxied_stack import Away, Proxied, proxied
from tests.faults.rounds import Result, kill_at, outage
from tests.faults.running_app import Launched, launched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module")
def product() -> Iterator[Launched]:
    with launched() as running:
        yield running


@pytest.fixture(scope="module")
def beyond() -> Iterator[Proxied]:
    with proxied() as running:
        yield running


def expect_all_kept(result: Result) -> None:
    verdict = result.verdict
    assert verdict.acknowledged > 0
    assert (verdict.lost, verdict.duplicates, verdict.resurrected) == ([], [], [])
    assert result.let_in == 0


@pytest.mark.parametrize(
    "point",
    [
        kill_points.worker_begun,
        kill_points.child_decoding,
        kill_points.worker_deleted,
        kill_points.api_deleting,
        kill_points.launcher_sending,
        kill_points.api_completing,
        kill_points.api_cancelling,
        kill_points.postgres_processing,
    ],
)
def test_nothing_is_lost_to_kill_9(
    product: Launched, point: Callable[[kill_points.Moment], None]
) -> None:
    before = len(product.kills)
    expect_all_kept(kill_at(point, product, rounds=1))
    assert len(product.kills) == before + 1


def test_messages_may_come_three_times(product: Launched) -> None:
    expect_all_kept(every_message_three_times(product, pictures=6))


@pytest.mark.parametrize(("what", "silently"), [("postgres", False), ("s3", True), ("sqs", False)])
def test_an_outage_is_waited_out(beyond: Proxied, what: Away, *, silently: bool) -> None:
    expect_all_kept(outage(what, beyond, silently=silently, seconds=3))
