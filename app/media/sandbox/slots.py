"""Slots of the decoder pool: how many images are decoded at once, and who is next."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Literal
from uuid import UUID

from app.media.sandbox.decoder_time import DecoderTime

Who = Literal["returning", "foreground", "background"]
_ORDER: dict[Who, int] = {"returning": 0, "foreground": 1, "background": 2}

Leave = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, eq=False, kw_only=True)
class _Asker:
    who: Who
    owner: UUID | None


class Slots:
    """Slots for decoding; some are for a second person only. Safe to use from several threads.

    Nobody has the reserved ones alone: one person holds as many slots as there are without them,
    so that whoever comes finds one free, however long another's pictures take. Background work
    never gets them.

    Whoever waits for a slot in the foreground comes before all who wait in the background, so a
    picture of somebody's ten waits for no picture of another person's thousands that has not begun.
    Of those that are alike, whose owner holds fewer slots comes first: that is fair, and its child
    is free, which a second picture of the same owner would need a second child for.

    Who has left its slot to wait for memory comes back before everybody, into any slot that its
    owner may have: it has the memory that others wait for. There is one of them at a time (Grants),
    and it always finds a slot in the end, since whoever holds one waits for nobody, or leaves it.
    Who may not begin holds nobody up.
    """

    def __init__(self, count: int, *, reserved: int) -> None:
        """Have `count` slots for anybody, and `reserved` more for others in the foreground."""
        self._count = count
        self._reserved = reserved
        self._taken = 0
        self._of: Counter[UUID] = Counter()
        self._waiting: list[_Asker] = []
        self._condition = threading.Condition()

    @property
    def waiting(self) -> int:
        """How many wait for a slot."""
        with self._condition:
            return len(self._waiting)

    @contextmanager
    def hold(
        self,
        *,
        background: bool,
        owner: UUID | None = None,
        decoder_time: DecoderTime | None = None,
    ) -> Iterator[Leave]:
        """Wait for a slot, and hold it for as long as the block runs.

        The block gets what lets others have the slot for as long as a block in it runs, and then
        waits for one again. An owner of None is nobody's limit; decoder_time is told of both.
        """
        decoder_time = decoder_time or DecoderTime()
        with decoder_time.waiting():
            self._take(_Asker(who="background" if background else "foreground", owner=owner))
        try:
            with decoder_time.using():
                yield partial(self._leave, owner, decoder_time)
        finally:
            self._give_back(owner)

    @contextmanager
    def _leave(self, owner: UUID | None, decoder_time: DecoderTime) -> Iterator[None]:
        with decoder_time.waiting():
            self._give_back(owner)
            try:
                yield
            finally:
                self._take(_Asker(who="returning", owner=owner))

    def _take(self, asker: _Asker) -> None:
        with self._condition:
            self._waiting.append(asker)
            try:
                self._condition.wait_for(lambda: self._is_next(asker))
            finally:
                self._waiting.remove(asker)
            self._taken += 1
            if asker.owner is not None:
                self._of[asker.owner] += 1
            # Somebody may have been kept waiting by this one alone.
            self._condition.notify_all()

    def _give_back(self, owner: UUID | None) -> None:
        with self._condition:
            self._taken -= 1
            if owner is not None:
                self._of[owner] -= 1
                if not self._of[owner]:
                    del self._of[owner]
            self._condition.notify_all()

    def _is_next(self, asker: _Asker) -> bool:
        return self._may_begin(asker) and not any(
            self._rank(other) < self._rank(asker) and self._may_begin(other)
            for other in self._waiting
        )

    def _rank(self, asker: _Asker) -> tuple[int, int]:
        return _ORDER[asker.who], 0 if asker.owner is None else self._of[asker.owner]

    def _may_begin(self, asker: _Asker) -> bool:
        """Whether there is a slot for this one, those aside who come before."""
        if asker.owner is not None and self._of[asker.owner] >= self._count:
            return False
        reserved = 0 if asker.who == "background" else self._reserved
        return self._taken < self._count + reserved
