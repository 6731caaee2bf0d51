"""A pool of confined decoder processes that open untrusted originals.

A decoder process has no credentials in its environment, and bounded memory, CPU time and wall-clock
time. It gets the file as an open descriptor and cannot open files or use the network (seccomp.py).
It serves one owner, so a compromised one never gets an image of somebody else. It is used again for
the next image of its owner, but not where Linux does not confine it. A process that dies is
replaced.
"""

import os
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext, suppress
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self, TypeVar
from uuid import UUID

from app.media.formats.without_metadata import Piece
from app.media.results import Rejected, Rendered, VisionInput
from app.media.sandbox.decoder_time import DecoderTime
from app.media.sandbox.fork_client import ForkError, ForkServer
from app.media.sandbox.nameless_file import nameless_file
from app.media.sandbox.process import (
    Child,
    DecoderPoolError,
    DoubtError,
    Grants,
    ProcessDiedError,
    bare_environment,
)
from app.media.sandbox.slots import Slots
from app.observability.metrics import count

__all__ = ["DecoderPool", "DecoderPoolError", "Rejected", "Rendered"]

_PROGRAM = Path(__file__).with_name("child.py")

# A warm child has 50 MB, so it stays below 512. A JPEG of 48 megapixels takes 50 MB more, a HEIC
# of 48 takes 230.
_DEFAULT_MEMORY = 464 << 20
# A large picture may take more than that, if the machine has it: beside everything else.
_MAX_FOR_ONE = 2 << 30
_KEPT_FOR_THE_REST = 512 << 20
# Children wait for their owner's next picture: a few more than can work at once, so that people who
# upload at the same time do not end each other's.
_MORE_IDLE = 2

# [Note: Background]
# What nobody waits for, or what one person has thousands of, is decoded at a tenth of the CPU's
# weight (nice 10) beside what somebody waits for, and at full speed when nothing else runs. A
# process cannot get its priority back, so a child does the one or the other. The kernel may compare
# priorities within a session only (autogroup): all children are of one.
_BACKGROUND_NICENESS = 10

TIMEOUT_SECONDS = 60.0  # for one picture; one that is granted more memory begins anew

_Answer = TypeVar("_Answer")


class _Work(NamedTuple):
    """Whose picture is opened, and how urgent it is: a child is used again for the same only."""

    owner: UUID | None
    background: bool


class DecoderPool:
    """A pool of children that process pictures. Safe to use from several threads."""

    def __init__(
        self,
        *,
        children: int,
        reserved: int = 0,
        timeout: float = TIMEOUT_SECONDS,
        memory_bytes: int = _DEFAULT_MEMORY,
        large_memory_bytes: int | None = None,
        has_background: bool = True,
        unconfined_is_allowed: bool = False,
    ) -> None:
        """Start the process that children are forked from, without waiting until it is warm.

        children is how many pictures are processed at once, and the most of one person; reserved is
        how many more, of others and not of the background. timeout is in seconds, for one picture,
        of the wall clock and of the CPU alike; memory_bytes is what one picture may take on top of
        a warm child, large_memory_bytes what one at a time may (None: what is to spare here).
        has_background says whether pictures of the background give way: where nothing runs beside
        them, they are decoded as all others are.
        unconfined_is_allowed says whether to go on where Linux does not confine children.
        """
        most = _spare_memory() if large_memory_bytes is None else large_memory_bytes
        # Of memory, for large pictures.
        self.grants = Grants(ordinary=memory_bytes, most=most)
        self._timeout = timeout
        self._has_background = has_background
        self._unconfined_is_allowed = unconfined_is_allowed or sys.platform != "linux"
        self._settings = {
            "path": sys.path,
            "timeout": timeout,
            "memory_bytes": memory_bytes,
            "max_bytes": max(memory_bytes, most),
        }
        # Not where they are not confined: one that was taken over could look at what comes next.
        self._keeps_children = True
        self._most_idle = children + _MORE_IDLE
        self._slots = Slots(children, reserved=reserved)
        self._lock = threading.Lock()
        self._closed = False
        self._alive: set[Child] = set()
        self._idle: list[tuple[_Work, Child]] = []  # the one used last comes last
        self._server = self._start_server()

    def check(self) -> None:
        """Wait until children can be forked, and are confined. Raises DecoderPoolError."""
        self._bury(self._start())

    def render(
        self,
        original: Path | BufferedReader,
        *,
        owner: UUID | None = None,
        background: bool = False,
        decoder_time: DecoderTime | None = None,
    ) -> Rendered | Rejected:
        """Process one file; waits for a free child. Bad bytes never raise.

        original is a path, or open for reading only: a child is handed the descriptor. owner is
        whose file it is; without one, the child serves nobody else. For background see
        [Note: Background]. decoder_time is told what it takes, whatever becomes of it.

        Raises:
            DecoderPoolError: when no child can be started, the file cannot be opened, or the
                decoder pool is closed.
        """
        try:
            opened = original.open("rb") if isinstance(original, Path) else nullcontext(original)
        except OSError as error:
            raise DecoderPoolError(f"the original cannot be opened: {error.strerror}") from error
        work = _Work(owner, background and self._has_background)
        with opened as file:
            try:
                return self._twice(lambda child: child.render(file.fileno()), work, decoder_time)
            except ProcessDiedError as death:
                return death.verdict(file.fileno())

    def render_vision_input(
        self,
        preview: bytes,
        *,
        owner: UUID | None = None,
        decoder_time: DecoderTime | None = None,
    ) -> bytes | None:
        """Make a preview small and bare for a model's eyes; None when it cannot be opened.

        In the background: nobody waits for a description as for a picture. See [Note: Background].
        decoder_time is told what it takes.

        Raises:
            DecoderPoolError: when no child can be started, or the decoder pool is closed.
        """
        vision_input = self._render_vision_input(preview, owner, decoder_time)
        return vision_input.preview if vision_input else None

    def fingerprint(self, preview: bytes, *, owner: UUID | None = None) -> bytes | None:
        """Return the fingerprint of a preview, packed; None when it has none or cannot be opened.

        In the background, as a vision input, and raises as that.
        """
        vision_input = self._render_vision_input(preview, owner, None)
        return vision_input.fingerprint if vision_input else None

    def find_bare(
        self, original: BufferedReader, *, owner: UUID | None = None
    ) -> tuple[Piece, ...] | None:
        """Return what stays of an original without metadata; None where that is not known.

        In the background, as a vision input, and raises as that.
        """
        work = _Work(owner, background=self._has_background)
        try:
            return self._twice(lambda child: child.find_bare(original.fileno()), work).pieces
        except ProcessDiedError:
            return None

    def _render_vision_input(
        self, preview: bytes, owner: UUID | None, decoder_time: DecoderTime | None
    ) -> VisionInput | None:
        with nameless_file() as (written, file):
            written.write(preview)
            written.flush()
            try:
                work = _Work(owner, background=self._has_background)
                vision_input = self._twice(
                    lambda child: child.render_vision_input(file.fileno()), work, decoder_time
                )
            except ProcessDiedError:
                return None
        return vision_input if isinstance(vision_input, VisionInput) else None

    def close(self) -> None:
        """Kill all decoder processes; threads that wait for one get a DecoderPoolError."""
        with self._lock:
            self._closed = True
            children = list(self._alive)
            idle, self._idle = self._idle, []
        for child in children:
            child.kill()  # whoever is waiting for one hears it, and buries it
        for _, child in idle:
            self._bury(child)
        self._server.close()

    def __enter__(self) -> Self:
        """Return the decoder pool, to be closed by the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the decoder pool."""
        self.close()

    def _twice(
        self,
        ask: Callable[[Child], _Answer],
        work: _Work,
        decoder_time: DecoderTime | None = None,
    ) -> _Answer:
        """Ask a child, and if it dies of who knows what, a fresh one. Raises ProcessDiedError.

        A fresh one is also asked where a child that has served before would have a file deleted.
        """
        try:
            return self._once(ask, work, decoder_time)
        except ProcessDiedError as death:
            # In the background, what was too slow may only have been given too little time.
            if death.certain and not (work.background and death.reason == "too_slow"):
                raise
            work = work._replace(background=False)
        except DoubtError:
            pass
        return self._once(ask, work, decoder_time, fresh=True)

    def _once(
        self,
        ask: Callable[[Child], _Answer],
        work: _Work,
        decoder_time: DecoderTime | None,
        *,
        fresh: bool = False,
    ) -> _Answer:
        with self._slots.hold(
            background=work.background, owner=work.owner, decoder_time=decoder_time
        ) as leave:
            child = self._start(background=work.background) if fresh else self._take(work)
            child.leave = leave
            try:
                return ask(child)
            except ProcessDiedError:
                if self._closed:
                    raise DecoderPoolError("the decoder pool was closed") from None
                raise
            finally:
                self._put_back(child, work)

    def _take(self, work: _Work) -> Child:
        """Return the owner's own idle child, or a new one. Raises DecoderPoolError."""
        with self._lock:
            mine = [entry for entry in self._idle if entry[0] == work]
            if mine:
                self._idle.remove(mine[-1])
        if not mine:
            return self._start(background=work.background)
        child = mine[-1][1]
        if child.is_fit():
            return child
        self._bury(child)
        return self._start(background=work.background)

    def _put_back(self, child: Child, work: _Work) -> None:
        """Let the child wait for its owner's next picture; end what is too many."""
        ended = [child]
        with self._lock:
            may_wait = work.owner is not None and self._keeps_children
            if may_wait and not self._closed and child.is_fit():
                self._idle.append((work, child))
                ended = []
                while len(self._idle) > self._most_idle:
                    ended.append(self._idle.pop(self._spare())[1])
        for each in ended:
            self._bury(each)

    def _spare(self) -> int:
        """Return which idle child to end: a second one of the same owner first, then the oldest.

        Owners take turns, so the one that was used longest ago is often the next to be asked for.
        """
        works = [work for work, _ in self._idle]
        return next((at for at, work in enumerate(works) if works.count(work) > 1), 0)

    def _start(self, *, background: bool = False) -> Child:
        try:
            server = self._living_server()
            if not server.is_confining():
                self._allow_or_refuse_unconfined()
            fork = server.fork()
        except ForkError as error:
            reason = "the decoder pool is closed" if self._closed else str(error)
            raise DecoderPoolError(reason) from error
        if background:
            with suppress(OSError):  # it has ended already, and whoever asks it will hear so
                os.setpriority(os.PRIO_PROCESS, fork.pid, _BACKGROUND_NICENESS)
        child = Child(
            fork,
            timeout=self._timeout,
            grants=self.grants,
            background=background,
        )
        with self._lock:
            is_closed = self._closed
            if not is_closed:
                self._alive.add(child)
        if is_closed:
            child.bury()
            raise DecoderPoolError("the decoder pool is closed")
        try:
            child.wait_until_ready()
        except DecoderPoolError:
            self._bury(child)
            raise
        return child

    def _allow_or_refuse_unconfined(self) -> None:
        count("UnconfinedChildren")
        if not self._unconfined_is_allowed:
            raise DecoderPoolError(
                "decoders cannot be confined on this machine (seccomp is refused), so no picture is"
                " opened; UNCONFINED_DECODERS=allow goes on without"
            )
        self._keeps_children = sys.platform != "linux"

    def _living_server(self) -> ForkServer:
        with self._lock:
            if self._closed:
                raise ForkError("closed")
            if not self._server.is_alive():
                self._server.close()
                self._server = self._start_server()
            return self._server

    def _start_server(self) -> ForkServer:
        try:
            return ForkServer(_PROGRAM, self._settings, bare_environment())
        except ForkError as error:
            raise DecoderPoolError(str(error)) from error

    def _bury(self, child: Child) -> None:
        with self._lock:
            self._alive.discard(child)
        child.bury()


def _spare_memory() -> int:
    """Return how many bytes one large picture may take here, beside everything else."""
    if given := os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"):
        machine = int(given) << 20
    else:
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    return max(_DEFAULT_MEMORY, min(_MAX_FOR_ONE, machine - _KEPT_FOR_THE_REST))
