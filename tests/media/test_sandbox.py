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
from app.media.sandbox import pool as decoder_pool
from app.media.sandbox import process as decoder_process
from app.media.sandbox.pool import DecoderPool, DecoderPoolError
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
def shared() -> Iterator[DecoderPool]:
    with DecoderPool(children=1) as decoders:
        yield decoders


@pytest.mark.parametrize("content_type", EVERY_TYPE)
def test_every_type_renders_in_a_child(
    shared: DecoderPool, tmp_path: Path, content_type: str
) -> None:
    outcome = shared.render(file(tmp_path, EVERY_TYPE[content_type]))
    assert is_ready(outcome)
    assert outcome.content_type == content_type


def test_what_a_model_is_shown_is_small_and_bare(shared: DecoderPool) -> None:
    wide = in_vips(quarters(2048, 1365)).icc_transform("p3", input_profile="srgb")
    preview = saved(
        Image.frombytes("RGB", (2048, 1365), wide.write_to_memory()),
        "WEBP",
        exif=exif_block({0x010F: (2, b"CANARY\0")}, {}),
        xmp=b"<x>CANARY</x>",
        icc_profile=wide.get("icc-profile-data"),
    )
    assert preview.count(b"CANARY") == 2
    shown = shared.render_vision_input(preview)
    assert shown is not None
    assert b"CANARY" not in shown
    picture = Image.open(io.BytesIO(shown), formats=["WEBP"])
    assert picture.size == (1024, 683)
    assert not {"exif", "xmp", "icc_profile"} & picture.info.keys()
    corner = picture.convert("RGB").getpixel((100, 100))
    assert isinstance(corner, tuple)
    assert max(abs(a - b) for a, b in zip(corner, RED, strict=True)) < 10


@pytest.mark.parametrize("kind", ["WEBP", "JPEG"])
def test_a_small_preview_is_shown_as_large_as_it_is(shared: DecoderPool, kind: str) -> None:
    shown = shared.render_vision_input(saved(quarters(), kind))
    assert shown is not None
    assert Image.open(io.BytesIO(shown), formats=["WEBP"]).size == quarters().size


def test_of_what_is_no_preview_nothing_is_shown(shared: DecoderPool, good: Path) -> None:
    whole = saved(quarters(), "WEBP")
    for bad in (b"", b"RIFF", whole[:100], EVERY_TYPE["image/png"]):
        assert shared.render_vision_input(bad) is None
    assert is_ready(shared.render(good))


def test_no_picture_is_an_outcome(shared: DecoderPool, tmp_path: Path) -> None:
    assert shared.render(file(tmp_path, b"")) == Rejected(reason="not_a_picture")
    assert shared.render(file(tmp_path, b"<html>")) == Rejected(reason="not_a_picture")


def test_a_file_that_is_not_there_is_not_the_pictures_fault(
    shared: DecoderPool, tmp_path: Path
) -> None:
    with pytest.raises(DecoderPoolError):
        shared.render(tmp_path / "nothing")


def test_a_child_is_used_again(good: Path) -> None:
    with DecoderPool(children=1) as decoders:
        assert the_child(decoders, good) == the_child(decoders, good)


def test_pictures_are_processed_side_by_side(good: Path) -> None:
    with DecoderPool(children=2) as decoders, ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(lambda _: decoders.render(good, owner=ADA), range(40)))
        assert all(map(is_ready, outcomes))
        assert len(decoders._alive) == 2  # noqa: SLF001


def test_child_serves_one_owner_only(good: Path) -> None:
    with DecoderPool(children=1) as decoders:
        served: dict[int, set[object]] = {}
        for owner in (ADA, BOB, None, ADA, BOB, uuid4(), uuid4(), uuid4(), ADA, None):
            before = {child.pid for child in decoders._alive}  # noqa: SLF001
            mine = {child.pid for work, child in decoders._idle if work.owner == owner}  # noqa: SLF001
            assert is_ready(decoders.render(good, owner=owner))
            used = mine or {child.pid for child in decoders._alive} - before  # noqa: SLF001
            for child in used:
                served.setdefault(child, set()).add(owner)
        assert all(len(owners) == 1 for owners in served.values())
        assert len(decoders._idle) == 3  # noqa: SLF001 - one at work, and two more that may wait


def test_idle_child_of_each_owner_outlives_a_second_one_of_the_same() -> None:
    cyd = uuid4()
    with DecoderPool(children=1) as decoders:  # three may be idle
        works = [decoder_pool._Work(owner, background=False) for owner in (BOB, ADA, ADA, cyd)]  # noqa: SLF001
        children = [decoders._take(work) for work in works]  # noqa: SLF001
        for work, child in zip(works, children, strict=True):
            decoders._put_back(child, work)  # noqa: SLF001
        assert [work.owner for work, _ in decoders._idle] == [BOB, ADA, cyd]  # noqa: SLF001
        assert len(decoders._alive) == 3  # noqa: SLF001


def nice_values(decoders: DecoderPool) -> dict[int, int]:
    """The priorities of a decoder pool's children."""
    alive = {child.pid for child in decoders._alive}  # noqa: SLF001 - nothing else tells
    return {pid: os.getpriority(os.PRIO_PROCESS, pid) for pid in alive}


def test_background_pictures_are_decoded_at_a_lower_priority_in_children_of_their_own(
    good: Path,
) -> None:
    mine = os.getpriority(os.PRIO_PROCESS, 0)
    with DecoderPool(children=1) as decoders:
        assert is_ready(decoders.render(good, owner=ADA, background=True))
        (behind,) = nice_values(decoders).items()
        assert behind[1] == min(mine + 10, 19)
        assert is_ready(decoders.render(good, owner=ADA))
        for background in (True, False):
            assert is_ready(decoders.render(good, owner=ADA, background=background))
        assert sorted(nice_values(decoders).values()) == [mine, behind[1]]
        assert behind in nice_values(decoders).items()
        preview = saved(quarters(), "WEBP")
        assert decoders.render_vision_input(preview, owner=ADA) is not None
        assert len(nice_values(decoders)) == 2


def test_child_of_nobody_is_ended(good: Path) -> None:
    with DecoderPool(children=1) as decoders:
        assert is_ready(decoders.render(good))
        assert decoders._alive == set()  # noqa: SLF001
        assert children_of(decoders._server.pid) == []  # noqa: SLF001


def test_children_that_cannot_be_confined_are_refused_unless_allowed(
    program: Program, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program("pass", said="UNCONFINED")
    counted: list[str] = []
    monkeypatch.setattr("app.media.sandbox.pool.count", counted.append)
    monkeypatch.setattr(sys, "platform", "linux")
    with DecoderPool(children=1) as decoders:
        with pytest.raises(DecoderPoolError, match="UNCONFINED_DECODERS=allow"):
            decoders.check()
        with pytest.raises(DecoderPoolError):
            decoders.render(good)
    with DecoderPool(children=1, unconfined_is_allowed=True) as decoders:
        decoders.check()
    assert counted == ["UnconfinedChildren"] * 3


def test_whoever_waits_when_the_decoder_pool_closes_is_told(good: Path) -> None:
    decoders = DecoderPool(children=1)
    with ThreadPoolExecutor(3) as threads:
        child = the_child(decoders, good)
        os.kill(child, signal.SIGSTOP)
        waiting = [threads.submit(decoders.render, good, owner=ADA) for _ in range(3)]
        decoders.close()
        for outcome in waiting:
            assert isinstance(outcome.exception(timeout=30), DecoderPoolError)
    with pytest.raises(DecoderPoolError):
        decoders.render(good)
    assert child not in children_of(os.getpid())


@pytest.mark.skipif(not LINUX, reason="reads /proc")
def test_a_child_has_nothing_to_give_away(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "OPENAI_API_KEY", "DATABASE_URL", "ANYTHING"):
        monkeypatch.setenv(name, "secret")
    secret = os.open(good, os.O_RDONLY)
    try:
        with DecoderPool(children=1) as decoders:
            process = Path("/proc", str(the_child(decoders, good)))
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
    monkeypatch.setattr(decoder_process, "_PICTURES_PER_CHILD", 2)
    with DecoderPool(children=1) as decoders:
        children = [the_child(decoders, good)]
        assert is_ready(decoders.render(good, owner=ADA))
        children.append(the_child(decoders, good))
        assert children[0] != children[1]


def test_child_that_has_no_cpu_time_for_two_slow_pictures_is_given_up(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with DecoderPool(children=1) as decoders:
        child = the_child(decoders, good)
        assert the_child(decoders, good) == child
        monkeypatch.setattr(decoder_process, "lifetime_seconds", lambda seconds: 2 * (seconds + 1))
        assert is_ready(decoders.render(good, owner=ADA))
        assert child not in children_of(decoders._server.pid)  # noqa: SLF001


def test_no_descriptor_is_left_behind(good: Path) -> None:
    with DecoderPool(children=1) as decoders:
        assert is_ready(decoders.render(good))
    before, threads = open_descriptors(), threading.active_count()
    for _ in range(3):
        with DecoderPool(children=1) as decoders:
            assert is_ready(decoders.render(good))
    assert open_descriptors() == before
    assert threading.active_count() <= threads  # other tests of this process may have left some


def open_descriptors() -> int:
    most = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 4096)
    return sum(1 for number in range(most) if is_open(number))


def is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
