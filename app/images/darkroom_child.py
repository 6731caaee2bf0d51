"""The process that opens what strangers send: it has nothing to steal and may die of it.

Run as a script by darkroom.py, not imported. Its standard input is a socket to its parent: each
message brings one open file and is answered with its header, when it has one, and its outcome, or
with a sketch of it.
"""

import ctypes
import json
import logging
import mmap
import os
import resource
import select
import signal
import socket
import sys
import threading
import time
import traceback
import types
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.images.outcome import Header, Report

# What a message asks for, by its one byte: to develop an original, or to sketch a preview.
DEVELOP, SKETCH = b"D", b"S"
# Exit status by which the parent knows that a picture needed more memory than it may have.
OUT_OF_MEMORY = 77
READY = b"R"
# How a child complains that something was imported when it may open no file any more.
LATE_IMPORT = "imported after confinement: "


def main() -> None:
    """Set up, confine, say READY, then develop one file a message until the parent is gone."""
    settings = json.loads(sys.argv[1])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the parent decides when to stop; see _watch_parent
    _import_without_the_application(settings["path"])
    from app.images import decoding  # noqa: PLC0415 - only now can it be found
    from app.images.confinement import confine  # noqa: PLC0415
    from app.images.outcome import pack  # noqa: PLC0415
    from app.images.rehearsal import rehearse  # noqa: PLC0415
    from app.images.sketch import sketch  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, format="%(message)s")  # to the parent's log
    decoding.prepare()
    rehearse()
    parent = socket.socket(fileno=0)
    threading.Thread(target=_watch_parent, args=(parent.fileno(),), daemon=True).start()
    limits = _Limits(memory=settings["memory_bytes"], seconds=settings["timeout"])

    def announce(header: "Header") -> None:
        pixels = header.width * header.height
        if header.content_type != _ORDINARY_TYPE or pixels > _ORDINARY_PIXELS:
            _give_memory_back()  # see [Note: Memory that is kept]
        parent.sendall(pack(header))

    def develop(data: memoryview) -> "Report":
        return decoding.develop(data, announce=announce)

    orders = {DEVELOP: develop, SKETCH: sketch}
    confine()
    sys.addaudithook(_complain_of_imports)
    parent.sendall(READY)
    idle = select.poll()
    idle.register(parent.fileno(), select.POLLIN)
    while True:
        if not idle.poll(_IDLE_MILLISECONDS):
            _give_memory_back()
        message, files, _, _ = socket.recv_fds(parent, 1, 1)
        if not message or not files:
            return
        parent.sendall(pack(_open(files[0], limits, orders[message])))


def _import_without_the_application(path: list[str]) -> None:
    """Make app.images importable without running app/__init__.py: that would import Flask."""
    sys.path[:] = path
    here = Path(__file__).resolve().parent
    for name, folder in (("app", here.parent), ("app.images", here)):
        package = types.ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package


def _complain_of_imports(event: str, arguments: tuple[object, ...]) -> None:
    """Tell the parent's log: what needs it fails, unless the rehearsal loads it in time."""
    if event == "import":
        print(f"{LATE_IMPORT}{arguments[0]}", file=sys.stderr, flush=True)  # noqa: T201


def _watch_parent(parent: int) -> None:
    """End this process as soon as its parent is gone, even in the middle of a picture.

    Not by PR_SET_PDEATHSIG: that fires when the *thread* ends that started this process.
    """
    watch = select.poll()
    watch.register(parent, getattr(select, "POLLRDHUP", select.POLLHUP))
    watch.poll()
    os._exit(0)


class _Limits:
    """What one picture may use: memory on top of this process as it stands, and seconds."""

    def __init__(self, *, memory: int, seconds: float) -> None:
        mapped, resident, shared = _memory_in_use()
        # The second is the close one. Of what is mapped, much is libraries and room that is only
        # reserved; malloc fills that as well, so it must not come on top.
        self._limits = {
            resource.RLIMIT_AS: memory + mapped,
            resource.RLIMIT_DATA: memory + resident - shared,
        }
        self._seconds = seconds

    def set(self, *, file_size: int) -> None:
        """Allow for one more picture. The file is mapped, so its size is not the picture's."""
        used = time.process_time()
        self._limit(resource.RLIMIT_CPU, int(used + self._seconds) + 1)
        for which, most in self._limits.items():
            self._limit(which, most + file_size)
        signal.alarm(int(self._seconds) + 5)  # should the parent hang as well

    @staticmethod
    def _limit(which: int, most: int) -> None:
        with suppress(ValueError, OSError):  # macOS knows the names but not always the limits
            resource.setrlimit(which, (most, resource.getrlimit(which)[1]))


def _memory_in_use() -> list[int]:
    """Return how many bytes are mapped, how many of them in memory, and of those, of files."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[:3]
    except OSError:
        return [1 << 30, 1 << 30, 0]  # not Linux: nobody knows, and no limit is kept anyway
    return [int(count) * resource.getpagesize() for count in pages]


def _open(file: int, limits: _Limits, do: "Callable[[memoryview], Report]") -> "Report":
    from app.images.outcome import Rejected  # noqa: PLC0415 - only now can it be found

    try:
        size = os.fstat(file).st_size
        limits.set(file_size=size)
        if size == 0:
            return Rejected(reason="not_a_picture")
        # Not closed here: decoders may still hold on to it. It goes with the last of them.
        # What is written to it (tiff.py) is this process's alone.
        return do(memoryview(mmap.mmap(file, size, access=mmap.ACCESS_COPY)))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except Exception:  # noqa: BLE001 - a fault of this program: its parent logs it and tries again
        traceback.print_exc()
        os._exit(1)
    finally:
        os.close(file)
        signal.alarm(0)


# [Note: Memory that is kept]
# What a picture took is kept for the next one: to fault in 40 MB of pages for each costs a quarter
# of a photo's CPU (malloc is told how much to keep, see darkroom_process.py). It is given back when
# nothing comes for a while, and before a picture that may want all that a child may have: whether
# that one opens must not depend on what came before it. A JPEG of an ordinary size never does.
_ORDINARY_TYPE, _ORDINARY_PIXELS = "image/jpeg", 30_000_000
_IDLE_MILLISECONDS = 2_000

_libc = ctypes.CDLL(None)


def _give_memory_back() -> None:
    with suppress(AttributeError):  # only glibc keeps what was freed, and has this
        _libc.malloc_trim(0)


if __name__ == "__main__":
    main()
