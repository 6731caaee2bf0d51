"""The pool of children: whose picture each opens, what it gives away, and what a model is shown."""

import io
import os
import resource
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from app.media.results import Rejected
from app.media.sandbox import pool as darkroom_pool
from app.media.sandbox import process as darkroom_process
from app.media.sandbox.pool import Darkroom, DarkroomError
from tests.media.child_processes import (
    ADA,
    BOB,
    LINUX,
    children_of,
    file,
    is_ready,
    the_child,
)
from tests.media.child_program import Program
from tests.media.samples import (
    EVERY_TYPE,
    RED,
    exif_block,
    in_vips,
    quarters,
    saved,
)


@pytest.fixture(scope="module")
def shared() -> Iterator[Darkroom]:
    with Darkroom(children=1) as darkroom:
        yield darkroom


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


def test_idle_child_of_each_owner_outlives_a_second_one_of_the_same() -> None:
    cyd = uuid4()
    with Darkroom(children=1) as darkroom:  # three may be idle
        works = [darkroom_pool._Work(owner, background=False) for owner in (BOB, ADA, ADA, cyd)]  # noqa: SLF001
        children = [darkroom._take(work) for work in works]  # noqa: SLF001
        for work, child in zip(works, children, strict=True):
            darkroom._put_back(child, work)  # noqa: SLF001
        assert [work.owner for work, _ in darkroom._idle] == [BOB, ADA, cyd]  # noqa: SLF001
        assert len(darkroom._alive) == 3  # noqa: SLF001


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


def test_child_of_nobody_is_ended(good: Path) -> None:
    with Darkroom(children=1) as darkroom:
        assert is_ready(darkroom.develop(good))
        assert darkroom._alive == set()  # noqa: SLF001
        assert children_of(darkroom._server.pid) == []  # noqa: SLF001


def test_children_that_cannot_be_confined_are_refused_unless_allowed(
    program: Program, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program("pass", said="UNCONFINED")
    counted: list[str] = []
    monkeypatch.setattr("app.media.sandbox.pool.count", counted.append)
    monkeypatch.setattr(sys, "platform", "linux")
    with Darkroom(children=1) as darkroom:
        with pytest.raises(DarkroomError, match="UNCONFINED_DECODERS=allow"):
            darkroom.check()
        with pytest.raises(DarkroomError):
            darkroom.develop(good)
    with Darkroom(children=1, unconfined_is_allowed=True) as darkroom:
        darkroom.check()
    assert counted == ["UnconfinedChildren"] * 3


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


def test_child_that_has_no_cpu_time_for_two_slow_pictures_is_given_up(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Darkroom(children=1) as darkroom:
        child = the_child(darkroom, good)
        assert the_child(darkroom, good) == child
        monkeypatch.setattr(darkroom_process, "lifetime_seconds", lambda seconds: 2 * (seconds + 1))
        assert is_ready(darkroom.develop(good, owner=ADA))
        assert child not in children_of(darkroom._server.pid)  # noqa: SLF001


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
