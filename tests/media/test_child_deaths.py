"""Children that die, hang, are starved or lie, and the pictures that come after."""

import os
import signal
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.media.results import HEAD_BYTES, Rejected, Rendered
from app.media.sandbox.decoder_time import DecoderTime
from app.media.sandbox.fork_client import ForkError
from app.media.sandbox.pool import DecoderPool, DecoderPoolError
from tests.media.child_processes import (
    ADA,
    LINUX,
    descendants_of,
    file,
    is_alive,
    is_kept,
    is_ready,
    the_child,
    until,
)
from tests.media.child_program import Program
from tests.media.samples import (
    png,
    png_chunk,
)


def test_server_that_was_killed_is_replaced(good: Path) -> None:
    with DecoderPool(children=1) as decoders:
        first = the_child(decoders, good)
        os.kill(decoders._server.pid, signal.SIGKILL)  # noqa: SLF001
        until(lambda: not decoders._server.is_alive())  # noqa: SLF001
        assert the_child(decoders, good) != first
        until(lambda: not is_alive(first))  # it ends by itself, once nobody is at its socket


def test_server_that_was_replaced_meanwhile_says_that_no_child_was_started(good: Path) -> None:
    """Who has it from before the other was started is told what can be tried again."""
    with DecoderPool(children=1) as decoders:
        assert is_ready(decoders.render(good, owner=ADA))
        former = decoders._living_server()  # noqa: SLF001
        os.kill(former.pid, signal.SIGKILL)
        until(lambda: not former.is_alive())
        assert decoders._living_server() is not former  # noqa: SLF001
        with pytest.raises(ForkError):
            former.fork()


def test_a_child_that_was_killed_is_replaced(good: Path) -> None:
    with DecoderPool(children=1) as decoders:
        first = the_child(decoders, good)
        os.kill(first, signal.SIGKILL)
        assert is_ready(decoders.render(good, owner=ADA))
        assert the_child(decoders, good) != first


def test_a_picture_is_not_blamed_for_one_death(good: Path) -> None:
    """Whoever killed the child, the picture gets a second one."""
    with DecoderPool(children=1) as decoders, ThreadPoolExecutor(1) as threads:
        victim = the_child(decoders, good)
        os.kill(victim, signal.SIGSTOP)  # so that it dies with the picture in its hands
        outcome = threads.submit(decoders.render, good, owner=ADA)
        os.kill(victim, signal.SIGKILL)
        assert is_ready(outcome.result(timeout=60))


@pytest.mark.skipif(not LINUX, reason="only Linux keeps this limit")
def test_a_picture_that_needs_too_much_is_damaged_and_the_next_is_fine(
    tmp_path: Path, good: Path
) -> None:
    pixels = png_chunk(b"IDAT", zlib.compress(bytes(1_000_000), 9))
    hungry = file(tmp_path, png(9900, 9900, pixels, bits=16, interlaced=1), "hungry")
    with DecoderPool(children=1) as decoders:
        outcome = decoders.render(hungry)
        assert isinstance(outcome, Rendered)
        assert (outcome.outcome, outcome.reason) == ("damaged", "out_of_memory")
        assert is_ready(decoders.render(good))


def test_a_picture_that_crashes_two_children_is_blamed(program: Program, good: Path) -> None:
    program(
        """
        socket.recv_fds(parent, MESSAGE, 1)
        os.kill(os.getpid(), signal.SIGSEGV)
        """
    )
    with DecoderPool(children=1) as decoders:
        assert is_kept(decoders.render(good), "decoder_crashed")


def test_file_that_crashes_two_children_and_begins_as_no_picture_is_rejected(
    program: Program, tmp_path: Path
) -> None:
    program(
        """
        socket.recv_fds(parent, MESSAGE, 1)
        os.kill(os.getpid(), signal.SIGSEGV)
        """
    )
    with DecoderPool(children=1) as decoders:
        page = decoders.render(file(tmp_path, b"<!doctype html>"))
        assert page == Rejected(reason="not_a_picture")


def test_a_child_that_hangs_is_killed(program: Program, good: Path) -> None:
    program(
        """
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(3600)
        """
    )
    with DecoderPool(children=1, timeout=0.3) as decoders:
        assert is_kept(decoders.render(good), "too_slow")


def test_what_hangs_after_its_header_is_a_picture_and_kept(program: Program, good: Path) -> None:
    program(
        """
        socket.recv_fds(parent, MESSAGE, 1)
        header = {"content_type": "image/png", "width": 30, "height": 20}
        parent.sendall(pack(Header(**header, metadata=PictureMetadata(make="Maker"))))
        time.sleep(3600)
        """
    )
    with DecoderPool(children=1, timeout=3) as decoders:
        outcome = decoders.render(good)
    assert isinstance(outcome, Rendered)
    assert (outcome.outcome, outcome.reason, outcome.preview) == ("damaged", "too_slow", None)
    assert (outcome.content_type, outcome.width, outcome.height) == ("image/png", 30, 20)
    assert outcome.metadata.make == "Maker"


def test_picture_that_waits_for_another_large_one_is_not_too_slow(
    program: Program, good: Path
) -> None:
    program(
        """
        class Waits:
            def __getattr__(self, name):
                return getattr(parent, name)
            def recv(self, *arguments):
                if signal.setitimer(signal.ITIMER_REAL, 0)[0]:  # it would end while it waits
                    signal.raise_signal(signal.SIGALRM)
                return parent.recv(*arguments)
        decoder_child._serve(Waits(), memory=64 << 20, seconds=60, limits_itself=False)
        """,
        first="""
        from app.media.decode import decoder
        from app.media.sandbox import self_test
        from app.media.render import vision_input
        decoder.prepare()
        self_test.warm_up()
        """,
        is_ready=False,
    )
    with DecoderPool(children=1, memory_bytes=64 << 20, large_memory_bytes=1 << 30) as decoders:
        assert is_ready(decoders.render(good))


@pytest.mark.parametrize(
    "answer",
    [
        'b"x" * 100',
        rf'b"\xff" * {HEAD_BYTES}',
        rf'b"\0\0\0\2" + b"\xff" * {HEAD_BYTES - 4} + b"{{}}"',
        rf'b"\0\0\0\2\x7f" + bytes({HEAD_BYTES - 5}) + b"{{}}"',
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
    with DecoderPool(children=1) as decoders:
        assert is_kept(decoders.render(good), "decoder_crashed")


def test_a_child_that_cannot_start_is_not_the_pictures_fault(program: Program, good: Path) -> None:
    program("pass", said="nothing; sys.exit('no libvips here')")
    with (
        DecoderPool(children=1) as decoders,
        pytest.raises(DecoderPoolError, match="no libvips here"),
    ):
        decoders.render(good)


@pytest.mark.parametrize("code", ["sys.exit('no thread here')", "parent.sendall(b'?')"])
def test_a_child_that_ends_before_it_is_ready_is_not_the_pictures_fault(
    program: Program, good: Path, code: str
) -> None:
    program(code, is_ready=False)
    with DecoderPool(children=1) as decoders:
        for ask in (decoders.check, lambda: decoders.render(good)):
            with pytest.raises(DecoderPoolError):
                ask()
        assert decoders._alive == set()  # noqa: SLF001 - nothing else tells


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
    with DecoderPool(children=1, timeout=3) as decoders:
        outcome = decoders.render(good, owner=ADA, background=True)
    assert is_kept(outcome, "decoder_crashed")  # that is what the second one met


def test_picture_that_was_too_slow_where_nothing_gives_way_is_decoded_once(
    program: Program, good: Path
) -> None:
    program(
        """
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(3600)
        """
    )
    time_of_decoders = DecoderTime()
    with DecoderPool(children=1, timeout=2, has_background=False) as decoders:
        outcome = decoders.render(good, owner=ADA, background=True, decoder_time=time_of_decoders)
    assert is_kept(outcome, "too_slow")
    assert time_of_decoders.used < 4  # another one would have had as much


PARENT = """
import sys
from pathlib import Path
from app.media.sandbox import pool as pool_module
from app.media.sandbox.pool import DecoderPool
pool_module._PROGRAM = Path(sys.argv[1])
DecoderPool(children=2).render(Path(sys.argv[2]))
"""


def test_children_die_with_their_parent_even_in_the_middle_of_a_picture(
    program: Program, tmp_path: Path, good: Path
) -> None:
    program(
        """
        threading.Thread(
            target=decoder_child._watch_parent, args=(parent.fileno(),), daemon=True
        ).start()
        hashlib.pbkdf2_hmac("sha256", b"", b"", 10**9)  # minutes, as if in a decoder
        """,
        first="import hashlib, threading",
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


def test_interrupting_the_whole_group_does_not_spoil_a_picture(good: Path) -> None:
    with DecoderPool(children=1) as decoders, ThreadPoolExecutor(1) as threads:
        child = the_child(decoders, good)
        os.kill(child, signal.SIGSTOP)
        outcome = threads.submit(decoders.render, good, owner=ADA)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCONT):
            os.kill(child, number)
        assert is_ready(outcome.result(timeout=60))
        assert the_child(decoders, good) == child


def test_answer_that_comes_late_is_not_taken_for_the_next(good: Path) -> None:
    """A server that stood still would say, minutes later, what was asked before."""
    with DecoderPool(children=1) as decoders:
        child = the_child(decoders, good)
        server = decoders._server  # noqa: SLF001 - nothing else tells
        os.kill(server.pid, signal.SIGSTOP)
        server._control.settimeout(0.05)  # noqa: SLF001 - else the test would take a minute
        with pytest.raises(TimeoutError):
            server.limit(child, 64 << 20)
        assert not server.is_alive()
        assert is_ready(decoders.render(good, owner=ADA))
