"""How many images one worker processes at once: of one user, and of bulk uploads."""

import threading
from collections import Counter
from uuid import UUID


class InHand:
    """The pictures that a worker has begun and not ended. Safe to use from several threads.

    A picture in hand is not taken back. So nobody has all of a worker's threads: whoever comes
    finds one, however long another's pictures take. See [Note: Bulk] in lease.py, too.
    """

    def __init__(self, *, most: int, beside_others: int = 1) -> None:
        """Have room for so many of one person, and for so many of all bulk uploads together.

        Args:
            most: fewer than the worker has threads, if it has several.
            beside_others: of bulk uploads, while somebody else's few pictures are there.
        """
        self._most = most
        self._most_beside_others = beside_others
        self._lock = threading.Lock()
        self._of: Counter[UUID] = Counter()
        self._in_bulk = 0

    def take(self, owner_id: UUID, *, is_bulk: bool, beside_others: bool) -> bool:
        """Take one in hand; False when there is no room for another of theirs."""
        with self._lock:
            most_in_bulk = self._most_beside_others if beside_others else self._most
            if self._of[owner_id] >= self._most or (is_bulk and self._in_bulk >= most_in_bulk):
                return False
            self._of[owner_id] += 1
            self._in_bulk += is_bulk
            return True

    def give_back(self, owner_id: UUID, *, is_bulk: bool) -> None:
        """Let another have the room."""
        with self._lock:
            self._of[owner_id] -= 1
            if not self._of[owner_id]:
                del self._of[owner_id]
            self._in_bulk -= is_bulk
