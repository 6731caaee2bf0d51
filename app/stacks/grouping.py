"""Which images are of one shot, and which stacks that makes. Without the database."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from app.images.models import StackReason
from app.stacks.models import MAX_STACK
from app.stacks.names import ShotName

# A camera writes RAW and JPEG with the same second; where it writes two, the next.
SAME_SHOT_WITHIN = timedelta(seconds=2)
# A telephone holds the button of a burst for as long.
SAME_BURST_WITHIN = timedelta(seconds=30)
MAX_COMPARED = 2 * MAX_STACK  # with one image, the next in time


@dataclass(frozen=True, kw_only=True)
class Placed:
    """Where an image stands: in a stack, and why; or in none.

    Args:
        stack: None: in none.
        rank: its place there.
        reason: a person's word without a stack says: in none, and not again.
    """

    stack: UUID | None
    rank: int | None
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An image that may be of the same shot as others.

    Args:
        id: of the image.
        shot: what its name says.
        taken_at: on the wall clock.
        camera: its model; None where the file does not say.
        placed: where it stands.
    """

    id: UUID
    shot: ShotName
    taken_at: datetime
    camera: str | None
    placed: Placed

    @property
    def is_left_alone(self) -> bool:
        """Whether its person took it out of a stack."""
        return self.placed.stack is None and self.placed.reason == StackReason.PERSON

    @property
    def is_by_person(self) -> bool:
        """Whether its person put it into its stack."""
        return self.placed.stack is not None and self.placed.reason == StackReason.PERSON


def are_of_one_shot(one: Candidate, other: Candidate) -> bool:
    """Whether names, times and cameras of two images say that they are of one shot, or burst."""
    if one.shot.key != other.shot.key:
        return False
    if one.camera and other.camera and one.camera != other.camera:
        return False
    is_burst = one.shot.reason == other.shot.reason == StackReason.BURST
    within = SAME_BURST_WITHIN if is_burst else SAME_SHOT_WITHIN
    if abs(one.taken_at - other.taken_at) > within:
        return False
    if one.shot.is_sure and other.shot.is_sure:
        return True
    is_edited = StackReason.EDIT in {one.shot.reason, other.shot.reason}
    # Two of one format with one number are of two cameras, or copies of one another.
    return is_edited or one.shot.format != other.shot.format


def stacks_to_make(
    candidates: Sequence[Candidate], *, sizes: dict[UUID, int]
) -> dict[UUID, Placed]:
    """Return where images are to stand that stand elsewhere now.

    The same comes of it in whatever order images arrive. What a person stacked stays as it is, and
    may be joined; what a person took out is left alone.

    Args:
        candidates: images of one person.
        sizes: how many images are in the stacks that there are.
    """
    made: dict[UUID, Placed] = {}
    for group in _groups([each for each in candidates if not each.is_left_alone]):
        if len(group) > 1:
            made |= _stack(group, sizes=sizes)
    return made


def _stack(group: Sequence[Candidate], *, sizes: dict[UUID, int]) -> dict[UUID, Placed]:
    by_hand = {each.placed.stack for each in group if each.is_by_person}
    if len(by_hand) > 1:
        return {}
    there = by_hand or {each.placed.stack for each in group}
    stack = min((each for each in there if each is not None), default=None)
    if stack is None:
        stack = uuid4()
    room = MAX_STACK - sizes.get(stack, 0)
    new = [each for each in group if each.placed.stack != stack and not each.is_by_person]
    return {
        each.id: Placed(stack=stack, rank=each.shot.rank, reason=each.shot.reason)
        for each in sorted(new, key=_in_order)[: max(0, room)]
    }


def _in_order(candidate: Candidate) -> tuple[int, UUID]:
    return candidate.shot.rank, candidate.id


def _groups(candidates: Sequence[Candidate]) -> Iterable[list[Candidate]]:
    """Put together what is of one shot, over others too: the first and last of a long burst.

    Only images with one key and of one time are compared with each other, and each with few: there
    may be thousands of others.
    """
    group_of = {each.id: [each] for each in candidates}

    def join(one: Candidate, other: Candidate) -> None:
        first, second = group_of[one.id], group_of[other.id]
        if first is not second:
            first += second
            group_of.update((each.id, first) for each in second)

    by_stack: dict[UUID, Candidate] = {}
    by_key: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if candidate.placed.stack is not None:
            join(by_stack.setdefault(candidate.placed.stack, candidate), candidate)
        by_key[candidate.shot.key].append(candidate)
    for same in by_key.values():
        same.sort(key=lambda each: each.taken_at)
        for place, one in enumerate(same):
            for other in same[place + 1 : place + 1 + MAX_COMPARED]:
                if other.taken_at - one.taken_at > SAME_BURST_WITHIN:
                    break
                if are_of_one_shot(one, other):
                    join(one, other)
    return {id(group): group for group in group_of.values()}.values()
