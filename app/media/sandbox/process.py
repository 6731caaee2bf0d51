"""One decoder process as its parent sees it: send it a file, read its results, replace it.

See [Note: Whose fault a death is].
"""

import logging
import os
import re
import signal
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from app.errors import OutageError
from app.media.formats import sniff
from app.media.metadata.reader import PictureMetadata
from app.media.results import (
    HEAD_BYTES,
    Bare,
    DeathReason,
    Header,
    Rejected,
    Rendered,
    Report,
    VisionInput,
    WireError,
    lengths,
    unpack,
)
from app.media.sandbox.child import (
    BARE,
    GRANT,
    LATE_IMPORT,
    MESSAGE,
    OUT_OF_MEMORY,
    READY,
    RENDER,
    VISION_INPUT,
)
from app.media.sandbox.child_limits import lifetime_seconds
from app.media.sandbox.fork_client import Fork, stderr_tail
from app.media.sandbox.slots import Leave

_log = logging.getLogger(__name__)

# Decoders leak a little. A new child after so many pictures costs less than 1 ms each.
_PICTURES_PER_CHILD = 500


class DecoderPoolError(OutageError):
    """No child can be started here: nothing is known of any picture, and trying later may help."""

    is_operators = True


# [Note: Whose fault a death is]
# A child that dies takes down one picture's development, and the picture is usually why: too slow
# (killed by us, by its CPU limit or by its alarm) and out of memory are the picture's. But a child
# may also be killed by an operator, by the kernel that needs memory elsewhere, or by a bug of ours,
# and a picture must not be called bad for that. So any other death is tried once more in a fresh
# child, and only the second is held against the picture. A child that dies before it says that it
# is ready was sent no picture. It died of the machine, as where no thread can be started
# (DecoderPoolError).
#
# If its header had been read by then it is a picture: "damaged", and its original is kept. If not,
# its first bytes tell: what begins as pictures do is kept too, since a rejected file is deleted and
# may be a good picture that a decoder's fault ended so early.


class ProcessDiedError(Exception):
    """A child died. Carries what the picture is to be told, and whether it deserves another try."""

    def __init__(self, reason: DeathReason, *, header: Header | None, certain: bool) -> None:
        super().__init__(reason)
        self.reason: DeathReason = reason
        self.header = header
        self.certain = certain

    def verdict(self, file: int) -> Rendered | Rejected:
        """Shape the death as the outcome of the picture, an open file, that is blamed for it."""
        header = self.header
        if header is None:
            detected = sniff.detect(os.pread(file, sniff.HEAD_BYTES, 0))
            if detected is None:
                return Rejected(reason="not_a_picture")
            if not detected.supported:
                return Rejected(reason="unsupported_type", content_type=detected.content_type)
            header = Header(
                content_type=detected.content_type, width=0, height=0, metadata=PictureMetadata()
            )
        return Rendered(
            outcome="damaged",
            reason=self.reason,
            content_type=header.content_type,
            width=header.width,
            height=header.height,
            thumbnail=None,
            preview=None,
            thumbhash=None,
            metadata=header.metadata,
        )


class DoubtError(Exception):
    """A used process rejected a file. A fresh one must confirm that.

    What is rejected is deleted, and one of the earlier files may have taken the child over.
    """


class Grants:
    """Memory for pictures that need more than others: one of them at a time.

    In their order, those of the foreground before all of the background.
    """

    def __init__(self, *, ordinary: int, most: int) -> None:
        """Ordinary is what every picture may take, in bytes; most is what a large one may."""
        self.ordinary = ordinary
        self._most = most
        self._condition = threading.Condition()
        self._is_held = False
        self._foreground: deque[object] = deque()
        self._background: deque[object] = deque()

    @property
    def waiting(self) -> int:
        """How many pictures wait for memory."""
        with self._condition:
            return len(self._foreground) + len(self._background)

    @contextmanager
    def hold(self, wanted: int, *, background: bool, leave: Leave) -> Iterator[int]:
        """Wait for other large pictures, and grant what is wanted, or 0 if that is too much.

        leave is entered while it waits: others have what is held meanwhile.
        """
        if wanted > self._most:
            yield 0
            return
        self._take(background=background, leave=leave)
        try:
            yield wanted
        finally:
            with self._condition:
                self._is_held = False
                self._condition.notify_all()

    def _take(self, *, background: bool, leave: Leave) -> None:
        queue = self._background if background else self._foreground
        ours = object()
        with self._condition:
            if not self._is_held and not self._foreground and not self._background:
                self._is_held = True
                return
            queue.append(ours)
        with leave(), self._condition:
            self._condition.wait_for(lambda: not self._is_held and self._first() is ours)
            queue.popleft()
            self._is_held = True

    def _first(self) -> object:
        return (self._foreground or self._background)[0]


class Child:
    """One child process and the socket to it. Used by one thread at a time."""

    # Entered while a picture waits for memory; of the slot that it has.
    leave: Leave = nullcontext

    def __init__(self, fork: Fork, *, timeout: float, grants: Grants, background: bool) -> None:
        """Take over a fresh process."""
        self._fork = fork
        self._background = background
        self._timeout = timeout
        self._grants = grants
        self._pictures_left = _PICTURES_PER_CHILD
        self._cpu_seconds = 0.0  # that it had used when its last picture began

    @property
    def pid(self) -> int:
        """The child's process."""
        return self._fork.pid

    def wait_until_ready(self) -> None:
        """Wait until it can be sent a file. Raises DecoderPoolError."""
        try:
            said = self._receive(len(READY), time.monotonic() + self._timeout)
        except OSError as error:
            self.kill()
            complaint = stderr_tail(self._fork.complaints)
            raise DecoderPoolError(f"a child ended before it was ready: {complaint}") from error
        if said != READY:
            raise DecoderPoolError("a child says other things than that it is ready")

    def is_fit(self) -> bool:
        """Say whether the child can take another picture."""
        # Both its last picture and the next one may be slow.
        at_most = self._cpu_seconds + 2 * (self._timeout + 1)
        has_time = at_most <= lifetime_seconds(self._timeout)
        return self._pictures_left > 0 and has_time and self._fork.poll() is None

    def render(self, file: int) -> Rendered | Rejected:
        """Process the open file.

        Raises:
            ProcessDiedError, DoubtError: see there; the child is not fit any more.
        """
        is_fresh = self._pictures_left == _PICTURES_PER_CHILD
        report = self._ask(RENDER, file)
        if not isinstance(report, Rendered | Rejected):
            raise self._death(WireError("another report than was asked for"), None)
        if isinstance(report, Rejected) and not is_fresh:
            self._pictures_left = 0
            raise DoubtError
        return report

    def render_vision_input(self, file: int) -> VisionInput | Rejected:
        """Render the open preview for the model. Raises ProcessDiedError as above."""
        report = self._ask(VISION_INPUT, file)
        if not isinstance(report, VisionInput | Rejected):
            raise self._death(WireError("another report than was asked for"), None)
        return report

    def find_bare(self, file: int) -> Bare:
        """Say what of the open original is no metadata. Raises ProcessDiedError as above."""
        report = self._ask(BARE, file)
        if not isinstance(report, Bare):
            raise self._death(WireError("another report than was asked for"), None)
        return report

    def _ask(self, order: bytes, file: int) -> Report:
        self._forget_complaints()
        self._pictures_left -= 1
        header: Header | None = None
        deadline = time.monotonic() + self._timeout
        try:
            size = os.fstat(file).st_size
            self._cpu_seconds = self._fork.limit(self._grants.ordinary + size)
            message = MESSAGE.pack(order, size)
            socket.send_fds(self._fork.socket, [message], [file])
            report = self._hear(deadline)
            if isinstance(report, Header):
                header = report
                report = self._hear_outcome(header, size, deadline)
        except (OSError, WireError) as error:
            raise self._death(error, header) from error
        complaint = stderr_tail(self._fork.complaints)
        if LATE_IMPORT in complaint:
            _log.error("the self-test misses something: %s", complaint)
        if isinstance(report, Rejected) or (
            isinstance(report, Rendered) and report.outcome != "ready"
        ):
            _log.info("%s: %s", report.reason, complaint)
        return report

    def kill(self) -> None:
        """Kill the process; a thread that waits for it gets an error."""
        self._fork.kill()

    def bury(self) -> None:
        """End the process and let go of everything that belongs to it."""
        self._pictures_left = 0
        self._fork.close()

    def _hear_outcome(self, header: Header, size: int, deadline: float) -> Report:
        if header.memory_bytes > self._grants.ordinary:
            report = self._hear_of_large(header.memory_bytes, size)
        else:
            report = self._hear(deadline)
        if isinstance(report, Header):
            raise WireError("a second header")
        return report

    def _hear_of_large(self, wanted: int, size: int) -> Report:
        """Grant the memory that a picture wants, and hear what becomes of it."""
        with self._grants.hold(wanted, background=self._background, leave=self.leave) as granted:
            try:
                if granted:
                    self._cpu_seconds = self._fork.limit(granted + size)
                self._fork.socket.sendall(GRANT.pack(granted))
                # It may have waited for another large picture, which is not counted.
                return self._hear(time.monotonic() + self._timeout)
            finally:
                if granted:
                    # One that was taken over would keep the memory that the next one is granted.
                    self._pictures_left = 0
                    self._fork.kill()

    def _hear(self, deadline: float) -> Report:
        parts: list[bytes | None] = [
            None if length is None else self._receive(length, deadline)
            for length in lengths(self._receive(HEAD_BYTES, deadline))
        ]
        return unpack(parts)

    def _receive(self, size: int, deadline: float) -> bytes:
        """Receive exactly so many bytes. Raises TimeoutError or ConnectionError."""
        received = bytearray()
        while len(received) < size:
            self._fork.socket.settimeout(max(deadline - time.monotonic(), 0.001))
            chunk = self._fork.socket.recv(min(size - len(received), 1 << 20))
            if not chunk:
                raise ConnectionResetError
            received += chunk
        return bytes(received)

    def _death(self, error: Exception, header: Header | None) -> ProcessDiedError:
        """Find out what the child died of; kill it if it did not die yet."""
        self._pictures_left = 0
        if isinstance(error, TimeoutError | WireError):
            self._fork.kill()
        status = self._fork.wait()
        complaint = stderr_tail(self._fork.complaints)
        _log.warning("a child died (%s, status %s): %s", type(error).__name__, status, complaint)
        if isinstance(error, TimeoutError) or -status in (signal.SIGXCPU, signal.SIGALRM):
            return ProcessDiedError("too_slow", header=header, certain=True)
        if status == OUT_OF_MEMORY or _MEMORY_COMPLAINT.search(complaint):
            return ProcessDiedError("out_of_memory", header=header, certain=True)
        return ProcessDiedError("decoder_crashed", header=header, certain=False)

    def _forget_complaints(self) -> None:
        # The child writes at the same offset: it inherited this very file, not a copy.
        os.lseek(self._fork.complaints.fileno(), 0, os.SEEK_SET)
        os.ftruncate(self._fork.complaints.fileno(), 0)


# What GLib and C++ say before they abort for want of memory.
_MEMORY_COMPLAINT = re.compile(r"failed to allocate|out of memory|bad_alloc|MemoryError")


def bare_environment() -> dict[str, str]:
    """Everything that a child needs to know, and nothing that it could give away."""
    environment = {
        "VIPS_BLOCK_UNTRUSTED": "1",  # no loader that libvips itself does not trust
        "VIPS_CONCURRENCY": "1",  # one core a picture: there are as many pictures as cores
        "VIPS_DISC_THRESHOLD": "100g",  # never spill into temporary files
        "MALLOC_ARENA_MAX": "2",  # each arena reserves 64 MB of address space
        # See [Note: Memory that is kept] in child.py.
        "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
        "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
        "LC_ALL": "C.UTF-8",
    }
    if "LD_LIBRARY_PATH" in os.environ:  # AWS Lambda finds Python's own libraries by it
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    return environment
