"""Open originals where they can do no harm: in a few warm child processes that may die of it.

A child has no credentials in its environment, bounded memory, CPU time and patience, and gets the
file as an open descriptor, so that it needs no path (confinement.py takes files and network from
it). It is used again for the next picture, since starting one costs as much as developing three;
what dies is replaced.
"""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self, TypeVar

from app.images.darkroom_process import Child, DarkroomError, DeathError
from app.images.outcome import Developed, Rejected, Sketch

__all__ = ["Darkroom", "DarkroomError", "Developed", "Rejected"]

# A warm child has 50 MB, so it stays below 512. A JPEG of 48 megapixels takes 50 MB more, a HEIC
# of 48 takes 230; an AVIF of 20 in 10 bits would take 480 and is decoded in a plainer way.
_DEFAULT_MEMORY = 464 << 20

_Answer = TypeVar("_Answer")


class Darkroom:
    """A pool of children that develop pictures. Safe to use from several threads."""

    def __init__(
        self, *, children: int, timeout: float = 60, memory_bytes: int = _DEFAULT_MEMORY
    ) -> None:
        """Start the children, without waiting until they are warm.

        timeout is in seconds, for one picture, of the wall clock and of the CPU alike;
        memory_bytes is what one picture may take on top of a warm child.
        """
        self._timeout = timeout
        self._memory_bytes = memory_bytes
        self._lock = threading.Lock()
        self._closed = False
        self._alive: set[Child] = set()
        # A place holds a child, or None where one has to be started.
        self._places: queue.LifoQueue[Child | None] = queue.LifoQueue()
        for _ in range(children):
            self._places.put(self._start())

    def develop(self, original: Path) -> Developed | Rejected:
        """Develop one file; waits for a free child. Bad bytes never raise.

        Raises:
            DarkroomError: when no child can be started, the file cannot be opened, or the
                darkroom is closed.
        """
        try:
            file = original.open("rb")
        except OSError as error:
            raise DarkroomError(f"the original cannot be opened: {error.strerror}") from error
        with file:
            try:
                return self._twice(lambda child: child.develop(file.fileno()))
            except DeathError as death:
                return death.verdict()

    def sketch(self, preview: bytes) -> bytes | None:
        """Make a preview small and bare for a model's eyes; None when it cannot be opened.

        Raises:
            DarkroomError: when no child can be started, or the darkroom is closed.
        """
        with TemporaryFile() as file:
            file.write(preview)
            file.flush()
            try:
                sketched = self._twice(lambda child: child.sketch(file.fileno()))
            except DeathError:
                return None
        return sketched.preview if isinstance(sketched, Sketch) else None

    def close(self) -> None:
        """End all children at once; whoever waits for one gets a DarkroomError."""
        with self._lock:
            self._closed = True
            children = list(self._alive)
        for child in children:
            child.kill()  # whoever is waiting for one hears it, and buries it
        for idle in self._idle():
            self._bury(idle)
            self._places.put(None)

    def __enter__(self) -> Self:
        """Return the darkroom, to be closed by the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the darkroom."""
        self.close()

    def _twice(self, ask: Callable[[Child], _Answer]) -> _Answer:
        """Ask a child, and if it dies of who knows what, another one. Raises DeathError."""
        try:
            return self._once(ask)
        except DeathError as death:
            if death.certain:
                raise
        return self._once(ask)

    def _once(self, ask: Callable[[Child], _Answer]) -> _Answer:
        child = self._places.get()
        try:
            if child is None or not child.is_fit():
                self._bury(child)
                child = self._start()
            return ask(child)
        except DeathError:
            if self._closed:
                raise DarkroomError("the darkroom was closed") from None
            raise
        finally:
            self._places.put(self._replaced_unless_fit(child))

    def _idle(self) -> list[Child | None]:
        places = []
        with suppress(queue.Empty):
            while True:
                places.append(self._places.get_nowait())
        return places

    def _replaced_unless_fit(self, child: Child | None) -> Child | None:
        """Return the child for its next picture, or a new one that warms up meanwhile."""
        if child is not None and child.is_fit():
            return child
        self._bury(child)
        try:
            return self._start()
        except DarkroomError:
            return None

    def _start(self) -> Child:
        child = Child(timeout=self._timeout, memory_bytes=self._memory_bytes)
        with self._lock:
            if not self._closed:
                self._alive.add(child)
                return child
        child.bury()
        raise DarkroomError("the darkroom is closed")

    def _bury(self, child: Child | None) -> None:
        if child is not None:
            with self._lock:
                self._alive.discard(child)
            child.bury()
