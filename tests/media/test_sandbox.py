"""Children that die, hang, are starved or lie, and the pictures that come after."""

import io
import os
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest
from PIL import Image

from app.images import darkroom as darkroom_module
from app.images import darkroom_process
from app.images.darkroom import Darkroom, DarkroomError
from app.images.outcome import Developed, Rejected
from tests.images.samples import (
    EVERY_TYPE,
    RED,
    exif_block,
    in_vips,
    png,
    png_chunk,
    quarters,
    saved,
)

LINUX = sys.platform == "linux"
ADA, BOB = uuid4(), uuid4()


class Program(Protocol):
    """Puts another program in the place of the child."""

    def __call__(self, code: str, *, said: str = ...) -> None: ...


@pytest.fixture(scope="module")
def shared() -> Iterator[Darkroom]:
    with Darkroom(children=1) as darkroom:
        yield darkroom


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return file(tmp_path, EVERY_TYPE["image/jpeg"])


def file(folder: Path, content: bytes, name: str = "original") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def is_ready(outcome: Developed | Rejected) -> bool:
    return isinstance(outcome, Developed) and outcome.outcome == "ready"


def is_kept(outcome: Developed | Rejected, reason: str) -> bool:
    """Whether a JPEG whose header nobody read is kept, and what is said to be wrong with it."""
    return (
        isinstance(outcome, Developed)
        and (outcome.outcome, outcome.reason) == ("damaged", reason)
        and (outcome.content_type, outcome.width, outcome.preview) == ("image/jpeg", 0, None)
    )


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=True)  # noqa: S607 - of the system
    pairs = (line.split() for line in listed.stdout.decode().splitlines())
    return [int(child) for child, parent in pairs if int(parent) == pid]


def descendants_of(pid: int) -> list[int]:
    children = children_of(pid)
    return children + [each for child in children for each in descendants_of(child)]


def until(condition: Callable[[], bool], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def the_child(darkroom: Darkroom, good: Path) -> int:
    """The process id of the darkroom's only child, once it is warm."""
    assert is_ready(darkroom.develop(good, owner=ADA))
    (child,) = {child.pid for child in darkroom._alive}  # noqa: SLF001 - nothing else tells
    assert child in children_of(darkroom._server.pid)  # noqa: SLF001
    return child


@pytest.mark.parametrize("content_type", EVERY_TYPE)
def test_every_type_develops_in_a_child(
    shared: Darkroom, tmp_path: Path, content_type: str
) -> None:
    outcome = shared.develop(file(tmp_path, EVERY_TYPE[content_type]))
    assert is_ready(outcome)
    assert outcome.content_type == content_type


def test_what_a_model_is_shown_is_small_and_bare(shared: Darkroom) -> None:
    wide = in_vips(quarters(2048, 1365)).icc_transform("p3", input_profile="srgb")
    preview = saved(
        Image.frombytes("RGB", (2048, 1365), wide.write_to_memory()),
        "WEBP",
        exif=exif_block({0x010F: (2, b"CANARY\0")}, {}),
        xmp=b"<x>CANARY</x>",
        icc_profile=wide.get("icc-profile-data"),
    )
    assert preview.count(b"CANARY") == 2
    shown = shared.sketch(preview)
    assert shown is not None
    assert b"CANARY" not in shown
    picture = Image.open(io.BytesIO(shown), formats=["WEBP"])
    assert picture.size == (1024, 683)
    assert not {"exif", "xmp", "icc_profile"} & picture.info.keys()
    corner = picture.convert("RGB").getpixel((100, 100))
    assert isinstance(corner, tuple)
    assert max(abs(a - b) for a, b in zip(corner, RED, strict=True)) < 10


@pytest.mark.parametrize("kind", ["WEBP", "JPEG"])
def test_a_small_preview_is_shown_as_large_as_it_is(shared: Darkroom, kind: str) -> None:
    shown = shared.sketch(saved(quarters(), kind))
    assert shown is not None
    assert Image.open(io.BytesIO(shown), formats=["WEBP"]).size == quarters().size


def test_of_what_is_no_preview_nothing_is_shown(shared: Darkroom, good: Path) -> None:
    whole = saved(quarters(), "WEBP")
    for bad in (b"", b"RIFF", whole[:100], EVERY_TYPE["image/png"]):
        assert shared.sketch(bad) is None
    assert is_ready(shared.develop(good))


def test_no_picture_is_an_outcome(shared: Darkroom, tmp_path: Path) -> None:
    assert shared.develop(file(tmp_path, b"")) == Rejected(reason="not_a_picture")
    assert shared.develop(file(tmp_path, b"<html>")) == Rejected(reason="not_a_picture")


def test_a_file_that_is_not_there_is_not_the_pictures_fault(
    shared: Darkroom, tmp_path: Path
) -> None:
    with pytest.raises(DarkroomError):
        shared.develop(tmp_path / "nothing")


def test_a_child_is_used_again(good: Path) -> None:
    with Darkroom(children=1) as darkroom:
        assert the_child(darkroom, good) == the_child(darkroom, good)


def test_pictures_are_developed_side_by_side(good: Path) -> None:
    with Darkroom(children=2) as darkroom, ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(lambda _: darkroom.develop(good, owner=ADA), range(40)))
        assert all(map(is_ready, outcomes))
        assert len(darkroom._alive) == 2  # noqa: SLF001


def test_child_serves_one_owner_only(good: Path) -> None:
    with Darkroom(children=1) as darkroom:
        served: dict[int, set[object]] = {}
        for owner in (ADA, BOB, None, ADA, BOB, uuid4(), uuid4(), uuid4(), ADA, None):
            before = {child.pid for child in darkroom._alive}  # noqa: SLF001
            mine = {child.pid for work, child in darkroom._idle if work.owner == owner}  # noqa: SLF001
            assert is_ready(darkroom.develop(good, owner=owner))
            used = mine or {child.pid for child in darkroom._alive} - before  # noqa: SLF001
            for child in used:
                served.setdefault(child, set()).add(owner)
        assert all(len(owners) == 1 for owners in served.values())
        assert len(darkroom._idle) == 3  # noqa: SLF001 - one at work, and two more that may wait


def nice_values(darkroom: Darkroom) -> dict[int, int]:
    """The priorities of a darkroom's children."""
    alive = {child.pid for child in darkroom._alive}  # noqa: SLF001 - nothing else tells
    return {pid: os.getpriority(os.PRIO_PROCESS, pid) for pid in alive}


def test_background_pictures_are_decoded_at_a_lower_priority_in_children_of_their_own(
    good: Path,
) -> None:
    mine = os.getpriority(os.PRIO_PROCESS, 0)
    with Darkroom(children=1) as darkroom:
        assert is_ready(darkroom.develop(good, owner=ADA, background=True))
        (behind,) = nice_values(darkroom).items()
        assert behind[1] == min(mine + 10, 19)
        assert is_ready(darkroom.develop(good, owner=ADA))
        for background in (True, False):
            assert is_ready(darkroom.develop(good, owner=ADA, background=background))
        assert sorted(nice_values(darkroom).values()) == [mine, behind[1]]
        assert behind in nice_values(darkroom).items()
        preview = saved(quarters(), "WEBP")
        assert darkroom.sketch(preview, owner=ADA) is not None
        assert len(nice_values(darkroom)) == 2


def test_picture_that_was_too_slow_in_the_background_is_tried_again_in_the_foreground(
    program: Program, good: Path
) -> None:
    """A low priority is no fault of the picture's."""
    program(
        f"""
        socket.recv_fds(parent, MESSAGE, 1)
        if os.getpriority(os.PRIO_PROCESS, 0) > {os.getpriority(os.PRIO_PROCESS, 0)}:
            time.sleep(3600)
        os.kill(os.getpid(), signal.SIGSEGV)
        """
    )
    with Darkroom(children=1, timeout=3) as darkroom:
        outcome = darkroom.develop(good, owner=ADA, background=True)
    assert is_kept(outcome, "decoder_crashed")  # that is what the second one met


def test_child_of_nobody_is_ended(good: Path) -> None:
    with Darkroom(children=1) as darkroom:
        assert is_ready(darkroom.develop(good))
        assert darkroom._alive == set()  # noqa: SLF001
        assert children_of(darkroom._server.pid) == []  # noqa: SLF001


def test_server_that_was_killed_is_replaced(good: Path) -> None:
    with Darkroom(children=1) as darkroom:
        first = the_child(darkroom, good)
        os.kill(darkroom._server.pid, signal.SIGKILL)  # noqa: SLF001
        until(lambda: not darkroom._server.is_alive())  # noqa: SLF001
        assert the_child(darkroom, good) != first
        until(lambda: not is_alive(first))  # it ends by itself, once nobody is at its socket


def test_children_that_cannot_be_confined_are_refused_unless_allowed(
    program: Program, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program("pass", said="UNCONFINED")
    counted: list[str] = []
    monkeypatch.setattr("app.images.darkroom.count", counted.append)
    monkeypatch.setattr(sys, "platform", "linux")
    with Darkroom(children=1) as darkroom:
        with pytest.raises(DarkroomError, match="UNCONFINED_DECODERS=allow"):
            darkroom.check()
        with pytest.raises(DarkroomError):
            darkroom.develop(good)
    with Darkroom(children=1, unconfined_is_allowed=True) as darkroom:
        darkroom.check()
    assert counted == ["UnconfinedChildren"] * 3


def test_a_child_that_was_killed_is_replaced(good: Path) -> None:
    with Darkroom(children=1) as darkroom:
        first = the_child(darkroom, good)
        os.kill(first, signal.SIGKILL)
        assert is_ready(darkroom.develop(good, owner=ADA))
        assert the_child(darkroom, good) != first


def test_a_picture_is_not_blamed_for_one_death(good: Path) -> None:
    """Whoever killed the child, the picture gets a second one."""
    with Darkroom(children=1) as darkroom, ThreadPoolExecutor(1) as threads:
        victim = the_child(darkroom, good)
        os.kill(victim, signal.SIGSTOP)  # so that it dies with the picture in its hands
        outcome = threads.submit(darkroom.develop, good, owner=ADA)
        os.kill(victim, signal.SIGKILL)
        assert is_ready(outcome.result(timeout=60))


@pytest.mark.skipif(not LINUX, reason="only Linux keeps this limit")
def test_a_picture_that_needs_too_much_is_damaged_and_the_next_is_fine(
    tmp_path: Path, good: Path
) -> None:
    pixels = png_chunk(b"IDAT", zlib.compress(bytes(1_000_000), 9))
    hungry = file(tmp_path, png(9900, 9900, pixels, bits=16, interlaced=1), "hungry")
    with Darkroom(children=1) as darkroom:
        outcome = darkroom.develop(hungry)
        assert isinstance(outcome, Developed)
        assert (outcome.outcome, outcome.reason) == ("damaged", "out_of_memory")
        assert is_ready(darkroom.develop(good))


HEAD = """
import json, os, signal, socket, sys, time
sys.path[:] = json.loads(sys.argv[1])["path"]
from app.images import darkroom_child, fork_server
MESSAGE = darkroom_child.MESSAGE.size
def serve(parent):
"""
TAIL = """
    return
control = socket.socket(fileno=0)
control.sendall(darkroom_child.{said})
fork_server.run(control, serve)
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Puts another program in the place of the child, to have it do what decoders rarely do."""

    def replace(code: str, *, said: str = "CONFINED") -> None:
        (tmp_path / "child.py").write_text(
            HEAD + textwrap.indent(textwrap.dedent(code), "    ") + TAIL.format(said=said)
        )
        monkeypatch.setattr(darkroom_module, "_PROGRAM", tmp_path / "child.py")

    return replace


def test_a_picture_that_crashes_two_children_is_blamed(program: Program, good: Path) -> None:
    program(
        """
        socket.recv_fds(parent, MESSAGE, 1)
        os.kill(os.getpid(), signal.SIGSEGV)
        """
    )
    with Darkroom(children=1) as darkroom:
        assert is_kept(darkroom.develop(good), "decoder_crashed")


def test_file_that_crashes_two_children_and_begins_as_no_picture_is_rejected(
    program: Program, tmp_path: Path
) -> None:
    program(
        """
        socket.recv_fds(parent, MESSAGE, 1)
        os.kill(os.getpid(), signal.SIGSEGV)
        """
    )
    with Darkroom(children=1) as darkroom:
        page = darkroom.develop(file(tmp_path, b"<!doctype html>"))
        assert page == Rejected(reason="not_a_picture")


def test_a_child_that_hangs_is_killed(program: Program, good: Path) -> None:
    program(
        """
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(3600)
        """
    )
    with Darkroom(children=1, timeout=0.3) as darkroom:
        assert is_kept(darkroom.develop(good), "too_slow")


def test_what_hangs_after_its_header_is_a_picture_and_kept(program: Program, good: Path) -> None:
    program(
        """
        from app.images.metadata import PictureMetadata
        from app.images.outcome import Header, pack
        socket.recv_fds(parent, MESSAGE, 1)
        header = {"content_type": "image/png", "width": 30, "height": 20}
        parent.sendall(pack(Header(**header, metadata=PictureMetadata(make="Maker"))))
        time.sleep(3600)
        """
    )
    with Darkroom(children=1, timeout=3) as darkroom:
        outcome = darkroom.develop(good)
    assert isinstance(outcome, Developed)
    assert (outcome.outcome, outcome.reason, outcome.preview) == ("damaged", "too_slow", None)
    assert (outcome.content_type, outcome.width, outcome.height) == ("image/png", 30, 20)
    assert outcome.metadata.make == "Maker"


def test_a_child_that_burns_time_is_ended_by_its_own_limit(program: Program, good: Path) -> None:
    program(
        """
        from app.images.darkroom_child import Limits
        socket.recv_fds(parent, MESSAGE, 1)
        Limits(memory=1 << 30, seconds=0).set(file_size=0)
        while True:
            pass
        """
    )
    with Darkroom(children=1, timeout=60) as darkroom:
        assert is_kept(darkroom.develop(good), "too_slow")


def test_picture_that_waits_for_another_large_one_is_not_too_slow(
    program: Program, good: Path
) -> None:
    program(
        """
        from app.images import decoding, rehearsal
        decoding.prepare()
        rehearsal.warm_up()
        class Waits:
            def __getattr__(self, name):
                return getattr(parent, name)
            def recv(self, *arguments):
                if signal.setitimer(signal.ITIMER_REAL, 0)[0]:  # it would end while it waits
                    signal.raise_signal(signal.SIGALRM)
                return parent.recv(*arguments)
        darkroom_child._serve(Waits(), memory=64 << 20, seconds=60)
        """
    )
    with Darkroom(children=1, memory_bytes=64 << 20, large_memory_bytes=1 << 30) as darkroom:
        assert is_ready(darkroom.develop(good))


@pytest.mark.parametrize(
    "answer",
    [
        'b"x" * 100',
        r'b"\xff" * 16',
        r'b"\0\0\0\2" + b"\xff" * 12 + b"{}"',
        r'b"\0\0\0\2\x7f\0\0\0\0\0\0\0\0\0\0\0{}"',
    ],
)
def test_a_child_that_talks_nonsense_is_killed(program: Program, good: Path, answer: str) -> None:
    program(
        f"""
        socket.recv_fds(parent, MESSAGE, 1)
        parent.sendall({answer})
        time.sleep(3600)
        """
    )
    with Darkroom(children=1) as darkroom:
        assert is_kept(darkroom.develop(good), "decoder_crashed")


def test_a_child_that_cannot_start_is_not_the_pictures_fault(program: Program, good: Path) -> None:
    program("pass", said="nothing; sys.exit('no libvips here')")
    with (
        Darkroom(children=1) as darkroom,
        pytest.raises(DarkroomError, match="no libvips here"),
    ):
        darkroom.develop(good)


def test_whoever_waits_when_the_darkroom_closes_is_told(good: Path) -> None:
    darkroom = Darkroom(children=1)
    with ThreadPoolExecutor(3) as threads:
        child = the_child(darkroom, good)
        os.kill(child, signal.SIGSTOP)
        waiting = [threads.submit(darkroom.develop, good, owner=ADA) for _ in range(3)]
        darkroom.close()
        for outcome in waiting:
            assert isinstance(outcome.exception(timeout=30), DarkroomError)
    with pytest.raises(DarkroomError):
        darkroom.develop(good)
    assert child not in children_of(os.getpid())


PARENT = """
import sys
from pathlib import Path
from app.images import darkroom
from app.images.darkroom import Darkroom
darkroom._PROGRAM = Path(sys.argv[1])
Darkroom(children=2).develop(Path(sys.argv[2]))
"""


def test_children_die_with_their_parent_even_in_the_middle_of_a_picture(
    program: Program, tmp_path: Path, good: Path
) -> None:
    program(
        """
        import hashlib, threading
        from app.images.darkroom_child import _watch_parent
        threading.Thread(target=_watch_parent, args=(parent.fileno(),), daemon=True).start()
        hashlib.pbkdf2_hmac("sha256", b"", b"", 10**9)  # minutes, as if in a decoder
        """
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "child.py"), str(good)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with parent:
        until(lambda: len(descendants_of(parent.pid)) == 2)  # the server and a child
        children = descendants_of(parent.pid)
        parent.kill()
    until(lambda: not any(map(is_alive, children)))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)],  # noqa: S607 - of the system
        capture_output=True,
        check=False,
    )
    return not state.stdout.strip().startswith(b"Z") and state.returncode == 0


def test_interrupting_the_whole_group_does_not_spoil_a_picture(good: Path) -> None:
    with Darkroom(children=1) as darkroom, ThreadPoolExecutor(1) as threads:
        child = the_child(darkroom, good)
        os.kill(child, signal.SIGSTOP)
        outcome = threads.submit(darkroom.develop, good, owner=ADA)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCONT):
            os.kill(child, number)
        assert is_ready(outcome.result(timeout=60))
        assert the_child(darkroom, good) == child


@pytest.mark.skipif(not LINUX, reason="reads /proc")
def test_a_child_has_nothing_to_give_away(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "OPENAI_API_KEY", "DATABASE_URL", "ANYTHING"):
        monkeypatch.setenv(name, "secret")
    secret = os.open(good, os.O_RDONLY)
    try:
        with Darkroom(children=1) as darkroom:
            process = Path("/proc", str(the_child(darkroom, good)))
            names = {
                line.split(b"=")[0]
                for line in (process / "environ").read_bytes().split(b"\0")
                if line
            }
            allowed = {b"VIPS_BLOCK_UNTRUSTED", b"VIPS_CONCURRENCY", b"VIPS_DISC_THRESHOLD"}
            allowed |= {b"MALLOC_ARENA_MAX", b"MALLOC_MMAP_THRESHOLD_", b"MALLOC_TRIM_THRESHOLD_"}
            assert names <= {*allowed, b"LC_ALL", b"LD_LIBRARY_PATH"}
            assert str(good) not in {str(fd.readlink()) for fd in (process / "fd").iterdir()}
            status = (process / "status").read_text()
            assert "NoNewPrivs:\t1" in status
            assert "Seccomp:\t2" in status
            if os.geteuid() == 0:
                assert "Uid:\t64911\t64911\t64911\t64911" in status
                assert "Groups:\t \n" in status
    finally:
        os.close(secret)


def test_a_child_is_given_up_after_many_pictures(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(darkroom_process, "_PICTURES_PER_CHILD", 2)
    with Darkroom(children=1) as darkroom:
        children = [the_child(darkroom, good)]
        assert is_ready(darkroom.develop(good, owner=ADA))
        children.append(the_child(darkroom, good))
        assert children[0] != children[1]


def test_no_descriptor_is_left_behind(good: Path) -> None:
    with Darkroom(children=1) as darkroom:
        assert is_ready(darkroom.develop(good))
    before = open_descriptors()
    for _ in range(3):
        with Darkroom(children=1) as darkroom:
            assert is_ready(darkroom.develop(good))
    assert open_descriptors() == before
    assert threading.active_count() < 20


def open_descriptors() -> int:
    most = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 4096)
    return sum(1 for number in range(most) if is_open(number))


def is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
