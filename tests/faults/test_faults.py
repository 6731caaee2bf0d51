"""Nothing acknowledged is lost, twice or back, whatever dies: a few of the bench's rounds.

All of them, twenty times: `./scripts/bench faults`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults import points
from tests.faults.launched import Launched, launched
from tests.faults.messages import every_message_three_times
from tests.faults.proxied import Away, Proxied, proxied
from tests.faults.rounds import Result, kill_at, outage

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
        points.worker_begun,
        points.child_decoding,
        points.worker_deleted,
        points.api_deleting,
        points.launcher_sending,
        points.api_completing,
        points.api_cancelling,
        points.postgres_processing,
    ],
)
def test_nothing_is_lost_to_kill_9(
    product: Launched, point: Callable[[points.Moment], None]
) -> None:
    before = len(product.kills)
    expect_all_kept(kill_at(point, product, rounds=1))
    assert len(product.kills) == before + 1


def test_messages_may_come_three_times(product: Launched) -> None:
    expect_all_kept(every_message_three_times(product, pictures=6))


@pytest.mark.parametrize(("what", "silently"), [("postgres", False), ("s3", True), ("sqs", False)])
def test_an_outage_is_waited_out(beyond: Proxied, what: Away, *, silently: bool) -> None:
    expect_all_kept(outage(what, beyond, silently=silently, seconds=3))
