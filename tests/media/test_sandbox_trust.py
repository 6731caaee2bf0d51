"""A child that an earlier file has taken over, and one that is not confined."""

import sys
import tempfile
from pathlib import Path

import pytest

from app.media.results import Rejected, Rendered
from app.media.sandbox import pool
from app.media.sandbox.fork_client import ForkServer, stderr_tail
from app.media.sandbox.nameless_file import nameless_file
from app.media.sandbox.pool import DecoderPool
from app.media.sandbox.process import bare_environment
from tests.media.child_processes import ADA, file, is_ready
from tests.media.child_program import Program
from tests.media.samples import EVERY_TYPE, quarters, saved

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is confined")

# Shows its first picture, and says of all later ones that they are none.
LIES_LATER = """
served = 0
while True:
    message, files, _, _ = socket.recv_fds(parent, MESSAGE, 1)
    if not message:
        return
    report = Rendered(**SHOWN) if served == 0 else Rejected(reason="unreadable")
    served += 1
    parent.sendall(pack(report))
"""
SHOWN = """
from app.media.results import Rendered
SHOWN = dict(outcome="ready", reason=None, content_type="image/jpeg", width=1, height=1,
    thumbnail=None, preview=None, thumbhash=None, metadata=PictureMetadata())
"""
# Says what it finds where files lie that are being worked at, and whether it can write to its own.
LOOKS_AROUND = """
message, files, _, _ = socket.recv_fds(parent, MESSAGE, 1)
try:
    os.pwrite(files[0], b"changed", 0)
    written = "written"
except OSError:
    written = "refused"
found = [written, *os.listdir("{folder}")]
parent.sendall(pack(Rejected(reason="unreadable", error=" ".join(found))))
parent.recv(1)
"""


def test_child_that_served_before_does_not_have_a_picture_deleted_alone(
    program: Program, tmp_path: Path
) -> None:
    """What is rejected is deleted, and an earlier file may have taken the child over."""
    program(LIES_LATER, first=SHOWN)
    good = file(tmp_path, EVERY_TYPE["image/jpeg"])
    with DecoderPool(children=1) as decoders:
        for _ in range(4):
            assert is_ready(decoders.render(good, owner=ADA))
        # Whoever lied is ended.
        assert len(decoders._alive) == len(decoders._idle) == 1  # noqa: SLF001


def require_shown_by_a_fresh_child(good: Path) -> None:
    """Have two children of Ada's wait that have served her before, and ask for one more picture."""
    work = pool._Work(ADA, background=False)  # noqa: SLF001
    with DecoderPool(children=2) as decoders, good.open("rb") as picture:
        both = [decoders._take(work) for _ in range(2)]  # noqa: SLF001
        for child in both:
            assert is_ready(child.render(picture.fileno()))
            decoders._put_back(child, work)  # noqa: SLF001
        assert is_ready(decoders.render(good, owner=ADA))


def test_second_child_is_a_fresh_one_though_another_of_the_owners_waits(
    program: Program, tmp_path: Path
) -> None:
    program(LIES_LATER, first=SHOWN)
    require_shown_by_a_fresh_child(file(tmp_path, EVERY_TYPE["image/jpeg"]))


def test_child_that_crashed_is_followed_by_a_fresh_one(program: Program, tmp_path: Path) -> None:
    program(
        LIES_LATER.replace('Rejected(reason="unreadable")', "os._exit(3)"),
        first=SHOWN,
    )
    require_shown_by_a_fresh_child(file(tmp_path, EVERY_TYPE["image/jpeg"]))


def test_what_is_no_picture_is_rejected_after_a_picture_too(tmp_path: Path) -> None:
    good = file(tmp_path, EVERY_TYPE["image/jpeg"])
    page = file(tmp_path, b"<html>", "page")
    with DecoderPool(children=1) as decoders:
        assert is_ready(decoders.render(good, owner=ADA))
        assert decoders.render(page, owner=ADA) == Rejected(reason="not_a_picture")
        assert is_ready(decoders.render(good, owner=ADA))


def test_file_that_is_handed_to_a_child_has_no_name_and_is_read_only(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without confinement a child would find other people's, and change what a second is shown."""
    folder = tempfile.mkdtemp()
    Path(folder).chmod(0o755)  # a child may have another account
    monkeypatch.setattr(tempfile, "tempdir", folder)
    program(LOOKS_AROUND.format(folder=folder), said="UNCONFINED")
    with (
        DecoderPool(children=1, unconfined_is_allowed=True) as decoders,
        nameless_file() as (written, original),
    ):
        written.write(EVERY_TYPE["image/jpeg"])
        written.flush()
        outcome = decoders.render(original)
        assert isinstance(outcome, Rejected)
        assert outcome.error == "refused"
        assert original.read() == EVERY_TYPE["image/jpeg"]
    Path(folder).rmdir()  # nothing is left there


def test_preview_that_is_handed_to_a_child_is_read_only(program: Program) -> None:
    program(
        """
        message, files, _, _ = socket.recv_fds(parent, MESSAGE, 1)
        try:
            os.pwrite(files[0], b"changed", 0)
        except OSError:
            parent.sendall(pack(VisionInput(preview=os.pread(files[0], 1 << 20, 0))))
            parent.recv(1)
        """
    )
    preview = saved(quarters(), "WEBP")
    with DecoderPool(children=1) as decoders:
        assert decoders.render_vision_input(preview) == preview


def test_child_that_is_not_confined_does_not_wait_for_the_next_picture(
    program: Program, tmp_path: Path
) -> None:
    program(LIES_LATER, first=SHOWN, said="UNCONFINED")
    good = file(tmp_path, EVERY_TYPE["image/jpeg"])
    with DecoderPool(children=1, unconfined_is_allowed=True) as decoders:
        for _ in range(2):
            assert isinstance(decoders.render(good, owner=ADA), Rendered)
            assert decoders._alive == set()  # noqa: SLF001


def test_server_of_children_that_are_not_confined_keeps_to_itself(tmp_path: Path) -> None:
    """Else one that was taken over could take over the server, and with it all later children."""
    place = tmp_path / "child.py"
    # The program itself, on a machine without seccomp.
    place.write_text(
        "import sys\n"
        f"sys.path[:] = {sys.path!r}\n"
        "import ctypes, os, runpy\n"
        "from app.media.sandbox import fork_server, seccomp\n"
        "seccomp._forbid_system_calls = lambda **_: False\n"
        "def serve(control, *_):\n"
        "    dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)\n"
        "    print('dumpable', dumpable, file=sys.stderr, flush=True)\n"
        "    os._exit(0)\n"
        "fork_server.run = serve\n"
        "from app.media.sandbox import child\n"
        "child.main()\n"
    )
    settings = {"path": sys.path, "timeout": 60, "memory_bytes": 1 << 20, "max_bytes": 1 << 20}
    server = ForkServer(place, settings, bare_environment())
    try:
        assert not server.is_confining()
        server._process.wait(timeout=60)  # noqa: SLF001
        assert stderr_tail(server._complaints).endswith("dumpable 0")  # noqa: SLF001
    finally:
        server.close()
