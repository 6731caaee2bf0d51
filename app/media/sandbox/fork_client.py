"""The fork server as its parent sees it, and the decoder processes forked from it."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO

from app.media.sandbox.child import CONFINED, UNCONFINED
from app.media.sandbox.fork_server import (
    CPU_SECONDS,
    FORK,
    GONE,
    KILL,
    LIMIT,
    ORDER,
    PROCESS_ID,
    STATUS,
)

_START_SECONDS = 60.0
_END_SECONDS = 10.0
LONGEST_WORDS = 2000


class ForkError(Exception):
    """The server or a child of it cannot be started."""


class Fork:
    """A child, the socket to it, and what it writes to its standard error."""

    def __init__(
        self, pid: int, server: "ForkServer", ours: socket.socket, complaints: IO[bytes], told: int
    ) -> None:
        self.pid = pid
        self.socket = ours
        self.complaints = complaints
        self._server = server
        self._told = told
        self._status: int | None = None

    def poll(self) -> int | None:
        """Return how the child ended, as subprocess does: a negative number is a signal's."""
        return self._read_status(0)

    def wait(self) -> int:
        """Wait for the end of a child that was told to end, or has closed its socket."""
        status = self._read_status(_END_SECONDS)
        return -signal.SIGKILL if status is None else status

    def _read_status(self, seconds: float) -> int | None:
        if self._status is None and select.select([self._told], [], [], seconds)[0]:
            told = os.read(self._told, STATUS.size)
            # Nothing is told when the server itself is gone.
            status = STATUS.unpack(told)[0] if len(told) == STATUS.size else signal.SIGKILL
            self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def limit(self, memory: int) -> float:
        """Limit the child to so many bytes for its next picture and the file of it.

        Returns:
            The CPU seconds that it has used so far; 0 where children limit themselves.

        Raises:
            OSError: when it has ended, or the server has.
        """
        used = self._server.limit(self.pid, memory)
        if used == GONE:
            raise ConnectionResetError
        return used

    def kill(self) -> None:
        """End the child now; safe to repeat."""
        if self.poll() is None:
            with suppress(OSError):  # it ends by itself when the server is gone: see close
                self._server.order(KILL, self.pid)
                self.wait()

    def close(self) -> None:
        """End the child and let go of everything that belongs to it. Not safe to repeat."""
        self.kill()
        self.socket.close()
        self.complaints.close()
        os.close(self._told)


class ForkServer:
    """The server's process. Safe to use from several threads."""

    def __init__(
        self, program: Path, settings: dict[str, object], environment: dict[str, str]
    ) -> None:
        """Start the program without waiting until it is warm. Raises ForkError."""
        self._lock = threading.Lock()
        self._said: bytes | None = None
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close
        self._control, theirs = socket.socketpair()
        self._control.settimeout(_START_SECONDS)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own program, nothing of a person's
                [sys.executable, "-I", str(program), json.dumps(settings)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=self._complaints,
                env=environment,
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            self._control.close()
            self._complaints.close()
            raise ForkError("no process can be started") from error
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        """The server's own process."""
        return self._process.pid

    def is_confining(self) -> bool:
        """Wait until it is warm; say whether its children are confined. Raises ForkError."""
        with self._lock:
            return self._warmed() == CONFINED

    def is_alive(self) -> bool:
        """Say whether children can be forked."""
        return self._process.poll() is None

    def fork(self) -> Fork:
        """Fork a child, once the server is warm. Raises ForkError."""
        with self._lock:
            self._warmed()
            complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed by Fork.close
            ours, theirs = socket.socketpair()
            told, telling = os.pipe()
            try:
                given = [theirs.fileno(), complaints.fileno(), telling]
                socket.send_fds(self._control, [ORDER.pack(FORK, 0, 0)], given)
                (pid,) = PROCESS_ID.unpack(self._receive(PROCESS_ID.size))
            except OSError as error:
                ours.close()
                complaints.close()
                os.close(told)
                raise self._failed() from error
            finally:
                theirs.close()
                os.close(telling)
        return Fork(pid, self, ours, complaints, told)

    def order(self, kind: bytes, child: int) -> None:
        """Send an order that is not answered. Raises OSError when the server is gone."""
        with self._lock:
            self._control.sendall(ORDER.pack(kind, child, 0))

    def limit(self, child: int, memory: int) -> float:
        """Have a child limited; return what LIMIT is answered with. Raises OSError."""
        with self._lock:
            try:
                self._control.sendall(ORDER.pack(LIMIT, child, memory))
                (used,) = CPU_SECONDS.unpack(self._receive(CPU_SECONDS.size))
            except OSError:
                self._end()  # else a late answer would be taken for that to the next order
                raise
        return float(used)

    def close(self) -> None:
        """End the server and all of its children at once; safe to repeat."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)  # a group of its own: see Popen above
        self._end()
        self._control.close()
        self._complaints.close()

    def _warmed(self) -> bytes:
        if self._said is None:
            try:
                said = self._receive(1)
            except OSError as error:
                raise self._failed() from error
            if said not in (CONFINED, UNCONFINED):
                raise self._failed()
            self._said = said
        return self._said

    def _receive(self, size: int) -> bytes:
        received = self._control.recv(size, socket.MSG_WAITALL)
        if len(received) < size:
            raise ConnectionResetError
        return received

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()

    def _failed(self) -> ForkError:
        """Say what the server said before it ended; end it if it has not."""
        self._end()
        said = ""
        with suppress(ValueError, OSError):  # it was closed meanwhile, and another one started
            said = stderr_tail(self._complaints)
        return ForkError(f"a child process did not start: {said}")


def stderr_tail(complaints: IO[bytes]) -> str:
    """Return the end of what a process wrote, on one line of at most LONGEST_WORDS characters.

    A stranger's file may have written it, so that it looks like more than it is: whatever is not
    plain ASCII is escaped, and so are line ends and backslashes.
    """
    size = os.fstat(complaints.fileno()).st_size
    tail = os.pread(complaints.fileno(), LONGEST_WORDS, max(0, size - LONGEST_WORDS))
    said = tail.decode("latin-1").strip().encode("unicode_escape").decode("ascii")
    return said[-LONGEST_WORDS:]
