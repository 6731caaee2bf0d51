"""The API in a process of its own, and what CPU processes have used."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from scripts.embedded.ports import free_ports
from tests.bench.listing.seed import TOKEN

ROOT = Path(__file__).parents[3]
_PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class Api:
    """A running API."""

    port: int
    pid: int

    def connect(self) -> HTTPConnection:
        """Open a connection, which is kept."""
        return HTTPConnection("127.0.0.1", self.port, timeout=60)


def get(connection: HTTPConnection, path: str) -> bytes:
    """Ask as the person who is measured.

    Raises:
        RuntimeError: the answer was not 200.
    """
    connection.request("GET", path, headers={"Cookie": f"session={TOKEN}"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {body[:500]!r}")
    return body


def _is_up(port: int, *, host: str) -> bool:
    """Tell whether the API answers, which has one name where it serves the site as well."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api/health", headers={"Host": host} if host else {})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def running_api(
    module: str, environment: Mapping[str, str], *, port: int | None = None
) -> Iterator[Api]:
    """Serve one as ./scripts/start does; on a port that is known before, where its address is."""
    port = port or free_ports(1)[0]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--port", str(port), "--blocking-threads", "8", module]
    kept = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    process = subprocess.Popen(command, cwd=ROOT, env={**kept, **environment})
    try:
        deadline = time.monotonic() + _PATIENCE
        while not _is_up(port, host=urlsplit(environment.get("SITE_ORIGIN", "")).netloc):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("The API did not come up.")
            time.sleep(0.05)
        yield Api(port=port, pid=process.pid)
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def cpu_of(pid: int) -> float:
    """Return the seconds of CPU that a process and all below it have used."""
    below: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):  # it has just ended
                parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
                below.setdefault(int(parent), []).append(int(folder.name))
    total, left = 0.0, [pid]
    while left:
        each = left.pop()
        with suppress(OSError):
            total += time.clock_gettime(_cpu_clock(each))
        left += below.get(each, [])
    return total


def _cpu_clock(pid: int) -> int:
    """The clock of a process's CPU (clock_getcpuclockid(3)): /proc/PID/stat counts in 10 ms."""
    return (~pid << 3) | 2
