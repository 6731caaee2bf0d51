"""Pictures that could not be decoded are counted by what failed."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import pytest

from app.media.sandbox import pool
from app.media.sandbox.pool import DecoderPool
from app.observability import metrics
from tests.conftest import running_stack
from tests.media.child_program import write_program
from tests.media.samples import quarters, saved
from tests.support.images import Picture, jpeg, jpeg_of_12_bits, not_a_picture
from tests.support.library import Library, library_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from app.observability.metrics import Counted, Timed


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with running_stack() as stack, library_on(stack) as library:
        yield library


class Heard:
    def __init__(self) -> None:
        self.causes: list[str] = []

    def count(self, name: Counted, number: int) -> None: ...

    def took(self, name: Timed, seconds: float) -> None: ...

    def undecodable(self, error: str) -> None:
        self.causes.append(error)

    def step(self, name: str) -> AbstractContextManager[None]:  # noqa: ARG002 - the protocol's
        return nullcontext()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    listener = Heard()
    monkeypatch.setattr(metrics, "_listeners", [listener])
    return listener


@contextmanager
def crashing_decoders(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DecoderPool]:
    """Children that die of every picture."""
    place = folder / "child.py"
    code = "socket.recv_fds(parent, MESSAGE, 1)\nos.kill(os.getpid(), signal.SIGSEGV)"
    write_program(place, code, said="CONFINED", first="", limits_itself=False, is_ready=True)
    monkeypatch.setattr(pool, "_PROGRAM", place)
    with DecoderPool(children=1) as decoders:
        yield decoders


def rendered(library: Library, decoders: DecoderPool, picture: Picture) -> str | None:
    """Take a picture in as the worker does; return what its row says."""
    place = library.add(library.person(), picture)
    library.value(
        "UPDATE images SET state = 'processing' WHERE id = :id RETURNING 1", id=place.image_id
    )
    library.work(decoders)
    query = "SELECT state || ': ' || coalesce(failure_code, '') FROM images WHERE id = :id"
    return str(library.value(query, id=place.image_id))


def of_type(content: bytes, content_type: str = "image/tiff") -> Picture:
    return Picture(name="picture", content_type=content_type, content=content)


def test_what_a_decoder_raises_is_counted_by_its_class(library: Library, heard: Heard) -> None:
    with DecoderPool(children=1) as decoders:
        assert rendered(library, decoders, jpeg_of_12_bits()) == "damaged: undecodable"
    assert heard.causes == ["Error"]  # of libvips


def test_what_a_decoder_dies_of_is_counted(
    library: Library, heard: Heard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with crashing_decoders(tmp_path, monkeypatch) as decoders:
        assert rendered(library, decoders, jpeg(seed=9)) == "damaged: decoder_crashed"
    assert heard.causes == ["decoder_crashed"]


def test_what_there_is_no_memory_for_is_counted(library: Library, heard: Heard) -> None:
    """Nothing is raised where the header says so before."""
    large = saved(quarters(3_000, 2_000), "JPEG", progressive=True)
    with DecoderPool(children=1, memory_bytes=64 << 20, large_memory_bytes=0) as decoders:
        assert rendered(library, decoders, of_type(large, "image/jpeg")) == "damaged: out_of_memory"
    assert heard.causes == ["out_of_memory"]


def test_pictures_that_are_shown_and_files_that_are_none_are_not_counted(
    library: Library, heard: Heard
) -> None:
    with DecoderPool(children=1) as decoders:
        assert rendered(library, decoders, jpeg(seed=10)) == "ready: "
        assert rendered(library, decoders, not_a_picture()) == "rejected: not_a_picture"
    assert heard.causes == []
