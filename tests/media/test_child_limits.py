"""What a child may take is decided outside of it, whatever has taken it over."""

import logging
import re
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.media.results import Rejected, Rendered
from app.media.sandbox.fork_client import Fork, ForkServer
from app.media.sandbox.pool import DecoderPool
from app.media.sandbox.process import bare_environment
from tests.media.child_processes import ADA, file, is_kept, is_ready, the_child, until
from tests.media.child_program import Program
from tests.media.samples import EVERY_TYPE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="macOS has no prlimit")

_MB = 1 << 20
ORDINARY, LARGE = 100 * _MB, 700 * _MB
# Wants the memory that its file says, and tells its limits once it has them.
TELLS_LIMITS = """
confine()
while True:
    message, files, _, _ = socket.recv_fds(parent, MESSAGE, 1)
    if not message:
        return
    wanted, burnt = map(float, os.read(files[0], 100).split())
    wanted = int(wanted)
    seen = {"content_type": "image/png", "width": 1, "height": 1, "memory_bytes": wanted}
    parent.sendall(pack(Header(**seen, metadata=PictureMetadata())))
    if wanted > settings["memory_bytes"]:
        parent.recv(8)
    kinds = (resource.RLIMIT_AS, resource.RLIMIT_DATA, resource.RLIMIT_CPU)
    told = [os.getpid(), *(resource.getrlimit(kind)[0] for kind in kinds)]
    while time.process_time() < burnt:
        pass
    shown = {"content_type": "image/png", "width": 1, "height": 1, "metadata": PictureMetadata()}
    shown |= {"thumbnail": None, "preview": None, "thumbhash": None}
    report = Rendered(outcome="ready", reason=None, error=" ".join(map(str, told)), **shown)
    parent.sendall(pack(report))
"""
KNOWS_PROCESSED = "from app.media.results import Rendered"
IGNORES = """
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
"""
BURNS = """
confine()
parent.recv(1)
while True:
    pass
"""


def told(
    decoders: DecoderPool, folder: Path, wanted: int, *, burnt: int = 0, size: int = 20
) -> list[int]:
    """The process that had the picture, and its limits: address space, data, seconds."""
    picture = file(folder, f"{wanted} {burnt}".encode().ljust(size))
    outcome = decoders.render(picture, owner=ADA)
    assert isinstance(outcome, Rendered)
    return [int(number) for number in str(outcome.error).split()]


def test_limits_are_those_of_each_picture_that_one_child_has(
    program: Program, tmp_path: Path
) -> None:
    program(TELLS_LIMITS, first=KNOWS_PROCESSED)
    with DecoderPool(children=1, memory_bytes=ORDINARY, large_memory_bytes=1 << 30) as decoders:
        small = told(decoders, tmp_path, 10 * _MB, burnt=1)
        long = told(decoders, tmp_path, 10 * _MB, size=5 * _MB)
        large = told(decoders, tmp_path, LARGE)
        again = told(decoders, tmp_path, 10 * _MB)
    process, space, data, seconds = small
    assert ORDINARY < data < ORDINARY + 150 * _MB
    assert data < space
    assert seconds == 61
    assert long[:3] == [process, space + 5 * _MB - 20, data + 5 * _MB - 20]
    assert large[:3] == [process, space + LARGE - ORDINARY, data + LARGE - ORDINARY]
    assert 62 <= long[3] <= large[3]
    # What a large picture was granted is let go of with its process.
    assert again[0] != process
    assert again[1:] == small[1:]


def test_picture_that_wants_more_than_there_is_gets_no_more_than_others(
    program: Program, tmp_path: Path
) -> None:
    program(TELLS_LIMITS, first=KNOWS_PROCESSED)
    with DecoderPool(children=1, memory_bytes=ORDINARY, large_memory_bytes=LARGE) as decoders:
        small = told(decoders, tmp_path, 10 * _MB)
        assert told(decoders, tmp_path, LARGE + 1)[:3] == small[:3]


@contextmanager
def forked(program: Path, *, seconds: float) -> Iterator[Fork]:
    """A child of that program whose parent has no patience of its own."""
    settings = {"path": sys.path, "timeout": seconds, "memory_bytes": _MB, "max_bytes": _MB}
    server = ForkServer(program, settings, bare_environment())
    try:
        fork = server.fork()
        yield fork
        fork.close()
    finally:
        server.close()


def test_child_that_burns_time_is_ended_by_its_limit(program: Program) -> None:
    with forked(program(BURNS), seconds=0) as child:
        assert child.limit(100 * _MB) < 1
        child.socket.sendall(b"x")
        until(lambda: child.poll() is not None, seconds=60)
        assert child.poll() == -signal.SIGXCPU


def test_child_that_ignores_its_limit_is_ended_though_nobody_waits_for_it(
    program: Program,
) -> None:
    with forked(program(IGNORES + BURNS), seconds=0) as child:
        child.limit(100 * _MB)
        child.socket.sendall(b"x")
        until(lambda: child.poll() is not None, seconds=60)
        assert child.poll() == -signal.SIGKILL


def test_child_that_ignores_its_limit_is_ended_by_its_parents_clock(
    program: Program, tmp_path: Path
) -> None:
    program(IGNORES + BURNS)
    good = file(tmp_path, EVERY_TYPE["image/jpeg"])
    with DecoderPool(children=1, timeout=1) as decoders:
        assert is_kept(decoders.render(good), "too_slow")


def test_child_that_is_gone_is_not_limited(program: Program) -> None:
    with forked(program("parent.recv(1)"), seconds=1) as child:
        child.socket.sendall(b"x")
        child.wait()
        with pytest.raises(ConnectionResetError):
            child.limit(100 * _MB)


@pytest.mark.parametrize("flags", ["MAP_SHARED", "MAP_PRIVATE | 0x100"])
def test_memory_that_is_no_data_is_bounded_where_a_child_may_map_it(
    program: Program, tmp_path: Path, flags: str
) -> None:
    """Shared, or growing down: no limit of data counts it, but that of the address space does."""
    program(
        f"""
        message, files, _, _ = socket.recv_fds(parent, MESSAGE, 1)
        maps = []
        try:
            while len(maps) < 4096:
                maps.append(mmap.mmap(-1, 1 << 20, flags=mmap.{flags} | mmap.MAP_ANONYMOUS))
        except OSError:
            pass
        parent.sendall(pack(Rejected(reason="unreadable", error=str(len(maps)))))
        parent.recv(1)
        """,
        first="import mmap",
    )
    with DecoderPool(children=1, memory_bytes=ORDINARY) as decoders:
        outcome = decoders.render(file(tmp_path, EVERY_TYPE["image/jpeg"]))
    assert isinstance(outcome, Rejected)
    # What is granted, and the room for a thread and its arena.
    assert 50 < int(str(outcome.error)) < 100 + 140


def test_children_limit_themselves_where_nobody_else_can(program: Program, tmp_path: Path) -> None:
    program(
        "decoder_child._serve(parent, memory=464 << 20, seconds=60, limits_itself=True)",
        said="UNCONFINED",
        first="""
        from app.media.decode import decoder
        from app.media.sandbox import self_test
        from app.media.render import vision_input
        decoder.prepare()
        self_test.warm_up()
        """,
        limits_itself=True,
        is_ready=False,
    )
    good = file(tmp_path, EVERY_TYPE["image/jpeg"])
    with (
        DecoderPool(children=1, unconfined_is_allowed=True) as decoders,
        good.open("rb") as picture,
    ):
        started = decoders._start()  # noqa: SLF001 - none is kept that is not confined
        assert is_ready(started.render(picture.fileno()))
        child = started.pid
        assert 464 * _MB < limits_of(child, "data size")[0] < 614 * _MB
        assert 61 <= limits_of(child, "cpu time")[0] < 70
        assert limits_of(child, "cpu time")[1] == resource.getrlimit(resource.RLIMIT_CPU)[1]
        decoders._bury(started)  # noqa: SLF001


def test_decoder_has_limits_from_outside(tmp_path: Path) -> None:
    good = file(tmp_path, EVERY_TYPE["image/jpeg"])
    with DecoderPool(children=1, large_memory_bytes=1 << 30) as decoders:
        child = the_child(decoders, good)
        soft, hard = limits_of(child, "data size")
        assert 464 * _MB < soft < 614 * _MB
        assert hard > (1 << 30) + soft - 464 * _MB
        assert limits_of(child, "cpu time") == (61, 244)


def limits_of(process: int, name: str) -> tuple[float, float]:
    """Its soft and hard limit, as the kernel shows them to anybody."""
    limits = Path(f"/proc/{process}/limits").read_text()
    found = re.search(rf"^Max {name} +(\S+) +(\S+) ", limits, re.MULTILINE)
    assert found
    soft, hard = (float(number.replace("unlimited", "-1")) for number in found.groups())
    return soft, hard


def test_what_a_child_says_forges_no_line_of_the_log(
    program: Program, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    program(
        r"""
        socket.recv_fds(parent, MESSAGE, 1)
        said = "begun \x1b[2K\r\n2026-01-01 ERROR app: forged\x85\u2028\u202eend"
        os.write(2, said.encode())
        os._exit(3)
        """
    )
    good = file(tmp_path, EVERY_TYPE["image/jpeg"])
    with DecoderPool(children=1) as decoders:
        assert is_kept(decoders.render(good), "decoder_crashed")
    assert len(caplog.messages) == 2
    for message in caplog.messages:
        assert message.isascii()
        assert message.isprintable()
        assert r"begun \x1b[2K\r\n2026-01-01 ERROR app: forged\xc2\x85\xe2\x80\xa8" in message


def test_what_a_child_says_is_logged_within_bounds(
    program: Program, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    program(
        r"""
        socket.recv_fds(parent, MESSAGE, 1)
        os.write(2, b"\xff" * 500_000)
        os._exit(3)
        """
    )
    good = file(tmp_path, EVERY_TYPE["image/jpeg"])
    with DecoderPool(children=1) as decoders:
        assert is_kept(decoders.render(good), "decoder_crashed")
    assert all(1000 < len(message) < 2200 for message in caplog.messages)


@pytest.mark.parametrize("claimed", ['b"keys"', 'b"RIFF" + bytes(100)', "b'x' * (4 << 20)"])
def test_vision_input_that_is_no_bare_picture_is_not_shown_to_a_model(
    program: Program, claimed: str
) -> None:
    program(
        f"""
        socket.recv_fds(parent, MESSAGE, 1)
        parent.sendall(pack(VisionInput(preview={claimed})))
        parent.recv(1)
        """
    )
    with DecoderPool(children=1) as decoders:
        assert decoders.render_vision_input(EVERY_TYPE["image/webp"]) is None
