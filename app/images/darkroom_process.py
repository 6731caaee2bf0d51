"""One child process, as its parent sees it: start it warm, hand it a file, hear it out or bury it.

See [Note: Whose fault a death is].
"""

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from app.images.darkroom_child import DEVELOP, LATE_IMPORT, OUT_OF_MEMORY, READY, SKETCH
from app.images.outcome import (
    HEAD_BYTES,
    DeathReason,
    Developed,
    Header,
    Rejected,
    Report,
    Sketch,
    WireError,
    lengths,
    unpack,
)

_log = logging.getLogger(__name__)

_PROGRAM = Path(__file__).with_name("darkroom_child.py")
_START_SECONDS = 60.0
# Decoders leak a little. A new child after so many pictures costs less than 1 ms each.
_PICTURES_PER_CHILD = 500


class DarkroomError(Exception):
    """The machine failed, not the picture: nothing is known of it, and trying later may help."""


# [Note: Whose fault a death is]
# A child that dies takes down one picture's development, and the picture is usually why: too slow
# (killed by us, by its CPU limit or by its alarm) and out of memory are the picture's. But a child
# may also be killed by an operator, by the kernel that needs memory elsewhere, or by a bug of ours,
# and a picture must not be called bad for that. So any other death is tried once more in a fresh
# child, and only the second is held against the picture.
#
# If its header had been read by then it is a picture: "damaged", and its original is kept.
# If not, it is "rejected".


class DeathError(Exception):
    """A child died. Carries what the picture is to be told, and whether it deserves another try."""

    def __init__(self, reason: DeathReason, *, header: Header | None, certain: bool) -> None:
        super().__init__(reason)
        self.reason: DeathReason = reason
        self.header = header
        self.certain = certain

    def verdict(self) -> Developed | Rejected:
        """Shape the death as the outcome of the picture that is held responsible for it."""
        if self.header is None:
            return Rejected(reason=self.reason)
        return Developed(
            outcome="damaged",
            reason=self.reason,
            content_type=self.header.content_type,
            width=self.header.width,
            height=self.header.height,
            thumbnail=None,
            preview=None,
            thumbhash=None,
            metadata=self.header.metadata,
        )


class Child:
    """One child process and the socket to it. Used by one thread at a time."""

    def __init__(self, *, timeout: float, memory_bytes: int) -> None:
        self._timeout = timeout
        self._pictures_left = _PICTURES_PER_CHILD
        self._warm = False
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed by kill
        settings = {"path": sys.path, "timeout": timeout, "memory_bytes": memory_bytes}
        self._socket, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own program, nothing of a person's
                [sys.executable, "-I", str(_PROGRAM), json.dumps(settings)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=self._complaints,
                env=bare_environment(),
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            self._socket.close()
            self._complaints.close()
            raise DarkroomError("no child process can be started") from error
        finally:
            theirs.close()

    def is_fit(self) -> bool:
        """Say whether the child can take another picture."""
        return self._pictures_left > 0 and self._process.poll() is None

    def develop(self, file: int) -> Developed | Rejected:
        """Develop the open file. Raises DeathError, after which the child is not fit any more."""
        report = self._ask(DEVELOP, file)
        if not isinstance(report, Developed | Rejected):
            raise self._death(WireError("another report than was asked for"), None)
        return report

    def sketch(self, file: int) -> Sketch | Rejected:
        """Sketch the open file, a preview. Raises DeathError as above."""
        report = self._ask(SKETCH, file)
        if not isinstance(report, Sketch | Rejected):
            raise self._death(WireError("another report than was asked for"), None)
        return report

    def _ask(self, order: bytes, file: int) -> Report:
        self._wait_until_warm()
        self._forget_complaints()
        self._pictures_left -= 1
        header: Header | None = None
        deadline = time.monotonic() + self._timeout
        try:
            socket.send_fds(self._socket, [order], [file])
            report = self._hear(deadline)
            if isinstance(report, Header):
                header = report
                report = self._hear_outcome(deadline)
        except (OSError, WireError) as error:
            raise self._death(error, header) from error
        complaint = self._last_complaint()
        if LATE_IMPORT in complaint:
            _log.error("the rehearsal misses something: %s", complaint)
        if isinstance(report, Rejected) or (
            isinstance(report, Developed) and report.outcome != "ready"
        ):
            _log.info("%s: %s", report.reason, complaint)
        return report

    def kill(self) -> None:
        """End the process; a thread that is waiting for it hears of its death."""
        self._process.kill()
        self._process.wait()

    def bury(self) -> None:
        """End the process and let go of everything that belongs to it; safe to repeat."""
        self._pictures_left = 0
        self.kill()
        self._socket.close()
        self._complaints.close()

    def _wait_until_warm(self) -> None:
        if self._warm:
            return
        try:
            self._warm = self._receive(len(READY), time.monotonic() + _START_SECONDS) == READY
        except OSError as error:
            self._pictures_left = 0
            self.kill()
            said = self._last_complaint()
            raise DarkroomError(f"a child process did not start: {said}") from error

    def _hear_outcome(self, deadline: float) -> Report:
        report = self._hear(deadline)
        if isinstance(report, Header):
            raise WireError("a second header")
        return report

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
            self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
            chunk = self._socket.recv(min(size - len(received), 1 << 20))
            if not chunk:
                raise ConnectionResetError
            received += chunk
        return bytes(received)

    def _death(self, error: Exception, header: Header | None) -> DeathError:
        """Find out what the child died of; kill it if it did not die yet."""
        self._pictures_left = 0
        if isinstance(error, TimeoutError | WireError):
            self._process.kill()
        status = self._process.wait()
        complaint = self._last_complaint()
        _log.warning("a child died (%s, status %s): %s", type(error).__name__, status, complaint)
        if isinstance(error, TimeoutError) or -status in (signal.SIGXCPU, signal.SIGALRM):
            return DeathError("too_slow", header=header, certain=True)
        if status == OUT_OF_MEMORY or _MEMORY_COMPLAINT.search(complaint):
            return DeathError("out_of_memory", header=header, certain=True)
        return DeathError("decoder_crashed", header=header, certain=False)

    def _forget_complaints(self) -> None:
        # The child writes at the same offset: it inherited this very file, not a copy.
        os.lseek(self._complaints.fileno(), 0, os.SEEK_SET)
        os.ftruncate(self._complaints.fileno(), 0)

    def _last_complaint(self) -> str:
        size = os.fstat(self._complaints.fileno()).st_size
        tail = os.pread(self._complaints.fileno(), 2000, max(0, size - 2000))
        said = tail.decode("ascii", "backslashreplace").strip()
        return "".join(c if c.isprintable() else " | " if c == "\n" else "?" for c in said)


# What GLib and C++ say before they abort for want of memory.
_MEMORY_COMPLAINT = re.compile(r"failed to allocate|out of memory|bad_alloc|MemoryError")


def bare_environment() -> dict[str, str]:
    """Everything that a child needs to know, and nothing that it could give away."""
    environment = {
        "VIPS_BLOCK_UNTRUSTED": "1",  # no loader that libvips itself does not trust
        "VIPS_CONCURRENCY": "1",  # one core a picture: there are as many pictures as cores
        "VIPS_DISC_THRESHOLD": "100g",  # never spill into temporary files
        "MALLOC_ARENA_MAX": "2",  # each arena reserves 64 MB of address space
        # See [Note: Memory that is kept] in darkroom_child.py.
        "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
        "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
        "LC_ALL": "C.UTF-8",
    }
    if "LD_LIBRARY_PATH" in os.environ:  # AWS Lambda finds Python's own libraries by it
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    return environment
