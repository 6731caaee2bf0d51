"""Sessions of STS that are kept until they are nearly over, those used last."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.clients.aws.sigv4 import Credentials

SESSION_RENEWED_BEFORE = timedelta(minutes=15)


class KeptSessions:
    """Credentials by whose they are, or by which share; safe among threads."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._sessions: OrderedDict[UUID, Credentials] = OrderedDict()
        self._lock = threading.Lock()

    def known(self, of: UUID) -> Credentials | None:
        """Return those that have at least 15 minutes left to live, if they are here."""
        with self._lock:
            known = self._sessions.get(of)
            if known is None or known.expires_at - datetime.now(UTC) <= SESSION_RENEWED_BEFORE:
                return None
            self._sessions.move_to_end(of)
            return known

    def get(self, of: UUID, assume: Callable[[], Credentials]) -> Credentials:
        """Return those that are known, or have some made, without the lock."""
        if known := self.known(of):
            return known
        fresh = assume()
        with self._lock:
            self._sessions[of] = fresh
            while len(self._sessions) > self._most:
                self._sessions.popitem(last=False)
        return fresh
