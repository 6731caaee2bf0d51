"""A client that is imported and built at its first use."""

import threading
from collections.abc import Callable
from typing import Any


class LazyClient:
    """A proxy that makes its client at the first use. Safe to use from several threads."""

    def __init__(self, make: Callable[[], Any]) -> None:
        """Make nothing yet."""
        self._make = make
        self._lock = threading.Lock()
        self._client: Any = None

    def __getattr__(self, name: str) -> Any:
        """Return what the client has of this name."""
        with self._lock:
            if self._client is None:
                self._client = self._make()
        return getattr(self._client, name)
