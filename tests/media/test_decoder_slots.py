"""Slots for decoding: how many at once, and who is let in first."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from app.media.sandbox.decoder_time import DecoderTime
from app.media.sandbox.process import Grants
from app.media.sandbox.slots import Slots
from tests.api.conftest import until

if TYPE_CHECKING:
    from collections.abc import Iterator

FOREGROUND, BACKGROUND = "foreground", "background"
ADA, BOB = uuid4(), uuid4()


class Holder:
    """A thread that waits for a slot and holds it until it is told to end."""

    def __init__(self, slots: Slots, kind: str, owner: UUID, order: list[str]) -> None:
        self._slots, self._kind, self._owner, self._order = slots, kind, owner, order
        self._over = threading.Event()
        self.holds = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with self._slots.hold(background=self._kind == BACKGROUND, owner=self._owner):
            self._order.append(self._kind)
            self.holds.set()
            self._over.wait()

    def let_go(self) -> None:
        """Give the slot back as soon as it is had."""
        self._over.set()

    def end(self) -> None:
        """Give the slot back now."""
        self.let_go()
        self._thread.join(30)
        assert not self._thread.is_alive()


class Holders:
    """Threads that hold slots, or wait for one."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.order: list[str] = []  # in which slots were had
        self._all: list[Holder] = []

    def holding(self, kind: str, owner: UUID | None = None) -> Holder:
        """One that has a slot; of somebody that nobody else is, unless it is said of whom."""
        holder = self._asking(kind, owner)
        assert holder.holds.wait(30)
        return holder

    def waiting(self, kind: str, owner: UUID | None = None) -> Holder:
        """One that is told to wait."""
        before = self.slots.waiting
        holder = self._asking(kind, owner)
        until(lambda: self.slots.waiting == before + 1)
        assert not holder.holds.is_set()
        return holder

    def _asking(self, kind: str, owner: UUID | None) -> Holder:
        holder = Holder(self.slots, kind, owner or uuid4(), self.order)
        self._all.append(holder)
        return holder

    def end(self) -> None:
        """End all of them, those that wait too."""
        for holder in self._all:
            holder.let_go()
        for holder in self._all:
            holder.end()


@pytest.fixture
def holders() -> Iterator[Holders]:
    """Of two slots, and one that is reserved."""
    holders = Holders(Slots(2, reserved=1))
    yield holders
    holders.end()


def test_foreground_finds_slot_while_background_has_all_of_its_own(holders: Holders) -> None:
    for _ in range(2):
        holders.holding(BACKGROUND)
    holders.waiting(BACKGROUND)
    holders.holding(FOREGROUND)
    holders.waiting(FOREGROUND)


def test_foreground_that_waits_comes_before_background_that_waited_longer(
    holders: Holders,
) -> None:
    first = [holders.holding(BACKGROUND), holders.holding(BACKGROUND), holders.holding(FOREGROUND)]
    later = [holders.waiting(BACKGROUND), holders.waiting(FOREGROUND), holders.waiting(FOREGROUND)]
    for holder in first:
        holder.end()
    for holder in later[1:]:
        assert holder.holds.wait(30)
        holder.end()
    assert later[0].holds.wait(30)
    assert holders.order[3:] == [FOREGROUND, FOREGROUND, BACKGROUND]


def test_background_has_all_slots_but_the_reserved_one_when_alone(holders: Holders) -> None:
    first = holders.holding(BACKGROUND)
    holders.holding(BACKGROUND)
    third = holders.waiting(BACKGROUND)
    first.end()
    assert third.holds.wait(30)


def test_one_person_holds_all_slots_but_the_reserved_one(holders: Holders) -> None:
    first = holders.holding(FOREGROUND, ADA)
    holders.holding(FOREGROUND, ADA)
    third = holders.waiting(FOREGROUND, ADA)
    holders.holding(FOREGROUND, BOB)
    assert not third.holds.is_set()
    first.end()
    assert third.holds.wait(30)


def test_whose_owner_holds_no_slot_comes_before_who_waited_longer(holders: Holders) -> None:
    of_ada = holders.holding(FOREGROUND, ADA)
    others = [holders.holding(FOREGROUND) for _ in range(2)]
    more_of_ada = [holders.waiting(FOREGROUND, ADA) for _ in range(20)]  # any could be woken first
    of_bob = holders.waiting(FOREGROUND, BOB)
    others[0].end()
    assert of_bob.holds.wait(30)
    assert not any(holder.holds.is_set() for holder in more_of_ada)
    of_ada.end()
    until(lambda: any(holder.holds.is_set() for holder in more_of_ada))


def test_who_returns_and_may_hold_no_more_keeps_nobody_else_waiting(holders: Holders) -> None:
    slots = holders.slots
    left, over = threading.Event(), threading.Event()

    def wait_for_memory() -> None:
        with slots.hold(background=False, owner=ADA) as leave:
            with leave():
                left.set()
                over.wait()
            holders.order.append("returned")

    with ThreadPoolExecutor(1) as threads:
        waits = threads.submit(wait_for_memory)
        assert left.wait(30)
        first = holders.holding(FOREGROUND, ADA)
        second = holders.holding(FOREGROUND, ADA)
        over.set()
        until(lambda: slots.waiting == 1)
        holders.holding(FOREGROUND, BOB).end()
        assert not waits.done()
        first.end()
        waits.result(30)
        second.end()
    assert holders.order == [FOREGROUND, FOREGROUND, FOREGROUND, "returned"]


class Clock:
    """Time that goes by when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_decoder_time_is_what_the_slot_was_held_and_no_wait_for_memory() -> None:
    clock = Clock()
    decoder_time = DecoderTime(clock=clock)
    clock.seconds += 1000
    for _ in range(2):  # a second try counts as well
        slots = Slots(1, reserved=0)
        with slots.hold(background=False, owner=ADA, decoder_time=decoder_time) as leave:
            clock.seconds += 3
            with leave():
                clock.seconds += 50
            clock.seconds += 4
        clock.seconds += 1000
    assert (decoder_time.used, decoder_time.waited) == (14, 100)


def test_decoder_time_counts_until_now_and_to_the_end_of_a_failure() -> None:
    clock = Clock()
    decoder_time = DecoderTime(clock=clock)

    def decode() -> None:
        with Slots(1, reserved=0).hold(background=True, decoder_time=decoder_time):
            clock.seconds += 60
            assert decoder_time.used == 60
            clock.seconds += 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        decode()
    assert decoder_time.used == 61


def test_slot_is_given_back_when_the_block_fails() -> None:
    slots = Slots(1, reserved=0)
    for background in (True, False) * 2:
        with pytest.raises(ZeroDivisionError), slots.hold(background=background):
            raise ZeroDivisionError


def test_foreground_comes_before_background_where_no_slot_is_reserved() -> None:
    holders = Holders(Slots(1, reserved=0))
    first = holders.holding(BACKGROUND)
    later = [holders.waiting(BACKGROUND), holders.waiting(BACKGROUND), holders.waiting(FOREGROUND)]
    for holder in later:
        holder.let_go()
    first.end()
    holders.end()
    assert holders.order == [BACKGROUND, FOREGROUND, BACKGROUND, BACKGROUND]


def test_slot_that_is_left_is_had_by_others_and_then_before_all_of_them() -> None:
    holders = Holders(Slots(1, reserved=0))
    holders.order.append("leaves")
    with holders.slots.hold(background=True) as leave:
        with leave():
            meanwhile = holders.holding(FOREGROUND)
            later = [holders.waiting(BACKGROUND), holders.waiting(FOREGROUND)]
            for holder in later:
                holder.let_go()
            ended = threading.Timer(0, lambda: end_once_it_waits(holders, meanwhile, others=2))
            ended.start()
        holders.order.append("returned")
    ended.join()
    holders.end()
    assert holders.order == ["leaves", FOREGROUND, "returned", FOREGROUND, BACKGROUND]


def end_once_it_waits(holders: Holders, holder: Holder, *, others: int) -> None:
    """End a holder as soon as somebody waits beside so many others."""
    until(lambda: holders.slots.waiting == others + 1)
    holder.end()


def test_memory_is_waited_for_in_order_with_foreground_first() -> None:
    grants = Grants(ordinary=1, most=10)
    slots = Slots(3, reserved=0)
    order: list[str] = []

    def decode(name: str, *, background: bool) -> None:
        with (
            slots.hold(background=background) as leave,
            grants.hold(5, background=background, leave=leave),
        ):
            order.append(name)

    with ThreadPoolExecutor(6) as threads:
        with grants.hold(5, background=True, leave=nullcontext):
            decoding = []
            for name in ("first", "second", "third", "fourth", "fifth"):
                # More of them than slots, and each waits without one.
                decoding.append(threads.submit(decode, name, background=name != "fifth"))
                until(lambda: grants.waiting == len(decoding))
        for each in decoding:
            each.result(30)
    assert order == ["fifth", "first", "second", "third", "fourth"]


def test_too_large_a_picture_waits_for_no_memory() -> None:
    grants = Grants(ordinary=1, most=10)
    with (
        grants.hold(5, background=False, leave=nullcontext),
        grants.hold(11, background=False, leave=nullcontext) as granted,
    ):
        assert granted == 0
