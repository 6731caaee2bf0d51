"""The decoder process: it opens untrusted files, holds no secrets, and may crash.

process.py runs it as a script; nothing imports it. It warms up, then forks one child for each owner
whose images come (fork_server.py), so that a compromised child sees no image of another owner. A
child's socket receives one open file for each message. The child answers with the image's header,
if it has one, and then with the result, or with a small copy of a preview.
"""

import ctypes
import gc
import json
import logging
import mmap
import os
import select
import signal
import socket
import struct
import sys
import threading
import traceback
import types
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.media.results import Header, Report

# What a message asks for, by its first byte: to process an original, to render a preview for a
# model, or to say what of an original is no metadata.
RENDER, VISION_INPUT, BARE = b"D", b"S", b"B"
# That byte, and the size of the file, which a confined child cannot ask for.
MESSAGE = struct.Struct(">cQ")
# How many bytes a picture may use that needs more than others; 0 when it may not.
GRANT = struct.Struct(">Q")
# Exit status by which the parent knows that a picture needed more memory than it may have.
OUT_OF_MEMORY = 77
# What the program says once it is warm: that children are confined, or that they cannot be.
CONFINED, UNCONFINED = b"C", b"U"
# What a child says before it is sent anything.
READY = b"R"
# How a child complains that something was imported when it may open no file any more.
LATE_IMPORT = "imported after confinement: "


def main() -> None:
    """Warm up, say CONFINED or UNCONFINED, then fork children until the parent is gone."""
    settings = json.loads(sys.argv[1])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the parent decides when to stop; see _watch_parent
    _import_without_the_application(settings["path"])
    from app.media.decode import decoder  # noqa: PLC0415 - only now can they be found
    from app.media.render import bare_original, vision_input  # noqa: F401, PLC0415
    from app.media.sandbox import fork_server, self_test  # noqa: PLC0415
    from app.media.sandbox.child_limits import ChildLimits  # noqa: PLC0415
    from app.media.sandbox.seccomp import disable_ptrace, give_up_account  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, format="%(message)s")  # to the parent's log
    decoder.prepare()
    confined = self_test.run_self_test()
    self_test.warm_up()
    gc.collect()
    gc.freeze()  # children share what is never looked at again, and do not walk through it
    parent = socket.socket(fileno=0)
    memory, seconds = settings["memory_bytes"], settings["timeout"]
    give_up_account()  # children have another otherwise, and could not be limited
    limits = ChildLimits(most=settings["max_bytes"], seconds=seconds)
    is_limiting = limits.can_be_set()
    is_confining = confined and is_limiting
    if not is_confining:
        disable_ptrace()  # else a child could take the server over, and so all later ones
    parent.sendall(CONFINED if is_confining else UNCONFINED)

    def serve(theirs: socket.socket) -> None:
        _serve(theirs, memory=memory, seconds=seconds, limits_itself=not is_limiting)

    fork_server.run(parent, serve, limits if is_limiting else None)


def _serve(parent: socket.socket, *, memory: int, seconds: float, limits_itself: bool) -> None:
    """Confine this process, then open one file a message until the parent is gone."""
    from app.media.decode import decoder  # noqa: PLC0415
    from app.media.render.bare_original import find_bare  # noqa: PLC0415
    from app.media.render.vision_input import render_vision_input  # noqa: PLC0415
    from app.media.results import pack  # noqa: PLC0415
    from app.media.sandbox.seccomp import confine  # noqa: PLC0415

    threading.Thread(target=_watch_parent, args=(parent.fileno(),), daemon=True).start()
    bounds = _Bounds(seconds=seconds, limits_itself=limits_itself)
    file_size = 0

    def announce(header: "Header") -> None:
        if header.content_type != _ORDINARY_TYPE or header.pixels > _ORDINARY_PIXELS:
            _give_memory_back()  # see [Note: Memory that is kept]
        parent.sendall(pack(header))
        if header.memory_bytes > memory:
            signal.alarm(0)  # waiting for memory does not count against this picture
            (granted,) = GRANT.unpack(parent.recv(GRANT.size, socket.MSG_WAITALL))
            if granted < header.memory_bytes:
                raise MemoryError("more than this machine has for one picture")
            bounds.allow(granted + file_size)

    def render(data: memoryview) -> "Report":
        return decoder.render(data, announce=announce)

    orders = {RENDER: render, VISION_INPUT: render_vision_input, BARE: find_bare}
    confine(limits_itself=limits_itself)
    sys.addaudithook(_complain_of_imports)
    parent.sendall(READY)
    idle = select.poll()
    idle.register(parent.fileno(), select.POLLIN)
    while True:
        if not idle.poll(_IDLE_MILLISECONDS):
            _give_memory_back()
        message, files, _, _ = socket.recv_fds(parent, MESSAGE.size, 1)
        if not message or not files:
            return
        order, file_size = MESSAGE.unpack(message)
        bounds.allow(memory + file_size)
        parent.sendall(pack(_open(files[0], file_size, orders[order])))


def _import_without_the_application(path: list[str]) -> None:
    """Make app.media importable with nothing else of app: the child knows none of it."""
    sys.path[:] = path
    here = Path(__file__).resolve().parent
    for name, folder in (("app", here.parents[1]), ("app.media", here.parent)):
        package = types.ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package


def _complain_of_imports(event: str, arguments: tuple[Any, ...]) -> None:
    """Tell the parent's log: what needs it fails, unless the self-test loads it in time."""
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


class _Bounds:
    """What bounds a picture from within: an alarm, and limits where nobody else can set them."""

    def __init__(self, *, seconds: float, limits_itself: bool) -> None:
        from app.media.sandbox.child_limits import OwnLimits  # noqa: PLC0415 - only now can it be found

        self._limits = OwnLimits(seconds=seconds) if limits_itself else None
        self._seconds = seconds

    def allow(self, memory: int) -> None:
        """Allow for one more picture, and so many bytes for it and its file."""
        if self._limits is not None:
            self._limits.allow(memory)
        # Ends this process a little after its parent should have, should that hang as well.
        signal.alarm(int(self._seconds) + 5)


def _open(file: int, size: int, do: "Callable[[memoryview], Report]") -> "Report":
    from app.media.results import Rejected  # noqa: PLC0415 - only now can it be found

    try:
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
# of a photo's CPU (malloc is told how much to keep, see process.py). It is given back when
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
