"""What processes cost: CPU time and memory of each with all that it started, from Linux's /proc."""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")
_LOOK_EVERY_SECONDS = 1.0  # each look costs 20 ms, which the product must do without
# In /proc/PID/stat, counted behind the name: the parent, and its own and its dead children's time.
_PARENT, _TIMES = 1, slice(11, 15)


@dataclass(frozen=True, kw_only=True)
class Use:
    """What a process and its children used."""

    cpu_seconds: float
    peak_bytes: int
    processes: int


@dataclass(kw_only=True)
class Meter:
    """Watches named processes, each with its children, between `watching` and its end."""

    roots: Mapping[str, int]
    alone: frozenset[str] = frozenset()  # of these, what they started does not count
    _begun: dict[str, float] = field(default_factory=dict)
    _peaks: dict[str, int] = field(default_factory=dict)
    _together: dict[tuple[str, ...], int] = field(default_factory=dict)

    @contextmanager
    def watching(self, *together: tuple[str, ...]) -> Iterator[None]:
        """Measure for as long as the block runs; `together`: whose memory is added up as well."""
        self._together = dict.fromkeys(together, 0)
        self._begun = {name: _cpu_seconds(pids) for name, pids in self._members().items()}
        ended = threading.Event()
        looking = threading.Thread(target=self._look, args=(ended,))
        looking.start()
        try:
            yield
        finally:
            ended.set()
            looking.join()

    def used(self) -> dict[str, Use]:
        """Return what each has used so far."""
        found = {}
        for name, members in self._members().items():
            found[name] = Use(
                cpu_seconds=_cpu_seconds(members) - self._begun[name],
                peak_bytes=self._peaks[name],
                processes=len(members),
            )
        return found

    def peak_bytes(self, *names: str) -> int:
        """Return the most that these took at one moment together."""
        return self._together[names]

    def _members(self) -> dict[str, list[int]]:
        children = _children()
        return {
            name: [pid] if name in self.alone else _family(pid, children)
            for name, pid in self.roots.items()
        }

    def _look(self, ended: threading.Event) -> None:
        while True:
            now = {name: sum(map(_bytes, pids)) for name, pids in self._members().items()}
            for name, size in now.items():
                self._peaks[name] = max(size, self._peaks.get(name, 0))
            for names, most in self._together.items():
                self._together[names] = max(most, sum(now[name] for name in names))
            if ended.wait(_LOOK_EVERY_SECONDS):
                return


def _children() -> dict[int, list[int]]:
    """Return what each process has started and still runs."""
    children: dict[int, list[int]] = {}
    for path in _PROC.glob("[0-9]*"):
        if stat := _stat(int(path.name)):
            children.setdefault(int(stat[_PARENT]), []).append(int(path.name))
    return children


def _family(pid: int, children: Mapping[int, list[int]]) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def descendants(pid: int) -> dict[int, str]:
    """Return what a process has started, and what that has, each with its command line."""
    return {each: _command_line(each) for each in _family(pid, _children()) if each != pid}


def _command_line(pid: int) -> str:
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def _cpu_seconds(pids: list[int]) -> float:
    return sum(sum(map(int, stat[_TIMES])) for pid in pids if (stat := _stat(pid))) / _TICKS


def _stat(pid: int) -> list[str]:
    """The fields behind the name, which may hold anything; nothing when the process has ended."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _bytes(pid: int) -> int:
    """Memory of one process; what several share is divided between them (PSS)."""
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
