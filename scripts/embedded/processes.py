"""The parts of the local stack as processes: started with a log, ended with all they started.

[Note: No process left behind] A part ends in one of three ways. The launcher stops it (signal,
patience, then its whole process group). Or the launcher was killed: then Linux signals the part
(PR_SET_PDEATHSIG), and on any system the watcher, which notices the end of a pipe, ends its group.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from scripts.embedded.errors import PartEndedError, StopRequestedError
from scripts.embedded.logs import tail

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import IO

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_LONGEST_LOG_BYTES = 5_000_000


@dataclass(frozen=True, kw_only=True)
class Program:
    """How a part is run."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str]
    directory: Path
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 10.0
    may_end: bool = False  # by itself, without that being the end of everything
    # The account it runs as, for root only: (user id, group id).
    account: tuple[int, int] | None = None


@dataclass(kw_only=True)
class Part:
    """A program that runs."""

    program: Program
    process: subprocess.Popen[bytes]
    log: Path
    started: float = field(default_factory=time.monotonic)

    def tail(self) -> str:
        """Return the last lines of its log."""
        return tail(self.log)

    def ended(self) -> bool:
        """Tell whether it has ended."""
        return self.process.poll() is not None

    def stop(self) -> None:
        """End it and everything it started. Safe to repeat."""
        if not self.ended():
            self.process.send_signal(self.program.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self.program.patience)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass(kw_only=True)
class Crew:
    """All the parts that run, ended in the reverse order of their start."""

    logs: Path
    lock: int | None = None
    interrupted: Callable[[], bool] = lambda: False
    parts: list[Part] = field(default_factory=list)
    _watcher: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Start the watcher."""
        self._watcher = subprocess.Popen(
            # -S: nothing but the standard library, so that it is up at once.
            [sys.executable, "-S", "-m", "scripts.embedded.watcher"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
            pass_fds=[] if self.lock is None else [self.lock],
            env={"PATH": os.defpath},
        )
        return self

    def __exit__(self, *_: object) -> None:
        """End every part, then the watcher."""
        for part in list(reversed(self.parts)):
            self.stop(part)
        watcher, self._watcher = self._watcher, None
        if watcher:
            with contextlib.suppress(BrokenPipeError):
                watcher.communicate()

    def start(self, program: Program) -> Part:
        """Run a program as a part."""
        log = self.logs / f"{program.name}.log"
        with _log_file(log) as output:
            output.write(
                f"\n--- {time.strftime('%F %T')} {shlex.join(map(str, program.command))}\n"
            )
            output.flush()
            user, group = program.account or (None, None)
            process = subprocess.Popen(
                [str(word) for word in program.command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=program.directory,
                env=dict(program.environment),
                start_new_session=True,
                user=user,
                group=group,
                extra_groups=None if user is None else [],
                preexec_fn=_end_with_launcher(program.stop_signal),  # noqa: PLW1509 - one call, no lock
            )
        part = Part(program=program, process=process, log=log)
        self.parts.append(part)
        self._tell_watcher(f"+ {process.pid} {program.stop_signal:d} {program.patience}")
        return part

    def stop(self, part: Part) -> None:
        """End one part."""
        part.stop()
        self._tell_watcher(f"- {part.process.pid}")
        self.parts.remove(part)

    def restart(self, part: Part) -> None:
        """End what is left of a part and run its program again, at its place in the order."""
        place = self.parts.index(part)
        self.stop(part)
        self.start(part.program)
        self.parts.insert(place, self.parts.pop())

    def check_interrupted(self) -> None:
        """Raise when the person asked to stop.

        Raises:
            StopRequestedError: see `interrupted`.
        """
        if self.interrupted():
            raise StopRequestedError("Stopped.")

    def check(self) -> None:
        """Raise when a part has ended by itself, or the person asked to stop.

        Raises:
            PartEndedError: naming the part, with the end of its log.
            StopRequestedError: see `interrupted`.
        """
        self.check_interrupted()
        for part in self.parts:
            if part.ended() and not part.program.may_end:
                raise PartEndedError(
                    f"{part.program.name} ended (exit status {part.process.returncode}). "
                    f"Its log, {part.log}, ends with:\n\n{part.tail()}"
                )

    def wait_until(self, is_up: Callable[[], bool], *, what: str, seconds: float = 60.0) -> None:
        """Wait until a part answers.

        Raises:
            PartEndedError: a part ended meanwhile, or it took too long.
        """
        deadline = time.monotonic() + seconds
        while not is_up():
            self.check()
            if time.monotonic() > deadline:
                raise PartEndedError(
                    f"{what} did not answer within {seconds:.0f} s. See the logs in {self.logs}."
                )
            time.sleep(0.02)

    def _tell_watcher(self, line: str) -> None:
        if self._watcher and self._watcher.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._watcher.stdin.write(f"{line}\n")
                self._watcher.stdin.flush()


def _end_with_launcher(number: signal.Signals) -> Callable[[], None] | None:
    libc = _LIBC
    if libc is None:
        return None

    def arrange() -> None:
        # After the change of account, which would clear it.
        libc.prctl(_PR_SET_PDEATHSIG, number)

    return arrange


def _log_file(path: Path) -> IO[str]:
    if path.exists() and path.stat().st_size > _LONGEST_LOG_BYTES:
        path.replace(path.with_suffix(".old.log"))
    return path.open("a")
