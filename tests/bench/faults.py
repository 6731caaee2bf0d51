"""What is lost when parts are killed or out of reach while people upload: nothing may be.

    ./scripts/bench faults [ROUNDS] [--stacks 3] [--outage 30]

The real embedded stack and real uploads (API, signed PUT, event, worker), one in five in parts.
`kill -9` of the worker, a decoding child, the API, the launcher, the embedded AWS and PostgreSQL at
19 points, ROUNDS times each; each event delivered three times and more, early ones included;
outages of PostgreSQL, S3 and SQS, cut off and silent. Prints a table, and fails when anything was
lost, is there twice or came back, when somebody was let in, or when anything took more than 30 s to
recover. Several stacks run beside each other, since most of the time is spent waiting.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from statistics import median

from tests.faults.duplicate_messages import every_message_three_times
from tests.faults.kill_points import POINTS
from tests.faults.proxied_stack import Away, proxied
from tests.faults.rounds import Result, kill_at, outage
from tests.faults.running_app import launched

RECOVERS_WITHIN = 30.0
_OUTAGES: tuple[Away, ...] = ("postgres", "s3", "sqs")


def kills(numbers: Sequence[int], rounds: int) -> list[Result]:
    """Kill at some of the points."""
    with launched() as product:
        return [_told(kill_at(POINTS[number], product, rounds=rounds)) for number in numbers]


def deliveries(rounds: int) -> list[Result]:
    """Deliver each message three times."""
    with launched() as product:
        return [_told(every_message_three_times(product, pictures=rounds * 5))]


def outages(seconds: float) -> list[Result]:
    """Take away each service, in both ways."""
    with proxied() as product:
        return [
            _told(outage(what, product, silently=silently, seconds=seconds))
            for what in _OUTAGES
            for silently in (False, True)
        ]


def main() -> None:
    """Do it all, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=20)
    parser.add_argument("--stacks", type=int, default=3, help="how many beside each other")
    parser.add_argument("--outage", type=float, default=30.0, help="seconds of each outage")
    parser.add_argument("--only", default="", help="points that have this in their name")
    asked = parser.parse_args()
    for name in [name for name in os.environ if name.upper().endswith("_PROXY")]:
        del os.environ[name]
    chosen = [number for number, point in enumerate(POINTS) if asked.only in (point.__doc__ or "")]
    jobs: list[Callable[[], list[Result]]] = []
    if not asked.only:
        jobs += [partial(outages, asked.outage), partial(deliveries, asked.rounds)]
    # A few points at a time, so that no stack is left with more than the others.
    jobs += [partial(kills, chosen[at : at + 2], asked.rounds) for at in range(0, len(chosen), 2)]
    with ProcessPoolExecutor(asked.stacks, mp_context=get_context("spawn")) as stacks:
        running: list[Future[list[Result]]] = [stacks.submit(job) for job in jobs]
        for each in running:
            if error := each.exception():
                print("".join(traceback.format_exception(error)), file=sys.stderr, flush=True)
        results = [result for each in running if not each.exception() for result in each.result()]
    is_whole = not any(each.exception() for each in running)
    sys.exit(not (_print(results) and is_whole))


def _told(result: Result) -> Result:
    """Print what went wrong at once: the whole takes long."""
    print(_line(result), file=sys.stderr, flush=True)
    for words in (*result.verdict.lost, *result.verdict.duplicates, *result.verdict.resurrected):
        print(f"    {words}", file=sys.stderr, flush=True)
    return result


_HEAD = f"{'fault':64} rounds  acked  lost  twice  back  let in  recovered s (median, most)"


def _line(result: Result) -> str:
    verdict, seconds = result.verdict, result.seconds
    return (
        f"{result.name[:64]:64} {len(seconds):6} {verdict.acknowledged:6}"
        f" {len(verdict.lost):5} {len(verdict.duplicates):6} {len(verdict.resurrected):5}"
        f" {result.let_in:7}  {median(seconds):6.1f} {max(seconds):6.1f}"
    )


def _print(results: list[Result]) -> bool:
    print(_HEAD)
    for result in results:
        print(_line(result))
    longest = max(second for result in results for second in result.seconds)
    is_clean = all(result.verdict.is_clean and not result.let_in for result in results)
    acknowledged = sum(result.verdict.acknowledged for result in results)
    deleted = sum(result.verdict.deleted for result in results)
    print(f"{acknowledged} uploads acknowledged, {deleted} of them deleted; ", end="")
    print(f"recovered within {longest:.1f} s, at most {RECOVERS_WITHIN:.0f} are allowed")
    return is_clean and longest <= RECOVERS_WITHIN


if __name__ == "__main__":
    main()
