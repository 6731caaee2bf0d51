"""Which candidates become a stack: by name, time and camera, in whatever order they come."""

import random
from datetime import datetime, timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from app.stacks import grouping
from app.stacks.grouping import Candidate, Placed, are_of_one_shot, stacks_to_make
from app.stacks.models import MAX_STACK
from app.stacks.names import shot_of

NOON = datetime(2024, 5, 3, 12)  # noqa: DTZ001 - a wall clock
NOWHERE = Placed(stack=None, rank=None, reason=None)
RAW = "image/x-nikon-nef"


def candidate(
    name: str,
    *,
    content_type: str = "image/jpeg",
    after: float = 0,
    camera: str | None = "Z 6",
    placed: Placed = NOWHERE,
) -> Candidate:
    shot = shot_of(name, content_type)
    assert shot is not None
    return Candidate(
        id=uuid4(),
        shot=shot,
        taken_at=NOON + timedelta(seconds=after),
        camera=camera,
        placed=placed,
    )


def stacks(*candidates: Candidate, sizes: dict[UUID, int] | None = None) -> list[list[str]]:
    """Which of these end up in one stack, by their places in the list."""
    made = stacks_to_make(candidates, sizes=sizes or {})
    by_stack: dict[UUID, list[str]] = {}
    for place, each in enumerate(candidates):
        stack = made.get(each.id, each.placed).stack
        if stack is not None:
            by_stack.setdefault(stack, []).append(str(place))
    return sorted(by_stack.values())


def test_raw_and_jpeg_of_one_second_are_a_stack() -> None:
    pair = candidate("DSC_1.JPG"), candidate("DSC_1.NEF", content_type=RAW, after=1)
    assert stacks(*pair) == [["0", "1"]]
    made = stacks_to_make(pair, sizes={})
    assert made[pair[0].id].rank < made[pair[1].id].rank  # type: ignore[operator]


def test_same_second_alone_is_no_stack() -> None:
    assert stacks(*(candidate(f"DSC_{n}.JPG") for n in range(5))) == []


def test_one_number_on_different_days_is_no_stack() -> None:
    day = 86_400
    assert stacks(candidate("a.JPG"), candidate("a.NEF", content_type=RAW, after=day)) == []
    assert stacks(candidate("IMG_E1234.JPG"), candidate("IMG_1234.JPG", after=day)) == []
    bursts = [candidate("20240101_120000_001.jpg", after=after) for after in (0, day)]
    assert stacks(*bursts) == []


def test_one_number_of_two_cameras_is_no_stack() -> None:
    raw = candidate("DSC_1.NEF", content_type=RAW, camera="Z 9")
    assert stacks(candidate("DSC_1.JPG"), raw) == []
    assert stacks(candidate("DSC_1.JPG"), candidate("DSC_1.JPG")) == []


def test_burst_is_a_stack_from_its_first_to_its_last() -> None:
    frames = [
        candidate(f"000{n:02}IMG_000{n:02}_BURST20171111030039.jpg", after=n * 20) for n in range(5)
    ]
    assert stacks(*frames) == [["0", "1", "2", "3", "4"]]


def test_order_of_arrival_does_not_matter() -> None:
    names = [("a.JPG", "image/jpeg"), ("a.NEF", RAW), ("a-edited.jpg", "image/jpeg")]
    for order in permutations(names):
        there: list[Candidate] = []
        for name, content_type in order:
            there.append(candidate(name, content_type=content_type))
            made = stacks_to_make(there, sizes={})
            there = [
                Candidate(
                    id=each.id,
                    shot=each.shot,
                    taken_at=each.taken_at,
                    camera=each.camera,
                    placed=made.get(each.id, each.placed),
                )
                for each in there
            ]
        assert len({each.placed.stack for each in there}) == 1
        cover = min(there, key=lambda each: each.placed.rank or 0)
        assert cover.shot.reason == "edit"
        assert stacks_to_make(there, sizes={}) == {}


def test_two_stacks_that_turn_out_to_be_one_become_one() -> None:
    ids = uuid4(), uuid4()
    placed = [Placed(stack=stack, rank=1, reason="burst") for stack in ids for _ in range(2)]
    frames = [candidate(f"IMG_1_BURST00{n}.jpg", after=n, placed=at) for n, at in enumerate(placed)]
    random.shuffle(frames)
    assert stacks(*frames) == [["0", "1", "2", "3"]]


def test_what_a_person_took_out_is_left_alone() -> None:
    out = Placed(stack=None, rank=None, reason="person")
    assert stacks(candidate("a.JPG"), candidate("a.NEF", content_type=RAW, placed=out)) == []


def test_stack_made_by_hand_is_joined_and_not_changed() -> None:
    by_hand = Placed(stack=uuid4(), rank=0, reason="person")
    pair = candidate("a.JPG", placed=by_hand), candidate("a.NEF", content_type=RAW)
    assert set(stacks_to_make(pair, sizes={})) == {pair[1].id}
    assert stacks(*pair) == [["0", "1"]]
    others = Placed(stack=uuid4(), rank=0, reason="person")
    apart = candidate("a.JPG", placed=by_hand), candidate("a.NEF", content_type=RAW, placed=others)
    assert stacks_to_make(apart, sizes={}) == {}


def test_stack_holds_so_many_and_no_more() -> None:
    there = Placed(stack=uuid4(), rank=1, reason="burst")
    frames = [
        candidate("IMG_1_BURST001.jpg", placed=there),
        candidate("IMG_1_BURST002.jpg"),
        candidate("IMG_1_BURST003.jpg"),
    ]
    made = stacks_to_make(frames, sizes={there.stack: MAX_STACK - 1})  # type: ignore[dict-item]
    assert len(made) == 1


def test_only_images_with_one_key_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with all others would take seconds of the sweep, for one person's thousands."""
    asked = 0

    def count(one: Candidate, other: Candidate) -> bool:
        nonlocal asked
        asked += 1
        return are_of_one_shot(one, other)

    monkeypatch.setattr(grouping, "are_of_one_shot", count)
    names = [f"DSC_{number}.JPG" for number in range(50)]
    assert stacks(*(candidate(name) for name in names for _ in range(10))) == []
    assert asked == 50 * (10 * 9 // 2)
    asked = 0
    of_one_name = (candidate("DSC_1.JPG", after=60 * number) for number in range(50))
    assert stacks(*of_one_name) == []
    assert asked == 0
